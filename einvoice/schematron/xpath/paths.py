"""Paths: steps after steps, predicates and positions, in document order.

    cac:TaxTotal/cbc:TaxAmount        for x1 in d.kids[n].get(T4_TaxTotal, NOTHING):
                                          for x2 in d.kids[x1].get(T5_TaxAmount, NOTHING):
    exists(/Invoice/cac:Delivery)     W3 in d.ways
    //cac:Line[cbc:ID = $id]          d.index(list_3, keys_4).get(x1, NOTHING): no look at each line for each line

Source: XPath 2.0, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.schematron.xpath.code import Expr, Loop, Scope, locals_in
from einvoice.schematron.xpath.core import NUMBERS, TEXTS
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.steps import ATTRIBUTES_BELOW, EVERYTHING_BELOW, Steps, clark
from einvoice.schematron.xpath.syntax import (
    Binary,
    Call,
    ContextItem,
    Filter,
    Literal,
    NameTest,
    Path,
    Quantified,
    Root,
    Step,
    Syntax,
    Variable,
    walk,
)

_MOST_KEPT = 1000
_BOOLEAN_CALLS = frozenset(
    {"not", "exists", "empty", "boolean", "contains", "starts-with", "ends-with", "matches", "true", "false"}
)


class Paths(Steps):
    """Translates paths and filters."""

    kept_lefts: dict[tuple[int, int], tuple[Syntax, Scope, Expr]]

    # --- paths ------------------------------------------------------------------------------------------------

    def path(self, path: Path, scope: Scope) -> Expr:
        """`left/right`"""
        path = _shortened(path)
        if isinstance(path.right, Binary):  # the two halves of //(a|b) or x/(a|b), where both are steps
            halves = [Path(path.left, side) for side in (path.right.left, path.right.right)]
            if path.right.operator == "|":
                return self.expression(Binary("|", *halves), scope)
        left = self._left(path.left, path.right, scope)
        if left.kind != "node":
            raise XPathError(f"a path from values that are not nodes ({left.kind})")
        if isinstance(path.right, Filter) and self._same_everywhere(left) and not _may_count(path.right.predicate):
            # left/step[...] is (left/step)[...], which has an index
            return self.filter(Filter(Path(path.left, path.right.base), path.right.predicate), scope)
        loops, item = self.loops(left)
        more, item = self.simple(item)
        focus = self.item_of(left, item)
        right = self.expression(path.right, Scope(focus, scope.current, scope.variables))
        if not loops and not more:
            return right._replace(as_written=False)  # a path puts nodes in order, whatever order its last step has
        right_loops, last = self.loops(right)
        made = self.looped(right, (*loops, *more, *right_loops), last)
        if right.kind != "node":
            return made
        below = _goes_down(path.right)
        in_order = left.ordered and right.ordered and (below or left.card != "*") and (left.apart or _stays(path.right))
        # each node of the left gives its own part of the document only where none lies inside another
        return made._replace(
            ordered=in_order or (left.card != "*" and right.ordered),
            apart=left.apart and right.apart and (below or left.card != "*"),
            ways=_longer(left.ways, path.right),
            backward=False,
            as_written=False,
        )

    @staticmethod
    def _same_everywhere(e: Expr) -> bool:
        """Whether a sequence depends on the document only."""
        return e.card == "*" and set(locals_in(_all_code(e))) <= {"d"}

    def _left(self, syntax: Syntax, right: Syntax, scope: Scope) -> Expr:
        """The beginning of a path. It is kept for a while, because a path may be tried in two shapes."""
        key = (id(syntax), id(scope))
        kept = self.kept_lefts.get(key)
        if kept is not None and kept[0] is syntax and kept[1] is scope:
            return kept[2]
        if isinstance(syntax, Path) and syntax.right == EVERYTHING_BELOW:
            if not _passes_by_texts(right):
                raise XPathError("// followed by something else than a step to elements or attributes")
            left = self._everything_below(syntax.left, scope)
        else:
            left = self.expression(syntax, scope)
        if len(self.kept_lefts) >= _MOST_KEPT:
            self.kept_lefts.clear()
        self.kept_lefts[key] = (syntax, scope, left)
        return left

    def _everything_below(self, start: Syntax, scope: Scope) -> Expr:
        """`start//`, as the beginning of a longer path."""
        left = self.expression(start, scope)
        if left.kind != "node":
            raise XPathError(f"a path from values that are not nodes ({left.kind})")
        loops, item = self.loops(left)
        more, item = self.simple(item)
        below = self._wide_step(EVERYTHING_BELOW, self.item_of(left, item))
        if not loops and not more:
            return below
        inner, node = self.loops(below)
        made = self.looped(below, (*loops, *more, *inner), node)
        return made._replace(ordered=left.ordered and left.apart)

    # --- filters ----------------------------------------------------------------------------------------------

    def filter(self, filter_: Filter, scope: Scope) -> Expr:
        """`base[predicate]`"""
        base = self.expression(filter_.base, scope)
        predicate = filter_.predicate
        if isinstance(predicate, Literal) and isinstance(predicate.value, int):
            return self._nth(base, predicate.value)
        indexed = self._indexed(base, predicate, scope)
        if indexed is not None:
            base, whole = indexed
            if whole:
                return base
        loops, item = self.loops(base)
        more, item = self.simple(item)
        place, items = self.module.local(), self.module.local()
        focus = self.item_of(base, item)
        condition = self.expression(predicate, Scope(focus, scope.current, scope.variables, place, f"len({items})"))
        code = "\n".join([*(loop.code for loop in condition.loops), condition.code])
        numeric = condition.kind in NUMBERS or condition.kind == "any"
        if not numeric and not {place[1:-1], items[1:-1]} & set(locals_in(code)):
            made = self.looped(base, (*loops, *more, Loop("if", self.truth(condition))), item)
            return made._replace(backward=base.backward)
        return self._counted(base, item, place, items, condition)

    def _counted(self, base: Expr, item: str, place: str, items: str, condition: Expr) -> Expr:
        """A filter that depends on positions."""
        bind = self.module.bind
        if condition.kind in NUMBERS or condition.kind == "any":
            test = f"holds({self.as_list(self.marked(condition))}, {place})"
        else:
            test = self.truth(condition)
        ordered = base if base.backward else self.in_order(base)
        counting: tuple[Loop, ...] = (
            (Loop("let", "1", bind(place)), *self.simple_as(base.code, item))
            if base.card == "1"
            else (Loop("for", f"enumerate({items}, 1)", f"{bind(place)}, {bind(item)}"),)
        )
        loops = (Loop("let", self.as_list(ordered), bind(items)), *counting, Loop("if", test))
        return self.looped(base, loops, item)._replace(ordered=not base.backward, backward=base.backward)

    def simple_as(self, code: str, local: str) -> tuple[Loop, ...]:
        """Give a local variable the value of code, unless code is that variable."""
        return () if code == local else (Loop("let", code, self.module.bind(local)),)

    def _nth(self, base: Expr, position: int) -> Expr:
        """`base[2]`"""
        ordered = base if base.backward else self.in_order(base)
        if base.card == "1":
            ordered = base._replace(card="*", code=f"({base.code},)")
        code = f"nth({self.as_list(ordered)}, {position})"
        present = ordered._replace(card="?", code=code, loops=(), ordered=True, apart=True, backward=False, texts=())
        return present._replace(present=base.present if position == 1 else "", ways=())

    def _indexed(self, base: Expr, predicate: Syntax, scope: Scope) -> tuple[Expr, bool] | None:
        """`base[key = value]` where the base is the same for the whole document: a look into an index.

        Where the equality is one condition among others, the index only makes the candidates few: then the second
        value is False, and the predicate has still to be tested.
        """
        if not self._same_everywhere(base):
            return None
        # What is compared with a variable tells more: among the lines of a rate there are few, with a code many.
        for key, value in sorted(_equalities(predicate), key=lambda pair: isinstance(pair[1], Literal)):
            if _uses_variables(key) or not (isinstance(value, Literal) or _uses_variables(value)):
                continue
            x = self.module.local()
            focus = self.item_of(base, x)
            try:
                keys = self.atomic(self.expression(key, Scope(focus)))
                values = self.atomic(self.expression(value, Scope(None, scope.current, scope.variables)))
            except XPathError:
                continue  # the value needs the item
            exact = {keys.kind, values.kind} <= {"integer", "decimal"}
            key_list = self.as_list(keys)
            own = set(locals_in(key_list)) <= {"d", x[1:-1]}
            constant = not set(locals_in(_all_code(values))) - {"d"}
            comparable = exact or {keys.kind, values.kind} <= TEXTS
            if (constant and (self.patient or not isinstance(value, Literal))) or not own or not comparable:
                continue
            if values.card == "*" and (base.kind != "node" or base.as_written):
                continue
            whole = isinstance(predicate, Binary) and predicate.operator == "="
            host = "‹d›" if "d" in locals_in(_all_code(base)) else "ONCE"
            items = self.module.function_of(self.as_list(self.in_order(base)), "list", ("d",))
            by = self.module.function_of(key_list, "keys", ("d", x[1:-1]))
            look, y = "looked_up" if whole else "candidates", self.module.local()
            if values.card == "*":
                found = f"{host}.{look}_all({items}, {by}, {self.as_list(values)})"
                return self.looped(base, (Loop("for", found, self.module.bind(y)),), y), whole
            loops, item = self.loops(values)
            found = f"{host}.{look}({items}, {by}, {item})"
            return self.looped(base, (*loops, Loop("for", found, self.module.bind(y))), y), whole
        return None


def _all_code(e: Expr) -> str:
    return "\n".join([*(f"{loop.target} {loop.code}" for loop in e.loops), e.code])


def _longer(ways: tuple[str, ...], step: Syntax) -> tuple[str, ...]:
    """The keys of the ways that a step by name leads further along."""
    match step:
        case Step("child" | "attribute" as axis, NameTest(str(), str()) as test):
            return tuple(f"{way}/{clark(test, axis)}" for way in ways)
    return ()


def _shortened(path: Path) -> Path:
    """`//x` is descendant::x, unless a predicate counts positions."""
    left, right = path.left, path.right
    if not (isinstance(left, Path) and left.right == EVERYTHING_BELOW):
        return path
    if isinstance(right, Binary) and right.operator == "|":
        return path
    made = _as_descendant(right)
    return Path(left.left, made) if made is not None else path


def _as_descendant(step: Syntax) -> Syntax | None:
    if isinstance(step, Filter) and not _may_count(step.predicate):
        base = _as_descendant(step.base)
        return None if base is None else Filter(base, step.predicate)
    if isinstance(step, Step) and step.axis in ("child", "attribute"):
        return Step("descendant" if step.axis == "child" else ATTRIBUTES_BELOW, step.test)
    return None


def _may_count(predicate: Syntax) -> bool:
    """Whether a predicate may be a number, or use position() or last()."""
    if any(isinstance(part, Call) and part.name in ("position", "last") for part in walk(predicate)):
        return True
    if isinstance(predicate, Binary):
        return predicate.operator in ("+", "-", "*", "div", "idiv", "mod", "to")
    if isinstance(predicate, Call):
        return predicate.name not in _BOOLEAN_CALLS
    if isinstance(predicate, Path):
        return _may_count(predicate.right)
    if isinstance(predicate, Filter):
        return _may_count(predicate.base)
    return not isinstance(predicate, (Step, Quantified, Root))


def _equalities(predicate: Syntax) -> Iterator[tuple[Syntax, Syntax]]:
    """(key, value) of the equalities that must hold where the predicate does; also inside a nested predicate."""
    if isinstance(predicate, Binary) and predicate.operator == "=":
        yield predicate.left, predicate.right
        yield predicate.right, predicate.left
    elif isinstance(predicate, Binary) and predicate.operator == "and":
        yield from _equalities(predicate.left)
        yield from _equalities(predicate.right)
    elif isinstance(predicate, Filter) and not _may_count(predicate.predicate):
        match predicate.base:
            case Step("child"):
                for key, value in _equalities(predicate.predicate):
                    yield Path(predicate.base, key), value


def _uses_variables(syntax: Syntax) -> bool:
    return any(isinstance(part, Variable) or part == Call("current", ()) for part in walk(syntax))


def _passes_by_texts(step: Syntax) -> bool:
    """Whether a step leads nowhere from a text node: what // begins with are elements only here."""
    while isinstance(step, Filter):
        step = step.base
    match step:
        case Step("child" | "attribute" | "descendant" | "descendant-or-self") | Step("self", NameTest()):
            return True
    return False


def _goes_down(syntax: Syntax) -> bool:
    """Whether a step leads to nodes inside of where it starts."""
    while isinstance(syntax, Filter):
        syntax = syntax.base
    if isinstance(syntax, Path):
        return _goes_down(syntax.left) and _goes_down(syntax.right)
    down = ("child", "attribute", "self", "descendant", "descendant-or-self")
    return isinstance(syntax, ContextItem) or (isinstance(syntax, Step) and syntax.axis in down)


def _stays(syntax: Syntax) -> bool:
    """Whether a step leads to the node itself or its attributes."""
    while isinstance(syntax, Filter):
        syntax = syntax.base
    return isinstance(syntax, ContextItem) or (isinstance(syntax, Step) and syntax.axis in ("self", "attribute"))
