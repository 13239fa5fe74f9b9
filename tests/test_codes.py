"""Code lists: complete against the official rules, named where a person reads them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from folders import SHARED
from lxml import etree

from einvoice.codes import CODE_LISTS, INVOICE_TYPES, code_list, french_vat_rate
from einvoice.data import data_text

RULES = SHARED / "artefacts/fnfe-1.4.0.03/UBL"
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


# Codes of the official lists whose meaning no source at hand tells: they stand for themselves.
UNNAMED = {
    "charge_reason": {"PRV"},
    "eas": {"0235", "0240", "0244", "0245", "0246", "0248"},
    "invoice_type": {"102"},
    "non_vat_tax": {"AAO", "AAP"},
    "payment_means": {"98"},
}


@pytest.mark.parametrize("name", sorted(set(CODE_LISTS) - {"unit", "icd"}))
def test_every_code_is_named_in_both_languages(name):
    """Whoever meets a code reads what it means, in French as in English; the few that nobody explains are listed."""
    codes = code_list(name).codes.values()
    assert {code.value for code in codes if not (code.name_en and code.name_fr)} == UNNAMED.get(name, set())


def test_an_identifier_scheme_has_one_name():
    """ISO 6523 in both its lists: a scheme of addresses that also identifies has the same name in both."""
    schemes, addresses = code_list("icd").codes, code_list("eas").codes
    both = schemes.keys() & addresses.keys()
    assert len(both) > 50
    assert [each for each in both if schemes[each].name_fr != addresses[each].name_fr] == []
    assert [each for each in both if schemes[each].name_en != addresses[each].name_en] == []


def test_units_are_named():
    """All but some that are younger than the names at hand, or that nobody would know by a name either."""
    units = code_list("unit").codes.values()
    assert [unit.value for unit in units if bool(unit.name_en) != bool(unit.name_fr)] == []
    named = [unit for unit in units if unit.name_fr]
    assert len(units) - len(named) == 65
    assert len({unit.name_fr for unit in named}) > 2000
    assert [unit.value for unit in named if re.search(r"\b(?:per|square|cubic|metre|second)\b", unit.name_fr)] == []


@pytest.mark.parametrize("name", sorted(set(CODE_LISTS) - {"mime"}))
def test_names_are_set_as_french(name):
    """No name begins or ends with a blank, or has two; a currency begins with a small letter in French."""
    for code in code_list(name).codes.values():
        assert " ".join(code.name_fr.split()) == code.name_fr, code
        if name == "currency":
            assert code.name_fr[0].islower(), code


def test_the_french_invoice_types_are_named():
    """All sixteen types of BR-FR-04 have a French name."""
    for value in set().union(*INVOICE_TYPES.values()):
        assert code_list("invoice_type").codes[value].name_fr, value


def test_a_name_falls_back():
    """No French name: the English one; no name, or no such code: the code itself."""
    assert code_list("payment_means").name_of("30") == "Virement"
    assert code_list("payment_means").name_of("30", "en") == "Credit transfer"
    assert code_list("icd").name_of("0022") == "OSF Distributed Computing Object Identification"
    assert code_list("currency").name_of("XAG") == "argent (métal)"
    assert code_list("unit").name_of("E19") == "E19"
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
