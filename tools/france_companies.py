"""Companies of other trades, for `france_year`: garage, marketplace, exporter, doctor, supplier of town halls.

Each gives its books and the sums that its reports must show, added up from the amounts that were drawn and never from
what the library completed: a mixed invoice at 20 % has its VAT computed here a second time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from france_books import CONSUMER, Year, days_of

from einvoice.draft import Draft
from einvoice.france.ereporting import Books, Known, Paid
from einvoice.model import Invoice

_Line = dict[str, object]
_CENT = Decimal("0.01")
_FRENCH = {"country_code": "FR", "city_name": "PARIS", "postal_zone": "75001", "street_name": "1 rue du Modèle"}
_US = {"name": "VENDEUR EXEMPLE", "vat_identifier": "FR88100000009", "postal_address": _FRENCH}
_DOCTOR = {
    "name": "VENDEUR EXEMPLE",
    "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"},
    "postal_address": _FRENCH,
}
_PERSON = CONSUMER.model_dump(mode="json", exclude_none=True)
_GERMAN = {
    "name": "KUNDE BEISPIEL",
    "postal_address": {"country_code": "DE", "city_name": "BERLIN", "postal_zone": "10115"},
}
_AMERICAN = {
    "name": "CUSTOMER EXAMPLE",
    "postal_address": {"country_code": "US", "city_name": "BOSTON", "postal_zone": "02108"},
}
_BRITISH = {
    "name": "CLIENT EXAMPLE",
    "vat_identifier": "GB365684514",
    "postal_address": {"country_code": "GB", "city_name": "LEEDS", "postal_zone": "LS1"},
}
_TOWN = {
    "name": "COMMUNE EXEMPLE",
    "legal_registration_identifier": {"value": "219999992", "scheme_id": "0002"},
    "identifiers": [{"value": "21999999200015", "scheme_id": "0009"}],
    "postal_address": _FRENCH,
}
_COMPANY = {"name": "ACHETEUR EXEMPLE", "vat_identifier": "FR37200000008", "postal_address": _FRENCH}


def garage(rng: random.Random, year: int, days: int = 366) -> Year:
    """Parts and labour on one invoice, to consumers, paid at once or in two parts: only labour is told when paid."""
    found, invoices, payments = Year(Books()), [], []
    for number, day in enumerate(days_of(year, days, step=3)):
        part, labour = 5 * _amount(rng, 100, 8000), 5 * _amount(rng, 600, 6000)  # their VAT is a whole number of cents
        lines = [_line("Pièce", part, nature="goods"), _line("Main-d'œuvre au forfait", labour, nature="services")]
        made = _made(f"G{number:03}", day, _US, _PERSON, lines, treatment="B2C")
        invoices.append(made)
        whole, vat = part + labour, _vat(part + labour, 20)
        found.net, found.vat = found.net + whole, found.vat + vat
        paid = [whole + vat] if rng.random() < 0.6 else [(whole + vat) // 3, whole + vat - (whole + vat) // 3]
        payments += [Paid(number=made.number or "", day=day, amount=each) for each in paid]
        found.received += labour + _vat(labour, 20)
    found.books = Books(invoices=tuple(invoices), payments=tuple(payments))
    return found


def marketplace(rng: random.Random, year: int, days: int = 366) -> Year:
    """Goods to consumers in France and, by the one-stop shop, in Germany; commissions to companies, exchanged."""
    found, invoices, known = Year(Books()), [], []
    for number, day in enumerate(days_of(year, days, step=2)):
        net, kind, name = _amount(rng, 500, 90000), number % 4, f"P{number:03}"
        if kind == 0:  # French VAT
            invoices.append(_made(name, day, _US, _PERSON, [_line("Livre", net, rate="5.5")], treatment="B2C"))
            found.net, found.vat = found.net + net, found.vat + _vat(net, Decimal("5.5"))
        elif kind == 1:  # German VAT at 19 %: the net is declared as not taxed in France
            invoices.append(_made(name, day, _US, _GERMAN, [_line("Lampe", net, rate="19")], treatment="B2CINT"))
            found.net += net
        elif kind == 2:  # below the threshold of distance sales: French VAT, as the books say
            invoices.append(_made(name, day, _US, _GERMAN, [_line("Lampe", net)], treatment="B2CINT"))
            known.append(Known(number=name, vat_country="FR"))
            found.net, found.vat = found.net + net, found.vat + _vat(net, 20)
        else:
            invoices.append(_made(name, day, _US, _COMPANY, [_line("Commission", net)], nature="services"))
    found.books = Books(invoices=tuple(invoices), known=tuple(known))
    return found


def exporter(rng: random.Random, year: int, days: int = 366) -> Year:
    """Goods to America and services to Britain, both without VAT; now and then some goods come back."""
    found, invoices = Year(Books()), []
    for number, day in enumerate(days_of(year, days, step=4)):
        net, name = _amount(rng, 10000, 900000), f"E{number:03}"
        if number % 3 == 0:
            line = _line("Conseil", net, vat_category_code="O", rate=None, nature="services")
            invoices.append(_made(name, day, _US, _BRITISH, [line], nature="services"))
        else:
            line = _line("Machine", net, vat_category_code="G", rate="0", nature="goods")
            invoices.append(_made(name, day, _US, _AMERICAN, [line], treatment="B2BINT"))
        found.invoiced += net
        if number % 7 == 1:
            line = _line("Machine", net, vat_category_code="G", rate="0", nature="goods")
            earlier = [{"reference": name, "issue_date": day.isoformat()}]
            back = _made(
                f"{name}A", day, _US, _AMERICAN, [line], treatment="B2BINT", type_code="381", preceding_invoices=earlier
            )
            invoices.append(back)
            found.invoiced += net  # a credit note is told with its own, positive, amounts and its type
    found.books = Books(invoices=tuple(invoices))
    return found


def doctor(rng: random.Random, year: int, days: int = 366) -> Year:
    """Care that art. 261, 4, 1° exempts: neither exchanged nor reported, whatever is paid."""
    invoices, payments = [], []
    for number, day in enumerate(days_of(year, days, step=2)):
        fee = _amount(rng, 2500, 20000)
        line = _line(
            "Consultation", fee, rate="0", vat_category_code="E", vat_exemption_reason_code="VATEX-FR-CGI261-4"
        )
        made = _made(f"D{number:03}", day, _DOCTOR, _PERSON, [line], nature="services")
        invoices.append(made)
        payments.append(Paid(number=made.number or "", day=day, amount=fee))
    return Year(Books(invoices=tuple(invoices), payments=tuple(payments)))


def supplier(rng: random.Random, year: int, days: int = 366) -> Year:
    """Works for town halls, whose invoices are exchanged, and for a few private persons, whose are not."""
    found, invoices, payments = Year(Books()), [], []
    for number, day in enumerate(days_of(year, days, step=5)):
        net, private = _amount(rng, 20000, 500000), number % 6 == 0
        buyer = _PERSON if private else _TOWN
        more = {"treatment": "B2C"} if private else {"buyer_reference": "ACHATS"}
        made = _made(f"T{number:03}", day, _US, buyer, [_line("Travaux", net, rate="10")], nature="services", **more)
        invoices.append(made)
        payments.append(Paid(number=made.number or "", day=day, amount=net + _vat(net, 10)))
        if private:
            found.net, found.vat = found.net + net, found.vat + _vat(net, 10)
            found.received += net + _vat(net, 10)
    found.books = Books(invoices=tuple(invoices), payments=tuple(payments))
    return found


def _line(name: str, net: Decimal, *, rate: str | None = "20", **more: object) -> _Line:
    priced = {"item_name": name, "quantity": "1", "item_net_price": str(net), **more}
    return priced | ({"vat_rate": rate} if rate is not None else {})


def _made(
    number: str, day: date, seller: object, buyer: object, lines: list[dict[str, object]], **more: object
) -> Invoice:
    head = {"number": number, "issue_date": day.isoformat(), "due_date": (day + timedelta(days=30)).isoformat()}
    nature = {} if "nature" in more or "nature" in lines[0] else {"nature": "goods"}
    return Draft.model_validate(head | nature | {"seller": seller, "buyer": buyer, "lines": lines} | more).complete()


def _amount(rng: random.Random, least: int, most: int) -> Decimal:
    return Decimal(rng.randint(least, most)) / 100


def _vat(net: Decimal, rate: Decimal | int) -> Decimal:
    return (net * rate / 100).quantize(_CENT, ROUND_HALF_UP)


def companies() -> Iterator[str]:
    """The names of these companies."""
    yield from ("garage", "marketplace", "exporter", "doctor", "supplier")
