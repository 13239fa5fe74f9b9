"""What is asked to be told about an invoice, and whether a status may be told so.

Sources: BR-FR-CDV V1.4.0 (CL-09, 13 to 15); DGFiP external specifications v3.2, annex 7 (G7.25, G7.39, P1.15 to P1.17);
XP Z12-012 annex B.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from einvoice.france.lifecycle.codes import ACTIONS, Status
from einvoice.france.payments import NOTHING, owed, total_with_vat
from einvoice.identifiers import IBAN
from einvoice.model import Invoice, Party
from einvoice.rulebook import Observation, observation
from einvoice.terms import term

_TOO_MUCH = Decimal(10) ** 18  # more than any invoice, and few enough digits to calculate with


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received (212) or sent (211), with VAT, in the invoice currency; negative when it went back.

    `before` is all that was settled before, by payments and discounts. `by_rate` splits the amount where it was not
    meant for the whole invoice in proportion: only for the goods, say.
    """

    amount: Decimal
    before: Decimal = NOTHING
    discount: Decimal | None = None  # early-payment discount, with VAT, that the payer took
    day: date | None = None  # when it was paid (211)
    by_rate: Mapping[Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What of an invoice is approved in part (206); what is not is the rest of its totals."""

    with_vat: Decimal
    without_vat: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Where the invoice is to be paid from now on (227), and to whom, if that changes too."""

    identifier: str  # IBAN
    payee: Party | None = None


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
    reasons: tuple[str, ...] = ()
    action: str | None = None
    comment: str | None = None
    payment: Payment | None = None
    approval: Approval | None = None
    account: Account | None = None
    corrections: tuple[Correction, ...] = ()
    waited: timedelta = timedelta()  # from the reception of the invoice to the status


def faults(request: Request) -> Iterator[Observation]:
    """What forbids to tell the status so; nothing for a good request."""
    for check in _CHECKS:
        yield from check(request)


def fault(rule: str, field: str, *, found: object = None, expected: object = None) -> Observation:
    """The finding of one of the rules below."""
    return observation(rule, "error", "lifecycle", field=field, found=found, expected=expected)


def _invoice_says_enough(request: Request) -> Iterator[Observation]:
    for field in ("number", "issue_date", "type_code"):
        if getattr(request.invoice, field) is None:
            yield fault("EI-CDV-65", field, expected=field)
    if request.kind.code == "212" and request.payment and not total_with_vat(request.invoice):
        yield fault("EI-CDV-65", "vat_breakdown", expected="vat_breakdown")


def _setter_may_set_it(request: Request) -> Iterator[Observation]:
    if request.by not in request.kind.set_by:
        yield fault("EI-CDV-67", "issuer", found=request.by, expected=", ".join(request.kind.set_by))


def _comes_after_reception(request: Request) -> Iterator[Observation]:
    if request.waited < timedelta():
        yield fault("EI-CDV-77", "set_at", found=_in_hours(-request.waited))


def _in_hours(span: timedelta) -> str:
    """Hours and minutes, which every language writes alike."""
    hours, minutes = divmod(max(span // timedelta(minutes=1), 1), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


# What the buyer of a service by several suppliers may object to one of them (BT-23 = S6).
_REFUSALS_OF_S6 = frozenset({"DEST_ERR", "ROUTAGE_ERR", "CODE_ROUTAGE_ERR"})


def _reasons_are_allowed(request: Request) -> Iterator[Observation]:
    allowed = request.kind.reasons
    if request.kind.code == "210" and request.invoice.business_process_type == "S6":  # G7.39
        allowed &= _REFUSALS_OF_S6
    shown = ", ".join(sorted(allowed))
    for reason in request.reasons:
        if reason not in allowed:
            yield fault("EI-CDV-61", "subject.details", found=reason, expected=shown)
    if "reason" in request.kind.needs and not request.reasons:
        yield fault("EI-CDV-62", "subject.details", expected=shown)


def _action_exists(request: Request) -> Iterator[Observation]:
    if request.action is not None and request.action not in ACTIONS:
        yield fault("EI-CDV-66", "subject.details", found=request.action, expected=", ".join(ACTIONS))


def _comment_is_given(request: Request) -> Iterator[Observation]:
    payment = request.payment
    reversal = request.kind.code == "212" and payment is not None and _flows_back(payment.amount, request.invoice)
    if (reversal or "comment" in request.kind.needs) and not request.comment:  # P1.17, G7.25
        yield fault("EI-CDV-63", "subject.details")


def _flows_back(amount: Decimal, invoice: Invoice) -> bool:
    return _is_amount(amount) and amount * owed(invoice) < 0


_MEANT_FOR = {"payment": ("211", "212"), "approval": ("206",), "account": ("227",)}


def _content_is_meant_for_it(request: Request) -> Iterator[Observation]:
    for name, codes in _MEANT_FOR.items():
        if getattr(request, name) is not None and request.kind.code not in codes:
            yield fault("EI-CDV-68", "subject.details", found=name, expected=", ".join(codes))


def _content_is_given(request: Request) -> Iterator[Observation]:
    if "amounts" in request.kind.needs and request.payment is None:
        yield fault("EI-CDV-64", "subject.details")
    if "account" in request.kind.needs and request.account is None:
        yield fault("EI-CDV-69", "subject.details")


def _amounts_make_sense(request: Request) -> Iterator[Observation]:
    payment, approval = request.payment, request.approval
    amounts = [payment.amount, payment.before, payment.discount] if payment else []
    amounts += [approval.with_vat, approval.without_vat] if approval else []
    amounts += [*payment.by_rate, *payment.by_rate.values()] if payment and payment.by_rate else []
    wrong = [amount for amount in amounts if amount is not None and not _is_amount(amount)]
    for amount in wrong:
        yield fault("EI-CDV-71", "subject.details", found=amount)
    if wrong:
        return
    if payment is not None and request.kind.code == "212" and not payment.amount:
        yield fault("EI-CDV-78", "subject.details", found=payment.amount)
    if payment and payment.by_rate and sum(payment.by_rate.values(), NOTHING) != payment.amount:
        yield fault(
            "EI-CDV-70", "subject.details", found=sum(payment.by_rate.values(), NOTHING), expected=payment.amount
        )


def _is_amount(value: Decimal) -> bool:
    return value.is_finite() and abs(value) < _TOO_MUCH and value == round(value, 2)


def _account_is_an_iban(request: Request) -> Iterator[Observation]:
    if request.account is not None and (wrong := IBAN.fault(request.account.identifier)):
        yield fault("EI-CDV-72", "subject.details", found=wrong.found)


def _corrections_name_terms(request: Request) -> Iterator[Observation]:
    for each in request.corrections:
        try:
            term(each.term)
        except KeyError:
            yield fault("EI-CDV-73", "subject.details", found=each.term)


_CHECKS: tuple[Callable[[Request], Iterator[Observation]], ...] = (
    _invoice_says_enough,
    _setter_may_set_it,
    _comes_after_reception,
    _reasons_are_allowed,
    _action_exists,
    _comment_is_given,
    _content_is_meant_for_it,
    _content_is_given,
    _amounts_make_sense,
    _account_is_an_iban,
    _corrections_name_terms,
)
