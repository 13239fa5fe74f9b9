"""What a person does not see in a finding is said with it: blanks, a type that is missing, what stands there twice."""

from __future__ import annotations

import re

import pytest
from judging import judged
from minimal import CII, UBL, without

import einvoice as ei
from einvoice.profiles import PROFILES

pytestmark = pytest.mark.usefixtures("nothing_added")
EUROPEAN = ei.Policy(rules="en16931")


def hints(data, language="en"):
    """By rule, what is said beside it."""
    found = ei.validate(data, policy=EUROPEAN, language=language).documents[0].findings
    return {each.rule: each.hint or "" for each in found if each.severity == "error"}


def twice(text, pattern):
    """The document with an element that is repeated."""
    changed = re.sub(f"({pattern})", r"\1\1", text, count=1, flags=re.DOTALL)
    assert changed != text
    return changed.encode()


EXTENDED = CII.replace(">urn:cen.eu:en16931:2017<", f">{PROFILES['extended'].identifier}<")


@pytest.mark.parametrize("blank", [" ", "\n", "\u00a0"])
def test_blanks_around_a_code_are_named(blank):
    """A country with a blank looks like one of the list; the rule of Factur-X compares characters."""
    country = "<ram:CountryID>"
    found = hints(without(EXTENDED, f"{country}=>{country}{blank}"), "fr")
    assert "« ␣FR »" in found["FX-SCH-A-000698"].replace("\u00a0", " ")


def test_blanks_around_a_number_are_named_where_characters_are_counted():
    """A rule on decimals counts them; a sum that is wrong is wrong without them too."""
    data = without(CII, "<ram:CalculatedAmount>46.00<=><ram:CalculatedAmount>46.00 <")
    assert '"46.00␣"' in hints(data)["BR-DEC-20"]
    data = without(CII, "<ram:CalculatedAmount>46.00<=><ram:CalculatedAmount>\n47.00\n<")
    assert "blanks" not in hints(data)["BR-CO-14"]


@pytest.mark.parametrize("kind", ["", "<ram:TypeCode>VAT </ram:TypeCode>"])
def test_a_tax_that_is_not_said_to_be_vat_is_named(kind):
    """The category is there, and the rules say that it is missing: they look for it in VAT only."""
    line, rest = CII.split("</ram:IncludedSupplyChainTradeLineItem>", 1)
    head, tail = line.rsplit("<ram:TypeCode>VAT</ram:TypeCode>", 1)
    data = f"{head}{kind}{tail}</ram:IncludedSupplyChainTradeLineItem>{rest}".encode()
    found = hints(data)
    assert "ram:TypeCode" in found["BR-CO-04"]
    assert "ram:TypeCode" in hints(data, "fr")["BR-CO-04"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (twice(UBL, "<cac:TaxTotal>.*?</cac:TaxTotal>"), "BR-CO-15"),
        (twice(CII, "<ram:TaxTotalAmount[^<]*</ram:TaxTotalAmount>"), "BR-CO-15"),
    ],
    ids=["ubl", "cii"],
)
def test_a_total_of_vat_that_stands_twice_is_named(data, rule):
    """The sum is right, and the rule says that it is not: it sees two totals."""
    assert "2 times in EUR" in hints(data)[rule]
    assert "2 fois en EUR" in hints(data, "fr")[rule]


def test_an_element_that_stands_twice_is_named_in_words_for_people():
    """A rule that cannot be evaluated says so in the language of the report."""
    data = twice(CII, "<ram:GrandTotalAmount>[^<]*</ram:GrandTotalAmount>")
    for language, words in (
        ("fr", "ram:GrandTotalAmount figure 2 fois"),
        ("en", "ram:GrandTotalAmount stands there 2"),
    ):
        told = ei.validate(data, policy=EUROPEAN, language=language).documents[0].findings
        assert [each.message for each in told if words in each.message and each.severity == "error"]


def test_what_is_wrong_for_all_to_see_gets_no_such_words():
    """A wrong sum, and a draft, which has no XML to look at."""
    data = without(
        UBL, "PayableAmount currencyID=>PayableAmount  currencyID", ">276.00</cbc:Payable=>>277.00</cbc:Payable"
    )
    assert "blanks" not in hints(data)["BR-CO-16"]
    assert judged(ei.Draft(number="F1", lines=[{"item_name": "x", "vat_category_code": "S "}])).verdict == "invalid"
