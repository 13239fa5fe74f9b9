"""The e-reports of a company: its books in, one report for each period and content out.

    reporting = Reporting(declarant, platform, "real_normal_monthly")
    for filing in reporting.filings(Books(invoices=..., sales=..., receipts=...), 2026):
        send(flux10.write(filing.report), before=filing.period.closes_at)

    reporting.filing(books, reporting.period_of(day))                 # the reports of one period

    correction = reporting.correction(sent, books, issued_at=now)     # a replacing report (RE), or None
    changes(sent, correction)                                         # where the two differ

Sums are exact: what is reported of a year adds up to the books, to the cent. A period in which nothing happened has no
report, for none is wanted.

Source: DGFiP external specifications v3.2, general file §3.7, annex 6 v1.10 and annex 7 (G6.28, G6.29, G7.43, G8.01).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Self

from einvoice.errors import Mismatch, Unwritable
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.books import Books, Receipt, Sale
from einvoice.france.ereporting.calendar import OBLIGED_SINCE, YEARS, Content, Regime, ReportingPeriod, Size, periods
from einvoice.france.ereporting.changes import changes
from einvoice.france.ereporting.entries import by_rate
from einvoice.france.ereporting.gathering import BUYER, SELLER, Gathered, Refused, gathered
from einvoice.france.ereporting.report import (
    DailyPayments,
    DailySales,
    Declarant,
    EReport,
    InvoicePayment,
    PaidPart,
    Payments,
    Transactions,
)
from einvoice.france.payments import NOTHING
from einvoice.france.times import legal_time
from einvoice.model import Invoice, Period, VatBreakdown
from einvoice.report import Finding
from einvoice.rulebook import Language, Observation, in_words
from einvoice.xml import parse_xml


@dataclass(frozen=True, slots=True)
class Filing:
    """A report and the period whose deadline it must meet."""

    period: ReportingPeriod
    report: EReport


class Filings(tuple[Filing, ...]):  # noqa: SLOT001 - a tuple with more beside it has no slots
    """Reports in the order of their deadlines; `refused` documents are in none of them, `guesses` are worth a look."""

    refused: tuple[Refused, ...]
    guesses: tuple[Observation, ...]

    def __new__(
        cls,
        filings: Iterable[Filing] = (),
        refused: tuple[Refused, ...] = (),
        guesses: tuple[Observation, ...] = (),
    ) -> Self:
        """The filings, with what is told beside them."""
        found = super().__new__(cls, tuple(filings))
        found.refused, found.guesses = refused, guesses
        return found

    def findings(self, language: Language = "fr") -> tuple[Finding, ...]:
        """What was guessed (warnings) and what was refused (errors), in words, each with what helps."""
        told = (*self.guesses, *(found for each in self.refused for found in each.observations))
        return in_words(told, language)


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a company reports.

    `declarant` is identified by its SIREN (scheme 0002), `platform` by its matricule (0238). Periods that ended before
    `since`, when the obligation began for the company, are not reported; `size` tells when by the law.
    """

    declarant: Declarant
    platform: Declarant
    regime: Regime
    since: date | None = None
    size: Size | None = None

    def filings(self, books: Books, year: int) -> Filings:
        """The initial reports of a year, in order of their deadlines, and the documents that are in none of them.

        Nothing is raised for a document that cannot be reported: it is in `refused`, and the others are reported. What
        had to be guessed is in `guesses`.
        """
        return self._filings(books, periods(self.regime, year))

    def filing(self, books: Books, period: ReportingPeriod) -> Filings:
        """The reports of one period: of sales, of purchases, or both; `period_of` tells the period of a day."""
        return self._filings(books, (period,))

    def period_of(self, day: date, content: Content = "transactions") -> ReportingPeriod:
        """The period that a day is in. Raises `ValueError` for a day outside the years 2000 to 2099."""
        return next(each for each in periods(self.regime, day.year) if each.content == content and day in each)

    @property
    def start(self) -> date:
        """The first day that is reported: `since`, or the day on which the law obliges companies of that size."""
        obliged = OBLIGED_SINCE[self.size] if self.size else date.min
        return self.since if self.since is not None else obliged

    def _filings(self, books: Books, wanted: tuple[ReportingPeriod, ...]) -> Filings:
        wanted = tuple(period for period in wanted if period.end >= self.start)
        known = self._gathered(books, wanted)
        found = [
            Filing(period, report)
            for period in wanted
            for role in (SELLER, BUYER)
            if (report := self._report(known, period, role)) is not None
        ]
        ordered = sorted(found, key=lambda filing: (filing.period.due, filing.period.start))
        return Filings(ordered, tuple(known.refused), tuple(known.guesses))

    def _gathered(self, books: Books, wanted: tuple[ReportingPeriod, ...]) -> Gathered:
        """What the books give for these periods; of each kind what its own periods hold."""
        if not wanted:
            return Gathered()
        blank = self._empty(wanted[0], SELLER)

        def say(invoice: Invoice) -> bytes:
            part = Transactions(period=_dates(wanted[0]), invoices=(invoice,))
            return flux10.write(blank.model_copy(update={"transactions": part, "payments": None}))

        return gathered(books, self._siren, lambda day: any(day in period for period in wanted), say)

    def correction(self, sent: EReport, books: Books, *, issued_at: datetime) -> EReport | None:
        """The report that replaces one sent earlier, or None if that still says what the books say.

        It repeats the whole period, as a replacing report must, and is empty where nothing is left to report. Raises
        `ValueError` if the report sent is of no period of this regime, `Unwritable` for a document that cannot be
        reported: a replacing report must not leave it out.
        """
        period = self._period_of(sent)
        role = (sent.declarant.role_code if sent.declarant else None) or SELLER
        known = self._gathered(books, (period,))
        if known.refused:
            raise _refusal(known.refused[0])
        now = self._report(known, period, role) or self._empty(period, role)
        if not changes(sent, now):
            return None
        issued_at = legal_time(issued_at)
        return now.model_copy(
            update={
                "type_code": "RE",
                "issued_at": issued_at,
                "identifier": f"{now.identifier}-RE-{issued_at:%y%m%d%H%M%S}",
            }
        )

    def _period_of(self, sent: EReport) -> ReportingPeriod:
        content: Content = "transactions" if sent.transactions else "payments"
        part = sent.transactions or sent.payments
        dates = (part.period if part else None) or Period()
        if dates.start_date is not None and dates.start_date.year in YEARS:
            for period in periods(self.regime, dates.start_date.year):
                if (period.content, period.start, period.end) == (content, dates.start_date, dates.end_date):
                    return period
        raise Mismatch("EI-NO-PERIOD-01", {"content": content, "regime": self.regime})

    def _report(self, known: Gathered, period: ReportingPeriod, role: str) -> EReport | None:
        blank = self._empty(period, role)
        if period.content == "payments":
            payments = _payments(known.receipts, period) if role == SELLER else None
            made = blank.model_copy(update={"payments": payments}) if payments else None
        else:
            transactions = _transactions(known, period, role)
            made = blank.model_copy(update={"transactions": transactions}) if transactions else None
        # What is sent is what the XML can say: the invoices keep only what a report tells of them.
        return flux10.read(parse_xml(flux10.write(made))) if made else None

    def _empty(self, period: ReportingPeriod, role: str) -> EReport:
        transactions = period.content == "transactions"
        dates = _dates(period)
        return EReport(
            identifier=f"{'TX' if transactions else 'PAY'}-{self._siren}-{role}-{period.start:%Y%m%d}",
            issued_at=datetime.combine(period.end + timedelta(days=1), time()),
            type_code="IN",
            sender=self.platform.model_copy(update={"role_code": "WK"}),
            declarant=self.declarant.model_copy(update={"role_code": role}),
            transactions=Transactions(period=dates) if transactions else None,
            payments=None if transactions else Payments(period=dates),
        )

    @property
    def _siren(self) -> str | None:
        return self.declarant.identifier.value if self.declarant.identifier else None


def _transactions(known: Gathered, period: ReportingPeriod, role: str) -> Transactions | None:
    invoices = tuple(
        invoice
        for whose, invoice in known.invoices
        if whose == role and invoice.issue_date is not None and invoice.issue_date in period
    )
    sales = [sale for sale in known.sales if sale.day in period] if role == SELLER else []
    if not invoices and not sales:
        return None
    return Transactions(period=_dates(period), invoices=invoices, sales=tuple(_daily_sales(sales)))


def _refusal(refused: Refused) -> Unwritable:
    """The refusal of a document, as an exception: its first reason says what it is about."""
    first = refused.observations[0]
    return Unwritable(first.rule, first.facts, refused.observations)


def _dates(period: ReportingPeriod) -> Period:
    return Period(start_date=period.start, end_date=period.end)


def _payments(receipts: Iterable[Receipt], period: ReportingPeriod) -> Payments | None:
    received = [each for each in receipts if each.day in period]
    if not received:
        return None
    invoices: dict[tuple[date, str, date], list[PaidPart]] = {}
    days: dict[date, list[PaidPart]] = {}
    for each in received:
        if each.number is not None and each.issue_date is not None:
            invoices.setdefault((each.day, each.number, each.issue_date), []).extend(each.parts)
        else:
            days.setdefault(each.day, []).extend(each.parts)
    return Payments(
        period=_dates(period),
        invoices=tuple(
            InvoicePayment(number=number, issue_date=issued, day=day, parts=_added_up(parts))
            for (day, number, issued), parts in sorted(invoices.items())
        ),
        sales=tuple(DailyPayments(day=day, parts=_added_up(parts)) for day, parts in sorted(days.items())),
    )


def _added_up(parts: Iterable[PaidPart]) -> tuple[PaidPart, ...]:
    """One part for each VAT rate, the highest first."""
    totals = by_rate(parts)
    return tuple(PaidPart(rate=rate, amount=totals[rate]) for rate in sorted(totals, reverse=True))


def _daily_sales(sales: Iterable[Sale]) -> Iterator[DailySales]:
    """Sales added up by day, currency, category and VAT rate, in that order."""
    days: dict[tuple[date, str, str, str], list[Sale]] = {}
    for sale in sales:
        key = (sale.day, sale.currency_code, sale.category_code, sale.tax_point_date_code or "")
        days.setdefault(key, []).append(sale)
    for (day, currency, category, point), of_the_day in sorted(days.items()):
        rates = tuple(_rates(of_the_day))
        yield DailySales(
            day=day,
            currency_code=currency,
            tax_point_date_code=point or None,
            category_code=category,
            amount_without_vat=sum((rate.taxable_amount or NOTHING for rate in rates), NOTHING),
            vat_amount=sum((rate.tax_amount or NOTHING for rate in rates), NOTHING),
            count=sum(sale.count for sale in of_the_day),
            rates=rates,
        )


def _rates(sales: Iterable[Sale]) -> Iterator[VatBreakdown]:
    totals: dict[Decimal, VatBreakdown] = {}
    for part in (rate for sale in sales for rate in sale.rates):
        rate = part.rate or Decimal(0)
        before = totals.get(rate, VatBreakdown(rate=rate, taxable_amount=NOTHING, tax_amount=NOTHING))
        totals[rate] = before.model_copy(
            update={
                "taxable_amount": (before.taxable_amount or NOTHING) + (part.taxable_amount or NOTHING),
                "tax_amount": (before.tax_amount or NOTHING) + (part.tax_amount or NOTHING),
            }
        )
    yield from (totals[rate] for rate in sorted(totals, reverse=True))
