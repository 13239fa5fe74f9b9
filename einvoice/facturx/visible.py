"""Does the page say the same as the XML? Number, dates, totals, accounts and identifiers, compared.

    for each in compare_visible(pdf_bytes, invoice):
        print(each.rule, each.facts)       # EI-PDF-86 {'found': '1 200,00', 'expected': '1000.00'}

People pay what they read, programs book what they parse. Where the two differ, one of them is wrong, and in law the
question is which. Pages are free text, so this is careful: a value that the page does not show is no contradiction; one
is reported only where the page shows another value under a label of that role, and the XML's value nowhere.

Warnings, all of them: a page may rightly show an old account number or a subtotal. Sources: CGI art. 289-V
(authenticity, integrity and legibility of invoices); Factur-X 1.0 §4 (both representations are of one invoice).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from pypdf import apply_configuration
from pypdf.generic import ArrayObject, DictionaryObject

from einvoice.errors import Unreadable
from einvoice.facturx.observed import observed
from einvoice.facturx.page_layout import MAX_PAGES, laid_out
from einvoice.facturx.page_text import (
    AMOUNT,
    DATE,
    NUMBER,
    PageText,
    amounts_in,
    compact,
    dates_in,
    ibans_in,
    labelled_digits,
    vat_numbers_in,
)
from einvoice.model import Invoice, Party
from einvoice.pdfa.pdf import Limits, Pdf, Spent, opened
from einvoice.pdfa.reading import inherited
from einvoice.rulebook import Observation

STEP = "visible"
_LEAST_LETTERS = 40  # fewer is a scan or a drawing, not text
MOST_LETTERS, MOST_TEXTS = 1_000_000, 30_000  # of a page; a letter takes pypdf a microsecond or two, a text fifty
_FIGURES = b"0123456789.- \t\r\n"  # of which drawings are made
_STRINGS = re.compile(rb"\([^()\\]*+")
_SHOWING = re.compile(rb"T[jJ]\b|['\"]")


VISIBLE_RULES = tuple(f"EI-PDF-{number}" for number in range(80, 92))
UNREAD = "EI-PDF-80"  # the pages could not be read

# Where the page announces a value: French, English, German.
_NUMBER_LABELS = (
    r"(?:facture|avoir|invoice|credit note|rechnung)\s*(?:n\s*[°º]|no\b\.?|nr\b\.?|number|#)\s*:?"
    r"|n\s*[°º]\s*(?:de\s+)?(?:la\s+)?facture\s*:?|numéro\s+de\s+(?:la\s+)?facture\s*:?"
    r"|rechnungs-?\s?(?:nummer|nr\.?)\s*:?"
)
_ISSUE_LABELS = (
    r"date\s+d['’]émission\s*:?|date\s+de\s+(?:la\s+)?(?:facture|facturation)\s*:?|(?:^|\s{2})date\s*:"
    r"|invoice\s+date\s*:?|issue\s+date\s*:?|rechnungsdatum\s*:?"
)
_DUE_LABELS = r"(?:date\s+d['’])?échéance\s*:|due\s+date\s*:?|à\s+payer\s+avant\s+le\s*:?|fällig\s+(?:am|bis)\s*:?"
_TOTAL_LABELS = {
    "EI-PDF-84": r"total\s+ht\b|montant\s+(?:total\s+)?ht\b|total\s+hors\s+taxes?|total\s+excl\w*|nettosumme",
    "EI-PDF-85": r"total\s+(?:de\s+la\s+)?tva\b|montant\s+total\s+(?:de\s+la\s+)?tva\b|total\s+vat\b|steuerbetrag",
    "EI-PDF-86": r"total\s+ttc\b|montant\s+(?:total\s+)?ttc\b|grand\s+total|total\s+incl\w*|bruttosumme",
    "EI-PDF-87": r"net\s+[àa]\s+payer|reste\s+[àa]\s+payer|amount\s+due|total\s+due|zahlbetrag",
}


def compare_visible(
    data: bytes, invoice: Invoice, *, limits: Limits | None = None, bounded: bool = False
) -> tuple[Observation, ...]:
    """Where the pages of a PDF contradict the invoice inside; () where they agree, or show no text.

    `bounded`: that its pages are little work is known, and PDFium may read them, where it is installed. Never raises:
    pages that cannot be read within the limits are one observation that says so.
    """
    found = laid_out(data) if bounded else None
    try:
        text = PageText.of(found) if found is not None else _text(data, limits)
    except Unreadable as error:
        return (observed(UNREAD, STEP, found=str(error)),)
    if sum(char.isalpha() for char in text.all) < _LEAST_LETTERS:
        return ()
    return tuple(
        observed(rule, STEP, found=found, expected=expected, term=term)
        for rule, found, expected, term in _contradictions(text, invoice)
    )


def _text(data: bytes, limits: Limits | None) -> PageText:
    """The text of the pages by pypdf, laid out in lines as on paper."""
    pages = []
    with (
        opened(data, limits) as pdf,
        apply_configuration(stream_parsing_work_maximum_count=300_000, xform_maximum_invocations_per_extraction=500),
    ):
        for page in pdf.reader.pages[:MAX_PAGES]:
            pdf.tick()
            _check_size(pdf, page)
            _without_font_programs(pdf, page)
            pages.append(page.extract_text(extraction_mode="layout"))
    return PageText.of("\n".join(pages))


def _check_size(pdf: Pdf, page: DictionaryObject) -> None:
    """`Spent` where a page shows more than anybody reads: pypdf lays it out at its leisure, without a bound."""
    found = pdf.resolved(page.get("/Contents"))
    for stream in found if isinstance(found, ArrayObject) else [found]:
        drawing = pdf.content(stream) or b""
        letters = max(len(drawing.translate(None, _FIGURES)), sum(map(len, _STRINGS.findall(drawing))))
        if letters > MOST_LETTERS or len(_SHOWING.findall(drawing)) > MOST_TEXTS:
            raise Spent("EI-NO-PDF-TEXT", {"letters": str(MOST_LETTERS), "texts": str(MOST_TEXTS)})


def _without_font_programs(pdf: Pdf, page: DictionaryObject) -> None:
    """Take the CFF programs out of the fonts of an open page: pypdf would read them with fontTools, without a bound."""
    waiting, seen = [pdf.dictionary(inherited(pdf, page, "/Resources"))], set[int]()
    while waiting:
        resources = waiting.pop()
        pdf.tick()
        if id(resources) in seen:
            continue
        seen.add(id(resources))
        for font in pdf.dictionary(resources.get("/Font")).values():
            pdf.dictionary(pdf.dictionary(font).get("/FontDescriptor")).pop("/FontFile3", None)
        forms = pdf.dictionary(resources.get("/XObject")).values()
        waiting += [pdf.dictionary(pdf.dictionary(form).get("/Resources")) for form in forms]


_Contradiction = tuple[str, str, str, str]


def _contradictions(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    yield from _number(text, invoice)
    yield from _date(text, "EI-PDF-82", _ISSUE_LABELS, invoice.issue_date, "BT-2")
    yield from _date(text, "EI-PDF-83", _DUE_LABELS, invoice.due_date, "BT-9")
    yield from _totals(text, invoice)
    yield from _accounts(text, invoice)
    yield from _companies(text, invoice)
    yield from _taxpayers(text, invoice)


def _number(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    if not invoice.number or compact(invoice.number) in text.compact:
        return
    shown = [value for value in text.after(_NUMBER_LABELS, NUMBER) if not dates_in(value)]
    if shown:
        yield "EI-PDF-81", shown[0], invoice.number, "BT-1"


def _date(text: PageText, rule: str, labels: str, said: date | None, term: str) -> Iterator[_Contradiction]:
    if said is None or said in dates_in(text.all):
        return
    shown = text.after(labels, DATE)
    if shown:
        yield rule, shown[0], said.isoformat(), term


def _totals(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    totals = invoice.totals
    if totals is None:
        return
    said: dict[
        str, tuple[Decimal | None, Decimal | None, str]
    ] = {  # the value; what a label may mean as well; the term
        "EI-PDF-84": (totals.amount_without_vat, totals.line_net_amount, "BT-109"),
        "EI-PDF-85": (totals.vat_amount, totals.vat_amount_in_accounting_currency, "BT-110"),
        "EI-PDF-86": (totals.amount_with_vat, None, "BT-112"),
        "EI-PDF-87": (totals.amount_due, None, "BT-115"),
    }
    all_shown = amounts_in(text.all)
    for rule, (value, other, term) in said.items():
        if value is None or abs(value) in all_shown:
            continue
        for shown in text.after(_TOTAL_LABELS[rule], AMOUNT):
            if not amounts_in(shown) & {Decimal(0), abs(other or Decimal(0))}:
                yield rule, shown, str(value), term
                break


def _accounts(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    said = {compact(means.account_identifier) for means in invoice.payment_means if means.account_identifier}
    said |= {
        compact(means.debited_account_identifier) for means in invoice.payment_means if means.debited_account_identifier
    }
    expected = [account for account in sorted(said) if ibans_in(account)]
    yield from _other("EI-PDF-88", ibans_in(text.all), expected, said, "BT-84")


def _companies(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    numbers = {
        number
        for party in _parties(invoice)
        for identifier in (*party.identifiers, party.legal_registration_identifier)
        if identifier and (number := compact(identifier.value or "")).isdigit() and len(number) in {9, 14}
    }
    sirens = {number[:9] for number in numbers} | {
        vat[4:] for vat in _vat_numbers(invoice) if vat.startswith("FR") and len(vat) == 13
    }
    sirets = {number for number in numbers if len(number) == 14}
    shown_sirets = labelled_digits(text.all, "SIRET", 14)
    shown_sirens = labelled_digits(text.all, "SIREN", 9) | {siret[:9] for siret in shown_sirets}
    expected = sorted({number for number in numbers if len(number) == 9 and number not in text.compact})
    yield from _unexplained("EI-PDF-89", shown_sirens, expected, sirens, "BT-30")
    expected = sorted(siret for siret in sirets if siret not in text.compact)
    yield from _unexplained("EI-PDF-90", shown_sirets, expected, sirets, "BT-29")


def _taxpayers(text: PageText, invoice: Invoice) -> Iterator[_Contradiction]:
    said = _vat_numbers(invoice)
    expected = sorted(number for number in said if number not in text.compact)
    shown = vat_numbers_in(text.all, countries={number[:2] for number in expected})
    yield from _unexplained("EI-PDF-91", shown, expected, said, "BT-31")


def _parties(invoice: Invoice) -> Iterator[Party]:
    for name in Invoice.model_fields:
        value = getattr(invoice, name)
        if isinstance(value, Party):
            yield value


def _vat_numbers(invoice: Invoice) -> set[str]:
    return {compact(party.vat_identifier) for party in _parties(invoice) if party.vat_identifier}


def _other(rule: str, shown: Iterable[str], expected: list[str], said: set[str], term: str) -> Iterator[_Contradiction]:
    """The page shows values of a kind, and none is the XML's."""
    found = sorted(set(shown))
    if found and expected and not said & set(found):
        yield rule, ", ".join(found), ", ".join(expected), term


def _unexplained(
    rule: str, shown: Iterable[str], expected: list[str], said: set[str], term: str
) -> Iterator[_Contradiction]:
    """The page shows a value that the XML does not have, in place of one that it has."""
    strangers = sorted(set(shown) - said)
    if strangers and expected:
        yield rule, ", ".join(strangers), ", ".join(expected), term
