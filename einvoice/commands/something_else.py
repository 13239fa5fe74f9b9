"""Files that are recognised as something else than what einvoice validates: `--skip-unknown` leaves them out."""

from __future__ import annotations

import re

from einvoice.commands.inputs import can_be_read_again, read_document
from einvoice.detect import namespace_meant
from einvoice.report import DocumentReport
from einvoice.xml import parse_xml

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

    What cannot be opened, an empty file and a torn one are never passed over: nobody can tell what they were. Nor is
    an invoice in a namespace that is nearly the right one. XML with a document type is not read, but it says what it
    is.
    """
    rules = {finding.rule for finding in report.findings}
    if report.kind == "unknown" and "EI-PARSE-02" in rules:
        return not can_be_read_again(name) or namespace_meant(parse_xml(read_document(name))) is None
    if report.kind == "unknown" and "EI-PDF-01" in rules:
        return True
    if "EI-PARSE-01" not in rules or not can_be_read_again(name):
        return False
    data = read_document(name)
    told = _DOCUMENT_TYPE.search(data[:_HEAD])
    return told is not None and told[1] not in _ROOTS and not any(mark in data for mark in _MARKS)
