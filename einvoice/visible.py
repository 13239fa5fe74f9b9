r"""Texts of strangers, made visible: what would move a cursor, turn the direction or hide itself is spelled out.

    >>> visible("Facture\x1b[2J\u202efdp.exe")
    'Facture[U+001B][2J[U+202E]fdp.exe'

A terminal, a mail or a browser obeys such characters; a person who reads a report must not be shown something else than
what the document says. Everything that is shown to a person goes through here: the view, reports, messages, JUnit.

Sources: Unicode Standard Annex 9 (bidirectional marks), Technical Report 36 §2.5 and §3.6; ISO/IEC 6429 (controls).
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

# Marks that turn the direction of text, or cannot be seen: with them, what is read is not what was written.
HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC)))
)

_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029\U000e0000-\U0010ffff{''.join(sorted(HIDDEN))}]")


def visible(text: str) -> str:
    """The text with every character that could hide or deceive spelled out: `[U+202E]`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n").replace("\r", "\n")))


def escaped(json_text: str) -> str:
    """JSON that says the same, in which those characters are written by their numbers."""
    return _IN_JSON.sub(lambda found: json.dumps(found[0])[1:-1], json_text)


def _seen(character: str) -> str:
    if character in "\n\t":
        return character
    if character in "\u2028\u2029":
        return "\n"
    if character in HIDDEN or unicodedata.category(character) in {"Cc", "Cs", "Cn"} or character >= "\U000e0000":
        return f"[U+{ord(character):04X}]"
    return character


def all_visible(model: M) -> M:
    """A model in which every text is visible, also those of its parts."""
    changed = {
        name: made
        for name in type(model).model_fields
        if (made := _of_value(value := getattr(model, name))) is not value
    }
    return model.model_copy(update=changed) if changed else model


def _of_value(value: object) -> object:
    if isinstance(value, str):
        return shown if (shown := visible(value)) != value else value
    if isinstance(value, BaseModel):
        return all_visible(value)
    if isinstance(value, tuple):
        made = tuple(map(_of_value, value))
        return made if any(one is not other for one, other in zip(made, value, strict=True)) else value
    return value
