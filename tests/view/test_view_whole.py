"""A test or a copy is told first of all: nobody who sees the page may take it for the invoice."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html
from minimal import CII, UBL, without

import einvoice as ei

COPY = "<cbc:IssueDate>=><cbc:CopyIndicator>{}</cbc:CopyIndicator><cbc:IssueDate>"
CONTEXT = "<ram:GuidelineSpecifiedDocumentContextParameter>"
TEST = f"{CONTEXT}=><ram:TestIndicator><udt:Indicator>{{}}</udt:Indicator></ram:TestIndicator>{CONTEXT}"
POLICY = ei.Policy(date="2026-11-22")


def remarks(page: bytes) -> list[str]:
    """The texts of the remarks on the page, in order."""
    root = lxml_html.fromstring(page.decode())
    return [each.text_content().strip() for each in root.xpath("//*[contains(@class, 'remark')]")]


@pytest.mark.parametrize(("document", "change"), [(UBL, COPY), (CII, TEST)], ids=["copy", "test"])
def test_the_view_says_so_first(document, change):
    """Without findings it is all that is said, with them it is said once, before them."""
    data = without(document, change.format("true"))
    (alone, *_) = remarks(ei.render(data, language="en"))
    assert "EI-READ-09" in alone
    assert "This document is no invoice to be booked" in alone
    spoilt = without(data.decode(), 'unitCode="HUR"=>unitCode="???"')
    findings = ei.validate(spoilt, policy=POLICY, language="en").findings
    page = ei.render(spoilt, language="en", findings=findings)
    rule = next(each.rule for each in findings if each.field and each.field.startswith("lines[0]"))
    assert page.count(b"no invoice to be booked") == 1
    assert "EI-READ-09" in remarks(page)[0]
    assert page.index(b"EI-READ-09") < page.index(rule.encode())


@pytest.mark.parametrize(("document", "change"), [(UBL, COPY), (CII, TEST)], ids=["copy", "test"])
def test_an_invoice_that_says_that_it_is_neither_has_no_warning(document, change):
    """False is what everybody means."""
    page = ei.render(without(document, change.format("false")), language="en")
    assert b"EI-READ-09" not in page
    assert page.startswith(b"<!doctype html>")
