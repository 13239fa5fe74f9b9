"""What only a stand-in refuses: left out where the rules it stands for are known to allow it, else named."""

from __future__ import annotations

import sys

import pytest
from folders import ROOT, SHARED
from judging import judged, step
from minimal import CII, without

from einvoice.artefacts.adding import add
from einvoice.schematron import MOST_TOLD
from einvoice.validation import rule_steps

CEN = SHARED / "artefacts" / "cen-1.3.16"
sys.path.insert(0, str(ROOT / "tools"))

import verdicts  # noqa: E402

DOCUMENT = "<ram:AdditionalReferencedDocument>{}</ram:AdditionalReferencedDocument>"
REFERENCE = f"</ram:BuyerTradeParty>=></ram:BuyerTradeParty>{DOCUMENT}"
NUMBER = "<ram:IssuerAssignedID>X</ram:IssuerAssignedID>"
LINE_TOTAL = "</ram:SpecifiedTradeSettlementLineMonetarySummation>"
OF_LINE = f"{LINE_TOTAL}=>{LINE_TOTAL}{DOCUMENT}"
NET_PRICE = "<ram:NetPriceProductTradePrice>"
GROSS = (
    f"{NET_PRICE}=><ram:GrossPriceProductTradePrice><ram:ChargeAmount>120</ram:ChargeAmount><ram:AppliedTradeAllowanceCharge>"
    "<ram:ChargeIndicator><udt:Indicator>false</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>5</ram:ActualAmount>"
    f"<ram:Reason>R</ram:Reason></ram:AppliedTradeAllowanceCharge></ram:GrossPriceProductTradePrice>{NET_PRICE}"
)
TERMS = "<ram:SpecifiedTradePaymentTerms>"
MORE_TERMS = f"{TERMS}<ram:Description>A</ram:Description></ram:SpecifiedTradePaymentTerms>"
TOTALS = "</ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
EARLIER = (
    f"{TOTALS}=>{TOTALS}<ram:InvoiceReferencedDocument><ram:IssuerAssignedID> </ram:IssuerAssignedID>"
    "</ram:InvoiceReferencedDocument>"
)
ALLOWED = {
    "a document of no type": REFERENCE.format(NUMBER),
    "a document of a line of no type": OF_LINE.format(NUMBER),
    "blanks around a code": "<ram:TypeCode>380</ram:TypeCode>=><ram:TypeCode>\n 380\n</ram:TypeCode>",
    "blanks around a unit": 'unitCode="HUR"=>unitCode=" HUR "',
    "blanks around a scheme": 'URIID schemeID="0225">1=>URIID schemeID=" 0225 ">1',
    "a scheme of an identifier": "<ram:BuyerTradeParty>=><ram:BuyerTradeParty><ram:ID schemeID='0009'>5</ram:ID>",
    "the reason of a price discount": GROSS,
    "terms that are repeated": f"{TERMS}=>{MORE_TERMS}{TERMS}",
    "a class without a code": "machine</ram:Name>=>machine</ram:Name><ram:DesignatedProductClassification/>",
    "a note without text": "<ram:Content>B2B</ram:Content>=>",
}
DOUBTFUL = {
    "a document of another type": (REFERENCE.format(f"{NUMBER}<ram:TypeCode>999</ram:TypeCode>"), "EI-UNNAMED"),
    "a document of no type with a name": (REFERENCE.format(f"{NUMBER}<ram:Name>N</ram:Name>"), "EI-UNNAMED"),
    "a unit that nobody knows": ('unitCode="HUR"=>unitCode="???"', "FX-SCH-A-000613"),
    "an unknown scheme": ("<ram:BuyerTradeParty>=><ram:BuyerTradeParty><ram:ID schemeID='zz'>5</ram:ID>", "EI-UNNAMED"),
    "an empty code": ("<ram:SubjectCode>BAR</ram:SubjectCode>=><ram:SubjectCode/>", "PEPPOL-EN16931-R008"),
    "a scheme of the number": ("<ram:ID>MIN-26-117=><ram:ID schemeID='0009'>MIN-26-117", "EI-UNNAMED"),
}
ORIGIN = "<ram:OriginTradeCountry><ram:ID schemeID='zz'>FR</ram:ID></ram:OriginTradeCountry>"
OVERLOOKED = {
    "a profile of blanks": ("<ram:ID>urn:cen.eu:en16931:2017</ram:ID>=><ram:ID> </ram:ID>", "BR-01"),
    "a number of blanks": ("<ram:ID>MIN-26-117</ram:ID>=><ram:ID> </ram:ID>", "BR-02"),
    "a seller without a name": ("<ram:Name>VENDEUR EXEMPLE</ram:Name>=><ram:Name> </ram:Name>", "BR-06"),
    "a document without a number": (
        REFERENCE.format("<ram:IssuerAssignedID> </ram:IssuerAssignedID><ram:TypeCode>916</ram:TypeCode>"),
        "BR-52",
    ),
    "a document of a line without a number": (
        OF_LINE.format("<ram:IssuerAssignedID> </ram:IssuerAssignedID>"),
        "BR-52",
    ),
    "an earlier invoice without a number": (EARLIER, "BR-55"),
    "an empty scheme of a party's identifier": (
        "<ram:BuyerTradeParty>=><ram:BuyerTradeParty><ram:GlobalID schemeID=''>5</ram:GlobalID>",
        "BR-CL-10",
    ),
    "a buyer without a name": ("<ram:Name>ACHETEUR EXEMPLE</ram:Name>=><ram:Name> </ram:Name>", "BR-07"),
    "a line without a number": ("<ram:LineID>1</ram:LineID>=><ram:LineID> </ram:LineID>", "BR-21"),
    "a scheme of a country": (
        "machine</ram:Name>=>machine</ram:Name>" + ORIGIN,
        "BR-CL-11",
    ),
    "an empty unit": ('unitCode="HUR"=>unitCode=""', "BR-CL-23"),
    "a name of the number's scheme": (
        "<ram:ID>MIN-26-117=><ram:ID schemeName='x'>MIN-26-117",
        "CII-DT-001…007, CII-DT-101…104",
    ),
    "a name of a type": ("<ram:TypeCode>380=><ram:TypeCode name='x'>380", "CII-DT-008…009"),
    "a list of a unit": ('unitCode="HUR"=>unitCode="HUR" unitCodeListID="x"', "CII-DT-032…036"),
    "a post office box": (
        "<ram:PostalTradeAddress>=><ram:PostalTradeAddress><ram:PostOfficeBox>1</ram:PostOfficeBox>",
        "CII-DT-082…096",
    ),
}
DOUBTFUL |= {
    "a no-break space behind a code": ("<ram:TypeCode>380=><ram:TypeCode>380\u00a0", "FX-SCH-A-000555"),
    "SEPA as the scheme of a number": (
        "<ram:BuyerTradeParty>=><ram:BuyerTradeParty><ram:ID schemeID='SEPA'>5</ram:ID>",
        "EI-UNNAMED",
    ),
}


pytestmark = pytest.mark.usefixtures("nothing_added")


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_cen_is_known_to_allow_is_valid(change):
    """CEN has no such rule, or compares less strictly: the stand-in's refusal is not told."""
    report = judged(without(CII, change))
    assert step(report, "profile").status == "passed"


@pytest.mark.parametrize(("change", "rule"), (DOUBTFUL | OVERLOOKED).values(), ids=DOUBTFUL | OVERLOOKED)
def test_what_cen_may_refuse_is_doubtful(change, rule):
    """CEN has a rule of its own on the place, which is not there: not run, and the rule is named."""
    done = step(judged(without(CII, change)), "profile")
    assert (done.status, done.reason.rpartition(": ")[2]) == ("not_run", rule)


@pytest.mark.skipif(not CEN.is_dir(), reason="CEN's rules are not beside the repository")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        *((each, "passed") for each in ALLOWED.values()),
        *((each, "failed") for each, _ in (DOUBTFUL | OVERLOOKED).values()),
    ],
    ids=[*ALLOWED, *DOUBTFUL, *OVERLOOKED],
)
def test_cen_itself_says_so(change, expected):
    """With CEN's rules added, what is left out passes, and what is doubtful here is refused."""
    add(CEN)
    done = step(judged(without(CII, change)), "profile")
    assert (done.ruleset, done.status) == ("en16931-cii", expected)


@pytest.mark.skipif(not CEN.is_dir(), reason="CEN's rules are not beside the repository")
def test_the_examples_of_cen_get_one_verdict_with_and_without_its_rules():
    """The table of `make verdicts` names no document that a stand-in leaves without a verdict."""
    folder = SHARED / "corpus" / "cen-en16931" / "cii-examples"
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.xml"))}
    without_cen, with_cen = verdicts.judged(files, None), verdicts.judged(files, CEN)
    assert {name: each.verdict for name, each in without_cen.items()} == {
        name: each.verdict for name, each in with_cen.items()
    }
    assert {each.rules for each in with_cen.values()} == {"en16931-cii"}
    assert len(files) > 10


def test_failures_that_are_alike_are_worked_out_so_often_only(monkeypatch):
    """Of a rule that fails on each of many lines the first are worked out, and all are counted."""
    line = CII[CII.index("<ram:IncludedSupplyChain") : CII.index("</ram:IncludedSupplyChain")]
    line += "</ram:IncludedSupplyChainTradeLineItem>"
    worked_out = []
    real = rule_steps.observed
    monkeypatch.setattr(rule_steps, "observed", lambda *args: worked_out.append(args[0].rule) or real(*args))
    wrong = line.replace('unitCode="HUR"', 'unitCode="???"')
    report = judged(CII.replace(line, wrong * 2 * MOST_TOLD))
    assert worked_out.count("FX-SCH-A-000613") == MOST_TOLD
    told = [each for each in report.findings if each.rule == "FX-SCH-A-000613"]
    assert f"{2 * MOST_TOLD - len(told)} more findings" in told[-1].hint
