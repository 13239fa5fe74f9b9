"""Several invoices together: what none of their lives tells alone.

    for finding in remarks((first_life, credit_note_life)):
        finding.message       # "L'avoir A1 annule la facture F1, qui a été rejetée (213) …"

A rejected or refused invoice is not owed, so that a credit note on it would take back what was never due; a number that
another invoice has is not free; a final invoice counts on a prepayment that was really made. All are remarks: the lives
that are at hand may not be all there are.

Sources: XP Z12-014 (cases of refusal, prepayment and final invoice); DGFiP external specifications v3.2, G1.45.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from einvoice.codes import INVOICE_TYPES
from einvoice.data import Language
from einvoice.france.lifecycle.life import Lifecycle
from einvoice.france.payments import NOTHING
from einvoice.france.uniqueness import UniquenessKey, uniqueness_key
from einvoice.model import Invoice
from einvoice.report import Finding
from einvoice.rulebook import Observation, in_words, observation

_REJECTED = "213"


def remarks(lives: Iterable[Lifecycle], *, language: Language = "fr") -> tuple[Finding, ...]:
    """What is worth a second look in these lives together, in their order; those without invoice are passed over.

    Messages are in French unless `language` is "en".
    """
    return in_words(_observations(tuple(each for each in lives if each.invoice is not None)), language)


def _observations(lives: tuple[Lifecycle, ...]) -> Iterator[Observation]:
    known: dict[UniquenessKey, Lifecycle] = {}
    for life in lives:
        invoice = life.invoice
        key = uniqueness_key(invoice) if invoice is not None else None
        if invoice is None or key is None:
            continue
        before = known.get(key)
        if before is not None and before.state != _REJECTED:
            yield _remark("EI-LIFE-06", "number", found=key.number, state=before.state or "—")
        known.setdefault(key, life)
        yield from _on_earlier(invoice, key, lives)


def _on_earlier(invoice: Invoice, key: UniquenessKey, lives: tuple[Lifecycle, ...]) -> Iterator[Observation]:
    """What an invoice says of earlier ones of the same seller, and their lives do not bear out."""
    named = {each.reference for each in invoice.preceding_invoices}
    for life in lives:
        earlier = uniqueness_key(life.invoice) if life.invoice is not None else None
        if life.invoice is None or earlier is None or earlier.siren != key.siren or earlier.number not in named:
            continue
        facts = {"found": key.number, "earlier": earlier.number, "state": life.state or "—"}
        if invoice.type_code in INVOICE_TYPES["credit_note"]:
            if life.ended:
                yield _remark("EI-LIFE-05", "preceding_invoices", **facts)
        elif life.invoice.type_code in INVOICE_TYPES["prepayment"]:
            paid = sum(life.received.values(), NOTHING)
            taken = invoice.totals.paid_amount if invoice.totals else None
            if life.ended or (taken is not None and paid < taken):
                facts |= {"paid": str(paid), "taken": str(taken or NOTHING), "currency": invoice.currency_code or ""}
                yield _remark("EI-LIFE-07", "totals.paid_amount", **facts)


def _remark(rule: str, field: str, **facts: str) -> Observation:
    return observation(rule, "warning", "lifecycle", field=field, **facts)
