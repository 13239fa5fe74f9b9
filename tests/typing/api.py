"""What users write against einvoice, as the README shows it: checked by `mypy --strict`, never run.

A line that the type checker refuses here would be refused in a user's editor too. `assert_type` holds what a name is.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from datetime import date, datetime
from decimal import Decimal
from typing import assert_type

import einvoice as ei
from einvoice import detect, ereporting, lifecycle
from einvoice.france.directory_files import DirectoryExport, DirectoryUpdate
from einvoice.france.ereporting import EReport
from einvoice.france.lifecycle import LifecycleMessage
from einvoice.report import Kind


def what_it_does(payload: bytes, inbound: bytes) -> None:
    """The first example of the README."""
    draft = ei.Draft.model_validate_json(payload)
    assert_type(draft, ei.Draft)
    assert_type(ei.validate(draft), ei.Report)
    assert_type(ei.build(draft, "ubl"), bytes)
    pdf = ei.build(draft, "facturx", profile="basic", pdf=inbound, date=date(2026, 11, 2), strict=True)
    report = ei.validate(inbound, policy=ei.Policy(direction="receiving", date=date(2026, 11, 22)))
    other = ei.convert(inbound, "cii")
    assert_type(other.data, bytes)
    assert_type(other.losses, tuple[ei.Finding, ...])
    assert_type(ei.render(inbound, "html", findings=report.findings), bytes)
    assert_type(ei.extract(pdf).xml, bytes)
    assert_type(ei.extract(pdf).attachments, tuple[ei.EmbeddedFile, ...])
    assert_type(ei.explain("BR-CO-10").fr, str)
    assert_type(ei.losses(draft, "facturx", profile="minimum"), tuple[ei.Finding, ...])


def a_document_is_opened_once(inbound: bytes) -> None:
    """The same document goes through several verbs; what it is can be asked first."""
    assert_type(detect.detect(inbound).kind, Kind)
    document = ei.Document(inbound)
    assert_type(ei.validate(document), ei.Report)
    assert_type(ei.render(document, language="en"), bytes)
    assert_type(ei.Document.of(ei.Draft()).invoice, ei.Invoice)


def many_documents(archive: Iterator[tuple[str, bytes]], threads: Executor) -> None:
    """Names and bytes, or bytes alone; any executor."""
    assert_type(ei.validate_many(archive), Iterator[ei.DocumentReport])
    for report in ei.validate_many([b"one", b"two"], executor=threads, jobs=2, ordered=False, language="en"):
        assert_type(report.source, str | None)
    ei.validate_many([b"one", ("two.xml", b"two")], policy=ei.Policy(direction="sending"))


def drafts_are_made_of_plain_values() -> ei.Invoice:
    """Parts may be given as dictionaries and lists, dates and numbers as text, as in JSON."""
    draft = ei.Draft(
        number="F2026-0001",
        issue_date="2026-11-02",
        due_date=date(2026, 12, 2),
        nature="services",
        seller={"name": "VENDEUR EXEMPLE", "postal_address": {"country_code": "FR"}},
        lines=[{"item_name": "Conseil", "quantity": "2", "item_net_price": "50.00", "vat_rate": 20}],
    )
    again = ei.Draft.model_validate({"lines": [{"item_name": "Conseil"}]})
    return (again if draft.is_final else draft).complete()


def drafts_change(draft: ei.Draft) -> None:
    """A draft is assigned to and put into, and says what contradicts itself."""
    draft.number = "F2026-0002"
    assert_type(draft.issue_date, date | None)
    draft.issue_date = date(2026, 11, 2)
    draft.due_date = draft.issue_date
    draft.due_date = None
    draft.rounding = "line"
    draft.due_rounding = Decimal("0.05")
    assert_type(draft.set("lines[0].quantity", "3"), str)
    draft.set("lines[+]", {"item_name": "Déplacement", "quantity": "1", "item_net_price": "30.00", "vat_rate": "20"})
    for each in draft.disagreements():
        assert_type(each.field, str)


def what_was_parsed_is_narrowed(data: bytes) -> str | None:
    """`parse` gives an invoice or a French message; `isinstance` or `match` tells them apart."""
    found = ei.parse(data)
    match found:
        case ei.Invoice():
            assert_type(found.totals.amount_with_vat if found.totals else None, Decimal | None)
            return found.seller.name if found.seller else None
        case LifecycleMessage():
            return found.identifier
        case EReport() | DirectoryUpdate() | DirectoryExport():
            assert_type(found, EReport | DirectoryUpdate | DirectoryExport)
            return None


def findings_say_where(report: ei.Report) -> list[str]:
    """A verdict is one of three words; a finding has its field and both languages."""
    if report.verdict == "not_run":
        return [step.reason or "" for document in report.documents for step in document.steps]
    return [f"{each.rule} {each.field or each.xpath} {each.message_en}" for each in report.findings]


def what_is_wrong_is_caught(data: bytes) -> bytes | None:
    """One exception for all that a document can cause; a draft and a refusal say more."""
    try:
        return ei.build(ei.Draft.model_validate_json(data), "cii")
    except ei.DraftError as error:
        assert_type([problem.path for problem in error.problems], list[str])
    except ei.Unwritable as error:
        assert_type([finding.rule for finding in error.findings], list[str])
    except ei.EInvoiceError:
        return None
    return None


def beside_the_invoice(
    invoice: ei.Invoice, now: datetime, books: ereporting.Books, reporting: ereporting.Reporting
) -> None:
    """The example of the README on statuses and e-reports."""
    payment = lifecycle.Payment(Decimal("1200.00"))
    message = lifecycle.status(invoice, 212, at=now, received_at=now, payment=payment)
    life = lifecycle.Lifecycle(invoice).with_message(message)
    assert_type(lifecycle.write(message), bytes)
    assert_type(bool(life.due or life.duties or life.next), bool)
    for filing in reporting.filings(books, 2026):
        assert_type(ereporting.write(filing.report), bytes)
        assert_type(filing.period.closes_at, datetime)
