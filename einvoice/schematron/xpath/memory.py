"""What is remembered from one document to the next: the same codes, dates and rates come again and again.

    @remembered             a function of a rule set that depends on the texts it is given, and on nothing else
    @by_text                a rule that looks at nothing but the text of its node: what passed is not judged again

Only values are kept, never errors; at most `MOST` of each, short ones, then they are forgotten. They are texts of
documents, and stay in the process for a while: codes, dates, identifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from einvoice.schematron.tree import Tree

MOST = 256
LONGEST = 64  # characters

Rule = Callable[["Tree", Sequence[int], list[tuple[int, int]]], None]


def remembered(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its results kept; they are no None."""
    memory: dict[tuple[str | None, ...], Any] = {}

    def known(document: Tree, *texts: str | None) -> Any:
        result = memory.get(texts)
        if result is None:
            result = function(document, *texts)
            if all(text is None or len(text) <= LONGEST for text in texts):
                if len(memory) >= MOST:
                    memory.clear()
                memory[texts] = result
        return result

    return known


def by_text(rule: Rule) -> Rule:
    """The rule, for the nodes whose text has not passed before."""
    passed: set[str] = set()

    def judged(document: Tree, nodes: Sequence[int], out: list[tuple[int, int]]) -> None:
        text = document.text
        new = [node for node in nodes if text[node] not in passed]
        if not new:
            return
        before = len(out)
        rule(document, new, out)
        failed = {node for _, node in out[before:]}
        found = {each for node in new if node not in failed and (each := text[node]) and len(each) <= LONGEST}
        if len(passed) + len(found) > MOST:
            passed.clear()
        if len(found) <= MOST:
            passed.update(found)

    return judged
