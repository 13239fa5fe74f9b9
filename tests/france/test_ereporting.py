from __future__ import annotations

import random
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from folders import ROOT
from french_samples import DECLARANT, FILING, FLUX10, PERSON, POLICY, changed, fixture, judged, rules, when

import einvoice as ei
from einvoice.draft import Draft
from einvoice.errors import Unwritable
from einvoice.france.ereporting import (
    GOODS,
    MARGIN,
    REGIMES,
    SERVICES,
    UNTAXED,
    Books,
    EReport,
    Known,
    Paid,
    Receipt,
    Reporting,
    Sale,
    changes,
    flux10,
    periods,
    receipt_of,
    sales_of,
)
from einvoice.france.ereporting.entries import entry_of
from einvoice.france.ereporting.report import DailySales, PaidPart, Transactions
from einvoice.france.ereporting.reported import reported_entry
from einvoice.model import Address, Identifier, Line, Note, Party, VatBreakdown
from einvoice.xml import parse_xml

sys.path.insert(0, str(ROOT / "tools"))

import france_companies
import france_year

DAY = date(2026, 11, 3)
MONTHLY = Reporting(DECLARANT, FILING, "real_normal_monthly")
RE_AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def to_person(name: str, **update):
    """A fixture invoice made out to a private person."""
    return changed(fixture(name), buyer=PERSON, notes=(), **update)


def rate(percent: str, taxable: str, tax: str) -> VatBreakdown:
    """A VAT rate of a sale."""
    return VatBreakdown(rate=Decimal(percent), taxable_amount=Decimal(taxable), tax_amount=Decimal(tax))


def sale(category: str = GOODS, *rates: VatBreakdown, day: date = DAY, **told) -> Sale:
    """A sale of the day."""
    return Sale(day=day, category_code=category, rates=rates or (rate("20", "100.00", "20.00"),), **told)


def one(reporting: Reporting, books: Books, year: int = 2026) -> EReport:
    """The one report of the books."""
    (filing,) = reporting.filings(books, year)
    return filing.report


def figures(sales: tuple[DailySales, ...]) -> list[tuple[str, str, str, str]]:
    """Category, sum without VAT, VAT and number of each group of sales."""
    return [(each.category_code, str(each.amount_without_vat), str(each.vat_amount), str(each.count)) for each in sales]


# -- the calendar ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("regime", "content", "count", "first", "last"),
    [
        ("real_normal_monthly", "transactions", 36, ("01-01", "01-10", "2026-01-20"), ("12-21", "12-31", "2027-01-10")),
        ("real_normal_monthly", "payments", 12, ("01-01", "01-31", "2026-02-10"), ("12-01", "12-31", "2027-01-10")),
        (
            "real_normal_quarterly",
            "transactions",
            12,
            ("01-01", "01-31", "2026-02-10"),
            ("12-01", "12-31", "2027-01-10"),
        ),
        ("simplified", "payments", 12, ("01-01", "01-31", "2026-02-28"), ("12-01", "12-31", "2027-01-31")),
        ("franchise", "transactions", 6, ("01-01", "02-28", "2026-03-31"), ("11-01", "12-31", "2027-01-31")),
    ],
)
def test_periods_and_deadlines(regime, content, count, first, last):
    """Each regime has its periods, which cover the year without gap, and their last days to file."""
    found = [period for period in periods(regime, 2026) if period.content == content]
    shown = [(f"{each.start:%m-%d}", f"{each.end:%m-%d}", str(each.due)) for each in found]
    assert (len(found), shown[0], shown[-1]) == (count, first, last)
    assert all((after.start - before.end).days == 1 for before, after in pairwise(found))
    assert found[0].closes_at.hour == 8
    assert found[0].closes_at.date() > found[0].due


def test_a_leap_year_has_its_day():
    """29 February is in the last third of its month."""
    starts = {
        period.start: period for period in periods("real_normal_monthly", 2028) if period.content == "transactions"
    }
    assert date(2028, 2, 29) in starts[date(2028, 2, 21)]


def test_an_unknown_regime_or_year_is_refused():
    """The message names the regimes, or the years."""
    with pytest.raises(ValueError, match="franchise"):
        periods("monthly", 2026)
    with pytest.raises(ValueError, match="2099"):
        periods("franchise", 9999)


# -- invoices into sales -----------------------------------------------------------------------------------------------


def test_goods_and_services_go_by_the_business_process():
    """B1 sells goods, S1 services; each VAT rate is a part."""
    goods, services = to_person("goods-several-rates"), to_person("services")
    (found,) = sales_of(goods)
    assert (found.category_code, found.count, len(found.rates)) == (GOODS, 1, len(goods.vat_breakdown))
    assert sum(each.taxable_amount for each in found.rates) == goods.totals.amount_without_vat
    assert [each.category_code for each in sales_of(services)] == [SERVICES]


def test_a_mixed_invoice_is_shared_out_by_its_lines():
    """What bills time is a service; the parts add up to the invoice."""
    mixed = to_person("mixed")
    found = sales_of(mixed)
    assert {each.category_code for each in found} == {GOODS, SERVICES}
    parts = [part for each in found for part in each.rates]
    assert sum(part.taxable_amount for part in parts) == mixed.totals.amount_without_vat
    assert sum(part.tax_amount for part in parts) == mixed.totals.vat_amount


def test_what_a_draft_says_of_its_lines_is_kept_and_never_written():
    """A garage's draft tells labour from parts; its invoice knows, the document does not, and nothing is lost."""
    draft = Draft.model_validate_json((ROOT / "fixtures/drafts/mixed.json").read_bytes())
    for index, nature in enumerate(("goods", "services")):
        draft.set(f"lines[{index}].nature", nature)
        draft.set(f"lines[{index}].unit_code", "C62")
    mixed = changed(draft.complete(), buyer=PERSON, notes=())
    assert [line.nature for line in mixed.lines] == ["goods", "services"]
    assert [(each.category_code, each.rates[0].taxable_amount) for each in sales_of(mixed)] == [
        (GOODS, Decimal("2450.00")),
        (SERVICES, Decimal("403.00")),
    ]
    assert ei.losses(mixed, "ubl") == ei.losses(changed(mixed, lines=fixture("mixed").lines), "ubl")
    read = ei.parse(ei.build(mixed, "ubl"))
    assert [line.nature for line in read.lines] == [None, None]
    natures = {"1": "goods", "2": "services"}
    assert sales_of(read, known=Known(number=mixed.number, line_natures=natures)) == sales_of(mixed)


def test_one_period_is_filed_alone():
    """The period of a day, its reports, and none of the others."""
    period = MONTHLY.period_of(DAY)
    assert (period.start, period.end, period.content) == (date(2026, 11, 1), date(2026, 11, 10), "transactions")
    assert MONTHLY.period_of(DAY, "payments").end == date(2026, 11, 30)
    books = Books(sales=(sale(), sale(day=date(2026, 11, 25))), invoices=(fixture("intra-community"),))
    (found,) = MONTHLY.filing(books, period)
    assert found == MONTHLY.filings(books, 2026)[0]
    assert len(found.report.transactions.sales) == 1
    small = Reporting(DECLARANT, FILING, "real_normal_monthly", size="small")
    assert small.filing(books, period) == ()


def test_a_correction_leaves_no_document_out():
    """A replacing report without a document that is in the books would take it back: it is refused instead."""
    sent = one(MONTHLY, Books(sales=(sale(),)))
    books = Books(sales=(sale(),), invoices=(to_person("margin-scheme"),))
    with pytest.raises(Unwritable) as error:
        MONTHLY.correction(sent, books, issued_at=RE_AT)
    assert [each.rule for each in error.value.findings] == ["EI-FRR-31"]


def test_a_credit_note_takes_away():
    """Its amounts are negative and it is no sale."""
    note = to_person("credit-note")
    (found,) = sales_of(note)
    assert (found.count, sum(each.tax_amount for each in found.rates)) == (0, -note.totals.vat_amount)


@pytest.mark.parametrize("category", ["G", "K", "O"])
def test_what_is_not_taxed_in_france_is_told_so(category):
    """Export, intra-community supply, outside scope: TNT1."""
    group = rate("0", "100.00", "0.00").model_copy(update={"category_code": category})
    assert [each.category_code for each in sales_of(to_person("services", vat_breakdown=(group,)))] == [UNTAXED]


def test_vat_of_another_country_is_not_declared():
    """A distance sale at 19 % is told net, as not taxed in France."""
    group = rate("19", "100.00", "19.00").model_copy(update={"category_code": "S"})
    (found,) = sales_of(to_person("services", vat_breakdown=(group,)))
    assert (found.category_code, found.rates) == (UNTAXED, (rate("0", "100.00", "0.00"),))


def test_vat_is_in_euros_whatever_the_currency():
    """The invoice's own VAT in euros (BT-111) is shared out; without it the invoice cannot be reported."""
    dollars = to_person("foreign-currency")
    (found,) = sales_of(dollars)
    assert found.currency_code == "USD"
    assert sum(each.tax_amount for each in found.rates) == dollars.totals.vat_amount_in_accounting_currency
    totals = dollars.totals.model_copy(update={"vat_amount_in_accounting_currency": None})
    with pytest.raises(Unwritable) as error:
        sales_of(changed(dollars, totals=totals))
    assert [each.rule for each in error.value.findings] == ["EI-FRR-32"]


def test_the_margin_scheme_wants_its_margin():
    """The invoice does not tell it: the books must."""
    invoice = to_person("margin-scheme")
    with pytest.raises(Unwritable) as error:
        sales_of(invoice)
    assert [each.rule for each in error.value.findings] == ["EI-FRR-31"]
    margin = (rate("20", "250.00", "50.00"),)
    assert [(each.category_code, each.rates) for each in sales_of(invoice, margin=margin)] == [(MARGIN, margin)]
    report = one(MONTHLY, Books(invoices=(invoice,), margins={invoice.number: margin}))
    assert figures(report.transactions.sales) == [(MARGIN, "250.00", "50.00", "1")]


def test_an_invoice_without_date_cannot_be_reported():
    """It belongs to no day."""
    with pytest.raises(Unwritable, match="date"):
        sales_of(to_person("services", issue_date=None))


# -- payments ----------------------------------------------------------------------------------------------------------


def test_payments_are_reported_where_vat_falls_due_on_them():
    """Of services to consumers and abroad; not of goods, exchanged invoices, or under the option for debits."""
    services = to_person("services")
    found = receipt_of(services, Decimal("1200.00"), DAY)
    assert (found.number, found.parts) == (None, (PaidPart(rate=Decimal(20), amount=Decimal("1200.00")),))
    for silent in (
        fixture("services"),
        to_person("goods-several-rates"),
        changed(services, tax_point_date_code="3"),
        fixture("intra-community"),
    ):
        assert receipt_of(silent, Decimal("10.00"), DAY) is None


def test_an_international_invoice_is_named_in_its_payments():
    """Flux 10.2: number and date of the invoice that 10.1 told."""
    invoice = changed(fixture("services"), notes=(Note(subject_code="BAR", text="B2BINT"),))
    found = receipt_of(invoice, Decimal("10.00"), DAY)
    assert (found.number, found.issue_date) == (invoice.number, invoice.issue_date)
    report = one(MONTHLY, Books(receipts=(found,)))
    assert [(each.number, each.day) for each in report.payments.invoices] == [(invoice.number, DAY)]
    assert rules(judged(report)) == []


def test_of_a_mixed_invoice_only_the_services_are_told():
    """VAT on its goods fell due before; a full payment tells the very total of the services."""
    mixed = to_person("mixed")
    services = next(each for each in sales_of(mixed) if each.category_code == SERVICES)
    whole = mixed.totals.amount_with_vat
    found = receipt_of(mixed, whole, DAY)
    expected = sum(part.taxable_amount + part.tax_amount for part in services.rates)
    assert sum(part.amount for part in found.parts) == expected < whole


def test_payments_of_the_books_are_split_in_order():
    """Instalments of an invoice add up, whatever the order in which the books list them."""
    invoice = to_person("services")
    whole = invoice.totals.amount_with_vat
    payments = (
        Paid(number=invoice.number, day=date(2026, 12, 1), amount=whole - 1000),
        Paid(number=invoice.number, day=DAY, amount=Decimal("1000.00")),
    )
    reports = [each.report for each in MONTHLY.filings(Books(invoices=(invoice,), payments=payments), 2026)]
    found = [day for report in reports if report.payments for day in report.payments.sales]
    assert [(each.day, each.parts[0].amount) for each in found] == [(DAY, 1000), (date(2026, 12, 1), whole - 1000)]
    (refused,) = MONTHLY.filings(Books(payments=payments), 2026).refused
    assert [each.rule for each in refused.findings()] == ["EI-FRR-34"]


def test_money_given_back_meets_a_known_defect_of_the_published_rules():
    """They refuse a negative payment (France_RFE 60); the finding says that this is their defect."""
    receipt = Receipt(day=DAY, parts=(PaidPart(rate=Decimal(20), amount=Decimal("-12.00")),))
    report = judged(one(MONTHLY, Books(receipts=(receipt,))))
    (found,) = [each for each in report.findings if each.severity == "error"]
    assert (found.step, "EI-DEFECT-06" in found.hint) == ("profile", True)


# -- reports -----------------------------------------------------------------------------------------------------------


def test_sales_are_added_up_by_day_category_currency_and_rate():
    """Tickets of one day become one group for each category and currency."""
    books = Books(
        sales=(
            sale(GOODS, rate("20", "10.00", "2.00")),
            sale(GOODS, rate("20", "5.00", "1.00"), rate("5.5", "1.00", "0.06")),
            sale(GOODS, rate("20", "-10.00", "-2.00"), count=0),
            sale(SERVICES, rate("10", "7.00", "0.70")),
            sale(GOODS, rate("20", "1.00", "0.20"), currency_code="USD"),
            sale(GOODS, rate("20", "8.00", "1.60"), day=date(2026, 11, 12)),
        )
    )
    first, second = (filing.report for filing in MONTHLY.filings(books, 2026))
    assert figures(first.transactions.sales) == [
        (GOODS, "6.00", "1.06", "2"),
        (SERVICES, "7.00", "0.70", "1"),
        (GOODS, "1.00", "0.20", "1"),
    ]
    assert [(each.rate, each.tax_amount) for each in first.transactions.sales[0].rates] == [
        (Decimal(20), Decimal("1.00")),
        (Decimal("5.5"), Decimal("0.06")),
    ]
    assert second.transactions.period.start_date == date(2026, 11, 11)
    assert [rules(judged(report)) for report in (first, second)] == [[], []]


def test_invoices_go_where_they_belong():
    """Exchanged ones nowhere, international ones one by one, consumers' by the day, exempt activities nowhere."""
    books = Books(
        invoices=(
            fixture("services"),
            fixture("intra-community"),
            to_person("goods-several-rates"),
            fixture("outside-scope"),
        )
    )
    report = one(MONTHLY, books)
    assert [each.number for each in report.transactions.invoices] == [fixture("intra-community").number]
    assert len(report.transactions.sales) == 1
    assert judged(report).verdict == "valid"


def test_purchases_are_reports_of_their_own():
    """One file has one role (G6.29): sales as SE, purchases abroad as BY, and these without lines."""
    sold = fixture("intra-community")
    bought = changed(sold, number="D1", seller=sold.buyer, buyer=sold.seller)
    filings = MONTHLY.filings(Books(invoices=(sold, bought)), 2026)
    assert sorted(each.report.declarant.role_code for each in filings) == ["BY", "SE"]
    purchase = next(each.report for each in filings if each.report.declarant.role_code == "BY")
    assert purchase.transactions.invoices[0].lines == ()
    assert len({each.report.identifier for each in filings}) == 2
    assert all(judged(each.report).verdict == "valid" for each in filings)


def test_an_invoice_of_others_is_no_ones_to_report():
    """Neither seller nor buyer is the declarant: the books are wrong, and the number is told."""
    other = DECLARANT.model_copy(update={"identifier": Identifier(value="300000007", scheme_id="0002")})
    stranger = Reporting(other, FILING, "franchise")
    invoice = fixture("intra-community")
    found = stranger.filings(Books(invoices=(invoice,), sales=(sale(),)), 2026)
    assert [(each.number, [why.rule for why in each.findings()]) for each in found.refused] == [
        (invoice.number, ["EI-FRR-33"])
    ]
    assert len(found) == 1


def test_nothing_happened_nothing_reported():
    """There are no blank reports, and none from before the obligation began."""
    assert MONTHLY.filings(Books(), 2026) == ()
    late = Reporting(DECLARANT, FILING, "real_normal_monthly", since=date(2026, 11, 11))
    assert late.filings(Books(sales=(sale(),)), 2026) == ()


def test_filings_stand_in_the_order_of_their_deadlines():
    """What is due first comes first."""
    books = Books(
        sales=(sale(day=date(2026, 11, 25)), sale(day=date(2026, 11, 1))),
        receipts=(Receipt(day=DAY, parts=(PaidPart(rate=Decimal(20), amount=Decimal(1)),)),),
    )
    due = [filing.period.due for filing in MONTHLY.filings(books, 2026)]
    assert due == sorted(due) == [date(2026, 11, 20), date(2026, 12, 10), date(2026, 12, 10)]


def test_parties_are_told_by_the_tax_offices_identifiers():
    """SIREN, EU VAT number, country and name; RIDET and TAHITI as given (G2.19)."""
    invoice = fixture("intra-community")

    def told(**party) -> str:
        buyer = Party(name="ACHETEUR LOINTAIN EXEMPLE", **party)
        identifier = reported_entry(entry_of(changed(invoice, buyer=buyer))).buyer.legal_registration_identifier
        return f"{identifier.scheme_id}:{identifier.value}"

    assert told(postal_address=Address(country_code="US")) == "0227:USACHETEUR LOINTAI"
    assert told(postal_address=Address(country_code="DE"), vat_identifier="DE136695976") == "0223:DE136695976"
    ridet = Identifier(value="123456789", scheme_id="0228")
    assert told(postal_address=Address(country_code="NC"), legal_registration_identifier=ridet) == "0228:123456789"
    assert told(vat_identifier="FR37200000008") == "0002:200000008"


def test_foreign_vat_of_an_international_invoice_is_told_as_nothing():
    """Its net amount is, in category S at rate 0, and the total follows."""
    invoice = fixture("intra-community")
    german = rate("19", "100.00", "19.00").model_copy(update={"category_code": "S"})
    totals = invoice.totals.model_copy(update={"vat_amount": Decimal("19.00")})
    lines = (Line(identifier="1", subtype_code="INFORMATION"), *invoice.lines)
    told = reported_entry(entry_of(changed(invoice, vat_breakdown=(german,), totals=totals, lines=lines)))
    assert [(each.rate, each.tax_amount) for each in told.vat_breakdown] == [(0, 0)]
    assert told.totals.vat_amount_in_accounting_currency == 0
    assert len(told.lines) == len(invoice.lines)


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_correction_repeats_the_whole_period():
    """RE: what was forgotten is in it, what was right too; what differs is told by day and category."""
    sent = one(MONTHLY, Books(sales=(sale(),)))
    books = Books(sales=(sale(), sale(SERVICES, rate("10", "50.00", "5.00"))))
    found = MONTHLY.correction(sent, books, issued_at=RE_AT)
    assert (found.type_code, found.issued_at) == ("RE", when("2026-12-01T09:00"))
    assert found.identifier != sent.identifier
    assert len(found.identifier) <= 50
    assert len(found.transactions.sales) == 2
    places = {change.place.rpartition(".")[0] for change in changes(sent, found)}
    assert "transactions.sales[2026-11-03 TPS1 EUR].rates[10]" in places
    assert not any("TLB1" in place for place in places)
    assert judged(found).verdict == "valid"


def test_a_right_report_needs_no_correction():
    """Nor one that lists the same in another order, as other software would."""
    books = Books(sales=(sale(), sale(SERVICES)))
    sent = one(MONTHLY, books)
    assert MONTHLY.correction(sent, books, issued_at=RE_AT) is None
    shuffled = sent.transactions.model_copy(update={"sales": sent.transactions.sales[::-1]})
    assert MONTHLY.correction(sent.model_copy(update={"transactions": shuffled}), books, issued_at=RE_AT) is None


def test_a_correction_may_take_everything_back():
    """A replacing report of a period in which nothing happened is empty, and valid."""
    sent = one(MONTHLY, Books(sales=(sale(),)))
    found = MONTHLY.correction(sent, Books(), issued_at=RE_AT)
    assert found.transactions == Transactions(period=sent.transactions.period)
    assert judged(found).verdict == "valid"


def test_payments_are_corrected_too():
    """An amount that was wrong is told as it was and as it is."""
    receipt = Receipt(day=DAY, parts=(PaidPart(rate=Decimal(20), amount=Decimal("12.00")),))
    sent = one(MONTHLY, Books(receipts=(receipt,)))
    right = receipt.model_copy(update={"parts": (PaidPart(rate=Decimal(20), amount=Decimal("21.00")),)})
    found = MONTHLY.correction(sent, Books(receipts=(right,)), issued_at=RE_AT)
    assert [(each.place, each.sent, each.now) for each in changes(sent, found)] == [
        ("payments.sales[2026-11-03].parts[20].amount", "12.00", "21.00")
    ]


def test_a_report_of_another_regime_cannot_be_corrected():
    """Its period is none of this regime's."""
    sent = one(Reporting(DECLARANT, FILING, "franchise"), Books(sales=(sale(day=date(2026, 3, 2)),)))
    without = sent.model_copy(update={"transactions": sent.transactions.model_copy(update={"period": None})})
    for report in (sent, without, EReport()):
        with pytest.raises(ValueError, match="period of the regime"):
            MONTHLY.correction(report, Books(), issued_at=RE_AT)


# -- XML ---------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not FLUX10.is_dir(), reason="needs ../shared/corpus")
def test_sample_reports_are_written_back_equal_and_valid():
    """Initial and replacing reports, of transactions and payments."""
    kinds = set()
    for path in sorted(FLUX10.glob("*.xml")):
        report = flux10.read(parse_xml(path.read_bytes()))
        assert report.unread == ()
        assert flux10.read(parse_xml(flux10.write(report))) == report
        assert judged(report).verdict == "valid"
        assert ei.validate(path.read_bytes(), policy=POLICY).verdict == "valid"
        kinds.add((report.type_code, bool(report.transactions)))
    assert kinds == {("IN", True), ("IN", False), ("RE", False)}


def test_numbers_that_are_none_are_told():
    """A count that is no whole number, a day that is none: unread, and the rest is read."""
    data = flux10.write(one(MONTHLY, Books(sales=(sale(count=12),))))
    broken = data.replace(b"<TransactionsCount>12<", b"<TransactionsCount>a dozen<").replace(
        b"<Date>20261103<", b"<Date>3/11<"
    )
    report = flux10.read(parse_xml(broken))
    assert [(each.kind, each.text) for each in report.unread] == [("unparsable", "3/11"), ("unparsable", "a dozen")]
    assert (report.transactions.sales[0].count, report.transactions.sales[0].vat_amount) == (None, Decimal("20.00"))


# -- a year ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("company", ["shop", "consultant", *france_companies.companies()])
def test_a_year_of_reports_adds_up_to_the_books(company, regime):
    """Three months of tools/france_year.py: every report is valid, and the sums are the books' to the cent."""
    made = getattr(france_year, company, None) or getattr(france_companies, company)
    year = made(random.Random(5), 2027, days=92)  # noqa: S311 - the same each time
    filings = france_year.filings_of(year, regime, 2027)
    assert not filings.refused
    reports = [filing.report for filing in filings]
    assert france_year.sums_of(reports) == france_year.Sums(year.net, year.vat, year.invoiced, year.received)
    assert year.net + year.invoiced > 1000 or company == "doctor"
    assert [fault for report in reports[::3] for fault in france_year.faults_of(report)[0]] == []
