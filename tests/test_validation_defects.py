"""Known defects of published rules, stand-ins and extensions: what is softened, what is left out, what is not run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from judging import CASES, NEEDS_CASES, POLICY, finding, judged, step
from minimal import CII, UBL, without
from small_draft import DRAFT

import einvoice as ei
from einvoice.artefacts.adding import add
from einvoice.artefacts.installed import find
from einvoice.schematron import Failure
from einvoice.validation.observed import Places, Ran, grouped, observed
from einvoice.validation.overlay import hangs_on_place, known_defect

PDFS = CASES.parent / "corpus" / "fr-ctc-examples" / "pdf"
CONTACT = (
    "<ram:DefinedTradeContact><ram:PersonName>A</ram:PersonName><ram:DepartmentName>B</ram:DepartmentName>"
    "</ram:DefinedTradeContact>"
)
ADDRESS = "<ram:PostalTradeAddress>\n          <ram:PostcodeCode>44000"
BUSY = without(CII, f"{ADDRESS}=>{CONTACT}{ADDRESS}")
PROFILE = "urn:cen.eu:en16931:2017"
EXTENDED = f"{PROFILE}#conformant#urn:factur-x.eu:1p0:extended"
XRECHNUNG = f"{PROFILE}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
THIRD_PARTY = f"{XRECHNUNG}#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"


pytestmark = pytest.mark.usefixtures("nothing_added")


def test_what_cen_only_warns_of_is_a_warning_in_factur_x_too():
    """A contact with person and department: Factur-X forgot the flag, and the finding says so."""
    report = judged(BUSY.replace(PROFILE.encode(), EXTENDED.encode()))
    found = finding(report, "CII-SR-465")
    assert (report.verdict, found.severity) == ("valid", "warning")
    assert "EI-DEFECT-14" in found.hint
    assert found.hint.endswith("Softened to a warning.")


def test_without_the_overlay_the_published_verdict_stands():
    """Who wants the rules word for word gets them."""
    report = judged(BUSY.replace(PROFILE.encode(), EXTENDED.encode()), POLICY.model_copy(update={"overlay": "off"}))
    assert (report.verdict, finding(report, "CII-SR-465").hint) == ("invalid", None)


@NEEDS_CASES
@pytest.mark.parametrize("file", sorted(PDFS.glob("[FU]*_*.pdf")), ids=lambda path: path.name[:4])
def test_the_official_examples_are_not_refused_for_it(file):
    """The publisher's own Factur-X files have such contacts: by the rules of their profile they pass."""
    report = judged(file.read_bytes())
    assert (report.verdict, step(report, "profile").status) == ("valid", "passed")


def test_two_identifiers_of_an_account_are_no_error_of_factur_x():
    """EN 16931 wants one or more under this id: both together are a warning in a Factur-X too, none is an error."""
    draft = ei.Draft.model_validate(
        {**DRAFT, "payment_means": [{"means_code": "58", "account_identifier": "12345678"}]}
    )
    xml = ei.extract(ei.build(draft, "facturx", profile="basicwl")).xml.decode()
    account = xml[xml.index("<ram:ProprietaryID>") : xml.index("</ram:PayeePartyCreditorFinancialAccount>")]
    report = judged(xml.replace(account, f"<ram:IBANID>FR7630001007941234567890185</ram:IBANID>{account}"))
    found = finding(report, "CII-SR-470")
    assert (report.verdict, step(report, "profile").ruleset, found.severity) == ("valid", "facturx-basicwl", "warning")
    assert "EI-DEFECT-19" in found.hint
    none = judged(xml.replace(account, ""))
    assert (none.verdict, finding(none, "CII-SR-470").severity) == ("invalid", "error")


def test_an_empty_delivery_is_what_the_schema_demands():
    """The rule on empty elements warns of other elements, and not of that one."""
    minimal = judged(CII)
    assert finding(minimal, "PEPPOL-EN16931-R008").severity == "information"
    note = "<ram:IncludedNote><ram:Content>x</ram:Content></ram:IncludedNote>"
    assert note.replace("x", "") not in CII
    empty = judged(without(CII, f"</ram:IssueDateTime>=></ram:IssueDateTime>{note.replace('x', '')}"))
    assert sorted(f.severity for f in empty.findings if f.rule == "PEPPOL-EN16931-R008") == ["information", "warning"]


def test_an_empty_value_is_a_warning_in_basic_as_its_publisher_has_it():
    """BASIC says that it complies with EN 16931, where BR-07 refuses this: a hint says so, the verdict is BASIC's."""
    draft = ei.Draft(**DRAFT)
    xml = ei.build(draft, "cii", profile="basic").decode()
    european = ei.Policy(date=POLICY.date, rules="en16931")
    assert {f.severity for f in judged(xml, european).findings} == {"information"}
    report = judged(without(xml, f"<ram:Name>{draft.buyer.name}</ram:Name>=><ram:Name> </ram:Name>"), european)
    (found,) = (f for f in report.findings if f.severity == "warning")
    assert (report.verdict, found.rule, found.field) == ("valid", "FX-SCH-A-000372", "buyer.name")
    assert "BR-07" in finding(report, "EI-READ-08").hint


def test_failures_whose_place_decides_are_looked_at_one_by_one():
    """Of all others, which count the same wherever they are, the first are told."""
    stand_in = {rule: hangs_on_place("facturx-en16931", "1.09.2", rule) for rule in ("", "CII-SR-470", "BR-21")}
    assert stand_in == {"": True, "CII-SR-470": True, "BR-21": False}
    assert hangs_on_place("facturx-extended", "1.09.2", "CII-SR-465")
    assert not hangs_on_place("en16931-ubl", "1.3.16", "BR-21")


def test_what_is_only_counted_is_never_softened():
    """The last failure that is told of very many stands for those that nobody looked at: nothing is softened."""
    ran = Ran("facturx-en16931", "1.09.2", "profile", "facturx-en16931")
    place = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery"
    told = [
        observed(
            Failure("PEPPOL-EN16931-R008", "assert", "fatal", "", "empty", place, 1, more=more),
            ran,
            POLICY,
            Places(),
        )
        for more in (0, 1)
    ]
    assert [(each.severity, each.more) for each in told] == [("information", 0), ("error", 1)]


@NEEDS_CASES
@pytest.mark.parametrize("name", ["01-cdar-205-nonregulated.xml", "01-cdar-212-b2c.xml"])
def test_a_status_of_an_invoice_outside_the_reform_is_valid(name):
    """The rules of 1.4.0.02 take REGULATED only, by a slip that 1.4.0.03 mends."""
    report = judged((CASES / "france" / name).read_bytes())
    assert (report.verdict, finding(report, "BR-FR-CDV-CL-01_MDT-2").severity) == ("valid", "warning")


@NEEDS_CASES
def test_a_code_that_no_version_knows_is_still_wrong():
    """What is mended is the list, not the rule."""
    message = (CASES / "france" / "01-cdar-212-b2c.xml").read_bytes().replace(b">B2C<", b">B2X<")
    report = judged(message)
    assert (report.verdict, finding(report, "BR-FR-CDV-CL-01_MDT-2").severity) == ("invalid", "error")


def test_the_catalogue_says_which_hotfix_the_lifecycle_rules_are():
    """The package calls them 1.4.0; the publisher's tag with the same content is 1.4.0.02."""
    assert find("br-fr-cdv", on=POLICY.day).version == "1.4.0.02"


@pytest.mark.parametrize("content", ["base", "full"])
def test_flux_1_in_another_currency_names_the_defect(content):
    """Two totals of VAT, which the portal's rule for UBL takes for one; other reasons are not touched."""
    place = "/Invoice/cac:TaxTotal[1]/cbc:TaxAmount, /Invoice/cac:TaxTotal[2]/cbc:TaxAmount"
    reason = f"2 nodes where one at most is expected: {place}"
    failure = Failure("", "error", "", "", reason, "/Invoice", 1)
    assert known_defect(f"flux1-ubl-{content}", "1.8-0.2", "EI-UNNAMED", failure).id == "EI-DEFECT-17"
    other = replace(failure, message="'x' is no number")
    assert known_defect(f"flux1-ubl-{content}", "1.8-0.2", "EI-UNNAMED", other) is None


def test_a_rule_without_number_speaks_once():
    """A dozen findings with the same words are one, with their number; numbered rules keep each of theirs."""
    unnamed = Failure("", "assert", "", "", "Attribute @currencyID' marked as not used.", "/x", 1)
    numbered = replace(unnamed, rule="FX-SCH-A-000001")
    other = replace(unnamed, message="Element 'ram:X' is marked as not used.")
    ran = Ran("facturx-extended", "1.09.2", "profile", "facturx-extended")
    failures = [unnamed] * 12 + [numbered] * 2 + [other]
    found = grouped(observed(each, ran, POLICY, Places()) for each in failures)
    assert [each.rule for each in found] == ["EI-UNNAMED", "FX-SCH-A-000001", "FX-SCH-A-000001", "EI-UNNAMED"]
    assert [note.facts["count"] for note in found[0].notes] == ["12"]
    assert found[3].notes == ()


@pytest.mark.parametrize("identifier", [XRECHNUNG, "urn:cen.eu:en16931:2017#compliant#urn:example.org:mine"])
def test_the_stand_ins_list_of_profiles_is_left_out(identifier):
    """That Factur-X does not know a value of BT-24 says nothing about EN 16931."""
    report = judged(CII.replace(PROFILE, identifier))
    assert "FX-SCH-A-000556" not in [each.rule for each in report.findings]
    assert step(report, "profile").status == "passed"


@NEEDS_CASES
@pytest.mark.parametrize("name", ["14-xrechnung-cii-not-run.cii.xml", "21-attachment-without-mime.cii.xml"])
def test_what_the_rules_it_stands_for_allow_is_valid(name):
    """BT-24 of XRechnung, an attachment without MIME code: CEN has no such rule."""
    assert judged((CASES / "invoices" / name).read_bytes()).verdict == "valid"


MEANS = "ram:SpecifiedTradeSettlementPaymentMeans"
TRANSFER = f"<{MEANS}><ram:TypeCode>58</ram:TypeCode>{{}}</{MEANS}>"
ACCOUNT = "<ram:PayeePartyCreditorFinancialAccount>{}</ram:PayeePartyCreditorFinancialAccount>"
TWO = "<ram:IBANID>FR7630001007941234567890185</ram:IBANID><ram:ProprietaryID>12345678901</ram:ProprietaryID>"


@pytest.mark.parametrize(
    ("account", "verdict"), [(ACCOUNT.format(TWO), "valid"), ("", "invalid")], ids=["two identifiers", "no account"]
)
def test_an_account_is_judged_as_cen_does(account, verdict):
    """Two identifiers of an account are one too many to Factur-X alone; a transfer without any is refused by both."""
    after = "</ram:InvoiceCurrencyCode>"
    report = judged(without(CII, f"{after}=>{after}{TRANSFER.format(account)}"))
    found = [each.severity for each in report.findings if each.rule == "CII-SR-470"]
    assert (report.verdict, found) == (verdict, ["error"] if verdict == "invalid" else [])


def test_the_report_names_the_doubtful_rules():
    """A stand-in that alone refuses something: which of its rules."""
    report = judged(without(CII, 'unitCode="HUR"=>unitCode="???"'))
    reason = step(report, "profile").reason
    (doubtful,) = [each.rule for each in report.findings if each.rule.startswith("FX-")]
    assert (report.verdict, reason.rpartition(": ")[2]) == ("not_run", doubtful)


WRONG_SUM = '<cbc:PayableAmount currencyID="EUR">'


@pytest.mark.parametrize("identifier", [THIRD_PARTY, f"{PROFILE}#conformant#urn:example.org:mine"])
def test_an_extension_is_not_refused_by_the_core_rules_alone(identifier):
    """Its own rules may allow it, and are not there: not run, with the rules that spoke."""
    document = UBL.replace(PROFILE, identifier).replace(WRONG_SUM, f"{WRONG_SUM}9")
    report = judged(document)
    assert (report.verdict, step(report, "profile").status) == ("not_run", "not_run")
    assert step(report, "profile").reason.endswith(": BR-CO-16")
    assert finding(report, "BR-CO-16").severity == "warning"


def test_an_extension_with_nothing_to_refuse_is_valid():
    """The core rules say nothing against it, and so does the report."""
    report = judged(UBL.replace(PROFILE, THIRD_PARTY))
    assert (report.verdict, step(report, "profile").reason) == ("valid", None)


def test_a_restriction_is_judged_by_the_core_rules():
    """A CIUS may only be stricter: what the core refuses, it refuses."""
    report = judged(UBL.replace(PROFILE, XRECHNUNG).replace(WRONG_SUM, f"{WRONG_SUM}9"))
    assert (report.verdict, finding(report, "BR-CO-16").severity) == ("invalid", "error")


def test_an_extension_whose_schema_refuses_it_is_invalid():
    """No rules of an extension make an element that UBL does not have."""
    document = UBL.replace(PROFILE, THIRD_PARTY).replace("<cbc:IssueDate>", "<cbc:Foo/><cbc:IssueDate>")
    assert judged(document).verdict == "invalid"


@NEEDS_CASES
def test_a_third_party_payment_of_xrechnung_is_not_invalid():
    """The extension counts it into the amount due, which the core rule does not know."""
    report = judged((CASES / "invoices" / "13-xrechnung-extension-third-party.ubl.xml").read_bytes())
    assert (report.verdict, finding(report, "BR-CO-16").severity) == ("not_run", "warning")


@NEEDS_CASES
def test_the_hotfix_itself_has_no_such_finding(tmp_path, monkeypatch):
    """With the rules of 1.4.0.03 added, nothing is softened, for nothing is said."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "hotfix"))
    add(CASES.parent / "artefacts" / "fnfe-1.4.0.03" / "CDAR")
    report = judged((CASES / "france" / "01-cdar-212-b2c.xml").read_bytes())
    assert (report.verdict, step(report, "profile").version) == ("valid", "1.4.0.03")
    assert "BR-FR-CDV-CL-01_MDT-2" not in [each.rule for each in report.findings]
