"""The writer: an object and a compiled table make an XML document, in the order of the schema.

Text is written straight into strings: three times as fast as building elements, and the same document. The writer
refuses, with a finding for each fault, what the schema demands and the object lacks, and characters that XML forbids.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from pydantic import BaseModel

from einvoice.binding.nodes import Node
from einvoice.binding.planning import ATTRIBUTE_ESCAPES, ESCAPES, Plan, Run, Unsure, planned
from einvoice.errors import Unwritable
from einvoice.paths import walk
from einvoice.rulebook import Fact, Observation

# Characters outside XML 1.0's production Char. The whole document is looked through, so in the fastest way: five times
# as fast as with the expression, which then finds the place.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_RARE = b"\xef"  # how U+FFFE and U+FFFF start in UTF-8, with their neighbours; one byte is found at once, two are not
_SPECIAL = re.compile('[&<>"\r\n\t]').search
_TOGETHER = 256  # objects whose values are held at once


class _Writing:
    """One document being written."""

    __slots__ = ("keys", "missing", "opened", "out", "trail", "values", "written_once")

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values  # attributes of the document
        self.keys = tuple(values)
        self.out: list[str] = []
        self.trail: list[str] = []  # where in the model the writer is: ["lines[2]", "allowances[0]"]
        self.missing: dict[str, str] = {}  # field -> the first element that cannot do without it
        self.opened: dict[Node, str] = {}  # opening tags whose attributes are the same in the whole document
        self.written_once: set[Node] = set()

    def lacks(self, key: str, element: str, *, document: bool = False) -> None:
        trail = [] if document else self.trail
        self.missing.setdefault(".".join((*trail, key)), element)


def write(root: Node, item: BaseModel, *, incomplete: bool) -> bytes:
    """The document of this root element. Raises `Unwritable` with its findings."""
    values = root.inside.made_by().values(item)
    state = _Writing(values)
    _follow(planned(root, state.keys, state.keys), values, state)
    findings = [] if incomplete else [_missing(*fault) for fault in state.missing.items()]
    data = _encoded("".join(state.out))
    if data is None:
        texts = ((str(path), text) for path, text in walk(item) if isinstance(text, str))
        findings += [_forbidden(path, found[0]) for path, text in texts if (found := _FORBIDDEN.search(text))]
    if findings:
        fields = ", ".join(finding.field or "" for finding in findings)
        raise Unwritable("EI-NO-WRITE-02", {"target": root.name, "fields": fields}, tuple(findings))
    return data or b""


def _encoded(xml: str) -> bytes | None:
    """The document in UTF-8, or None where a character in it is forbidden."""
    try:
        data = xml.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    if len(data.translate(None, _CONTROLS)) != len(data) or (_RARE in data and _FORBIDDEN.search(xml)):
        return None
    return data


def _follow(plan: Plan, values: dict[str, Any], state: _Writing) -> bool:
    """Write an object that has these values as its plan says; say whether it is more than constants."""
    wrote = plan.says
    out = state.out
    for step in plan.steps:
        if isinstance(step, Run):
            pieces = list(step.pieces)
            for node, position in step.openings:
                pieces[position] = state.opened.get(node) or _opening(node, values, state)
            for key, dump, escapes, document, position in step.places:
                text: Any = (state.values if document else values)[key]
                if dump is not None:
                    text = dump(text)
                if escapes is not None and _SPECIAL(text):
                    text = text.translate(escapes)
                pieces[position] = text
            out += pieces
        elif isinstance(step, Node):
            wrote |= _write_node(step, values, state)
        elif isinstance(step, Unsure):
            start = len(out)
            out.append(_opening(step.node, values, state) if step.node.inside.attributes else step.node.opening)
            if _follow(step.inside, values, state):
                out.append(step.node.closing)
                wrote = True
            else:
                del out[start:]
        else:
            state.lacks(step.key, step.element)
    return wrote


def _write_node(node: Node, values: dict[str, Any], state: _Writing) -> bool:
    """Write what has to be decided upon each time."""
    if not node.key:
        _write_constant(node, state)
        return False
    value = (state.values if node.document else values).get(node.key)
    if value is None:
        return _write_absent(node, values, state)
    if node.inside.maker is not None:
        return _write_objects(node, value, state)
    if node.many:
        wrote = [_write_value(node, item, values, state) for item in value]
        return any(wrote)
    if node in state.written_once or not values.keys().isdisjoint(node.unless):
        return False
    return _write_value(node, value, values, state)


def _write_value(node: Node, value: Any, values: dict[str, Any], state: _Writing) -> bool:
    first = node.fallback_of
    if first is not None and first.dump is not None and first.dump(value) is not None:
        value = values.get(node.second)
        if value is None:
            return False
    text = value if node.dump is None else node.dump(value)
    if text is None:
        return False
    if not node.safe and _SPECIAL(text):
        text = text.translate(ESCAPES)
    opening = _opening(node, values, state) if node.inside.attributes else node.opening
    state.out.append(f"{opening}{text}{node.closing}")
    if node.once:
        state.written_once.add(node)
    return True


def _write_absent(node: Node, values: dict[str, Any], state: _Writing) -> bool:
    """An element without its value: something else in it may have to be said, or the schema demands it."""
    if node.inside.maker is not None:
        if not state.values.keys().isdisjoint(node.document_keys - {node.key}):
            return _write_object(node, {}, node.key, state)
        if node.always:
            state.out.append(f"{node.opening}{node.closing}")
            return False
    elif node.codec is not None and not values.keys().isdisjoint(node.inside.own):
        if not node.codec.empty:  # a unit without its quantity
            state.lacks(node.key, node.name, document=node.document)
        state.out.append(f"{_opening(node, values, state)}{node.closing}")
        return True
    if node.default:
        text = str(values.get(node.default[1:-1], "")) if node.default[0] == "{" else node.default
        if text:
            opening = _opening(node, values, state) if node.inside.attributes else node.opening
            state.out.append(f"{opening}{text.translate(ESCAPES)}{node.closing}")
            return False
    if node.required:
        state.lacks(node.key, node.name, document=node.document)
    return False


def _write_constant(node: Node, state: _Writing) -> None:
    text = _constant(node.constant, node.name, state)
    if text:
        state.out.append(f"{node.opening}{text.translate(ESCAPES)}{node.closing}")


def _write_objects(node: Node, found: Any, state: _Writing) -> bool:
    maker = node.inside.made_by()
    if node.once:
        if node in state.written_once:
            return False
        state.written_once.add(node)
    if not node.many:
        return _write_object(node, maker.values(found), node.key, state)
    for start in range(0, len(found), _TOGETHER):
        _write_many(node, [maker.values(item) for item in found[start : start + _TOGETHER]], start, state)
    return True


def _write_many(node: Node, objects: list[dict[str, Any]], start: int, state: _Writing) -> None:
    """Repeated objects, counted from `start`: those that follow each other are mostly alike."""
    of_document = state.keys if node.inside.document_keys else ()
    for names, group in groupby(objects, tuple):
        alike, plan = list(group), planned(node, names, of_document)
        run = plan.steps[0] if len(plan.steps) == 1 else None
        if isinstance(run, Run) and run.places and len(alike) > 1:
            _write_alike(run, alike, state)
        else:
            for index, values in enumerate(alike, start):
                state.trail.append(f"{node.key}[{index}]")
                _follow(plan, values, state)
                state.trail.pop()
        start += len(alike)


def _write_alike(run: Run, alike: list[dict[str, Any]], state: _Writing) -> None:
    """Objects that are a run each. Each place is filled for all of them before the next, in half the time."""
    columns: list[list[Any]] = [[]] * (len(run.pieces) // 2)  # every second piece is a place
    for node, position in run.openings:
        columns[position // 2] = [state.opened.get(node) or _opening(node, values, state) for values in alike]
    for key, dump, escapes, document, position in run.places:
        texts = [state.values[key]] * len(alike) if document else [values[key] for values in alike]
        if dump is not None:
            texts = list(map(dump, texts))
        if escapes is not None and _SPECIAL("".join(texts)):
            texts = [text.translate(escapes) for text in texts]
        columns[position // 2] = texts
    pieces = list(run.pieces)
    for row in zip(*columns, strict=True):
        pieces[1::2] = row
        state.out += pieces


def _write_object(node: Node, values: dict[str, Any], place: str, state: _Writing) -> bool:
    state.trail.append(place)
    of_document = state.keys if node.inside.document_keys else ()
    wrote = _follow(planned(node, tuple(values), of_document), values, state)
    state.trail.pop()
    return wrote


def _opening(node: Node, values: dict[str, Any], state: _Writing) -> str:
    xml = f"<{node.name}"
    shared = True
    for name, attribute in node.inside.attributes.items():
        if attribute.key:
            shared = False
            text = values.get(attribute.key)
            if text is None and attribute.required:
                state.lacks(attribute.key, f"{node.name}/@{name}")
        else:
            text = _constant(attribute.constant, f"{node.name}/@{name}", state)
        if text is not None and (text or attribute.key):
            xml += f' {name}="{text if text.isalnum() else text.translate(ATTRIBUTE_ESCAPES)}"'
    xml += ">"
    if shared:
        state.opened[node] = xml
    return xml


def _constant(constant: tuple[str, ...], element: str, state: _Writing) -> str | None:
    first = constant[0]
    if first[:1] != "{":
        return first
    key = first[1:-1].rstrip("?")
    value = state.values.get(key)
    if value is None and "" not in constant:
        state.lacks(key, element, document=True)
    return value


def _missing(field: str, element: str) -> Observation:
    return _fault("EI-WRITE-REQUIRED", field, {"expected": element})


def _forbidden(field: str, character: str) -> Observation:
    return _fault("EI-WRITE-CHARACTER", field, {"found": f"U+{ord(character):04X}"})


def _fault(rule: str, field: str, facts: dict[str, Fact]) -> Observation:
    return Observation(rule, "error", "write", {"field": field, **facts}, field=field)
