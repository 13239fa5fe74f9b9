"""A document under validation: its tree, the values of its nodes, and what rules computed about it.

    document = RuleTree(root)
    document.value(17)          "119.99"
    document.memo(total)        what `total(document)` gives, computed once

One `RuleTree` serves all rule sets that are run on it; what they remember is kept apart, because it is kept by
function. It is made for one thread.

Source: XQuery 1.0 and XPath 2.0 Data Model, section 5 (accessors).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from einvoice.schematron.tree import NOTHING, Nodes, Tree
from einvoice.schematron.xpath.values import Fault
from einvoice.xml import Element

Items: TypeAlias = "Callable[[RuleTree], Sequence[Any]]"
Keys: TypeAlias = "Callable[[RuleTree, Any], Sequence[Any]]"
_UNSET: Any = object()


class RuleTree(Tree):
    """A tree whose values are read, and a memory. Made from an lxml element, which stays as it is."""

    __slots__ = ("_kept", "_memory", "last")

    def __init__(self, root: Element) -> None:
        super().__init__(root)
        self.last: int | None = None  # the node whose value was read last, where a dynamic error is traced
        self._memory: dict[Any, Any] = {}
        self._kept: dict[Any, dict[int, Any]] = {}

    # --- values -----------------------------------------------------------------------------------------------

    def value(self, node: int) -> str:
        """The string value of a node."""
        text = self.text[node]
        if text is not None:
            return text
        element = self.element(node)
        value: Any = (self.root if element is None else element).xpath("string()")
        return str(value)

    def only_value(self, nodes: Nodes) -> str | None:
        """The string value of the one node, None for none; a Fault for several."""
        if len(nodes) == 1:
            node = nodes[0]
            return self.text[node] or self.value(node)
        if nodes:
            raise self.too_many(nodes)
        return None

    def only_text(self, nodes: Nodes) -> str:
        """The same, "" for none: fn:string and the arguments of string functions."""
        if len(nodes) == 1:
            node = nodes[0]
            return self.text[node] or self.value(node)
        if nodes:
            raise self.too_many(nodes)
        return ""

    def only(self, nodes: Nodes) -> int | None:
        """The one node, None for none; a Fault for several."""
        if len(nodes) > 1:
            raise self.too_many(nodes)
        return nodes[0] if nodes else None

    def noted(self, node: int) -> str:
        """The string value of a node, which is remembered as the one that an error is about."""
        self.last = node
        return self.value(node)

    def noted_only(self, nodes: Nodes) -> str | None:
        """`only_value`, remembered likewise."""
        node = self.only(nodes)
        return None if node is None else self.noted(node)

    def too_many(self, nodes: Nodes) -> Fault:
        """The error of several nodes where one at most is expected; it says where they are."""
        places = ", ".join(self.location(node) for node in nodes[:2])
        return Fault("XPTY0004", f"{len(nodes)} nodes where one at most is expected: {places}")

    def texts(self, node: int) -> list[str]:
        """child::text()"""
        text = self.text[node]
        if text is not None:
            return [text] if text and self.tag[node][:1] != "@" else []
        element = self.element(node)
        if element is None:
            return []
        return [text for text in (element.text, *(child.tail for child in element)) if text]

    def texts_below(self, node: int) -> list[str]:
        """descendant::text()"""
        if self.text[node] is not None:
            return self.texts(node)
        element = self.element(node)
        texts: Any = (self.root if element is None else element).xpath("descendant::text()")
        return [str(text) for text in texts]

    # --- what rules computed about this document ----------------------------------------------------------------

    def memo(self, function: Callable[[RuleTree], Any]) -> Any:
        """A value that depends on the document only: computed once."""
        value = self._memory.get(function, _UNSET)
        if value is _UNSET:
            value = self._memory[function] = function(self)
        return value

    def at(self, function: Callable[[RuleTree, int], Any], node: int) -> Any:
        """A variable of a rule: computed once for each context node, if at all."""
        known = self._memory.get(function, _UNSET)
        if known is not _UNSET and known[0] == node:
            return known[1]
        value = function(self, node)
        self._memory[function] = (node, value)
        return value

    def recall(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A value that comparisons in a row ask for with the same arguments: a sum between two bounds."""
        known = self._memory.get(function)
        if known is not None and known[0] == arguments:
            return known[1]
        value = function(self, *arguments)
        self._memory[function] = (arguments, value)
        return value

    def kept(self, function: Callable[[RuleTree, int], Any], node: int) -> Any:
        """A value that several indexes or patterns ask for: computed once for each node."""
        known = self._kept.get(function)
        if known is None:
            known = self._kept[function] = {}
        value = known.get(node)
        if value is None:
            value = known[node] = function(self, node)
        return value

    def having(self, key: Keys, nodes: Nodes, value: Any) -> Sequence[int]:
        """The nodes whose key has a value: rule after rule asks for another value of the same nodes."""
        known = self._memory.get((key, "having"))
        if known is None or known[0] is not nodes:
            index: dict[Any, list[int]] = {}
            for node in nodes:
                for found in set(self.kept(key, node)):
                    index.setdefault(found, []).append(node)
            known = self._memory[key, "having"] = (nodes, index)
        return known[1].get(value, NOTHING)

    def met_before(self, node: int, tag: str) -> bool:
        """preceding::tag/. = . of distinct values: an element of that name, before the node, has the node's value."""
        first = self._memory.get(("first", tag))
        if first is None:
            first = {self.value(each): each for each in reversed(self.named(tag))}
            self._memory["first", tag] = first
        value = self.value(node)
        found = first.get(value, node)
        if found >= node or self.end(found) <= node:
            return bool(found < node)
        return any(self.tag[each] == tag and self.value(each) == value for each in self.preceding(node))

    def looked_up(self, items: Items, key: Keys, value: Any) -> Sequence[Any]:
        """`items[key = value]` through an index, which is made at the first use."""
        every = self.memo(items)
        if not every:  # as in most look-ups: who has no allowances is asked for those of each VAT category
            return NOTHING
        index: dict[Any, list[Any]] | None = self._memory.get((items, key))
        if index is None:
            index = defaultdict(list)
            kept = self._kept.setdefault(key, {})
            for item in every:
                values = kept.get(item)
                if values is None:
                    values = kept[item] = key(self, item)
                if len(values) == 1:
                    index[values[0]].append(item)
                else:
                    for found in set(values):
                        index[found].append(item)
            self._memory[items, key] = index
        return index.get(value, NOTHING)

    def looked_up_all(self, items: Items, key: Keys, values: Iterable[Any]) -> Sequence[int]:
        """`nodes[key = values]` for several values: the nodes in document order."""
        wanted = set(values)
        if len(wanted) == 1:
            return self.looked_up(items, key, *wanted)
        return sorted({node for value in wanted for node in self.looked_up(items, key, value)})

    def candidates_all(self, items: Items, key: Keys, values: Iterable[Any]) -> Sequence[int]:
        """`candidates` for several values: in document order."""
        return sorted({node for value in set(values) for node in self.candidates(items, key, value)})

    def candidates(self, items: Items, key: Keys, value: Any) -> Sequence[Any]:
        """The items for which `key = value` may hold: with those whose key cannot be computed."""
        known = self._memory.get((items, key, "candidates"))
        if known is None:
            index: dict[Any, list[int]] = {}
            doubtful: list[int] = []
            every = self.memo(items)
            for at, item in enumerate(every):
                try:
                    for found in set(self.kept(key, item)):
                        index.setdefault(found, []).append(at)
                except Fault:
                    doubtful.append(at)
            known = self._memory[items, key, "candidates"] = (every, index, doubtful)
        every, index, doubtful = known
        found_at = index.get(value, [])
        return [every[at] for at in (sorted({*found_at, *doubtful}) if doubtful else found_at)]
