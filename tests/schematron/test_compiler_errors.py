"""Dynamic errors: a text that is no number makes that check a finding, and the others go on."""

from __future__ import annotations

import pytest
from small_rules import check, failure, failures, rule, rule_set

from einvoice.schematron.rules import Value

BAD = '<r xmlns="urn:a"><line><amount>10.00</amount></line><line><amount>12,50</amount></line><note>x</note></r>'


def test_an_error_is_a_finding_of_its_rule_with_its_flag():
    """It says what was found, and where; the checks beside it are judged as usual."""
    rules = rule_set(
        rule(
            "a:line",
            check("xs:decimal(a:amount) > 0", name="A", flag="fatal"),
            check("a:amount = '10.00'", name="B"),
        )
    )
    found = failures(rules, BAD)
    assert [(each.rule, each.kind, each.flag, each.location) for each in found] == [
        ("A", "error", "fatal", "/r/line[2]"),
        ("B", "assert", "", "/r/line[2]"),
    ]
    assert found[0].message == (
        "The rule could not be evaluated: '12,50' is not a decimal number, in /r/line[2]/amount"
    )
    assert found[0].found is found[0].expected is None


def test_an_error_of_one_node_leaves_the_other_nodes_alone():
    """Thousands of lines are judged together; the one with the error is found among them."""
    lines = "".join(f"<line><amount>{'x' if number == 500 else number}</amount></line>" for number in range(1000))
    found = failures(rule_set(rule("a:line", check("xs:decimal(a:amount) < 998"))), f'<r xmlns="urn:a">{lines}</r>')
    assert [(each.kind, each.location) for each in found] == [
        ("error", "/r/line[501]"),
        ("assert", "/r/line[999]"),
        ("assert", "/r/line[1000]"),
    ]


@pytest.mark.parametrize(
    ("test", "kind"),
    [
        ("xs:decimal(a:note) = 1 and false()", "assert"),
        ("false() and xs:decimal(a:note) = 1", "assert"),
        ("xs:decimal(a:note) = 1 or true()", None),
        ("true() or xs:decimal(a:note) = 1", None),
        ("xs:decimal(a:note) = 1 and true()", "error"),
        ("xs:decimal(a:note) = 1 or false()", "error"),
        ("not(xs:decimal(a:note) = 1 and a:nothing)", None),
        ("(xs:decimal(a:note) = 1 or a:note) and a:line", None),
        ("every $l in a:line satisfies (xs:decimal($l/a:amount) > 0 or $l/a:amount)", None),
    ],
)
def test_an_error_counts_only_if_the_other_side_does_not_decide(test, kind):
    """`and` and `or`: the specification allows either, and the official engine often looks at the cheap side first."""
    found = failures(rule_set(rule("/*", check(test))), BAD)
    assert [each.kind for each in found] == ([] if kind is None else [kind])


def test_two_nodes_where_one_is_expected_are_named():
    """The finding says how many there are and where the first ones lie."""
    assert failure("normalize-space(a:line/a:amount) = 'x'", BAD).message == (
        "The rule could not be evaluated: 2 nodes where one at most is expected: /r/line[1]/amount, /r/line[2]/amount"
    )


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("1 div 0 = 1", "division by zero"),
        ("xs:date(a:note) > xs:date('2026-01-01')", "'x' is not a date, in /r/note"),
        ("number(a:note) + 'a' = 1", "arithmetic on a string"),
        ("a:note + 1 = 2", "'x' is not a number, in /r/note"),
        ("matches('a', concat(a:note, '('))", "open bracket|ends too early"),
        ("'1' = 1", "a string compared with a number"),
        ("count(1 to 100000000000) = 1", "a range of more than"),
        ("xs:integer(concat('1', string-join(for $i in 1 to 5000 return '0', ''))) = 1", "whole number of 5001 digits"),
        ("codepoints-to-string(0) = ''", "a code point that is no character"),
        ("exactly-one(a:nothing) = 1", "nothing where one item is expected"),
    ],
)
def test_errors_say_what_is_wrong(test, reason):
    """Each kind of dynamic error is a finding in words, never an exception."""
    found = failure(test, BAD)
    assert found.kind == "error"
    assert any(part in found.message for part in reason.split("|")), found.message


def test_exists_stops_at_the_first_item_before_an_error_in_a_later_one():
    """What is found is found: an item behind it that cannot be judged does not matter."""
    test = "exists(//a:line[xs:decimal(a:amount) = 10]/a:amount)"
    assert failures(rule_set(rule("/*", check(test))), BAD) == []
    assert failure(test.replace("10", "11"), BAD).kind == "error"


def test_a_value_in_a_message_forgives_errors_that_do_not_decide():
    """Of two conditions on an item, the one that is false decides, in messages as in tests."""
    select = "count(a:line[xs:decimal(a:amount) > 0 and false()])"
    assert failure("false()", BAD, "found ", Value(select)).message == "found 0"
