from __future__ import annotations

import io

import faulty
import pytest
import samples as s
from pypdf import PdfReader, PdfWriter

from einvoice.errors import Unreadable
from einvoice.facturx.container import check_container
from einvoice.facturx.embedded import extract
from einvoice.facturx.observed import archival
from einvoice.pdfa import preflight
from einvoice.pdfa.convert import convert_to_pdfa3
from einvoice.pdfa.fault import REPAIRED, Fault, Irreparable
from einvoice.rulebook import row

REFUSED_BY_ITS_SOURCE = {"facturx_with_xrechnung.pdf", "ZUGFeRD_2.0_fully_compliant_complete.pdf"}
DOCUMENTATION = {"BRS-CDAError_AcknowledgementProcess.pdf", "XP_Z12-014_CAS_USAGE_Annexe_B_V1.2.pdf"}


def encrypted():
    """A PDF that opens without a password and is enciphered all the same."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(s.pdf(s.archival()))))
    writer.encrypt("", "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def codes(broken):
    """The codes of faults."""
    return [each.fault.value for each in broken]


@pytest.mark.parametrize("fault", faulty.FAULTS, ids=lambda fault: fault.name)
def test_each_fault_has_a_name(fault):
    """What PDF/A-3 forbids is found, under the rule that says so, and said in both languages with its clause."""
    findings = s.worded(archival(preflight(fault.data)))
    assert fault.rule in findings
    finding = findings[fault.rule]
    assert finding.severity == "error"
    assert finding.source.startswith("ISO 19005-3 §6.")
    assert finding.message != finding.message_en
    assert finding.hint


@pytest.mark.parametrize("fault", faulty.FAULTS, ids=lambda fault: fault.name)
def test_what_can_be_repaired_is_and_the_rest_is_refused(fault):
    """A repairable fault gives a PDF without fault, listed as repaired; any other is refused by name."""
    if Fault(fault.rule) in REPAIRED:
        converted = convert_to_pdfa3(fault.data, date=s.DATE)
        assert fault.rule in codes(converted.repaired)
        assert preflight(converted.pdf) == ()
    else:
        with pytest.raises(Irreparable) as refusal:
            convert_to_pdfa3(fault.data, date=s.DATE)
        assert fault.rule in codes(refusal.value.broken)


@pytest.mark.parametrize(
    "objects",
    [s.archival(), s.with_truetype(), s.with_cid_font(), s.embedding(s.cii())],
    ids=["Type 3", "TrueType", "composite", "Factur-X"],
)
def test_good_pdfs_have_no_blocker(objects):
    """The samples that the faults change have none themselves."""
    assert preflight(s.pdf(objects)) == ()


def test_every_rule_about_pdfa_has_a_pdf_that_breaks_it():
    """No rule is without a faulty PDF; those that no small sample can break are listed with their test."""
    # Encryption, JPEG 2000, object metadata, and what is written so that programs differ: tests of their own.
    elsewhere = {"EI-PDF-30", "EI-PDF-46", "EI-PDF-73", "EI-PDF-74"}
    assert {fault.value for fault in Fault} == {fault.rule for fault in faulty.FAULTS} | elsewhere


def test_the_hint_of_a_fault_says_whether_it_is_repaired():
    """The part about PDF/A gives codes, the rulebook the words: both know the same repairs."""
    for fault in Fault:
        assert row(fault.value).hint_en.startswith("einvoice can repair this") == (fault in REPAIRED)


def test_encryption_is_a_blocker_and_a_container_fault():
    """An enciphered PDF is refused by name, whatever the password, and is no Factur-X."""
    data = encrypted()
    assert "EI-PDF-30" in codes(preflight(data))
    with pytest.raises(Irreparable) as refusal:
        convert_to_pdfa3(data, date=s.DATE)
    assert "EI-PDF-30" in codes(refusal.value.broken)
    assert "EI-PDF-18" in [finding.rule for finding in check_container(data).observations]


def test_a_password_is_no_crash():
    """A PDF that asks for a password cannot be read, and says so."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(s.pdf(s.embedding(s.cii())))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert codes(preflight(out.getvalue())) == ["EI-PDF-30"]
    assert [finding.rule for finding in check_container(out.getvalue()).observations] == ["EI-PDF-18"]
    with pytest.raises(Unreadable, match="password"):
        extract(out.getvalue())


def jp2(*, channels=3, depth=8, method=1, space=16, extra=b""):
    """The header of a JPEG 2000 image."""

    def box(kind, body):
        return (len(body) + 8).to_bytes(4, "big") + kind + body

    image = bytes(8) + channels.to_bytes(2, "big") + bytes([depth - 1, 7, 0, 0])
    colour = bytes([method, 0, 0]) + space.to_bytes(4, "big")
    return box(b"jP  ", b"\r\n\x87\n") + box(b"jp2h", box(b"ihdr", image) + extra + box(b"colr", colour))


@pytest.mark.parametrize(
    ("data", "is_good"),
    [
        (jp2(), True),
        (jp2(channels=2), False),
        (jp2(depth=39), False),
        (jp2(space=19), False),
        (jp2(method=4), False),
        (jp2(extra=b"\0\0\0\x0bbpcc\7\7\7"), False),
        (b"\xff\x4f\xff\x51", False),
    ],
)
def test_jpeg_2000_is_judged_by_its_header(data, is_good):
    """Number of channels, depth and colour of a JPEG 2000 image are held against PDF/A-3."""
    image = s.stream(data, b"/Type/XObject/Subtype/Image/Width 1/Height 1/Filter/JPXDecode")
    found = codes(preflight(s.pdf(s.archival() | faulty.drawn(b"/X Do", faulty.X, o20=image))))
    assert ("EI-PDF-46" in found) is not is_good


def test_metadata_of_an_object_that_is_no_xmp():
    """Metadata of a single image have to be well-formed too; they are dropped, which nobody sees."""
    image = s.stream(b"\x00", faulty.IMAGE + b"/Metadata 21 0 R")
    changes = faulty.drawn(b"/X Do", faulty.X, o20=image, o21=s.stream(b"<x:xmpmeta", b"/Type/Metadata/Subtype/XML"))
    data = s.pdf(s.archival() | changes)
    assert codes(preflight(data)) == ["EI-PDF-73"]
    assert preflight(convert_to_pdfa3(data, date=s.DATE).pdf) == ()


def test_a_finding_says_where():
    """The message names the page and the font, and counts what it does not name."""
    pages = b" ".join(b"%d 0 R" % number for number in range(30, 40))
    objects = s.archival() | {
        s.PAGES: b"<</Type/Pages/Kids[%s]/Count 10>>" % pages,
        s.FONT: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        **{number: s.page(b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]>>]") for number in range(30, 40)},
    }
    findings = s.worded(archival(preflight(s.pdf(objects))))
    assert findings["EI-PDF-49"].message == "Police non incorporée : Helvetica (page 1)."
    assert "Link (page 6) (+ 4)" in findings["EI-PDF-57"].found


def test_converting_is_deterministic():
    """The same PDF and date give the same bytes; another date gives others."""
    data = faulty.FAULTS[0].data
    assert convert_to_pdfa3(data, date=s.DATE) == convert_to_pdfa3(data, date=s.DATE)
    assert convert_to_pdfa3(data, date=s.DATE).pdf != convert_to_pdfa3(data, date=s.DATE.replace(year=2027)).pdf


def test_a_good_pdf_is_converted_to_itself():
    """A PDF/A-3 needs no repair and keeps its level."""
    converted = convert_to_pdfa3(s.pdf(s.archival()), date=s.DATE)
    assert converted.repaired == ()
    assert converted.conformance == "B"


def test_content_streams_are_copied_as_they_stand():
    """What is drawn does not change by one byte."""
    fault = next(fault for fault in faulty.FAULTS if fault.name == "red without intent")
    before = PdfReader(io.BytesIO(fault.data)).pages[0].get_contents().get_data()
    after = PdfReader(io.BytesIO(convert_to_pdfa3(fault.data, date=s.DATE).pdf)).pages[0].get_contents().get_data()
    assert before == after


def test_the_corpus_is_judged_as_verapdf_judges_it(corpus):
    """Of the public PDFs, those that veraPDF passes have no blocker, and those that it fails have one."""
    for path in sorted(corpus.rglob("*.pdf")):
        if path.name not in DOCUMENTATION:
            found = preflight(path.read_bytes())
            assert bool(found) == (path.name in REFUSED_BY_ITS_SOURCE), path.name
