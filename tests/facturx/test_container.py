from __future__ import annotations

import pytest
import samples as s
from minimal import UBL

import einvoice as ei
from einvoice.facturx.container import CONTAINER_RULES, check_container
from einvoice.facturx.visible import VISIBLE_RULES
from einvoice.pdfa import Fault
from einvoice.profiles import PROFILES
from einvoice.rulebook import row

XML = s.cii()
CTC_FR = "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr"
TWO = {
    s.CATALOG: s.catalog(b"/Names<</EmbeddedFiles<</Names[(a) 20 0 R(b) 22 0 R]>>>>/AF[20 0 R 22 0 R]"),
    22: b"<</Type/Filespec/F(xrechnung.xml)/UF(xrechnung.xml)/AFRelationship/Alternative/EF<</F 23 0 R>>>>",
    23: s.stream(s.cii(number="OTHER"), b"/Type/EmbeddedFile/Subtype/text#2Fxml"),
}
NO_INTENT = s.catalog(b"/Names<</EmbeddedFiles<</Names[(factur-x.xml) 20 0 R]>>>>/AF[20 0 R]").replace(
    b"/OutputIntents[7 0 R]", b""
)
ANNOTATED = {
    s.PAGE: s.page(b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 20 0 R/F 4>>]"),
    s.CATALOG: s.catalog(b"/AF[20 0 R]"),
}

# Rule, the Factur-X that breaks it, what the message has to name.
FAULTY = {
    "EI-PDF-01": (s.archival(), "—"),
    "EI-PDF-02": (s.embedding(XML, name=b"invoice.xml", announced="invoice.xml"), "invoice.xml"),
    "EI-PDF-03": (s.embedding(XML, name=b"zugferd-invoice.xml", announced="zugferd-invoice.xml"), "zugferd-invoice"),
    "EI-PDF-04": (s.embedding(XML) | TWO, "factur-x.xml, xrechnung.xml"),
    "EI-PDF-05": (s.embedding(XML, relationship=b""), "factur-x.xml"),
    "EI-PDF-06": (s.embedding(XML, relationship=b"/AFRelationship/Data"), "Data"),
    "EI-PDF-07": (s.embedding(XML, in_af=False), "factur-x.xml"),
    "EI-PDF-08": (s.embedding(XML, mime=b""), "text/xml"),
    "EI-PDF-09": (s.embedding(XML, mime=b"/Subtype/application#2Fxml"), "application/xml"),
    "EI-PDF-10": (s.embedding(XML) | {s.METADATA: s.metadata()}, "DocumentType"),
    "EI-PDF-11": (
        s.embedding(XML)
        | {
            s.METADATA: s.embedding(XML)[s.METADATA].replace(
                b"namespaceURI>urn:factur-x:", b"namespaceURI>urn:factur-y:"
            )
        },
        "urn:factur-x:pdfa",
    ),
    "EI-PDF-12": (s.embedding(XML, level="BASIC"), "BASIC"),
    "EI-PDF-13": (s.embedding(XML, announced="invoice.xml"), "invoice.xml"),
    "EI-PDF-14": (s.embedding(XML, version="9.9"), "9.9"),
    "EI-PDF-15": (
        s.embedding(XML) | {s.METADATA: s.embedding(XML)[s.METADATA].replace(b"pdfaid:part>3", b"pdfaid:past>3")},
        "PDF/A",
    ),
    "EI-PDF-16": (
        s.embedding(XML) | {s.METADATA: s.embedding(XML)[s.METADATA].replace(b"pdfaid:part>3", b"pdfaid:part>1")},
        "PDF/A-1",
    ),
    "EI-PDF-17": (s.embedding(XML) | {s.CATALOG: NO_INTENT}, "DeviceGray (page 1)"),
    "EI-PDF-19": (s.embedding(s.cii("urn:example:invoice")), "urn:example:invoice"),
    "EI-PDF-20": (s.embedding(s.cii(CTC_FR)), "urn:factur-x.eu:1p0:extended"),
    "EI-PDF-21": (s.embedding(XML, in_names=False), "factur-x.xml"),
    "EI-PDF-22": (s.embedding(XML) | {s.METADATA: s.stream(b"<x:xmpmeta", b"/Type/Metadata/Subtype/XML")}, "XMP"),
    "EI-PDF-23": (s.embedding(XML[:-9]), "factur-x.xml"),
    "EI-PDF-24": (s.embedding(XML, level="EN16931"), "EN 16931"),
    "EI-PDF-25": (
        s.embedding(XML) | {s.METADATA: s.embedding(XML)[s.METADATA].replace(b">INVOICE<", b">Invoice<")},
        "Invoice",
    ),
    "EI-PDF-26": (s.embedding(UBL.encode()), "UBL Invoice"),
    "EI-PDF-27": (s.embedding(XML) | {s.CATALOG: s.embedding(XML)[s.CATALOG][:-2] + b"/AF[]>>"}, "1 0 obj"),
}


def rules_of(objects, **options):
    """The rules that a PDF breaks."""
    return [finding.rule for finding in check_container(s.pdf(objects, **options)).observations]


@pytest.mark.parametrize("rule", sorted(FAULTY))
def test_each_rule_has_a_pdf_that_breaks_it(rule):
    """One change to a good Factur-X breaks the rule, and the message names what was found or expected."""
    objects, named = FAULTY[rule]
    found = s.worded(check_container(s.pdf(objects)).observations)
    assert rule in found
    assert named in found[rule].message
    assert named in found[rule].message_en
    assert found[rule].source


@pytest.mark.parametrize("level", ["MINIMUM", "BASIC WL", "BASIC", "EN 16931", "EXTENDED"])
def test_a_good_facturx_breaks_no_rule(level):
    """Every profile, embedded as its specification says, passes all rules; so each rule has a PDF that passes it."""
    identifier = {
        "MINIMUM": "urn:factur-x.eu:1p0:minimum",
        "BASIC WL": "urn:factur-x.eu:1p0:basicwl",
        "BASIC": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
        "EN 16931": "urn:cen.eu:en16931:2017",
        "EXTENDED": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
    }[level]
    relationship = b"/AFRelationship/Data" if level in {"MINIMUM", "BASIC WL"} else b"/AFRelationship/Source"
    check = check_container(s.pdf(s.embedding(s.cii(identifier), level=level, relationship=relationship)))
    assert check.observations == ()
    assert check.step.status == "passed"
    assert check.extracted.xml == s.cii(identifier)


def test_all_rules_are_tested():
    """No container rule lacks a PDF that breaks it; encryption has its own test."""
    assert set(CONTAINER_RULES) == set(FAULTY) | {"EI-PDF-18"}


def test_an_error_fails_the_step_and_a_warning_does_not():
    """The step fails for a wrong name, and passes with a remark for an unusual relationship."""
    assert check_container(s.pdf(FAULTY["EI-PDF-02"][0])).step.status == "failed"
    assert check_container(s.pdf(FAULTY["EI-PDF-06"][0])).step.status == "passed"


@pytest.mark.parametrize("name", ["FACTUR-X.xml", "Factur-X.XML"])
def test_the_name_is_found_in_any_case_and_judged_exactly(name):
    """A name in other letters is still found, so that the invoice can be read, and is an error."""
    check = check_container(s.pdf(s.embedding(XML, name=name.encode(), announced=name)))
    assert check.extracted.name == name
    assert [finding.rule for finding in check.observations] == ["EI-PDF-02"]


def test_an_invoice_on_a_page_is_found():
    """A file that hangs in an annotation only is found, and the list that lacks it is named."""
    objects = s.embedding(XML) | ANNOTATED
    check = check_container(s.pdf(objects))
    assert check.extracted.found_in == {"af", "annotation"}
    assert "EI-PDF-21" in [finding.rule for finding in check.observations]


def test_the_basic_levels_differ_by_more_than_spelling():
    """BASIC_WL is BASIC WL in a spelling of its own, and is not BASIC."""
    xml, data = s.cii("urn:factur-x.eu:1p0:basicwl"), b"/AFRelationship/Data"
    assert rules_of(s.embedding(xml, level="BASIC_WL", relationship=data)) == ["EI-PDF-24"]
    assert rules_of(s.embedding(xml, level="BASIC", relationship=data)) == ["EI-PDF-12"]


def test_calibrated_colours_need_no_output_profile():
    """A PDF/A without output intent is right as long as its colours are defined otherwise."""
    own = s.RESOURCES + b"/ColorSpace<</DefaultGray[/CalGray<</WhitePoint[1 1 1]>>]>>"
    assert rules_of(s.embedding(XML) | {s.CATALOG: NO_INTENT, s.PAGE: s.page(resources=own)}) == []


def test_ubl_in_a_pdf_is_named_and_is_no_unknown_profile():
    """A UBL invoice has no profile of Factur-X; what is wrong with it is the syntax, and that alone is said."""
    assert rules_of(s.embedding(UBL.encode())) == ["EI-PDF-26"]
    assert rules_of(s.embedding(XML, level="EN16931")) == ["EI-PDF-24"]
    assert check_container(s.pdf(FAULTY["EI-PDF-24"][0])).step.status == "passed"


def test_xrechnung_may_have_its_own_name_and_version():
    """The German profile has the name xrechnung.xml and versions of its own."""
    xml = s.cii("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0")
    objects = s.embedding(xml, name=b"xrechnung.xml", announced="xrechnung.xml", level="XRECHNUNG", version="3.0")
    assert rules_of(objects) == []


def test_what_cannot_be_read_is_not_run():
    """Neither text nor a file cut off is judged: the step did not run, and says why."""
    for data in (b"Facture", s.pdf(s.archival())[:-60]):
        check = check_container(data)
        assert check.step.status == "not_run"
        assert check.step.reason
        assert check.observations == ()


def test_messages_are_in_both_languages():
    """Each rule about PDFs has a row, with a source, a text in French and in English, with the same places to fill."""
    for rule in map(row, (*CONTAINER_RULES, *VISIBLE_RULES, *(fault.value for fault in Fault), "EI-FX-01")):
        assert rule.fr
        assert rule.en
        assert ("{found}" in rule.fr) == ("{found}" in rule.en)
        assert ("{expected}" in rule.fr) == ("{expected}" in rule.en)
        assert bool(rule.hint_fr) == bool(rule.hint_en)
        assert rule.source
        assert rule.severity


def test_a_published_basic_with_colons_is_judged_as_basic(corpus):
    """The container and the rules see one profile: schema and rules are those of BASIC."""
    pdf = (corpus / "zugferd-pdf-correct" / "Avoir_FR_type381_BASIC.pdf").read_bytes()
    assert check_container(pdf).profile == "basic"
    (document,) = ei.validate(pdf).documents
    assert document.profile == "basic"
    sets = {step.name: step.ruleset for step in document.steps}
    assert (sets["xsd"], sets["profile"]) == ("xsd-facturx-basic", "facturx-basic")
    assert not [finding for finding in document.findings if finding.rule.startswith("EI-PROFILE")]


@pytest.mark.parametrize("tail", [":1.09", "#conformant#urn:example.com:more"])
def test_a_spelling_with_a_tail_is_no_published_profile(tail):
    """Its rules judge it, but a PDF may not say so."""
    identifier = f"{PROFILES['extended'].identifier}{tail}"
    check = check_container(s.pdf(s.embedding(s.cii(identifier))))
    assert check.profile == "extended"
    assert [finding.rule for finding in check.observations if finding.term == "BT-24"] == ["EI-PDF-19"]


# What the corpus's own folders and publishers say, and where our verdict differs, why.
DIFFERENT = {
    "facturx_with_xrechnung.pdf": "its XML is named xrechnung.xml and has no MIME type: veraPDF refuses it too",
    "ZUGFeRD_1p0": "ZUGFeRD 1 is another format, which einvoice does not read",
    "BeispielRE-2014": "ZUGFeRD RC and 1",
    "BeispielRE-2015": "ZUGFeRD 1",
    "Avoir_FR_type381_BASICWL.pdf": "refused for its XML, not for its container",
    "Facture_UE_EN16931.pdf": "refused for its XML, not for its container",
    "20190610_507b.pdf": "refused for its XML, not for its container",
    "fully_compliant_complete.pdf": "refused for its fonts (CIDSet), which `preflight` finds",
}


def test_the_corpus_has_the_verdicts_of_its_sources(corpus):
    """Folder by folder the container verdict is that of the source, but for the files that are listed with a reason."""
    verdicts = {}
    for folder, expected in (
        ("facturx-pdf", "passed"),
        ("fr-ctc-examples/pdf", "passed"),
        ("zugferd-pdf-correct", "passed"),
        ("zugferd-pdf-fail", "failed"),
    ):
        for path in sorted((corpus / folder).glob("*.pdf")):
            if check_container(path.read_bytes()).step.status != expected:
                verdicts[path.name] = expected
    unexplained = [name for name in verdicts if not any(part in name for part in DIFFERENT)]
    # Two of the French examples are documentation, not invoices.
    assert unexplained == ["BRS-CDAError_AcknowledgementProcess.pdf", "XP_Z12-014_CAS_USAGE_Annexe_B_V1.2.pdf"]
