"""Questions that several checks of a PDF ask: what a page inherits, how a stream is packed, whether a flag is set.

Source: ISO 32000-1:2008 §7.7.3.4 (inheritance), §7.4 (filters).
"""

from __future__ import annotations

from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from einvoice.pdfa.pdf import Pdf


def inherited(pdf: Pdf, page: DictionaryObject, key: str) -> PdfObject | None:
    """The value of a page or of the nearest node above it in the page tree (ISO 32000-1 §7.7.3.4)."""
    node = page
    for _ in range(pdf.limits.depth):
        if key in node:
            return node.get(key)
        if "/Parent" not in node:
            return None
        node = pdf.dictionary(node.get("/Parent"))
    return None


def filters(pdf: Pdf, stream: DictionaryObject) -> list[str]:
    """The names of a stream's filters, in the order in which they are undone."""
    value = pdf.resolved(stream.get("/Filter"))
    names = value if isinstance(value, ArrayObject) else [value] if value is not None else []
    return [pdf.name(name) or "?" for name in names]


def is_true(pdf: Pdf, value: PdfObject | None) -> bool:
    """Whether a value is the PDF boolean true."""
    return getattr(pdf.resolved(value), "value", False) is True
