"""Files that were changed by adding to their end: what the newest table of places says is judged, or it is told."""

from __future__ import annotations

import pytest
import samples as s

from einvoice.pdfa import preflight
from einvoice.pdfa.pdf import opened

NEW = s.stream(s.TEXT.replace(b"AA", b"AAA"))
HOLDER = 20  # a stream of objects
ROOT = b"/Root 1 0 R/Info 10 0 R" + s.IDENTIFIER


class Revised:
    """A PDF/A-3 that things are added to."""

    def __init__(self, objects: dict[int, bytes] | None = None) -> None:
        self.data = bytearray(s.pdf(objects or s.archival()))
        self.before = self.data.rindex(b"xref\n0")

    def added(self, number: int, body: bytes, generation: int = 0) -> int:
        """An object at the end, and where it lies."""
        place = len(self.data)
        self.data += b"%d %d obj\n%s\nendobj\n" % (number, generation, body)
        return place

    def table(self, *rows: tuple[int, int, int, bytes], extra: bytes = b"") -> bytes:
        """The file with a table of some numbers: each with its place, its generation, and n or f."""
        start = len(self.data)
        self.data += b"xref\n" + b"".join(b"%d 1\n%010d %05d %s \n" % row for row in rows)
        self.data += b"trailer\n<</Size 30/Prev %d%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (self.before, ROOT, extra, start)
        self.before = start
        return bytes(self.data)

    def places(self, number: int, *rows: tuple[int, int, int, int], extra: bytes = b"") -> int:
        """A stream of places, which is the object of this number: each row a number, its kind, and what that needs."""
        start = len(self.data)
        rows = (*rows, (number, 1, start, 0))
        index = b" ".join(b"%d 1" % row[0] for row in rows)
        data = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([last]) for _, kind, place, last in rows)
        self.added(number, s.stream(data, b"/Type/XRef/W[1 4 1]/Index[%s]/Size 30%s%s" % (index, ROOT, extra)))
        return start

    def streamed(self, number: int, *rows: tuple[int, int, int, int], extra: bytes = b"") -> bytes:
        """The file with such a stream in place of a table."""
        start = self.places(number, *rows, extra=b"/Prev %d" % self.before + extra)
        self.data += b"startxref\n%d\n%%%%EOF\n" % start
        self.before = start
        return bytes(self.data)


def old_place(data: bytes | bytearray, number: int) -> int:
    """Where an object of the first revision lies."""
    return data.index(b"\n%d 0 obj" % number) + 1


def replaced() -> bytes:
    """A page's content is replaced, by a table."""
    file = Revised()
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def replaced_where_a_row_says_nothing() -> bytes:
    """Some makers have rows for objects that are nowhere; nothing refers to them."""
    file = Revised(s.archival() | {12: b"null"})
    row = file.data.rindex(b" 65535 f")
    file.data[row : row + 8] = b" 00000 n"
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def replaced_twice() -> bytes:
    """Then by a stream of places, whose number is used twice."""
    file = Revised()
    file.streamed(29, (s.CONTENT, 1, file.added(s.CONTENT, b"null"), 0))
    return file.streamed(29, (s.CONTENT, 1, file.added(s.CONTENT, NEW), 0))


def replaced_by_a_table_after_a_stream() -> bytes:
    """In the other order."""
    file = Revised()
    file.streamed(29, (s.CONTENT, 1, file.added(s.CONTENT, b"null"), 0))
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def removed_and_made_again() -> bytes:
    """A number that was free is used again."""
    file = Revised()
    file.table((s.CONTENT, 0, 1, b"f"))
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def packed_over_plain() -> bytes:
    """An object is replaced by one in a stream."""
    file = Revised()
    body = s.page().replace(b"/Contents 4 0 R", b"/Contents 21 0 R")
    content, holder = file.added(21, NEW), file.added(HOLDER, s.stream(b"3 0 " + body, b"/Type/ObjStm/N 1/First 4"))
    return file.streamed(29, (HOLDER, 1, holder, 0), (21, 1, content, 0), (s.PAGE, 2, HOLDER, 0))


def hybrid(generation: int = 0) -> bytes:
    """What the table has free lies where the stream beside it says: ISO 32000-1 §7.5.8.4."""
    file = Revised()
    hidden = file.places(29, (s.CONTENT, 1, file.added(s.CONTENT, NEW), 0))
    return file.table((s.CONTENT, 0, generation, b"f"), extra=b"/XRefStm %d" % hidden)


@pytest.mark.parametrize(
    "made",
    [
        replaced,
        replaced_where_a_row_says_nothing,
        replaced_twice,
        replaced_by_a_table_after_a_stream,
        removed_and_made_again,
        packed_over_plain,
        hybrid,
        lambda: hybrid(65_535),
    ],
)
def test_the_newest_object_counts(made):
    """It is the one that is judged, and nothing is in doubt."""
    data = made()
    assert preflight(data) == ()
    with opened(data) as pdf:
        (page,) = pdf.pages()
        assert b"(AAA)" in (pdf.content(page.get("/Contents")) or b"")


def freed(generation: int = 1) -> bytes:
    """An object that is referred to was removed: null by the standard, but some viewers show it."""
    return Revised().table((s.CONTENT, 0, generation, b"f"))


def freed_by_a_stream() -> bytes:
    """The same."""
    return Revised().streamed(29, (s.CONTENT, 0, 0, 1))


def of_a_new_kind() -> bytes:
    """A kind of entry that is not known: null by the standard."""
    return Revised().streamed(29, (s.CONTENT, 3, 0, 1))


def of_a_new_generation() -> bytes:
    """What refers to the old one refers to nothing; viewers that look at the number find the new one."""
    file = Revised()
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW, 1), 1, b"n"))


def twice_in_a_table() -> bytes:
    """The first counts, or the last."""
    file = Revised()
    old = old_place(file.data, s.CONTENT)
    return file.table((s.CONTENT, old, 0, b"n"), (s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def twice_in_a_table_of_odd_rows() -> bytes:
    """A row that pypdf reads and that is none."""
    return twice_in_a_table().replace(b" n \ntrailer", b"\tn \ntrailer")


def twice_in_a_stream() -> bytes:
    """The same."""
    file = Revised()
    old = old_place(file.data, s.CONTENT)
    return file.streamed(29, (s.CONTENT, 1, old, 0), (s.CONTENT, 1, file.added(s.CONTENT, NEW), 0))


def at_another_place_of_the_stream() -> bytes:
    """The table of places says the second in the stream, where it is the first."""
    file = Revised()
    packed = s.stream(b"3 0 22 200 " + s.page() + b" " * 200 + b"[]", b"/Type/ObjStm/N 2/First 11")
    return file.streamed(29, (HOLDER, 1, file.added(HOLDER, packed), 0), (s.PAGE, 2, HOLDER, 1))


def after_a_higher_generation() -> bytes:
    """The newest counts by the standard, the higher one for some viewers."""
    file = Revised()
    file.table((s.CONTENT, file.added(s.CONTENT, NEW, 7), 7, b"n"))
    return file.table((s.CONTENT, file.added(s.CONTENT, NEW), 0, b"n"))


def with_two_pointers() -> bytes:
    """A pointer to the new table, after the end of the file."""
    data = Revised().data
    return bytes(data) + b"startxref\n17\n"


@pytest.mark.parametrize(
    ("made", "place"),
    [
        (freed, "4 0 obj"),
        (lambda: freed(0), "4 0 obj"),
        (freed_by_a_stream, "4 0 obj"),
        (of_a_new_kind, "4 0 obj"),
        (of_a_new_generation, "4 0 obj"),
        (twice_in_a_table, "xref"),
        (twice_in_a_table_of_odd_rows, "trailer"),
        (twice_in_a_stream, "xref"),
        (at_another_place_of_the_stream, "20 0 obj"),
        (after_a_higher_generation, "xref"),
        (with_two_pointers, "startxref"),
    ],
)
def test_what_programs_find_in_different_places_is_told(made, place):
    """So that nobody is shown another page than the one that was judged."""
    (told,) = [each.places for each in preflight(made()) if each.fault.name == "UNCLEAR"]
    assert place in told


def test_a_stream_of_places_beside_another_one_is_not_read():
    """Only a table has one beside it; pypdf reads it, and viewers do not."""
    file = Revised()
    beside = file.places(28, (s.CONTENT, 1, file.added(s.CONTENT, b"null"), 0))
    assert preflight(file.streamed(29, extra=b"/XRefStm %d" % beside)) == ()
