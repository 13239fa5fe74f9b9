"""What an e-report must say, although the published schema and rules do not notice.

    check(report)                                        # findings; () for a good report
    check(report, regime="real_normal_monthly")          # ... whose period is one of that regime

An error is what a published text demands; everything else is a warning. What the published rules see themselves (their
version 1.0 sees much) is left to them.

Sources: DGFiP external specifications v3.2, annex 6 v1.10 (lengths, who reports what) and annex 7 (G1.53, G6.23, G6.26,
G6.27, G7.43, G8.01), general file §3.7.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from einvoice.draft.reform import takes_part
from einvoice.france.ereporting.books import MARGIN, UNTAXED
from einvoice.france.ereporting.calendar import REGIMES, Content, Regime, periods
from einvoice.france.ereporting.report import DailySales, EReport, PaidPart, Payments
from einvoice.france.mapping import SHORT_NUMBER, SHORT_NUMBERS_UNTIL
from einvoice.france.payments import NOTHING
from einvoice.identifiers import SIREN
from einvoice.model import Invoice, Party, Period
from einvoice.report import Finding, Severity
from einvoice.rulebook import Language, Observation, in_words, observation

_CENT = Decimal("0.01")
_SIREN = "0002"
# Annex 6: what may not be long, and the schema does not say.
_LENGTHS = (
    ("name", 150, "TT-2"),
    ("sender.name", 150, "TT-9"),
    ("sender.electronic_address", 125, "TT-11"),
    ("declarant.name", 150, "TT-14"),
    ("declarant.electronic_address", 125, "TT-16"),
)
_INVOICE_LENGTHS = (
    ("notes[].text", 1024, "TT-27"),
    ("vat_breakdown[].exemption_reason", 1024, "TT-58"),
    ("vat_breakdown[].exemption_reason_code", 30, "TT-59"),
    ("seller.vat_identifier", 18, "TT-34"),
    ("buyer.vat_identifier", 18, "TT-38"),
    ("lines[].item_name", 255, "TT-76"),
)


def check(report: EReport, *, regime: Regime | None = None, language: Language = "fr") -> tuple[Finding, ...]:
    """What is wrong with a report. With `regime`, a period that is not of it is an error."""
    return in_words(observations_on(report, regime), language)


def observations_on(report: EReport, regime: Regime | None = None) -> tuple[Observation, ...]:
    """What is wrong with a report, not yet in words."""
    found = [each for rule in _RULES for each in rule(report)]
    return (*found, *_period_is_of_a_regime(report, regime))


def _say(rule: str, severity: Severity, field: str, term: str = "", **facts: object) -> Observation:
    return observation(rule, severity, "ereport", field=field, term=term or None, **facts)


def _period(report: EReport) -> tuple[Content, Period] | None:
    """What the report is of, and its period; None where it tells no complete one."""
    content: Content = "payments" if report.payments else "transactions"
    part = report.transactions or report.payments
    dates = part.period if part else None
    return (content, dates) if dates and dates.start_date and dates.end_date else None


def _invoices(report: EReport) -> Iterator[tuple[str, Invoice]]:
    for index, invoice in enumerate(report.transactions.invoices if report.transactions else ()):
        yield f"transactions.invoices[{index}]", invoice


def _sales(report: EReport) -> Iterator[tuple[str, DailySales]]:
    for index, sales in enumerate(report.transactions.sales if report.transactions else ()):
        yield f"transactions.sales[{index}]", sales


def _days(report: EReport) -> Iterator[tuple[str, date | None, str]]:
    """Each day that something is reported of, with its field and TT number."""
    yield from ((f"{field}.issue_date", invoice.issue_date, "TT-20") for field, invoice in _invoices(report))
    yield from ((f"{field}.day", sales.day, "TT-77") for field, sales in _sales(report))
    if report.payments:
        for index, paid in enumerate(report.payments.invoices):
            yield f"payments.invoices[{index}].day", paid.day, "TT-92"
        for index, daily in enumerate(report.payments.sales):
            yield f"payments.sales[{index}].day", daily.day, "TT-96"


def _parts(report: EReport) -> Iterator[tuple[str, PaidPart]]:
    payments = report.payments or Payments()
    told = [(f"payments.invoices[{index}]", each.parts) for index, each in enumerate(payments.invoices)]
    told += [(f"payments.sales[{index}]", each.parts) for index, each in enumerate(payments.sales)]
    for field, parts in told:
        yield from ((f"{field}.parts[{index}]", part) for index, part in enumerate(parts))


# -- the report itself -------------------------------------------------------------------------------------------------


def _it_is_made_after_its_period(report: EReport) -> Iterator[Observation]:
    known = _period(report)
    if known and report.issued_at and known[1].end_date and report.issued_at.date() <= known[1].end_date:  # G7.43
        yield _say("EI-FRR-01", "error", "issued_at", "TT-3", found=report.issued_at, expected=f"> {known[1].end_date}")


def _period_is_of_a_regime(report: EReport, regime: Regime | None) -> Iterator[Observation]:
    known = _period(report)
    if known is None:
        return
    content, dates = known
    year = dates.start_date.year if dates.start_date else 0
    if not 2000 <= year <= 2099:  # G1.36, which the published rules see
        return
    allowed = [
        each for name in ((regime,) if regime else REGIMES) for each in periods(name, year) if each.content == content
    ]
    if not any((each.start, each.end) == (dates.start_date, dates.end_date) for each in allowed):
        field, shown = f"{content}.period", f"{dates.start_date} – {dates.end_date}"
        yield _say("EI-FRR-02", "error" if regime else "warning", field, "TT-17", found=shown, regime=regime or "—")


def _days_are_in_the_period(report: EReport) -> Iterator[Observation]:
    known = _period(report)
    if known is None:
        return
    start, end = known[1].start_date or date.min, known[1].end_date or date.max
    for field, day, term in _days(report):
        if day is not None and not start <= day <= end:
            yield _say("EI-FRR-03", "warning", field, term, found=day, expected=f"{start} – {end}")


def _something_is_reported(report: EReport) -> Iterator[Observation]:
    part = report.transactions or report.payments
    if part is not None and report.type_code != "RE" and not (part.invoices or part.sales):
        yield _say("EI-FRR-04", "warning", "transactions" if report.transactions else "payments")


def _declarant_is_known(report: EReport) -> Iterator[Observation]:
    identifier = report.declarant.identifier if report.declarant else None
    number = (identifier.value if identifier else None) or ""
    if number.isdigit() and len(number) == 9 and (fault := SIREN.fault(number)):  # G6.26: known to INSEE
        yield _say("EI-FRR-05", "warning", "declarant.identifier.value", "TT-13", found=number, expected=fault.expected)


def _texts_are_short(report: EReport) -> Iterator[Observation]:
    yield from _too_long(report, "", _LENGTHS)
    for field, invoice in _invoices(report):
        yield from _too_long(invoice, f"{field}.", _INVOICE_LENGTHS)


def _too_long(part: object, place: str, lengths: tuple[tuple[str, int, str], ...]) -> Iterator[Observation]:
    for path, length, term in lengths:
        for field, text in _texts(part, path):
            if len(text) > length:
                yield _say("EI-FRR-06", "error", place + field, term, found=len(text), expected=length)


def _texts(part: object, path: str) -> Iterator[tuple[str, str]]:
    """The texts at a path such as `notes[].text`, each with its field."""
    name, _, rest = path.partition(".")
    value = getattr(part, name.removesuffix("[]"), None)
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from ((f"{name.removesuffix('[]')}[{index}].{field}", text) for field, text in _texts(each, rest))
    elif rest and value is not None:
        yield from ((f"{name}.{field}", text) for field, text in _texts(value, rest))
    elif isinstance(value, str):
        yield name, value


# -- who reports what --------------------------------------------------------------------------------------------------


def _sales_are_the_sellers(report: EReport) -> Iterator[Observation]:
    role = report.declarant.role_code if report.declarant else None
    sales = report.transactions.sales if report.transactions else ()
    if role == "BY" and (sales or report.payments):
        yield _say("EI-FRR-07", "warning", "declarant.role_code", "TT-15", found=role, expected="SE")


def _invoices_are_the_declarants(report: EReport) -> Iterator[Observation]:
    declarant = report.declarant
    own = declarant.identifier.value if declarant and declarant.identifier else None
    side = "buyer" if declarant and declarant.role_code == "BY" else "seller"
    for field, invoice in _invoices(report):
        found = _siren(getattr(invoice, side))
        if own and found != own:
            yield _say("EI-FRR-08", "warning", f"{field}.{side}", "TT-33", found=found or "—", expected=own)
        if takes_part(invoice.seller) and takes_part(invoice.buyer):
            yield _say("EI-FRR-09", "warning", field, "TG-8", found=invoice.number)


def _siren(party: Party | None) -> str | None:
    identifier = party.legal_registration_identifier if party else None
    return identifier.value if identifier and identifier.scheme_id == _SIREN else None


def _nothing_is_told_twice(report: EReport) -> Iterator[Observation]:
    numbers = Counter(
        (invoice.number, invoice.issue_date and invoice.issue_date.year, _siren(invoice.seller))
        for _, invoice in _invoices(report)
    )
    for (number, _, _), count in numbers.items():
        if count > 1:  # TT-19, year of TT-20, TT-33
            yield _say("EI-FRR-10", "error", "transactions.invoices", "TT-19", found=number)
    days = Counter((each.day, each.currency_code, each.category_code) for _, each in _sales(report))
    for key, count in days.items():
        if count > 1:
            shown = " ".join(str(part) for part in key)
            yield _say("EI-FRR-11", "warning", "transactions.sales", "TG-31", found=shown)


def _numbers_are_short_for_now(report: EReport) -> Iterator[Observation]:
    if report.issued_at is None or report.issued_at.date() > SHORT_NUMBERS_UNTIL:
        return
    for field, invoice in _invoices(report):
        if len(invoice.number or "") > SHORT_NUMBER:
            yield _say("EI-FRR-12", "warning", f"{field}.number", "TT-19", found=invoice.number, expected=SHORT_NUMBER)


# -- figures -----------------------------------------------------------------------------------------------------------


def _totals_are_sums(report: EReport) -> Iterator[Observation]:
    """The text allows one cent (G1.53); as coded, the published rule allows one for each VAT rate."""
    for field, sales in _sales(report):
        bases = sum((rate.taxable_amount or NOTHING for rate in sales.rates), NOTHING)
        taxes = sum((rate.tax_amount or NOTHING for rate in sales.rates), NOTHING)
        yield from _sum(f"{field}.amount_without_vat", "TT-82", sales.amount_without_vat, bases)
        yield from _sum(f"{field}.vat_amount", "TT-83", sales.vat_amount, taxes)
    for field, invoice in _invoices(report):
        totals = invoice.totals
        if totals is None or invoice.currency_code != "EUR":
            continue
        bases = sum((group.taxable_amount or NOTHING for group in invoice.vat_breakdown), NOTHING)
        taxes = sum((group.tax_amount or NOTHING for group in invoice.vat_breakdown), NOTHING)
        yield from _sum(f"{field}.totals.amount_without_vat", "TT-51", totals.amount_without_vat, bases)
        stated = totals.vat_amount_in_accounting_currency
        yield from _sum(f"{field}.totals.vat_amount_in_accounting_currency", "TT-52", stated, taxes)


def _sum(field: str, term: str, stated: Decimal | None, added: Decimal) -> Iterator[Observation]:
    if stated is not None and abs(stated - added) > _CENT:
        yield _say("EI-FRR-13", "warning", field, term, found=stated, expected=added)


def _vat_is_rate_times_amount(report: EReport) -> Iterator[Observation]:
    """Each sale may round by half a cent, so a day may differ by half a cent for each of its sales, and one more."""
    for field, sales in _sales(report):
        room = _CENT + _CENT / 2 * max(sales.count or 1, 1)
        for index, part in enumerate(sales.rates):
            if sales.currency_code != "EUR" or None in (part.rate, part.taxable_amount, part.tax_amount):
                continue
            expected = (part.taxable_amount or NOTHING) * (part.rate or NOTHING) / 100
            if sales.count is not None and abs((part.tax_amount or NOTHING) - expected) > room:
                place = f"{field}.rates[{index}].tax_amount"
                shown = round(expected, 2)
                yield _say("EI-FRR-14", "warning", place, "TT-88", found=part.tax_amount, expected=shown)


def _untaxed_sales_have_no_vat(report: EReport) -> Iterator[Observation]:
    for field, sales in _sales(report):
        if sales.category_code == UNTAXED and sales.vat_amount:
            yield _say("EI-FRR-15", "warning", f"{field}.vat_amount", "TT-83", found=sales.vat_amount, expected="0.00")
        if sales.category_code == MARGIN and any(not rate.rate for rate in sales.rates):
            yield _say("EI-FRR-16", "warning", f"{field}.rates", "TT-86", found=MARGIN)


def _payments_are_in_euros(report: EReport) -> Iterator[Observation]:
    for field, part in _parts(report):
        if part.currency_code not in (None, "EUR"):  # G6.27
            place = f"{field}.currency_code"
            yield _say("EI-FRR-17", "error", place, "TT-94", found=part.currency_code, expected="EUR")


_RULES: tuple[Callable[[EReport], Iterator[Observation]], ...] = (
    _it_is_made_after_its_period,
    _days_are_in_the_period,
    _something_is_reported,
    _declarant_is_known,
    _texts_are_short,
    _sales_are_the_sellers,
    _invoices_are_the_declarants,
    _nothing_is_told_twice,
    _numbers_are_short_for_now,
    _totals_are_sums,
    _vat_is_rate_times_amount,
    _untaxed_sales_have_no_vat,
    _payments_are_in_euros,
)
