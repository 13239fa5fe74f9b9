from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.facturx.embed import embed
from einvoice.facturx.embedded import FACTURX_NAME
from einvoice.pdfa import preflight
from einvoice.profiles import FACTURX_PROFILES, profile_named

sys.path.append(str(Path(__file__).parent / "facturx"))
import samples

DRAFTS = sorted((FIXTURES / "drafts").glob("*.json"))
READABLE = sorted((FIXTURES / "valid").iterdir())
MANY_PROFILES = ("allowances-and-charges", "attachment", "foreign-currency", "german", "sub-lines")
# BR-FR wants notes and addresses that MINIMUM has no place for: it is no profile of the French reform.
EUROPEAN = ei.Policy(rules="en16931", date=date(2026, 11, 22))


def draft(name):
    """A draft of the fixtures."""
    return ei.Draft.model_validate_json((FIXTURES / "drafts" / f"{name}.json").read_bytes())


def errors(report):
    """The rules that refuse."""
    return [finding.rule for finding in report.findings if finding.severity == "error"]


@pytest.fixture(scope="module")
def services():
    """A Factur-X with our own view."""
    return ei.build(draft("services"), "facturx")


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_every_draft_becomes_a_valid_facturx(path):
    """With our view, in the profile EN 16931 where it can: nothing is refused, of the PDF, the XML or the pages."""
    profile = "extended" if path.stem == "several-sellers" else "en16931"  # BR-FR-MV demands line sellers
    pdf = ei.build(draft(path.stem), "facturx", profile=profile)
    report = ei.validate(pdf, policy=ei.Policy(date=date(2026, 11, 22)))
    assert (report.verdict, errors(report)) == ("valid", [])
    (document,) = report.documents
    assert (document.syntax, document.profile) == ("facturx", profile)
    assert [step.name for step in document.steps][-1] == "visible"
    assert not [finding for finding in report.findings if finding.step == "visible"]


@pytest.mark.parametrize("profile", [each.name for each in FACTURX_PROFILES])
@pytest.mark.parametrize("name", MANY_PROFILES)
def test_every_profile_is_valid_by_its_own_schema_and_rules(name, profile):
    """The same invoice, reduced to what each profile holds; what is left out is told, EXTENDED leaves nothing out."""
    source = draft(name)
    report = ei.validate(ei.build(source, "facturx", profile=profile), policy=EUROPEAN)
    assert (report.verdict, errors(report), report.documents[0].profile) == ("valid", [], profile)
    lost = ei.losses(source, "facturx", profile=profile)
    assert {loss.rule for loss in lost} <= {"EI-LOSS"}
    assert all(loss.field for loss in lost)
    if profile == "extended":
        assert lost == ()
    if profile == "minimum":
        assert any(loss.field.startswith("lines[0]") for loss in lost)


def test_losses_are_refused_where_that_is_wanted():
    """`strict` raises with the same findings, at the fields of the draft."""
    source = draft("sub-lines")
    lost = ei.losses(source, "facturx", profile="en16931")
    assert "lines[0].sub_lines[0].parent_line_identifier" in [loss.field for loss in lost]
    with pytest.raises(ei.Unwritable) as raised:
        ei.build(source, "facturx", profile="en16931", strict=True)
    assert raised.value.findings == lost
    with pytest.raises(ei.Unwritable):
        ei.build(draft("foreign-currency"), "facturx", profile="en16931", strict=True)


def test_the_profile_is_that_of_the_invoice_unless_given():
    """A draft in EXTENDED-CTC-FR, which has no place in a PDF, becomes EXTENDED; any other keeps its profile."""
    for name, profile in (("sub-lines", "extended"), ("services", "en16931")):
        assert ei.validate(ei.build(draft(name), "facturx")).documents[0].profile == profile
    with pytest.raises(ValueError, match="unknown Factur-X profile"):
        ei.build(draft("services"), "facturx", profile="comfort")


def test_what_the_profile_demands_and_the_draft_lacks_is_told():
    """One finding for each term, in the language asked for."""
    with pytest.raises(ei.Unwritable) as raised:
        ei.build(ei.Draft(), "facturx", profile="basic", language="en")
    told = {finding.field: finding for finding in raised.value.findings}
    assert {"number", "issue_date", "lines"} <= set(told)
    assert told["number"].message == told["number"].message_en
    assert told["number"].term == "BT-1"


@pytest.mark.parametrize("joint", ["conformant", "compliant"])
def test_an_older_spelling_of_a_profile_is_judged_by_its_rules(joint):
    """EXTENDED with colons may have sub-lines; all that is refused is the spelling, which is no longer right."""
    pdf = ei.build(draft("sub-lines"), "facturx", profile="extended", date=samples.DATE)
    xml, now = ei.extract(pdf).xml, profile_named("extended").identifier.encode()
    assert xml.count(now) == 1
    xml = xml.replace(now, f"urn:cen.eu:en16931:2017:{joint}:factur-x.eu:1p0:extended".encode())
    old = embed(samples.pdf(samples.archival()), xml, profile="extended", date=samples.DATE)
    (document,) = ei.validate(old, policy=EUROPEAN).documents
    (profile_step,) = (step for step in document.steps if step.name == "profile")
    assert (document.profile, profile_step.ruleset) == ("extended", "facturx-extended")
    assert [step.ruleset for step in document.steps if step.name == "xsd"] == ["xsd-facturx-extended"]
    assert {finding.term for finding in document.findings if finding.severity == "error"} == {"BT-24"}


def test_the_same_input_gives_the_same_bytes(services):
    """The clock is never asked: without a date, the PDF was made on the day of issue."""
    assert ei.build(draft("services"), "facturx") == services
    made = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)
    dated = ei.build(draft("services"), "facturx", date=made)
    assert dated == ei.build(draft("services"), "facturx", date=made) != services
    assert b"D:20261224183000" in dated or b"2026-12-24T18:30:00" in dated
    assert ei.extract(dated).xml == ei.extract(services).xml


def test_extract_gives_the_xml_as_it_was_put_in(services):
    """Byte for byte the CII that the profile makes of the draft."""
    found = ei.extract(services)
    assert found.name == FACTURX_NAME
    assert found.xml == ei.build(draft("services"), "cii")
    assert ei.parse(services) == ei.parse(found.xml)


def test_attachments_stand_in_the_pdf_too():
    """BG-24: each file is embedded beside the XML as a supplement, under its own name."""
    source = draft("attachment")
    (wanted,) = (each for each in source.complete().supporting_documents if each.attached_document)
    (found,) = ei.extract(ei.build(source, "facturx")).attachments
    assert (found.name, found.data, found.relationship) == (wanted.filename, wanted.attached_document, "Supplement")
    assert {"names", "af"} <= found.found_in


def test_a_file_beside_the_invoice_that_is_not_in_the_result_is_told():
    """A file of the PDF that the invoice does not name is lost in XML: a warning; one that it names goes along."""
    attached = ei.build(draft("attachment"), "facturx")
    beside = ei.build(draft("services"), "facturx", pdf=attached)
    (name,) = (file.name for file in ei.extract(beside).attachments)
    told = [(each.rule, each.severity, each.found) for each in ei.convert(beside, "ubl", check=False).losses]
    assert told == [("EI-LOSS-FILE", "warning", name)]
    assert ei.convert(attached, "ubl", check=False).losses == ()
    kept = ei.convert(beside, "facturx", check=False)
    assert (kept.losses, [file.name for file in ei.extract(kept.data).attachments]) == ((), [name])


@pytest.mark.parametrize("profile", [each.name for each in FACTURX_PROFILES])
def test_an_invoice_goes_into_a_given_pdf(profile):
    """A PDF/A-3 keeps its pages; the report has nothing against the result."""
    given = samples.pdf(samples.archival())
    pdf = ei.build(draft("services"), "facturx", profile=profile, pdf=given)
    assert preflight(pdf) == ()
    report = ei.validate(pdf, policy=EUROPEAN)
    assert (report.verdict, report.documents[0].profile) == ("valid", profile)
    assert samples.TEXT in pdf


def test_a_pdf_that_lacks_something_is_repaired():
    """No output intent and no metadata: that can be added without touching a page."""
    bare = samples.archival() | {samples.CATALOG: b"<</Type/Catalog/Pages 2 0 R>>"}
    given = samples.pdf({number: body for number, body in bare.items() if number not in (7, 8, 9)})
    assert preflight(given)
    pdf = ei.build(draft("services"), "facturx", pdf=given)
    assert preflight(pdf) == ()
    assert ei.validate(pdf).verdict == "valid"


def test_a_pdf_that_cannot_be_repaired_is_refused_with_the_list():
    """A font that is not in the file: nobody can add it without changing the page."""
    given = samples.pdf(
        samples.archival() | {samples.FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"}
    )
    for language, word in (("fr", "Police"), ("en", "Font")):
        with pytest.raises(ei.Unwritable) as raised:
            ei.build(draft("services"), "facturx", pdf=given, language=language)
        (fault,) = raised.value.findings
        assert word in fault.message
        assert "Helvetica" in fault.message
    with pytest.raises(ei.Unreadable):
        ei.build(draft("services"), "facturx", pdf=b"no PDF")
    with pytest.raises(ValueError, match="facturx"):
        ei.build(draft("services"), "ubl", pdf=given)


def test_convert_makes_facturx_of_ubl_and_back():
    """UBL in, a PDF out that says the same; a PDF that is converted keeps its pages."""
    ubl = (FIXTURES / "valid" / "services.ubl.xml").read_bytes()
    made = ei.convert(ubl, "facturx")
    assert made.losses == ()
    assert ei.parse(ei.convert(made.data, "ubl").data) == ei.parse(ubl)
    given = ei.build(draft("services"), "facturx", pdf=samples.pdf(samples.archival()))
    smaller = ei.convert(given, "facturx", profile="basic")
    assert samples.TEXT in smaller.data
    assert ei.validate(smaller.data).documents[0].profile == "basic"
    assert "seller.contact" in [loss.field for loss in smaller.losses]


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_every_fixture_has_a_view(path):
    """HTML and PDF of whatever can be read, in both languages; the PDF is a PDF/A-3."""
    data = path.read_bytes()
    html = ei.render(data, "html")
    assert html.startswith(b"<!doctype html>")
    assert ei.parse(data).number in html.decode()
    assert b'lang="en"' in ei.render(data, "html", language="en")
    assert preflight(ei.render(data, "pdf", language="en")) == ()


def test_findings_are_shown_at_their_place():
    """What a report says is on the page."""
    data = (FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes()
    page = ei.render(data, "html", findings=ei.validate(data).findings).decode()
    assert "BR-CO-10" in page
    assert "<mark>" in page


def test_pages_that_contradict_the_invoice_are_warned_of():
    """The pages of one invoice around the XML of another: the verdict stays, the warnings name both values."""
    invoice = draft("services").complete()
    (means,) = invoice.payment_means
    other = means.model_copy(update={"account_identifier": "FR1420041010050500013M02606"})
    pages = ei.render(invoice, "pdf")
    pdf = ei.build(invoice.model_copy(update={"payment_means": (other,)}), "facturx", pdf=pages)
    report = ei.validate(pdf, language="en")
    (warning,) = [finding for finding in report.findings if finding.step == "visible"]
    values = (means.account_identifier, other.account_identifier)
    assert (warning.rule, warning.found, warning.expected) == ("EI-PDF-88", *values)
    assert warning.message == warning.message_en
    assert report.verdict == "valid"


def test_a_container_fault_makes_a_good_invoice_invalid(services):
    """The XML is judged all the same, and found valid; the PDF around it is not."""
    xml = ei.extract(services).xml
    report = ei.validate(samples.pdf(samples.embedding(xml, relationship=b"", in_af=False)))
    assert report.verdict == "invalid"
    assert {finding.step for finding in report.findings if finding.severity == "error"} == {"container"}
    assert {step.name: step.status for step in report.documents[0].steps}["profile"] == "passed"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7",
        samples.pdf(samples.archival()).replace(b"xref\n0 11", b"xref\n0 99999999"),
        samples.pdf(samples.archival() | {samples.METADATA: b"9 0 R"}),
        samples.pdf(samples.archival(), trailer=samples.IDENTIFIER + b"/Encrypt<</Filter/Other/V 9>>"),
        samples.pdf(samples.archival() | {samples.CATALOG: samples.catalog(b"/X " + b"[" * 50_000 + b"]" * 50_000)}),
    ],
    ids=["header", "claims", "loop", "encrypted", "nested"],
)
def test_a_hostile_pdf_is_never_valid_and_never_a_traceback(data):
    """Each verb says so in one of its own exceptions; the report says why."""
    report = ei.validate(data)
    assert report.verdict in ("invalid", "not_run")
    assert report.findings or report.documents[0].steps[0].reason
    for verb in (ei.parse, ei.extract, ei.render):
        with pytest.raises(ei.EInvoiceError):
            verb(data)


def test_a_torn_pdf_is_never_valid_unless_whole(services):
    """Cut anywhere, or with a byte changed anywhere: a verdict, no exception."""
    for end in range(0, len(services), 1777):
        assert ei.validate(services[:end]).verdict != "valid"
    for place in range(0, len(services), 2477):
        torn = services[:place] + bytes([services[place] ^ 0x55]) + services[place + 1 :]
        assert json.loads(ei.validate(torn).model_dump_json())["verdict"] in ("valid", "invalid", "not_run")


def test_container_rules_are_explained():
    """Our own rules about PDFs are known by their ids."""
    rule = ei.explain("EI-PDF-05")
    assert rule.fr
    assert rule.en
    assert rule.source
    with pytest.raises(ei.Unrecognised):
        ei.explain("EI-PDF-999")
