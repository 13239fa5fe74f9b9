"""What `einvoice report make` does: books into files that were judged before it says that they are good.

An invoice that the published rules refuse is taken out of its report, told with its number, and the rest is filed: one
bad document never blocks a year.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from pydantic import ValidationError

from einvoice.api import parse, validate
from einvoice.commands.inputs import read_document
from einvoice.commands.language import labelled, said, shown_day
from einvoice.commands.output import INVALID, STATUSES, VALID, WrongUsage, say, table, worst_status
from einvoice.commands.sheets import sheets
from einvoice.disk import replace_file
from einvoice.draft.problems import DraftError, described, not_json, reworded
from einvoice.errors import Unreadable, Unrecognised
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.ereporting.calendar import periods
from einvoice.france.ereporting.columns import table_of
from einvoice.france.ereporting.flux10 import write as flux10
from einvoice.france.ereporting.report import Declarant, EReport, Transactions
from einvoice.france.ereporting.reporting import Filing, Reporting
from einvoice.france.ereporting.tables import Tables
from einvoice.model import Identifier, Invoice
from einvoice.report import DocumentReport, Finding
from einvoice.rulebook import amount_as_read, finding

WORDS = {
    "fr": {
        "transactions": "opérations",
        "payments": "encaissements",
        "due": "à déposer le",
        "none": "aucun écart",
        "refused": "non déclarée",
    },
    "en": {
        "transactions": "transactions",
        "payments": "payments",
        "due": "due",
        "none": "no difference",
        "refused": "not reported",
    },
}
_FROM_TABLES = ("sales", "receipts", "payments", "invoices")
_MOST_PROBLEMS = 50  # that are told one by one
_INVOICE = re.compile(r"transactions\.invoices\[(\d+)\]")


def make(options: argparse.Namespace) -> int:
    """Write the reports of a year; the exit status is that of the worst: of a report, or of a document left out."""
    books = with_tables(named_books(options), options)
    regime = options.regime or books.regime
    if regime is None:
        raise Unrecognised("EI-NO-INPUT-01", {"file": options.books or "report make"})
    # No report was ever due before the law obliged the first companies.
    reporting = Reporting(books.declarant, books.platform, regime, books.since, books.size or "large")
    filings = reporting.filings(books, options.year)
    for found in filings.findings(options.lang):
        _say(WORDS[options.lang]["refused"] if found.severity == "error" else "", found)
    statuses = {INVALID} if filings.refused else {VALID}
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for filing in filings:
        kept, report = _judged(filing, options.lang, statuses)
        if kept is None:
            continue
        replace_file(folder / f"{kept.report.identifier}.xml", flux10(kept.report))
        statuses.add(STATUSES[report.verdict])
        for found in report.findings:
            _say(kept.report.identifier or "", found)
        rows.append(_summary(kept, options.lang))
    sys.stdout.write(table(rows) if rows else "")
    _say_outside(books, reporting, options.year)
    if not rows and not filings.refused:
        say(said("nothing to report for {year}", year=options.year))
    return worst_status(statuses)


def _say_outside(books: BooksFile, reporting: Reporting, year: int) -> None:
    """Say how much of the books is in no period of the year that is reported: a day may be mistyped."""
    reported = [each for each in periods(reporting.regime, year) if each.end >= reporting.start]
    days = [("transactions", each.day) for each in books.sales]
    days += [("transactions", each.issue_date) for each in books.invoices if each.issue_date]
    days += [
        ("payments", day) for day in (*(each.day for each in books.receipts), *(each.day for each in books.payments))
    ]
    outside = [day for content, day in days if not any(each.content == content and day in each for each in reported)]
    if outside:
        first, last = shown_day(min(outside)), shown_day(max(outside))
        told = "entries of the books outside the periods that are reported: {count}, from {first} to {last}"
        say(said(told, count=len(outside), first=first, last=last))


def named_books(options: argparse.Namespace) -> BooksFile:
    """The books that the options name, or none yet of the company that they name."""
    if options.books:
        return books_of(options.books)
    lacking = [name for name in ("siren", "name", "platform") if not getattr(options, name)]
    if lacking or not options.tables:
        names = ", ".join(f"--{name}" for name in lacking or ["from"])
        raise WrongUsage(said("without BOOKS.json, give {names}", names=names))
    return BooksFile(
        declarant=Declarant(identifier=Identifier(value=options.siren, scheme_id="0002"), name=options.name),
        platform=Declarant(identifier=Identifier(value=options.platform, scheme_id="0238"), name=options.platform),
    )


def with_tables(books: BooksFile, options: argparse.Namespace) -> BooksFile:
    """The books with what the tables hold. What cannot be read is told at its cell, and nothing is made of a part."""
    tables = Tables(books.declarant)
    for name in options.tables:
        for sheet, rows in sheets(name, read_document(name)):
            table = table_of(rows[0]) if rows else None
            if table is None:
                raise Unreadable("EI-TABLE-UNKNOWN", {"where": sheet})
            tables.add(table, sheet, rows)
    for heading in tables.unknown:
        say(said("this column is not looked at: {heading}", heading=heading))
    if tables.problems:
        for problem in tables.problems[:_MOST_PROBLEMS]:
            _say("", finding(problem, options.lang))
        more = len(tables.problems) - _MOST_PROBLEMS
        raise Unreadable("EI-TABLES", {"count": str(len(tables.problems)), "more": str(max(more, 0))})
    found = tables.books()
    return books.model_copy(update={name: (*getattr(books, name), *getattr(found, name)) for name in _FROM_TABLES})


def books_of(name: str) -> BooksFile:
    """The books of a file, with the invoices that lie beside it."""
    try:
        books = BooksFile.model_validate_json(read_document(name))
    except (ValueError, ArithmeticError, RecursionError) as error:
        wrong = error if isinstance(error, ValidationError) else None
        told = described(reworded(wrong, BooksFile)) if wrong else DraftError(not_json(error))
        raise Unreadable("EI-NO-INPUT-02", {"file": name, "reason": told.sentence()}) from error
    base = Path(name).parent
    invoices = [_invoice(base / each) for each in books.invoice_files]
    return books.model_copy(update={"invoices": (*books.invoices, *invoices)})


def _invoice(path: Path) -> Invoice:
    found = parse(path.read_bytes())
    if not isinstance(found, Invoice):
        raise Unrecognised("EI-NO-INPUT-03", {"file": str(path)})
    return found


def _judged(filing: Filing, language: str, statuses: set[int]) -> tuple[Filing | None, DocumentReport]:
    """The report without the invoices that the rules refuse, which are told, and its verdict; None if none is left."""
    report = _verdict(filing.report, language)
    part = filing.report.transactions
    errors = [found for found in report.findings if found.severity == "error"]
    bad = {int(match[1]) for found in errors if (match := _INVOICE.match(found.field or ""))}
    if part is None or not bad:
        return filing, report
    statuses.add(INVALID)
    for found in errors:
        if match := _INVOICE.match(found.field or ""):
            number = part.invoices[int(match[1])].number
            _say(f"{filing.report.identifier}  {number}  {WORDS[language]['refused']}", found)
    kept = tuple(invoice for index, invoice in enumerate(part.invoices) if index not in bad)
    if not kept and not part.sales:
        return None, report
    rest = Transactions(period=part.period, invoices=kept, sales=part.sales)
    left = replace(filing, report=filing.report.model_copy(update={"transactions": rest}))
    return left, _verdict(left.report, language)


def _verdict(report: EReport, language: str) -> DocumentReport:
    (judged,) = validate(flux10(report), language="fr" if language == "fr" else "en").documents
    return judged


def _say(about: str, found: Finding) -> None:
    """One line: what it is about, rule, place, message and what helps."""
    parts = (about, found.rule, found.field or "", found.message, found.hint and f"({found.hint})")
    say("  ".join(part for part in parts if part))


def _summary(filing: Filing, language: str) -> tuple[str, ...]:
    words, report, period = WORDS[language], filing.report, filing.period
    return (
        f"{report.identifier}.xml",
        f"{shown_day(period.start)} – {shown_day(period.end)}",
        words[period.content],
        f"{words['due']} {shown_day(period.due)}",
        " ".join(_figures(report, language)),
    )


def _figures(report: EReport, language: str) -> Iterator[str]:
    """How many invoices and days, and the sums in euros."""
    if report.transactions:
        sales = report.transactions.sales
        yield f"{labelled('10.1', len(report.transactions.invoices))}  {labelled('10.3', len(sales))}"
        vat = sum((each.vat_amount or Decimal(0) for each in sales), Decimal("0.00"))
        net = sum((each.amount_without_vat or Decimal(0) for each in sales), Decimal("0.00"))
        yield f"({_euros(net, language)} + {_euros(vat, language)})"
    if report.payments:
        told = [each.parts for each in report.payments.invoices] + [each.parts for each in report.payments.sales]
        paid = sum((part.amount or Decimal(0) for parts in told for part in parts), Decimal("0.00"))
        yield f"{labelled('10.2', len(report.payments.invoices))}  {labelled('10.4', len(report.payments.sales))}"
        yield f"({_euros(paid, language)})"


def _euros(amount: Decimal, language: str) -> str:
    return amount_as_read(str(amount), "EUR") if language == "fr" else str(amount)
