"""The XPath parser: trees, precedence, names, and refusals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from einvoice.schematron.xpath.parser import XPathError, parse
from einvoice.schematron.xpath.syntax import (
    AnyKind,
    Binary,
    Call,
    Cast,
    ContextItem,
    Filter,
    For,
    If,
    KindTest,
    Literal,
    NameTest,
    Negate,
    Path,
    Quantified,
    Root,
    Sequence,
    Step,
    Variable,
    walk,
)

NAMESPACES = {"p": "urn:p", "xsd": "http://www.w3.org/2001/XMLSchema", "f": "urn:f"}


def child(name: str, uri: str = "") -> Step:
    """child::name"""
    return Step("child", NameTest(uri, name))


BELOW = Step("descendant-or-self", AnyKind)
A, B, C = child("a"), child("b"), child("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("p:a", child("a", "urn:p")),
        ("*", Step("child", NameTest(None, None))),
        ("p:*", Step("child", NameTest("urn:p", None))),
        ("*:a", Step("child", NameTest(None, "a"))),
        ("@a", Step("attribute", NameTest("", "a"))),
        ("..", Step("parent", AnyKind)),
        (".", ContextItem()),
        ("/", Root()),
        ("/a", Path(Root(), A)),
        ("//a", Path(Path(Root(), BELOW), A)),
        ("a//b", Path(Path(A, BELOW), B)),
        ("a/b/c", Path(Path(A, B), C)),
        ("self::p:a", Step("self", NameTest("urn:p", "a"))),
        ("text()", Step("child", KindTest("text"))),
        ("a[b][1]", Filter(Filter(A, B), Literal(1))),
        ("(a)[1]", Filter(A, Literal(1))),
        ("a[b/c]", Filter(A, Path(B, C))),
        ("$x", Variable("x")),
        ("$p:x", Variable("p:x")),
        ("'it''s'", Literal("it's")),
        ('"a""b"', Literal('a"b')),
        ("1", Literal(1)),
        ("1.50", Literal(Decimal("1.50"))),
        (".5", Literal(Decimal(".5"))),
        ("1e3", Literal(1000.0)),
        ("()", Sequence(())),
        ("(1, 2)", Sequence((Literal(1), Literal(2)))),
        ("((1))", Literal(1)),
        ("count(a)", Call("count", (A,))),
        ("fn:count(a)", Call("count", (A,))),
        ("xs:decimal(a)", Call("xs:decimal", (A,))),
        ("xsd:decimal(a)", Call("xs:decimal", (A,))),
        ("f:my-function()", Call("f:my-function", ())),
        ("-a", Negate(A)),
        ("--a", Negate(Negate(A))),
        ("a cast as xs:date?", Cast(A, "xs:date", optional=True)),
        ("if (a) then b else c", If(A, B, C)),
        ("for $x in a return $x", For("x", A, Variable("x"))),
        ("for $x in a, $y in b return c", For("x", A, For("y", B, C))),
        ("some $x in a satisfies b", Quantified("some", "x", A, B)),
        # names that look like operators, and operators that look like names
        ("div div div", Binary("div", child("div"), child("div"))),
        ("* * *", Binary("*", Step("child", NameTest(None, None)), Step("child", NameTest(None, None)))),
        ("if", child("if")),
        ("for/some", Path(child("for"), child("some"))),
        ("a-b", child("a-b")),
        ("a - b", Binary("-", A, B)),
        ("a -b", Binary("-", A, B)),
        ("child", child("child")),
        # from weak to strong
        ("a or b and c", Binary("or", A, Binary("and", B, C))),
        ("a and b = c", Binary("and", A, Binary("=", B, C))),
        ("a = b + c", Binary("=", A, Binary("+", B, C))),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a * b | c", Binary("*", A, Binary("|", B, C))),
        ("-a * b", Binary("*", Negate(A), B)),
        ("-a/b", Negate(Path(A, B))),
        ("1 to a + 1", Binary("to", Literal(1), Binary("+", A, Literal(1)))),
        ("a union b", Binary("|", A, B)),
        ("a (: comment (: in it :) :) = b", Binary("=", A, B)),
    ],
)
def test_trees(text, tree):
    """Each form of expression has one shape."""
    assert parse(text, NAMESPACES) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unexpected 'the end of the expression'"),
        ("a b", "unexpected 'b'"),
        ("a =", "unexpected 'the end of the expression'"),
        ("a = b = c", "unexpected '='"),
        ("(a", r"'\)' expected, not 'the end"),
        ("a[1", r"'\]' expected"),
        ("a)", r"unexpected '\)'"),
        ("q:a", "the prefix 'q' is not declared"),
        ("'open", 'unexpected "\'open"'),
        ("(: open", "a comment is not closed"),
        ("a # b", "unexpected '# b'"),
        ("a { b", "unexpected '{ b'"),
        ("namespace::a", "the axis 'namespace' is not supported"),
        ("a instance of xs:string", "'instance of' is not supported"),
        ("a treat as xs:string", "'treat as' is not supported"),
        ("attribute(a)", r"attribute\(\) is not supported"),
        ("1e99999", "too large"),
        ("12abc", "unexpected '12abc'"),
        ("1" * 201, "a number of more than 200 characters"),
        ("(" * 61 + "1" + ")" * 61, "nested more than 60 deep"),
        ("a" * 200_001, "longer than 200000 characters"),
        ("for $x in a", "'return' expected"),
        ("every $x satisfies a", "'in' expected"),
        ("if (a) then b", "'else' expected"),
        ("$", "a name expected"),
        ("a/", "unexpected 'the end"),
        ("a['x'", r"'\]' expected"),
    ],
)
def test_refusals(text, message):
    """What is not XPath 2.0, or not supported, is refused in words."""
    with pytest.raises(XPathError, match=message):
        parse(text, NAMESPACES)


def test_walk_visits_every_part():
    """An expression and all expressions inside it, once each."""
    parts = list(walk(parse("count(a[b = 1]) + (for $x in c return ($x, 'y'))", NAMESPACES)))
    assert [part for part in parts if isinstance(part, Step)] == [A, B, C]
    assert [part.value for part in parts if isinstance(part, Literal)] == [1, "y"]
    assert Variable("x") in parts
