"""The exceptions of einvoice: raised only where there is nothing to return.

    EInvoiceError
      Unreadable     not XML, not a PDF, an entity attack, too large, too deep
      Unrecognised   well-formed, but no document that einvoice knows
      Unwritable     this invoice cannot be said in that syntax or profile; carries the findings
      MissingExtra   needs an optional extra, such as `pip install einvoice[pdf]`

A fault in an invoice's *content* is never an exception: it is a `Finding` in a `Report`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from einvoice.report import Finding  # pydantic is not loaded for the sake of an exception

__all__ = ["EInvoiceError", "MissingExtra", "Unreadable", "Unrecognised", "Unwritable"]


class EInvoiceError(Exception):
    """Root of the tree: catch this to catch everything that einvoice raises on purpose."""


class Unreadable(EInvoiceError):
    """The bytes are not a document that can be opened safely."""


class Unrecognised(EInvoiceError):
    """The bytes are a well-formed document of a kind that einvoice does not read."""


class Unwritable(EInvoiceError):
    """The invoice lacks something that the target syntax or profile demands.

    `findings` holds one for each fault.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class MissingExtra(EInvoiceError):
    """The function needs a package of an optional extra that is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs an optional package: pip install 'einvoice[{extra}]'")
        self.extra = extra
