"""The reader: an element and a compiled table make an object and a list of what it could not hold.

Reading never refuses. What matches no row is `unknown`, a second value for a single attribute is `repeated`, a text that
is no value of its type is `unparsable`: each is an `Unread`, with its place, and none is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree
from pydantic import BaseModel

from einvoice.binding.codecs import Partial
from einvoice.binding.table import Node, Shape
from einvoice.model import Unread
from einvoice.xml import location

__all__ = ["Known", "read", "recognise"]

_SPACE = " \t\r\n"  # white space of XML: a no-break space is content
_EXCERPT = 200
_FALLBACKS = "?"  # among an object's values: what read-only rows found
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # its attributes speak to schema processors, not to people


class Known:
    """What a document says of itself and constants refer to: its currencies, its number."""

    __slots__ = ("_accepted", "_texts")

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._accepted: dict[tuple[str, ...], tuple[str | None, ...]] = {}

    def accepts(self, constant: tuple[str, ...], text: str) -> bool:
        """Whether the text is one of the spellings.

        What the document does not say matches nothing, or with a question mark, `{currency_code?}`, anything.
        """
        accepted = self._accepted.get(constant)
        if accepted is None:
            accepted = tuple(self._texts.get(word[1:-1].rstrip("?")) if word[:1] == "{" else word for word in constant)
            if constant[0].endswith("?}") and accepted[0] is None:
                accepted = ()
            self._accepted[constant] = accepted
        return not accepted or text in accepted


class _Reading:
    """One document being read, and the problems met so far."""

    __slots__ = ("known", "problems", "values")

    def __init__(self, known: Known) -> None:
        self.known = known
        self.values: dict[str, Any] = {}  # attributes of the document
        self.problems: list[tuple[str, etree._Element, str | None, str | None]] = []

    def report(self, kind: str, element: etree._Element, attribute: str | None = None, text: str | None = None) -> None:
        self.problems.append((kind, element, attribute, text))


def read(shape: Shape, root: etree._Element, known: Known) -> tuple[BaseModel, tuple[Unread, ...]]:
    """The object that the root element says, and what it could not hold."""
    assert shape.maker is not None  # noqa: S101  (a table's shape always makes something)
    state = _Reading(known)
    if attributes := root.items():
        _read_attributes(shape, root, attributes, state.values, state)
    _read_children(shape, root, state.values, state)
    _settle(shape, state.values, state)
    return shape.maker.build(state.values), tuple(_unread(*problem) for problem in state.problems)


def _read_children(shape: Shape, element: etree._Element, values: dict[str, Any], state: _Reading) -> None:
    by_tag = shape.by_tag
    for child in element:
        found = by_tag.get(child.tag)
        node = recognise(found, child, state.known) if found.__class__ is tuple else found
        if (tail := child.tail) and not tail.isspace():
            state.report("unknown", element, None, tail)
        if node is None:
            state.report("unknown", child)
            continue
        inside = node.inside
        target = state.values if node.document else values
        if inside.maker is not None:
            _read_object(node, child, target, state)
            continue
        if attributes := child.items():
            _read_attributes(inside, child, attributes, values, state)
        if node.key:
            text = child.text
            if text and (text := text.strip(_SPACE)):
                _read_value(node, child, text, target, state)
            if len(child):
                _read_children(inside, child, values, state)
        elif node.constant:
            _compare(node, child, state)
        else:
            if (text := child.text) and not text.isspace():
                state.report("unknown", child, None, text)
            _read_children(inside, child, values, state)


def _read_value(node: Node, child: etree._Element, text: str, target: dict[str, Any], state: _Reading) -> None:
    codec = node.codec
    key = node.key
    if text == node.default and codec is not None and codec.load is None:
        return  # the word that stands for "none" where the schema demands a text
    value: Any = text
    if codec is not None and codec.load is not None:
        try:
            value = codec.load(text)
        except Partial as partial:
            value = partial.value
            state.report("unparsable", child)
        except (ValueError, ArithmeticError):
            state.report("unparsable", child)
            return
    if node.readonly:
        target.setdefault(_FALLBACKS, []).append((key, value, child))
    elif node.many:
        target.setdefault(key, []).extend(value if codec is not None and codec.several else (value,))
    elif key not in target:
        target[key] = value
    elif target[key] != value:
        state.report("repeated", child)


def _read_object(node: Node, child: etree._Element, target: dict[str, Any], state: _Reading) -> None:
    key, inside = node.key, node.inside
    if not node.many and key in target:
        state.report("repeated", child)
        return
    values: dict[str, Any] = {}
    if attributes := child.items():
        _read_attributes(inside, child, attributes, values, state)
    text = child.text
    if text and (text := text.strip(_SPACE)):
        if inside.text is not None:
            _read_value(inside.text, child, text, values, state)
        else:
            state.report("unknown", child, None, text)
    _read_children(inside, child, values, state)
    _settle(inside, values, state)
    if node.many:
        target.setdefault(key, []).append(inside.maker.build(values))  # type: ignore[union-attr]  # the caller saw it
    elif values:
        target[key] = inside.maker.build(values)  # type: ignore[union-attr]  # the caller saw it


def _read_attributes(
    shape: Shape, element: etree._Element, attributes: list[tuple[str, str]], values: dict[str, Any], state: _Reading
) -> None:
    for name, text in attributes:
        attribute = shape.attributes.get(name)
        if attribute is None:
            if not name.startswith(_INSTANCE):
                state.report("unknown", element, name, text)
        elif attribute.key:
            if values.setdefault(attribute.key, text) != text:
                state.report("repeated", element, name, text)
        elif not state.known.accepts(attribute.constant, text):
            state.report("unknown", element, name, text)


def _compare(node: Node, element: etree._Element, state: _Reading) -> None:
    """A constant that says something else is a thing the model cannot hold."""
    text = (element.text or "").strip(_SPACE)
    if text and not state.known.accepts(node.constant, text):
        state.report("unknown", element)
    if len(element):
        _read_children(node.inside, element, {}, state)


def _settle(shape: Shape, values: dict[str, Any], state: _Reading) -> None:
    """Once all of an object is read: what read-only rows found stands in for what nothing else said."""
    for key, value, element in values.pop(_FALLBACKS, ()):
        if values.setdefault(key, value) != value:
            state.report("repeated", element)
    # Where the schema demands a text and another attribute was written for it, that attribute alone was meant.
    for key, other in shape.defaults:
        if key in values and values[key] == values.get(other):
            del values[key]


def recognise(nodes: tuple[Node, ...], element: etree._Element, known: Known) -> Node | None:
    """The first of the nodes for one tag whose constants are found in the element."""
    for node in nodes:
        if all(known.accepts(constant, _text_at(element, path)) for path, constant in node.tests):
            return node
    return None


def _text_at(element: etree._Element, path: tuple[str, ...]) -> str:
    found: etree._Element | None = element
    for step in path:
        if step[0] == "@":
            return element.get(step[1:]) or ""
        if step != ".":
            found = element.find(step)
            if found is None:
                return ""
            element = found
    return (element.text or "").strip(_SPACE)


def _unread(kind: str, element: etree._Element, attribute: str | None, text: str | None) -> Unread:
    if text is None:
        text = _excerpt(element)
    text = " ".join(text.split())[:_EXCERPT]
    return Unread(kind=kind, xpath=location(element, attribute), line=element.sourceline, text=text or None)


def _excerpt(element: etree._Element) -> str:
    """The beginning of what the element says; an attachment of megabytes is not joined for that."""
    return " ".join(_beginning(element))


def _beginning(element: etree._Element) -> Iterator[str]:
    length = 0
    for piece in element.itertext():
        text = str(piece)[: 4 * _EXCERPT].strip()
        if text:
            yield text
            length += len(text)
        if length > _EXCERPT:
            return
