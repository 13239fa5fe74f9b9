"""Reading and writing, beside the parser alone and beside other libraries, in one run.

    python bench/binding.py [--lines 20] [--rounds 200]

The floor is `lxml.etree.fromstring` on the same file. The aim is that `parse` and `build`, with all their checks, take
at most 8 times the floor. Each is called once in turn, as a user calls them. `bench/table.py` calls each many times in
a row, which leaves the floor the processor's caches to itself: there it takes a quarter less, and the ratio is higher.
factur-x and drafthorse are measured where they are installed.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

from lxml import etree

import einvoice as ei
from einvoice import cii, ubl
from einvoice.model import (
    Address,
    Contact,
    Identifier,
    Invoice,
    Line,
    Note,
    Party,
    PaymentMeans,
    Period,
    Totals,
    VatBreakdown,
)
from einvoice.profiles import profile_named
from einvoice.xml import parse_xml

FLOOR = "lxml.etree.fromstring"
AIMS = {"parse + build": "    (aim: 8)"}


def example(lines: int) -> Invoice:
    """An ordinary French invoice with that many lines."""
    net = Decimal("100.00") * lines
    vat = (net * Decimal("0.20")).quantize(Decimal("0.01"))
    seller = Party(
        name="VENDEUR",
        trading_name="Vendeur & fils",
        legal_registration_identifier=Identifier(value="100000009", scheme_id="0002"),
        vat_identifier="FR88100000009",
        electronic_address=Identifier(value="100000009", scheme_id="0225"),
        postal_address=Address(street_name="1 rue d'ici", city_name="PARIS", postal_zone="75001", country_code="FR"),
        contact=Contact(point="Comptabilité", telephone_number="0100000000", email_address="compta@vendeur.example"),
    )
    buyer = Party(
        name="ACHETEUR",
        legal_registration_identifier=Identifier(value="200000008", scheme_id="0002"),
        electronic_address=Identifier(value="200000008", scheme_id="0225"),
        postal_address=Address(street_name="2 rue de là", city_name="LYON", postal_zone="69001", country_code="FR"),
    )
    return Invoice(
        specification_identifier=profile_named("en16931").identifier,
        business_process_type="S1",
        number="F2026-0001",
        issue_date=date(2026, 9, 2),
        due_date=date(2026, 10, 2),
        type_code="380",
        currency_code="EUR",
        tax_point_date_code="432",
        buyer_reference="SERVICE-1",
        purchase_order_reference="BC-1",
        notes=(
            Note(subject_code="PMT", text="Indemnité forfaitaire de recouvrement : 40 EUR"),
            Note(subject_code="PMD", text="Pénalités de retard : trois fois le taux légal"),
            Note(subject_code="AAB", text="Pas d'escompte"),
        ),
        seller=seller,
        buyer=buyer,
        payment_means=(PaymentMeans(means_code="30", account_identifier="FR7630006000011234567890189"),),
        payment_terms="30 jours",
        totals=Totals(
            line_net_amount=net,
            amount_without_vat=net,
            vat_amount=vat,
            amount_with_vat=net + vat,
            amount_due=net + vat,
        ),
        vat_breakdown=(VatBreakdown(taxable_amount=net, tax_amount=vat, category_code="S", rate=Decimal("20.00")),),
        lines=tuple(_line(number) for number in range(1, lines + 1)),
    )


def _line(number: int) -> Line:
    return Line(
        identifier=str(number),
        quantity=Decimal(2),
        unit_code="HUR",
        net_amount=Decimal("100.00"),
        invoicing_period=Period(start_date=date(2026, 8, 1), end_date=date(2026, 8, 31)),
        item_name=f"Conseil {number}",
        item_description="Une heure de conseil",
        item_sellers_identifier=f"ART-{number}",
        item_net_price=Decimal("50.00"),
        vat_category_code="S",
        vat_rate=Decimal("20.00"),
    )


def milliseconds(works: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The best of many runs of each, taken in turn, so that all meet the same moods of the machine.

    The garbage collector waits between the rounds, as in `timeit`: it would always strike the same one.
    """
    best = dict.fromkeys(works, float("inf"))
    gc.disable()
    for _ in range(rounds):
        gc.collect()
        for what, work in works.items():
            start = time.perf_counter()
            work()
            best[what] = min(best[what], time.perf_counter() - start)
    gc.enable()
    return {what: seconds * 1000 for what, seconds in best.items()}


def main() -> None:
    """Print one table for each syntax."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    invoice = example(arguments.lines)
    for name, module in (("UBL", ubl), ("CII", cii)):
        data = module.write(invoice)
        root = parse_xml(data)
        assert module.read(root) == invoice
        ours = {
            FLOOR: lambda data=data: etree.fromstring(data),
            "einvoice parse_xml": lambda data=data: parse_xml(data),
            "einvoice read": lambda module=module, root=root: module.read(root),
            "einvoice write": lambda module=module: module.write(invoice),
            "einvoice parse": lambda data=data: ei.parse(data),
            "einvoice build": lambda name=name: ei.build(invoice, "ubl" if name == "UBL" else "cii"),
        }
        took = milliseconds(ours, arguments.rounds)
        took["parse + build"] = took["einvoice parse"] + took["einvoice build"]
        others = {**factur_x(name, data), **drafthorse(name, data)}
        took |= milliseconds(others, max(3, arguments.rounds // 20))
        print(f"{name}: {arguments.lines} lines, {sum(1 for _ in root.iter())} elements, {len(data)} bytes")
        for what, value in took.items():
            print(f"  {what:22}  {value:8.3f} ms {value / took[FLOOR]:6.1f}{AIMS.get(what, '')}")


def factur_x(name: str, data: bytes) -> dict[str, Callable[[], Any]]:
    """What factur-x takes: XML to its dictionary, and back, its own checks switched off."""
    if find_spec("facturx") is None:
        return {}
    from facturx import generate_cii_xml, generate_ubl_xml, parse_ubl_cii_xml  # noqa: PLC0415

    values = parse_ubl_cii_xml(data, check_xsd=False, check_schematron=False)
    generate = generate_ubl_xml if name == "UBL" else generate_cii_xml
    if isinstance(values.get("BT-84"), list):  # what its own reader makes of CII, its own writer refuses
        values["BT-84"] = values["BT-84"][0]
    return {
        "factur-x parse": lambda: parse_ubl_cii_xml(data, check_xsd=False, check_schematron=False),
        "factur-x generate": lambda: generate(dict(values), check_xsd=False, check_schematron=False),
    }


def drafthorse(name: str, data: bytes) -> dict[str, Callable[[], Any]]:
    """What drafthorse takes, which knows CII only."""
    if name != "CII" or find_spec("drafthorse") is None:
        return {}
    from drafthorse.models.document import Document  # noqa: PLC0415

    document = Document.parse(data, strict=False)
    return {
        "drafthorse parse": lambda: Document.parse(data, strict=False),
        "drafthorse serialize": lambda: document.serialize(schema=None),
    }


if __name__ == "__main__":
    main()
