"""E-reporting: what a company tells the tax office of trade outside e-invoicing, and of payments (flux 10).

    from einvoice.france.ereporting import Books, Declarant, Reporting, check, read, write

    reporting = Reporting(declarant, platform, "real_normal_monthly")
    for filing in reporting.filings(books, 2026):
        data = write(filing.report)              # flux 10, to be filed before filing.period.closes_at

| module | what |
|---|---|
| `report`, `flux10` | the model, and the XML that is read and written |
| `books` | what happened: invoices, daily sales, receipts, margins |
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
    receipt_of,
    sales_of,
)
from einvoice.france.ereporting.calendar import REGIMES, Regime, ReportingPeriod, periods
from einvoice.france.ereporting.changes import Change, changes
from einvoice.france.ereporting.checks import check
from einvoice.france.ereporting.flux10 import read, write
from einvoice.france.ereporting.report import Declarant, EReport
from einvoice.france.ereporting.reporting import Filing, Reporting

__all__ = [
    "GOODS",
    "MARGIN",
    "REGIMES",
    "SERVICES",
    "UNTAXED",
    "Books",
    "Change",
    "Declarant",
    "EReport",
    "Filing",
    "Paid",
    "Receipt",
    "Regime",
    "Reporting",
    "ReportingPeriod",
    "Sale",
    "changes",
    "check",
    "periods",
    "read",
    "receipt_of",
    "sales_of",
    "write",
]
