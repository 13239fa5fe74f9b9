"""A life as plain values, for whoever stores it or shows it in another program.

summary(life).model_dump_json()     # {"number": "F1", "state": "205", "next": […], "duties": […], "due": "1200.00", …}
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from einvoice.data import Language
from einvoice.france.lifecycle.events import Event
from einvoice.france.lifecycle.life import Lifecycle
from einvoice.france.times import LegalTime
from einvoice.report import Finding
from einvoice.rulebook import in_words
from einvoice.values import Amount, Model


class MayFollow(Model):
    """A status that may come now, and who may set it."""

    code: str = Field(description="the status")
    set_by: tuple[str, ...] = Field(description="roles that may set it")


class Owed(Model):
    """What the public portal must be told, and by when."""

    content: Literal["status", "flux1"] = Field(
        description="what it must be told: a status, or the extract of the invoice"
    )
    status_code: str = Field(description="the status because of which it must")
    event_id: str = Field(description="the event because of which it must")
    deadline: LegalTime = Field(description="by when")


class Summary(Model):
    """All that is known of the life of an invoice."""

    number: str | None = Field(description="of the invoice (BT-1)")
    state: str | None = Field(description="the status where it stands")
    transmission: str | None = Field(description="the last status of the exchange between platforms")
    processing: str | None = Field(description="the last status that a party set")
    ended: bool = Field(description="whether nothing more is expected")
    next: tuple[MayFollow, ...] = Field(description="what may come now")
    duties: tuple[Owed, ...] = Field(description="what the public portal must be told")
    due: Amount | None = Field(description="what is still to be paid, in the invoice currency")
    events: tuple[Event, ...] = Field(description="what happened, in order")
    findings: tuple[Finding, ...] = Field(description="what does not fit, in one language")


def summary(life: Lifecycle, *, language: Language = "fr") -> Summary:
    """The life as plain values, as JSON has them; its findings are in French unless `language` is "en"."""
    return Summary(
        number=life.number,
        state=life.state,
        transmission=life.transmission,
        processing=life.processing,
        ended=life.ended,
        next=tuple(MayFollow(code=each.code, set_by=each.set_by) for each in life.next),
        duties=tuple(
            Owed(
                content=each.content,
                status_code=each.event.status_code,
                event_id=each.event.id,
                deadline=each.deadline,
            )
            for each in life.duties
        ),
        due=life.due,
        events=life.events,
        findings=in_words(life.observations, language),
    )
