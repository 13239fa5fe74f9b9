from __future__ import annotations

from decimal import Decimal

import pytest
from french_samples import PERSON, changed, fixture

from einvoice.france.mapping import mapped
from einvoice.france.treatment import is_outside_the_reform, treatment, vat_is_due_on_payment
from einvoice.model import Address, Identifier, Invoice, Note, Party, VatBreakdown

SERVICES = fixture("services")
SILENT = changed(SERVICES, notes=())


def living_in(country: str, **told) -> Party:
    """A party in that country."""
    return Party(name="X", postal_address=Address(country_code=country), **told)


@pytest.mark.parametrize(
    ("buyer", "expected"),
    [
        (SERVICES.buyer, "B2B"),
        (PERSON, "B2C"),
        (None, "B2C"),
        (Party(name="X"), "B2C"),
        (living_in("DE", vat_identifier="DE136695976"), "B2BINT"),
        (Party(name="X", vat_identifier="DE136695976"), "B2BINT"),
        (living_in("US", identifiers=(Identifier(value="USACME", scheme_id="0227"),)), "B2BINT"),
        (living_in("US", identifiers=(Identifier(value="C123"),)), "B2CINT"),  # a customer number is no registration
        (living_in("FR", identifiers=(Identifier(value="1850312345678", scheme_id="0226"),)), "B2C"),
        (living_in("RE", legal_registration_identifier=Identifier(value="200000008", scheme_id="0002")), "B2B"),
        (living_in("DE"), "B2CINT"),
    ],
)
def test_parties_tell_how_an_invoice_is_treated(buyer, expected):
    """French companies exchange; a company abroad is reported one by one; a private person by the day."""
    assert treatment(changed(SILENT, buyer=buyer)) == expected


def test_the_note_has_the_last_word():
    """BAR, where it says one of its six words."""
    stated = changed(SILENT, notes=(Note(subject_code="BAR", text="B2C"),))
    assert treatment(stated) == "B2C"
    assert treatment(changed(SILENT, notes=(Note(subject_code="BAR", text="B2X"),))) == "B2B"


def group(category: str, code: str | None = None, rate: str = "0") -> VatBreakdown:
    """A VAT group."""
    return VatBreakdown(category_code=category, exemption_reason_code=code, rate=Decimal(rate))


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((group("O"),), True),
        ((group("O"), group("E", "VATEX-FR-CGI261C-1")), True),
        ((group("E", "VATEX-FR-FRANCHISE"),), False),
        ((group("O"), group("S", rate="20")), False),
        ((), False),
    ],
)
def test_exempt_activities_are_outside_the_reform(groups, expected):
    """Wholly outside VAT, or exempt by art. 261: neither exchanged nor reported (G2.32)."""
    invoice = changed(SILENT, vat_breakdown=groups)
    assert is_outside_the_reform(invoice) is expected
    assert (treatment(invoice) == "OUTOFSCOPE") is expected


def test_vat_of_nothing_is_not_due():
    """Without French VAT, or without knowing anything, there is nothing to tell; services are assumed where unsaid."""
    assert not vat_is_due_on_payment(Invoice())
    assert not vat_is_due_on_payment(fixture("reverse-charge"))
    assert vat_is_due_on_payment(changed(SERVICES, business_process_type=None))


def test_mapping_keeps_the_meaning():
    """262 is told as 381, delivery as invoice date, franchise without VAT number as Z; long texts are cut."""
    invoice = changed(
        SERVICES,
        type_code="262",
        tax_point_date_code="35",
        notes=(Note(text="x" * 2000), Note(subject_code="BAR")),
        vat_breakdown=(group("E", "VATEX-FR-FRANCHISE"), group("E", "VATEX-FR-CGI261-1")),
    )
    told = mapped(invoice)
    assert (told.type_code, told.tax_point_date_code) == ("381", "3")
    assert [len(note.text or "") for note in told.notes] == [1024, 0]
    assert [each.category_code for each in told.vat_breakdown] == ["Z", "E"]
    assert mapped(SERVICES) == SERVICES
