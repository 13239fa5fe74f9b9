"""What is asked to be told about an invoice, and whether a status may be told so.

Sources: BR-FR-CDV V1.4.0 (CL-09, 13 to 15); DGFiP external specifications v3.2, annex 7 (G7.25, P1.15 to P1.17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from einvoice.france.lifecycle.amounts import sign, total_with_vat
from einvoice.france.lifecycle.codes import ACTIONS, Status
from einvoice.model import Invoice
from einvoice.report import Finding

__all__ = ["Correction", "Payment", "Request", "fault", "faults"]


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received (212) or sent (211), with VAT, in the invoice currency; negative when it went back."""

    amount: Decimal
    before: Decimal = Decimal("0.00")  # all that was received before
    discount: Decimal | None = None  # early-payment discount, with VAT, that the payer took
    day: date | None = None  # when it was paid


@dataclass(frozen=True, slots=True)
class Correction:
    """A field of the invoice that is wrong, and what it should say."""

    term: str  # "BT-152"
    found: Decimal | date | str
    expected: Decimal | date | str
    location: str | None = None  # XPath in the invoice as received


@dataclass(frozen=True, slots=True)
class Request:
    """A status to tell, and what to say with it."""

    invoice: Invoice
    kind: Status
    by: str
    reasons: tuple[str, ...]
    action: str | None
    comment: str | None
    payment: Payment | None


def faults(request: Request) -> Iterator[Finding]:
    """What forbids to tell the status so; nothing for a good request."""
    for check in _CHECKS:
        yield from check(request)


def _invoice_says_enough(request: Request) -> Iterator[Finding]:
    for field in ("number", "issue_date", "type_code"):
        if getattr(request.invoice, field) is None:
            yield fault("EI-CDV-25", field, expected=field)
    if request.kind.code == "212" and request.payment and not total_with_vat(request.invoice):
        yield fault("EI-CDV-25", "vat_breakdown", expected="vat_breakdown")


def _setter_may_set_it(request: Request) -> Iterator[Finding]:
    if request.by not in request.kind.set_by:
        yield fault("EI-CDV-27", "issuer", found=request.by, expected=", ".join(request.kind.set_by))


def _reasons_are_allowed(request: Request) -> Iterator[Finding]:
    allowed = ", ".join(sorted(request.kind.reasons))
    for reason in request.reasons:
        if reason not in request.kind.reasons:
            yield fault("EI-CDV-21", "subject.details", found=reason, expected=allowed)
    if "reason" in request.kind.needs and not request.reasons:
        yield fault("EI-CDV-22", "subject.details", expected=allowed)


def _action_exists(request: Request) -> Iterator[Finding]:
    if request.action is not None and request.action not in ACTIONS:
        yield fault("EI-CDV-26", "subject.details", found=request.action, expected=", ".join(ACTIONS))


def _comment_is_given(request: Request) -> Iterator[Finding]:
    payment = request.payment
    reversal = request.kind.code == "212" and payment is not None and payment.amount * sign(request.invoice) < 0
    if (reversal or "comment" in request.kind.needs) and not request.comment:  # P1.17, G7.25
        yield fault("EI-CDV-23", "subject.details")


def _amounts_are_given(request: Request) -> Iterator[Finding]:
    if "amounts" in request.kind.needs and request.payment is None:
        yield fault("EI-CDV-24", "subject.details")


_CHECKS: tuple[Callable[[Request], Iterator[Finding]], ...] = (
    _invoice_says_enough,
    _setter_may_set_it,
    _reasons_are_allowed,
    _action_exists,
    _comment_is_given,
    _amounts_are_given,
)

_FAULTS = {
    "EI-CDV-20": (
        "Ce statut n'est pas de ceux qu'une plateforme dit d'une facture : {found}.",
        "This is no status that a platform tells of an invoice: {found}.",
    ),
    "EI-CDV-21": (
        "Le motif {found} n'est pas permis pour ce statut. Motifs permis : {expected}.",
        "Reason {found} is not allowed for this status. Allowed: {expected}.",
    ),
    "EI-CDV-22": ("Ce statut exige un motif : {expected}.", "This status demands a reason: {expected}."),
    "EI-CDV-23": ("Ce statut exige un commentaire.", "This status demands a comment."),
    "EI-CDV-24": (
        "Ce statut exige le montant encaissé, réparti par taux de TVA.",
        "This status demands the amount received, split by VAT rate.",
    ),
    "EI-CDV-25": (
        "La facture n'a pas ce qu'un statut doit en dire : {expected}.",
        "The invoice lacks what a status must say of it: {expected}.",
    ),
    "EI-CDV-26": (
        "L'action attendue {found} n'existe pas. Codes : {expected}.",
        "There is no requested action {found}. Codes: {expected}.",
    ),
    "EI-CDV-27": (
        "Ce statut n'est pas posé par « {found} », mais par : {expected}.",
        "This status is not set by '{found}' but by: {expected}.",
    ),
}


def fault(rule: str, field: str, *, found: str | None = None, expected: str | None = None) -> Finding:
    """The finding of one of the rules above."""
    french, english = (text.format(found=found, expected=expected) for text in _FAULTS[rule])
    return Finding(
        rule=rule,
        severity="error",
        step="lifecycle",
        message=french,
        message_en=english,
        field=field,
        found=found,
        expected=expected,
        source="BR-FR-CDV V1.4.0",
    )
