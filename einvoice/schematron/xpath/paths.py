"""Paths: axes, node tests, predicates and positions, in document order.

    cac:TaxTotal/cbc:TaxAmount        for x1 in d.kids[n].get(T4_TaxTotal, NOTHING):
                                          for x2 in d.kids[x1].get(T5_TaxAmount, NOTHING):
    exists(/Invoice/cac:Delivery)     W3 in d.ways
    //cac:Line[cbc:ID = $id]          d.index(list_3, keys_4).get(x1, NOTHING): no look at each line for each line

Source: XPath 2.0, section 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from einvoice.schematron.xpath.code import Expr, Loop, Scope, locals_in, text_literal
from einvoice.schematron.xpath.core import NUMBERS, TEXTS, Core
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.syntax import (
    AnyKind,
    Binary,
    Call,
    ContextItem,
    Filter,
    KindTest,
    Literal,
    NameTest,
    NodeTest,
    Path,
    Quantified,
    Root,
    Step,
    Syntax,
    walk,
)

__all__ = ["Paths", "clark"]

# Axes whose nodes are asked from the document; the flags tell whether nodes come nearest first.
_WIDE_AXES = {
    "descendant": ("descendants({})", False),
    "descendant-or-self": ("descendants({}, itself=True)", False),
    "ancestor": ("ancestors({})", True),
    "ancestor-or-self": ("ancestors({}, itself=True)", True),
    "following-sibling": ("following_siblings({})", False),
    "preceding-sibling": ("preceding_siblings({})", True),
    "following": ("following({})", False),
    "preceding": ("preceding({})", True),
}
ATTRIBUTES_BELOW = "attributes below"  # what descendant-or-self::node()/attribute:: comes to
_BELOW = Step("descendant-or-self", AnyKind)
_BOOLEAN_CALLS = frozenset(
    {"not", "exists", "empty", "boolean", "contains", "starts-with", "ends-with", "matches", "true", "false"}
)


def clark(test: NameTest, axis: str = "child") -> str:
    """The tag that a test without wildcards asks for: {uri}name, or @name of an attribute."""
    name = f"{{{test.uri}}}{test.local}" if test.uri else f"{test.local}"
    return f"@{name}" if axis == "attribute" else name


class Paths(Core):
    """Translates steps, paths and filters."""

    # --- steps ------------------------------------------------------------------------------------------------

    def step(self, step: Step, scope: Scope) -> Expr:
        """`axis::test` from the context item."""
        if scope.item is None:
            raise XPathError("a path where there is no context item")
        if scope.item.kind != "node":
            raise XPathError(f"a path from a value that is not a node ({scope.item.kind})")
        if isinstance(step.test, KindTest) and step.test.kind not in ("node", "element", "text"):
            raise XPathError(f"{step.test.kind}() is not supported")
        if step.test == KindTest("text"):
            return self._text_step(step.axis, scope.item)
        if step.axis == "attribute":
            return self._attribute_step(step.test, scope.item)
        if step.axis == "child":
            return self._child_step(step.test, scope.item)
        if step.axis == "parent":
            return self._parent_step(step.test, scope.item)
        if step.axis == "self":
            return self._self_step(step.test, scope.item)
        if step.axis == ATTRIBUTES_BELOW:
            return self._attributes_below(step.test, scope.item)
        if step.test == AnyKind and not step.axis.startswith("ancestor"):
            raise XPathError(f"{step.axis}::node() is not supported: write *")  # it would have to give texts too
        return self._wide_step(step, scope.item)

    def _text_step(self, axis: str, item: Expr) -> Expr:
        function = {"child": "texts", "descendant": "texts_below", "descendant-or-self": "texts_below"}.get(axis)
        if function is None:
            raise XPathError(f"{axis}::text() is not supported")
        return Expr("text", "*", f"{item.document}.{function}({item.code})")

    def _attribute_step(self, test: NodeTest, item: Expr) -> Expr:
        d, level = item.document, None if item.level is None else item.level + 1
        if isinstance(test, NameTest) and test.uri is not None and test.local is not None:
            tag = self.module.tag(clark(test, "attribute"))
            made = Expr("node", "?", f"{d}.kids[{item.code}].get({tag})", present=f"{tag} in {d}.kids[{item.code}]")
            return replace(made, level=level, document=d, ways=_ways(item, clark(test, "attribute")))
        made = Expr("node", "*", f"{d}.attributes({item.code})", level=level, document=d)
        return self._tested(made, test) if isinstance(test, NameTest) else made

    def _child_step(self, test: NodeTest, item: Expr) -> Expr:
        d, level = item.document, None if item.level is None else item.level + 1
        if test == AnyKind:
            raise XPathError("child::node() is not supported: write * or text()")
        if isinstance(test, NameTest) and test.uri is not None and test.local is not None:
            tag = self.module.tag(clark(test))
            return Expr(
                "node",
                "*",
                f"{d}.kids[{item.code}].get({tag}, NOTHING)",
                present=f"{tag} in {d}.kids[{item.code}]",
                level=level,
                ways=_ways(item, clark(test)),
                document=d,
            )
        return self._tested(Expr("node", "*", f"{d}.children({item.code})", level=level, document=d), test)

    def _parent_step(self, test: NodeTest, item: Expr) -> Expr:
        d = item.document
        if item.level is not None:
            if item.level == 0:
                return Expr("node", "*", "NOTHING", document=d)
            code = str(item.level - 1) if item.level <= 2 else f"{d}.up[{item.code}]"
            made = Expr("node", "1", code, level=item.level - 1, document=d)
            return replace(made, ways=("",) if item.level == 2 else ()) if test == AnyKind else self._tested(made, test)
        return self._tested(Expr("node", "*", f"{d}.parent({item.code})", document=d), test)

    def _self_step(self, test: NodeTest, item: Expr) -> Expr:
        return self._tested(replace(item, present="", ways=()), test)

    def _wide_step(self, step: Step, item: Expr) -> Expr:
        d, test = item.document, step.test
        if step.axis == "descendant" and isinstance(test, NameTest) and test.uri is not None and test.local is not None:
            tag = self.module.tag(clark(test))
            present = f"{tag} in {d}.names" if item.code == "0" else ""
            return Expr("node", "*", f"{d}.below({item.code}, {tag})", present=present, apart=False, document=d)
        method, backward = _WIDE_AXES[step.axis]
        made = Expr("node", "*", f"{d}.{method.format(item.code)}", apart=False, document=d)
        return self._tested(replace(made, ordered=not backward, backward=backward), test)

    def _attributes_below(self, test: NodeTest, item: Expr) -> Expr:
        d = item.document
        if isinstance(test, NameTest) and test.uri is not None and test.local is not None:
            tag = self.module.tag(clark(test, "attribute"))
            present = f"{tag} in {d}.names" if item.code == "0" else ""
            return Expr("node", "*", f"{d}.below({item.code}, {tag})", present=present, document=d)
        made = Expr("node", "*", f"{d}.attributes_below({item.code})", document=d)
        return self._tested(made, test) if isinstance(test, NameTest) else made

    def _tested(self, e: Expr, test: NodeTest) -> Expr:
        """Nodes of an axis that pass a test."""
        if test == AnyKind:
            return e
        if e.card == "1":
            e = replace(e, card="*", code=f"({e.code},)", present="")
        loops, item = self.loops(e)
        tag = f"{e.document}.tag[{item}]"
        if isinstance(test, KindTest) or test == NameTest(None, None):
            condition = f"{tag}[:1] not in '@'"  # nor is the empty text, the tag of the document node
            if e.code.startswith((f"{e.document}.children(", f"{e.document}.attributes")):
                return e
        elif test.uri is None:
            condition = f"{e.document}.local_name({item}) == {text_literal(str(test.local))}"
        elif test.local is None:
            condition = f"{e.document}.namespace({item}) == {text_literal(test.uri)}"
        else:
            condition = f"{tag} == {self.module.tag(clark(test))}"
        made = self.looped(e, (*loops, Loop("if", condition)), item)
        return replace(made, backward=e.backward, ordered=e.ordered)

    # --- paths ------------------------------------------------------------------------------------------------

    def path(self, path: Path, scope: Scope) -> Expr:
        """`left/right`"""
        path = _shortened(path)
        if isinstance(path.right, Binary):  # the two halves of //(a|b) or x/(a|b), where both are steps
            halves = [Path(path.left, side) for side in (path.right.left, path.right.right)]
            if path.right.operator == "|":
                return self.expression(Binary("|", *halves), scope)
        if isinstance(path.left, Path) and path.left.right == _BELOW:
            left = self._everything_below(path.left.left, scope)
        else:
            left = self.expression(path.left, scope)
        if left.kind != "node":
            raise XPathError(f"a path from values that are not nodes ({left.kind})")
        if isinstance(path.right, Filter) and left.card == "*" and not _may_count(path.right.predicate):
            if set(locals_in(_all_code(left))) <= {"d"}:  # left/step[...] is (left/step)[...], which has an index
                return self.filter(Filter(Path(path.left, path.right.base), path.right.predicate), scope)
        loops, item = self.loops(left)
        more, item = self.simple(item)
        focus = self.item_of(left, item, left.ways)
        right = self.expression(path.right, Scope(focus, scope.current, scope.variables))
        if not loops and not more:
            return right
        right_loops, last = self.loops(right)
        made = self.looped(right, (*loops, *more, *right_loops), last)
        if right.kind != "node":
            return made
        below = _goes_down(path.right)
        in_order = left.ordered and right.ordered and (below or left.card != "*") and (left.apart or _stays(path.right))
        # each node of the left gives its own part of the document only where none lies inside another
        return replace(
            made,
            ordered=in_order or left.card != "*" and right.ordered,
            apart=left.apart and right.apart and (below or left.card != "*"),
            ways=right.ways,
            backward=False,
            as_written=False,
        )

    def _everything_below(self, start: Syntax, scope: Scope) -> Expr:
        """`start//`, as the beginning of a longer path."""
        left = self.expression(start, scope)
        if left.kind != "node":
            raise XPathError(f"a path from values that are not nodes ({left.kind})")
        loops, item = self.loops(left)
        more, item = self.simple(item)
        below = self._wide_step(_BELOW, self.item_of(left, item))
        if not loops and not more:
            return below
        inner, node = self.loops(below)
        made = self.looped(below, (*loops, *more, *inner), node)
        return replace(made, ordered=left.ordered and left.apart)

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
            return replace(made, backward=base.backward)
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
            (Loop("let", "1", bind(place)),)
            if base.card == "1"
            else (Loop("for", f"enumerate({items}, 1)", f"{bind(place)}, {bind(item)}"),)
        )
        loops = (Loop("let", self.as_list(ordered), bind(items)), *counting, Loop("if", test))
        return replace(self.looped(base, loops, item), ordered=not base.backward, backward=base.backward)

    def _nth(self, base: Expr, position: int) -> Expr:
        """`base[2]`"""
        ordered = base if base.backward else self.in_order(base)
        if base.card == "1":
            ordered = replace(base, card="*", code=f"({base.code},)")
        code = f"nth({self.as_list(ordered)}, {position})"
        present = replace(ordered, card="?", code=code, loops=(), ordered=True, apart=True, backward=False, texts=())
        return replace(present, present=base.present if position == 1 else "", ways=())

    def _indexed(self, base: Expr, predicate: Syntax, scope: Scope) -> tuple[Expr, bool] | None:
        """`base[key = value]` where the base is the same for the whole document: a look into an index.

        Where the equality is one condition among others, the index only makes the candidates few: then the second
        value is False, and the predicate has still to be tested.
        """
        if base.card != "*" or set(locals_in(_all_code(base))) - {"d"}:
            return None
        for key, value in _equalities(predicate):
            x = self.module.local()
            focus = self.item_of(base, x)
            try:
                keys = self.atomic(self.expression(key, Scope(focus)))
                values = self.atomic(self.expression(value, Scope(None, scope.current, scope.variables)))
            except XPathError:
                continue  # the key needs a variable, or the value the item
            exact = {keys.kind, values.kind} <= {"integer", "decimal"}
            key_list = self.as_list(keys)
            own = set(locals_in(key_list)) <= {"d", x[1:-1]}
            constant = not set(locals_in(_all_code(values))) - {"d"}
            if (constant and not isinstance(value, Literal)) or not own or values.card == "*" or not (exact or {keys.kind, values.kind} <= TEXTS):
                continue
            whole = isinstance(predicate, Binary) and predicate.operator == "="
            host = "‹d›" if "d" in locals_in(_all_code(base)) else "ONCE"
            items = self.module.function_of(self.as_list(self.in_order(base)), "list", ("d",))
            by = self.module.function_of(key_list, "keys", ("d", x[1:-1]))
            loops, item = self.loops(values)
            found = f"{host}.{'looked_up' if whole else 'candidates'}({items}, {by}, {item})"
            y = self.module.local()
            return self.looped(base, (*loops, Loop("for", found, self.module.bind(y))), y), whole
        return None


def _all_code(e: Expr) -> str:
    return "\n".join([*(f"{loop.target} {loop.code}" for loop in e.loops), e.code])


def _ways(item: Expr, tag: str) -> tuple[str, ...]:
    """The keys of the ways to the children or attributes of an item."""
    if item.code == "1" and item.document == "‹d›":
        return (f"/{tag}",)
    return tuple(f"{way}/{tag}" for way in item.ways)


def _shortened(path: Path) -> Path:
    """`//x` is descendant::x, unless a predicate counts positions."""
    left, right = path.left, path.right
    if not (isinstance(left, Path) and left.right == _BELOW):
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
    elif isinstance(predicate, Filter) and isinstance(predicate.base, Step) and not _may_count(predicate.predicate):
        if predicate.base.axis == "child":
            for key, value in _equalities(predicate.predicate):
                yield Path(predicate.base, key), value


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
