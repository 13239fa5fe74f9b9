"""XPath 2.0 tokens -> syntax tree.

A parser of our own, because the rules need a fixed part of XPath only, in a tree of seventeen shapes, and because a
general library (elementpath) evaluates while it parses: it touches the process's locale, which can block for ever next
to another XPath engine, and it refuses `document('x')/y`. Recursive descent; binary operators by table.

    parse("../cbc:Amount * 2", {"cbc": "urn:..."})

Source: XML Path Language (XPath) 2.0, section 3 and appendix A.1 (grammar); XPath 3.0, section 3.15 (`!`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal

from einvoice.schematron.xpath.lexer import Token, XPathError, tokenize
from einvoice.schematron.xpath.syntax import (
    AnyKind,
    Binary,
    Call,
    Cast,
    Castable,
    ContextItem,
    Filter,
    For,
    ForEach,
    If,
    KindTest,
    Literal,
    NameTest,
    Negate,
    NodeTest,
    Path,
    Quantified,
    Root,
    Sequence,
    Step,
    Syntax,
    Variable,
)

AXES = {
    "ancestor",
    "ancestor-or-self",
    "attribute",
    "child",
    "descendant",
    "descendant-or-self",
    "following",
    "following-sibling",
    "parent",
    "preceding",
    "preceding-sibling",
    "self",
}
KINDS = {"node", "text", "element", "comment", "processing-instruction"}
FUNCTIONS = "http://www.w3.org/2005/xpath-functions"
SCHEMA = "http://www.w3.org/2001/XMLSchema"
# From weak to strong; a comparison cannot be chained, `instance of`, `treat as` and casts are handled apart.
_LEVELS = (
    ("or",),
    ("and",),
    ("=", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "is", "<<", ">>"),
    ("to",),
    ("+", "-"),
    ("*", "div", "idiv", "mod"),
    ("|", "union"),
    ("intersect", "except"),
)
_LEVEL_OF = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators}
_COMPARISON = _LEVEL_OF["="]
LONGEST_NUMBER = 200  # digits
DEEPEST = 60  # brackets, steps and operators inside each other; the official rules stay below 20
LONGEST = 200_000  # characters


def parse(text: str, namespaces: Mapping[str, str]) -> Syntax:
    """Parse an expression; `namespaces` maps its prefixes to URIs.

    Raises XPathError, which says what is not understood.
    """
    if len(text) > LONGEST:
        raise XPathError(f"longer than {LONGEST} characters")
    return _Parser(tokenize(text), namespaces).whole()


class _Parser:
    def __init__(self, tokens: list[Token], namespaces: Mapping[str, str]) -> None:
        self.tokens = tokens
        self.namespaces = namespaces
        self.at = 0
        self.depth = 0

    # --- tokens ---------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def next_is(self, text: str, ahead: int = 1) -> bool:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.text == text and token.kind in ("sign", "name")

    def is_(self, text: str) -> bool:
        return self.next_is(text, 0)

    def accept(self, text: str) -> bool:
        found = self.is_(text)
        self.at += found
        return found

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise XPathError(f"{text!r} expected, not {self.token.text!r}")

    def name(self) -> str:
        token = self.token
        if token.kind != "name":
            raise XPathError(f"a name expected, not {token.text!r}")
        self.at += 1
        return token.text

    # --- expressions ----------------------------------------------------------------------------------------

    def whole(self) -> Syntax:
        syntax = self.expression()
        if self.token.kind != "end":
            raise XPathError(f"unexpected {self.token.text!r}")
        return syntax

    def expression(self) -> Syntax:
        items = [self.single()]
        while self.accept(","):
            items.append(self.single())
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def single(self) -> Syntax:
        self.depth += 1
        if self.depth > DEEPEST:
            raise XPathError(f"nested more than {DEEPEST} deep")
        if self.token.kind == "name" and self.next_is("$") and self.token.text in ("for", "some", "every"):
            syntax = self.bindings(self.name())
        elif self.is_("if") and self.next_is("("):
            syntax = self.conditional()
        else:
            syntax = self.binary(0)
        self.depth -= 1
        return syntax

    def bindings(self, kind: str) -> Syntax:
        bound = []
        while True:
            self.expect("$")
            name = self.name()
            self.expect("in")
            bound.append((name, self.single()))
            if not self.accept(","):
                break
        self.expect("return" if kind == "for" else "satisfies")
        syntax = self.single()
        for name, source in reversed(bound):
            syntax = For(name, source, syntax) if kind == "for" else Quantified(kind, name, source, syntax)
        return syntax

    def conditional(self) -> Syntax:
        self.expect("if")
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        self.expect("then")
        yes = self.single()
        self.expect("else")
        return If(condition, yes, self.single())

    def binary(self, weakest: int) -> Syntax:
        """Operators from `weakest` on: precedence climbing, which nests calls only where operators nest."""
        left = self.cast()
        compared = False
        while True:
            operator = self.token.text
            level = _LEVEL_OF.get(operator, -1) if self.token.kind in ("sign", "name") else -1
            if level < weakest or (compared and level == _COMPARISON):
                return left
            self.at += 1
            compared = compared or level == _COMPARISON
            right = self.binary(level + 1)
            left = Binary("|" if operator == "union" else operator, left, right)

    def cast(self) -> Syntax:
        syntax = self.unary()
        while self.token.kind == "name":
            if self.token.text in ("cast", "castable") and self.next_is("as"):
                make: Callable[[Syntax, str, bool], Syntax] = Cast if self.token.text == "cast" else Castable
                self.at += 2
                syntax = make(syntax, self.qualified(self.name()), self.accept("?"))
            elif (self.is_("instance") and self.next_is("of")) or (self.is_("treat") and self.next_is("as")):
                raise XPathError(f"'{self.token.text} {self.tokens[self.at + 1].text}' is not supported")
            else:
                break
        return syntax

    def unary(self) -> Syntax:
        negative, signed = False, False
        while self.is_("-") or self.is_("+"):
            negative, signed = negative ^ self.is_("-"), True
            self.at += 1
        syntax = self.path()
        while self.accept("!"):
            syntax = ForEach(syntax, self.path())
        if not signed:
            return syntax
        return Negate(syntax) if negative else Negate(Negate(syntax))

    # --- paths ----------------------------------------------------------------------------------------------

    def path(self) -> Syntax:
        syntax: Syntax
        if self.accept("//"):
            syntax = Path(Path(Root(), Step("descendant-or-self", AnyKind)), self.step())
        elif self.accept("/"):
            if not self.starts_step():
                return Root()
            syntax = Path(Root(), self.step())
        else:
            syntax = self.step()
        while True:
            if self.accept("//"):
                syntax = Path(Path(syntax, Step("descendant-or-self", AnyKind)), self.step())
            elif self.accept("/"):
                syntax = Path(syntax, self.step())
            else:
                return syntax

    def starts_step(self) -> bool:
        token = self.token
        return token.kind in ("name", "string", "number") or token.text in ("*", "@", ".", "..", "(", "$")

    def step(self) -> Syntax:
        syntax = self.axis_step() or self.primary()
        while self.accept("["):
            predicate = self.expression()
            self.expect("]")
            syntax = Filter(syntax, predicate)
        return syntax

    def axis_step(self) -> Syntax | None:  # noqa: PLR0911  one case a form
        if self.accept(".."):
            return Step("parent", AnyKind)
        if self.accept("@"):
            return Step("attribute", self.node_test())
        if self.token.kind == "name" and self.next_is("::"):
            axis = self.name()
            if axis not in AXES:
                raise XPathError(f"the axis '{axis}' is not supported")
            self.at += 1
            return Step(axis, self.node_test())
        if self.is_("*"):
            return Step("child", self.node_test())
        if self.token.kind != "name":
            return None
        if self.next_is("("):
            if self.token.text == "attribute":
                raise XPathError("attribute() is not supported: write @*")
            return Step("child", self.node_test()) if self.token.text in KINDS else None
        return Step("child", self.node_test())

    def node_test(self) -> NodeTest:
        if self.accept("*"):
            return NameTest(None, None)
        name = self.name()
        if name in KINDS and self.accept("("):
            self.expect(")")
            return KindTest(name)
        prefix, _, local = name.rpartition(":")
        if prefix == "*":
            return NameTest(None, local)
        return NameTest(self.uri(prefix) if prefix else "", None if local == "*" else local)

    def primary(self) -> Syntax:  # noqa: PLR0911  one case a form
        token = self.token
        if token.kind == "string":
            self.at += 1
            return Literal(token.text)
        if token.kind == "number":
            self.at += 1
            return Literal(_number(token.text))
        if self.accept("."):
            return ContextItem()
        if self.accept("$"):
            return Variable(self.name())
        if self.accept("("):
            if self.accept(")"):
                return Sequence(())
            syntax = self.expression()
            self.expect(")")
            if self.is_("[") and _goes_backward(syntax):
                return Path(syntax, ContextItem())  # in brackets, positions are counted in document order
            return syntax
        if token.kind == "name" and self.next_is("("):
            return self.call()
        raise XPathError(f"unexpected {token.text!r}")

    def call(self) -> Syntax:
        name = self.qualified(self.name())
        self.expect("(")
        arguments: list[Syntax] = []
        if not self.accept(")"):
            arguments.append(self.single())
            while self.accept(","):
                arguments.append(self.single())
            self.expect(")")
        return Call(name, tuple(arguments))

    # --- names ----------------------------------------------------------------------------------------------

    def uri(self, prefix: str) -> str:
        if prefix not in self.namespaces:
            raise XPathError(f"the prefix '{prefix}' is not declared")
        return self.namespaces[prefix]

    def qualified(self, name: str) -> str:
        """A function or a type: `fn:count` is `count`, the prefix of the schema types is always `xs`."""
        prefix, _, local = name.rpartition(":")
        if not prefix:
            return name
        if prefix == "fn" and "fn" not in self.namespaces:
            return local
        uri = SCHEMA if prefix == "xs" and "xs" not in self.namespaces else self.uri(prefix)
        return {FUNCTIONS: local, SCHEMA: f"xs:{local}"}.get(uri, name)


def _goes_backward(syntax: Syntax) -> bool:
    """Whether positions are counted from the nearest node backwards: preceding::x[1]."""
    while isinstance(syntax, Filter):
        syntax = syntax.base
    return isinstance(syntax, Step) and syntax.axis.startswith(("preceding", "ancestor"))


def _number(text: str) -> int | Decimal | float:
    if len(text) > LONGEST_NUMBER:
        raise XPathError(f"a number of more than {LONGEST_NUMBER} characters")
    if "e" in text or "E" in text:
        if math.isinf(float(text)):
            raise XPathError(f"the number {text} is too large")
        return float(text)
    return Decimal(text) if "." in text else int(text)
