"""Casts, and the conversion of values to declared types.

    xs:decimal(cbc:Amount)                  to_decimal(d.only_value(...))
    my:check(cbc:ID), $id as xs:string?     own_3(d, d.only_value(...)): the node gives its text

Source: XPath 2.0, sections 3.1.5 (function conversion rules) and 3.10 (casts).
"""

from __future__ import annotations

from einvoice.schematron.xpath.code import Expr
from einvoice.schematron.xpath.core import Core
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.types import CAST_FUNCTIONS, KINDS, SequenceType


class Conversions(Core):
    """Translates casts and conversions."""

    def cast(self, e: Expr, type_name: str, *, optional: bool) -> Expr:
        """`e cast as type`, and the constructor functions."""
        kind = KINDS.get(type_name)
        if kind is None or kind == "any":
            raise XPathError(f"a cast to {type_name} is not supported")
        e = self.single(e)
        if e.kind != kind:
            e = Expr(kind, e.card, f"{CAST_FUNCTIONS[kind]}({e.code})")
        return e if optional or e.card == "1" else e._replace(card="1", code=f"exactly_one({e.code})")

    def castable(self, e: Expr, type_name: str, *, optional: bool) -> Expr:
        """`e castable as type`"""
        if KINDS.get(type_name) in (None, "any"):
            raise XPathError(f"castable as {type_name} is not supported")
        items = self.as_list(self.atomic(e))
        return Expr("boolean", "1", f"castable({items}, {type_name!r}, optional={optional})")

    def converted(self, e: Expr, to: SequenceType) -> Expr:
        """An argument or a result, by the function conversion rules."""
        if not to.atomic:
            if to.kind == "node" and e.kind not in ("node", "any"):
                raise XPathError(f"a value that is not a node ({e.kind}) where a node is expected")
            e = self.in_order(e) if to.kind == "node" else self.marked(e)._replace(kind="any")
            if e.kind != to.kind:
                raise XPathError("values of unknown type where nodes are expected")
            return self.of_card(e, to)
        e = self.atomic(e)
        if to.kind == "any":
            e = self.marked(e)
        elif e.kind != to.kind:
            promoted = (e.kind, to.kind) in (("integer", "decimal"), ("integer", "double"), ("decimal", "double"))
            if not (e.kind in ("untyped", "any", "number") or promoted):
                raise XPathError(f"a value of type {e.kind} where {to.kind} is expected")
            function = CAST_FUNCTIONS[to.kind]
            if e.kind in ("any", "number"):
                function = f"converted_{to.kind}"
            loops, item = self.loops(e)
            if e.card == "*":
                e = self.looped(e._replace(kind=to.kind), loops, f"{function}({item})")
            else:
                e = Expr(to.kind, e.card, f"{function}({e.code})")
        return self.of_card(e, to)

    def of_card(self, e: Expr, to: SequenceType) -> Expr:
        """As many items as a type allows; others are an error at run time."""
        if to.card == "*":
            code = self.as_list(e)
            return e._replace(card="*", code=f"some_items({code})" if to.many == "+" else code, loops=(), present="")
        if e.card == "*":
            only = f"{e.document}.only" if e.kind == "node" else "at_most_one"
            e = e._replace(card="?", code=f"{only}({self.as_list(e)})", loops=(), present="", texts=(), ways=())
        if to.card == "1" and e.card == "?":
            e = e._replace(card="1", code=f"exactly_one({e.code})", present="", ways=())
        return e
