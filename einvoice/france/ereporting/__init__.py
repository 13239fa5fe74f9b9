"""E-reporting: what a company tells the tax office of trade outside e-invoicing, and of payments (flux 10).

    from einvoice.france.ereporting import Books, Declarant, Reporting, check, read, write

    reporting = Reporting(declarant, platform, "real_normal_monthly")
    filings = reporting.filings(books, 2026)
    for filing in filings:
        data = write(filing.report)              # flux 10, to be filed before filing.period.closes_at
    filings.refused, filings.guesses             # documents in no report, and what was guessed

| module | what |
|---|---|
| `report`, `flux10` | the model, and the XML that is read and written |
| `books`, `known` | what happened: invoices, daily sales, receipts; and what documents do not say |
| `entries`, `sales` | an invoice as the books complete it; what it adds to daily sales and receipts |
| `gathering` | books into what is reported, and the documents that cannot be |
| `calendar` | the periods of a VAT regime and their deadlines |
| `reporting`, `reported` | books into reports; replacing reports; an invoice as the tax office wants it |
| `changes` | what differs between two reports of one period |
| `checks` | what a report must say although the published rules do not notice |
"""

from __future__ import annotations

from einvoice.france.ereporting.books import (
    GOODS,
    MARGIN,
    SERVICES,
    UNTAXED,
    Books,
    Paid,
    Receipt,
    Sale,
)
from einvoice.france.ereporting.calendar import (
    OBLIGED_SINCE,
    REGIMES,
    SIZES,
    Periodicity,
    Regime,
    ReportingPeriod,
    Size,
    deadlines,
    obliged_since,
    periodicity,
    periods,
)
from einvoice.france.ereporting.changes import Change, changes
from einvoice.france.ereporting.checks import check
from einvoice.france.ereporting.flux10 import read, write
from einvoice.france.ereporting.gathering import Refused
from einvoice.france.ereporting.known import CurrencyRate, Known
from einvoice.france.ereporting.report import Declarant, EReport
from einvoice.france.ereporting.reporting import Filing, Filings, Reporting
from einvoice.france.ereporting.sales import receipt_of, sales_of

__all__ = [
    "GOODS",
    "MARGIN",
    "OBLIGED_SINCE",
    "REGIMES",
    "SERVICES",
    "SIZES",
    "UNTAXED",
    "Books",
    "Change",
    "CurrencyRate",
    "Declarant",
    "EReport",
    "Filing",
    "Filings",
    "Known",
    "Paid",
    "Periodicity",
    "Receipt",
    "Refused",
    "Regime",
    "Reporting",
    "ReportingPeriod",
    "Sale",
    "Size",
    "changes",
    "check",
    "deadlines",
    "obliged_since",
    "periodicity",
    "periods",
    "read",
    "receipt_of",
    "sales_of",
    "write",
]
