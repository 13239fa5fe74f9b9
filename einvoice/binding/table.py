"""From the rows of a table to the nodes that the reader and the writer walk.

    shapes = compile_tables(Grammar(tables={"INVOICE": (Invoice, "number  cbc:ID")}, ...))
    shapes["INVOICE"].kids[0].key      # "number"

A `Shape` is what an element may contain, a `Node` one element of it. A subtable is compiled once and shared, which is
what lets a line contain lines. The language of the rows is told in `einvoice.binding`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from einvoice.binding.codecs import Codec
from einvoice.binding.maker import Maker, annotation_of, makers

__all__ = ["Attribute", "Grammar", "Node", "Shape", "compile_tables"]

_TOKEN = re.compile(r"'[^']*'\S*|\S+")
_FIRST = re.compile(
    r"(?P<readonly>\?)?(?P<document>[/^])?(?P<key>\w+(?:\.\w+)?)(?P<many>\*)?(?P<required>!)?(?:=(?P<default>\S+))?"
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that makes one syntax: its tables by name, namespaces by prefix, codecs by annotation."""

    tables: Mapping[str, tuple[type[BaseModel], str]]
    namespaces: Mapping[str, str]
    codecs: Mapping[str, Codec]
    rename: Mapping[str, str] = field(default_factory=dict)  # element names that differ in a sister document
    start: str = "INVOICE"


@dataclass(eq=False, slots=True)
class Attribute:
    """An XML attribute of an element: it carries a value of the model, or a constant."""

    name: str
    key: str = ""
    constant: tuple[str, ...] = ()  # accepted spellings; the first is written, "" stands for absent
    recognises: bool = False
    required: bool = False


@dataclass(eq=False, slots=True)
class Shape:
    """What an element contains."""

    maker: Maker | None = None  # of a subtable: the model its elements become
    text: Node | None = None  # the row "." : the element's own text
    attributes: dict[str, Attribute] = field(default_factory=dict)
    kids: list[Node] = field(default_factory=list)
    written: list[Node] = field(default_factory=list)  # the kids without the read-only ones
    by_tag: dict[str, Node | tuple[Node, ...]] = field(default_factory=dict)
    defaults: list[tuple[str, str]] = field(default_factory=list)  # (key, key whose value stands in for it)


@dataclass(eq=False, slots=True)
class Node:
    """One element, and the attribute of the model that it carries, if it carries one itself."""

    tag: str  # Clark name: what the reader compares
    name: str  # prefixed name: what the writer prints
    label: str = ""
    inside: Shape = field(default_factory=Shape)
    key: str = ""  # attribute of the object, or group.attribute; "" where the element only groups others
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
    tests: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()  # (path, accepted texts) that recognise the element
    keys: frozenset[str] = frozenset()  # attributes of the object that make this element worth opening
    document_keys: frozenset[str] = frozenset()
    visit: bool = False  # opened whatever the object holds
    kept: bool = False  # once opened, stays even if only constants are in it
    unless: frozenset[str] = frozenset()  # attributes whose row takes this element's only place
    rivals: tuple[frozenset[str], ...] = ()  # what each of several rows for one attribute can say
    rank: int = 0
    direct: bool = False  # a single value of the object itself, and no other row for it: no further ado
    simple: bool = False  # ... and no XML attributes, nor a codec that may refuse
    load: Callable[[str], Any] | None = None  # of the codec
    dump: Callable[[Any], str | None] | None = None
    safe: bool = False
    absent: bool = False  # something may have to be written though the value is absent
    fixed: str = ""  # the XML of a subtree that is nothing but constants
    opening: str = ""
    closing: str = ""


def compile_tables(grammar: Grammar) -> dict[str, Shape]:
    """The shape of each table. Raises `ValueError` for a row that is not understood or names no attribute."""
    compiler = _Compiler(grammar)
    for name in grammar.tables:
        compiler.fill(name)
    for shape in compiler.shapes.values():
        _finish(shape)
    return compiler.shapes


class _Compiler:
    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.document = grammar.tables[grammar.start][0]
        made = makers(self._keys_by_model())
        self.shapes = {name: Shape(maker=made[model]) for name, (model, _) in grammar.tables.items()}

    def _keys_by_model(self) -> dict[type[BaseModel], set[str]]:
        """The dotted keys that the rows use, so that each model's maker knows its groups."""
        keys: dict[type[BaseModel], set[str]] = {model: set() for model, _ in self.grammar.tables.values()}
        for model, text in self.grammar.tables.values():
            for first, _, _ in _rows(text):
                if match := _FIRST.fullmatch(first):
                    keys[self.document if match["document"] else model].add(match["key"])
        return keys

    def fill(self, name: str) -> None:
        model, text = self.grammar.tables[name]
        shape = self.shapes[name]
        seen: dict[tuple[str, ...], Node] = {}
        for first, path, third in _rows(text):
            *steps, leaf = path.split("/")
            if leaf != "." and not leaf.startswith("@"):
                steps, leaf = [*steps, leaf], ""
            try:
                node = self._open(shape, steps, seen)
                if leaf.startswith("@"):
                    self._attribute(node.inside if node else shape, leaf[1:], first, model)
                elif leaf == ".":
                    shape.text = self._leaf(Node("", ""), first, third, model)
                elif node is not None:
                    self._leaf(node, first, third, model)
            except (KeyError, ValueError) as error:
                raise ValueError(f"table {name}, row {first!r} {path!r}: {error}") from error

    def _open(self, shape: Shape, steps: list[str], seen: dict[tuple[str, ...], Node]) -> Node | None:
        """The node at the end of the path; those on the way are made where they are new."""
        node = None
        for depth, step in enumerate(steps, 1):
            place = tuple(steps[:depth])
            if place not in seen:
                seen[place] = self._node(step)
                shape.kids.append(seen[place])
            node = seen[place]
            shape = node.inside
        return node

    def _node(self, step: str) -> Node:
        name, _, label = step.partition("[")
        name = self.grammar.rename.get(name, name)
        prefix, _, local = name.rpartition(":")
        uri = self.grammar.namespaces[prefix]
        tag = f"{{{uri}}}{local}" if uri else local
        return Node(tag, name, label.rstrip("]"), opening=f"<{name}>", closing=f"</{name}>")

    def _leaf(self, node: Node, first: str, third: str, model: type[BaseModel]) -> Node:
        if first == "!":
            node.always = True
            return node
        if first[0] in "'=":
            node.constant, node.recognises = _constant(first), first[0] == "="
            return node
        match = _FIRST.fullmatch(first)
        if not match:
            raise ValueError("not understood")
        if node.key:
            raise ValueError("the place is taken")
        node.key, node.default = match["key"], match["default"] or ""
        node.group, _, node.member = node.key.rpartition(".")
        node.readonly, node.required, node.many = bool(match["readonly"]), bool(match["required"]), bool(match["many"])
        node.document, node.once = bool(match["document"]), match["document"] == "^"
        annotation = annotation_of(self.document if node.document else model, node.key)
        if third in self.shapes:
            node.inside = self.shapes[third]
            if node.inside.maker is None or node.inside.maker.model is not _bare(annotation):
                raise ValueError(f"the attribute is not what {third} makes")
            return node
        node.codec = self.grammar.codecs[third or _kind(annotation)]
        node.load, node.dump, node.safe = node.codec.load, node.codec.dump, node.codec.safe
        for name, constant in node.codec.attributes.items():
            node.inside.attributes[name] = Attribute(name, constant=tuple(constant.split("|")))
        return node

    def _attribute(self, shape: Shape, name: str, first: str, model: type[BaseModel]) -> None:
        prefix, _, local = name.rpartition(":")
        name = f"{{{self.grammar.namespaces[prefix]}}}{local}" if prefix else local
        if first[0] in "'=":
            shape.attributes[name] = Attribute(name, constant=_constant(first), recognises=first[0] == "=")
            return
        match = _FIRST.fullmatch(first)
        if not match or match["document"] or match["many"] or match["default"]:
            raise ValueError("an XML attribute carries a plain attribute of its own object, or a constant")
        if _kind(annotation_of(model, match["key"])) != "str":
            raise ValueError("an XML attribute carries text")
        shape.attributes[name] = Attribute(name, key=match["key"], required=bool(match["required"]))


def _rows(text: str) -> Iterator[tuple[str, str, str]]:
    """(first, path, third or "") of each row; empty lines and lines that start with # are skipped."""
    for line in text.splitlines():
        tokens = _TOKEN.findall(line)
        if not tokens or tokens[0].startswith("#"):
            continue
        if len(tokens) not in (2, 3):
            raise ValueError(f"a row has two or three columns: {line.strip()!r}")
        yield tokens[0], tokens[1], tokens[2] if len(tokens) == 3 else ""


def _constant(first: str) -> tuple[str, ...]:
    text = first[1:].removesuffix("'") if first[0] == "'" else first[1:]
    return tuple(text.split("|"))


def _bare(annotation: Any) -> Any:
    """`Annotated[tuple[Note, ...], …] | None` without its wrappings: `Note`."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _bare(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType, tuple):
        return _bare(next(a for a in typing.get_args(annotation) if a not in (type(None), ...)))
    return annotation


def _kind(annotation: Any) -> str:
    """The codec that an annotation asks for: `Annotated[Decimal, "Amount"] | None` gives "Amount"."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated and isinstance(arguments[1], str):
        return arguments[1]
    if arguments:
        return _kind(next(a for a in arguments if a not in (type(None), ...)))
    return str(annotation.__name__)


def _finish(shape: Shape) -> None:
    """Derive what the reader and the writer look up, here and in the elements that only group others."""
    groups: dict[str, list[Node]] = {}
    rivals: dict[str, list[Node]] = {}
    for node in shape.kids:
        if node.inside.maker is None:
            _finish(node.inside)
        node.tests = tuple(_tests(node))
        node.kept = node.inside.maker is None and any(len(path) > 1 or path[0][0] != "@" for path, _ in _deep_tests(node))
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
        node.simple = node.direct and not node.inside.attributes and node.codec is not None and not node.codec.choosy
        node.absent = bool(
            node.required
            or node.default
            or (node.inside.maker is not None and (node.document_keys or node.always))
            or (node.codec is not None and node.codec.empty and node.inside.attributes)
        )
        if node.inside.maker is not None and not node.readonly:
            rivals.setdefault(node.key, []).append(node)
        if node.default.startswith("{"):
            shape.defaults.append((node.key, node.default[1:-1]))
    shape.written = [node for node in shape.kids if not node.readonly]
    shape.by_tag = {
        tag: nodes[0] if len(nodes) == 1 and not nodes[0].tests else tuple(nodes) for tag, nodes in groups.items()
    }
    for nodes in rivals.values():
        if len(nodes) > 1:
            says = tuple(frozenset(_says(node.inside)) for node in nodes)
            for rank, node in enumerate(nodes):
                node.rivals, node.rank = says, rank


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
    """What recognises an element is written whenever the element is, even where the rest of its own parent is absent."""
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
    if node.codec is None or node.many or node.document or node.readonly or node.unless or node.group:
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
