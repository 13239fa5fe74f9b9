"""What a lifecycle message says happened, as a plain value with an id and a time.

    event_of(message).model_dump_json()     # {"id": "F1_212_…", "status_code": "212", "timestamp": …}

Names are those of PDP APIs: what a transport stores, polls or pushes.

Source: DGFiP external specifications v3.2, annex 2 (message CDV).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pydantic import Field

from einvoice.france.lifecycle.answers import ANSWERED, ObjectType
from einvoice.france.lifecycle.codes import STATUSES
from einvoice.france.lifecycle.message import Characteristic, LifecycleMessage
from einvoice.france.payments import NOTHING
from einvoice.france.times import LegalTime
from einvoice.values import Amount, Model, Percentage

_OBJECTS: Mapping[str, ObjectType] = {each.guideline: each.object_type for each in ANSWERED.values()}
_OF_INVOICES = frozenset(code for code, kind in STATUSES.items() if kind.phase)
_EXCHANGED = (None, "REGULATED")  # MDT-2: the portal is told nothing of other invoices


class RatePart(Model):
    """What was received at one VAT rate, with VAT."""

    rate: Percentage = Field(description="the VAT rate")
    amount: Amount = Field(description="the amount received, with VAT")


class Event(Model):
    """One status in the life of an invoice, or of something else that was sent."""

    id: str = Field(description="of the message: MDT-4")
    object_type: ObjectType = Field(default="invoice", description="what the status is about")
    object_id: str = Field(description="MDT-87: the invoice number, or the identifier under which the object was sent")
    status_code: str = Field(description="the status: MDT-105, such as 205")
    timestamp: LegalTime = Field(description="when it was set, on the French clock")
    emitter: str = Field(description="role code of who set it: WK, SE, BY, …")
    reason: str | None = Field(default=None, description="the comment, in words")
    rejection_reasons: tuple[str, ...] = Field(default=(), description="codes of reasons (MDT-113)")
    is_mandatory: bool = Field(default=False, description="whether the public portal must know, within 24 hours")
    received: tuple[RatePart, ...] = Field(default=(), description="of 212: the amounts received, by VAT rate")
    discount: Amount = Field(default=NOTHING, description="of 212: the discount that was taken, with VAT")
    counts: bool = Field(
        default=True, description="false for the rejection of a duplicate: the accepted original lives on"
    )


def event_of(message: LifecycleMessage) -> Event | None:
    """The event that a message tells; None for one in test mode, without a time, or of no status that there is.

    `is_mandatory` is what can be known without the invoice.
    """
    subject = message.subject
    code = (subject.status_code if subject else None) or ""
    if message.test or subject is None or message.set_at is None or code not in STATUSES:
        return None
    about = _OBJECTS.get((message.guideline or "").rpartition(":")[2])
    if about is None and code not in _OF_INVOICES:
        about = ANSWERED[code].object_type
    values = [value for detail in subject.details for value in detail.characteristics]
    return Event(
        id=message.identifier or "",
        object_type=about or "invoice",
        object_id=subject.reference or "",
        status_code=code,
        timestamp=message.set_at,
        emitter=(message.issuer.role_code if message.issuer else None) or "",
        reason=" ".join(remark.text for detail in subject.details for remark in detail.remarks if remark.text) or None,
        rejection_reasons=tuple(detail.reason_code for detail in subject.details if detail.reason_code),
        is_mandatory=about is None and message.business_process in _EXCHANGED and STATUSES[code].ppf != "never",
        received=tuple(_received(values)) if code == "212" else (),
        discount=sum((each.amount or NOTHING for each in values if each.type_code == "ESC"), NOTHING),
    )


def _received(values: list[Characteristic]) -> Iterator[RatePart]:
    """What was received, added up by rate."""
    totals: dict[Decimal, Decimal] = {}
    for each in values:
        if each.type_code == "MEN":
            rate = each.percentage if each.percentage is not None else Decimal(0)
            totals[rate] = totals.get(rate, NOTHING) + (each.amount or NOTHING)
    yield from (RatePart(rate=rate, amount=totals[rate]) for rate in sorted(totals))
