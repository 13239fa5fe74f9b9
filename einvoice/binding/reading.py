"""The reader: an element and a compiled table make an object and a list of what it could not hold.

Reading never refuses. What matches no row is `unknown`; what a constant says to be something else than the row means is
`other`, and is left out as a whole; a second value for a single attribute is `repeated`, a text that is no value of its
type is `unparsable`, a code that is read but will be written otherwise is `respelled`, an element without a text, or an
object of which nothing is said but what kind of value it would be, is `empty`. Each is an `Unread`, with its place, and
none is dropped in silence: of a crowd that says the same, the last that is listed tells how many more there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from einvoice.binding.codecs import Partial, Respelled
from einvoice.binding.nodes import Node, Shape
from einvoice.filled import filled
from einvoice.model import Unread
from einvoice.xml import SPACE, Element, Locations, children

_EXCERPT = 200
MOST_EQUAL = 1000  # of what says the same at elements of one name so many are listed, and the others counted
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"  # its attributes speak to schema processors, not to people

_Problem = tuple[str, Element, str | None, str | None]  # kind, element, attribute, text where it is not the element's
_Saying = tuple[str, str, str | None, str | None]  # kind, name, attribute, text


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
        if text in constant and text[:1] != "{":  # as nearly always: in a tuple of two it is found at once
            return True
        accepted = self._accepted.get(constant)
        if accepted is None:
            accepted = self._spellings(constant)
        return not accepted or text in accepted

    def means(self, constant: tuple[str, ...], text: str) -> bool:
        """Whether the text is one of the spellings but for its case, as official rules compare codes."""
        return text.upper() in {(each or "").upper() for each in self._spellings(constant)}

    def _spellings(self, constant: tuple[str, ...]) -> tuple[str | None, ...]:
        accepted = tuple(self._texts.get(word[1:-1].rstrip("?")) if word[:1] == "{" else word for word in constant)
        if constant[0].endswith("?}") and accepted[0] is None:
            accepted = ()
        self._accepted[constant] = accepted
        return accepted


class _Reading:
    """One document being read, and the problems met so far."""

    __slots__ = ("chosen", "dropped", "fallbacks", "held", "known", "passed", "problems", "values")

    def __init__(self, known: Known, root: Element) -> None:
        self.known = known
        self.held = list(root.iter())  # what recognises an element looks into it, and lxml would make all there anew
        self.values: dict[str, Any] = {}  # attributes of the document
        self.fallbacks: list[tuple[dict[str, Any], Node, Any, Element]] = []  # what read-only rows found
        self.chosen: dict[tuple[int, str], Element] = {}  # where the value of a repeatable attribute stands
        self.passed: dict[Shape, Any] = {}  # XML attributes that said nothing but constants, and the right ones
        self.dropped: list[Element] = []  # of which nothing is said
        self.problems: list[_Problem] = []

    def report(self, kind: str, element: Element, attribute: str | None = None, text: str | None = None) -> None:
        self.problems.append((kind, element, attribute, text))


def read(shape: Shape, root: Element, known: Known, locations: Locations) -> tuple[BaseModel, tuple[Unread, ...]]:
    """The object that the root element says, and what it could not hold."""
    state = _read(shape, root, known)
    return shape.made_by().build(state.values), tuple(_listed(state.problems, locations))


def empty_elements(shape: Shape, root: Element, known: Known) -> frozenset[Element]:
    """The elements of lists that the reader leaves out, because they say nothing."""
    return frozenset(_read(shape, root, known).dropped)


def says_something(shape: Shape, element: Element, known: Known) -> bool:
    """Whether a value of an object stands in its element, as far as is seen without reading all of it."""
    return _has_value(shape, element, known, _unsure(shape))


@cache
def _unsure(shape: Shape) -> frozenset[str]:
    """The keys whose values may come from elsewhere: from XML attributes, or from what stands in for them."""
    return shape.labels.union(key for key, _ in shape.defaults)


def _has_value(shape: Shape, element: Element, known: Known, unsure: frozenset[str]) -> bool:
    for child in children(element):
        node = shape.by_tag.get(child.tag)
        if node is not None and node.siblings:
            node = recognise(node.siblings, child, known)
        if node is None or node.document:
            continue
        if node.direct:
            text = (child.text or "").strip(SPACE)
            if text and node.key not in unsure and (node.load is None or _is_loadable(node.load, text)):
                return True
        elif not node.key and node.inside.maker is None and _has_value(node.inside, child, known, unsure):
            return True
    return False


def _is_loadable(load: Callable[[str], Any], text: str) -> bool:
    try:
        load(text)
    except (ValueError, ArithmeticError):
        return False
    return True


def _read(shape: Shape, root: Element, known: Known) -> _Reading:
    state = _Reading(known, root)
    if attributes := root.items():
        _read_attributes(shape, root, attributes, state.values, state)
    _read_children(shape, root, state.values, state)
    _settle(shape, state.values, state)
    return state


def _read_children(  # noqa: C901, PLR0912  (each element of each document passes here: a call less is a fifth of the time)
    shape: Shape, element: Element, values: dict[str, Any], state: _Reading
) -> None:
    by_tag = shape.by_tag
    for child in children(element):
        node = by_tag.get(child.tag)
        if node is not None and node.siblings:
            node = recognise(node.siblings, child, state.known)
        if (tail := child.tail) and not tail.isspace():
            state.report("unknown", element, None, tail)
        if node is None:
            if isinstance(child.tag, str):  # not a comment, which other parsers keep
                state.report("other" if child.tag in by_tag else "unknown", child)
            continue
        inside = node.inside
        if inside.maker is not None:
            _read_object(node, child, values, state)
            continue
        if (attributes := child.items()) and attributes != state.passed.get(inside):
            _read_attributes(inside, child, attributes, values, state)
        text = child.text
        if text and (not node.free or text.isspace()):
            text = text.strip(SPACE)
        if node.direct and text:
            load = node.load
            try:
                value = text if load is None else load(text)
            except (ValueError, ArithmeticError):
                _read_value(node, child, text, values, state)
            else:
                target = values if not node.group else values.setdefault(node.group, {})
                if target.setdefault(node.member, value) is not value:
                    _read_value(node, child, text, values, state)
        elif node.key:
            if text:
                _read_value(node, child, text, values, state)
            elif not len(child) and not attributes:
                state.report("empty", child)
        elif text and not (node.constant and state.known.accepts(node.constant, text)):
            meant = bool(node.constant) and state.known.means(node.constant, text)
            state.report("respelled" if meant else "unknown", child, None, text)
        if len(child):
            _read_children(inside, child, values, state)


def _place(node: Node, values: dict[str, Any], state: _Reading) -> dict[str, Any]:
    """Where the node's value belongs: the object, the document, or a group of either."""
    target = state.values if node.document else values
    if node.group:
        group: dict[str, Any] = target.setdefault(node.group, {})
        return group
    return target


def _read_value(node: Node, child: Element, text: str, values: dict[str, Any], state: _Reading) -> None:
    if text == node.default and node.load is None:
        return  # the word that stands for "none" where the schema demands a text
    value: Any = text
    if node.load is not None:
        try:
            value = node.load(text)
        except Partial as partial:
            value = partial.value
            state.report("partial", child)
        except Respelled as respelled:
            value = respelled.value
            state.report("respelled", child)
        except (ValueError, ArithmeticError):
            state.report("unparsable", child)
            return
    target, key = _place(node, values, state), node.member
    if node.readonly:
        state.fallbacks.append((target, node, value, child))
    elif node.many:
        target.setdefault(key, []).extend(value if node.codec is not None and node.codec.several else (value,))
    elif key in target:
        _read_again(node, child, value, target, state)
    else:
        target[key] = value
        if node.repeats is not None:
            state.chosen[id(target), key] = child


def _read_again(node: Node, child: Element, value: Any, target: dict[str, Any], state: _Reading) -> None:
    """A second value for a single attribute."""
    first = target[node.member]
    if node.second and value != first and node.second not in target:
        target[node.second] = value
        return
    if node.repeats is not None:
        target[node.member] = node.repeats.together(first, value)
        if node.repeats.adds:
            return
        if target[node.member] != first:  # the second was chosen, so the first is the one to list
            place = (id(target), node.member)
            child, state.chosen[place] = state.chosen.get(place, child), child
    if value != first:
        state.report("repeated", child)


def _read_object(node: Node, child: Element, surrounding: dict[str, Any], state: _Reading) -> None:
    target, key, inside = _place(node, surrounding, state), node.member, node.inside
    if not node.many and key in target:
        state.report("repeated", child)
        return
    values: dict[str, Any] = {}
    if (attributes := child.items()) and attributes != state.passed.get(inside):
        _read_attributes(inside, child, attributes, values, state)
    text = child.text
    if text and (text := text.strip(SPACE)):
        if inside.text is not None:
            _read_value(inside.text, child, text, values, state)
        else:
            state.report("unknown", child, None, text)
    told = len(state.problems)
    _read_children(inside, child, values, state)
    if inside.defaults or state.fallbacks:
        _settle(inside, values, state)
    if values.keys() <= inside.labels:
        state.dropped.append(child)
        if (node.many or values) and not any(text.strip(SPACE) for text in map(str, child.itertext())):
            state.problems[told:] = [each for each in state.problems[told:] if each[0] != "empty"]  # its parts are, too
            state.report("empty", child)  # else what it says is the document's, or listed otherwise
    elif node.many:
        target.setdefault(key, []).append(inside.made_by().build(values))
    else:
        target[key] = inside.made_by().build(values)


def _read_attributes(shape: Shape, element: Element, attributes: Any, values: dict[str, Any], state: _Reading) -> None:
    passed = True
    for name, text in attributes:
        attribute = shape.attributes.get(name)
        if attribute is not None and (not attribute.free or text.isspace()):
            text = text.strip(SPACE)  # noqa: PLW2901 - its value
        if attribute is not None and attribute.constant and state.known.accepts(attribute.constant, text):
            continue
        passed = False
        if attribute is None:
            if not name.startswith(_INSTANCE):
                state.report("unknown", element, name, text)
        elif attribute.key:
            if not text:
                state.report("empty", element, name, text)
            elif values.setdefault(attribute.key, text) != text:
                state.report("repeated", element, name, text)
        else:
            state.report("unknown", element, name, text)
    if passed:
        state.passed[shape] = attributes


def _settle(shape: Shape, values: dict[str, Any], state: _Reading) -> None:
    """Once all of an object is read: what read-only rows found stands in for what nothing else said."""
    later, filled = [], set()
    for fallback in state.fallbacks:
        target, node, value, element = fallback
        place = (id(target), node.member)
        if target is state.values and values is not state.values:
            later.append(fallback)
        elif node.member not in target:
            target[node.member] = value
            state.chosen[place] = element
            filled.add(place)
        elif place in filled or (node.repeats is not None and node.repeats.adds):
            _read_again(node, element, value, target, state)
        elif target[node.member] != value:
            state.report("repeated", element)
    state.fallbacks = later
    # Where the schema demands a text and another attribute was written for it, that attribute alone was meant.
    for key, other in shape.defaults:
        if key in values and values[key] == values.get(other):
            del values[key]


def recognise(nodes: tuple[Node, ...], element: Element, known: Known) -> Node | None:
    """The first of the nodes for one tag whose constants are found in the element."""
    for node in nodes:
        for path, constant in node.tests:
            text = _text_at(element, path)
            if not constant:
                if text is None:
                    break
                continue
            text = text or ""
            if not known.accepts(constant, text) and (path[-1][0] == "@" or not known.means(constant, text)):
                break
        else:
            return node
    return None


def _text_at(element: Element, path: tuple[str, ...]) -> str | None:
    """The text at the path, "" where there is none; None where there is no such element."""
    for step in path:
        if step[0] == "@":
            return (element.get(step[1:]) or "").strip(SPACE)
        if step != ".":
            for child in children(element):  # they are few: faster than lxml's find
                if child.tag == step:
                    element = child
                    break
            else:
                return None
    return (element.text or "").strip(SPACE)


def _listed(problems: Iterable[_Problem], locations: Locations) -> Iterator[Unread]:
    """The problems with their places. Of those that say the same at elements of one name the last one has the count."""
    met: Counter[_Saying] = Counter()
    last: dict[_Saying, Unread] = {}
    for kind, element, attribute, given in problems:
        text = " ".join((_excerpt(element) if given is None else given).split())[:_EXCERPT] or None
        saying = (kind, element.tag, attribute, text)
        met[saying] += 1
        if met[saying] > MOST_EQUAL:
            continue
        values = {
            "kind": kind,
            "xpath": locations.of(element, attribute),
            "line": element.sourceline,
            "text": text,
            "more": 0,
        }
        made = filled(Unread, values, {"kind", "xpath", "line", "text"})
        if met[saying] < MOST_EQUAL:
            yield made
        else:
            last[saying] = made
    for saying, made in last.items():
        yield made.model_copy(update={"more": met[saying] - MOST_EQUAL})


def _excerpt(element: Element) -> str:
    """The beginning of what the element says; an attachment of megabytes is not joined for that."""
    return " ".join(_beginning(element)) if len(element) else (element.text or "")[: 4 * _EXCERPT]


def _beginning(element: Element) -> Iterator[str]:
    length = 0
    for piece in element.itertext():
        text = str(piece)[: 4 * _EXCERPT].strip()
        if text:
            yield text
            length += len(text)
        if length > _EXCERPT:
            return
