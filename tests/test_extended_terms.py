"""What Factur-X EXTENDED alone can say, and real invoices do: read, judged, written back, shown, told where lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

import einvoice as ei
from einvoice import cii
from einvoice.model import Totals
from einvoice.paths import Path
from einvoice.xml import parse_xml

HEAD = {
    "number": "F2026-0042",
    "issue_date": "2026-11-02",
    "due_date": "2026-12-02",
    "nature": "goods",
    "seller": {"name": "VENDEUR EXEMPLE", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "FR"}},
    "buyer": {"name": "ACHETEUR EXEMPLE", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}},
    "document_name": "Facture de livraison",
    "sales_order_reference": "OV-7",
    "sales_order_date": "2026-10-01",
    "delivery_note_reference": "BL-12",
    "delivery_note_date": "2026-10-30",
    "delivery": {
        "party_name": "ENTREPÔT EXEMPLE",
        "postal_address": {"country_code": "FR"},
        "contact": {"point": "Quai 3", "telephone_number": "+33 1 99 00 00 02"},
        "vat_identifier": "FR37200000008",
    },
    "payment_means": [
        {
            "means_code": "58",
            "account_identifier": "FR7630006000011234567890189",
            "proprietary_account_identifier": "COMPTE 12",
        }
    ],
    "advance_payments": [
        {
            "paid_amount": "12.00",
            "received_date": "2026-10-05",
            "vat": [{"tax_amount": "2.00", "category_code": "S", "rate": "20"}],
            "preceding_invoice": {"reference": "F2026-0030", "issue_date": "2026-10-04"},
        }
    ],
    "notes": [{"text": "Merci", "content_code": "ST3", "subject_code": "AAI"}],
}
LINE = {
    "item_name": "Coffret",
    "quantity": "10",
    "item_net_price": "5.00",
    "vat_rate": "20",
    "package_quantity": "2",
    "package_quantity_unit_code": "XCT",
    "charge_free_quantity": "1",
    "charge_free_quantity_unit_code": "C62",
    "delivery_note_reference": "BL-12",
    "delivery_note_line_reference": "1",
    "delivery_note_date": "2026-10-30",
    "quotation_reference": "DEV-3",
    "item_classification_identifiers": [{"value": "17049099", "scheme_id": "HS", "name": "Sucreries"}],
    "included_items": [{"name": "Pastille", "standard_identifiers": [{"value": "4000000000006", "scheme_id": "0160"}]}],
}
FIELDS = [  # one of each part
    "document_name",
    "sales_order_date",
    "delivery_note_reference",
    "delivery_note_date",
    "delivery.contact.point",
    "delivery.vat_identifier",
    "payment_means[0].proprietary_account_identifier",
    "advance_payments[0].paid_amount",
    "advance_payments[0].vat[0].rate",
    "advance_payments[0].preceding_invoice.reference",
    "lines[0].package_quantity",
    "lines[0].charge_free_quantity",
    "lines[0].delivery_note_line_reference",
    "lines[0].quotation_reference",
    "lines[0].item_classification_identifiers[0].name",
    "lines[0].included_items[0].name",
]
IN_UBL = {"document_name", "lines[0].item_classification_identifiers[0].name"}


@pytest.fixture(scope="module")
def draft() -> ei.Draft:
    """A draft that says all of it, of the profile EXTENDED."""
    return ei.Draft.model_validate(
        {
            **HEAD,
            "lines": [LINE],
            "specification_identifier": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
        }
    )


def test_it_is_written_read_and_valid(draft):
    """As Factur-X EXTENDED nothing is left out, and the official rules have nothing against it."""
    pdf = ei.build(draft, "facturx", profile="extended")
    assert ei.losses(draft, "facturx", profile="extended") == ()
    report = ei.validate(pdf)
    assert [each.rule for each in report.findings if each.severity == "error"] == []
    assert report.invoice.unread == ()
    whole = draft.complete()
    for field in FIELDS:
        assert Path.parse(field).get(report.invoice) == Path.parse(field).get(whole) is not None, field


def test_an_advance_is_paid_unless_the_draft_says_otherwise(draft):
    """What was received before is BT-113, and is not due any more."""
    totals = draft.complete().totals
    assert (totals.amount_with_vat, totals.paid_amount, totals.amount_due) == (Decimal(60), Decimal(12), Decimal(48))
    said = draft.model_copy(update={"totals": Totals(paid_amount=Decimal(20))})
    assert said.complete().totals.amount_due == Decimal(40)


def test_all_of_it_is_shown(draft):
    """Each value stands in the readable view."""
    page = ei.render(draft, "html").decode()
    for word in (
        "Facture de livraison",
        "BL-12",
        "Quai 3",
        "COMPTE 12",
        "F2026-0030",
        "DEV-3",
        "Sucreries",
        "Pastille",
    ):
        assert word in page
    assert "ST3" in page


@pytest.mark.parametrize(("target", "options"), [("ubl", {}), ("facturx", {"profile": "en16931"})])
def test_what_a_target_cannot_say_is_told(draft, target, options):
    """Field by field, as a warning; what UBL has a place for is said there."""
    told = {each.field: each.severity for each in ei.losses(draft, target, **options)}
    kept = IN_UBL if target == "ubl" else set()
    for field in set(FIELDS) - kept:
        around = [field, *(str(each) for each in _above(Path.parse(field)))]
        assert any(told.get(each) == "warning" for each in around), field
    assert not kept & set(told)


def _above(path):
    while path.steps:
        path = path.parent
        yield path


def test_the_number_of_the_bank_stands_beside_the_iban():
    """Alone it is the account; beside an IBAN it is the bank's own number of it, wherever a finding points."""
    base = ei.Draft.model_validate({**HEAD, "lines": [LINE]}).complete()
    data = cii.write(base)
    assert b"<ram:ProprietaryID>COMPTE 12</ram:ProprietaryID>" in data
    root = parse_xml(data)
    place = next(root.iter("{*}ProprietaryID"))
    assert cii.field_of(root, place) == "payment_means[0].proprietary_account_identifier"
    alone = parse_xml(data.replace(b"<ram:IBANID>FR7630006000011234567890189</ram:IBANID>", b""))
    (means,) = cii.read(alone).payment_means
    assert (means.account_identifier, means.proprietary_account_identifier) == ("COMPTE 12", None)
    place = next(alone.iter("{*}ProprietaryID"))
    assert cii.field_of(alone, place) == "payment_means[0].account_identifier"
