"""A life as plain values, for whoever stores it or shows it in another program.

summary(life).model_dump_json()     # {"number": "F1", "state": "205", "next": […], "duties": […], "due": "1200.00", …}
"""

from __future__ import annotations

from typing import Literal

from einvoice.data import Language
from einvoice.france.lifecycle.events import Event
from einvoice.france.lifecycle.life import Lifecycle
from einvoice.france.times import LegalTime
from einvoice.model import Amount, Model
from einvoice.report import Finding
from einvoice.rulebook import in_words


class MayFollow(Model):
    """A status that may come now, and who may set it."""

    code: str
    set_by: tuple[str, ...]


class Owed(Model):
    """What the public portal must be told, and by when."""

    content: Literal["status", "flux1"]
    status_code: str
    event_id: str
    deadline: LegalTime


class Summary(Model):
    """All that is known of the life of an invoice."""

    number: str | None
    state: str | None
    transmission: str | None
    processing: str | None
    ended: bool
    next: tuple[MayFollow, ...]
    duties: tuple[Owed, ...]
    due: Amount | None
    events: tuple[Event, ...]
    findings: tuple[Finding, ...]


def summary(life: Lifecycle, *, language: Language = "fr") -> Summary:
    """The life as values, its findings in a language."""
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
