"""What the public portal would refuse, on valid invoices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from french_samples import changed, fixture

import einvoice as ei
from einvoice.france import preflight
from einvoice.model import InvoiceReference, Note

SERVICES = fixture("services")
DAY = date(2026, 11, 22)
LONG = "F2026-000000000000001"  # 21 characters
REFERENCE = InvoiceReference(reference="F0")


def group(**update):
    """The first VAT group of the sample, changed."""
    return {"vat_breakdown": (SERVICES.vat_breakdown[0].model_copy(update=update),)}


def exempt(code: str | None, text: str | None = "Exonération", **more):
    """An exempt group."""
    return group(
        category_code="E", rate=Decimal(0), exemption_reason_code=code, exemption_reason=text, tax_amount=Decimal(0)
    ) | (more)


def test_profiles_that_the_reform_does_not_admit_are_told():
    """BASIC never, BASIC WL not after the first year; EN 16931 and EXTENDED always."""
    told = {}
    for profile in ("basicwl", "basic", "en16931", "extended"):
        data = ei.extract(ei.build(SERVICES, "facturx", profile=profile)).xml
        for day in ("2026-11-22", "2027-11-22"):
            found = ei.validate(data, policy=ei.Policy(date=day)).findings
            told[profile, day] = "EI-PRE-07" in {each.rule for each in found}
    assert [key for key, value in told.items() if value] == [
        ("basicwl", "2027-11-22"),
        ("basic", "2026-11-22"),
        ("basic", "2027-11-22"),
    ]


def small(**more):
    """A total with VAT below 150.00."""
    return {"totals": SERVICES.totals.model_copy(update={"amount_with_vat": Decimal("149.99")})} | more


CREDIT = {"type_code": "381", "preceding_invoices": (REFERENCE,)}
ON_LINES = tuple(line.model_copy(update={"preceding_invoices": (REFERENCE,)}) for line in SERVICES.lines)
CASES = {
    "good": ({}, []),
    "no VAT number of the buyer": (
        {"buyer": SERVICES.buyer.model_copy(update={"vat_identifier": None})},
        [("EI-PRE-01", "BT-48")],
    ),
    "exempt without code": (exempt(None), [("EI-PRE-02", "BT-121")]),
    "exempt without text": (exempt("VATEX-EU-132", None), [("EI-PRE-02", "BT-120")]),
    "exempt with both": (exempt("VATEX-EU-132"), []),
    "exempt without code, small": (exempt(None, **small()), [("EI-PRE-02", "BT-121")]),
    "exempt without code, corrective": (
        exempt(None, type_code="384"),
        [("EI-PRE-02", "BT-121"), ("EI-PRE-03", "BG-3")],
    ),
    "small business": (exempt("VATEX-FR-FRANCHISE"), []),
    "credit note": (CREDIT, []),
    "credit note without reference": (CREDIT | {"preceding_invoices": ()}, [("EI-PRE-03", "BG-3")]),
    "rebate of a year without reference": (
        {"type_code": "262", "preceding_invoices": ()},
        [("EI-PRE-03", "BG-3")],
    ),
    "credit note, references on lines": (CREDIT | {"preceding_invoices": (), "lines": ON_LINES}, []),
    "credit note, references on one line": (
        CREDIT | {"preceding_invoices": (), "lines": (*ON_LINES, SERVICES.lines[0])},
        [("EI-PRE-03", "BG-3")],
    ),
    "credit note, references twice": (CREDIT | {"lines": ON_LINES}, [("EI-PRE-03", "BG-3")]),
    "net credit on an invoice": (exempt("VATEX-FR-CNWVAT"), [("EI-PRE-04", "BT-121")]),
    "net credit": (exempt("VATEX-FR-CNWVAT") | CREDIT, []),
    "no rate": (group(rate=None), [("EI-PRE-05", "BT-119")]),
    "long number": ({"number": LONG}, [("EI-PRE-06", "BT-1")]),
    "20 characters": ({"number": LONG[:20]}, []),
    "long number before": (
        CREDIT | {"preceding_invoices": (InvoiceReference(reference=LONG),)},
        [("EI-PRE-06", "BT-25")],
    ),
    "a consumer's": ({"number": LONG, "notes": (Note(subject_code="BAR", text="B2C"),)}, []),
    "payment request": ({"number": LONG, "business_process_type": "S3"}, []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_portal_would_refuse_is_a_warning(name):
    """Each demand of flux 1 that flux 2 forgives, at its term; nothing of what the portal is not told."""
    changes, expected = CASES[name]
    found = preflight.check(changed(SERVICES, **changes), day=DAY)
    assert [(each.rule, each.term) for each in found] == expected
    assert all(each.severity == "warning" and each.message != each.message_en for each in found)


def test_long_numbers_are_taken_from_2027():
    """The limit of 20 characters ends with the year 2026."""
    assert preflight.check(changed(SERVICES, number=LONG), day=date(2026, 12, 31)) != ()
    assert preflight.check(changed(SERVICES, number=LONG), day=date(2027, 1, 1)) == ()


def test_it_is_told_where_an_invoice_is_sent():
    """A step of the validation of French invoices on the sending side; the verdict stays."""
    invoice = changed(SERVICES, number=LONG)
    sending = ei.validate(invoice, policy=ei.Policy(date=DAY))
    assert (sending.verdict, [each.rule for each in sending.findings if each.step == "portal"]) == (
        "valid",
        ["EI-PRE-06"],
    )
    for policy in (ei.Policy(date=DAY, direction="receiving"), ei.Policy(date=DAY, rules="en16931")):
        assert [each.rule for each in ei.validate(invoice, policy=policy).findings if each.step == "portal"] == []
