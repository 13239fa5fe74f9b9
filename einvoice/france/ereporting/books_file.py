"""A company's books as one JSON file: what `einvoice report make` reads.

    {"declarant": {"identifier": {"value": "100000009", "scheme_id": "0002"}, "name": "VENDEUR EXEMPLE"},
     "platform": {"identifier": {"value": "0123", "scheme_id": "0238"}, "name": "PA EXEMPLE"},
     "regime": "real_normal_monthly",
     "invoice_files": ["factures/F2026-0001.xml"],
     "sales": [{"day": "2026-11-03", "category_code": "TLB1", "count": 12,
                "rates": [{"rate": 20, "taxable_amount": 500.00, "tax_amount": 100.00}]}],
     "receipts": [{"day": "2026-11-04", "parts": [{"rate": 20, "amount": 240.00}]}]}

`invoice_files` are UBL, CII or Factur-X, beside the JSON file; `invoices` may hold them as JSON instead (`einvoice
parse` writes it). `sales` are sales without invoice; `payments` are of invoices (`{"number": "F2026-0001", "day":
"2026-11-20", "amount": 1200.00}`) and are reported where they must be; `receipts` is money received for sales without
invoice whose VAT falls due on payment; `margins` holds the margin of each invoice of a margin scheme; `known` tells
what documents do not (`{"number": "F2026-0003", "line_natures": {"1": "services", "2": "goods"}}`), and
`exchange_rates` what currencies were worth. `einvoice schema books` tells all fields.

Source: DGFiP external specifications v3.2, annex 6 (TT-7 to TT-16 for declarant and platform).
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from einvoice.france.ereporting.books import Books
from einvoice.france.ereporting.calendar import Regime, Size
from einvoice.france.ereporting.report import Declarant


class BooksFile(Books):
    """Books, whose they are, and how they are reported."""

    declarant: Declarant = Field(description="whose books these are: SIREN (scheme 0002) and name")
    platform: Declarant = Field(description="the platform that files: its matricule (scheme 0238) and name")
    regime: Regime | None = Field(default=None, description="VAT regime, which says how often to report")
    since: date | None = Field(
        default=None, description="when the obligation to report began, if not when the law says for its size"
    )
    size: Size | None = Field(
        default=None, description="size of the company: large and medium report since 2026-09-01, others 2027-09-01"
    )
    invoice_files: tuple[str, ...] = Field(
        default=(), description="UBL, CII or Factur-X files of invoices, seen from the folder of this file"
    )
