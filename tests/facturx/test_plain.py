"""Objects that are written plainly are what pypdf makes of them, to the type; of all others nothing is said."""

from __future__ import annotations

import io
import random

import pytest
import samples as s
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    TextStringObject,
    read_object,
)

from einvoice.pdfa.plain import plain_object
from einvoice.pdfa.quiet import quiet

PLAIN = [
    b"<</S/Span/P 7 0 R/K[0 1]>> ",
    b"[1 2.5 -3 +4 -0.043137256 5. (a\nb) <4142> <feff0041> true false null /N 3 0 R[]<<>>]",
    b"<< /A << /B [ << /C (d) >> ] >>\r\n/Title (x y)/Nums[0[1 0 R 2 0 R null]1 3 0 R] >>\n<<",
    b"(text)",
    b"/Name ",
    b"12 0 R ",
]
NOT_PLAIN = [
    b"<</A/B/A/C>>",  # a key twice
    b"<</A/B/C>>",  # a key without value
    b"<<(A)/B>>",
    b"<<[/A]/B>>",
    b"<</Length 3>>\nstream\nabc\nendstream",
    b"<</D/E#20F>>",
    b"(a (b) c)",
    b"(a\\)b)",
    b"<4 1>",
    b"12\n0 R ",
    b"[1 % one\n2]",
    b"[1 2",
    b"[1 2>>",
    b"<</A 1]",
    b" /Name ",
    b"/Name",
    b"endobj",
    b"[" * 40 + b"]" * 40,
]
_BYTES = b" \t\n\r\x00/<>[]()%#0123456789.+-RntrueflsABC\\obj{}s"


def reader() -> PdfReader:
    """Of a file that does not matter: objects are read from text."""
    return PdfReader(io.BytesIO(s.pdf(s.archival())))


def told(value: PdfObject) -> object:
    """An object with the types of all that is in it."""
    if isinstance(value, DictionaryObject):
        content: object = [(told(key), told(value.raw_get(key))) for key in value]
    elif isinstance(value, ArrayObject):
        content = [told(item) for item in list.__iter__(value)]
    elif isinstance(value, IndirectObject):
        content = value.idnum, value.generation
    elif isinstance(value, TextStringObject):
        content = str(value), value.original_bytes
    else:
        content = value.value if isinstance(value, BooleanObject) else repr(value)
    return type(value), None if isinstance(value, NullObject) else content


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_object_is_read_as_pypdf_reads_it(text):
    """Names, numbers, references, strings, words, and what they stand in."""
    of_file = reader()
    found = plain_object(text, 0, of_file)
    assert found is not None
    assert told(found) == told(read_object(io.BytesIO(text), of_file))


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_is_unusual_is_left_to_pypdf(text):
    """It knows what it makes of faults, and which of them it repairs."""
    assert plain_object(text, 0, reader()) is None


def test_nothing_is_read_otherwise_than_pypdf_reads_it():
    """Whatever stands there: what is read is what pypdf reads, and what pypdf refuses is not read."""
    chance, of_file, read = random.Random(12), reader(), 0  # noqa: S311 - no secret
    for _ in range(4_000):
        text = bytearray(chance.choice(PLAIN + NOT_PLAIN[:-1]))
        for _ in range(chance.randint(0, 4)):
            place = chance.randrange(len(text) + 1)
            length = chance.randint(0, 1)
            text[place : place + length] = chance.choice([b"", bytes([chance.choice(_BYTES)]), chance.choice(PLAIN)])
        found = plain_object(bytes(text), 0, of_file)
        if found is not None:
            read += 1
            with quiet():
                assert told(found) == told(read_object(io.BytesIO(bytes(text)), of_file)), bytes(text)
    assert read > 500
