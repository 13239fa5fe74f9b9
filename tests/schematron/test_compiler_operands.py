"""The two values that a failed check compared, as a person would write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from small_rules import check, failure, failures, let, rule, rule_set

from einvoice.schematron.rules import Function, Param
from einvoice.schematron.xpath.written import as_written

INVOICE = """<r xmlns="urn:a" cur="EUR">
<total>119.99</total><tax>20</tax><rate>20.0</rate><type>999</type><date>2026-01-31</date><due>2026-01-01</due>
<line n="1"><amount>50.00</amount><code>S</code></line><line n="2"><amount>70.00</amount><code>X</code></line>
</r>"""
SUM = "sum(a:line/xs:decimal(a:amount))"


@pytest.mark.parametrize(
    ("test", "found", "expected"),
    [
        (f"xs:decimal(a:total) = {SUM}", "119.99", "120.00"),
        (f"{SUM} = xs:decimal(a:total)", "119.99", "120.00"),
        (f"a:total = round({SUM} * 10 * 10) div 100", "119.99", "120.00"),
        (f"round(a:total * 100) = round({SUM} * 100)", "119.99", "120.00"),
        ("a:total = sum(a:line/a:amount)", "119.99", "120.00"),
        ("number(a:total) = number(a:line[1]/a:amount) + number(a:line[2]/a:amount)", "119.99", "120.00"),
        (f"abs(xs:decimal(a:total) - {SUM}) <= 0.001", "119.99", "120.00"),
        (f"xs:decimal(a:total) - 0.001 < {SUM} and xs:decimal(a:total) + 0.001 > {SUM}", "119.99", "120.00"),
        ("a:tax <= 19.5", "20", "19.5"),
        ("a:tax < a:rate - 1", "20", "19"),
        ("count(a:line) = 3", "2", "3"),
        ("string-length(a:type) <= 2", "3", "2"),
        ("xs:date(a:due) >= xs:date(a:date)", "2026-01-01", "2026-01-31"),
        ("a:type = '380'", "999", "380"),
        ("a:type eq '380'", "999", "380"),
        ("a:line[1]/a:code = a:line[2]/a:code", "S", "X"),
        ("@cur = 'USD'", "EUR", "USD"),
        # one of several, or anything but: only what was found is said
        ("a:type = ('380', '381')", "999", None),
        ("not(a:type = '999')", "999", None),
        ("a:type != '999'", "999", None),
        ("contains(' 380 381 ', concat(' ', normalize-space(a:type), ' '))", "999", None),
        ("some $code in tokenize('380 381', ' ') satisfies a:type = $code", "999", None),
        ("a:type = '380' or a:type = '381'", "999", None),
        ("matches(a:type, '^3')", "999", None),
        ("starts-with(a:type, '3')", "999", None),
        ("f:known(a:type)", "999", None),
        # the comparison that decided
        ("a:line and a:type = '380'", "999", "380"),
        ("not(a:rate) or xs:decimal(a:rate) = 5.5", "20.0", "5.5"),
        ("(a:rate = 20 and a:tax = 25) or (a:rate = 10 and a:tax = 12)", "20", "25"),
        ("not(a:tax > 19)", "20", "19"),
        ("not(not(a:tax = 19))", "20", "19"),
        ("if (a:rate = 20) then a:tax = 24 else a:tax = 0", "20", "24"),
        ("every $l in a:line satisfies $l/a:code = 'S'", "X", "S"),
        ("for $r in a:rate return a:tax = $r - 1", "20", "19"),
        (f"for $sum in {SUM}, $off in abs(a:total - $sum) return $off le 0.001", "119.99", "120.00"),
        # nothing was compared, or no single value
        ("a:missing", None, None),
        ("a:line/a:code = 'Z'", None, "Z"),
        ("count(a:line[a:code = 'S']) = count(a:line)", "1", "2"),
        ("exists(a:missing) and a:type = '380'", None, None),
    ],
)
def test_values_compared(test, found, expected):
    """Found is the plain value of the document, expected what was computed or demanded."""
    known = Function("f:known", (Param("x", "xs:string?"),), (), "$x = ('380', '381')", 1, "xs:boolean")
    failed = failure(test, INVOICE, functions=[known])
    assert (failed.kind, failed.found, failed.expected) == ("assert", found, expected)


def test_variables_are_seen_through():
    """A rule that computes in variables tells the values of the document all the same."""
    lets = [let("sum", SUM), let("total", "xs:decimal(a:total)"), let("off", "abs($total - $sum)")]
    (found,) = failures(rule_set(rule("/*", check("$off le 0.001"), lets=lets)), INVOICE)
    assert (found.found, found.expected) == ("119.99", "120.00")


def test_of_three_terms_the_first_plain_one_is_what_was_found():
    """Total - net - tax: the total should have been the sum of the two."""
    document = '<r xmlns="urn:a"><total>120.00</total><net>100.00</net><tax>19.00</tax></r>'
    found = failure("abs(xs:decimal(a:total) - xs:decimal(a:net) - xs:decimal(a:tax)) le 0.01", document)
    assert (found.found, found.expected) == ("120.00", "119.00")


def test_a_report_tells_what_it_found():
    """A report that speaks because two values are equal tells the value."""
    (found,) = failures(rule_set(rule("/*", check("a:type = '999'", kind="report"))), INVOICE)
    assert (found.found, found.expected) == ("999", None)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (("119.99", Decimal(120)), ("119.99", "120.00")),
        (("119.99", 120.0), ("119.99", "120.00")),
        (("119.99", 119.98999999999999), ("119.99", None)),
        ((0.30000000000000004, Decimal("0.25")), ("0.3", "0.25")),
        ((Decimal("1E+3"), Decimal("0.5")), ("1000", "0.5")),
        ((2, 3), ("2", "3")),
        ((True, False), ("true", "false")),
        (("", "x"), (None, "x")),
        ((None, "x"), (None, "x")),
        (("  a \n b ", None), ("a b", None)),
        (("x" * 300, None), ("x" * 200 + "…", None)),
        ((1e300, 2.0), ("1" + "0" * 199 + "…", "2")),
        ((float("nan"), 1), ("NaN", "1")),
        (("0.123456", Decimal("0.5")), ("0.123456", "0.50")),
    ],
)
def test_values_are_written_as_a_person_would(values, texts):
    """No exponent, no noise of binary fractions, as many decimals as the other value shows."""
    assert as_written(*values) == texts
