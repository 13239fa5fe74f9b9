"""Will the public portal take what the platform tells it of an invoice? What flux 1 demands and flux 2 forgives.

    [finding.term for finding in check(invoice)]      # ["BT-48", "BT-121"]

An invoice may be valid, be exchanged and be paid while the portal refuses its data (251), of which its seller then
learns days later. These are warnings: the invoice is right as it stands, and what the portal demands changes with its
releases. Nothing is said of invoices that the portal is not told of.

They are Python, not Schematron: they are about the extract, after the mapping, of invoices that are exchanged.

Source: DGFiP external specifications v3.2, annex 1 (BASE) and annex 7 (G1.31, G1.40, G1.41, G2.33, G6.21); France_RFE
issues 41 and 49; FNFE-MPE note V1.4.0 (length of the number until the end of 2026; profiles).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from einvoice.codes import INVOICE_TYPES
from einvoice.data import Language
from einvoice.france.mapping import SHORT_NUMBER, SHORT_NUMBERS_UNTIL, mapped
from einvoice.france.treatment import is_exchanged
from einvoice.model import Invoice
from einvoice.profiles import profile_of
from einvoice.report import Finding
from einvoice.rulebook import Observation, in_words, observation

__all__ = ["check"]

_STEP = "portal"
_NEVER_ADMITTED, _FIRST_YEAR_ONLY, _FIRST_YEAR_ENDS = ("minimum", "basic"), "basicwl", dt.date(2027, 8, 31)
_NET_CREDIT = "VATEX-FR-CNWVAT"
_NET_CREDIT_TYPES = frozenset({"261", "381", "396"})


def check(invoice: Invoice, *, day: dt.date | None = None, language: Language = "fr") -> tuple[Finding, ...]:
    """What the portal would refuse of an invoice sent on that day (that of its issue unless given)."""
    return in_words(observations_on(invoice, day or invoice.issue_date), language)


def observations_on(invoice: Invoice, day: dt.date | None) -> tuple[Observation, ...]:
    """The same, not yet in words."""
    if not is_exchanged(invoice):
        return ()
    told = mapped(invoice)
    found = [each for rule in _RULES for each in rule(told)]
    found += _profile_is_admitted(told, day)
    if day is not None and day <= SHORT_NUMBERS_UNTIL:
        found += _numbers_are_short(told)
    return tuple(found)


def _buyer_has_a_vat_number(invoice: Invoice) -> Iterator[Observation]:
    if invoice.buyer is None or not invoice.buyer.vat_identifier:
        yield _warning("EI-PRE-01", "buyer.vat_identifier", "BT-48")


def _exemptions_have_code_and_text(invoice: Invoice) -> Iterator[Observation]:
    """Annex 7 forgives correctives and invoices below 150 euros (G1.40); the portal's rules 0.2 do not."""
    for index, group in enumerate(invoice.vat_breakdown):
        if group.category_code != "E":
            continue
        if not group.exemption_reason_code:
            yield _warning("EI-PRE-02", f"vat_breakdown[{index}].exemption_reason_code", "BT-121")
        if not group.exemption_reason:
            yield _warning("EI-PRE-02", f"vat_breakdown[{index}].exemption_reason", "BT-120")


def _credit_notes_name_their_invoices_once(invoice: Invoice) -> Iterator[Observation]:
    if invoice.type_code not in INVOICE_TYPES["credit_note"] | INVOICE_TYPES["corrective"]:
        return
    in_head = bool(invoice.preceding_invoices)
    on_lines = [bool(line.preceding_invoices) for line in invoice.lines]
    if in_head == (bool(on_lines) and all(on_lines)) or (in_head and any(on_lines)):
        yield _warning("EI-PRE-03", "preceding_invoices", "BG-3")


def _net_credits_are_credit_notes(invoice: Invoice) -> Iterator[Observation]:
    for index, group in enumerate(invoice.vat_breakdown):
        if group.exemption_reason_code == _NET_CREDIT and invoice.type_code not in _NET_CREDIT_TYPES:
            yield _warning(
                "EI-PRE-04",
                f"vat_breakdown[{index}].exemption_reason_code",
                "BT-121",
                found=invoice.type_code or "—",
                expected=", ".join(sorted(_NET_CREDIT_TYPES)),
            )


def _groups_have_a_rate(invoice: Invoice) -> Iterator[Observation]:
    for index, group in enumerate(invoice.vat_breakdown):
        if group.rate is None:
            yield _warning("EI-PRE-05", f"vat_breakdown[{index}].rate", "BT-119", found=group.category_code or "—")


def _profile_is_admitted(invoice: Invoice, day: dt.date | None) -> Iterator[Observation]:
    """Of Factur-X, EN 16931 and EXTENDED are; BASIC WL is in the first year, for its lines are not reported yet."""
    profile = profile_of(invoice.specification_identifier).name
    if profile in _NEVER_ADMITTED or (profile == _FIRST_YEAR_ONLY and day is not None and day > _FIRST_YEAR_ENDS):
        yield _warning("EI-PRE-07", "specification_identifier", "BT-24", found=profile.upper())


def _numbers_are_short(invoice: Invoice) -> Iterator[Observation]:
    numbers = [("number", "BT-1", invoice.number)]
    numbers += [
        (f"preceding_invoices[{index}].reference", "BT-25", each.reference)
        for index, each in enumerate(invoice.preceding_invoices)
    ]
    for field, term, number in numbers:
        if number and len(number) > SHORT_NUMBER:
            yield _warning("EI-PRE-06", field, term, found=str(len(number)), expected=str(SHORT_NUMBER))


def _warning(rule: str, field: str, term: str, **facts: str) -> Observation:
    return observation(rule, "warning", _STEP, field=field, term=term, **facts)


_RULES: tuple[Callable[[Invoice], Iterator[Observation]], ...] = (
    _buyer_has_a_vat_number,
    _exemptions_have_code_and_text,
    _credit_notes_name_their_invoices_once,
    _net_credits_are_credit_notes,
    _groups_have_a_rate,
)
