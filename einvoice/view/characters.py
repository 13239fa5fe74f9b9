"""Characters that hide or deceive, spelled out.

    >>> visible("F2026" + chr(0x202E) + "1000")
    'F2026[U+202E]1000'

A text from a stranger can turn the direction of what follows it, or hold characters that nobody sees: what a person
reads is then not what the file says. Source: Unicode Technical Report 36 (security considerations), section 2.
"""

from __future__ import annotations

import unicodedata

# Marks that turn the direction of text, or cannot be seen: with them, what is read is not what was written.
HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\ufeff") | frozenset(
    map(chr, (*range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC)))
)


def visible(text: str) -> str:
    """The text with every character that could hide or deceive spelled out: `[U+202E]`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text.replace("\r\n", "\n").replace("\r", "\n")))


def _seen(character: str) -> str:
    if character in "\n\t":
        return character
    if character in "\u2028\u2029":
        return "\n"
    if character in HIDDEN or unicodedata.category(character) in {"Cc", "Cs", "Cn"} or character >= "\U000e0000":
        return f"[U+{ord(character):04X}]"
    return character
