"""What happened to invoices, mandates and all else; and statuses that clients set."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Body, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

import einvoice as ei
from einvoice.france import lifecycle
from einvoice_server import intake
from einvoice_server.api.common import OURS, After, Client, Day, Here, Limit, known, router
from einvoice_server.clock import iso, legal
from einvoice_server.errors import Refused
from einvoice_server.happenings import event_json
from einvoice_server.holdings import companies
from einvoice_server.lives import life_of
from einvoice_server.tables import duty, invoice, message
from einvoice_server.words import ObjectType, code_of, word_of

__all__ = ["lifecycle_group"]

lifecycle_group = router("/lifecycle-events", "Lifecycle")


class EventOut(BaseModel):
    """Something that happened."""

    status_code: str = Field(description="in the words of this API", examples=["APPROVED"])
    timestamp: dt.datetime
    emitter: str = Field(description="PDPE, PDPR, PPF, or the role of a party", examples=["PDPR"])
    reason: str | None = None
    rejection_reason: str | None = None
    is_mandatory: bool = Field(default=False, description="whether the public portal must know within 24 hours")
    id: str = Field(json_schema_extra=OURS)
    object_type: ObjectType = Field(json_schema_extra=OURS)
    object_id: str = Field(json_schema_extra=OURS)
    code: str = Field(description="the code of the reform", examples=["205"], json_schema_extra=OURS)
    cursor: int = Field(json_schema_extra=OURS)


class PaymentIn(BaseModel):
    """Money received (COLLECTED) or sent (PAYMENT_TRANSMITTED), with VAT."""

    amount: Decimal = Field(max_digits=19, decimal_places=2)
    discount: Decimal | None = Field(None, max_digits=19, decimal_places=2)
    day: Day | None = None


class StatusIn(BaseModel):
    """A status that the client sets."""

    invoice_id: str = Field(max_length=80)
    status_code: str = Field(max_length=60, description="a word (APPROVED) or a code (205)", examples=["APPROVED"])
    reasons: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=20, examples=[["TX_TVA_ERR"]])
    comment: str | None = Field(None, max_length=1024)
    payment: PaymentIn | None = None


class NextOut(BaseModel):
    """A status that may come, and who may set it."""

    status_code: str
    code: str
    set_by: list[str]


class DutyOut(BaseModel):
    """What the portal must be told."""

    content: str
    deadline: dt.datetime
    done_at: dt.datetime | None
    answer: str | None


class LifeOut(BaseModel):
    """Where an invoice stands."""

    invoice_id: str
    state: str | None
    due: Decimal | None = None
    next: list[NextOut]
    duties: list[DutyOut]


@lifecycle_group.get("", response_model=list[EventOut])
def list_events(
    here: Here,
    caller: Client,
    object_type: ObjectType | None = None,
    object_id: Annotated[str | None, Query(max_length=80)] = None,
    after: After = 0,
    limit: Limit = 1000,
) -> Any:
    """What happened, in order: all of it, of a type, or to one object. Ask again with the last `cursor`."""
    wanted = select(message).where(message.c.client_id == caller.client_id, message.c.seq > after)
    if object_type is not None:
        wanted = wanted.where(message.c.object_type == object_type)
    if object_id is not None:
        wanted = wanted.where(message.c.object_id == object_id)
    with here.db.read() as tx:
        return [event_json(row) for row in tx.execute(wanted.order_by(message.c.seq).limit(limit))]


@lifecycle_group.post("", status_code=201, response_model=EventOut, openapi_extra=OURS)
def set_status(here: Here, caller: Client, wanted: Annotated[StatusIn, Body()]) -> Any:
    """Set a status of an invoice: received ones are approved, refused, paid; sent ones are collected. The other side
    learns of it, and the portal where it must. 422 where the status may not be set so, or not now.
    """
    code = code_of(wanted.status_code)
    with here.db.write() as tx:
        row = known(tx, invoice, "no such invoice", id=wanted.invoice_id, client_id=caller.client_id)
        intake.may_send(tx, caller.client_id)
        tx.execute(select(invoice.c.id).where(invoice.c.id == row.id).with_for_update())  # one status after the other
        life = life_of(here, tx, row)
        made = lifecycle.status(
            _invoice(life),
            code,
            at=_free_second(life, code, legal(here.now)),
            received_at=legal(row.at),
            reasons=tuple(wanted.reasons),
            comment=wanted.comment,
            payment=_payment(wanted, life) if wanted.payment else None,
        )
        _allowed(life, made, code, set(companies(tx, caller.client_id)))
        intake.set_by_client(here, tx, row, life, made, lifecycle.write(made))
        told = (
            select(message).where(message.c.object_id == row.id, message.c.code == code).order_by(message.c.seq.desc())
        )
        answer = event_json(tx.execute(told.limit(1)).one())
    here.wake.set()
    return answer


def _free_second(life: lifecycle.Lifecycle, code: str, at: dt.datetime) -> dt.datetime:
    """That second, or the next one without such a status: the time tells two payments apart, and knows seconds only."""
    taken = {each.timestamp for each in life.events if each.status_code == code}
    while at in taken:
        at += dt.timedelta(seconds=1)
    return at


def _invoice(life: lifecycle.Lifecycle) -> ei.Invoice:
    if life.invoice is None:
        raise Refused(409, "this invoice cannot be read")
    return life.invoice


def _payment(wanted: StatusIn, life: lifecycle.Lifecycle) -> lifecycle.Payment:
    given = wanted.payment or PaymentIn(amount=Decimal(0))
    before = sum(life.received.values(), Decimal(0)) + sum(
        (each.discount for each in life.events if each.counts), Decimal(0)
    )
    return lifecycle.Payment(given.amount, before=before, discount=given.discount, day=given.day)


def _allowed(life: lifecycle.Lifecycle, made: lifecycle.LifecycleMessage, code: str, ours: set[str]) -> None:
    """A client sets what its companies may set, when it may come."""
    setters = {each.value for each in made.issuer.identifiers} if made.issuer else set()
    if not setters & ours:
        who = " or the ".join(lifecycle.STATUSES[code].set_by).replace("_", " ")
        raise Refused(422, f"status {code} is set by the {who}, which is none of your companies")
    may_come = [each.code for each in life.next]
    if code not in may_come:
        raise Refused(422, f"status {code} may not come now; what may: {', '.join(may_come) or 'nothing more'}")


@lifecycle_group.get("/state", response_model=LifeOut, openapi_extra=OURS)
def state(here: Here, caller: Client, invoice_id: Annotated[str, Query(max_length=80)]) -> Any:
    """Where an invoice stands: its state, what is due, what may come, and what the portal was and must be told."""
    with here.db.read() as tx:
        row = known(tx, invoice, "no such invoice", id=invoice_id, client_id=caller.client_id)
        life = life_of(here, tx, row)
        owed = tx.execute(select(duty).where(duty.c.object_id == row.id).order_by(duty.c.deadline)).all()
    return {
        "invoice_id": row.id,
        "state": life.state,
        "due": life.due,
        "next": [
            {"status_code": word_of("invoice", each.code), "code": each.code, "set_by": each.set_by}
            for each in life.next
        ],
        "duties": [
            {
                "content": each.kind,
                "deadline": iso(each.deadline),
                "done_at": iso(each.done) if each.done else None,
                "answer": each.answer,
            }
            for each in owed
        ],
    }
