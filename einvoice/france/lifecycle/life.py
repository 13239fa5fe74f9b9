"""The life of one invoice, as its messages tell it, in whatever order they come.

    life = Lifecycle(invoice).with_message(deposited).with_message(received).with_message(paid)
    life.state                     # "212"
    life.next                      # what may come now, and from whom
    life.duties                    # what the public portal must know, and by when
    life.due                       # what is still to be paid

A `Lifecycle` is a value: `with_message` gives a new one. Messages are put in order by when their status was set,
copies of the same status count once, and what does not fit is a finding: out of order a warning, after the end an
error. `events` are plain values with ids and times, for a transport to store, poll or push.

Source: DGFiP external specifications v3.2, general file §3.6; facts of the state machine in `lifecycle.toml`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from einvoice.cached import cached_property
from einvoice.draft.parties import siren_of
from einvoice.errors import Mismatch
from einvoice.france.lifecycle.codes import FOLLOWS, STATUSES
from einvoice.france.lifecycle.events import Event, event_of
from einvoice.france.lifecycle.message import LifecycleMessage, Subject
from einvoice.france.payments import NOTHING, owed
from einvoice.france.treatment import is_exchanged, vat_is_due_on_payment
from einvoice.model import Invoice, Party
from einvoice.report import Finding, Severity
from einvoice.rulebook import Observation, in_words, observation

PPF_DELAY = timedelta(hours=24)
_LAST = datetime(9999, 12, 30)  # noqa: DTZ001 - messages have no zone; a day later time ends
_ENDS = ("213", "210", "220")
_SKEW = timedelta(hours=2)  # between a clock of French time and one of UTC, in summer
_SENDING = ("200", "201")  # set by the issuing platform; a status that came from elsewhere proves them
_REACHED = (*_SENDING, "202", "203")  # how far an invoice has travelled, whatever the clocks say
_DUPLICATE = frozenset({"DOUBLON", "REJ_UNI"})


def overpaid(settled: Decimal, due: Decimal, currency: str | None) -> Observation:
    """A warning that more was paid than was owed."""
    return observation("EI-LIFE-04", "warning", "lifecycle", found=settled, expected=due, currency=currency)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the public portal must be told: a status, or the invoice's own data (flux 1)."""

    content: Literal["status", "flux1"]
    event: Event
    deadline: datetime


@dataclass(frozen=True, slots=True)
class NextStatus:
    """A status that may come now, and who may set it."""

    code: str
    set_by: tuple[str, ...]


@dataclass(frozen=True)
class Lifecycle:
    """What is known of one invoice. Without the invoice, what is due is not known, and every payment is a duty."""

    invoice: Invoice | None = None
    messages: tuple[LifecycleMessage, ...] = ()

    def with_message(self, message: LifecycleMessage) -> Lifecycle:
        """The life with one more message.

        A message in test mode, or about the invoice's data and not its status (250, 251), changes nothing. Raises
        `ValueError` for a message about another invoice: another number, seller or year.
        """
        known = self._key(None) if self.invoice is not None or self.messages else None
        new = self._key(message)
        if known is not None and any(a and b and a != b for a, b in zip(known, new, strict=True)):
            raise Mismatch("EI-NO-LIFE-01", {"found": _shown(new), "expected": _shown(known)})
        return replace(self, messages=(*self.messages, message))

    def told(self, message: LifecycleMessage) -> Lifecycle:
        """The name of `with_message` in version 0.1."""
        warnings.warn("Lifecycle.told is now called with_message", DeprecationWarning, stacklevel=2)
        return self.with_message(message)

    def _key(self, message: LifecycleMessage | None) -> tuple[str | None, str | None, str | None]:
        """Number, seller and year: what makes an invoice one and no other (G1.45)."""
        if message is None and self.invoice is not None:
            day, seller = self.invoice.issue_date, siren_of(self.invoice.seller or Party())
            return self.invoice.number, seller, f"{day:%Y}" if day else None
        subject = (message or self.messages[0]).subject or Subject()
        sellers = subject.issuer.identifiers if subject.issuer else ()
        sirens = [each.value for each in sellers if each.scheme_id == "0002"]
        moment = subject.issue_date or subject.issue_time
        return subject.reference, next(iter(sirens), None), f"{moment:%Y}" if moment else None

    @cached_property
    def number(self) -> str | None:
        """The number of the invoice (BT-1), from the invoice or from the first message."""
        return self._key(None)[0] if self.invoice is not None or self.messages else None

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order; a copy of a status that is known already is left out."""
        return tuple(event for event, _ in self._history)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What does not fit: out of order is a warning, after the end an error; a duplicate rejected is told."""
        return in_words(self.observations, "fr")

    @cached_property
    def observations(self) -> tuple[Observation, ...]:
        """The same, not yet in words."""
        found = [each for _, each in self._history if each is not None]
        if self._balance is not None and self._balance * _owed_sign(self.invoice) < 0:
            settled = sum(self.received.values(), NOTHING)
            due = settled + self._balance
            found.append(overpaid(settled, due, self.invoice.currency_code if self.invoice else None))
        return tuple(found)

    @cached_property
    def state(self) -> str | None:
        """The status that ended it, or else what its parties last said, or how far it has travelled."""
        return _last(each for each in self.events if each.status_code in _ENDS) or self.processing or self.transmission

    @cached_property
    def transmission(self) -> str | None:
        """How far the invoice has travelled, by the rank of what platforms said: a 203 proves 200 to 202."""
        set_by_platforms = [each for each in self.events if STATUSES[each.status_code].phase == "transmission"]
        last = _last(set_by_platforms)
        if last not in _REACHED:
            return last
        return max((each.status_code for each in set_by_platforms if each.status_code in _REACHED), default=None)

    @cached_property
    def processing(self) -> str | None:
        """What its parties last said of it."""
        return _last(event for event in self.events if STATUSES[event.status_code].phase == "processing")

    @cached_property
    def ended(self) -> bool:
        """Whether it was rejected, refused or cancelled."""
        return any(event.status_code in _ENDS and event.counts for event in self.events)

    @cached_property
    def next(self) -> tuple[NextStatus, ...]:
        """What may come now; nothing after the end."""
        if self.ended:
            return ()
        reached = "203" if self.processing else self.transmission or "start"
        return tuple(NextStatus(code, STATUSES[code].set_by) for code in sorted(FOLLOWS[reached]))

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """What the public portal must be told, each within 24 hours of its status; flux 1 goes with status 200."""
        duties: list[Duty] = []
        for event in self.events:
            if event.is_mandatory:
                deadline = min(event.timestamp, _LAST) + PPF_DELAY
                duties.append(Duty("status", event, deadline))
                if event.status_code == "200":
                    duties.append(Duty("flux1", event, deadline))
        return tuple(duties)

    @cached_property
    def received(self) -> Mapping[Decimal, Decimal]:
        """What was received so far by VAT rate, with VAT; reversals and refunds count with their sign."""
        totals: dict[Decimal, Decimal] = {}
        for part in (part for event in self.events if event.counts for part in event.received):
            totals[part.rate] = totals.get(part.rate, NOTHING) + part.amount
        return totals

    @cached_property
    def due(self) -> Decimal | None:
        """What is still due: what is owed on the invoice, less what was received or taken as discount.

        Nothing where more was received than that.
        """
        balance = self._balance
        return NOTHING if balance is not None and balance * _owed_sign(self.invoice) < 0 else balance

    @cached_property
    def _balance(self) -> Decimal | None:
        if self.invoice is None:
            return None
        discounts = sum((event.discount for event in self.events if event.counts), NOTHING)
        return owed(self.invoice) - sum(self.received.values(), NOTHING) - discounts

    @cached_property
    def _history(self) -> tuple[tuple[Event, Observation | None], ...]:
        """The events in order, each with what does not fit about it."""
        history: list[tuple[Event, Observation | None]] = []
        seen: list[str] = []
        for event in _ordered(_once(self.messages)):
            if event.status_code == "213" and _is_of_a_duplicate(event, seen):
                other = event.model_copy(update={"counts": False, "is_mandatory": False})
                history.append((other, _observation("EI-LIFE-03", "information", event)))
                continue
            found = _misfit(event, seen)
            seen.append(event.status_code)
            late = found is not None and found.severity == "error"
            history.append((event.model_copy(update={"is_mandatory": self._is_mandatory(event) and not late}), found))
        return tuple(history)

    def _is_mandatory(self, event: Event) -> bool:
        """Whether the portal must know: of exchanged invoices only, and of payments where VAT falls due on them."""
        duty = STATUSES[event.status_code].ppf
        if duty == "never" or not event.is_mandatory:
            return False
        if self.invoice is None:
            return True
        if not is_exchanged(self.invoice):
            return False
        return duty == "always" or vat_is_due_on_payment(self.invoice)


def _owed_sign(invoice: Invoice | None) -> int:
    """1 where money is to come in, -1 where it goes out, 0 where nothing is owed."""
    amount = owed(invoice) if invoice is not None else NOTHING
    return (amount > 0) - (amount < 0)


def _shown(key: tuple[str | None, ...]) -> str:
    return " / ".join(part or "?" for part in key)


def _once(messages: Iterable[LifecycleMessage]) -> Iterator[Event]:
    """Each status once, whichever of its copies came first: between platforms, to the portal, sent again."""
    known: dict[tuple[object, ...], Event] = {}
    for message in messages:
        event = event_of(message)
        if event is None or event.object_type != "invoice":
            continue
        key = (event.status_code, event.timestamp, event.emitter, event.rejection_reasons, event.received)
        before = known.get(key)
        if before is None or _rank(event) < _rank(before):
            known[key] = event
    yield from known.values()


def _ordered(events: Iterable[Event]) -> list[Event]:
    """By when they were set, as far as one clock tells.

    Platforms write no time zone, and one that writes UTC seems to receive before the other sends: what comes less than
    two hours before the sending counts as after it.
    """
    known = list(events)
    sent = [each.timestamp for each in known if each.status_code in _SENDING]

    def moment(event: Event) -> datetime:
        if event.status_code in _SENDING:
            return event.timestamp
        return max((each for each in sent if timedelta() < each - event.timestamp <= _SKEW), default=event.timestamp)

    return sorted(
        known,
        key=lambda each: (
            moment(each),
            each.status_code not in _SENDING,
            each.timestamp,
            each.status_code,
            *_rank(each),
        ),
    )


def _rank(event: Event) -> tuple[object, ...]:
    """Of two copies the one that says more, and that was meant for the parties; then any, but always the same."""
    return (not event.reason, -abs(event.discount), event.id.startswith("FFE"), event.id, event.model_dump_json())


def _last(events: Iterable[Event]) -> str | None:
    codes = [event.status_code for event in events if event.counts]
    return codes[-1] if codes else None


def _is_of_a_duplicate(event: Event, seen: list[str]) -> bool:
    """Whether a rejection is of a second copy of an invoice that its receiver has already."""
    accepted = any(code in ("202", "203") or STATUSES[code].phase == "processing" for code in seen)
    return accepted and bool(event.rejection_reasons) and set(event.rejection_reasons) <= _DUPLICATE


def _misfit(event: Event, seen: list[str]) -> Observation | None:
    ends = [code for code in seen if code in _ENDS]
    if ends:
        severities = [_after(end, event.status_code) for end in ends]
        worst: Severity = "error" if "error" in severities else "warning"
        return _observation("EI-LIFE-02", worst, event, end=ends[severities.index(worst)])
    following = frozenset().union(*(FOLLOWS.get(code, ()) for code in seen)) if seen else FOLLOWS["start"]
    if event.status_code not in following:
        return _observation("EI-LIFE-01", "warning", event, expected=", ".join(sorted(following)))
    return None


def _after(end: str, code: str) -> Severity:
    """After a rejection or cancellation nothing comes but money that flows back; after a refusal nothing mandatory."""
    if end == "210":
        return "error" if STATUSES[code].ppf != "never" else "warning"
    return "warning" if end == "220" and code in ("211", "212") else "error"


def _observation(
    rule: str, severity: Severity, event: Event, *, expected: str | None = None, end: str = ""
) -> Observation:
    return observation(
        rule,
        severity,
        "lifecycle",
        field="subject.status_code",
        found=event.status_code,
        expected=expected,
        end=end,
        message=event.id,
    )
