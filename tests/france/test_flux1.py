from __future__ import annotations

import hashlib
from functools import cache

import pytest
from folders import ROOT, SHARED
from french_samples import POLICY, changed, fixture
from lxml import etree

import einvoice as ei
from einvoice import cli
from einvoice.api import validate_extract
from einvoice.artefacts.adding import add
from einvoice.artefacts.installed import cache_folder
from einvoice.conversion.reduction import reduced
from einvoice.errors import Unwritable
from einvoice.france.flux1 import extract, extract_of, file_name
from einvoice.model import Identifier, Line, Note
from einvoice.paths import Path
from einvoice.schematron import load, read_rules
from einvoice.terms import TERMS
from einvoice.xml import parse_xml

SCHEMAS, RULES = SHARED / "artefacts/dgfip-xsd-flux1", SHARED / "artefacts/ppf"
MAIN = {
    ("ubl", "base", "Invoice"): "F1_BASE_UBL_2.1/F1BASE_UBL-invoice-2.1.xsd",
    ("ubl", "base", "CreditNote"): "F1_BASE_UBL_2.1/F1BASE_UBL-CreditNote-2.1.xsd",
    ("ubl", "full", "Invoice"): "F1_FULL_UBL_2.1/F1FULL_UBL_invoice-2.1.xsd",
    ("ubl", "full", "CreditNote"): "F1_FULL_UBL_2.1/F1FULL_UBL_CreditNote-2.1.xsd",
    (
        "cii",
        "base",
        "CrossIndustryInvoice",
    ): "F1_BASE_CII_D22B/uncefact/data/standard/F1BASE_CrossIndustryInvoice_100pD22B.xsd",
    (
        "cii",
        "full",
        "CrossIndustryInvoice",
    ): "F1_FULL_CII_D22B/uncefact/data/standard/F1FULL_CrossIndustryInvoice_100pD22B.xsd",
}
NEEDS = pytest.mark.skipif(not RULES.is_dir(), reason="needs ../shared/artefacts")
NAMES = sorted(path.stem for path in (ROOT / "fixtures/drafts").glob("*.json"))
REPORTED = {"export", "german", "intra-community", "outside-scope"}  # not exchanged between French companies
SEVERAL_SELLERS = "several-sellers"  # exchanged, but each sub-invoice is told by itself (G1.02)
# What the portal's rules 0.2 cannot judge: they compare VAT in euros with VAT in the invoice's currency, and demand a
# VAT number of every seller with a SIREN, which one without VAT (franchise en base) may not have (annex 7, G1.47).
KNOWN = {"foreign-currency": {"G1.53", "?"}, "franchise": {"G2.33"}}


@cache
def schema(syntax: str, content: str, tag: str) -> etree.XMLSchema:
    """The schema of an extract."""
    return etree.XMLSchema(etree.parse(str(SCHEMAS / MAIN[syntax, content, tag])))


@cache
def rules(syntax: str, extent: str):
    """The portal's rules for an extract."""
    path = RULES / f"PPF_Flux1_{syntax.upper()}_1_8_{'DEMARRAGE' if extent == 'base' else 'CIBLE'}_v0_2.sch"
    content = path.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    return load(key, lambda: read_rules(path.name, content, lambda _: b""), cache_folder())


@NEEDS
@pytest.mark.parametrize("content", ["base", "full"])
@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_extracts_are_valid(syntax, content):
    """Every fixture that is exchanged: by the schema and the rules of the portal, in both syntaxes and contents."""
    for name in NAMES:
        if name in REPORTED or name == SEVERAL_SELLERS:
            continue
        root = parse_xml(extract(fixture(name), syntax, content=content))
        xsd = schema(syntax, content, etree.QName(root).localname)
        assert xsd.validate(root), (name, xsd.error_log.last_error)
        outcome = rules(syntax, content).check(root)
        failed = {
            failure.message[1:].partition("]")[0] if failure.kind == "assert" else "?" for failure in outcome.failures
        }
        assert failed <= KNOWN.get(name, set()), (name, [failure.message for failure in outcome.failures])
        assert outcome.fired > 20, name


@pytest.mark.parametrize(
    ("update", "rule"),
    [
        ({"business_process_type": "S3"}, "EI-F1-01"),
        ({"business_process_type": "B8"}, "EI-F1-01"),
        ({"business_process_type": "M9"}, "EI-F1-01"),
        ({"vat_breakdown": fixture("outside-scope").vat_breakdown}, "EI-F1-02"),
        ({"notes": (Note(subject_code="BAR", text="B2C"),)}, "EI-F1-03"),
    ],
)
def test_what_flux_1_does_not_take(update, rule):
    """Payment requests, multi-seller and bidirectional invoices, exempt activities, and what is reported instead."""
    with pytest.raises(Unwritable) as error:
        extract(changed(fixture("services"), **update), "ubl")
    assert [finding.rule for finding in error.value.findings] == [rule]


@pytest.mark.parametrize("name", sorted(REPORTED))
def test_invoices_that_are_reported_have_no_extract(name):
    """Flux 10 tells of them."""
    with pytest.raises(Unwritable):
        extract_of(fixture(name))


def test_the_tax_office_is_told_no_names_and_no_prices_at_first():
    """BASE has neither the parties' names nor lines; FULL has lines, with a gross price each (BR-FR-MAP-22)."""
    base, full = (extract_of(fixture("services"), content=content) for content in ("base", "full"))
    assert (base.seller.name, base.buyer.name, base.lines) == (None, None, ())
    assert base.seller.legal_registration_identifier == Identifier(value="100000009", scheme_id="0002")
    assert full.seller.name is None
    assert [line.item_gross_price for line in full.lines] == [line.item_net_price for line in fixture("services").lines]


def test_a_department_overseas_is_france():
    """BR-FR-MAP-14: GP, MQ, RE and the like are told as FR."""
    services = fixture("services")
    address = services.buyer.postal_address.model_copy(update={"country_code": "RE"})
    told = extract_of(changed(services, buyer=services.buyer.model_copy(update={"postal_address": address})))
    assert (told.seller.postal_address.country_code, told.buyer.postal_address.country_code) == ("FR", "FR")


def test_of_private_identifiers_only_the_single_taxable_person_is_told():
    """0231 yes, a customer number no."""
    services = fixture("services")
    seller = services.seller.model_copy(
        update={
            "identifiers": (Identifier(value="300000007", scheme_id="0231"), Identifier(value="9", scheme_id="0088"))
        }
    )
    assert [each.scheme_id for each in extract_of(changed(services, seller=seller)).seller.identifiers] == ["0231"]


def test_lines_that_group_others_are_not_told():
    """What they say is in the lines below them."""
    services = fixture("services")
    group = Line(identifier="G", subtype_code="GROUP", item_name="Lot")
    told = extract_of(changed(services, lines=(group, *services.lines)), content="full")
    assert len(told.lines) == len(services.lines)
    assert all(line.quantity for line in told.lines)


def test_the_name_of_the_file_says_what_it_holds():
    """The prefix is case-sensitive (S1.06)."""
    assert file_name("F1", "base") == "Base_F1.xml"
    assert file_name("F1", "full") == "Full_F1.xml"


def test_a_reduced_invoice_says_what_it_lost():
    """Only the chosen terms are kept, and the paths of the rest are told."""
    invoice = fixture("services")
    small, lost = reduced(invoice, {"BT-1", "BT-2", "BT-131"})
    assert (small.number, small.issue_date, small.seller) == (invoice.number, invoice.issue_date, None)
    assert [line.net_amount for line in small.lines] == [line.net_amount for line in invoice.lines]
    assert Path.parse("seller") in lost  # as a whole
    assert Path.parse("lines[0].item_name") in lost
    assert Path.parse("lines[0].net_amount") not in lost


def test_with_all_terms_nothing_is_lost():
    """An invoice reduced to what it has is itself."""
    invoice = fixture("allowances-and-charges")
    assert reduced(invoice, {each.id for each in TERMS}) == (invoice, ())


@pytest.fixture
def portal_rules(tmp_path, monkeypatch):
    """The portal's schemas and rules, added as a user would."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))
    add(RULES)
    add(SCHEMAS)


@NEEDS
@pytest.mark.usefixtures("portal_rules")
def test_added_rules_judge_extracts():
    """Once the portal's artefacts are added, an extract gets a verdict; known defects are named."""
    data = extract(fixture("services"), "ubl")
    (report,) = validate_extract(data, policy=POLICY).documents
    assert (report.verdict, [step.ruleset for step in report.steps]) == (
        "valid",
        [None, "xsd-flux1-ubl-invoice-base", "flux1-ubl-base"],
    )
    (note,) = validate_extract(
        extract(fixture("credit-note"), "ubl", content="full"), content="full", policy=POLICY
    ).documents
    assert (note.verdict, note.steps[1].ruleset) == ("valid", "xsd-flux1-ubl-creditnote-full")
    (dollars,) = validate_extract(extract(fixture("foreign-currency"), "cii"), policy=POLICY).documents
    errors = [finding for finding in dollars.findings if finding.severity == "error"]
    assert [(finding.rule, "EI-DEFECT-07" in finding.hint) for finding in errors] == [("G1.53", True)] * 2
    (franchise,) = validate_extract(extract(fixture("franchise"), "ubl"), policy=POLICY).documents
    assert "EI-DEFECT-11" in franchise.findings[0].hint


def test_without_the_portals_rules_an_extract_is_not_judged(tmp_path, monkeypatch):
    """The verdict fails closed, and says what to do."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))
    (report,) = validate_extract(extract(fixture("services"), "cii"), policy=POLICY).documents
    assert report.verdict == "not_run"
    assert "artefacts add" in report.steps[1].reason


def test_the_command_writes_an_extract(tmp_path, monkeypatch, capsys):
    """`einvoice flux1 DOC`: the extract, or why there is none."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))
    path, out = tmp_path / "f.xml", tmp_path / "Base_f.xml"
    path.write_bytes(ei.build(fixture("services"), "cii"))
    assert cli.run(["flux1", str(path), "--to", "cii", "-o", str(out)]) == 0
    assert ei.parse(out.read_bytes()).number == fixture("services").number
    path.write_bytes(ei.build(fixture("intra-community"), "cii"))
    assert cli.run(["flux1", str(path), "--lang", "en"]) == 1
    assert "EI-F1-03" in capsys.readouterr().err
