"""Objects that are copied as they are written: none that could be meant otherwise, and none that is wrong."""

from __future__ import annotations

import io
import random

import faulty
import pytest
import samples as s
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, read_object

from einvoice.pdfa import preflight
from einvoice.pdfa.as_written import is_plain, references, renumbered
from einvoice.pdfa.fault import Fault
from einvoice.pdfa.pdf import opened
from einvoice.pdfa.quiet import quiet
from einvoice.pdfa.writing import written

PLAIN = [
    b"<</S/Span/P 7 0 R/K[0 1]>>",
    b"<< /A [ << /O /Table /B [[0.5 1] [2 3]] >> << /O /Layout >> ] /T (x 1 y)\n/K 12 0 R /X[1 2 0 R 3] >>",
    b"[]",
    b"[<</Type/MCR/Pg 5 0 R/MCID 3>><</Type/MCR/Pg 5 0 R/MCID 4>> true false null -1 +2.5]",
]
NOT_PLAIN = [
    b"<</A 1/A 2>>",  # a key twice
    b"<</K[<</A 1/A 2>>]>>",
    b"<</A>>",
    b"<<1 2>>",
    b"<</A 1/B>>",
    b"[1\n2\nR]",
    b"[1 2  R]",
    b"[(see 12 0 R)]",
    b"[(see [12 0 R])]",
    b"[(see [12])]",
    b"[(a\\)b)]",
    b"[(a(b)c)]",
    b"[<41>]",
    b"[/A#20B]",
    b"[1 % one\n]",
    b"[[1]",
    b"[1]]",
    b"[1>>",
    b"[1] [2]",
    b"[2147483648]",
    b"[0.00000000000001]",
    b"[/" + b"x" * 128 + b"]",
    b"[(" + b"x" * 1_001 + b")]",
    b"[" * 9 + b"]" * 9,
    b"(text)",
    b"12",
    b"",
]
_BYTES = b" \t\n\r\x00/<>[]()%#0123456789.+-RntruefalsABC\\"


def referred(value: PdfObject) -> list[tuple[int, int]]:
    """The references in what pypdf reads, in order."""
    if isinstance(value, IndirectObject):
        return [(value.idnum, value.generation)]
    inside = [value.raw_get(key) for key in value] if isinstance(value, DictionaryObject) else []
    if isinstance(value, ArrayObject):
        inside = list(list.__iter__(value))
    return [found for each in inside for found in referred(each)]


@pytest.mark.parametrize("data", PLAIN)
def test_what_is_plain_is_told(data):
    """Arrays and dictionaries within each other, of names, numbers, references, words and simple strings."""
    assert is_plain(data)


@pytest.mark.parametrize("data", NOT_PLAIN)
def test_what_might_be_meant_otherwise_is_not_plain(data):
    """Or what breaks a limit of PDF/A; such objects are read."""
    assert not is_plain(data)


def test_references_are_those_that_pypdf_reads():
    """Whatever stands there: a plain object is one that pypdf reads to its end, with the same references."""
    chance, reader, plain = random.Random(12), PdfReader(io.BytesIO(s.pdf(s.archival()))), 0  # noqa: S311 - no secret
    for _ in range(4_000):
        text = bytearray(chance.choice(PLAIN * 6 + NOT_PLAIN))
        for _ in range(chance.randint(0, 4)):
            place = chance.randrange(len(text) + 1)
            length = chance.randint(0, 1)
            text[place : place + length] = chance.choice([b"", bytes([chance.choice(_BYTES)]), chance.choice(PLAIN)])
        data = bytes(text)
        if is_plain(data):
            plain += 1
            stream = io.BytesIO(data + b" ")
            with quiet():
                found = read_object(stream, reader)
                assert (stream.read().strip(), referred(found)) == (b"", references(data)), data
                other = read_object(io.BytesIO(renumbered(data, lambda number, _: number + 1) + b" "), reader)
            assert referred(other) == [(number + 1, 0) for number, _ in references(data)]
    assert plain > 500


@pytest.mark.parametrize("fault", faulty.FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_in_a_packed_object_as_well(fault):
    """The same PDF with its objects packed has the same faults; with them packed again, the same objects."""
    with opened(fault.data) as pdf:
        packed = written(pdf)
    told = {each.fault for each in preflight(packed)}
    repaired = {Fault.IDENTIFIER_MISSING, Fault.UNCLEAR}  # a file that is written anew has one, and is clear
    assert told == {each.fault for each in preflight(fault.data)} - repaired
    with opened(packed) as pdf:
        assert written(pdf) == packed


PART = b"<</Type/StructElem/S/TD/P 20 0 R/A[<</O/Table/Headers[(a)]>>]/K 0>>"


@pytest.mark.parametrize(
    ("part", "faults"),
    [
        (PART, set()),
        (PART.replace(b"/O/Table", b"/S/JavaScript/JS(a)"), {"JAVASCRIPT"}),
        (PART.replace(b"/S/TD", b""), set()),
        (PART.replace(b"/S/TD", b"").replace(b"/O/Table", b"/S/Launch"), {"FORBIDDEN_ACTION"}),
        (PART.replace(b"[<</O/Table/Headers[(a)]>>]", b" 22 0 R"), {"JAVASCRIPT"}),
        (PART.replace(b"[<</O/Table/Headers[(a)]>>]", b"[ 22 0 R]"), {"JAVASCRIPT"}),
        (PART.replace(b"(a)]>>]", b"(a)]>>22 0 R]"), {"JAVASCRIPT"}),
        (PART.replace(b"/K 0", b"/AA<<>>"), {"AUTOMATIC_ACTION"}),
        (PART.replace(b"/K 0", b"/K<</Next<</S/Sound>>>>"), {"FORBIDDEN_ACTION"}),
        (PART.replace(b"/K 0", b"/PA 22 0 R"), {"JAVASCRIPT"}),
        (PART.replace(b"/K 0", b"/OpenAction 22 0 R"), {"JAVASCRIPT"}),
    ],
)
def test_attributes_of_a_part_are_no_action_and_actions_are(part, faults):
    """The key /A means two things: only where it cannot be an action is nobody asked."""
    script = b"<</S/JavaScript/JS(a)>>"
    tree = {s.CATALOG: s.catalog(b"/Extra 20 0 R"), 20: b"<</K[21 0 R]>>", 21: part, 22: script}
    with opened(s.pdf(s.archival() | tree)) as pdf:
        packed = written(pdf)
    for data in (packed, s.pdf(s.archival() | tree)):
        assert {each.fault.name for each in preflight(data)} == faults
