"""What makes an invoice one of its kind: no two of a seller's invoices of one year have the same number.

    uniqueness_key(invoice)      # UniquenessKey(siren="100000009", number="F2026-0001", year=2026)

Two documents with one key are one invoice sent twice, or a number given twice: the public portal takes the first only.
Platforms and books ask for the key before they take an invoice in.

Source: DGFiP external specifications v3.2, annex 7, G1.45 (BT-30, BT-1 and the year of BT-2).
"""

from __future__ import annotations

from typing import NamedTuple

from einvoice.draft.parties import siren_of
from einvoice.model import Invoice

__all__ = ["UniquenessKey", "siren_of", "uniqueness_key"]


class UniquenessKey(NamedTuple):
    """The seller, the number and the year of an invoice."""

    siren: str
    number: str
    year: int


def uniqueness_key(invoice: Invoice) -> UniquenessKey | None:
    """The key of an invoice; None for one that has no number, no date or no seller with a SIREN."""
    siren = siren_of(invoice.seller) if invoice.seller else None
    if not siren or not invoice.number or invoice.issue_date is None:
        return None
    return UniquenessKey(siren, invoice.number, invoice.issue_date.year)
