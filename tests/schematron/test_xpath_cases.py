"""Expressions and what they give, from `xpath_cases.txt`: one a line, `expression  =>  values`, `!` for an error.

The values were taken once from SaxonC 13.1, each as its string, separated by `|`. They hold every trap that XPath sets
for Python: decimals against doubles, untyped text, rounding, white space, regular expressions, dates, positions, order.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small_rules import check, failures, literal, rule, rule_set

from einvoice.schematron import RuleError
from einvoice.schematron.rules import Value

DOCUMENT = (Path(__file__).parent / "xpath_cases.xml").read_text(encoding="utf-8").strip()
LINES = (Path(__file__).parent / "xpath_cases.txt").read_text(encoding="utf-8").splitlines()
CASES = [line.rsplit("  =>", 1) for line in LINES]
ERRORS = [expression for expression, result in CASES if result == "  !"]


def values_of(expression: str) -> str:
    """An expression for the values of another, in one text."""
    return f"string-join(for $each in ({expression}) return string($each), '|')"


def test_values_are_those_of_the_reference_engine():
    """Each of some 890 expressions gives the values that SaxonC gives, while judging and in messages."""
    checks = []
    for expression, result in CASES:
        if result != "  !":
            expected = result.strip().encode("latin-1").decode("unicode_escape")
            test = f"{values_of(expression)} = {literal(expected)}"
            checks.append(check(test, Value(values_of(expression)), name=f"{expression}  =>  {expected}"))
    assert len(checks) > 850
    found = failures(rule_set(rule("/*", *checks)), DOCUMENT)
    assert [(failure.rule, failure.message) for failure in found] == []


@pytest.mark.parametrize("expression", ERRORS)
def test_errors_are_errors(expression):
    """What is an error to SaxonC is refused when compiled, or an error finding, but never a value."""
    rules = rule_set(rule("/*", check(f"count(({expression})) >= 0"), check("false()", name="next")))
    try:
        found = [(failure.rule, failure.kind) for failure in failures(rules, DOCUMENT)]
    except RuleError:
        found = None
    assert found in (
        None,  # refused when compiled
        [("T", "error"), ("next", "assert")],
        # an error in a value that nothing looks at need not be met: only its values are forced
        [("next", "assert")],
    )
    if found is not None:
        assert failures(rule_set(rule("/*", check(f"{values_of(expression)} = 'x'"))), DOCUMENT)[0].kind == "error"
