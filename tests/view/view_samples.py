"""Invoices for the view's tests and its gallery: of many kinds, all parties fictional.

GALLERY["services"]()          # an Invoice
full_invoice()                 # every field of the model filled, each with a value of its own
"""

from __future__ import annotations

import struct
import types
import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Union, get_args, get_origin

from einvoice.draft import Draft
from einvoice.model import Invoice, Line
from einvoice.paths import UNWRITTEN
from einvoice.report import Finding
from einvoice.values import Model

__all__ = ["FINDINGS", "GALLERY", "full_invoice", "logo"]

SELLER = {
    "name": "Atelier Modèle",
    "trading_name": "Modèle & Œuvres",
    "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"},
    "identifiers": [{"value": "10000000900017", "scheme_id": "0009"}],
    "vat_identifier": "FR88100000009",
    "additional_legal_information": "SAS au capital de 50 000 € – RCS Exempleville 100 000 009",
    "electronic_address": {"value": "100000009", "scheme_id": "0225"},
    "postal_address": {
        "street_name": "1 rue du Modèle",
        "additional_street_name": "Bâtiment C",
        "city_name": "Exempleville",
        "postal_zone": "75001",
        "country_code": "FR",
    },
    "contact": {
        "point": "Service facturation",
        "telephone_number": "+33 1 99 00 00 01",
        "email_address": "facturation@vendeur.example",
    },
}
BUYER = {
    "name": "Acheteur Spécimen",
    "legal_registration_identifier": {"value": "200000008", "scheme_id": "0002"},
    "vat_identifier": "FR37200000008",
    "electronic_address": {"value": "200000008_ACHATS", "scheme_id": "0225"},
    "postal_address": {
        "street_name": "2 place du Spécimen",
        "city_name": "Modèleville",
        "postal_zone": "69001",
        "country_code": "FR",
    },
}
ABROAD = {
    "name": "Specimen Trading Inc.",
    "postal_address": {
        "street_name": "100 Sample Street",
        "city_name": "Specimen City",
        "postal_zone": "00000",
        "country_subdivision": "NY",
        "country_code": "US",
    },
    "identifiers": [{"value": "US-SPECIMEN-0001"}],
}
TRANSFER = {
    "means_code": "58",
    "account_identifier": "FR7630001007941234567890185",
    "service_provider_identifier": "BDFEFRPPXXX",
    "account_name": "Atelier Modèle",
}
HEAD = {
    "issue_date": "2026-11-02",
    "due_date": "2026-12-02",
    "seller": SELLER,
    "buyer": BUYER,
    "payment_means": [TRANSFER],
}


def _completed(**fields: Any) -> Invoice:
    return Draft.model_validate(HEAD | fields).complete()


def _line(name: str, quantity: str, unit: str, price: str, rate: str = "20", **more: Any) -> dict[str, Any]:
    amounts = {"quantity": quantity, "unit_code": unit, "item_net_price": price}
    return {"item_name": name, **amounts, "vat_category_code": "S", "vat_rate": rate, **more}


def services() -> Invoice:
    """Services at three rates, one of them exempt, with an allowance, a charge, references and a period."""
    return _completed(
        number="F2026-0117",
        business_process_type="S1",
        nature="services",
        vat_on_debits=True,
        invoicing_period={"start_date": "2026-10-01", "end_date": "2026-10-31"},
        buyer_reference="SERVICE-ACHATS-42",
        purchase_order_reference="CMD-2026-778",
        purchase_order_date="2026-09-14",
        contract_reference="CT-2025-031",
        project_reference="PRJ-REFONTE",
        remittance_information="F2026-0117",
        payment_terms="Paiement à 30 jours par virement.",
        lines=[
            _line(
                "Conseil en organisation",
                "12.5",
                "HUR",
                "110.00",
                item_description="Ateliers avec les équipes, compte rendu et plan d’action.\nDéplacements compris.",
                invoicing_period={"start_date": "2026-10-05", "end_date": "2026-10-23"},
                allowances=[{"percentage": "10", "reason": "Fidélité", "reason_code": "95"}],
            ),
            _line("Rénovation d’une salle de bains", "1", "LS", "4860.00", "10", item_sellers_identifier="RENO-04"),
            _line("Abonnement à la revue « Le Cœur de l’œuvre »", "3", "MON", "24.90", "2.1"),
            {
                "item_name": "Formation professionnelle continue",
                "quantity": "2",
                "unit_code": "DAY",
                "item_net_price": "980.00",
                "vat_category_code": "E",
                "vat_rate": "0",
                "vat_exemption_reason_code": "VATEX-FR-CGI261-4",
                "vat_exemption_reason": "Formation professionnelle, art. 261-4-4° a du CGI",
                "notes": ["Attestations remises aux stagiaires le 23 octobre."],
            },
        ],
        allowances=[
            {
                "amount": "50.00",
                "vat_category_code": "S",
                "vat_rate": "20",
                "reason": "Geste commercial",
                "reason_code": "100",
            }
        ],
        charges=[
            {
                "amount": "35.00",
                "vat_category_code": "S",
                "vat_rate": "20",
                "reason": "Frais de dossier",
                "reason_code": "ADR",
            }
        ],
    )


def credit_note() -> Invoice:
    """Goods that came back, with the delivery address, Incoterms and an attached delivery note."""
    return _completed(
        number="AV2026-0009",
        type_code="381",
        nature="goods",
        due_date=None,
        preceding_invoices=[{"reference": "F2026-0088", "issue_date": "2026-10-12", "type_code": "380"}],
        despatch_advice_reference="BL-2026-4471",
        delivery={
            "party_name": "Acheteur Spécimen – Entrepôt Nord",
            "actual_delivery_date": "2026-10-13",
            "location_identifier": {"value": "20000000800016", "scheme_id": "0009"},
            "postal_address": {
                "street_name": "Zone d’activité du Gabarit, quai 7",
                "city_name": "Modèleville-Nord",
                "postal_zone": "59000",
                "country_code": "FR",
            },
        },
        delivery_terms={"code": "DAP", "location_name": "Modèleville-Nord"},
        supporting_documents=[
            {
                "reference": "BL-2026-4471",
                "description": "BON_LIVRAISON",
                "filename": "bon-de-livraison.pdf",
                "mime_code": "application/pdf",
                "attached_document": b"%PDF-1.7 not a real one" * 900,
            },
            {
                "reference": "PHOTO-3",
                "description": "Photos des pièces",
                "external_location": "https://vendeur.example/p/3",
            },
        ],
        lines=[
            _line(
                "Étagère en chêne",
                "4",
                "C62",
                "58.00",
                item_standard_identifier={"value": "04012345678901", "scheme_id": "0160"},
                item_classification_identifiers=[{"value": "94032080", "scheme_id": "TSP"}],
                item_country_of_origin="FR",
                item_attributes=[
                    {"name": "Teinte", "value": "chêne naturel"},
                    {"name": "Largeur", "measured_value": "120", "measured_unit_code": "CMT"},
                ],
            ),
            _line("Équerre de fixation", "250", "H87", "12.40", item_price_base_quantity="100"),
            _line("Livre « Bâtir en bois »", "2", "H87", "34.12", "5.5"),
        ],
    )


def prepayment() -> Invoice:
    """A prepayment of 30 %."""
    return _completed(
        number="F2026-0090",
        type_code="386",
        nature="services",
        contract_reference="DEVIS-2026-17",
        lines=[_line("Acompte de 30 % sur la refonte du site", "1", "LS", "3000.00")],
    )


def final() -> Invoice:
    """The final invoice after it: what is paid already, a rounding, direct debit."""
    return _completed(
        number="F2026-0121",
        business_process_type="S4",
        nature="services",
        preceding_invoices=[{"reference": "F2026-0090", "issue_date": "2026-09-02", "type_code": "386"}],
        totals={"paid_amount": "3600.00", "rounding_amount": "0.01"},
        payment_means=[{"means_code": "59", "debited_account_identifier": "FR7630001007941234567890185"}],
        mandate_reference_identifier="MANDAT-2026-5",
        bank_assigned_creditor_identifier="FR72ZZZ123456",
        payee={
            "name": "Affacturage Modèle",
            "legal_registration_identifier": {"value": "300000007", "scheme_id": "0002"},
        },
        lines=[_line("Refonte du site, livrée le 28 octobre", "1", "LS", "10000.00")],
    )


def export() -> Invoice:
    """Dollars, with the VAT also in euros, and goods that leave the Union."""
    return _completed(
        number="F2026-0130",
        currency_code="USD",
        vat_accounting_currency_code="EUR",
        exchange_rate={"rate": "0.9215", "exchange_date": "2026-11-02"},
        nature="mixed",
        buyer=ABROAD,
        delivery_terms={"code": "FCA", "location_name": "Roissy"},
        seller_tax_representative={
            "name": "Représentant Modèle",
            "vat_identifier": "FR88100000009",
            "postal_address": {"city_name": "Exempleville", "postal_zone": "75001", "country_code": "FR"},
        },
        lines=[
            _line(
                "Machine à gabarits",
                "1",
                "C62",
                "18450.00",
                "0",
                vat_category_code="G",
                vat_exemption_reason_code="VATEX-EU-G",
            ),
            _line("Réception sur site avant départ", "6", "HUR", "140.00"),
        ],
    )


def groups() -> Invoice:
    """Sub-lines: a group that names its members, one inside it, and lines for information."""
    lines = [
        {"identifier": "1", "subtype_code": "GROUP", "item_name": "Lot 1 : gros œuvre", "net_amount": "10410.50"},
        {"identifier": "1.1", "parent_line_identifier": "1", "subtype_code": "DETAIL", "item_name": "Fondations"}
        | {"quantity": "12", "unit_code": "MTQ", "item_net_price": "184.00", "net_amount": "2208.00"}
        | {"vat_category_code": "S", "vat_rate": "10"},
        {"identifier": "1.2", "parent_line_identifier": "1", "subtype_code": "GROUP", "item_name": "Élévation"}
        | {"net_amount": "8202.50"},
        {"identifier": "1.2.1", "parent_line_identifier": "1.2", "subtype_code": "DETAIL", "item_name": "Murs"}
        | {"quantity": "85", "unit_code": "MTK", "item_net_price": "96.50", "net_amount": "8202.50"}
        | {"vat_category_code": "S", "vat_rate": "10"},
        {"identifier": "1.2.2", "parent_line_identifier": "1.2", "subtype_code": "INFORMATION"}
        | {"item_name": "dont blocs isolants", "quantity": "1020", "unit_code": "H87"},
        {"identifier": "2", "subtype_code": "DETAIL", "item_name": "Nettoyage de fin de chantier"}
        | {"quantity": "4", "unit_code": "HUR", "item_net_price": "38.00", "net_amount": "152.00"}
        | {"vat_category_code": "S", "vat_rate": "20"},
    ]
    return Invoice.model_validate(
        HEAD
        | {
            "number": "F2026-0140",
            "type_code": "380",
            "currency_code": "EUR",
            "business_process_type": "S1",
            "specification_identifier": "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr",
            "lines": lines,
            "vat_breakdown": [
                {"taxable_amount": "10410.50", "tax_amount": "1041.05", "category_code": "S", "rate": "10"},
                {"taxable_amount": "152.00", "tax_amount": "30.40", "category_code": "S", "rate": "20"},
            ],
            "totals": {
                "line_net_amount": "10562.50",
                "amount_without_vat": "10562.50",
                "vat_amount": "1071.45",
                "amount_with_vat": "11633.95",
                "amount_due": "11633.95",
            },
        }
    )


def long() -> Invoice:
    """Sixty lines, some with much to say."""
    lines = []
    for number in range(1, 61):
        more: dict[str, Any] = {"item_sellers_identifier": f"REF-{number:04}"} if number % 3 else {}
        if number % 7 == 0:
            more["item_description"] = (
                "Panneau de contreplaqué de bouleau, deux faces poncées, chants bruts ; "
                "à entreposer à plat et au sec au moins quarante-huit heures avant la pose."
            )
        quantity, price = str(number * 3 % 17 + 1), f"{number * 137 % 4000 / 100 + 4:.2f}"
        lines.append(
            _line(f"Panneau de bouleau, modèle {number}", quantity, "MTK", price, ("20", "10")[number % 2], **more)
        )
    return _completed(number="F2026-0150", nature="goods", lines=lines)


GALLERY: dict[str, Callable[[], Invoice]] = {
    "services": services,
    "credit-note": credit_note,
    "prepayment": prepayment,
    "final": final,
    "export": export,
    "groups": groups,
    "long": long,
    "full": lambda: full_invoice(),  # noqa: PLW0108 - it stands below
}

FINDINGS = (
    Finding(
        rule="BR-CO-10",
        severity="error",
        step="profile",
        message="La somme des montants nets des lignes ne correspond pas au total des lignes.",
        message_en="The sum of the line net amounts is not the total of the lines.",
        field="totals.line_net_amount",
        found="8131.95",
        expected="8132.20",
        currency="EUR",
        hint="Recalculez BT-106.",
    ),
    Finding(
        rule="BR-FR-10",
        severity="error",
        step="french",
        message="Le SIREN du vendeur n’a pas neuf chiffres.",
        message_en="The seller's SIREN does not have nine digits.",
        field="seller.legal_registration_identifier",
    ),
    Finding(
        rule="EI-NOTE",
        severity="warning",
        step="french",
        message="Cette ligne n’a pas de code article.",
        message_en="This line has no item code.",
        field="lines[1].item_standard_identifier",
    ),
    Finding(
        rule="BR-FR-08",
        severity="information",
        step="french",
        message="Rien à redire au cadre de facturation.",
        message_en="The business process is fine.",
    ),
)


def full_invoice() -> Invoice:
    """Every field of the model, to the sub-lines of a line, each with a value that no other field has."""
    return _filled(Invoice, count(1), depth=0)


def _filled(model: type[Model], numbers: Iterator[int], *, depth: int) -> Any:
    fields = model.model_fields.items()
    filled = {name: _value(field.annotation, numbers, depth) for name, field in fields if name not in UNWRITTEN}
    return model.model_construct(**filled)


def _value(annotation: Any, numbers: Iterator[int], depth: int) -> Any:
    """A value of that type: `W0001x`, `70001.23`, a day, some bytes, or a part that is filled in turn."""
    if get_origin(annotation) in {Union, types.UnionType}:
        annotation = next(each for each in get_args(annotation) if each is not type(None))
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        if item is Line and depth == 2:
            return ()
        return tuple(_value(item, numbers, depth + (item is Line)) for _ in range(2 if item is not Line else 1))
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _filled(annotation, numbers, depth=depth)
    number = next(numbers)
    made: dict[Any, Callable[[], Any]] = {
        str: lambda: f"W{number:04}x",
        Decimal: lambda: Decimal(f"7{number:04}.23"),
        date: lambda: date(2100, 1, 1) + timedelta(days=number),
        bytes: lambda: b"x" * (100 + number),
        int: lambda: 800000 + number,
    }
    return made[annotation]()


def logo() -> bytes:
    """A small PNG: two squares."""
    blue, pale, white = b"\x0b\x4a\x6f", b"\x8f\xb7\xcc", b"\xff\xff\xff"
    rows = [
        b"\0"
        + b"".join(
            blue if x < 60 and y < 60 else pale if 40 <= x < 100 and 40 <= y < 100 else white for x in range(240)
        )
        for y in range(100)
    ]

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 240, 100, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )
