"""From books to what is reported: every document in its role, and those that cannot be reported with the reason.

One document that lacks something never keeps the others from being reported: it is refused, with its number, what is
wrong and what helps.

Source: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.42, G6.28).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from einvoice.draft.parties import siren_of
from einvoice.errors import Unwritable
from einvoice.france.ereporting.books import Books, Receipt, Sale
from einvoice.france.ereporting.entries import Entry, unwritable
from einvoice.france.ereporting.known import known_of, with_known
from einvoice.france.ereporting.reported import reported_entry
from einvoice.france.ereporting.sales import entry_in_books, in_order, paid_entry, receipt_of_entry, sales_of_entry
from einvoice.france.treatment import REPORTED, treatment
from einvoice.model import Invoice, Party
from einvoice.report import Finding
from einvoice.rulebook import Language, Observation, in_words, observation

SELLER, BUYER = "SE", "BY"  # UNTDID 3035


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that is in no report: its number, its day, and why, with what helps as the hint of each finding."""

    number: str
    day: date | None
    observations: tuple[Observation, ...]

    def findings(self, language: Language = "fr") -> tuple[Finding, ...]:
        """Why, in words."""
        return in_words(self.observations, language)


@dataclass(slots=True)
class Gathered:
    """What the books give to report, and what they do not."""

    invoices: list[tuple[str, Invoice]] = field(default_factory=list)  # the declarant's role, and the invoice for 10.1
    sales: list[Sale] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    guesses: list[Observation] = field(default_factory=list)
    taken: set[tuple[object, ...]] = field(default_factory=set)  # number, year and seller of each invoice

    def refuse(self, number: str | None, day: date | None, error: Unwritable) -> None:
        """List a document, once for each reason."""
        known = {(each.number, found.rule) for each in self.refused for found in each.observations}
        if not all((number or "", found.rule) in known for found in error.observations):
            self.refused.append(Refused(number or "", day, error.observations))

    def guess(self, entry: Entry) -> None:
        """Keep what was guessed of an invoice, once."""
        known = {(each.rule, each.facts.get("found")) for each in self.guesses}
        self.guesses += [each for each in entry.guesses if (each.rule, each.facts.get("found")) not in known]


def gathered(
    books: Books, siren: str | None, wanted: Callable[[date], bool], say: Callable[[Invoice], object]
) -> Gathered:
    """What the books give of the days wanted; `say` raises `Unwritable` for an invoice that a report cannot say."""
    found = Gathered(
        sales=[each for each in books.sales if wanted(each.day)],
        receipts=[each for each in books.receipts if wanted(each.day)],
    )
    for invoice in books.invoices:
        if invoice.issue_date is not None and not wanted(invoice.issue_date):
            continue
        try:
            _take(found, books, invoice, siren, say)
        except Unwritable as error:
            found.refuse(invoice.number, invoice.issue_date, error)
    for paid, before in in_order(books):
        if wanted(paid.day):
            try:
                entry = paid_entry(books, paid)
                receipt = receipt_of_entry(entry, paid, before) if _role(entry.invoice, siren) == SELLER else None
            except Unwritable as error:
                found.refuse(paid.number, paid.day, error)
                continue
            if receipt is not None:
                found.receipts.append(receipt)
                found.guess(entry)
    return found


def _take(
    found: Gathered,
    books: Books,
    invoice: Invoice,
    siren: str | None,
    say: Callable[[Invoice], object],
) -> None:
    """Put an invoice where it belongs; one that is exchanged, or outside the reform, belongs nowhere."""
    role = _role(invoice, siren)
    known = known_of(invoice, books.known)
    about = treatment(with_known(invoice, known))
    if about not in REPORTED or (about != "B2BINT" and role == BUYER):
        return
    if invoice.issue_date is None:
        raise unwritable("EI-FRR-30", invoice, "issue_date")
    seller = invoice.seller or Party()
    key = (invoice.number, invoice.issue_date.year, siren_of(seller) or seller.vat_identifier or seller.name)
    if key in found.taken:  # TT-19, year of TT-20, TT-33
        raise unwritable("EI-FRR-43", invoice, "number")
    entry = entry_in_books(books, invoice)
    if about == "B2BINT":
        reported = reported_entry(entry)
        say(reported)
        found.invoices.append((role, reported))
    else:
        found.sales += sales_of_entry(entry, books.margins.get(invoice.number or "", ()))
    found.taken.add(key)
    found.guess(entry)
    if about == "B2CINT" and not known.treatment and not any(note.subject_code == "BAR" for note in invoice.notes):
        found.guesses.append(observation("EI-FRR-44", "warning", "ereport", found=invoice.number or ""))


def _role(invoice: Invoice, siren: str | None) -> str:
    """Seller or buyer: which of the two the declarant is. Raises `Unwritable` where it is neither."""
    if siren_of(invoice.seller or Party()) == siren:
        return SELLER
    if siren_of(invoice.buyer or Party()) == siren:
        return BUYER
    facts = {"found": invoice.number or "", "siren": siren or "?"}
    raise Unwritable("EI-FRR-33", facts, (observation("EI-FRR-33", "error", "ereport", **facts),))
