from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

import faulty
import pytest
import samples as s
from pypdf import PdfReader

from einvoice.errors import Unreadable, Unrecognised, Unwritable
from einvoice.facturx.container import check_container
from einvoice.facturx.embed import embed
from einvoice.facturx.embedded import extract
from einvoice.model import SupportingDocument
from einvoice.pdfa import Fault, NotArchival, preflight
from einvoice.pdfa.metadata import Properties
from einvoice.pdfa.xmp import read_xmp
from einvoice.profiles import FACTURX_PROFILES

PDF = s.pdf(s.archival())


def made(pdf=PDF, xml=None, **options):
    """A Factur-X of the EN 16931 profile, unless said otherwise."""
    return embed(pdf, s.cii() if xml is None else xml, **{"profile": "en16931", "date": s.DATE} | options)


def catalog(pdf):
    """The catalogue of a PDF."""
    return PdfReader(io.BytesIO(pdf)).root_object


@pytest.mark.parametrize("chosen", FACTURX_PROFILES, ids=lambda chosen: chosen.name)
def test_every_profile_is_embedded_as_its_specification_says(chosen):
    """Name, relationship, MIME type, metadata and lists are right for each profile, and the PDF stays a PDF/A-3."""
    pdf = made(xml=s.cii(chosen.identifier), profile=chosen.name)
    check = check_container(pdf)
    assert check.observations == ()
    assert check.profile == chosen.name
    assert check.extracted.xml == s.cii(chosen.identifier)
    assert check.extracted.relationship == ("Data" if chosen.name in {"minimum", "basicwl"} else "Alternative")
    assert check.extracted.mime == "text/xml"
    assert check.extracted.found_in == {"names", "af"}
    assert preflight(pdf) == ()


def test_the_same_input_gives_the_same_bytes():
    """Two runs differ in nothing; another date changes the identifier of the version, not that of the file."""
    assert made() == made()
    first, second = (PdfReader(io.BytesIO(made(date=date))) for date in (s.DATE, datetime(2027, 1, 1, tzinfo=UTC)))
    assert first.trailer["/ID"][0] == second.trailer["/ID"][0]
    assert first.trailer["/ID"][1] != second.trailer["/ID"][1]


def test_the_pdf_keeps_what_it_is():
    """Content, output intent, level and language stay; dates are those of the call and of the original."""
    objects = s.archival() | {
        s.CATALOG: s.catalog(b"/Lang(fr-FR)/MarkInfo<</Marked true>>/StructTreeRoot 20 0 R"),
        s.METADATA: s.metadata(conformance="A"),
        s.INFO: b"<</CreationDate(D:20200102030405+01'00')/Author(Atelier)>>",
        20: b"<</Type/StructTreeRoot>>",
    }
    pdf = made(s.pdf(objects))
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.pages[0].get_contents().get_data() == s.TEXT
    assert reader.root_object["/Lang"] == "fr-FR"
    assert reader.root_object["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert "/StructTreeRoot" in reader.root_object
    assert reader.metadata["/CreationDate"] == "D:20200102030405+01'00'"
    assert reader.metadata["/ModDate"] == "D:20260902101500+00'00'"
    xmp = read_xmp(reader.root_object["/Metadata"].get_data())
    assert (xmp.part, xmp.conformance, xmp.created) == (3, "A", "2020-01-02T03:04:05+01:00")
    assert xmp.title == "Facture"
    assert xmp.author == "Atelier"


def test_properties_replace_those_of_the_pdf():
    """Title and language that are given win, in both places where a PDF has them."""
    pdf = made(properties=Properties(title="Facture F2026-0001 & suite", author="Société Exemple", language="fr"))
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == "Facture F2026-0001 & suite"
    assert reader.metadata.author == "Société Exemple"
    assert reader.root_object["/Lang"] == "fr"
    assert read_xmp(reader.root_object["/Metadata"].get_data()).title == "Facture F2026-0001 & suite"


def test_a_language_that_is_none_is_refused():
    """The language has to be an identifier such as fr-FR."""
    with pytest.raises(ValueError, match="language identifier"):
        made(properties=Properties(language="français"))


def test_attachments_travel_with_their_relationship():
    """Files of BG-24 are embedded as supplements, under a name of their own; references without file are not."""
    documents = (
        SupportingDocument(
            reference="BL-1", filename="bon.pdf", mime_code="application/pdf", attached_document=b"%PDF-1"
        ),
        SupportingDocument(reference="BL-2", filename="bon.pdf", mime_code="nonsense", attached_document=b"two"),
        SupportingDocument(reference="BL-3", filename="dir\\factur-x.xml", attached_document=b"<a/>"),
        SupportingDocument(reference="BL-4", external_location="https://example.org/bl-4"),
    )
    pdf = made(attachments=documents)
    files = {file.name: file for file in extract(pdf).attachments}
    assert sorted(files) == ["bon (2).pdf", "bon.pdf", "factur-x (2).xml"]
    assert files["bon.pdf"].data == b"%PDF-1"
    assert files["bon.pdf"].mime == "application/pdf"
    assert files["bon (2).pdf"].mime == "application/octet-stream"
    assert {file.relationship for file in files.values()} == {"Supplement"}
    assert preflight(pdf) == ()
    assert check_container(pdf).observations == ()


def test_names_beyond_ascii_are_kept():
    """An attachment may have an accented name."""
    document = SupportingDocument(filename="Relevé n° 1.txt", mime_code="text/plain", attached_document=b"x")
    assert extract(made(attachments=[document])).attachments[0].name == "Relevé n° 1.txt"


def test_an_invoice_that_was_there_is_replaced():
    """Embedding twice leaves one invoice, the new one, and keeps the other files."""
    document = SupportingDocument(filename="a.txt", mime_code="text/plain", attached_document=b"x")
    twice = made(made(xml=s.cii(number="OLD"), attachments=[document]), xml=s.cii(number="NEW"))
    found = extract(twice)
    assert b"NEW" in found.xml
    assert [file.name for file in found.attachments] == ["a.txt"]
    assert len(catalog(twice)["/AF"]) == 2


def test_an_invoice_on_a_page_is_not_doubled():
    """A PDF that shows an invoice as an annotation would hold two: it is refused."""
    objects = s.embedding(s.cii()) | {
        s.PAGE: s.page(b"/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 0 0]/FS 20 0 R/F 4>>]"),
    }
    with pytest.raises(Unwritable, match="annotation"):
        made(s.pdf(objects))


def test_a_pdf_that_is_no_pdfa_is_refused_by_name():
    """No Factur-X is made of a PDF with a fault; the refusal says which."""
    fault = next(fault for fault in faulty.FAULTS if fault.rule == "EI-PDF-49")
    with pytest.raises(NotArchival) as refusal:
        made(fault.data)
    assert [each.fault for each in refusal.value.broken] == [Fault.FONT_NOT_EMBEDDED]


def test_the_checksum_is_that_of_the_xml():
    """Size and checksum of the embedded file are right."""
    parameters = catalog(made())["/AF"][0]["/EF"]["/F"]["/Params"]
    assert parameters["/Size"] == len(s.cii())
    assert parameters["/CheckSum"].original_bytes == hashlib.md5(s.cii(), usedforsecurity=False).digest()


def test_other_names_of_the_document_stay():
    """Named destinations live in the same dictionary as the files, and survive."""
    objects = s.archival() | {s.CATALOG: s.catalog(b"/Names<</Dests<</Names[(top)[3 0 R/Fit]]>>>>")}
    names = catalog(made(s.pdf(objects)))["/Names"]
    assert names["/Dests"]["/Names"][0] == "top"
    assert names["/EmbeddedFiles"]["/Names"][0] == "factur-x.xml"


def test_unknown_profiles_are_refused():
    """A profile that Factur-X does not have is a wrong argument."""
    with pytest.raises(ValueError, match="unknown Factur-X profile"):
        made(profile="extended-ctc-fr")


def test_extracting_says_what_is_there():
    """A PDF without invoice is not recognised, and the message lists what it holds; no PDF is not readable."""
    with pytest.raises(Unrecognised, match="found nothing"):
        extract(PDF)
    with pytest.raises(Unreadable, match="not a PDF"):
        extract(b"Facture")


def test_xml_without_a_known_name_is_found_by_its_content():
    """A CII named otherwise is the invoice, an order or a text is not."""
    assert extract(s.pdf(s.embedding(s.cii(), name=b"data.xml"))).name == "data.xml"
    with pytest.raises(Unrecognised, match=r"order\.xml"):
        extract(s.pdf(s.embedding(b"<Order/>", name=b"order.xml")))


def test_every_corpus_pdf_can_be_filled_again(corpus):
    """Into each public Factur-X that is a PDF/A-3 a new invoice can be put, and comes out as it went in."""
    for path in sorted((corpus / "facturx-pdf").glob("*LE_CLIENT_BASIC*.pdf")):
        pdf = made(path.read_bytes(), preflighted=True)
        assert extract(pdf).xml == s.cii()
        assert check_container(pdf).observations == ()
        assert preflight(pdf) == ()
