r"""The text of pages by PDFium (extra `pdfium`), laid out in lines as on paper: some six times as fast as by pypdf.

    laid_out(data)       # "Total TTC      1 200,00\n..."; None where PDFium is absent or is not to be asked

PDFium is a program in C that nothing can stop. So it is asked only for pages whose drawing is bounded beforehand
(`is_bounded`), and answers None where it trips or finds too much; the pages are then read by pypdf within its limits.
It takes one caller at a time.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from einvoice.errors import Unreadable
from einvoice.pdfa.pdf import FAULTS, Pdf
from einvoice.pdfa.reading import inherited

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 50
_PDFIUM = "pypdfium2"
_ONE_AT_A_TIME = threading.Lock()
MOST_BYTES = 4_000_000  # of drawing, unpacked, what is invoked several times counted as often
MOST_METADATA = 1_000_000  # bytes of XMP, unpacked
_MOST_FONT_BYTES = 20_000_000
_TOO_MUCH = MOST_BYTES + 1
_MOST_NESTED = 8  # forms in forms
MOST_LETTERS = 200_000  # of a page
_INVOKED = re.compile(rb"\bDo\b")
_CLOSE, _APART = 0.3, 1.6  # letters between two words: less is one word, more is another column
_WIDEST = 400  # columns of a line


class Word(NamedTuple):
    """Letters that stand together on a page."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    apart: bool = False  # whether a space of the document stands before it, not one that PDFium saw

    @property
    def middle(self) -> float:
        """How high it stands."""
        return (self.bottom + self.top) / 2


def is_bounded(pdf: Pdf) -> bool:
    """Whether reading the pages is little work: no form that draws itself or others a million times, no huge font.

    Nor metadata of megabytes, which PDFium makes a tree of when it opens the file.
    """
    if find_spec(_PDFIUM) is None:  # then nobody needs to know
        return False
    work = _Work(pdf)
    try:
        if len(pdf.content(pdf.catalog.get("/Metadata")) or b"") > MOST_METADATA:
            return False
        return sum(work.of(page, page.get("/Contents"), 0) for page in pdf.pages()[:MAX_PAGES]) <= MOST_BYTES
    except (Unreadable, *FAULTS):
        return False


class _Work:
    """How many bytes PDFium goes through, at most. What is too much, or drawn by a font, is `_TOO_MUCH`."""

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self._forms: dict[int, int] = {}
        self._fonts: dict[int, int] = {}

    def of(self, owner: DictionaryObject, contents: PdfObject | None, depth: int) -> int:
        """Of a page or a form: its own drawing, and what that invokes as often as it may."""
        pdf = self._pdf
        pdf.tick()
        found = pdf.resolved(contents)
        streams = [pdf.content(each) or b"" for each in (found if isinstance(found, ArrayObject) else [found])]
        size = sum(map(len, streams))
        if depth > _MOST_NESTED or size > MOST_BYTES:
            return _TOO_MUCH
        resources = pdf.dictionary(inherited(pdf, owner, "/Resources"))
        size += sum(self._of_font(pdf.dictionary(each)) for each in pdf.dictionary(resources.get("/Font")).values())
        invoked = sum(len(_INVOKED.findall(each)) for each in streams)
        if invoked:
            forms = [pdf.dictionary(each) for each in pdf.dictionary(resources.get("/XObject")).values()]
            size += invoked * max((self._of_form(form, depth) for form in forms), default=0)
        return size

    def _of_form(self, form: DictionaryObject, depth: int) -> int:
        if self._pdf.name(form.get("/Subtype")) != "Form":
            return 0
        if id(form) not in self._forms:
            self._forms[id(form)] = _TOO_MUCH  # while it is looked at: what it draws may be itself
            self._forms[id(form)] = self.of(form, form, depth + 1)
        return self._forms[id(form)]

    def _of_font(self, font: DictionaryObject) -> int:
        if id(font) not in self._fonts:
            pdf = self._pdf
            pdf.tick()
            fonts = [font, *(pdf.dictionary(each) for each in pdf.array(font.get("/DescendantFonts"))[:1])]
            programs = [font.get("/ToUnicode"), font.get("/Encoding")]
            for each in fonts:
                descriptor = pdf.dictionary(each.get("/FontDescriptor"))
                programs += [descriptor.get(f"/FontFile{kind}") for kind in ("", "2", "3")]
            drawn = pdf.name(font.get("/Subtype")) == "Type3"
            size = sum(len(pdf.content(each) or b"") for each in programs)
            self._fonts[id(font)] = _TOO_MUCH if drawn or size > _MOST_FONT_BYTES else 0
        return self._fonts[id(font)]


def laid_out(data: bytes) -> str | None:
    """The text of the first pages; None where PDFium is not installed, or cannot say."""
    if find_spec(_PDFIUM) is None:
        return None
    import pypdfium2  # noqa: PLC0415 - an optional extra

    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(data)
            try:
                lines = [line for number in range(min(len(document), MAX_PAGES)) for line in _lines(document[number])]
            finally:
                document.close()
        except (pypdfium2.PdfiumError, _TooLong):
            return None
    return "\n".join(lines)


class _TooLong(Exception):
    """There is more text on a page than is looked through."""


def _lines(page: pypdfium2.PdfPage) -> Iterator[str]:
    text = page.get_textpage()
    if text.count_chars() > MOST_LETTERS:
        raise _TooLong
    return in_lines(list(_words(text)))


def _words(page: pypdfium2.PdfTextPage) -> Iterator[Word]:
    import pypdfium2.raw as pdfium  # noqa: PLC0415 - as above

    letter, is_generated = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_IsGenerated
    number, start, text, apart = page.count_chars(), 0, "", False
    for at in range(number + 1):
        char = chr(letter(page, at)) if at < number else " "
        if char > " " and not char.isspace():
            start = start if text else at
            text += char
            continue
        if text:
            left, bottom, _, top = page.get_charbox(start, loose=True)
            yield Word(left, bottom, page.get_charbox(at - 1, loose=True)[2], top, text, apart)
            text, apart = "", False
        apart = apart or (at < number and is_generated(page, at) == 0)


def in_lines(words: list[Word]) -> Iterator[str]:
    """Words as lines, from above, each in the column of a page whose letters are all as wide."""
    if not words:
        return
    widths = sorted((word.right - word.left) / len(word.text) for word in words)
    width = widths[len(widths) // 2] or 1.0
    margin = min(word.left for word in words)
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda each: -each.middle):
        if rows and _beside(rows[-1][0], word):
            rows[-1].append(word)
        else:
            rows.append([word])
    for row in rows:
        line, end = "", margin - width * _APART
        for word in sorted(row):
            gap = word.left - end
            column = min(round((word.left - margin) / width), _WIDEST)
            if gap >= width * _APART:
                line = line.ljust(max(column, len(line) + 2)) if line else " " * column
            elif gap > width * _CLOSE or word.apart:
                line += " "
            line += word.text
            end = word.right
        yield line


def _beside(one: Word, other: Word) -> bool:
    """Whether two words stand on one line, whatever their size."""
    return abs(one.middle - other.middle) < min(one.top - one.bottom, other.top - other.bottom) / 2
