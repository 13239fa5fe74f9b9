"""Code lists: complete against the official rules, named where a person reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from einvoice.codes import CODE_LISTS, INVOICE_TYPES, code_list, french_vat_rate
from einvoice.data import data_text

RULES = Path(__file__).parents[1].parent / "shared/artefacts/fnfe-1.4.0.03/UBL"
CEN = RULES / "EN16931/EN16931-UBL-validation-preprocessed.sch"
EXTENDED = RULES / "EXTENDED-CTC-FR/EXTENDED-CTC-FR-UBL.sch"
FRENCH = RULES / "EN16931/BR-FR-Flux2-Schematron-UBL.sch"

OFFICIAL = {  # list -> rule whose test names its values
    "note_subject": (CEN, "BR-CL-08"),
    "invoice_type": (CEN, "BR-CL-01"),
    "currency": (CEN, "BR-CL-04"),
    "vat_point_date": (CEN, "BR-CL-06"),
    "icd": (CEN, "BR-CL-10"),
    "country": (CEN, "BR-CL-14"),
    "payment_means": (CEN, "BR-CL-16"),
    "vat_category": (CEN, "BR-CL-17"),
    "allowance_reason": (CEN, "BR-CL-19"),
    "charge_reason": (CEN, "BR-CL-20"),
    "vatex": (CEN, "BR-CL-22"),
    "unit": (CEN, "BR-CL-23"),
    "eas": (CEN, "BR-CL-25"),
    "non_vat_tax": (EXTENDED, "BR-FREXT-CL-20-TAX"),
    "incoterm": (EXTENDED, "BR-FREXT-CL-27"),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_values_are_those_of_the_official_rule(name):
    """A list holds exactly the values that its rule accepts."""
    file, rule = OFFICIAL[name]
    if not file.exists():
        pytest.skip("needs the published rules next to the repository (shared/artefacts)")
    test = next(each.get("test") for each in etree.parse(str(file)).iter("{*}assert") if each.get("id") == rule)
    official = {value for group in re.findall(r"'( [^']+ )'", test) for value in group.split()}
    assert set(code_list(name).codes) == official


@pytest.mark.parametrize(
    ("values", "function"),
    [
        (set(code_list("business_process").codes), "is-valid-billing-mode"),
        (set(code_list("treatment").codes), "is-valid-bar-treatment"),
        (set(code_list("french_vat_rate").codes), "is-valid-vat-rate"),
        (set(code_list("attachment_label").codes), "is-valid-attachment-code"),
        (set().union(*INVOICE_TYPES.values()), "is-valid-document-type-code"),
    ],
)
def test_french_values_are_those_of_the_french_rules(values, function):
    """Each French list is exactly what the function of the French rules compares with."""
    if not FRENCH.exists():
        pytest.skip("needs the published rules next to the repository (shared/artefacts)")
    body = next(
        etree.tostring(each, encoding="unicode")
        for each in etree.parse(str(FRENCH)).iter("{http://www.w3.org/1999/XSL/Transform}function")
        if each.get("name") == f"custom:{function}"
    )
    official = {value for quoted in re.findall(r"'([^'\\]+)'", body) for value in quoted.split()}
    assert values == official


def test_every_list_says_its_source_and_holds_codes():
    """A list that is announced exists, and every row of the data belongs to an announced list."""
    for name in CODE_LISTS:
        assert code_list(name).codes, name
        assert code_list(name).source
    rows = [line.split("\t") for file in ("codes.tsv", "codes_units.tsv") for line in data_text(file).splitlines()[1:]]
    assert {row[0] for row in rows} == set(CODE_LISTS)
    assert len({(row[0], row[1]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    "name",
    sorted(set(CODE_LISTS) - {"unit", "icd", "eas", "currency", "note_subject", "charge_reason", "payment_means"}
           - {"non_vat_tax", "invoice_type"}),
)  # fmt: skip
def test_short_lists_are_named_in_both_languages(name):
    """What a French person reads on an invoice has a French name: all of the short lists."""
    for code in code_list(name).codes.values():
        assert code.name_en, code
        assert code.name_fr, code


def test_the_french_invoice_types_are_named():
    """All sixteen types of BR-FR-04 have a French name."""
    for value in set().union(*INVOICE_TYPES.values()):
        assert code_list("invoice_type").codes[value].name_fr, value


def test_a_name_falls_back():
    """No French name: the English one; no name, or no such code: the code itself."""
    assert code_list("payment_means").name_of("30") == "Virement"
    assert code_list("payment_means").name_of("30", "en") == "Credit transfer"
    assert code_list("currency").name_of("XAG") == "Silver"
    assert code_list("unit").name_of("A10") == "A10"
    assert code_list("unit").name_of("no such code") == "no such code"


def test_an_unknown_list_is_a_key_error():
    """There is no list of that name."""
    with pytest.raises(KeyError, match="colours"):
        code_list("colours")


@pytest.mark.parametrize(
    ("rate", "spelling"),
    [("20.000", "20"), ("5.50", "5.5"), ("0", "0"), ("1.05", "1.05"), ("2E+1", "20"), ("19", None)],
)
def test_a_french_rate_has_one_shortest_spelling(rate, spelling):
    """BR-FR-16 compares texts: the shortest accepted one is offered, none for a rate that is not French."""
    assert french_vat_rate(Decimal(rate)) == spelling
