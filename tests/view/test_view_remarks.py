from __future__ import annotations

from lxml import html as lxml_html
from view_samples import FINDINGS, GALLERY

from einvoice.model import Invoice, Line, Party
from einvoice.report import Finding
from einvoice.view import page as page_module
from einvoice.view import render_html, render_pdf
from einvoice.view.layout import page_of
from einvoice.view.page import Page, parts_of, spans_of
from einvoice.view.remarks import HOLDERS, with_remarks


def _finding(field: str | None, severity: str = "error") -> Finding:
    return Finding(rule="R", severity=severity, step="s", message="faux", message_en="wrong", field=field)


def _told(page) -> dict[str, list[int]]:
    """Where each remark stands: kind and path of its holder, or `head`."""
    found = {
        f"{type(each).__name__} {each.path}": [it.number for it in each.remarks] for each in parts_of(page, *HOLDERS)
    }
    return {
        where: numbers for where, numbers in (found | {"head": [it.number for it in page.remarks]}).items() if numbers
    }


def test_findings_stand_at_their_place():
    """A value that is wrong is marked and told in its block; one that is missing is told where it would stand."""
    page = with_remarks(page_of(GALLERY["services"](), "fr"), FINDINGS)
    assert _told(page) == {
        "Entries totals": [1],
        "Card seller": [2],
        "Row lines[1]": [3],
        "head": [4],
    }
    marked = {span.path: span.marks for span in spans_of(page) if span.marks}
    assert marked == {
        "totals.line_net_amount": (1,),
        "seller.legal_registration_identifier.value": (2,),
        "seller.legal_registration_identifier.scheme_id": (2,),
    }
    assert page.checks == "Contrôles\u00a0: 2 erreurs, 1 avertissement, 1 information"


def test_every_finding_is_told_once():
    """Wherever a finding points, even to nowhere, it is told exactly once."""
    invoice = Invoice(number="1", seller=Party(name="V"), lines=(Line(identifier="1"), Line(identifier="2")))
    fields = ["number", "due_date", "seller.name", "seller.vat_identifier", "lines[1]", "lines[1].net_amount", "lines"]
    findings = [_finding(field) for field in (*fields, "lines[7].net_amount", "no.such[3].field", "", None)]
    page = with_remarks(page_of(invoice, "fr"), findings)
    told = _told(page)
    assert sorted(number for numbers in told.values() for number in numbers) == list(range(1, len(findings) + 1))
    assert told["Row lines[1]"] == [5, 6]
    assert told["Card seller"] == [3, 4]


def test_line_1_is_not_line_10():
    """A path is compared by its steps: a finding about line 10 is not shown at line 1."""
    invoice = Invoice(lines=tuple(Line(identifier=str(number)) for number in range(11)))
    page = with_remarks(page_of(invoice, "fr"), [_finding("lines[10].item_name")])
    assert _told(page) == {"Row lines[10]": [1]}


def test_without_findings_the_page_is_unchanged():
    """No checks, no banner."""
    page = page_of(GALLERY["services"](), "fr")
    assert with_remarks(page, ()) is page


def test_messages_come_in_the_readers_language():
    """French message for a French page, the English one for an English page, both values, and the hint."""
    invoice = GALLERY["services"]()
    french = render_html(invoice, findings=FINDINGS).decode()
    english = render_html(invoice, findings=FINDINGS, language="en").decode()
    assert "La somme des montants nets" in french
    assert "Trouvé\u00a0: 8\u202f131,95\u00a0€, attendu\u00a0: 8\u202f132,20\u00a0€. Recalculez BT-106." in french
    assert "The sum of the line net amounts" in english
    assert "Checks: 2 errors, 1 warning, 1 information" in english


def test_marks_lead_to_their_remark():
    """In HTML every mark is a link to a remark that exists, and every remark has an id of its own."""
    page = lxml_html.document_fromstring(render_html(GALLERY["services"](), findings=FINDINGS))
    links, ids = page.xpath("//sup/a/@href"), page.xpath("//p[@id]/@id")
    assert links
    assert set(links) <= {f"#{each}" for each in ids}
    assert sorted(ids) == [f"finding-{number}" for number in range(1, 5)]


def test_a_pdf_with_findings_is_still_pdf_a():
    """Marks and remarks in every block do not keep Typst from writing PDF/A and PDF/UA."""
    fields = ["number", "due_date", "seller.name", "buyer", "lines[0]", "vat_breakdown[0].rate", "notes[0].text"]
    severities = ["error", "warning", "information"]
    findings = [
        _finding(field, severities[index % 3]) for index, field in enumerate((*fields, "payment_means[0]", None))
    ]
    assert render_pdf(GALLERY["services"](), findings=findings).startswith(b"%PDF-")


def test_holders_are_what_can_hold():
    """The kinds of block that show remarks are those that have room for them."""
    kinds = {kind for kind in vars(page_module).values() if hasattr(kind, "__dataclass_fields__")}
    assert set(HOLDERS) == {kind for kind in kinds - {Page} if "remarks" in kind.__dataclass_fields__}
