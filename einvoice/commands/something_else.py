"""Files that are recognised as something else than what einvoice validates: `--skip-unknown` leaves them out."""

from __future__ import annotations

import re

from einvoice.commands.inputs import can_be_read_again, read_document
from einvoice.report import DocumentReport

_DOCUMENT_TYPE = re.compile(rb"\A\s*(?:<[?!][^>]*>\s*)*?<!DOCTYPE\s+(?:\w+:)?(\w+)")
_HEAD = 4_096  # bytes in which a document type stands
_ROOTS = (b"Invoice", b"CreditNote", b"CrossIndustryInvoice", b"CrossDomainAcknowledgementAndResponse", b"Report")
# What every document that einvoice validates holds somewhere: the names of its vocabularies.
_MARKS = (
    b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    b"CrossIndustryInvoice",
    b"CrossDomainAcknowledgementAndResponse",
    b"ReportDocument",
    b"AnnuaireActualisation",
    b"AnnuaireConsultationF14",
)


def is_something_else(name: str, report: DocumentReport) -> bool:
    """Whether a file is recognised as something else: XML of another kind, or a PDF without an invoice.

    What cannot be opened, an empty file and a torn one are never passed over: nobody can tell what they were. XML with
    a document type is not read, but it says what it is.
    """
    rules = {finding.rule for finding in report.findings}
    if report.kind == "unknown" and rules & {"EI-PARSE-02", "EI-PDF-01"}:
        return True
    if "EI-PARSE-01" not in rules or not can_be_read_again(name):
        return False
    data = read_document(name)
    told = _DOCUMENT_TYPE.search(data[:_HEAD])
    return told is not None and told[1] not in _ROOTS and not any(mark in data for mark in _MARKS)
