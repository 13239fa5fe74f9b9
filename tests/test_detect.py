"""What a document is: from its root element and its specification identifier, never from its name."""

from datetime import date

import pytest

from einvoice import cii, ubl
from einvoice.detect import detect, read_invoice
from einvoice.errors import Unreadable, Unrecognised
from einvoice.model import Invoice, Line, Totals
from einvoice.profiles import profile_of

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CEFACT = "urn:un:unece:uncefact:data:standard:"
CDAR = "CrossDomainAcknowledgementAndResponse"
SBDH = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
SMALL = Invoice(
    specification_identifier="urn:cen.eu:en16931:2017",
    number="F1",
    issue_date=date(2026, 9, 2),
    type_code="380",
    currency_code="EUR",
    totals=Totals(amount_due=1),
    lines=(Line(identifier="1", net_amount=1, item_net_price=1),),
)


def invoice_of(**changes):
    """The small invoice with changes."""
    return SMALL.model_copy(update=changes)


def enveloped(*documents):
    """The documents in one Standard Business Document."""
    inside = b"".join(each.partition(b"\n")[2] for each in documents)
    header = f'<StandardBusinessDocument xmlns="{SBDH}">\n<StandardBusinessDocumentHeader/>\n'.encode()
    return header + inside + b"</StandardBusinessDocument>"


@pytest.mark.parametrize(
    ("data", "kind", "syntax"),
    [
        (ubl.write(SMALL), "invoice", "ubl"),
        (ubl.write(invoice_of(type_code="381")), "credit_note", "ubl"),
        (cii.write(SMALL), "invoice", "cii"),
        (cii.write(invoice_of(type_code="381")), "credit_note", "cii"),
        (
            f'<x:{CDAR} xmlns:x="{CEFACT}{CDAR}:100"/>'.encode(),
            "lifecycle",
            "cdar",
        ),
        (b"<Report/>", "ereport", "flux10"),
        (b"<AnnuaireActualisation/>", "directory", "annuaire"),
        (b"<AnnuaireConsultationF14/>", "directory", "annuaire"),
        (b"%PDF-1.7\n...", "invoice", "facturx"),
        (b"garbage before it\n%PDF-1.4", "invoice", "facturx"),
        (b"\xef\xbb\xbf\n<!-- like %PDF-1.4 --><Report/>", "ereport", "flux10"),
    ],
)
def test_tells_documents_by_their_content(data, kind, syntax):
    """Each document that einvoice reads is known by its root element."""
    found = detect(data)
    assert (found.kind, found.syntax) == (kind, syntax)


@pytest.mark.parametrize(
    ("identifier", "profile"),
    [
        ("urn:factur-x.eu:1p0:minimum", "minimum"),
        ("urn:factur-x.eu:1p0:basicwl", "basicwl"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "basic"),
        ("urn:cen.eu:en16931:2017", "en16931"),
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "extended"),
        ("urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr", "extended-ctc-fr"),
        ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "xrechnung"),
        ("urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "peppol"),
        ("urn:peppol:pint:billing-1@sg-1", "peppol"),
        ("urn:cen.eu:en16931:2017#compliant#urn:example.com:cius", "other"),
        (None, "other"),
    ],
)
def test_tells_the_profile_by_its_identifier(identifier, profile):
    """BT-24 names the profile; one that is not known here is another one."""
    assert profile_of(identifier).name == profile
    found = detect(ubl.write(invoice_of(specification_identifier=identifier)))
    assert (found.specification_identifier, found.profile) == (identifier, profile)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'<x xmlns="urn:ferd:CrossIndustryDocument:invoice:1p0"/>', "ZUGFeRD 1"),
        (b'<x xmlns="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"/>', "Order-X"),
        (f'<Order xmlns="{UBL}Order-2"/>'.encode(), "UBL document that is neither"),
        (f'<CrossIndustryInvoice xmlns="{CEFACT}CrossIndustryInvoice:8"/>'.encode(), "expected .*:100$"),
        (f'<Invoice xmlns="{UBL}Invoice-3"/>'.encode(), "Invoice-3: expected .*Invoice-2$"),
        (f'<Invoice xmlns="{UBL}CreditNote-2"/>'.encode(), "CreditNote-2: expected .*Invoice-2$"),
        (b'<Invoice xmlns="urn:x"/>', "root element Invoice in namespace urn:x"),
        (
            b'<p:FatturaElettronica xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"/>',
            "FatturaPA",
        ),
        (b'<s:schematron-output xmlns:s="http://purl.oclc.org/dsdl/svrl"/>', "validator"),
        (b"<Invoice/>", "root element Invoice is that of an invoice .* namespace is —: expected .*Invoice-2$"),
        (b"<rss/>", "root element rss without namespace"),
        (b'<rss xmlns="urn:x"/>', "root element rss in namespace urn:x"),
        (enveloped(), "with 0 documents"),
        (enveloped(ubl.write(SMALL), ubl.write(SMALL)), "with 2 documents"),
    ],
)
def test_names_what_it_does_not_read(data, words):
    """The message says what was found, so that a person knows what was sent."""
    with pytest.raises(Unrecognised, match=words):
        detect(data)


def test_what_is_no_xml_is_unreadable():
    """Bytes that are neither PDF nor XML are refused by the parser."""
    with pytest.raises(Unreadable):
        detect(b"number;date")


def test_takes_ubl_out_of_its_envelope():
    """An SBDH envelope is unwrapped; the document in it is a document of its own, and keeps its line numbers."""
    found = detect(enveloped(ubl.write(SMALL)))
    assert (found.kind, found.syntax, found.enveloped) == ("invoice", "ubl", True)
    assert found.root.getparent() is None
    assert found.root.getroottree().getroot() is found.root
    assert found.root.sourceline == 3
    assert read_invoice(enveloped(ubl.write(SMALL))) == SMALL


def test_reads_the_invoice_whichever_syntax_it_is_in():
    """The same invoice comes out of UBL and CII."""
    assert read_invoice(ubl.write(SMALL)) == read_invoice(cii.write(SMALL)) == SMALL


@pytest.mark.parametrize("data", [b"<Report/>", b"%PDF-1.7"])
def test_reads_invoices_only(data):
    """A document of another kind is not read as an invoice."""
    with pytest.raises(Unrecognised, match="expected an invoice"):
        read_invoice(data)
