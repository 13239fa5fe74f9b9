"""Hostile rule sets: a rule file can make Python run rules, and nothing else."""

from __future__ import annotations

import contextlib
import marshal
import sys
import time
from random import Random

import pytest
from lxml import etree
from small_rules import check, failures, let, literal, rule, rule_set

from einvoice.schematron import Check, RuleError, RuleSet, RuleTree, compile_rules
from einvoice.schematron.generate import make_program
from einvoice.schematron.rules import Function, Key, Param, Pattern, Rule, Value
from einvoice.schematron.xpath import regex
from einvoice.schematron.xpath.regex import matcher
from einvoice.schematron.xpath.runtime import names

DOCUMENT = '<r xmlns="urn:a"><x>1</x></r>'
ATTACKS = [
    "'); import os; os.abort() #",
    '"); raise SystemExit #',
    "\\'); raise SystemExit #",
    "x\n    raise SystemExit\n",
    "x\r\nraise SystemExit",
    "\u2028raise SystemExit",
    "{0} {1} {*} {x}",
    "%s %(x)s",
    "‹d›.__class__",
    "‹=x1›",
    "\x00\x07\ud7ff",
    "__import__('os').abort()",
    "__builtins__",
    "\\",
    "'''",
    '"""',
    "\N{RIGHT-TO-LEFT OVERRIDE}",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_texts_stay_texts(attack):
    """A text in an expression, a message, an id, a flag comes out as it went in."""
    checked = Check(attack, "assert", f"{literal(attack)} = 'no'", attack, attack, (attack, Value(literal(attack))), 1)
    rules = RuleSet("x", {"a": "urn:a"}, (), (), (), (Pattern(attack, (), (Rule("/*", (), (checked,), 1),), False),))
    (found,) = failures(rules, DOCUMENT)
    assert (found.rule, found.flag, found.role) == (attack, attack, attack)
    assert found.message.replace(" ", "") == (attack * 2).strip(" \t\r\n").replace(" ", "").replace("\n", "").replace(
        "\r", ""
    )


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "template",
    [
        "contains(a:x, {0})",
        "a:x = ({0}, 'b')",
        "starts-with({0}, string(a:x))",
        "concat(a:x, {0}) = 'x'",
        "translate(a:x, {0}, {0}) = 'x'",
        "contains({0}, concat(' ', a:x, ' '))",
        "//a:x[. = {0}]",
        "string-join((a:x, {0}), {0}) = 'x'",
        "normalize-space(replace(a:x, 'q', 'r')) = {0}",
    ],
)
def test_texts_stay_texts_in_every_place(attack, template):
    """Also where they are looked up, searched for, or a part of a larger call."""
    found = failures(rule_set(rule("/*", check(template.replace("{0}", literal(attack))))), DOCUMENT)
    assert all(each.kind == "assert" for each in found)


@pytest.mark.parametrize(
    "attack", ["(", "[", "\\", "a{99999}", "a{3,2}", "(" * 99 + ")" * 99, r"((a+)\1)+", "((a+){999}){9,}", "(a?){9999}"]
)
def test_regular_expressions_that_are_wrong_or_too_much_are_refused(attack):
    """What no XPath engine knows, or what would need years or gigabytes, is refused, in the rules and in a document."""
    with pytest.raises(RuleError):
        compile_rules(rule_set(rule("/*", check(f"matches(a:x, {literal(attack)})"))))
    (found,) = failures(rule_set(rule("/*", check(f"matches('a', concat({literal(attack)}, a:none))"))), DOCUMENT)
    assert found.kind == "error"


HOSTILE = ["(a+)+$", "(a*)*b", "(.*)*x", "((a|b)+)+c", "([a-z]+)*!", "^(a|aa)+$", "(a?){30}a{30}b", "(^a*$|a)+b"]


@pytest.mark.parametrize("attack", HOSTILE)
def test_a_repeated_repetition_cannot_keep_the_processor_busy(attack):
    """Python's engine would need years for these; an automaton tells at once. To replace by one is refused."""
    started = time.process_time()
    assert matcher(attack)("a" * 2_000 + "-") in (False, None)
    assert time.process_time() - started < 5
    if attack not in ("^(a|aa)+$", "(a?){30}a{30}b"):
        for call in ("replace(a:x, {}, '')", "tokenize(a:x, {})"):
            checked = check(f"{call.format(f'concat({literal(attack)}, a:none)')} = 'x'")
            (found,) = failures(rule_set(rule("/*", checked)), DOCUMENT)
            assert (found.kind, "repeats a repetition" in found.message) == ("error", True)


NESTED = {  # each with a text that it matches
    "(a+)+$": "baa",
    "(a*)*b": "b",
    "(.*)*x": "1x",
    "((a|b)+)+c": "abc",
    "([a-z]+)*!": "ab!",
    "^(a|aa)+$": "aaa",
    r"^[^@\s]+@([^@.\s]+\.)+[^@.\s]+$": "a@b.c.d",
    r".*([0-9].*){3,}.*": "1a11",
    r"(x*)+y?$|^(ab*){2,}c": "aabc",
    r"(^|\n)(#[A-Z]+(=[0-9]{1,2}(\.[0-9])?)*)+#$": "a\n#A=1.1#B#",
    r"([\i-[:]][\c-[:]]*:?)+$": "a:b",
    "(a*?b+?)*|()*c": "",
}


@pytest.mark.parametrize("flags", ["", "i", "m", "s", "ims"])
@pytest.mark.parametrize(("pattern", "text"), NESTED.items(), ids=NESTED)
def test_the_automaton_matches_what_the_engine_of_python_matches(pattern, text, flags):
    """On short texts, where Python's engine is quick enough to be asked."""
    _, python, _ = regex._read(pattern, flags)
    assert matcher(pattern, flags) != python.search
    assert matcher(pattern, flags)(text)
    random = Random(pattern + flags)  # noqa: S311 - texts, no secrets
    for length in range(200):
        text = "".join(random.choices(pattern + "aA1\n@", k=length % 14))
        assert matcher(pattern, flags)(text) == (python.search(text) is not None)


def test_names_of_every_kind_are_only_names():
    """Variables, functions, keys, parameters and tags may be called like Python's own."""
    names_ = ["__class__", "d", "n", "import", "exec", "lambda", "None", "x1", "é", "a.b-c"]
    lets = [let(name, f"string-length({literal(name)})") for name in names_]
    functions = [
        Function(f"f:{name}", (Param(name, "xs:integer"),), (), f"${name} + 1", 1, "xs:integer") for name in names_
    ]
    keys = [Key(name, "a:x", "string(.)", 1) for name in names_]
    tests = [
        check(f"f:{name}(${name}) = {len(name) + 1} and key({literal(name)}, '1') and not(a:{name}/@{name})")
        for name in names_
    ]
    assert failures(rule_set(rule("/*", *tests), lets=lets, functions=functions, keys=keys), DOCUMENT) == []


@pytest.mark.parametrize("uri", ["'}+{", "x\ny", '"', "\\", "{0}"])
def test_namespaces_are_only_texts(uri):
    """A namespace with quotes or line breaks ends up in a constant, as text."""
    checked = Check("T", "assert", "not(q:x) and not(@q:y) and not(//q:x)", "", "", ("m",), 1)
    rules = RuleSet("x", {"q": uri}, (), (), (), (Pattern("", (), (Rule("/* | q:x", (), (checked,), 1),), False),))
    assert failures(rules, DOCUMENT) == []


@pytest.mark.parametrize(
    "test",
    [
        "(" * 500 + "1" + ")" * 500,
        "not(" * 300 + "1" + ")" * 300,
        "a:x[" * 200 + "1" + "]" * 200,
        "1" + "0" * 5000 + " = 1",
        "1e999999 = 1",
        "1" * 300 + ".5 = 1",
        "-" * 100_000 + "1",
        "(" * 100_000,
        "x" * 300_000,
        "if (1) then " * 200 + "1" + " else 1" * 200,
        "for $x in 1 return " * 100 + "1",
    ],
)
def test_gigantic_expressions_are_refused_or_judged(test):
    """Deep nesting and gigantic numbers are refused with a reason; none of them ends the process."""
    start = time.process_time()
    with contextlib.suppress(RuleError):
        failures(rule_set(rule("/*", check(test))), DOCUMENT)
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    "test", [" or ".join(["a:x = '2'"] * 3000), "+".join(["1"] * 2000) + " = 2000", "/".join(["*"] * 60)]
)
def test_long_expressions_are_refused_or_judged(test):
    """Thousands of operands in a row, and paths deeper than Python's blocks."""
    found = []
    with contextlib.suppress(RuleError):
        found = failures(rule_set(rule("/*", check(test))), DOCUMENT)
    assert all(each.kind == "assert" for each in found)


def test_long_paths_are_judged():
    """Python allows 20 loops inside each other, XPath any number of steps."""
    depth = 40
    document = '<r xmlns="urn:a">' + "<x>" * depth + "1" + "</x>" * depth + "</r>"
    path = "/".join(["a:x[true()]"] * depth)
    assert failures(rule_set(rule("/*", check(f"{path} = '1'"), check(f"not({path}/a:x)"))), document) == []


def test_generated_code_reaches_a_fixed_set_of_names_only():
    """No import, no attribute of the interpreter: six harmless built-in functions and those of XPath."""
    reachable = names()
    assert set(reachable["__builtins__"]) == {"bool", "enumerate", "float", "frozenset", "len", "sorted"}
    rules = rule_set(rule("a:x", check("some $y in //a:x satisfies $y = 1", Value("a:x"))), lets=[let("v", "//a:x[1]")])
    program = make_program(rules)
    allowed = set(reachable) | set(reachable["__builtins__"]) | {"ONCE", "MESSAGES", "ascii"}
    made: set[str] = set()
    for part in (program.judge, program.explain, program.trace):
        code = marshal.loads(part)  # noqa: S302  just made
        made |= set(code.co_names)
        inner = [constant for constant in code.co_consts if hasattr(constant, "co_names")]
        used = {name for each in inner for name in each.co_names}
        methods = {name for name in dir(RuleTree) if name[0] != "_"} | {"get", "append"}
        assert used - allowed - methods - made == set()
        assert not any("__" in name for name in used | made)


def test_documents_cannot_name_files():
    """document() never opens anything: what is not given with the rules is refused."""
    for name in ("/etc/passwd", "file:///etc/passwd", "http://localhost/x", "../x.xml"):
        with pytest.raises(RuleError):
            compile_rules(rule_set(rule("/*", check(f"document({literal(name)})"))))


def test_entities_of_code_lists_are_not_resolved():
    """A code list that comes with the rules cannot read files either."""
    bomb = b'<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]><r><c v="1">&e;</c></r>'
    rules = rule_set(rule("/*", check("string(document('c.xml')/r/c) = ''")), documents={"c.xml": bomb})
    assert failures(rules, DOCUMENT) == []


def test_hostile_documents_cost_no_more_than_their_size():
    """Deep nesting, many different tags, many attributes: each is judged in time that follows its size."""
    rules = compile_rules(
        rule_set(rule("a:x", check("count(ancestor::*) > 0 and //a:x")), rule("//*", check("true()")))
    )
    deep = etree.fromstring(
        ('<r xmlns="urn:a">' + "<x>" * 2000 + "</x>" * 2000 + "</r>").encode(), etree.XMLParser(huge_tree=True)
    )
    wide = etree.fromstring(('<r xmlns="urn:a">' + "".join(f"<x{n} y{n}='1'/>" for n in range(5000)) + "</r>").encode())
    start = time.process_time()
    assert rules.check(deep).failures == rules.check(wide).failures == ()
    assert time.process_time() - start < 20
    assert sys.getrecursionlimit() < 100_000
