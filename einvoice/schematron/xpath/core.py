"""Views of a translated expression: as text, as truth, as a list, as single value, as loops.

Base of the translator; `paths`, `operators` and `functions` add the constructs of XPath.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from einvoice.schematron.xpath.code import Expr, Kind, Loop, Module, Scope, locals_in, render_loops, text_literal
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.syntax import Syntax

NUMBERS = frozenset({"integer", "decimal", "double", "number"})
TEXTS = frozenset({"untyped", "string"})
_NAME = re.compile(r"[‹›\w]+").fullmatch
_MOST_LOOPS = 12  # Python allows 20 blocks inside each other


class Core(ABC):
    """What all parts of the translator share.

    `patient` code is run after a check failed: `and` and `or` forgive an error that does not decide, and values
    remember the node they came from, so that an error can say where.
    """

    def __init__(self, module: Module, *, patient: bool = False) -> None:
        self.module = module
        self.patient = patient

    @abstractmethod
    def expression(self, syntax: Syntax, scope: Scope) -> Expr:
        """Translate an expression. Raises XPathError for what is not supported."""

    # --- shapes -----------------------------------------------------------------------------------------------

    def loops(self, e: Expr) -> tuple[tuple[Loop, ...], str]:
        """How to come to each item, and the item: a local variable or simple code."""
        if e.card == "1":
            return (), e.code
        if e.loops:
            return e.loops, e.code
        x = self.module.local()
        if e.card == "?":
            if _NAME(e.code):
                return (Loop("if", f"{e.code} is not None"),), e.code
            return (Loop("some", e.code, self.module.bind(x)),), x
        return (Loop("for", e.code, self.module.bind(x), e.present),), x

    def looped(self, base: Expr, loops: tuple[Loop, ...], item: str, kind: Kind | None = None) -> Expr:
        """A sequence made of loops, with the properties of `base`."""
        kind = kind or base.kind
        if not loops:
            return base._replace(kind=kind, card="1", code=item, loops=(), present="", ways=(), texts=())
        made = base._replace(kind=kind, card="*", code=item, loops=loops, present="", ways=(), texts=())
        if sum(loop.kind == "for" for loop in loops) < _MOST_LOOPS:
            return made
        return made._replace(code=self.as_list(made), loops=())

    def as_list(self, e: Expr) -> str:
        """Code of a Python sequence of the items."""
        if e.card == "1":
            return f"({e.code},)"
        if e.card == "?":
            return f"optional({e.code})"
        if not e.loops:
            return e.code
        out = self.module.local()
        lines = [f"{self.module.bind(out)} = []", *render_loops(e.loops, [f"{out}.append({e.code})"]), f"return {out}"]
        return self.module.call("list", lines)

    @staticmethod
    def item_of(e: Expr, code: str) -> Expr:
        """One item of a sequence, as `.` or a variable."""
        return e._replace(
            card="1",
            code=code,
            loops=(),
            present="",
            ordered=True,
            as_written=False,
            apart=True,
            ways=(),
            texts=(),
            backward=False,
        )

    def in_order(self, e: Expr) -> Expr:
        """Nodes in document order without repeats, where order or number matter."""
        if e.kind != "node" or e.ordered or e.as_written or e.card != "*":
            return e
        return e._replace(code=f"in_order({self.as_list(e)})", loops=(), present="", ordered=True)

    def simple(self, code: str) -> tuple[tuple[Loop, ...], str]:
        """A local variable that holds the value of code, unless code is one already."""
        if _NAME(code):
            return (), code
        x = self.module.local()
        return (Loop("let", code, self.module.bind(x)),), x

    def hoist(self, e: Expr, scope: Scope) -> Expr:
        """What does not depend on the context is computed once a document, or once for good."""
        code = e.code if not e.loops else "\n".join(render_loops(e.loops, [e.code]))
        if any(name != "d" for name in locals_in(code)):
            return e
        if e.loops:
            if self.patient:  # exists() stops at the first item, before an error in a later one, as other engines do
                return e
            if scope.constant and all(loop.kind == "for" for loop in e.loops):
                return e
            ordered = self.in_order(e)
            listed = self.as_list(ordered)
            if not ordered.loops:  # they had to be put in order: that, too, is done once
                listed = self.module.call("list", [f"return {listed}"])
            return e._replace(code=listed, loops=(), present="", ordered=True)
        if scope.constant or e.present or "(" not in code or ".memo(" in code[:20]:
            return e
        return e._replace(code=self.module.call("value", [f"return {code}"]))

    # --- truth ------------------------------------------------------------------------------------------------

    def some(self, loops: tuple[Loop, ...], condition: str) -> str:
        """Code of a boolean: whether the condition holds for one way through the loops."""
        loops = (*loops, Loop("if", condition)) if condition != "True" else loops
        last = loops[-1] if loops else Loop("if", "True")
        if last.kind == "for" and last.present:
            loops = (*loops[:-1], Loop("if", last.present))
        if not any(loop.kind in ("for", "let") for loop in loops):
            return f"({' and '.join(_test(loop) for loop in loops)})" if loops else "True"
        return self.module.call("some", [*render_loops(loops, ["return True"]), "return False"])

    def every(self, loops: tuple[Loop, ...], condition: str) -> str:
        """Code of a boolean: whether the condition holds for all ways through the loops."""
        lines = render_loops((*loops, Loop("if", f"not {condition}")), ["return False"])
        return self.module.call("every", [*lines, "return True"])

    def exists(self, e: Expr) -> str:
        """Code of a boolean: whether there is an item."""
        if e.card == "1":
            return "True"
        if e.ways:
            tests = (f"{self.module.constant('W', text_literal(way))} in ‹d›.ways" for way in e.ways)
            return f"({' or '.join(tests)})"
        if e.card == "?":
            return f"({e.present or f'{e.code} is not None'})"
        if not e.loops:
            return f"({e.present})" if e.present else f"bool({e.code})"
        return self.some(e.loops, "True")

    def truth(self, e: Expr) -> str:
        """Code of a boolean: the effective boolean value."""
        if e.kind in ("node", "text"):
            return self.exists(e)
        if e.kind == "boolean" and e.loops and not any(loop.kind == "for" for loop in e.loops):
            return self.some(e.loops, e.code)
        if e.card != "*":
            if e.kind == "boolean":
                return e.code if e.card == "1" else f"bool({e.code})"
            if e.kind in TEXTS or e.kind in ("integer", "decimal"):
                return f"bool({e.code})"
        return f"truth({self.as_list(self.marked(e))})"

    def test(self, syntax: Syntax, scope: Scope) -> str:
        """Code of a boolean: the effective boolean value of an expression."""
        return self.truth(self.expression(syntax, scope))

    # --- values -----------------------------------------------------------------------------------------------

    def value(self, node: str, document: str) -> str:
        """Code of the string value of a node."""
        if self.patient:
            return f"{document}.noted({node})"
        if _NAME(node):
            return f"({document}.text[{node}] or {document}.value({node}))"
        return f"{document}.value({node})"

    def atomic(self, e: Expr) -> Expr:
        """The typed values of the items: of a node, its text without a type."""
        if e.kind == "text":
            return e._replace(kind="untyped")
        if e.kind not in ("node", "any"):
            return e
        kind: Kind = "untyped" if e.kind == "node" else "any"
        if e.card == "?" and not _NAME(e.code):
            x = self.module.local()
            code = f"None if ({self.module.bind(x)} := {e.code}) is None else {self._atom(e, x)}"
            return Expr(kind, "?", f"({code})")
        if e.card == "?":
            return Expr(kind, "?", f"(None if {e.code} is None else {self._atom(e, e.code)})")
        loops, item = self.loops(self.in_order(e))
        return self.looped(Expr(kind, "*", ""), loops, self._atom(e, item))

    def _atom(self, e: Expr, item: str) -> str:
        return self.value(item, e.document) if e.kind == "node" else f"atom({e.document}, {item})"

    def single(self, e: Expr) -> Expr:
        """At most one atomic value; more are an error."""
        if e.kind == "node" and e.card == "*":
            found = self.as_list(self.in_order(e))
            return Expr("untyped", "?", f"{e.document}.{'noted_only' if self.patient else 'only_value'}({found})")
        e = self.atomic(e)
        return e if e.card != "*" else Expr(e.kind, "?", f"at_most_one({self.as_list(e)})")

    def string(self, e: Expr) -> str:
        """Code of a str: an argument that is declared xs:string?, "" for nothing."""
        if e.kind == "node" and e.card == "*" and not self.patient:
            return f"{e.document}.only_text({self.as_list(self.in_order(e))})"
        if e.kind == "node" and e.card == "?":
            x = self.module.local()
            return f"('' if ({self.module.bind(x)} := {e.code}) is None else {self.value(x, e.document)})"
        e = self.single(e)
        if e.kind in TEXTS:
            return e.code if e.card == "1" else f"({e.code} or '')"
        return f"must_be_text({self.marked(e).code})"

    def text(self, e: Expr) -> str:
        """Code of a str: the text of any single item, as fn:string() and fn:concat() take it."""
        single = self.single(e)
        if single.kind in TEXTS:
            return self.string(e)
        return f"to_string({single.code})" if single.card == "1" else f"(to_string({single.code}) or '')"

    def numeric(self, e: Expr) -> Expr:
        """An operand of arithmetic."""
        e = self.single(e)
        if e.kind in NUMBERS:
            return e
        if e.kind == "untyped":
            return Expr("double", e.card, f"to_double({e.code})")
        return self.marked(e)._replace(kind="number")

    def marked(self, e: Expr) -> Expr:
        """Items that carry their type with them, for code that finds types at run time."""
        mark = {"untyped": "Untyped", "text": "Untyped", "node": "NodeItem"}.get(e.kind)
        if mark is None:
            return e
        if e.kind == "node" and e.document != "‹d›":
            raise XPathError("nodes of another document are mixed with other values")
        if e.card == "?":
            x = self.module.local()
            code = f"(None if ({self.module.bind(x)} := {e.code}) is None else {mark}({x}))"
            return e._replace(code=code, present="", kind="any")
        loops, item = self.loops(self.in_order(e))
        return self.looped(e, loops, f"{mark}({item})", "any")


def _test(loop: Loop) -> str:
    return f"({loop.target} := {loop.code}) is not None" if loop.kind == "some" else loop.code
