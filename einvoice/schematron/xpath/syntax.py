"""The syntax tree of an XPath 2.0 expression: what the parser makes and the compiler reads.

    cbc:Amount[@currencyID = $currency] * 2

is  Binary("*", Filter(Step("child", NameTest(CBC, "Amount")),
                       Binary("=", Step("attribute", NameTest("", "currencyID")), Variable("currency"))),
           Literal(2))

Abbreviations are written out: `//x` is `/descendant-or-self::node()/child::x`, `..` is `parent::node()`. Names of
elements carry their namespace instead of a prefix; `None` stands for the wildcard.

Source: XML Path Language (XPath) 2.0, section 3 and appendix A.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias


class Syntax:
    """Any expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NameTest:
    """`cbc:ID`, `cbc:*`, `*:ID`, `*`: None is the wildcard, "" is no namespace."""

    uri: str | None
    local: str | None


@dataclass(frozen=True, slots=True)
class KindTest:
    """`node()`, `text()`, `element()`, ..."""

    kind: str


NodeTest: TypeAlias = NameTest | KindTest
AnyKind = KindTest("node")


@dataclass(frozen=True, slots=True)
class Literal(Syntax):
    """A string or a number; its Python type tells which: str, int, Decimal, float."""

    value: str | int | Decimal | float


@dataclass(frozen=True, slots=True)
class Variable(Syntax):
    """`$name`, the name as written."""

    name: str


@dataclass(frozen=True, slots=True)
class ContextItem(Syntax):
    """`.`"""


@dataclass(frozen=True, slots=True)
class Root(Syntax):
    """A leading `/`."""


@dataclass(frozen=True, slots=True)
class Step(Syntax):
    """`axis::test`, without predicates."""

    axis: str
    test: NodeTest


@dataclass(frozen=True, slots=True)
class Filter(Syntax):
    """`base[predicate]`; where base is a Step, positions are counted along its axis."""

    base: Syntax
    predicate: Syntax


@dataclass(frozen=True, slots=True)
class Path(Syntax):
    """`left/right`: right is evaluated once for each node of left."""

    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class ForEach(Syntax):
    """`source ! result`: result is evaluated with each item of source as the context item, in order (XPath 3.0)."""

    source: Syntax
    result: Syntax


@dataclass(frozen=True, slots=True)
class Call(Syntax):
    """A function call. Standard functions have no prefix, constructors have `xs:`, others the prefix as written."""

    name: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Binary(Syntax):
    """`left operator right`: or and, comparisons, to, + - * div idiv mod, | intersect except."""

    operator: str
    left: Syntax
    right: Syntax


@dataclass(frozen=True, slots=True)
class Negate(Syntax):
    """`-operand`"""

    operand: Syntax


@dataclass(frozen=True, slots=True)
class Sequence(Syntax):
    """`(a, b, c)` or `()`; a single expression in parentheses is just that expression."""

    items: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class If(Syntax):
    """`if (condition) then yes else no`"""

    condition: Syntax
    yes: Syntax
    no: Syntax


@dataclass(frozen=True, slots=True)
class For(Syntax):
    """`for $name in source return result`; several bindings are nested."""

    name: str
    source: Syntax
    result: Syntax


@dataclass(frozen=True, slots=True)
class Quantified(Syntax):
    """`some|every $name in source satisfies condition`; several bindings are nested."""

    kind: str
    name: str
    source: Syntax
    condition: Syntax


@dataclass(frozen=True, slots=True)
class Cast(Syntax):
    """`operand cast as type` (with `?`: optional)."""

    operand: Syntax
    type: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Castable(Syntax):
    """`operand castable as type` (with `?`: optional)."""

    operand: Syntax
    type: str
    optional: bool


def walk(syntax: Syntax) -> Iterator[Syntax]:
    """The expression and every expression inside it."""
    yield syntax
    names: tuple[str, ...] = tuple(syntax.__slots__)
    for name in names:
        value = getattr(syntax, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Syntax):
                yield from walk(part)
