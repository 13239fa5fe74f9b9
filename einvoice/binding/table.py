"""From the rows of a table to the nodes that the reader and the writer walk.

    shapes = compile_tables(Grammar(tables={"INVOICE": (Invoice, "number  cbc:ID")}, ...))
    shapes["INVOICE"].kids[0].key      # "number"

A subtable is compiled once and shared, which is what lets a line contain lines. The language of the rows is told in
`einvoice.binding`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from einvoice.binding.codecs import Codec
from einvoice.binding.deriving import derive
from einvoice.binding.maker import annotation_of, makers
from einvoice.binding.nodes import Attribute, Node, Shape

_TOKEN = re.compile(r"'[^']*'\S*|\S+")
_FIRST = re.compile(
    r"(?P<readonly>\?)?(?P<document>[/^])?(?P<key>\w+(?:\.\w+)?)(?:\+(?P<second>\w+))?(?P<many>\*)?(?P<required>!)?(?:=(?P<default>\S+))?"
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that makes one syntax: its tables by name, namespaces by prefix, codecs by annotation."""

    tables: Mapping[str, tuple[type[BaseModel], str]]
    namespaces: Mapping[str, str]
    codecs: Mapping[str, Codec]
    rename: Mapping[str, str] = field(default_factory=dict)  # element names that differ in a sister document
    start: str = "INVOICE"


def compile_tables(grammar: Grammar) -> dict[str, Shape]:
    """The shape of each table. Raises `ValueError` for a row that is not understood or names no attribute."""
    compiler = _Compiler(grammar)
    for name in grammar.tables:
        compiler.fill(name)
    for shape in compiler.shapes.values():
        derive(shape)
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
                    keys[self.document if match["document"] else model].update({match["key"], match["second"]} - {None})
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
                    if node.default.startswith("{"):
                        shape.defaults.append((node.key, node.default[1:-1]))
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
        if first == "=*":
            node.recognises = node.always = True
            return node
        if first[0] in "'=":
            node.constant, node.recognises = _constant(first), first[0] == "="
            return node
        return self._of_model(node, first, third, model)

    def _of_model(self, node: Node, first: str, third: str, model: type[BaseModel]) -> Node:
        """A node whose text or inside is an attribute of the model."""
        match = _FIRST.fullmatch(first)
        if not match:
            raise ValueError("not understood")
        if node.key:
            raise ValueError("the place is taken")
        node.key, node.default = match["key"], match["default"] or ""
        node.second = match["second"] or ""
        node.group, _, node.member = node.key.rpartition(".")
        node.readonly, node.required, node.many = bool(match["readonly"]), bool(match["required"]), bool(match["many"])
        node.document, node.once = bool(match["document"]), match["document"] == "^"
        if node.document and node.many:
            raise ValueError("a list of the document does not stand inside a group")
        annotation = annotation_of(self.document if node.document else model, node.key)
        if third in self.shapes:
            node.inside = self.shapes[third]
            if node.inside.maker is None or node.inside.maker.model is not _bare(annotation):
                raise ValueError(f"the attribute is not what {third} makes")
            return node
        return _with_codec(node, self.grammar.codecs[third or _kind(annotation)])

    def _attribute(self, shape: Shape, name: str, first: str, model: type[BaseModel]) -> None:
        prefix, _, local = name.rpartition(":")
        name = f"{{{self.grammar.namespaces[prefix]}}}{local}" if prefix else local
        if first[0] in "'=":
            shape.attributes[name] = Attribute(name, constant=_constant(first), recognises=first[0] == "=")
            return
        match = _FIRST.fullmatch(first)
        if not match or match["document"] or match["many"] or match["default"] or "." in match["key"]:
            raise ValueError("an XML attribute carries a plain attribute of its own object, or a constant")
        kind = _kind(annotation_of(model, match["key"]))
        if kind not in ("str", "Text"):
            raise ValueError("an XML attribute carries text")
        required, free = bool(match["required"]), kind == "Text"
        shape.attributes[name] = Attribute(name, key=match["key"], required=required, free=free)


def _with_codec(node: Node, codec: Codec) -> Node:
    if codec.choosy and not node.name:
        raise ValueError("for the text of an element there is no other row to say what this one cannot")
    node.codec, node.load, node.dump, node.safe = codec, codec.load, codec.dump, codec.safe
    node.free, node.repeats = codec.free, codec.repeats
    for name, constant in codec.attributes.items():
        node.inside.attributes[name] = Attribute(name, constant=tuple(constant.split("|")))
    return node


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
