"""The e-reports of a company: its books in, one report for each period and content out.

    reporting = Reporting(declarant, platform, "real_normal_monthly")
    for filing in reporting.filings(Books(invoices=..., sales=..., receipts=...), 2026):
        send(flux10.write(filing.report), before=filing.period.closes_at)

    correction = reporting.correction(sent, books, issued_at=now)     # a replacing report (RE), or None
    differences(sent, correction)                                     # where the two differ

Sums are exact: what is reported of a year adds up to the books, to the cent. A period in which nothing happened has no
report, for none is wanted.

Source: DGFiP external specifications v3.2, general file §3.7, annex 6 v1.10 and annex 7 (G6.28, G6.29, G7.43, G8.01).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from einvoice.binding import differences as _differences
from einvoice.draft.french import siren_of
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.books import Receipt, Sale, sales_of, treatment
from einvoice.france.ereporting.calendar import Content, Regime, ReportingPeriod, periods
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
from einvoice.france.ereporting.reported import reported_invoice
from einvoice.model import Invoice, Period, VatBreakdown
from einvoice.xml import parse_xml

__all__ = ["Books", "Filing", "Reporting", "differences"]

_SELLER, _BUYER = "SE", "BY"
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Books:
    """What happened: invoices sent and received, sales without invoice, and money received for reported sales."""

    invoices: tuple[Invoice, ...] = ()
    sales: tuple[Sale, ...] = ()
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Filing:
    """A report and the period whose deadline it must meet."""

    period: ReportingPeriod
    report: EReport


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a company reports.

    `declarant` is identified by its SIREN (scheme 0002), `platform` by its matricule (0238).
    """

    declarant: Declarant
    platform: Declarant
    regime: Regime

    def filings(self, books: Books, year: int) -> tuple[Filing, ...]:
        """The initial reports of a year, in order of their deadlines."""
        found = [
            Filing(period, report)
            for period in periods(self.regime, year)
            for role in (_SELLER, _BUYER)
            if (report := self._report(books, period, role)) is not None
        ]
        return tuple(sorted(found, key=lambda filing: (filing.period.due, filing.period.start)))

    def correction(self, sent: EReport, books: Books, *, issued_at: datetime) -> EReport | None:
        """The report that replaces one sent earlier, or None if that still says what the books say.

        It repeats the whole period, as a replacing report must. Raises `ValueError` if the report sent has no period of
        this regime.
        """
        content: Content = "transactions" if sent.transactions else "payments"
        part = sent.transactions or sent.payments
        start = (part.period.start_date if part and part.period else None) or date.min
        wanted = (each for each in periods(self.regime, start.year) if each.content == content)
        period = next((each for each in wanted if each.start == start), None)
        if period is None:
            raise ValueError(f"the report sent is of no {content} period of the regime {self.regime}")
        role = (sent.declarant.role_code if sent.declarant else None) or _SELLER
        now = self._report(books, period, role) or self._empty(period, role)
        if now.transactions == sent.transactions and now.payments == sent.payments:
            return None
        return now.model_copy(
            update={
                "type_code": "RE",
                "issued_at": issued_at,
                "identifier": f"{now.identifier}-RE-{issued_at:%y%m%d%H%M%S}",
            }
        )

    def _report(self, books: Books, period: ReportingPeriod, role: str) -> EReport | None:
        blank = self._empty(period, role)
        dates = Period(start_date=period.start, end_date=period.end)
        if period.content == "payments":
            payments = self._payments(books, period, dates) if role == _SELLER else None
            return blank.model_copy(update={"payments": payments}) if payments else None
        transactions = self._transactions(books, period, dates, role)
        if transactions is None:
            return None
        # What is sent is what the XML can say: the invoices keep only what a report tells of them.
        return flux10.read(parse_xml(flux10.write(blank.model_copy(update={"transactions": transactions}))))

    def _empty(self, period: ReportingPeriod, role: str) -> EReport:
        siren = self.declarant.identifier.value if self.declarant.identifier else None
        kind = "TX" if period.content == "transactions" else "PAY"
        return EReport(
            identifier=f"{kind}-{siren}-{role}-{period.start:%Y%m%d}",
            issued_at=datetime.combine(period.end + timedelta(days=1), time()),
            type_code="IN",
            sender=self.platform.model_copy(update={"role_code": "WK"}),
            declarant=self.declarant.model_copy(update={"role_code": role}),
        )

    def _transactions(self, books: Books, period: ReportingPeriod, dates: Period, role: str) -> Transactions | None:
        own = [each for each in books.invoices if each.issue_date and each.issue_date in period]
        own = [each for each in own if self._role(each) == role]
        invoices = tuple(reported_invoice(each) for each in own if treatment(each) == "B2BINT")
        sales: list[Sale] = []
        if role == _SELLER:
            sales = [sale for sale in books.sales if sale.day in period]
            sales += [sale for each in own if treatment(each) in ("B2C", "B2CINT") for sale in sales_of(each)]
        if not invoices and not sales:
            return None
        return Transactions(period=dates, invoices=invoices, sales=tuple(_daily_sales(sales)))

    def _role(self, invoice: Invoice) -> str:
        """Seller or buyer: which of the two the declarant is."""
        siren = self.declarant.identifier.value if self.declarant.identifier else None
        return _BUYER if invoice.buyer is not None and siren_of(invoice.buyer) == siren else _SELLER

    @staticmethod
    def _payments(books: Books, period: ReportingPeriod, dates: Period) -> Payments | None:
        received = [each for each in books.receipts if each.day in period]
        if not received:
            return None
        invoices = [
            InvoicePayment(number=key[1][0], issue_date=key[1][1], day=key[0], parts=parts)
            for key, parts in _added_up((each.day, each.invoice, each.parts) for each in received if each.invoice)
        ]
        sales = [
            DailyPayments(day=key[0], parts=parts)
            for key, parts in _added_up((each.day, ("", each.day), each.parts) for each in received if not each.invoice)
        ]
        return Payments(period=dates, invoices=tuple(invoices), sales=tuple(sales))


def differences(sent: EReport, other: EReport) -> tuple[str, ...]:
    """Where two reports of one period differ, as paths: `transactions.sales[3].vat_amount`."""
    paths = {*_differences(sent, other), *_differences(other, sent)}
    return tuple(sorted(path for path in paths if path.partition(".")[0] in ("transactions", "payments")))


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
            amount_without_vat=sum((rate.taxable_amount or _NOTHING for rate in rates), _NOTHING),
            vat_amount=sum((rate.tax_amount or _NOTHING for rate in rates), _NOTHING),
            count=max(sum(sale.count for sale in of_the_day), 0),
            rates=rates,
        )


def _rates(sales: Iterable[Sale]) -> Iterator[VatBreakdown]:
    totals: dict[Decimal, VatBreakdown] = {}
    for part in (rate for sale in sales for rate in sale.rates):
        rate = part.rate or Decimal(0)
        before = totals.get(rate, VatBreakdown(rate=rate, taxable_amount=_NOTHING, tax_amount=_NOTHING))
        totals[rate] = before.model_copy(
            update={
                "taxable_amount": (before.taxable_amount or _NOTHING) + (part.taxable_amount or _NOTHING),
                "tax_amount": (before.tax_amount or _NOTHING) + (part.tax_amount or _NOTHING),
            }
        )
    yield from (totals[rate] for rate in sorted(totals, reverse=True))


def _added_up(
    received: Iterable[tuple[date, tuple[str, date], tuple[PaidPart, ...]]],
) -> Iterator[tuple[tuple[date, tuple[str, date]], tuple[PaidPart, ...]]]:
    """Parts added up by VAT rate, for each day and invoice."""
    totals: dict[tuple[date, tuple[str, date]], dict[Decimal, Decimal]] = {}
    for day, invoice, parts in received:
        rates = totals.setdefault((day, invoice), {})
        for part in parts:
            rate = part.rate or Decimal(0)
            rates[rate] = rates.get(rate, _NOTHING) + (part.amount or _NOTHING)
    for key in sorted(totals):
        yield (
            key,
            tuple(PaidPart(rate=rate, amount=amount) for rate, amount in sorted(totals[key].items(), reverse=True)),
        )
