from __future__ import annotations

import datetime as dt
import pickle
from collections import Counter

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice import binding, cii, document, ubl
from einvoice.document import Document
from einvoice.draft import Draft, completion
from einvoice.facturx import container, embedded
from einvoice.france import messages
from einvoice.france.lifecycle import cdar
from einvoice.pdfa import pdf

DRAFT = FIXTURES / "drafts" / "services.json"
AT = dt.datetime.fromisoformat("2026-11-03T10:00")


@pytest.fixture
def calls(monkeypatch):
    """How often a document is parsed, read, completed and written, counted where it is done."""
    counts = Counter()

    def count(module, name, what):
        real = getattr(module, name)

        def counted(*args, **options):
            counts[what] += 1
            return real(*args, **options)

        monkeypatch.setattr(module, name, counted)

    for module in (document, container, embedded):
        count(module, "parse_xml", "parse")
    for module in (ubl, cii):
        count(module, "read", "read")
    count(messages, "read_message", "read")
    count(binding, "write", "write")
    count(completion, "completed", "complete")
    return counts


@pytest.fixture(scope="module")
def draft() -> Draft:
    """A draft that becomes a valid invoice."""
    return Draft.model_validate_json(DRAFT.read_bytes())


def test_a_pdf_is_opened_once(draft, calls):
    """Whatever is asked of a Factur-X, its invoice is parsed once and read once."""
    hybrid = ei.build(draft, "facturx")
    calls.clear()
    opened = Document(hybrid)
    assert ei.validate(opened).verdict == "valid"
    ei.parse(opened)
    ei.render(opened)
    assert (calls["parse"], calls["read"]) == (1, 1)


def test_xml_and_messages_are_opened_once(draft, calls):
    """So is an invoice in XML, and a lifecycle message."""
    invoice = draft.complete()
    message = cdar.write(ei.lifecycle.status(invoice, 205, at=AT, received_at=AT))
    calls.clear()
    ei.validate(ei.build(invoice, "ubl"))
    assert (calls["parse"], calls["read"], calls["write"]) == (1, 1, 1)
    calls.clear()
    ei.validate(message)
    assert (calls["parse"], calls["read"]) == (1, 1)


def test_a_draft_is_completed_once(draft, calls):
    """Its contradictions and its invoice come from one completion; it is written and parsed once, and not read back."""
    assert ei.validate(draft).verdict == "valid"
    assert (calls["complete"], calls["write"], calls["parse"], calls["read"]) == (1, 1, 1, 0)


def test_a_facturx_is_written_once(draft, calls):
    """Building completes the draft once and writes the CII once."""
    ei.build(draft, "facturx")
    assert (calls["complete"], calls["write"]) == (1, 1)


def test_a_pdf_to_fill_is_opened_once(draft, monkeypatch):
    """Whether it is a PDF/A-3 is seen by the same look as that which fills it."""
    view = ei.build(draft, "facturx")
    opened = []
    real = pdf.Reader
    monkeypatch.setattr(pdf, "Reader", lambda *args, **options: opened.append(1) or real(*args, **options))
    filled = ei.build(draft, "facturx", pdf=view)
    assert len(opened) == 1
    assert ei.extract(filled).xml == ei.extract(view).xml


def test_a_fault_is_kept():
    """A document that cannot be read says so each time, and is looked at once."""
    broken = Document(b"<Invoice")
    with pytest.raises(ei.Unreadable) as first:
        _ = broken.detected
    with pytest.raises(ei.Unreadable) as second:
        _ = broken.detected
    assert first.value is second.value


def test_a_document_is_what_the_verbs_take(draft):
    """Bytes and an opened document get the same answers."""
    data = ei.build(draft, "ubl")
    opened = Document(data)
    assert ei.parse(opened) == ei.parse(data)
    assert ei.convert(opened, "cii").data == ei.convert(data, "cii").data
    assert [each.rule for each in ei.validate(opened).findings] == [each.rule for each in ei.validate(data).findings]


def test_the_report_carries_the_invoice(draft, calls):
    """Whoever receives an invoice judges and reads it in one go; what leaves the process is the verdict alone."""
    data = ei.build(draft, "ubl")
    calls.clear()
    report = ei.validate(data)
    assert report.invoice is not None
    assert calls["read"] == 1
    assert report.invoice == ei.parse(data)
    assert ei.validate(draft).invoice == draft.complete()
    for copied in (pickle.loads(pickle.dumps(report)), ei.Report.model_validate_json(report.model_dump_json())):  # noqa: S301 - ours
        assert (copied, copied.invoice) == (report, None)
    assert ei.validate(b"<Invoice").invoice is None
    assert ei.validate(b'{"number": 1').invoice is None
    invoice = draft.complete()
    assert ei.validate(cdar.write(ei.lifecycle.status(invoice, 205, at=AT, received_at=AT))).invoice is None
    assert ei.convert(data, "cii").report.invoice == ei.parse(ei.convert(data, "cii").data)
