"""Invoices to French public bodies: what Chorus Pro is believed to refuse."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import einvoice as ei

POLICY = ei.Policy(date=date(2026, 11, 22))
TOWN = {
    "name": "COMMUNE EXEMPLE",
    "identifiers": [{"value": "21999999200015", "scheme_id": "0009"}],
    "postal_address": {"country_code": "FR"},
}
SELLER = {
    "name": "VENDEUR EXEMPLE",
    "vat_identifier": "FR88100000009",
    "identifiers": [{"value": "10000000900017", "scheme_id": "0009"}],
    "postal_address": {"country_code": "FR"},
}


def draft_of(**fields: Any) -> ei.Draft:
    """An invoice that Chorus Pro would take, unless said otherwise."""
    line = {"item_name": "Conseil", "quantity": "1", "item_net_price": "100.00", "vat_rate": "20"}
    head = {"number": "F1", "issue_date": "2026-11-02", "due_date": "2026-12-02", "nature": "services"}
    parties = {"seller": SELLER, "buyer": TOWN, "buyer_reference": "ACHATS", "lines": [line]}
    return ei.Draft.model_validate(head | parties | fields)


def told(document: ei.Draft | bytes) -> list[tuple[str, str | None]]:
    """The rules of Chorus Pro that speak, and their terms."""
    return [(each.rule, each.term) for each in ei.validate(document, policy=POLICY).findings if each.step == "b2g"]


CREDIT = {"type_code": "381", "preceding_invoices": [{"reference": "F0"}, {"reference": "F00"}]}
CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "good": ({}, []),
    "commitment number": ({"buyer_reference": None, "purchase_order_reference": "E1"}, []),
    "neither service nor commitment": ({"buyer_reference": None}, [("EI-B2G-11", "BT-10")]),
    "seller without SIRET": ({"seller": SELLER | {"identifiers": []}}, [("EI-B2G-09", "BT-29")]),
    "buyer without SIRET": (
        {
            "buyer": TOWN
            | {"identifiers": [], "legal_registration_identifier": {"value": "219999992", "scheme_id": "0002"}}
        },
        [("EI-B2G-10", "BT-46")],
    ),
    "long number": ({"number": "F2026-000000000000001"}, [("EI-B2G-02", "BT-1")]),
    "long commitment number": ({"purchase_order_reference": "E" * 51}, [("EI-B2G-15", "BT-13")]),
    "long contract": ({"contract_reference": "C" * 51}, [("EI-B2G-14", "BT-12")]),
    "long payment terms": ({"payment_terms": "x" * 1025}, [("EI-B2G-25", "BT-20")]),
    "long note": ({"notes": [{"text": "x" * 1025}]}, [("EI-B2G-42", "BT-22")]),
    "two earlier invoices": (CREDIT, [("EI-B2G-20", "BG-3")]),
    "subcontractor": ({"business_process_type": "S5"}, [("EI-B2G-24", "BT-23")]),
    "payment request": ({"business_process_type": "S3"}, []),
    "long name of the seller": ({"seller": SELLER | {"name": "V" * 100}}, [("EI-B2G-34", "BT-27")]),
    "long name of the buyer": ({"buyer": TOWN | {"name": "C" * 100}}, [("EI-B2G-36", "BT-44")]),
    "long name of the payee": (
        {"payee": {"name": "P" * 100, "identifiers": TOWN["identifiers"]}},
        [("EI-B2G-37", "BT-59")],
    ),
    "long place of delivery": (
        {
            "delivery": {
                "location_identifier": "L" * 21,
                "party_name": "D" * 100,
                "postal_address": {"country_code": "FR"},
            }
        },
        [("EI-B2G-44", "BT-70"), ("EI-B2G-38", "BT-71")],
    ),
    "long address": (
        {"seller": SELLER | {"postal_address": {"country_code": "FR", "street_name": "r" * 401}}},
        [("EI-B2G-32", "BG-5")],
    ),
    "long address of the buyer": (
        {"buyer": TOWN | {"postal_address": {"country_code": "FR", "street_name": "r" * 401}}},
        [("EI-B2G-33", "BG-8")],
    ),
    "attachment": (
        {
            "supporting_documents": [
                {
                    "reference": "A" * 51,
                    "filename": f"{'n' * 50}@.pdf",
                    "mime_code": "application/pdf",
                    "attached_document": "JVBERi0=",
                }
            ]
        },
        [("EI-B2G-30", "BT-122"), ("EI-B2G-41", "BT-125-2"), ("EI-B2G-47", "BT-125-2")],
    ),
    "identifier of another kind": (
        {"seller": SELLER | {"identifiers": [*SELLER["identifiers"], {"value": "123", "scheme_id": "0088"}]}},
        [("EI-B2G-03", "BT-29")],
    ),
    "identifier that is none": (
        {"seller": SELLER | {"identifiers": [*SELLER["identifiers"], {"value": "12", "scheme_id": "0228"}]}},
        [("EI-B2G-04", "BT-29")],
    ),
}


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
@pytest.mark.parametrize("name", CASES)
def test_what_chorus_pro_refuses_is_a_warning(name, syntax):
    """Each rule at its term, in both syntaxes alike; the verdict is that of the published rules."""
    fields, expected = CASES[name]
    data = ei.build(draft_of(**fields), syntax)
    assert sorted(told(data)) == sorted(expected)
    found = [each for each in ei.validate(data, policy=POLICY).findings if each.step == "b2g"]
    assert all(each.severity == "warning" and each.message != each.message_en and each.field for each in found)


def test_only_public_buyers_are_looked_at():
    """By their SIREN, or as the draft says."""
    company = {"name": "X", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}}
    assert told(draft_of(buyer=company, buyer_reference=None)) == []
    assert told(draft_of(buyer=company, public_buyer=True)) == [("EI-B2G-10", "BT-46")]
    assert told(draft_of(buyer_reference=None, public_buyer=False)) == []


def test_who_knows_the_directory_says_so():
    """An invoice in XML says nothing of platform 9999: the policy does; a draft knows best."""
    company = {"name": "X", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}}
    data = ei.build(draft_of(buyer=company), "ubl")
    policy = POLICY.model_copy(update={"public_buyer": True})
    assert [each.rule for each in ei.validate(data, policy=policy).findings if each.step == "b2g"] == ["EI-B2G-10"]
    draft = draft_of(buyer=company, public_buyer=False)
    assert not [each for each in ei.validate(draft, policy=policy).findings if each.step == "b2g"]


def test_the_step_says_what_ran():
    """Rule set, version and what fired are in the report, as of every rule set."""
    (report,) = ei.validate(draft_of(), policy=POLICY).documents
    (step,) = [each for each in report.steps if each.name == "b2g"]
    assert (step.status, step.ruleset, step.version) == ("passed", "einvoice-b2g", "1.0")
    assert step.fired > 0
    assert report.verdict == "valid"
