"""Books of one or a few documents, and what is reported of them: every figure was computed by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from french_samples import judged

from einvoice.france.ereporting import (
    Books,
    CurrencyRate,
    Declarant,
    Known,
    Paid,
    Receipt,
    Reporting,
    Sale,
)
from einvoice.france.ereporting.report import PaidPart
from einvoice.model import (
    Address,
    Delivery,
    Identifier,
    Invoice,
    InvoiceReference,
    Line,
    Note,
    Party,
    Totals,
    VatBreakdown,
)

DAY, LATER = date(2026, 11, 3), date(2026, 11, 25)
MONTHLY = Reporting(
    Declarant(identifier=Identifier(value="100000009", scheme_id="0002"), name="VENDEUR EXEMPLE"),
    Declarant(identifier=Identifier(value="0123", scheme_id="0238"), name="PLATEFORME EXEMPLE"),
    "real_normal_monthly",
)


def party(country: str, vat: str | None = None, **more) -> Party:
    """A party of that country."""
    address = Address(city_name="VILLE", postal_zone="10000", country_code=country)
    return Party(name=f"PARTIE {country}", vat_identifier=vat, postal_address=address, **more)


WE = party("FR", "FR88100000009", legal_registration_identifier=Identifier(value="100000009", scheme_id="0002"))
PERSON, GERMAN, AUSTRIAN = party("FR"), party("DE"), party("AT")
BERLIN, VIENNA, LONDON = party("DE", "DE136695976"), party("AT", "ATU12345675"), party("GB", "GB365684514")
BERLIN_IN_FRANCE = party("DE", "FR37200000008")
OF_A_PREPAYMENT = (InvoiceReference(reference="AC1", issue_date=DAY, type_code="386"),)


def bill(number: str, *groups: str, process: str | None = "B1", lines: tuple[str, ...] = (), **more) -> Invoice:
    """An invoice of ours to a person: groups are 'category rate net vat', lines 'net rate unit nature'."""
    breakdown = tuple(_group(*group.split()) for group in groups)
    net = sum((group.taxable_amount for group in breakdown), Decimal("0.00"))
    vat = sum((group.tax_amount for group in breakdown), Decimal("0.00"))
    totals = Totals(amount_without_vat=net, vat_amount=vat, amount_with_vat=net + vat)
    given = {
        "number": number,
        "issue_date": DAY,
        "type_code": "380",
        "currency_code": "EUR",
        "business_process_type": process,
        "seller": WE,
        "buyer": PERSON,
        "totals": totals.model_copy(update={"paid_amount": more.pop("prepaid", None)}),
        "vat_breakdown": breakdown,
        "lines": tuple(_line(str(index), *line.split()) for index, line in enumerate(lines, 1)),
    }
    return Invoice(**(given | more))


def _group(category: str, rate: str, net: str, vat: str) -> VatBreakdown:
    reason = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "M": "VATEX-EU-F"}.get(category)
    return VatBreakdown(
        category_code="E" if category == "M" else category,
        rate=None if rate == "-" else Decimal(rate),
        taxable_amount=Decimal(net),
        tax_amount=Decimal(vat),
        exemption_reason_code=reason,
        exemption_reason=reason,
    )


def _line(identifier: str, net: str, rate: str, unit: str = "C62", nature: str | None = None) -> Line:
    return Line(
        identifier=identifier,
        quantity=Decimal(1),
        item_net_price=Decimal(net),
        net_amount=Decimal(net),
        vat_category_code="S",
        vat_rate=Decimal(rate),
        unit_code=unit,
        nature=nature,
        item_name="Article",
    )


def paid(number: str, amount: str, day: date = LATER, **more) -> Paid:
    """A payment of an invoice."""
    return Paid(number=number, day=day, amount=Decimal(amount), **more)


def part(rate: str, amount: str) -> PaidPart:
    """What was paid at a rate."""
    return PaidPart(rate=Decimal(rate), amount=Decimal(amount))


@dataclass(frozen=True)
class Told:
    """What the reports of the books say."""

    sales: tuple[str, ...] = ()  # category net vat
    invoices: tuple[str, ...] = ()  # number process net vat groups
    payments: tuple[str, ...] = ()  # number or -, rate:amount ...
    refused: tuple[str, ...] = ()  # number rule
    guessed: tuple[str, ...] = ()  # rule
    valid: bool = field(default=True)


def told(books: Books) -> Told:
    """The reports of November 2026, in short."""
    filings = MONTHLY.filings(books, 2026)
    reports = [filing.report for filing in filings]
    transactions = [report.transactions for report in reports if report.transactions]
    payments = [report.payments for report in reports if report.payments]
    return Told(
        sales=tuple(
            f"{each.category_code} {each.amount_without_vat} {each.vat_amount}"
            for one in transactions
            for each in one.sales
        ),
        invoices=tuple(_invoice(each) for one in transactions for each in one.invoices),
        payments=tuple(
            " ".join((getattr(each, "number", None) or "-", *(f"{part.rate}:{part.amount}" for part in each.parts)))
            for one in payments
            for each in (*one.invoices, *one.sales)
        ),
        refused=tuple(f"{each.number} {each.observations[0].rule}" for each in filings.refused),
        guessed=tuple(each.rule for each in filings.guesses),
        valid=all(judged(report).verdict == "valid" for report in reports),
    )


def _invoice(invoice: Invoice) -> str:
    groups = " ".join(f"{each.category_code}{each.rate}={each.tax_amount}" for each in invoice.vat_breakdown)
    totals = invoice.totals
    shown = (totals.amount_without_vat, totals.vat_amount_in_accounting_currency)
    return f"{invoice.number} {invoice.business_process_type} {shown[0]} {shown[1]} {groups}"


PEPPOL = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
GARAGE = ("S 20 300.00 60.00",)
FINAL = {"prepaid": Decimal("120.00"), "preceding_invoices": OF_A_PREPAYMENT}
PREPAYMENT = bill("AC1", "S 20 100.00 20.00", process="S1", type_code="386")
BAR_B2BINT = (Note(subject_code="BAR", text="B2BINT"),)


def known(number: str = "F1", **told) -> dict[str, tuple[Known, ...]]:
    """What the books know of one invoice."""
    return {"known": (Known(number=number, **told),)}


def books(*invoices: Invoice, **more) -> Books:
    """Books with these invoices."""
    return Books(invoices=invoices, **more)


SCENARIOS: dict[str, tuple[Books, Told]] = {
    # -- whose VAT ---------------------------------------------------------------------------------------------------
    "a hotel in Vienna charges Austrian VAT at a rate that France has too": (
        books(bill("F1", "S 20 100.00 20.00", process="S1", seller=VIENNA, buyer=WE)),
        Told(invoices=("F1 S1 100.00 0.00 S0=0.00",)),
    ),
    "a German supplier charges 7 %, a French rate of the past": (
        books(bill("F1", "S 7 100.00 7.00", seller=BERLIN, buyer=WE)),
        Told(invoices=("F1 B1 100.00 0.00 S0=0.00",)),
    ),
    "a German supplier with a French VAT number charges French VAT": (
        books(bill("F1", "S 20 100.00 20.00", seller=BERLIN_IN_FRANCE, buyer=WE)),
        Told(invoices=("F1 B1 100.00 20.00 S20=20.00",)),
    ),
    "so does one with a representative in France": (
        books(
            bill("F1", "S 20 100.00 20.00", seller=LONDON, buyer=WE, seller_tax_representative=BERLIN_IN_FRANCE),
        ),
        Told(invoices=("F1 B1 100.00 20.00 S20=20.00",)),
    ),
    "a seller abroad without VAT number cannot charge French VAT": (
        books(bill("F1", "S 20 100.00 20.00", process="S1", seller=party("US"), buyer=WE)),
        Told(invoices=("F1 S1 100.00 0.00 S0=0.00",)),
    ),
    "one Spanish rate makes the invoice Spanish as a whole": (
        books(bill("F1", "S 21 100.00 21.00", "S 10 100.00 10.00", buyer=party("ES"), notes=())),
        Told(sales=("TNT1 200.00 0.00",), guessed=("EI-FRR-44",)),
    ),
    "of a purchase two foreign rates are one net amount": (
        books(bill("F1", "S 21 100.00 21.00", "S 10 50.00 5.00", seller=party("ES", "ESB12345674"), buyer=WE)),
        Told(invoices=("F1 B1 150.00 0.00 S0=0.00",)),
    ),
    "goods to an Austrian at 20 % are a distance sale, which is told": (
        books(bill("F1", "S 20 100.00 20.00", buyer=AUSTRIAN, notes=(Note(subject_code="BAR", text="B2CINT"),))),
        Told(sales=("TNT1 100.00 0.00",), guessed=("EI-FRR-36",)),
    ),
    "below the threshold the books say that the VAT is French": (
        books(
            bill("F1", "S 20 100.00 20.00", buyer=AUSTRIAN),
            **known(vat_country="FR", treatment="B2CINT"),
        ),
        Told(sales=("TLB1 100.00 20.00",)),
    ),
    "the books may say that it is not": (
        books(bill("F1", "S 20 100.00 20.00"), **known(vat_country="AT")),
        Told(sales=("TNT1 100.00 0.00",)),
    ),
    "goods to a German at 20 % bear French VAT, for Germany has no such rate": (
        books(bill("F1", "S 20 100.00 20.00", buyer=GERMAN), **known(treatment="B2CINT")),
        Told(sales=("TLB1 100.00 20.00",)),
    ),
    "a service to an Austrian bears French VAT, which is told": (
        books(bill("F1", "S 20 100.00 20.00", process="S1", buyer=AUSTRIAN), **known(treatment="B2CINT")),
        Told(sales=("TPS1 100.00 20.00",), guessed=("EI-FRR-35",)),
    ),
    "goods that an Austrian takes in France bear French VAT": (
        books(
            bill(
                "F1", "S 20 100.00 20.00", buyer=AUSTRIAN, delivery=Delivery(postal_address=Address(country_code="FR"))
            ),
            **known(treatment="B2CINT"),
        ),
        Told(sales=("TLB1 100.00 20.00",)),
    ),
    "money for a foreign service is not reported": (
        books(bill("F1", "S 21 100.00 21.00", process="S1"), payments=(paid("F1", "121.00"),)),
        Told(sales=("TNT1 100.00 0.00",)),
    ),
    # -- currencies --------------------------------------------------------------------------------------------------
    "reverse charge in pounds needs no rate": (
        books(bill("F1", "AE 0 1000.00 0.00", process="S1", seller=LONDON, buyer=WE, currency_code="GBP")),
        Told(invoices=("F1 S1 1000.00 0.00 AE0=0.00",)),
    ),
    "British VAT in pounds needs none either": (
        books(bill("F1", "S 20 1000.00 200.00", process="S1", seller=LONDON, buyer=WE, currency_code="GBP")),
        Told(invoices=("F1 S1 1000.00 0.00 S0=0.00",)),
    ),
    "French VAT in dollars is refused without a rate, and the rest is reported": (
        books(bill("F1", "S 20 100.00 20.00", currency_code="USD"), bill("F2", "S 20 50.00 10.00")),
        Told(sales=("TLB1 50.00 10.00",), refused=("F1 EI-FRR-32",)),
    ),
    "French VAT in dollars takes the rate of the day from the books": (
        books(
            bill("F1", "S 20 100.00 20.00", currency_code="USD"),
            exchange_rates=(
                CurrencyRate(currency_code="USD", day=date(2026, 11, 1), rate=Decimal("0.92")),
                CurrencyRate(currency_code="USD", day=date(2026, 11, 4), rate=Decimal("0.5")),
            ),
        ),
        Told(sales=("TLB1 100.00 18.40",)),
    ),
    "the rate of the very invoice goes first, and its cents are shared out": (
        books(
            bill("F1", "S 20 100.00 20.00", "S 5.5 100.00 5.50", currency_code="USD"),
            **known(exchange_rate=Decimal("0.901")),
        ),
        Told(sales=("TLB1 200.00 22.98",)),  # 25.50 x 0.901 = 22.9755
    ),
    # -- what is sold ------------------------------------------------------------------------------------------------
    "a garage's labour and part, both told on the lines": (
        books(
            bill("F1", *GARAGE, process="M1", lines=("200.00 20 C62 services", "100.00 20 C62 goods")),
            payments=(paid("F1", "360.00"),),
        ),
        Told(sales=("TLB1 100.00 20.00", "TPS1 200.00 40.00"), payments=("- 20:240.00",)),
    ),
    "the same from XML, with what the books know": (
        books(
            bill("F1", *GARAGE, process="M1", lines=("200.00 20", "100.00 20")),
            payments=(paid("F1", "360.00"),),
            **known(line_natures={"1": "services", "2": "goods"}),
        ),
        Told(sales=("TLB1 100.00 20.00", "TPS1 200.00 40.00"), payments=("- 20:240.00",)),
    ),
    "of two lines of a mixed invoice one tells the other": (
        books(bill("F1", *GARAGE, process="M1", lines=("200.00 20 C62 services", "100.00 20"))),
        Told(sales=("TLB1 100.00 20.00", "TPS1 200.00 40.00")),
    ),
    "nothing tells the natures: they are asked for, of the payment too, once": (
        books(bill("F1", *GARAGE, process="M1", lines=("200.00 20", "100.00 20")), payments=(paid("F1", "360.00"),)),
        Told(refused=("F1 EI-FRR-38",)),
    ),
    "lines beside one that bills time are taken for goods, and that is told": (
        books(bill("F1", *GARAGE, process="M1", lines=("150.00 20 HUR", "100.00 20", "50.00 20"))),
        Told(sales=("TLB1 150.00 30.00", "TPS1 150.00 30.00"), guessed=("EI-FRR-39",)),
    ),
    "a restaurant's menu and wine": (
        books(
            bill(
                "F1",
                "S 10 80.00 8.00",
                "S 20 30.00 6.00",
                process="M1",
                lines=("80.00 10 C62 services", "30.00 20 C62 goods"),
            ),
            payments=(paid("F1", "124.00"),),
        ),
        Told(sales=("TLB1 30.00 6.00", "TPS1 80.00 8.00"), payments=("- 10:88.00",)),
    ),
    "an invoice without process is asked what it sells": (
        books(bill("F1", "S 20 100.00 20.00", process=None, lines=("100.00 20",))),
        Told(refused=("F1 EI-FRR-38",)),
    ),
    "and the books answer for the whole of it": (
        books(bill("F1", "S 20 100.00 20.00", process=None, lines=("100.00 20",)), **known(nature="services")),
        Told(sales=("TPS1 100.00 20.00",)),
    ),
    "a mixed sale to a company abroad tells its payment of the services": (
        books(
            bill(
                "F1",
                *GARAGE,
                process="M1",
                buyer=BERLIN,
                notes=BAR_B2BINT,
                lines=("200.00 20 C62 services", "100.00 20 C62 goods"),
            ),
            payments=(paid("F1", "360.00"),),
        ),
        Told(invoices=("F1 M1 300.00 60.00 S20=60.00",), payments=("F1 20:240.00",)),
    ),
    "a Peppol purchase under reverse charge is taken for a service, and that is told": (
        books(bill("F1", "AE 0 100.00 0.00", process=PEPPOL, seller=BERLIN, buyer=WE)),
        Told(invoices=("F1 S1 100.00 0.00 AE0=0.00",), guessed=("EI-FRR-41",)),
    ),
    "an intra-community supply is of goods": (
        books(bill("F1", "K 0 100.00 0.00", process=None, seller=BERLIN, buyer=WE)),
        Told(invoices=("F1 B1 100.00 0.00 K0=0.00",), guessed=("EI-FRR-41",)),
    ),
    "the books know better": (
        books(
            bill("F1", "AE 0 100.00 0.00", process=None, seller=BERLIN, buyer=WE),
            **known(seller="DE136695976", business_process_type="B1"),
        ),
        Told(invoices=("F1 B1 100.00 0.00 AE0=0.00",)),
    ),
    "of foreign VAT without process nothing can be guessed": (
        books(bill("F1", "S 19 100.00 19.00", process=None, seller=BERLIN, buyer=WE)),
        Told(refused=("F1 EI-FRR-40",)),
    ),
    "outside the scope of VAT a sale abroad has rate 0": (
        books(bill("F1", "O - 100.00 0.00", process="S1", buyer=BERLIN)),
        Told(invoices=("F1 S1 100.00 0.00 O0=0.00",)),
    ),
    "a company abroad without number is taken for a person, and that is told": (
        books(bill("F1", "G 0 100.00 0.00", buyer=party("US"))),
        Told(sales=("TNT1 100.00 0.00",), guessed=("EI-FRR-44",)),
    ),
    "the books know that it is a company": (
        books(bill("F1", "G 0 100.00 0.00", buyer=party("US")), **known(treatment="B2BINT")),
        Told(invoices=("F1 B1 100.00 0.00 G0=0.00",)),
    ),
    "the margin is known by number": (
        books(
            bill("F1", "M 0 500.00 0.00"),
            **known(margin=(VatBreakdown(rate=20, taxable_amount=Decimal("100.00"), tax_amount=Decimal("20.00")),)),
        ),
        Told(sales=("TMA1 100.00 20.00",)),
    ),
    # -- prepayments -------------------------------------------------------------------------------------------------
    "a prepayment at 20 % leaves the rest of each rate": (
        books(
            PREPAYMENT,
            bill("F2", "S 20 300.00 60.00", "S 5.5 100.00 5.50", process="S4", issue_date=LATER, **FINAL),
            payments=(paid("AC1", "120.00", DAY), paid("F2", "345.50")),
        ),
        Told(
            sales=("TPS1 100.00 20.00", "TPS1 400.00 65.50"),
            payments=("- 20:120.00", "- 20:240.00 5.5:105.50"),
            guessed=("EI-FRR-42",),
        ),
    ),
    "what it took is known without it": (
        books(
            bill("F2", "S 20 300.00 60.00", "S 5.5 100.00 5.50", process="S4", **FINAL),
            payments=(paid("F2", "345.50"),),
            **known("F2", prepaid=(part("20", "120.00"),)),
        ),
        Told(sales=("TPS1 400.00 65.50",), payments=("- 20:240.00 5.5:105.50",), guessed=("EI-FRR-42",)),
    ),
    "or it is not known, which is told": (
        books(
            bill("F2", "S 20 300.00 60.00", "S 5.5 100.00 5.50", process="S4", **FINAL),
            payments=(paid("F2", "345.50"),),
        ),
        Told(
            sales=("TPS1 400.00 65.50",),
            payments=("- 20:267.20 5.5:78.30",),
            guessed=("EI-FRR-42", "EI-FRR-37"),
        ),
    ),
    "a negative line keeps the VAT right": (
        books(
            PREPAYMENT,
            bill(
                "F2",
                "S 20 200.00 40.00",
                "S 5.5 100.00 5.50",
                process="S4",
                issue_date=LATER,
                preceding_invoices=OF_A_PREPAYMENT,
            ),
            payments=(paid("AC1", "120.00", DAY), paid("F2", "345.50")),
        ),
        Told(
            sales=("TPS1 100.00 20.00", "TPS1 300.00 45.50"),
            payments=("- 20:120.00", "- 20:240.00 5.5:105.50"),
        ),
    ),
    "a payment may say itself how it is split": (
        books(
            bill("F1", "S 20 100.00 20.00", "S 10 100.00 10.00", process="S1"),
            payments=(paid("F1", "110.00", by_rate=(part("10", "110.00"),)),),
        ),
        Told(sales=("TPS1 200.00 30.00",), payments=("- 10:110.00",)),
    ),
    # -- one bad document --------------------------------------------------------------------------------------------
    "an invoice that is in the books twice is reported once": (
        books(bill("F1", "S 20 100.00 20.00"), bill("F1", "S 20 100.00 20.00")),
        Told(sales=("TLB1 100.00 20.00",), refused=("F1 EI-FRR-43",)),
    ),
    "a payment of an unknown invoice, an undated one, one without margin": (
        books(
            bill("F1", "S 20 100.00 20.00"),
            bill("F2", "S 20 100.00 20.00", issue_date=None),
            bill("F3", "M 0 500.00 0.00"),
            payments=(paid("F9", "10.00"),),
        ),
        Told(
            sales=("TLB1 100.00 20.00",),
            refused=("F2 EI-FRR-30", "F3 EI-FRR-31", "F9 EI-FRR-34"),
        ),
    ),
    "an invoice without totals cannot be written": (
        books(bill("F1", "K 0 100.00 0.00", buyer=BERLIN, totals=None), bill("F2", "K 0 100.00 0.00", buyer=BERLIN)),
        Told(invoices=("F2 B1 100.00 0.00 K0=0.00",), refused=("F1 EI-WRITE-REQUIRED",)),
    ),
    # -- a town hall's supplier, a doctor, a shop ---------------------------------------------------------------------
    "a French company's invoice is exchanged, not reported": (
        books(bill("F1", "S 20 100.00 20.00", buyer=party("FR", "FR37200000008")), payments=(paid("F1", "120.00"),)),
        Told(),
    ),
    "tickets and money for services without invoice": (
        Books(
            sales=(
                Sale(
                    day=DAY,
                    category_code="TPS1",
                    rates=(VatBreakdown(rate=10, taxable_amount=Decimal("70.00"), tax_amount=Decimal("7.00")),),
                ),
            ),
            receipts=(Receipt(day=DAY, parts=(part("10", "77.00"),)),),
        ),
        Told(sales=("TPS1 70.00 7.00",), payments=("- 10:77.00",)),
    ),
    "a credit note takes away, a refund is no sale": (
        books(
            bill("F1", "S 20 100.00 20.00"),
            bill("A1", "S 20 40.00 8.00", type_code="381"),
        ),
        Told(sales=("TLB1 60.00 12.00",)),
    ),
    "a franchise seller's sale has no VAT": (
        books(bill("F1", "Z 0 100.00 0.00", process="S1"), payments=(paid("F1", "100.00"),)),
        Told(sales=("TPS1 100.00 0.00",)),
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_reported(name):
    """Sales, invoices, payments, what is refused and what was guessed, as computed by hand; every report is valid."""
    given, expected = SCENARIOS[name]
    assert told(given) == expected
