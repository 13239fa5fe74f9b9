"""What the reader and the writer need to know of each element, derived from the rows once.

How to tell an element from its siblings, when to open it, which of two rows for one value is used, and what is the
same in every document: all of it follows from the table, so none of it is said there.
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.binding.nodes import Node, Shape


def derive(shape: Shape) -> None:
    """Derive what the reader and the writer look up, here and in the elements that only group others."""
    groups: dict[str, list[Node]] = {}
    rivals: dict[str, list[Node]] = {}
    choosy: dict[str, Node] = {}
    for node in shape.kids:
        if node.inside.maker is None:
            derive(node.inside)
        node.tests = tuple(_tests(node))
        node.kept = node.inside.maker is None and any(
            len(path) > 1 or path[0][0] != "@" for path, _ in _deep_tests(node)
        )
        own, document = _content(node)
        node.keys, node.document_keys = frozenset(own), frozenset(document)
        _open_with(node)
        node.visit = node.always or (node.inside.maker is None and any(kid.visit for kid in node.inside.kids))
        node.fixed = _fixed(node)
        siblings = groups.setdefault(node.tag, [])
        if node.label == "else":
            node.unless = frozenset().union(*(sibling.keys for sibling in siblings))
        siblings.append(node)
        node.direct = _is_direct(node)
        node.fallback_of = choosy.get(node.key)
        if node.codec is not None and node.codec.choosy:
            choosy[node.key] = node
        if node.inside.maker is not None and not node.readonly:
            rivals.setdefault(node.key, []).append(node)
    shape.own = frozenset(attribute.key for attribute in shape.attributes.values() if attribute.key)
    shape.labels = frozenset(_labels(shape))
    shape.written = [node for node in shape.kids if not node.readonly]
    shape.document_keys = frozenset().union(*(node.document_keys for node in shape.written))
    for tag, nodes in groups.items():
        shape.by_tag[tag] = nodes[0]
        nodes[0].siblings = tuple(nodes) if len(nodes) > 1 or nodes[0].tests else ()
    for nodes in rivals.values():
        if len(nodes) > 1:
            says = tuple(frozenset(_says(node.inside)) for node in nodes)
            for rank, node in enumerate(nodes):
                node.rivals, node.rank = says, rank


def _labels(shape: Shape) -> Iterator[str]:
    yield from shape.own
    for node in shape.kids:
        if node.inside.maker is None:
            yield from node.inside.labels


def _tests(node: Node) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What tells this element from its siblings of the same name."""
    if node.recognises:
        yield (".",), node.constant
    yield from _deep_tests(node)


def _deep_tests(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for attribute in node.inside.attributes.values():
        if attribute.recognises:
            yield (*path, "@" + attribute.name), attribute.constant
    for kid in node.inside.kids:
        if kid.recognises:
            yield (*path, kid.tag), kid.constant
        if kid.inside.maker is None and not kid.label:
            yield from _deep_tests(kid, (*path, kid.tag))


def _open_with(node: Node) -> None:
    """What recognises an element is written whenever the element is, though the rest of its own parent be absent."""
    for kid in node.inside.kids if node.inside.maker is None and node.label else ():
        if kid.kept:
            kid.keys |= node.keys
            kid.document_keys |= node.document_keys


def _content(node: Node) -> tuple[set[str], set[str]]:
    """The attributes, of the object and of the document, that this element would carry. Read-only rows do not count."""
    own: set[str] = set()
    document: set[str] = set()
    if node.readonly:
        return own, document
    if node.key:
        (document if node.document else own).add(node.key)
    if node.inside.maker is None:
        own |= _says(node.inside)
    if not node.many:
        document |= _document_keys(node.inside)
    return own, document


def _says(shape: Shape) -> set[str]:
    """The attributes of its object that a shape can carry."""
    keys = {attribute.key for attribute in shape.attributes.values() if attribute.key}
    if shape.text:
        keys.add(shape.text.key)
    for kid in shape.kids:
        keys |= _content(kid)[0] if not kid.document else set()
    return keys


def _document_keys(shape: Shape) -> set[str]:
    """The attributes of the document that are written inside this shape, repeated elements aside."""
    keys: set[str] = set()
    for kid in shape.kids:
        if kid.readonly:
            continue
        if kid.document:
            keys.add(kid.key)
        elif not kid.many:
            keys |= _document_keys(kid.inside)
    return keys


def _is_direct(node: Node) -> bool:
    if node.codec is None or node.repeats or node.many or node.document or node.readonly or node.unless:
        return False
    return not (node.default and node.codec.load is None)


def _fixed(node: Node) -> str:
    """The XML of an element that holds constants only, if it is the same in every document."""
    if node.key or node.inside.maker or node.inside.attributes or any("{" in text for text in node.constant[:1]):
        return ""
    if node.constant:
        return "" if not node.constant[0] else f"{node.opening}{node.constant[0]}{node.closing}"
    if node.inside.kids and all(kid.fixed for kid in node.inside.kids):
        return node.opening + "".join(kid.fixed for kid in node.inside.kids) + node.closing
    return node.opening + node.closing if node.always and not node.inside.kids else ""
