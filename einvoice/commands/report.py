"""`einvoice report`: e-reports of a company, their calendar, and what changed between two of them.

einvoice report make books.json --year 2026 -o reports/
einvoice report calendar simplified 2026
einvoice report diff sent.xml replacing.xml
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from einvoice.api import parse
from einvoice.commands.inputs import read_document
from einvoice.commands.output import INVALID, VALID, common_arguments, language_argument, say, table, write
from einvoice.errors import Unreadable, Unrecognised, Unwritable
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.ereporting.calendar import REGIMES, ReportingPeriod, periods
from einvoice.france.ereporting.changes import changes
from einvoice.france.ereporting.checks import check
from einvoice.france.ereporting.flux10 import write as flux10
from einvoice.france.ereporting.report import EReport
from einvoice.france.ereporting.reporting import Filing, Reporting
from einvoice.model import Invoice

_REGIMES = {
    "real_normal_monthly": "réel normal, mensuel",
    "real_normal_quarterly": "réel normal, trimestriel",
    "simplified": "réel simplifié",
    "franchise": "franchise en base",
}
_WORDS = {
    "fr": {"transactions": "opérations", "payments": "encaissements", "due": "à déposer le", "none": "aucun écart"},
    "en": {"transactions": "transactions", "payments": "payments", "due": "due", "none": "no difference"},
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    regimes = "VAT regime: " + ", ".join(f"{name} ({french})" for name, french in _REGIMES.items())
    make = _verb(verbs, "make", "write all e-reports of a year from the books of a company", _make)
    make.add_argument("books", metavar="BOOKS.json", help="the books; `einvoice schema books` tells their form")
    make.add_argument("--year", type=int, required=True, help="the year of the periods")
    make.add_argument("--regime", choices=REGIMES, metavar="REGIME", help=f"{regimes}; default: as the books say")
    language_argument(make)
    make.add_argument("-o", "--output", metavar="FOLDER", required=True, help="where the reports are written")
    calendar = _verb(verbs, "calendar", "the periods of a VAT regime, and when each must be filed", _calendar)
    calendar.add_argument("regime", choices=REGIMES, metavar="REGIME", help=regimes)
    calendar.add_argument("year", type=int, metavar="YEAR")
    common_arguments(calendar)
    diff = _verb(verbs, "diff", "what differs between two e-reports; exit status 1 if anything does", _diff)
    diff.add_argument("sent", metavar="A.xml", help="the report that was sent")
    diff.add_argument("other", metavar="B.xml", help="the one to compare with")
    common_arguments(diff)


def _verb(verbs: Any, name: str, purpose: str, verb: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=purpose, description=purpose)
    parser.set_defaults(verb=verb)
    return parser


def run(options: argparse.Namespace) -> int:
    """Do what the verb says."""
    status: int = options.verb(options)
    return status


# -- make --------------------------------------------------------------------------------------------------------------


def _make(options: argparse.Namespace) -> int:
    books = _books(options.books)
    regime = options.regime or books.regime
    if regime is None:
        raise Unrecognised("EI-NO-INPUT-01", {"file": options.books})
    reporting = Reporting(books.declarant, books.platform, regime, books.since)
    try:
        filings = reporting.filings(books, options.year)
    except Unwritable as error:
        raise error.in_language(options.lang) from error
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    errors = 0
    for filing in filings:
        (folder / f"{filing.report.identifier}.xml").write_bytes(flux10(filing.report))
        for found in check(filing.report, regime=regime, language=options.lang):
            errors += found.severity == "error"
            say(f"{filing.report.identifier}  {found.rule}  {found.field or ''}  {found.message}")
    sys.stdout.write(table([_summary(filing, options.lang) for filing in filings]))
    return INVALID if errors else VALID


def _books(name: str) -> BooksFile:
    try:
        books = BooksFile.model_validate_json(read_document(name))
    except ValueError as error:
        raise Unreadable("EI-NO-INPUT-02", {"file": name, "detail": str(error)}) from error
    base = Path(name).parent
    invoices = [_invoice(base / each) for each in books.invoice_files]
    return books.model_copy(update={"invoices": (*books.invoices, *invoices)})


def _invoice(path: Path) -> Invoice:
    found = parse(path.read_bytes())
    if not isinstance(found, Invoice):
        raise Unrecognised("EI-NO-INPUT-03", {"file": str(path)})
    return found


def _summary(filing: Filing, language: str) -> tuple[str, ...]:
    words, report, period = _WORDS[language], filing.report, filing.period
    return (
        f"{report.identifier}.xml",
        f"{period.start} – {period.end}",
        words[period.content],
        f"{words['due']} {period.due}",
        " ".join(_figures(report)),
    )


def _figures(report: EReport) -> Iterator[str]:
    """How many invoices and days, and the sums in euros."""
    if report.transactions:
        sales = report.transactions.sales
        yield f"10.1: {len(report.transactions.invoices)}  10.3: {len(sales)}"
        vat = sum((each.vat_amount or Decimal(0) for each in sales), Decimal("0.00"))
        net = sum((each.amount_without_vat or Decimal(0) for each in sales), Decimal("0.00"))
        yield f"({net} + {vat})"
    if report.payments:
        told = [each.parts for each in report.payments.invoices] + [each.parts for each in report.payments.sales]
        yield f"10.2: {len(report.payments.invoices)}  10.4: {len(report.payments.sales)}"
        yield f"({sum((part.amount or Decimal(0) for parts in told for part in parts), Decimal('0.00'))})"


# -- calendar, diff ----------------------------------------------------------------------------------------------------


def _calendar(options: argparse.Namespace) -> int:
    found = sorted(periods(options.regime, options.year), key=lambda period: (period.due, period.start))
    write(options, table([_row(period, options.lang) for period in found]))
    return VALID


def _row(period: ReportingPeriod, language: str) -> tuple[str, ...]:
    words = _WORDS[language]
    return (f"{period.start} – {period.end}", words[period.content], f"{words['due']} {period.due}")


def _diff(options: argparse.Namespace) -> int:
    found = changes(_report(options.sent), _report(options.other))
    lines = [f"{change.place}  {change.sent or '—'} → {change.now or '—'}\n" for change in found]
    write(options, "".join(lines) or f"{_WORDS[options.lang]['none']}\n")
    return INVALID if found else VALID


def _report(name: str) -> EReport:
    found = parse(read_document(name))
    if not isinstance(found, EReport):
        raise Unrecognised("EI-NO-INPUT-04", {"file": name})
    return found
