"""Every object of a PDF, whatever it is for: filters, sizes, actions.

Some demands of PDF/A hold anywhere: no data outside the file, no LZW, no number beyond what a reader must take, no
action that starts a program. So all objects that the catalogue leads to are looked at once, seen or not.

Source: ISO 19005-3:2012 §6.1.7 (streams), §6.1.13 (limits), §6.5.1 (actions); ISO 32000-1:2008 §12.6 (actions).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

from einvoice.pdfa.as_written import references
from einvoice.pdfa.fault import Fault, Faults
from einvoice.pdfa.pdf import Pdf
from einvoice.pdfa.reading import filters
from einvoice.pdfa.xmp import is_harmless

ACTION_KEYS = ("/A", "/PA", "/OpenAction", "/Next")

_FILTERS = frozenset(
    [
        "ASCIIHexDecode",
        "ASCII85Decode",
        "LZWDecode",
        "FlateDecode",
        "RunLengthDecode",
        "CCITTFaxDecode",
        "JBIG2Decode",
        "DCTDecode",
        "JPXDecode",
    ]
)
# Filters that are undone without interpreting what they hold; images are not.
UNPACKED = frozenset(["ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "FlateDecode", "RunLengthDecode"])
_ACTIONS = frozenset(["GoTo", "GoToR", "GoToE", "Thread", "URI", "Named", "SubmitForm"])
_NAMED = frozenset(["NextPage", "PrevPage", "FirstPage", "LastPage"])
_GREATEST = 2_147_483_647
_GREATEST_REAL, _LEAST_REAL = 3.403e38, 1.175e-38
_LONGEST_STRING, _LONGEST_NAME = 32_767, 127
_A_VALUE = 16  # bytes: what is not taken apart is counted by its length
_SHORT_NAME = _LONGEST_NAME // 4  # characters, each of four bytes at most
# In plain objects: a name ends where no character of one follows.
_OF_CONCERN = re.compile(rb"/(?:AA|PA|OpenAction|Next|Metadata)(?![A-Za-z0-9_+.:,*-])")
_ACTION = re.compile(rb"/A(?![A-Za-z0-9_+.:,*-])")
_ACTION_ELSEWHERE = re.compile(rb"/A[\s\[]*\d|>>\s*\d")  # by reference, alone or in a list
_PART = re.compile(rb"<<\s*/Type\s*/StructElem\s*/S\s*/")  # whose one /S is its own: an action would have another
_KIND = re.compile(rb"/S(?![A-Za-z0-9_+.:,*-])")


@dataclass(slots=True)
class Objects:
    """The dictionaries of a PDF by what a repair needs to know of them."""

    lzw: list[StreamObject] = field(default_factory=list)
    acting: list[tuple[DictionaryObject, str]] = field(default_factory=list)  # with a forbidden action under a key
    automatic: list[DictionaryObject] = field(default_factory=list)  # with /AA
    described: list[DictionaryObject] = field(default_factory=list)  # objects whose own metadata PDF/A might refuse


def check_objects(pdf: Pdf, faults: Faults) -> Objects:
    """Walk all objects and note what is wrong anywhere."""
    found = Objects()
    seen: set[tuple[int, int]] = set()
    trailer = pdf.reader.trailer
    waiting: list[PdfObject | None] = [trailer.get("/Root"), trailer.get("/Info")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            key = (value.idnum, value.generation)
            if key not in seen:
                seen.add(key)
                waiting.extend(_within(pdf, value))
        elif isinstance(value, DictionaryObject):
            _dictionary(pdf, value, faults, found)
            pdf.tick(len(value))
            waiting.extend(_to_be_seen(value.values()))
            for name in _to_be_seen(value):
                _scalar(name, faults)
        elif isinstance(value, ArrayObject):
            pdf.tick(len(value))
            waiting.extend(_to_be_seen(value))
        elif value is not None:
            _scalar(value, faults)
    return found


def _within(pdf: Pdf, reference: IndirectObject) -> list[PdfObject | None]:
    """What a reference stands for, or what that refers to, where nothing else about it can be wrong."""
    data = pdf.reader.as_written(reference)
    if data is None or not _is_harmless(data):
        return [pdf.resolved(reference)]
    found = references(data)
    pdf.tick(1 + len(found) + len(data) // _A_VALUE)
    return [IndirectObject(number, generation, pdf.reader) for number, generation in found]


def _is_harmless(data: bytes) -> bool:
    """Whether a plain object has neither actions nor metadata; the attributes of a part of the text are no action."""
    if _OF_CONCERN.search(data):
        return False
    return not _ACTION.search(data) or (
        bool(_PART.match(data)) and len(_KIND.findall(data)) == 1 and not _ACTION_ELSEWHERE.search(data)
    )


def _to_be_seen(values: Iterable[Any]) -> list[PdfObject]:
    """The values without names and numbers of an ordinary size, as most are: there is nothing to find in them."""
    return [
        each
        for each in values
        if not (
            ((kind := type(each)) is NameObject and len(each) <= _SHORT_NAME)
            or (kind is NumberObject and -_GREATEST <= each <= _GREATEST)
        )
    ]


def _dictionary(pdf: Pdf, value: DictionaryObject, faults: Faults, found: Objects) -> None:
    if isinstance(value, StreamObject):
        _stream(pdf, value, faults, found)
    if "/AA" in value:
        found.automatic.append(value)
        faults.add(Fault.AUTOMATIC_ACTION, f"/{pdf.name(value.get('/Type')) or 'AA'}")
    for key in ACTION_KEYS:
        target = pdf.resolved(value.get(key)) if key in value else None
        for action in target if isinstance(target, ArrayObject) else [target]:
            kind = forbidden_action(pdf, action) if action is not None else None
            if kind:
                found.acting.append((value, key))
                faults.add(Fault.JAVASCRIPT if kind == "JavaScript" else Fault.FORBIDDEN_ACTION, kind)
    if (
        "/Metadata" in value
        and value is not pdf.catalog
        and not is_harmless(pdf.content(value.get("/Metadata")) or b"")
    ):
        found.described.append(value)
        faults.add(Fault.OBJECT_METADATA, f"/{pdf.name(value.get('/Subtype')) or pdf.name(value.get('/Type')) or '?'}")


def forbidden_action(pdf: Pdf, value: PdfObject) -> str | None:
    """The kind of an action that PDF/A does not allow; `None` for one that it does, or for no action."""
    action = pdf.dictionary(value)
    kind = pdf.name(action.get("/S"))
    if kind is None or (kind in _ACTIONS and kind != "Named"):
        return None
    name = pdf.name(action.get("/N"))
    return None if kind == "Named" and name in _NAMED else f"Named {name}" if kind == "Named" else kind


def _stream(pdf: Pdf, stream: StreamObject, faults: Faults, found: Objects) -> None:
    for key in ("/F", "/FFilter", "/FDecodeParms"):
        if key in stream:
            faults.add(Fault.EXTERNAL_DATA, key)
    names = filters(pdf, stream)
    if "LZWDecode" in names and set(names) <= UNPACKED:
        found.lzw.append(stream)
        kind = pdf.name(stream.get("/Subtype")) or pdf.name(stream.get("/Type")) or "Contents"
        faults.add(Fault.LZW_COMPRESSION, f"/{kind}")
    for name in names:
        if name not in (UNPACKED if "LZWDecode" in names else _FILTERS) and not (
            name == "Crypt" and _is_identity(pdf, stream)
        ):
            faults.add(Fault.FILTER, name)


def _is_identity(pdf: Pdf, stream: StreamObject) -> bool:
    parameters = pdf.resolved(stream.get("/DecodeParms"))
    every = parameters if isinstance(parameters, ArrayObject) else [parameters]
    return all(pdf.name(pdf.dictionary(each).get("/Name")) in {None, "Identity"} for each in every)


def _scalar(value: PdfObject, faults: Faults) -> None:
    if isinstance(value, NumberObject):
        if not -_GREATEST - 1 <= value <= _GREATEST:
            faults.add(Fault.LIMIT_EXCEEDED, str(value)[:24])
    elif isinstance(value, FloatObject):
        size = abs(float(value))
        if size > _GREATEST_REAL or 0 < size < _LEAST_REAL:
            faults.add(Fault.LIMIT_EXCEEDED, f"{float(value):g}")
    elif isinstance(value, NameObject):
        if len(value.encode("utf-8", "surrogateescape")) > _LONGEST_NAME + 1:
            faults.add(Fault.LIMIT_EXCEEDED, f"{value[:24]}…")
    elif isinstance(value, TextStringObject | ByteStringObject):
        length = len(value.original_bytes if isinstance(value, TextStringObject) else value)
        if length > _LONGEST_STRING:
            faults.add(Fault.LIMIT_EXCEEDED, f"({length} B)")
