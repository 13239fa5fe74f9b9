"""Which two values a failed check compared: found 119.99, expected 120.00.

    xs:decimal(cbc:PayableAmount) = round(sum(../cac:InvoiceLine/xs:decimal(cbc:Amount)) * 10 * 10) div 100
    found: the text of cbc:PayableAmount    expected: the value of the right side

A test is followed to the comparison that decided it: through `and` to the side that is false, through `or` to the
alternative that came nearest, through `every` to the item that broke it, through `if` to the branch taken. The plain
value of the document is what was found, the computed side what was expected. `abs(a - b) <= 0.01` compares a with b.
Of a code list, only the code is shown; where no single comparison decided, nothing is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from einvoice.schematron.xpath.code import Loop, Scope, render_loops
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.operators import GENERAL, VALUE, flattened
from einvoice.schematron.xpath.syntax import (
    Binary,
    Call,
    Cast,
    ContextItem,
    For,
    If,
    Literal,
    Negate,
    Path,
    Quantified,
    Sequence,
    Step,
    Syntax,
    Variable,
)
from einvoice.schematron.xpath.translator import Translator

_LONGEST = 20_000  # characters of code; a test that needs more is explained by its message alone
_WRAPPERS = frozenset({"round", "abs", "number", "string", "normalize-space", "upper-case", "lower-case", "data"})
_OF_TEXT = frozenset({"matches", "starts-with", "ends-with", "contains"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part of a test stands: its scope, what its variables stand for, and what it should have been."""

    scope: Scope
    definitions: Mapping[str, Syntax]
    wanted: bool


def operands_code(
    syntax: Syntax, translator: Translator, scope: Scope, definitions: Mapping[str, Syntax], *, wanted: bool
) -> str | None:
    """Code of a tuple (found, expected) for a test that was not as `wanted`; None if no comparison can be shown.

    Each of the two may be None at run time; so may the tuple.
    """
    try:
        code = _Explainer(translator).explain(syntax, _Place(scope, definitions, wanted))
    except XPathError:
        return None
    return code if code is None or len(code) < _LONGEST else None


class _Explainer:
    def __init__(self, translator: Translator) -> None:
        self.translator = translator

    def explain(self, syntax: Syntax, place: _Place) -> str | None:  # noqa: C901, PLR0911  one case a shape
        """Code of the explanation of a test, or None."""
        match syntax:
            case Call("not", (inner,)):
                return self.explain(inner, replace(place, wanted=not place.wanted))
            case Call("boolean", (inner,)):
                return self.explain(inner, place)
            case Binary("and" | "or"):
                return self.logic(syntax, place)
            case Binary(operator, left, right) if operator in GENERAL or operator in VALUE:
                return self.comparison(VALUE.get(operator, operator), left, right, place)
            case If(condition, yes, no):
                return self.branches(condition, yes, no, place)
            case Quantified(kind, name, source, condition):
                return self.items(name, source, condition, place, first=(kind == "every") == place.wanted)
            case For(name, source, result):
                return self.items(name, source, result, self.defined(place, name, source), first=True)
            case Call("contains", (Literal(str()), Call("concat", (Literal(" "), word, Literal(" "))))):
                return self.only_found(word, place)
            case Call(name, (text, *_)) if name in _OF_TEXT and not isinstance(text, Literal):
                return self.only_found(text, place)
            case Call(name, (text, *_)) if self.takes_text(name):
                return self.only_found(text, place)
        return None

    def takes_text(self, name: str) -> bool:
        """Whether a function of the rule set begins with a parameter that is a value, not a node."""
        own = self.translator.own_functions.get(name)
        return own is not None and bool(own.params) and own.params[0].atomic

    def test(self, syntax: Syntax, place: _Place) -> str:
        return self.translator.test(syntax, place.scope)

    # --- the way to the comparison ----------------------------------------------------------------------------

    def logic(self, syntax: Binary, place: _Place) -> str | None:
        sides = flattened(syntax, syntax.operator)
        found = [(side, self.explain(side, place)) for side in sides]
        explained = [(side, code) for side, code in found if code is not None]
        if not explained:
            return None
        if (syntax.operator == "and") == place.wanted:  # the first side that decided
            code = "None"
            for side, explanation in reversed(found):
                decided = self.test(side, place)
                code = f"({explanation} if {'not ' if place.wanted else ''}{decided} else {code})"
            return code
        if len(explained) == 1:
            return explained[0][1]
        if syntax.operator == "and":
            return None
        alternatives = (f"({self.nearness(side, place)}, lambda: {code})" for side, code in explained)
        return f"nearest([{', '.join(alternatives)}])"

    def nearness(self, side: Syntax, place: _Place) -> str:
        """Code of how many conditions of an alternative hold."""
        if not (isinstance(side, Binary) and side.operator == "and"):
            return "0"
        return f"({' + '.join(self.test(part, place) for part in flattened(side, 'and'))})"

    def branches(self, condition: Syntax, yes: Syntax, no: Syntax, place: _Place) -> str | None:
        a, b = self.explain(yes, place), self.explain(no, place)
        if a is None and b is None:
            return None
        return f"({a} if {self.test(condition, place)} else {b})"

    def defined(self, place: _Place, name: str, source: Syntax) -> _Place:
        """A variable of `for` stands for its source where that is a single value."""
        if self.translator.expression(source, place.scope).card == "*":
            return place
        return replace(place, definitions={**place.definitions, name: source})

    def items(self, name: str, source: Syntax, condition: Syntax, place: _Place, *, first: bool) -> str | None:
        """The explanation of the first item that decided; or what the explanations of all items have in common."""
        loops, inner = self.translator.bound(name, source, place.scope)
        inside = replace(place, scope=inner)
        explanation = self.explain(condition, inside)
        if explanation is None:
            return None
        module = self.translator.module
        if first:
            test = f"{'not ' if place.wanted else ''}{self.test(condition, inside)}"
            lines = [*render_loops((*loops, Loop("if", test)), [f"return {explanation}"]), "return None"]
            return module.call("first", lines)
        found = module.local()
        lines = [f"{module.bind(found)} = []", *render_loops(loops, [f"{found}.append({explanation})"])]
        return module.call("common", [*lines, f"return common({found})"])

    # --- the comparison ---------------------------------------------------------------------------------------

    def comparison(self, sign: str, left: Syntax, right: Syntax, place: _Place) -> str | None:
        a, b = self.unwrapped(left, right, place)
        difference = a if sign in ("<", "<=") else b if sign in (">", ">=") else None
        if difference is not None and place.wanted:
            tolerated = self.tolerated(difference, place)
            if tolerated is not None:
                return tolerated
        if _rank(a) > _rank(b):
            a, b = b, a
        if _rank(a) == _LITERAL:
            return None
        found = self.shown(self.bare(a, place), place)
        alike = sign in ("=", "!=") and (sign == "=") != place.wanted  # equal, where that is what was not wanted
        if alike or (isinstance(b, Sequence) and len(b.items) != 1):
            return f"({found}, None)"
        return f"({found}, {self.shown(b, place)})"

    def tolerated(self, difference: Syntax, place: _Place) -> str | None:
        """`abs(a - b + c) <= tolerance`: found is a, or the first plain value among them; expected what fits it."""
        match self.core(difference, place):
            case Call("abs", (inner,)):
                inner = self.core(inner, place)
            case _:
                return None
        terms = [self.bare(term, place) for term in self.added(inner, place)]
        if len(terms) < 2:
            return None
        term = next((term for term in terms if _rank(term) == _PLAIN), terms[0])
        value = self.translator.numeric(self.translator.expression(term, place.scope)).code
        whole = self.translator.numeric(self.translator.expression(inner, place.scope)).code
        return f"({self.shown(term, place)}, minus({value}, {whole}))"

    def core(self, syntax: Syntax, place: _Place) -> Syntax:
        """An expression without variables and casts around it."""
        while True:
            syntax = self.meaning(syntax, place)
            match syntax:
                case Call(name, (argument,)) if name.startswith("xs:"):
                    syntax = argument
                case _:
                    return syntax

    def added(self, syntax: Syntax, place: _Place) -> list[Syntax]:
        """The terms that a sum adds; those it subtracts count for its length, but cannot be what was found."""
        syntax = self.core(syntax, place)
        match syntax:
            case Binary("+", left, right):
                return self.added(left, place) + self.added(right, place)
            case Binary("-", left, right):
                return [*self.added(left, place), *(Negate(term) for term in self.added(right, place))]
        return [syntax]

    def unwrapped(self, left: Syntax, right: Syntax, place: _Place) -> tuple[Syntax, Syntax]:
        """Two operands without what both are wrapped in alike: round(a * 100) and round(b * 100)."""
        left, right = self.meaning(left, place), self.meaning(right, place)
        match left, right:
            case (Call(f, (a,)), Call(g, (b,))) if f == g and (f in _WRAPPERS or f.startswith("xs:")):
                return self.unwrapped(a, b, place)
            case (Binary(f, a, Literal(k)), Binary(g, b, Literal(m))) if f == g and k == m and f in ("*", "div"):
                return self.unwrapped(a, b, place)
            case (Call(f, (a,)), _) if f.startswith("xs:"):
                return self.unwrapped(a, right, place)
        return left, right

    def meaning(self, syntax: Syntax, place: _Place) -> Syntax:
        """What a variable stands for."""
        while isinstance(syntax, Variable) and syntax.name in place.definitions:
            syntax = place.definitions[syntax.name]
        return syntax

    def bare(self, syntax: Syntax, place: _Place) -> Syntax:
        """The plain value of the document inside of casts, rounding and tolerances; else the expression itself."""
        inner, factor = syntax, Decimal(1)
        while True:
            inner = self.meaning(inner, place)
            match inner:
                case Call(name, (argument,)) if name in _WRAPPERS or name.startswith("xs:"):
                    inner = argument
                case Cast(operand) | Negate(Negate(operand)):
                    inner = operand
                case Path(left, Call(name, (argument,))) if name.startswith("xs:") or name in _WRAPPERS:
                    inner = left if argument == ContextItem() else Path(left, argument)
                case Binary("+" | "-", operand, Literal()):
                    inner = operand
                case Binary("*", operand, Literal(int() | Decimal() as k)):
                    inner, factor = operand, factor * k
                case Binary("div", operand, Literal(int() | Decimal() as k)) if k:
                    inner, factor = operand, factor / k
                case _:
                    return inner if _rank(inner) == _PLAIN and factor == 1 else syntax

    def only_found(self, syntax: Syntax, place: _Place) -> str | None:
        bare = self.bare(syntax, place)
        return None if _rank(bare) == _LITERAL else f"({self.shown(bare, place)}, None)"

    def shown(self, syntax: Syntax, place: _Place) -> str:
        """Code of the value of an operand: None unless it is a single one."""
        e = self.translator.atomic(self.translator.expression(syntax, place.scope))
        return e.code if e.card != "*" else f"only_item({self.translator.as_list(e)})"


_PLAIN, _COMPUTED, _LITERAL = 0, 1, 2


def _rank(syntax: Syntax) -> int:  # noqa: PLR0911  one case a shape
    """How likely an operand is what was found rather than what was expected."""
    match syntax:
        case Literal() | Call("true" | "false", ()):
            return _LITERAL
        case Sequence(items):
            return max(map(_rank, items), default=_LITERAL)
        case Step() | ContextItem() | Variable():
            return _PLAIN
        case Path(_, right):
            return _rank(right)
        case Call("string" | "normalize-space" | "number" | "position" | "last", ()):
            return _PLAIN
        case Call("count" | "string-length", _):
            return _PLAIN
        case Call(name, (argument,)) if name in _WRAPPERS or name.startswith("xs:"):
            return _rank(argument)
        case Binary("+" | "-" | "*" | "div", operand, Literal()):
            return _rank(operand)
    base = getattr(syntax, "base", None)
    return _rank(base) if isinstance(base, Syntax) else _COMPUTED
