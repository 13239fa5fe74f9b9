"""XPath values in Python, and dynamic errors.

    xs:string str · xs:untypedAtomic Untyped or str · xs:boolean bool · xs:integer int · xs:decimal Decimal
    xs:double float · xs:date, xs:dateTime, xs:dayTimeDuration: classes of `dates` · a node: its number (int)
    the empty sequence: None where at most one item can be, else an empty list or tuple

The compiler knows the type of nearly every expression, so plain values do. Only where it does not (`if ... then node
else string`) does a value carry its type: `Untyped` for the text of a node, `NodeItem` for a node.

Source: XQuery 1.0 and XPath 2.0 Data Model, section 2.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Fault(Exception):
    """A dynamic error of XPath: the check cannot be evaluated on this document.

    `code` is the specification's (FORG0001: wrong text for a type, XPTY0004: wrong type), `message` is for a person,
    `text` is the text that has not the form of its type, where this is the reason.
    """

    def __init__(self, code: str, message: str, text: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.text = text


class Untyped(str):
    """An xs:untypedAtomic where the type is not known beforehand: it takes on the type of what it meets."""

    __slots__ = ()


class NodeItem(int):
    """A node where the type is not known beforehand, told from an xs:integer."""


def at_most_one(items: Iterable[Any]) -> Any:
    """The one item of a sequence, None for an empty one; a Fault if there are more."""
    found = list(items)
    if len(found) > 1:
        raise Fault("XPTY0004", f"{len(found)} items where one at most is expected: {shown(found)}")
    return found[0] if found else None


def exactly_one(item: Any) -> Any:
    """The item; a Fault for the empty sequence."""
    if item is None:
        raise Fault("XPTY0004", "nothing where one item is expected")
    return item


def shown(items: Iterable[Any]) -> str:
    """The first items of a sequence, for a message."""
    texts = [f"'{item}'" if isinstance(item, str) else str(item) for item in items]
    return ", ".join(texts[:3]) + (", …" if len(texts) > 3 else "")


def type_name(value: Any) -> str:
    """The type of a value, for a message."""
    for python, name in (
        (Untyped, "untyped text"),
        (str, "a string"),
        (bool, "a boolean"),
        (NodeItem, "a node"),
        ((int, float), "a number"),
    ):
        if isinstance(value, python):
            return name
    return "nothing" if value is None else f"a value of type {type(value).__name__}"
