"""Steps: the axes of XPath as questions to the document, and node tests.

    cbc:ID        d.kids[n].get(T3_ID, NOTHING)         exists(cbc:ID)     T3_ID in d.kids[n]
    @currencyID   d.kids[n].get(T4__currencyID)         ..                 d.up[n]; 1 where n is a child of the root
    //cbc:Note    d.below(0, T5_Note)                   ancestor::*        d.ancestors(n)

Source: XPath 2.0, sections 3.2.1 (steps) and 3.2.4 (abbreviations).
"""

from __future__ import annotations

from einvoice.schematron.xpath.code import Expr, Loop, Scope, text_literal
from einvoice.schematron.xpath.core import Core
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.syntax import AnyKind, KindTest, NameTest, NodeTest, Step

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
EVERYTHING_BELOW = Step("descendant-or-self", AnyKind)


def clark(test: NameTest, axis: str = "child") -> str:
    """The tag that a test without wildcards asks for: {uri}name, or @name of an attribute."""
    name = f"{{{test.uri}}}{test.local}" if test.uri else f"{test.local}"
    return f"@{name}" if axis == "attribute" else name


class Steps(Core):
    """Translates steps."""

    def step(self, step: Step, scope: Scope) -> Expr:  # noqa: C901, PLR0911  one case an axis
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
            return made._replace(level=level, document=d, ways=_ways(item, clark(test, "attribute")))
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
            return made._replace(ways=("",) if item.level == 2 else ()) if test == AnyKind else self._tested(made, test)
        return self._tested(Expr("node", "*", f"{d}.parent({item.code})", document=d), test)

    def _self_step(self, test: NodeTest, item: Expr) -> Expr:
        return self._tested(item._replace(present="", ways=()), test)

    def _wide_step(self, step: Step, item: Expr) -> Expr:
        d, test = item.document, step.test
        if step.axis == "descendant" and isinstance(test, NameTest) and test.uri is not None and test.local is not None:
            tag = self.module.tag(clark(test))
            present = f"{tag} in {d}.names" if item.code == "0" else ""
            return Expr("node", "*", f"{d}.below({item.code}, {tag})", present=present, apart=False, document=d)
        method, backward = _WIDE_AXES[step.axis]
        made = Expr("node", "*", f"{d}.{method.format(item.code)}", apart=False, document=d)
        return self._tested(made._replace(ordered=not backward, backward=backward), test)

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
            e = e._replace(card="*", code=f"({e.code},)", present="")
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
        return made._replace(backward=e.backward, ordered=e.ordered)


def _ways(item: Expr, tag: str) -> tuple[str, ...]:
    """The key of the way to the children or attributes of the document element."""
    return (f"/{tag}",) if item.code == "1" and item.document == "‹d›" else ()
