"""An invoice as it is reported: with what the books know, whose VAT it bears, and what each line sells.

    entry = entry_of(invoice, known)
    entry.invoice, entry.french_vat, entry.guesses      # what had to be guessed is a finding

Nothing is guessed in silence, and what cannot be guessed is asked for (`Unwritable`).

Sources: DGFiP external specifications v3.2, annex 6 "correspondance" (BT-23 to TT-81), annex 7 (G1.02, G6.08, G6.23);
CGI art. 259, 262, 262 ter, 283.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import compress

from einvoice.draft.french import TIME_UNITS
from einvoice.draft.rounding import rounded, shared_out
from einvoice.errors import Unwritable
from einvoice.france.ereporting.known import Known, with_known
from einvoice.france.ereporting.report import PaidPart
from einvoice.france.mapping import billed_lines
from einvoice.france.payments import NOTHING, names_a_prepayment, with_vat_by_rate
from einvoice.france.treatment import treatment, vat_is_due_on_payment
from einvoice.france.vat import vat_charged
from einvoice.model import Invoice, Line, Nature, VatBreakdown
from einvoice.rulebook import Observation, observation

UNTAXED_CATEGORIES = frozenset({"G", "K", "O"})  # export, intra-community, outside scope

_EURO, _FRANCE = "EUR", "FR"
_MARGIN_REASONS = frozenset({"VATEX-EU-D", "VATEX-EU-F", "VATEX-EU-I", "VATEX-EU-J"})
# TT-28: what a report takes as BT-23 (G1.02), and the letter that a VAT category stands for where there is none:
# goods leave the country or the Union (G, K), a service is taxed where its buyer is (AE).
_PROCESSES = frozenset({"B1", "S1", "M1", "B2", "S2", "M2", "B4", "S4", "M4", "S5", "S6", "B7", "S7"})
_LETTERS = {"goods": "B", "services": "S"}
_USUAL: Mapping[str, Nature] = {"G": "goods", "K": "goods", "AE": "services"}


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice of the books, as it is reported."""

    invoice: Invoice
    known: Known
    french_vat: bool
    taxes: tuple[Decimal, ...]  # of each VAT group, in euros; foreign VAT is none
    natures: tuple[Nature | None, ...] | None  # of each line; () where the process says it for all, None: not known
    prepaid: Mapping[Decimal, Decimal] = field(default_factory=dict)  # what prepayments took of each rate, with VAT
    guesses: tuple[Observation, ...] = ()


def entry_of(
    invoice: Invoice,
    known: Known | None = None,
    *,
    rate: Decimal | None = None,
    prepaid: Mapping[Decimal, Decimal] | None = None,
) -> Entry:
    """The invoice as it is reported.

    `rate` is what its currency was worth in euros, `prepaid` what its prepayment invoices took of each VAT rate: where
    the books tell them in general; what they know of this very invoice goes first.

    Raises `Unwritable` for what is missing and cannot be guessed.
    """
    known = known or Known(number=invoice.number or "")
    told = with_known(invoice, known)
    charged = vat_charged(told)
    french = known.vat_country == _FRANCE if known.vat_country else charged.french
    guesses: list[Observation] = []
    if charged.guessed and not known.vat_country:
        guesses.append(_guess("EI-FRR-35" if french else "EI-FRR-36", told))
    prepaid = by_rate(known.prepaid) or prepaid or {}
    if french:
        guesses += _about_prepayments(told, prepaid)
    natures: tuple[Nature | None, ...] | None
    if treatment(told) == "B2BINT":
        told = _with_process(told, guesses)
        natures = None
        with suppress(Unwritable):  # the invoice is reported whole; only its payments want to know
            natures = _natures(told, guesses)
    else:
        natures = _natures(told, guesses) if french else ()
    taxes = _taxes(told, known.exchange_rate or rate) if french else tuple(NOTHING for _ in told.vat_breakdown)
    return Entry(told, known, french, taxes, natures, prepaid, tuple(guesses))


def is_of_a_margin(group: VatBreakdown) -> bool:
    """Whether the group is of a margin scheme, whose VAT no invoice tells."""
    return group.exemption_reason_code in _MARGIN_REASONS


def unwritable(rule: str, invoice: Invoice, field: str) -> Unwritable:
    """The refusal of an invoice, with its number."""
    found = observation(rule, "error", "ereport", field=field, found=invoice.number)
    return Unwritable(rule, {"found": invoice.number or ""}, (found,))


def _guess(rule: str, invoice: Invoice, **facts: str) -> Observation:
    return observation(rule, "warning", "ereport", found=invoice.number or "", **facts)


def _about_prepayments(invoice: Invoice, prepaid: Mapping[Decimal, Decimal]) -> list[Observation]:
    """What a final invoice that takes off money (BT-113) instead of a line does to the figures."""
    if not names_a_prepayment(invoice):
        return []
    found = [_guess("EI-FRR-42", invoice)]
    if len(with_vat_by_rate(invoice)) > 1 and not prepaid and vat_is_due_on_payment(invoice):
        found.append(_guess("EI-FRR-37", invoice))
    return found


def by_rate(parts: Iterable[PaidPart]) -> dict[Decimal, Decimal]:
    """What parts of payments are at each VAT rate."""
    found: dict[Decimal, Decimal] = {}
    for part in parts:
        rate = part.rate or Decimal(0)
        found[rate] = found.get(rate, NOTHING) + (part.amount or NOTHING)
    return found


# -- what is sold ------------------------------------------------------------------------------------------------------


def _told(line: Line) -> Nature | None:
    """What a line sells: as is known of it; or a service, if it bills time."""
    return line.nature or ("services" if line.unit_code in TIME_UNITS else None)


def _natures(invoice: Invoice, guesses: list[Observation]) -> tuple[Nature | None, ...]:
    """What each line sells, where the process (BT-23) does not say it for all of them.

    A mixed invoice has both goods and services: where all lines but one are of one kind, the last is of the other.
    Where some bill time, the others are taken for goods, and that is told. Anything else is asked for.
    """
    letter = (invoice.business_process_type or "")[:1]
    if letter in ("B", "S") or not any(_goes_by_nature(group) for group in invoice.vat_breakdown):
        return ()
    found = [_told(line) for line in invoice.lines]
    billed = list(compress(range(len(found)), billed_lines(invoice.lines)))
    unknown = [index for index in billed if found[index] not in _LETTERS]
    kinds = {found[index] for index in billed} & set(_LETTERS)
    if not unknown and billed:
        return tuple(found)
    mixed = letter == "M" and len(kinds) == 1
    if not mixed or (len(unknown) > 1 and kinds == {"goods"}):
        at = unknown[0] if unknown else None
        raise unwritable("EI-FRR-38", invoice, f"lines[{at}].nature" if at is not None else "business_process_type")
    rest: Nature = "goods" if kinds == {"services"} else "services"
    if len(unknown) > 1:
        lines = ", ".join(invoice.lines[index].identifier or str(index + 1) for index in unknown)
        guesses.append(_guess("EI-FRR-39", invoice, lines=lines))
    return tuple(rest if index in unknown else nature for index, nature in enumerate(found))


def _goes_by_nature(group: VatBreakdown) -> bool:
    return group.category_code not in UNTAXED_CATEGORIES and not is_of_a_margin(group)


def _with_process(invoice: Invoice, guesses: list[Observation]) -> Invoice:
    """An international invoice with a process that a report takes (TT-28): its own, that of its lines, or a guess."""
    stated = invoice.business_process_type or ""
    if stated in _PROCESSES or (stated[:1] in ("B", "S", "M") and stated[1:].isdigit()):
        return invoice
    kinds = {_told(line) for line in compress(invoice.lines, billed_lines(invoice.lines))}
    if kinds and kinds <= set(_LETTERS):
        letter = _LETTERS[str(kinds.pop())] if len(kinds) == 1 else "M"
        return invoice.model_copy(update={"business_process_type": f"{letter}1"})
    usual = {_USUAL.get(group.category_code or "") for group in invoice.vat_breakdown}
    nature = usual.pop() if len(usual) == 1 else None
    if nature is None:
        raise unwritable("EI-FRR-40", invoice, "business_process_type")
    process = f"{_LETTERS[nature]}1"
    categories = ", ".join(sorted({group.category_code or "" for group in invoice.vat_breakdown}))
    guesses.append(_guess("EI-FRR-41", invoice, expected=process, categories=categories))
    return invoice.model_copy(update={"business_process_type": process})


# -- VAT in euros ------------------------------------------------------------------------------------------------------


def _taxes(invoice: Invoice, rate: Decimal | None) -> tuple[Decimal, ...]:
    """French VAT of each group in euros: as the invoice tells it (BT-111), or by the rate of the books."""
    taxes = tuple(group.tax_amount or NOTHING for group in invoice.vat_breakdown)
    whole = sum(taxes, NOTHING)
    if invoice.currency_code in (None, _EURO) or not any(taxes):
        return taxes
    euros = invoice.totals.vat_amount_in_accounting_currency if invoice.totals else None
    if euros is None or invoice.vat_accounting_currency_code != _EURO:
        euros = rate and rate * whole
    if euros is None or not whole:
        raise unwritable("EI-FRR-32", invoice, "totals.vat_amount_in_accounting_currency")
    return shared_out(rounded(euros), [euros * tax / whole for tax in taxes])


def parts_of(entry: Entry, group: VatBreakdown, tax: Decimal) -> dict[Nature, tuple[Decimal, Decimal]]:
    """A group of French VAT, as amount without VAT and VAT in euros, by what is sold."""
    taxable = group.taxable_amount or NOTHING
    if entry.natures is None:
        raise unwritable("EI-FRR-38", entry.invoice, "lines")
    if not entry.natures:
        letter = (entry.invoice.business_process_type or "")[:1]
        return {"services" if letter == "S" else "goods": (taxable, tax)}
    nets = _nets(entry, (group.category_code, group.rate or NOTHING)) or _nets(entry)  # a charge may have no line
    if nets is None:
        raise unwritable("EI-FRR-38", entry.invoice, "lines")
    whole = sum(nets.values(), NOTHING)
    taxables, taxes = (shared_out(total, [total * net / whole for net in nets.values()]) for total in (taxable, tax))
    shared = zip(nets, zip(taxables, taxes, strict=True), strict=True)
    return {nature: amounts for nature, amounts in shared if any(amounts)}


def _nets(entry: Entry, vat: tuple[str | None, Decimal] | None = None) -> dict[Nature, Decimal] | None:
    """What the lines bill by what they sell, of that category and rate only; None where they sum to nothing."""
    nets: dict[Nature, Decimal] = {"goods": NOTHING, "services": NOTHING}
    lines = zip(entry.invoice.lines, entry.natures or (), strict=True)
    for line, nature in compress(lines, billed_lines(entry.invoice.lines)):
        if nature in _LETTERS and vat in (None, (line.vat_category_code, line.vat_rate or NOTHING)):
            nets[nature] += line.net_amount or NOTHING
    return nets if sum(nets.values(), NOTHING) else None
