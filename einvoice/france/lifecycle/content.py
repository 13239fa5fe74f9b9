"""What a status says beside its code: reasons, comment, amounts by VAT rate, wrong fields, the account to pay.

Sources: DGFiP external specifications v3.2, annex 2 (MDG-37, MDG-43) and annex 7 (P1.15 to P1.17); BR-FR-CDV V1.4.0
(14, 16, CL-09 to CL-11); XP Z12-012 annex B (the pair DIV and DVA).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from einvoice.france.lifecycle.actors import actor
from einvoice.france.lifecycle.codes import ACTIONS, REASONS
from einvoice.france.lifecycle.message import Actor, Characteristic, Detail, Remark
from einvoice.france.lifecycle.request import Correction, Payment, Request
from einvoice.france.payments import owed, sign, split
from einvoice.model import Invoice
from einvoice.terms import term

_PAYEE = "PE"  # UNTDID 3035
_ACCOUNT = "BT-84"
_CREDIT = "Montant négatif : avoir imputé ou remboursé."  # P1.17 wants a comment on every negative amount


def details(request: Request) -> tuple[Detail, ...]:
    """One block for each reason, numbered from 1; values, comment and action are in the first."""
    values = tuple(_values(request))
    comment = request.comment or _default_comment(request)
    blocks: list[Detail] = []
    for reason in request.reasons or ((None,) if values or comment or request.action else ()):
        first = not blocks
        blocks.append(
            Detail(
                reason_code=reason,
                reason=REASONS[reason].name_fr if reason else None,
                action_code=request.action if first else None,
                action=ACTIONS[request.action].name_fr if request.action and first else None,
                sequence=Decimal(len(blocks) + 1),
                remarks=(Remark(text=comment),) if comment and first else (),
                characteristics=values if first else (),
            )
        )
    return tuple(blocks)


def new_payees(request: Request) -> tuple[Actor, ...]:
    """MDT-155 to 178: who is to be paid from now on."""
    payee = request.account.payee if request.account else None
    return (actor(payee, _PAYEE),) if payee is not None else ()


def _default_comment(request: Request) -> str | None:
    paid = request.payment.amount if request.payment else Decimal(0)
    return _CREDIT if request.kind.code == "212" and paid < 0 and sign(request.invoice) < 0 else None


def _values(request: Request) -> Iterator[Characteristic]:
    invoice, currency = request.invoice, request.invoice.currency_code
    if request.payment is not None and request.kind.code == "212":
        yield from _received(invoice, request.payment)
    elif request.payment is not None:
        day, amount = request.payment.day, request.payment.amount
        yield Characteristic(type_code="MPA", changed=False, amount=amount, currency_code=currency, day=day)
    yield from _approved(request)
    for each in request.corrections:
        yield from _correction(invoice, each)
    if request.account is not None:
        name, account = term(_ACCOUNT).name_fr, request.account.identifier.replace(" ", "")
        yield Characteristic(term=_ACCOUNT, type_code="CBB", changed=True, name=name, text=account)


def _received(invoice: Invoice, payment: Payment) -> Iterator[Characteristic]:
    """MEN by rate; ESC by rate for a discount; RAP for what is still due."""
    currency = invoice.currency_code
    parts = payment.by_rate or split(invoice, payment.amount, payment.before)
    for rate, amount in parts.items():
        yield Characteristic(type_code="MEN", changed=False, amount=amount, currency_code=currency, percentage=rate)
    settled = payment.before + payment.amount
    if payment.discount:
        for rate, amount in split(invoice, payment.discount, settled).items():
            yield Characteristic(type_code="ESC", changed=False, amount=amount, currency_code=currency, percentage=rate)
        settled += payment.discount
    due = owed(invoice) - settled
    if due * sign(invoice) > 0:  # of what was paid too much, nothing remains
        yield Characteristic(type_code="RAP", changed=False, amount=due, currency_code=currency)


def _approved(request: Request) -> Iterator[Characteristic]:
    """What is approved, and the rest of the invoice's totals, which is not."""
    approval, totals = request.approval, request.invoice.totals
    if approval is None:
        return
    whole = (totals.amount_without_vat, totals.amount_with_vat) if totals else (None, None)
    for approved, total, names in (
        (approval.without_vat, whole[0], ("MAP", "MNA")),
        (approval.with_vat, whole[1], ("MAPTTC", "MNATTC")),
    ):
        rest = total - approved if total is not None and approved is not None else None
        for name, amount in zip(names, (approved, rest), strict=True):
            if amount is not None:
                yield Characteristic(
                    type_code=name, changed=False, amount=amount, currency_code=request.invoice.currency_code
                )


def _correction(invoice: Invoice, correction: Correction) -> Iterator[Characteristic]:
    """A wrong field is a pair: what was found (DIV) and what is expected (DVA)."""
    about = term(correction.term)
    for type_code, value in (("DIV", correction.found), ("DVA", correction.expected)):
        yield Characteristic(
            term=about.id,
            type_code=type_code,
            changed=True,
            name=about.name_fr,
            location=correction.location,
            **_typed(value, about.data_type, invoice.currency_code),
        )


def _typed(value: Decimal | date | str, data_type: str, currency: str | None) -> dict[str, object]:
    """The field of a characteristic that holds a value of that data type."""
    if isinstance(value, Decimal) and data_type == "Percentage":
        return {"percentage": value}
    if isinstance(value, Decimal) and "mount" in data_type:
        return {"amount": value, "currency_code": currency}
    if isinstance(value, Decimal):
        return {"quantity": value}
    if isinstance(value, date):
        return {"day": value}
    return {"code": value} if data_type == "Code" else {"text": value}
