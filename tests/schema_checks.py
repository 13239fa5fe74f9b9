"""Do the rows of a table agree with an XML schema? Asked by the tests of each syntax."""

from __future__ import annotations

from collections.abc import Iterator

from xml_schemas import Child, Schema, schema

from einvoice.binding import Syntax
from einvoice.binding.nodes import Node, Shape


def disagreements(syntax: Syntax, name: str) -> list[str]:
    """Every row that names no element of the schema, stands out of order, repeats what may not, or forgets a demand."""
    found = schema(name)
    return list(_check(syntax.shape, found.root_type(name), found, f"/{name}", set(), frozenset()))


def _check(  # noqa: PLR0913, PLR0917  (a walk through two trees at once)
    shape: Shape, type_: tuple[str, str], found: Schema, path: str, seen: set, opened_by: frozenset[str]
) -> Iterator[str]:
    if (id(shape), type_) in seen:
        return
    seen.add((id(shape), type_))
    children = {child.tag: (position, child) for position, child in enumerate(found.children(type_))}
    last = -1
    for node in shape.kids:
        if node.tag not in children:
            yield f"{path}/{node.name} is not in the schema"
            continue
        position, child = children[node.tag]
        if position < last and not node.readonly:
            yield f"{path}/{node.name} is out of order"
        last = max(last, position)
        if node.many and child.most == 1:
            yield f"{path}/{node.name} must not repeat"
        opens = node.keys | node.document_keys if node.inside.maker is None else frozenset()
        yield from _check(node.inside, child.type, found, f"{path}/{node.name}", seen, opens)
    for _, child in children.values():
        if child.least and not _is_met(child, shape, opened_by):
            yield f"{path} demands {child.tag}"


def _is_met(child: Child, shape: Shape, opened_by: frozenset[str]) -> bool:
    """Whether the child is always there: demanded, constant, or the only reason for its parent to be."""
    nodes = [node for node in shape.kids if node.tag == child.tag and not node.readonly]
    if not nodes and not opened_by and shape.maker is None:
        return True  # an element of read-only rows is never written
    return any(_is_there(node) or (opened_by and opened_by <= node.keys | node.document_keys) for node in nodes)


def _is_there(node: Node) -> bool:
    return bool(node.required or node.default or node.constant or node.always or node.fixed or node.visit)
