"""What rules remember from one document to the next: values that passed, never errors, and not many."""

from __future__ import annotations

import pytest
from small_rules import check, let, rule, rule_set

from einvoice.schematron import RuleTree, compile_rules
from einvoice.schematron.rules import Function, Param
from einvoice.schematron.xpath.memory import LONGEST, MOST, by_text, remembered
from einvoice.xml import parse_xml


def document(*texts: str) -> RuleTree:
    """A document with those texts."""
    return RuleTree(parse_xml("".join(["<a>", *(f"<b>{text}</b>" for text in texts), "</a>"]).encode()))


def test_a_function_of_texts_is_computed_once_for_each():
    """A result is kept, also `False`; long texts are not, and when there are many, all are forgotten."""
    asked = []

    @remembered
    def is_short(_document, text):
        asked.append(text)
        return len(text or "") < 3

    tree = document()
    assert [is_short(tree, each) for each in ("ab", "abcd", "ab", "abcd", None, None)] == [True, False] * 2 + [True] * 2
    assert asked == ["ab", "abcd", None]
    long = "x" * (LONGEST + 1)
    assert not is_short(tree, long)
    assert not is_short(tree, long)
    assert asked[3:] == [long, long]
    for number in range(MOST):
        is_short(tree, str(number))
    is_short(tree, "ab")
    assert asked[-1] == "ab"


def test_an_error_is_no_result():
    """What failed is computed again."""
    asked = []

    @remembered
    def failing(_document, text):
        asked.append(text)
        raise ArithmeticError

    for _ in range(2):
        with pytest.raises(ArithmeticError):
            failing(document(), "x")
    assert asked == ["x", "x"]


def test_only_what_passed_is_passed_over():
    """A text that failed fails in the next document too; one that passed is passed over, while there are few."""
    looked_at = []

    @by_text
    def lower(tree, nodes, out):
        for node in nodes:
            looked_at.append(tree.text[node])
            if tree.text[node].isupper():
                out.append((7, node))

    for _ in range(2):
        failed: list[tuple[int, int]] = []
        lower(document("a", "B", "a", "c"), [2, 3, 4, 5], failed)
        assert failed == [(7, 3)]
    assert looked_at == ["a", "B", "a", "c", "B"]
    many = [f"n{number}" for number in range(MOST + 1)]
    for _ in range(2):
        looked_at.clear()
        lower(document(*many), list(range(2, MOST + 3)), [])
        assert looked_at == many


OK = Function("f:ok", (Param("t", "xs:string?"),), (), "matches($t, '^[a-z]+$')", 1, "xs:boolean")
RULES = rule_set(
    rule(
        "b",
        check("f:ok($v) and string-length(.) < 5", name="TEXT"),
        lets=[let("v", "normalize-space(.)")],
    ),
    rule("a", check("f:ok(b[1]) or b[2] = 'x'", name="OTHER")),
    functions=[OK],
)


def test_documents_do_not_disturb_each_other():
    """One compiled rule set says of each document what one that has seen no other says."""
    known = compile_rules(RULES)
    for texts in (("ab", "x"), ("AB", "x"), ("ab", "y"), ("AB", "y"), ("abcdef", "AB"), ("ab", "x"), ("AB", "y")):
        fresh = compile_rules(RULES).check_document(document(*texts))
        assert known.check_document(document(*texts)) == fresh
        found = {each.rule for each in fresh.failures}
        assert ("OTHER" in found) == (texts == ("AB", "y"))
        assert ("TEXT" in found) == (texts[0] in ("AB", "abcdef"))
