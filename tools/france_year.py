"""Two years of seven companies: all their e-reports by VAT regime, judged, their sums held against the books.

    python tools/france_year.py                    # 2027 and 2028, the four regimes
    python tools/france_year.py --year 2027 --seed 7

The shop sells by the ticket, takes goods back, deals in second-hand goods on the margin, invoices a few consumers and
ships to companies abroad. The consultant is paid in instalments, by consumers and by companies in France and abroad, in
euros and dollars, and buys services abroad. The others are in `france_companies`.

Exit status 0 when every report is valid and every sum is right to the
cent. Money given back is refused by version 1.0 of the published rules, a known defect: that is counted apart.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import france_companies
from france_books import CONSUMER, NOTHING, Year, days_of

import einvoice as ei
from einvoice.draft import Draft
from einvoice.draft.rounding import rounded, split_gross
from einvoice.france.ereporting import (
    GOODS,
    MARGIN,
    REGIMES,
    SERVICES,
    Books,
    Declarant,
    EReport,
    Filings,
    Paid,
    Regime,
    Reporting,
    Sale,
    changes,
    write,
)
from einvoice.model import Identifier, Invoice, VatBreakdown

DRAFTS = Path(__file__).resolve().parents[1] / "fixtures" / "drafts"
US = Declarant(identifier=Identifier(value="100000009", scheme_id="0002"), name="VENDEUR EXEMPLE")
PLATFORM = Declarant(identifier=Identifier(value="0123", scheme_id="0238"), name="PLATEFORME EXEMPLE")


@dataclass(frozen=True)
class Sums:
    """What the reports of a year show."""

    net: Decimal
    vat: Decimal
    invoiced: Decimal
    received: Decimal


# -- the shop ----------------------------------------------------------------------------------------------------------


def shop(rng: random.Random, year: int, days: int = 366) -> Year:
    """Tickets every day but Sunday; now and then something else."""
    found = Year(Books())
    sales: list[Sale] = []
    invoices: list[Invoice] = []
    margins: dict[str, tuple[VatBreakdown, ...]] = {}
    for day in days_of(year, days):
        if day.weekday() == 6:
            continue
        sales += [_ticket(rng, day) for _ in range(rng.randint(3, 8))]
        if rng.random() < 0.05:
            sales.append(_taken_back(_ticket(rng, day)))
        invoices += [
            _invoice(template, f"{letter}{day:%m%d}", day, **({} if letter in "KF" else _TO_A_CONSUMER))
            for letter, (template, days_of_month) in _INVOICED.items()
            if day.day in days_of_month
        ]
        if day.day in _INVOICED["M"][1]:
            taxable = Decimal(rng.randint(5000, 30000)) / 100
            margins[f"M{day:%m%d}"] = (_rate("20", taxable, rounded(taxable / 5)),)
    found.books = Books(invoices=tuple(invoices), sales=tuple(sales), margins=margins)
    _count_shop(found)
    return found


# Letter of the number -> fixture, and the days of a month on which the shop makes out such an invoice.
_INVOICED = {
    "C": ("goods-several-rates", (7,)),
    "A": ("credit-note", (7,)),
    "M": ("margin-scheme", (12,)),
    "K": ("intra-community", (5, 15, 25)),
    "F": ("goods-several-rates", (20,)),  # exchanged between platforms, not reported
}
_TO_A_CONSUMER = {"buyer": CONSUMER, "treatment": "B2C"}


def _count_shop(found: Year) -> None:
    margins = found.books.margins
    for sale in found.books.sales:
        _count(found, *((rate.taxable_amount, rate.tax_amount) for rate in sale.rates))
    for invoice in found.books.invoices:
        sign = -1 if invoice.type_code == "381" else 1
        totals = invoice.totals
        number = invoice.number or ""
        if number in margins:
            _count(found, *((each.taxable_amount, each.tax_amount) for each in margins[number]))
        elif number[0] in "CA" and totals is not None:
            _count(found, (sign * (totals.amount_without_vat or NOTHING), sign * (totals.vat_amount or NOTHING)))
        elif number[0] == "K" and totals is not None:
            found.invoiced += totals.amount_without_vat or NOTHING


def _ticket(rng: random.Random, day: date) -> Sale:
    """A ticket: what the customer pays is given, VAT included."""
    rates = []
    for rate in rng.sample(("20", "5.5", "10"), rng.randint(1, 2)):
        taxable, tax = split_gross(Decimal(rng.randint(99, 19999)) / 100, Decimal(rate))
        rates.append(_rate(rate, taxable, tax))
    return Sale(day=day, category_code=GOODS, rates=tuple(rates))


def _taken_back(sale: Sale) -> Sale:
    rates = tuple(
        _rate(str(each.rate), -(each.taxable_amount or NOTHING), -(each.tax_amount or NOTHING)) for each in sale.rates
    )
    return sale.model_copy(update={"rates": rates, "count": 0})


def _rate(rate: str, taxable: Decimal, tax: Decimal) -> VatBreakdown:
    return VatBreakdown(rate=Decimal(rate), taxable_amount=taxable, tax_amount=tax)


def _count(found: Year, *parts: tuple[Decimal | None, Decimal | None]) -> None:
    for net, vat in parts:
        found.net += net or NOTHING
        found.vat += vat or NOTHING


# -- the consultant ----------------------------------------------------------------------------------------------------


def consultant(rng: random.Random, year: int, days: int = 366) -> Year:
    """Every week an invoice to somebody, paid in one or two parts, sometimes given back."""
    found = Year(Books())
    invoices: list[Invoice] = []
    payments: list[Paid] = []
    for week, day in enumerate(days_of(year, days, step=7)):
        kind = week % 5
        if kind < 2:
            made = _invoice("services", f"P{week:03}", day, buyer=CONSUMER, treatment="B2C")
            payments += _paid(rng, made, day, year, days)
            _count(found, (_totals(made)[0], _totals(made)[1]))
        elif kind == 2:
            made = _invoice("services", f"F{week:03}", day)  # exchanged: status 212 tells its payments
            payments += _paid(rng, made, day, year, days)
        elif kind == 3:
            made = _invoice("foreign-currency", f"U{week:03}", day, buyer=CONSUMER, treatment="B2C")
            euros = made.totals.vat_amount_in_accounting_currency if made.totals else None
            _count(found, (_totals(made)[0], euros))
        else:
            made = _purchase(f"D{week:03}", day)
            found.invoiced += _totals(made)[0]
        invoices.append(made)
    found.books = Books(invoices=tuple(invoices), payments=tuple(payments))
    found.received = sum((paid.amount for paid in payments if paid.number[0] == "P"), NOTHING)
    return found


def _paid(rng: random.Random, invoice: Invoice, day: date, year: int, days: int) -> Iterator[Paid]:
    """One payment or two; some are taken back and made again."""
    last = min(date(year, 12, 31), date(year, 1, 1) + timedelta(days=days - 1))
    whole = sum(_totals(invoice), NOTHING)
    first = rounded(whole * rng.randint(20, 80) / 100) if rng.random() < 0.5 else whole
    later = min(day + timedelta(days=rng.randint(1, 40)), last)
    yield Paid(number=invoice.number or "", day=min(day, last), amount=first)
    if first != whole:
        yield Paid(number=invoice.number or "", day=later, amount=whole - first)
    if rng.random() < 0.2:
        yield Paid(number=invoice.number or "", day=later, amount=whole)
        yield Paid(number=invoice.number or "", day=last, amount=-whole)


def _totals(invoice: Invoice) -> tuple[Decimal, Decimal]:
    totals = invoice.totals
    assert totals is not None  # noqa: S101  (a completed draft has them)
    return totals.amount_without_vat or NOTHING, totals.vat_amount or NOTHING


def _purchase(number: str, day: date) -> Invoice:
    """A service bought from a company in another member state: the declarant is the buyer."""
    sold = _invoice("intra-community", number, day)
    return sold.model_copy(update={"seller": sold.buyer, "buyer": sold.seller})


def _invoice(template: str, number: str, day: date, **changed: object) -> Invoice:
    draft = Draft.model_validate_json((DRAFTS / f"{template}.json").read_bytes())
    given = {"number": number, "issue_date": day, "due_date": day + timedelta(days=30), **changed}
    return draft.model_copy(update=given).complete()


# -- what the reports say ----------------------------------------------------------------------------------------------


def sums_of(reports: list[EReport]) -> Sums:
    """What the reports show in all."""
    sales = [each for report in reports if report.transactions for each in report.transactions.sales]
    invoices = [each for report in reports if report.transactions for each in report.transactions.invoices]
    paid = [each.parts for report in reports if report.payments for each in report.payments.sales]
    return Sums(
        net=sum((each.amount_without_vat or NOTHING for each in sales), NOTHING),
        vat=sum((each.vat_amount or NOTHING for each in sales), NOTHING),
        invoiced=sum((_stated(each) for each in invoices), NOTHING),
        received=sum((part.amount or NOTHING for parts in paid for part in parts), NOTHING),
    )


def _stated(invoice: Invoice) -> Decimal:
    return (invoice.totals.amount_without_vat if invoice.totals else None) or NOTHING


def faults_of(report: EReport) -> tuple[list[str], int]:
    """The errors of schema, published rules and our own checks, and how many more are a known defect of the rules."""
    (judged,) = ei.validate(write(report), policy=ei.Policy(date=date(2027, 11, 22))).documents
    errors = [found for found in judged.findings if found.severity == "error"]
    defects = [found for found in errors if "EI-DEFECT" in (found.hint or "")]
    faults = [f"{found.rule} {found.field or found.xpath}" for found in errors if found not in defects]
    if judged.verdict == "not_run":
        faults.append("not run")
    return faults, len(defects)


def filings_of(year: Year, regime: Regime, when: int) -> Filings:
    """All reports of the year."""
    return Reporting(US, PLATFORM, regime).filings(year.books, when)


def main() -> int:
    """Seven companies, four regimes; a correction of the shop's and the consultant's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--year", type=int, action="append")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    others = {name: getattr(france_companies, name) for name in france_companies.companies()}
    wrong = 0
    for when in options.year or (2027, 2028):
        for name, company in ({"shop": shop, "consultant": consultant} | others).items():
            year = company(random.Random(options.seed), when)  # noqa: S311 - the same year each time
            wrong += _report(name, year, when)
            wrong += _correct(year, when) if name not in others else 0
    return 1 if wrong else 0


def _report(name: str, year: Year, when: int) -> int:
    """Tell what the reports of a company's year are worth; how much of it is wrong."""
    books, wrong = year.books, 0
    print(
        f"{when} {name}: {len(books.sales)} sales, {len(books.invoices)} invoices, {len(books.payments)} payments\n"
        f"  books    net {year.net}  vat {year.vat}  invoiced {year.invoiced}  received {year.received}"
    )
    for regime in REGIMES:
        started = time.perf_counter()
        filings = filings_of(year, regime, when)
        took = time.perf_counter() - started
        sums = sums_of([filing.report for filing in filings])
        found = [faults_of(filing.report) for filing in filings]
        faults, defects = [fault for each, _ in found for fault in each], sum(count for _, count in found)
        faults += [f"refused: {each.number} {each.observations[0].rule}" for each in filings.refused]
        equal = sums == Sums(year.net, year.vat, year.invoiced, year.received)
        wrong += len(faults) + (not equal)
        print(
            f"  {regime:<22} {len(filings):3} reports in {took:.1f} s, {len(faults)} errors, {defects} defects, "
            f"sums {'equal to the cent' if equal else f'DIFFERENT: {sums}'}"
        )
        for fault in faults[:5]:
            print(f"      {fault}")
    return wrong


def _correct(year: Year, when: int) -> int:
    """Something was forgotten: the report of its period is replaced."""
    reporting = Reporting(US, PLATFORM, "real_normal_monthly")
    sent = next(each.report for each in reporting.filings(year.books, when) if each.report.transactions)
    forgotten = Sale(day=date(when, 1, 4), category_code=SERVICES, rates=(_rate("20", Decimal(100), Decimal(20)),))
    margin = Sale(day=date(when, 1, 5), category_code=MARGIN, rates=(_rate("20", Decimal(50), Decimal(10)),))
    books = year.books.model_copy(update={"sales": (*year.books.sales, forgotten, margin)})
    replacing = reporting.correction(sent, books, issued_at=datetime(when, 2, 1, 9))  # noqa: DTZ001 - French time
    if replacing is None:
        print("  correction: NONE")
        return 1
    faults, _ = faults_of(replacing)
    again = reporting.correction(replacing, books, issued_at=datetime(when, 2, 2, 9))  # noqa: DTZ001 - French time
    print(f"  correction {replacing.identifier}: {len(changes(sent, replacing))} changes, {len(faults)} errors")
    return len(faults) + (again is not None)


if __name__ == "__main__":
    sys.exit(main())
