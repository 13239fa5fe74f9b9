"""Rules of Factur-X that EN 16931 has under another name are told with both, in every form of the report."""

import json
import re
from collections import defaultdict
from datetime import date

import pytest
from folders import SHARED
from lxml import etree
from small_draft import DRAFT

import einvoice as ei
from einvoice.artefacts.catalogue import catalogue, ordinal
from einvoice.artefacts.installed import find, newer
from einvoice.data import ruleset_text
from einvoice.reporting.sarif import sarif
from einvoice.reporting.text import Look, text
from einvoice.rulebook import equivalents, official, row
from einvoice.rulebook.edge import in_words
from einvoice.schematron import Failure, compile_rules, read_rules
from einvoice.validation.observed import Places, Ran, observed

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def broken():
    """The report on a CII invoice of the profile BASIC whose total with VAT is wrong."""
    xml = ei.extract(ei.build(ei.Draft.model_validate(DRAFT), "facturx", profile="basic")).xml
    return ei.validate(re.sub(rb"(<ram:GrandTotalAmount>)[^<]*", rb"\g<1>121.00", xml))


def test_the_name_that_everybody_knows_stands_beside(broken):
    """In JSON, text and SARIF; the words are those of the rule of EN 16931."""
    (found,) = [each for each in broken.findings if "BR-CO-15" in each.equivalents]
    assert found.rule.startswith("FX-SCH-A-")
    assert (found.term, found.message_en) == ("BT-112", row("BR-CO-15").en)
    assert f"{found.rule} (= BR-CO-15)" in text(broken, "fr", Look())
    results = json.loads(sarif(broken, "fr"))["runs"][0]["results"]
    assert {"equivalents": ["BR-CO-15"]} in [each.get("properties") for each in results]
    assert json.loads(broken.model_dump_json())["documents"][0]["findings"]


def test_other_rules_have_none():
    """A rule that has the name of EN 16931 already, and one of another publisher."""
    assert equivalents("BR-CO-15", "BR-CO-15") == ()
    assert equivalents("BR-FR-12_BT-49", "BR-FR-12/BT-49") == ()
    assert equivalents("FX-SCH-A-000027", "") == ()
    assert equivalents("BR-FR-12_BT-49", "CII-SR-463") == ()
    assert equivalents("FX-SCH-A-000310", "BR-FXEXT-G-08") == ()  # Factur-X's own, which EN 16931 does not have


def table():
    """The rules that name no other, and their equals."""
    _, *rows = ruleset_text("equivalents.tsv").splitlines()
    return {rule: alike.split() for rule, alike in (row.split("\t") for row in rows)}


def test_rules_that_name_no_other_have_it_from_the_table():
    """Each row is of a rule of Factur-X that exists, says the same in each profile, and names no other itself."""
    texts = defaultdict(set)
    for profile in ("minimum", "basicwl", "basic", "en16931", "extended"):
        artefact = find(f"facturx-{profile}", on=DAY)
        rules = read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)
        for check in (check for pattern in rules.patterns for rule in pattern.rules for check in rule.checks):
            texts[check.id].add("".join(part for part in check.message if isinstance(part, str)).strip())
    assert len(table()) > 80
    for rule, alike in table().items():
        assert rule.startswith("FX-SCH-A-")
        assert all(each.startswith(("BR-", "CII-")) for each in alike)
        assert len(texts[rule]) == 1, rule
        assert equivalents(rule, official(*texts[rule]).label) == tuple(alike)


CEN = SHARED / "artefacts" / "cen-1.3.16" / "EN16931-CII-validation-preprocessed.sch"


@pytest.mark.parametrize(
    ("place", "alike"),
    [
        ("<ram:CountryID>FR<", "BR-CL-14"),
        ('unitCode="HUR"', "BR-CL-23"),
        ("<ram:InvoiceCurrencyCode>EUR<", "BR-CL-04"),
    ],
)
def test_both_refuse_the_same_value(place, alike):
    """A code that no list has is refused by the rule of Factur-X and by its equal, on the very same element."""
    if not CEN.is_file():
        pytest.skip("needs ../shared/artefacts")
    draft = {**DRAFT, "lines": [{**DRAFT["lines"][0], "unit_code": "HUR"}]}
    xml = ei.build(ei.Draft.model_validate(draft), "cii").decode()
    assert place in xml
    root = etree.fromstring(xml.replace(place, re.sub("FR|HUR|EUR", "??", place), 1).encode())
    artefact = find("facturx-en16931", on=DAY)
    own = read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)
    equal = {rule for rule, others in table().items() if others == [alike]}
    said = [
        {failure.location for failure in compile_rules(rules).check(root).failures if failure.rule in names}
        for rules, names in ((own, equal), (read_rules(CEN.name, CEN.read_bytes(), {}.__getitem__), {alike}))
    ]
    assert len(said[0]) == 1
    assert said[0] == said[1]


@pytest.mark.parametrize(("profile", "least"), [("minimum", 60), ("basic", 200)])
def test_every_rule_that_names_another_has_it(profile, least):
    """The publisher's texts begin with the name: none is lost, and those of EN 16931 have words."""
    artefact = find(f"facturx-{profile}", on=DAY)
    rules = read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)
    checks = [check for pattern in rules.patterns for rule in pattern.rules for check in rule.checks]
    said = {each.id: official("".join(part for part in each.message if isinstance(part, str))) for each in checks}
    named = {rule: equivalents(rule, text.label) for rule, text in said.items() if text.label.startswith("BR-")}
    named = {rule: alike for rule, alike in named.items() if rule.startswith("FX-")}
    assert len(named) >= least
    assert {rule for rule, alike in named.items() if not alike} == {
        rule
        for rule in named
        if said[rule].label.startswith("BR-FX")  # Factur-X's own, which EN 16931 does not have
    }
    unworded = {rule for rule, alike in named.items() if row(*alike or (said[rule].label,)) is None}
    assert not unworded


def test_a_report_tells_of_a_newer_release(monkeypatch):
    """Where the catalogue knows one that is in force, the step says so; of the newest it does not."""
    used = find("br-fr-cdv", on=DAY)
    known = max((each.version for each in catalogue()["br-fr-cdv"].versions), key=ordinal)
    assert newer(used, on=DAY) == (known if ordinal(known) > ordinal(used.version) else None)
    assert newer(find("en16931-ubl", on=DAY), on=DAY) is None
    monkeypatch.setattr("einvoice.validation.rule_steps.newer", lambda _, *, on: f"9.9 on {on}")
    report = ei.validate(ei.build(ei.Draft.model_validate(DRAFT), "ubl"), policy=ei.Policy(date=DAY))
    assert {each.newer for each in report.documents[0].steps if each.name == "profile"} == {f"9.9 on {DAY}"}
    assert f"✓ (9.9 on {DAY} is published: einvoice artefacts fetch br-fr-ubl)" in " ".join(
        text(report, "en", Look()).split()
    )


def test_rules_of_the_extension_under_another_id_speak_its_words():
    """FX-SCH-A-000414 says BR-FXEXT-12: no equal in EN 16931, and the words of that row all the same."""
    failure = Failure("FX-SCH-A-000414", "assert", "fatal", "", "[BR-FXEXT-12]-Each …", "/x", 7)
    ran = Ran("facturx-basic", "1.09", "profile", "facturx-basic")
    (found,) = in_words([observed(failure, ran, ei.Policy(), Places())], "en")
    assert (found.rule, found.equivalents, found.message) == ("FX-SCH-A-000414", (), row("BR-FXEXT-12").en)
