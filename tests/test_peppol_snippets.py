"""Each rule of Peppol on two snippets of our own, one that it refuses and one that it accepts, by both engines.

`peppol_snippets.tsv` has a row for each rule; one that begins with "SB:" is for the rules on self-billing where they
differ. A snippet is a list of places with their values, of which the first column has those of both:

    S.in=DK; PaymentMeans/PaymentMeansCode=50     a Danish seller, code 50
    L/Item+/Name=x                                another Item in the line
    TaxTotal/TaxAmount@EUR=1; S/EndpointID@0088=1 attributes: a currency, a scheme, else @name:value
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from folders import SHARED
from lxml import etree

from einvoice.schematron import RuleSet, compile_rules, read_rules

PEPPOL = SHARED / "artefacts" / "peppol-2026.5"
BILLING, SELF_BILLING = "PEPPOL-EN16931-UBL.sch", "PEPPOL-EN16931-UBL-SB.sch"
UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC, CBC = f"{{{UBL}CommonAggregateComponents-2}}", f"{{{UBL}CommonBasicComponents-2}}"
PARTIES = {
    "S": "AccountingSupplierParty/Party",
    "B": "AccountingCustomerParty/Party",
    "R": "TaxRepresentativeParty",
}
SHORT = {
    "in": "{party}/PostalAddress/Country/IdentificationCode={value}",
    "vat": "{party}/PartyTaxScheme+/CompanyID={value}; {party}/PartyTaxScheme/TaxScheme/ID=VAT",
    "tax": "{party}/PartyTaxScheme+/CompanyID={value}; {party}/PartyTaxScheme/TaxScheme/ID=TAX",
}


class Snippets(NamedTuple):
    """What a rule refuses, and what it accepts."""

    refused: bytes
    accepted: bytes


def document(text: str) -> bytes:
    """The document that a list of places and values describes."""
    items = [item for item in text.split("; ") if item]
    kind = "CreditNote" if "CreditNote" in items else "Invoice"
    root = etree.Element(f"{{{UBL}{kind}-2}}{kind}")
    for item in items:
        if item != "CreditNote":
            for plain in _plain(item).split("; "):
                _put(root, plain, kind)
    return etree.tostring(root)


def _plain(item: str) -> str:
    short = re.fullmatch(r"([SBR])\.(\w+)=(.*)", item)
    return SHORT[short[2]].format(party=short[1], value=short[3]) if short else item


def _put(root: etree._Element, item: str, kind: str) -> None:
    place, value = item.split("=", 1)
    path, *attributes = place.split("@")
    first, *others = path.split("/")
    *groups, leaf = (*PARTIES.get(first, f"{kind}Line" if first == "L" else first).split("/"), *others)
    here = root
    for group in groups:
        here = _child(here, CAC + group)
    field = _child(here, CBC + leaf)
    field.text = value.replace("\\n", "\n")
    for attribute in attributes:
        _set(field, attribute)


def _child(here: etree._Element, tag: str) -> etree._Element:
    another = tag.endswith("+")
    found = None if another else next(reversed(here.findall(tag)), None)
    return etree.SubElement(here, tag.removesuffix("+")) if found is None else found


def _set(field: etree._Element, attribute: str) -> None:
    name, colon, value = attribute.partition(":")
    if not colon:
        name, value = ("schemeID" if attribute.isdigit() else "currencyID"), attribute
    field.set(name, value)


@cache
def rules_of(name: str) -> RuleSet:
    """The publisher's rules."""
    if not PEPPOL.is_dir():
        pytest.skip("needs ../shared/artefacts")
    path = PEPPOL / name
    return read_rules(path.name, path.read_bytes(), lambda other: (PEPPOL / other).read_bytes())


def ids(rules: RuleSet) -> set[str]:
    """The rules in a rule set."""
    return {check.id for pattern in rules.patterns for rule in pattern.rules for check in rule.checks}


def snippets(name: str) -> dict[str, Snippets]:
    """The snippets for each rule of a rule set."""
    with Path(__file__).with_name("peppol_snippets.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = {}
    for row in rows:
        rule = row["rule"].removeprefix("SB:")
        if rule == row["rule"] or name == SELF_BILLING:
            both = row["both"]
            found[rule] = Snippets(
                *(document("; ".join(filter(None, (both, row[kind] or "")))) for kind in ("refused", "accepted"))
            )
    return {rule: each for rule, each in found.items() if rule in ids(rules_of(name))}


@pytest.mark.parametrize("name", [BILLING, SELF_BILLING])
def test_every_rule_refuses_one_snippet_and_accepts_another(name):
    """As their publisher means them, each rule of both rule sets; the two snippets differ in what the rule is about."""
    rules = compile_rules(rules_of(name))
    found = snippets(name)
    assert ids(rules_of(name)) - set(found) == set()
    wrong = []
    for rule, each in found.items():
        said = [{failure.rule for failure in rules.check(etree.fromstring(data)).failures} for data in each]
        wrong += [f"{rule}: accepted"] * (rule not in said[0]) + [f"{rule}: refused"] * (rule in said[1])
    assert wrong == []


@pytest.mark.parametrize("name", [BILLING, SELF_BILLING])
def test_saxon_says_the_same_of_each_snippet(name):
    """All that either engine finds in them, rule by rule and place by place."""
    pytest.importorskip("saxonche", reason="the Saxon engine is an optional extra")
    from einvoice.schematron import SaxonRules

    compiled, saxon = compile_rules(rules_of(name)), SaxonRules(rules_of(name))
    for rule, each in snippets(name).items():
        for data in each:
            root = etree.fromstring(data)
            found = [sorted((one.rule, one.location) for one in by.check(root).failures) for by in (compiled, saxon)]
            assert found[0] == found[1], rule
