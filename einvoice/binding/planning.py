"""How objects are written that have values for the same attributes: found out once for all of them.

    planned(node, ("identifier", "net_amount"), ())      # of lines; the document's names where a row asks for one

Which elements are opened and hold something follows from the table and from those names. What is sure becomes few long
texts with places for the values (`Run`); the rest are nodes that the writer decides upon each time, alone or inside an
element that may remain empty (`Unsure`), and what the schema demands and the object lacks (`Lack`). The lines of an
invoice are much alike, so each is written by a run or two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from einvoice.binding.nodes import Node, Shape

Names: TypeAlias = Collection[str]
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})
ATTRIBUTE_ESCAPES = ESCAPES | {ord("\n"): "&#10;", ord("\t"): "&#9;"}  # a parser would make blanks of them


class Place(NamedTuple):
    """A place in a run for a value, in an element or in one of its XML attributes."""

    key: str
    dump: Callable[[Any], str | None] | None = None
    escapes: dict[int, str] | None = None  # None: its texts hold nothing that XML needs escaped
    document: bool = False  # the value is one of the document
    position: int = 0  # among the pieces of the run


class Opening(NamedTuple):
    """A place in a run for an opening tag: one of its attributes is a constant that the document says."""

    node: Node
    position: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Elements that are surely written: their XML in pieces, and what replaces some of these."""

    pieces: tuple[str, ...]  # texts, and between two of them one that is replaced
    places: tuple[Place, ...]
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Unsure:
    """An element that is left out again where nothing was written inside it."""

    node: Node
    inside: Plan


@dataclass(frozen=True, slots=True)
class Lack:
    """A value that an element cannot do without, and that the object does not have."""

    key: str
    element: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How an object is written, step by step."""

    steps: tuple[Run | Unsure | Lack | Node, ...]
    says: bool  # surely more than constants


_Step: TypeAlias = "str | Place | Opening | Unsure | Lack | Node"


@lru_cache(maxsize=512)
def planned(node: Node, names: tuple[str, ...], of_document: tuple[str, ...]) -> Plan:
    """The plan of all objects with values for these attributes, as this element, in documents with values for those."""
    keys, inside = frozenset(names), node.inside
    able = (rank for rank, says in enumerate(node.rivals) if keys <= says)
    if node.rivals and next(able, len(node.rivals) - 1) != node.rank:
        return Plan((), says=False)
    steps, says = _steps(inside, keys, frozenset(of_document))
    says |= not inside.own.isdisjoint(keys)
    if (text := inside.text) is not None and text.key in keys:
        steps.insert(0, Place(text.key, text.dump, None if text.safe else ESCAPES))
        says = True
    elif text is not None and text.required:
        steps.insert(0, Lack(text.key, node.name))
    if says or node.many or node.always:
        return _joined([*_opening(node, keys), *steps, node.closing], says)
    return _joined([Unsure(node, _joined(steps, says))], says)


def _joined(steps: list[_Step], says: bool) -> Plan:  # noqa: FBT001 - what `_steps` gives
    """The plan of these steps: all texts and places that stand side by side are one run."""
    joined: list[Run | Unsure | Lack | Node] = []
    parts: list[str | Place | Opening] = []
    for step in (*steps, None):
        if isinstance(step, str | Place | Opening):
            parts.append(step)
            continue
        if parts:
            joined.append(_run(parts))
            parts = []
        if step is not None:
            joined.append(step)
    return Plan(tuple(joined), says)


def _run(parts: list[str | Place | Opening]) -> Run:
    pieces = [""]
    places: list[Place] = []
    openings: list[Opening] = []
    for part in parts:
        if isinstance(part, str):
            pieces[-1] += part
            continue
        if isinstance(part, Place):
            places.append(part._replace(position=len(pieces)))
        else:
            openings.append(part._replace(position=len(pieces)))
        pieces += ["", ""]
    return Run(tuple(pieces), tuple(places), tuple(openings))


def _steps(shape: Shape, names: Names, of_document: Names) -> tuple[list[_Step], bool]:
    """What is written of a shape, and whether something in it surely is more than constants."""
    steps: list[_Step] = []
    says = False
    for node in shape.written:
        if not _is_needed(node, names, of_document):
            continue
        if node.fixed:
            steps.append(node.fixed)
        elif node.key and _is_sure(node, names, of_document):
            escapes = None if node.safe else ESCAPES
            steps += [*_opening(node, names), Place(node.key, node.dump, escapes, node.document), node.closing]
            says = True
        elif node.key or node.constant:
            steps.append(node)
        else:
            inner, inner_says = _steps(node.inside, names, of_document)
            if inner_says or node.always or node.kept:
                steps += [*_opening(node, names), *inner, node.closing]
                says |= inner_says
            else:
                steps.append(Unsure(node, _joined(inner, inner_says)))
    return steps, says


def _opening(node: Node, names: Names) -> list[_Step]:
    """The opening tag: a text, around places for the values that are XML attributes."""
    if not node.inside.attributes:
        return [node.opening]
    lacks: list[_Step] = []
    parts: list[_Step] = [f"<{node.name}"]
    of_document = False
    for name, attribute in node.inside.attributes.items():
        if attribute.key in names:
            parts += [f' {name}="', Place(attribute.key, None, ATTRIBUTE_ESCAPES), '"']
        elif attribute.required:
            lacks.append(Lack(attribute.key, f"{node.name}/@{name}"))
        elif attribute.constant and attribute.constant[0][:1] == "{":
            of_document = True
        elif attribute.constant and attribute.constant[0]:
            parts.append(f' {name}="{attribute.constant[0].translate(ATTRIBUTE_ESCAPES)}"')
    return [*lacks, Opening(node)] if of_document else [*lacks, *parts, ">"]


def _is_sure(node: Node, names: Names, of_document: Names) -> bool:
    """Whether the node writes its value, whatever the value is."""
    if node.key not in (of_document if node.document else names) or node.codec is None:
        return False
    return not (node.many or node.once or node.unless or node.codec.choosy or node.fallback_of)


def _is_needed(node: Node, names: Names, of_document: Names) -> bool:
    """Whether something may have to be written for a node."""
    if node.key in (of_document if node.document else names) or node.required or node.default:
        return True
    if node.fixed or node.constant or node.visit:
        return True
    if node.codec is not None:
        return not node.inside.own.isdisjoint(names)
    return not (node.keys.isdisjoint(names) and node.document_keys.isdisjoint(of_document))
