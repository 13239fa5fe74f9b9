"""Match patterns: which nodes a rule is for.

    cac:InvoiceLine/cbc:ID[@schemeID]

A pattern has a *shape*, the tags from the node upwards, and *predicates*. The shape is the same for all nodes of one
way (see `tree`), so it is decided once a way, and its predicates that look at tags only (`ends-with(name(), 'ID')`,
`not(ancestor::cac:Price)`) with it; the other predicates are run for each node.

Source: XSLT 2.0, section 5.5 (patterns).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from einvoice.schematron.program import ANY, ANY_ATTRIBUTE, Alternative
from einvoice.schematron.xpath.code import Expr, Scope, text_literal
from einvoice.schematron.xpath.core import TEXTS
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.operators import flattened
from einvoice.schematron.xpath.steps import clark
from einvoice.schematron.xpath.syntax import (
    AnyKind,
    Binary,
    Call,
    ContextItem,
    Filter,
    KindTest,
    Literal,
    NameTest,
    Path,
    Root,
    Step,
    Syntax,
    walk,
)
from einvoice.schematron.xpath.translator import Translator

_BELOW = Step("descendant-or-self", AnyKind)
_MOST_ALTERNATIVES = 200


def alternatives(syntax: Syntax, translator: Translator, scope: Scope) -> list[Alternative]:
    """The alternatives of a match pattern.

    Raises XPathError for what is no pattern, or not supported in one.
    """
    return [_alternative(*_steps(option), translator, scope) for option in _without_unions(syntax)]


def _without_unions(syntax: Syntax) -> list[Syntax]:
    """`(a | b)/c[p]` as `a/c[p]` and `b/c[p]`."""
    found: list[Syntax]
    if isinstance(syntax, Binary) and syntax.operator == "|":
        found = [option for side in flattened(syntax, "|") for option in _without_unions(side)]
    elif isinstance(syntax, Path):
        rights = _without_unions(syntax.right)
        found = [_joined(left, right) for left in _without_unions(syntax.left) for right in rights]
    elif isinstance(syntax, Filter):
        found = [_filtered(base, syntax.predicate) for base in _without_unions(syntax.base)]
    else:
        found = [syntax]
    if len(found) > _MOST_ALTERNATIVES:
        raise XPathError(f"a match pattern with more than {_MOST_ALTERNATIVES} alternatives")
    return found


def _joined(left: Syntax, right: Syntax) -> Syntax:
    """A path, with its steps in a chain to the left."""
    if isinstance(right, Path):
        return Path(_joined(left, right.left), right.right)
    return Path(left, right)


def _filtered(base: Syntax, predicate: Syntax) -> Syntax:
    """A predicate at the last step."""
    if isinstance(base, Path):
        return Path(base.left, _filtered(base.right, predicate))
    return Filter(base, predicate)


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a pattern, from the left: its test, its predicates, and whether anything may stand before it."""

    axis: str
    test: NameTest | KindTest
    predicates: tuple[Syntax, ...]
    far: bool  # reached by // from the step before


def _steps(syntax: Syntax) -> tuple[list[_Step], bool]:
    """The steps of a path from left to right; and whether it begins at the root."""
    steps: list[_Step] = []
    while isinstance(syntax, Path):
        left = syntax.left
        far = isinstance(left, Path) and left.right == _BELOW
        steps.insert(0, _step(syntax.right, far=far))
        syntax = left.left if isinstance(left, Path) and far else left
    anchored = isinstance(syntax, Root)
    if not anchored:
        steps.insert(0, _step(syntax, far=False))
    return steps, anchored


def _step(syntax: Syntax, *, far: bool) -> _Step:
    predicates: list[Syntax] = []
    while isinstance(syntax, Filter):
        predicates.insert(0, syntax.predicate)
        syntax = syntax.base
    if not isinstance(syntax, Step) or syntax.axis not in ("child", "attribute", "descendant"):
        raise XPathError("not a match pattern")
    if isinstance(syntax.test, KindTest) and syntax.test.kind not in ("element", "node"):
        raise XPathError(f"{syntax.test.kind}() in a match pattern is not supported")
    return _Step(syntax.axis, syntax.test, tuple(predicates), far or syntax.axis == "descendant")


def _alternative(steps: list[_Step], anchored: bool, translator: Translator, scope: Scope) -> Alternative:  # noqa: FBT001
    """What the engine needs of a pattern without unions."""
    if not steps:  # "/"
        return Alternative((), anchored=True, by_way=None, by_node=None, level=0)
    near = anchored and not any(step.far for step in steps)
    shape = []
    for at in range(len(steps) - 1, -1, -1):
        step = steps[at]
        shape.append((_tag(step), step.far))
    conditions = _Conditions(translator, scope, anchored=anchored)
    by_way, by_node = conditions.of(steps, len(steps) if near else None)
    return Alternative(
        tuple(shape),
        anchored,
        _function(translator, "way", by_way),
        _function(translator, "match", by_node, conditions.values),
        len(steps) if near else None,
    )


def _function(
    translator: Translator, prefix: str, conditions: list[str], values: Mapping[str, str] = MappingProxyType({})
) -> str | None:
    """A function that picks, of some nodes, those for which all conditions hold.

    `values` has, for conditions on the value of a key, the code of the nodes that have it.
    """
    if not conditions:
        return None
    first = next((each for each in conditions if each in values), "")
    tests = " and ".join(each for each in conditions if each != first)
    line = f"return [‹n› for ‹=n› in {values.get(first, '‹nodes›')}{f' if {tests}' if tests else ''}]"
    name, _ = translator.module.function(prefix, [line], ("d", "nodes"))
    return name


def _tag(step: _Step) -> str:
    """The tag of a step for its shape; `*`, `p:*` and `*:name` are any element, and tested by a predicate."""
    attribute = step.axis == "attribute"
    if isinstance(step.test, NameTest) and step.test.uri is not None and step.test.local is not None:
        return clark(step.test, "attribute" if attribute else "child")
    return ANY_ATTRIBUTE if attribute else ANY


class _Conditions:
    """Turns the predicates of a pattern into code about the node `n`."""

    def __init__(self, translator: Translator, scope: Scope, *, anchored: bool) -> None:
        self.translator = translator
        self.scope = scope
        self.anchored = anchored
        self.values: dict[str, str] = {}  # conditions on the value of a key -> code of the nodes that have it

    def of(self, steps: list[_Step], level: int | None) -> tuple[list[str], list[str]]:
        """Conditions that a way decides, and those that a node decides."""
        by_way: list[str] = []
        by_node: list[str] = []
        node = "‹n›"
        for at in range(len(steps) - 1, -1, -1):
            step = steps[at]
            ways, nodes = self.step(step, node, None if level is None else level - (len(steps) - 1 - at))
            by_way += ways
            by_node += nodes
            if step.far and at:
                if any(earlier.predicates or _tag(earlier) in (ANY, ANY_ATTRIBUTE) for earlier in steps[:at]):
                    by_node.append(self.above(steps[:at], node))
                return by_way, by_node
            node = f"‹d›.up[{node}]"
        return by_way, by_node

    def step(self, step: _Step, node: str, level: int | None) -> tuple[list[str], list[str]]:
        by_way: list[str] = []
        by_node: list[str] = []
        item = Expr("node", "1", node, level=level)
        scope = Scope(item, item if node == "‹n›" else None, self.scope.variables)
        if isinstance(step.test, NameTest) and (step.test.uri is None) != (step.test.local is None):
            test = Step("self", step.test)
            if step.axis == "attribute":
                raise XPathError("a wildcard in the name of an attribute is not supported in a match pattern")
            by_way.append(self.translator.test(test, scope))
        for predicate in step.predicates:
            for part in flattened(predicate, "and"):
                if _looks_at_tags(part):
                    by_way.append(self.translator.test(part, scope))
                else:
                    by_node.append(self.predicate(step, part, scope, node))
        return by_way, by_node

    def predicate(self, step: _Step, predicate: Syntax, scope: Scope, node: str) -> str:
        """Code of a predicate that is run for each node."""
        if isinstance(predicate, Literal) and isinstance(predicate.value, int) and step.predicates[0] == predicate:
            place = self.translator.filter(
                Filter(Path(Step("parent", AnyKind), Step(step.axis, step.test)), predicate), scope
            )
            return f"{place.code} == {node}"
        kept = self.kept_key(predicate, scope)
        if kept is not None:
            return kept
        e = self.translator.expression(predicate, scope)
        if e.kind in ("integer", "decimal", "double", "number", "any"):
            raise XPathError("a number as predicate is not supported here in a match pattern")
        return self.translator.truth(e)

    def kept_key(self, predicate: Syntax, scope: Scope) -> str | None:
        """`normalize-space(cbc:ID) = 'S'`: as many rules ask for the same text, it is computed once for each node."""
        if scope.item is None or scope.item.code != "‹n›" or not isinstance(predicate, Binary):
            return None
        key, value = predicate.left, predicate.right
        if predicate.operator != "=" or not isinstance(value, Literal) or not isinstance(value.value, str):
            return None
        if not any(isinstance(part, Call) for part in walk(key)):
            return None
        keys = self.translator.atomic(self.translator.expression(key, scope))
        if keys.kind not in TEXTS:
            return None
        code = self.translator.as_list(keys)
        function = self.translator.module.function_of(code, "keys", ("d", "n"))
        wanted = text_literal(value.value)
        condition = f"({wanted} in ‹d›.kept({function}, ‹n›))"
        self.values[condition] = f"‹d›.having({function}, ‹nodes›, {wanted})"
        return condition

    def above(self, steps: list[_Step], node: str) -> str:
        """Code: is there an ancestor that matches the steps before a //, predicates included?"""
        module = self.translator.module
        x = module.local()
        conditions = [f"‹d›.tag[{x}] == {module.tag(_tag(steps[-1]))}"] if _tag(steps[-1]) else []
        inner_way, inner_node = self.of(steps, None)
        renamed = [condition.replace("‹n›", x) for condition in (*inner_way, *inner_node)]
        for at, earlier in enumerate(reversed(steps[:-1]), 1):
            if steps[len(steps) - at].far:
                break
            if _tag(earlier):
                conditions.append(f"‹d›.tag[{'‹d›.up[' * at}{x}{']' * at}] == {module.tag(_tag(earlier))}")
        else:
            if self.anchored and not steps[0].far:
                first = len(steps) - 1
                conditions.append(f"{'‹d›.up[' * first}{x}{']' * first} == 1")
        test = " and ".join([*conditions, *renamed]) or "True"
        lines = [f"for {module.bind(x)} in ‹d›.ancestors({node}):", f"    if {test}:", "        return True"]
        return module.call("above", [*lines, "return False"])


def _looks_at_tags(predicate: Syntax) -> bool:  # noqa: PLR0911  one case a shape
    """Whether the tags from the root down decide a predicate, so that it is the same for all nodes of a way."""
    match predicate:
        case Call("not", (inner,)):
            return _looks_at_tags(inner)
        case Call("ends-with", (Call("name" | "local-name", arguments), Literal(str() as end))):
            # the name has the prefix of the document in front; its end is the same for all nodes of the way
            return arguments in ((), (ContextItem(),)) and ":" not in end
        case Call("starts-with", (Call("local-name", arguments), Literal())):
            return arguments in ((), (ContextItem(),))
        case Step("ancestor" | "self", NameTest()):
            return True
        case Path(left, right):
            return _looks_at_tags(left) and isinstance(right, Step) and right.axis in ("self", "parent", "ancestor")
        case Binary("and" | "or", left, right):
            return _looks_at_tags(left) and _looks_at_tags(right)
    return False
