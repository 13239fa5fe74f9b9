"""Sequence types, as functions and variables declare them, and the casts to them.

    read_type("xs:string?")      SequenceType("string", "?")
    read_type("element()*")      SequenceType("node", "*")

Source: XPath 2.0, sections 2.5.3 (sequence types) and 3.1.5 (function conversion rules).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from einvoice.schematron.xpath.code import Card, Kind
from einvoice.schematron.xpath.lexer import XPathError

KINDS: dict[str, Kind] = {
    "xs:anyAtomicType": "any",
    "xs:boolean": "boolean",
    "xs:date": "date",
    "xs:dateTime": "datetime",
    "xs:dayTimeDuration": "duration",
    "xs:decimal": "decimal",
    "xs:double": "double",
    "xs:integer": "integer",
    "xs:string": "string",
    "xs:untypedAtomic": "untyped",
}
CAST_FUNCTIONS: dict[Kind, str] = {
    "boolean": "to_boolean",
    "date": "to_date",
    "datetime": "to_date_time",
    "duration": "to_duration",
    "decimal": "to_decimal",
    "double": "to_double",
    "integer": "to_integer",
    "string": "to_string",
    "untyped": "to_untyped",
}
_TYPE = re.compile(
    r"\s*(?P<name>xs:\w+|(?:element|node|item|document-node|attribute)\(\s*\*?\s*\))\s*(?P<many>[?*+]?)\s*"
)


@dataclass(frozen=True, slots=True)
class SequenceType:
    """A kind of items and how many there may be; `atomic` values are taken from nodes."""

    kind: Kind
    many: str  # "" for exactly one, else ? * +
    atomic: bool

    @property
    def card(self) -> Card:
        """The cardinality as expressions have it."""
        return "1" if self.many == "" else "?" if self.many == "?" else "*"


def read_type(text: str) -> SequenceType:
    """Read a sequence type; "" is item()*.

    Raises XPathError for a type that is not supported.
    """
    match = _TYPE.fullmatch(text or "item()*")
    if match is None:
        raise XPathError(f"the type '{text}' is not supported")
    name = match["name"]
    if name.startswith("xs:"):
        if name not in KINDS:
            raise XPathError(f"the type '{name}' is not supported")
        return SequenceType(KINDS[name], match["many"], atomic=True)
    return SequenceType("any" if name.startswith("item") else "node", match["many"], atomic=False)
