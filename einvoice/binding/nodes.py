"""The compiled form of a table, which the reader and the writer walk.

A `Shape` is what an element may contain, a `Node` one element of it, an `Attribute` one of its XML attributes. The
fields of a node from `tests` on are derived from the others, so that the walkers only look them up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from einvoice.binding.codecs import Codec, Repeats
from einvoice.binding.maker import Maker


@dataclass(eq=False, slots=True)
class Attribute:
    """An XML attribute of an element: it carries a value of the model, or a constant."""

    name: str
    key: str = ""
    constant: tuple[str, ...] = ()  # accepted spellings; the first is written, "" stands for absent
    recognises: bool = False
    required: bool = False
    free: bool = False  # words for people; anything else is a code, and is trimmed


@dataclass(eq=False, slots=True)
class Shape:
    """What an element contains."""

    maker: Maker | None = None  # of a subtable: the model its elements become
    text: Node | None = None  # the row "." : the element's own text
    attributes: dict[str, Attribute] = field(default_factory=dict)
    kids: list[Node] = field(default_factory=list)
    # Not shown where a shape is: each would show all kids of all kids again, three times more at each level.
    written: list[Node] = field(default_factory=list, repr=False)  # the kids without the read-only ones
    by_tag: dict[str, Node] = field(default_factory=dict, repr=False)
    own: frozenset[str] = frozenset()  # keys that its own XML attributes give
    document_keys: frozenset[str] = frozenset()  # attributes of the document that are written in it
    labels: frozenset[str] = frozenset()  # keys that XML attributes give: alone they say of what kind nothing is
    defaults: list[tuple[str, str]] = field(default_factory=list)  # (key, key whose value stands in for it)

    def made_by(self) -> Maker:
        """What makes the model of this shape. Raises `TypeError` for one that is no table's: none makes it."""
        if self.maker is None:
            raise TypeError("a shape that only groups others makes no model")
        return self.maker


@dataclass(eq=False, slots=True)
class Node:
    """One element, and the attribute of the model that it carries, if it carries one itself."""

    tag: str  # Clark name: what the reader compares
    name: str  # prefixed name: what the writer prints
    label: str = ""
    inside: Shape = field(default_factory=Shape)
    key: str = ""  # attribute of the object, or group.attribute; "" where the element only groups others
    second: str = ""  # attribute for what the element says where another one said the first
    group: str = ""
    member: str = ""  # the key without its group
    document: bool = False  # the attribute belongs to the document, not to the object of this table
    once: bool = False  # ... and is written in the first of repeated groups only
    readonly: bool = False
    many: bool = False
    required: bool = False
    default: str = ""
    codec: Codec | None = None
    constant: tuple[str, ...] = ()
    recognises: bool = False
    always: bool = False
    # what follows is derived
    # (path, accepted texts) that recognise the element; without texts, the element at the path need only be there
    tests: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    # on the first node for a tag: all of them, where the tag alone does not decide
    siblings: tuple[Node, ...] = field(default=(), repr=False)
    keys: frozenset[str] = frozenset()  # attributes of the object that make this element worth opening
    document_keys: frozenset[str] = frozenset()
    visit: bool = False  # opened whatever the object holds
    kept: bool = False  # once opened, stays even if only constants are in it
    unless: frozenset[str] = frozenset()  # attributes whose row takes this element's only place
    rivals: tuple[frozenset[str], ...] = ()  # what each of several rows for one attribute can say
    rank: int = 0
    # the row for the same value whose codec is choosy: this one takes what it refuses
    fallback_of: Node | None = field(default=None, repr=False)
    direct: bool = False  # a single value of the object itself, and no other row for it: no further ado
    load: Callable[[str], Any] | None = None  # of the codec
    dump: Callable[[Any], str | None] | None = None
    safe: bool = False
    free: bool = False
    repeats: Repeats | None = None
    fixed: str = ""  # the XML of a subtree that is nothing but constants
    opening: str = ""
    closing: str = ""
