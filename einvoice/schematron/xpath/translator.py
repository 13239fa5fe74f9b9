"""The translator from syntax trees to Python code: one method for each shape of syntax.

    translator = Translator(Module())
    scope = Scope(item=Expr("node", "1", "‹n›"))
    translator.test(parse("cbc:ID = 'A'", namespaces), scope)      # code of a boolean

Source: XPath 2.0, section 3.
"""

from __future__ import annotations

from decimal import Decimal

from einvoice.schematron.xpath.code import Card, Expr, Kind, Module, Scope, text_literal
from einvoice.schematron.xpath.core import NUMBERS
from einvoice.schematron.xpath.functions import Functions, OwnFunction
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.operators import Operators
from einvoice.schematron.xpath.paths import Paths
from einvoice.schematron.xpath.syntax import (
    Binary,
    Call,
    Cast,
    Castable,
    ContextItem,
    Filter,
    For,
    ForEach,
    If,
    Literal,
    Negate,
    Path,
    Quantified,
    Root,
    Sequence,
    Step,
    Syntax,
    Variable,
)

_LONG = 50  # characters: a longer text, such as a code list, is kept once
_PLAIN = (Literal, Variable, ContextItem, Root, Step)  # never worth remembering


class Translator(Paths, Operators, Functions):
    """Translates expressions into one module."""

    def __init__(self, module: Module, *, patient: bool = False) -> None:
        super().__init__(module, patient=patient)
        self.own_functions: dict[str, OwnFunction] = {}
        self.keys: dict[str, tuple[str, str]] = {}
        self.documents: dict[str, str] = {}
        self.kept_lefts: dict[tuple[int, int], tuple[Syntax, Scope, Expr]] = {}

    def expression(self, syntax: Syntax, scope: Scope) -> Expr:
        """Translate an expression. Raises XPathError for what is not supported."""
        e = self._expression(syntax, scope)
        if isinstance(syntax, _PLAIN) or (self.patient and e.kind != "node"):
            return e
        return self.hoist(e, scope)

    def _expression(self, syntax: Syntax, scope: Scope) -> Expr:  # noqa: C901, PLR0911, PLR0912  one branch a shape
        match syntax:
            case Literal():
                return self._literal(syntax.value)
            case Variable():
                if syntax.name not in scope.variables:
                    raise XPathError(f"the variable ${syntax.name} is not known here")
                return scope.variables[syntax.name]
            case ContextItem():
                if scope.item is None:
                    raise XPathError("there is no context item here")
                return scope.item
            case Root():
                document = scope.item.document if scope.item is not None else "‹d›"
                return Expr("node", "1", "0", level=0, document=document)
            case Step():
                return self.step(syntax, scope)
            case Path():
                return self.path(syntax, scope)
            case Filter():
                return self.filter(syntax, scope)
            case Call():
                return self.call(syntax, scope)
            case Binary():
                return self.binary(syntax, scope)
            case Negate():
                return self.negate(syntax, scope)
            case Sequence():
                return self._sequence_of(syntax, scope)
            case If():
                return self._if(syntax, scope)
            case For():
                return self.for_(syntax, scope)
            case ForEach():
                return self.for_each(syntax, scope)
            case Quantified():
                return self.quantified(syntax, scope)
            case Cast():
                return self.cast(self.expression(syntax.operand, scope), syntax.type, optional=syntax.optional)
            case Castable():
                return self.castable(self.expression(syntax.operand, scope), syntax.type, optional=syntax.optional)
        raise XPathError(f"{type(syntax).__name__} is not supported")

    def _literal(self, value: str | Decimal | float) -> Expr:
        if isinstance(value, str):
            code = text_literal(value)
            return Expr("string", "1", self.module.constant("L", code) if len(value) > _LONG else code)
        kind: Kind = "decimal" if isinstance(value, Decimal) else "integer" if isinstance(value, int) else "double"
        return Expr(kind, "1", self.module.number(value))

    def _sequence_of(self, syntax: Sequence, scope: Scope) -> Expr:
        """`(a, b, c)`"""
        items = [self.expression(item, scope) for item in syntax.items]
        if not items:
            return Expr("any", "*", "NOTHING")
        kind = _common([item.kind for item in items])
        if kind == "any":
            items = [self.marked(item) for item in items]
        parts = [e.code if e.card == "1" else f"*{self.as_list(self.in_order(e))}" for e in items]
        documents = {item.document for item in items}
        if len(documents) > 1:
            raise XPathError("a sequence of nodes of two documents")
        texts: tuple[str, ...] = ()
        if all(isinstance(item, Literal) and isinstance(item.value, str) for item in syntax.items):
            texts = tuple(str(item.value) for item in syntax.items if isinstance(item, Literal))
        code = f"({', '.join(parts)},)"
        return Expr(kind, "*", code, ordered=False, as_written=True, apart=False, texts=texts, document=documents.pop())

    def _if(self, syntax: If, scope: Scope) -> Expr:
        """`if (condition) then yes else no`"""
        condition = self.test(syntax.condition, scope)
        yes, no = self.expression(syntax.yes, scope), self.expression(syntax.no, scope)
        kind = _common([e.kind for e in (yes, no) if e.code != "NOTHING"])
        if kind == "any":
            yes, no = self.marked(yes), self.marked(no)
        if kind == "node" and "NOTHING" not in (yes.code, no.code) and yes.document != no.document:
            raise XPathError("nodes of two documents")
        if "*" not in (yes.card, no.card):
            card: Card = "1" if yes.card == no.card == "1" else "?"
            return _plain(yes, no)._replace(kind=kind, card=card, code=f"({yes.code} if {condition} else {no.code})")
        code = f"({self.as_list(self.in_order(yes))} if {condition} else {self.as_list(self.in_order(no))})"
        return _plain(yes, no)._replace(kind=kind, card="*", code=code)


def _common(kinds: list[Kind]) -> Kind:
    """The kind that several expressions have in common."""
    found = set(kinds)
    if len(found) == 1:
        return kinds[0]
    if found <= {"integer", "decimal"}:
        return "decimal"
    return "number" if found <= NUMBERS else "any"


def _plain(yes: Expr, no: Expr) -> Expr:
    """The properties that both branches share."""
    level = yes.level if yes.level == no.level else None
    document = yes.document if yes.code != "NOTHING" else no.document
    as_written = yes.as_written or no.as_written
    return Expr(
        "any", "*", "", ordered=not as_written, as_written=as_written, apart=False, level=level, document=document
    )
