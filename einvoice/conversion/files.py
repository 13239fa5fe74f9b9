"""Of which type a file is, and what it may be called, where nobody says it.

    >>> mime_of("bon.pdf", b"")
    ('application/pdf', 'EI-IMPLIED-NAME')
    >>> mime_of(None, b"%PDF-1.7")[0]
    'application/pdf'

Only the types that an invoice may carry (BT-125-1), and XML, which the rules refuse at its field (BR-CL-24).

Sources: EN 16931-1:2017 §6.3 (BT-125-1); the IANA media types; each format's own first bytes.
"""

from __future__ import annotations

import re
from pathlib import PurePath

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
_XML = "application/xml"
_BY_NAME = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".csv": "text/csv",
    ".xlsx": _SPREADSHEET,
    ".ods": _OPEN_DOCUMENT,
    ".xml": _XML,
}
_ENDINGS = {mime: ending for ending, mime in reversed(_BY_NAME.items())}
_BY_BEGINNING = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_ZIP = b"PK\x03\x04"
_IN_ZIP = {b"xl/workbook.xml": _SPREADSHEET, _OPEN_DOCUMENT.encode(): _OPEN_DOCUMENT}


def mime_of(name: str | None, content: bytes, *, any_type: bool = True) -> tuple[str, str] | None:
    """The type of a file, and the row of the rulebook that says how it is known; None where it is not.

    Unless `any_type` is wanted, a type that an invoice may not carry stays unsaid: what demands none would refuse it.
    """
    by_name = _BY_NAME.get(PurePath(name or "").suffix.lower())
    by_content = _mime_by_content(content)
    if not any_type and _XML in (by_content, by_name):
        return None
    if by_content:  # what a file is counts more than what it is called
        return by_content, "EI-IMPLIED-NAME" if by_content == by_name else "EI-IMPLIED-CONTENT"
    return (by_name, "EI-IMPLIED-NAME") if by_name else None


def _mime_by_content(content: bytes) -> str | None:
    if content.startswith(_ZIP):
        return next((mime for sign, mime in _IN_ZIP.items() if sign in content), None)
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|[A-Za-z_][\w:.-]*[\s/>])", content):
        return _XML
    return next((mime for sign, mime in _BY_BEGINNING.items() if content.startswith(sign)), None)


def name_of(reference: str | None, mime: str | None) -> str | None:
    """What a file may be called by the reference and the type of its document; None where one of them is not known.

    >>> name_of("BL 12/3", "application/pdf")
    'BL_12_3.pdf'
    """
    ending = _ENDINGS.get(mime or "")
    stem = re.sub(r"[^\w.-]+", "_", reference or "").strip("_.")
    return f"{stem}{ending}" if stem and ending else None
