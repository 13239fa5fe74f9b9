"""The life of one invoice, told by its messages in whatever order they come.

    life = Lifecycle(invoice).told(deposited).told(received).told(paid)
    life.state                     # "212"
    life.next                      # what may come now, and from whom
    life.duties                    # what the public portal must know, and by when
    life.due                       # what is still to be paid

A `Lifecycle` is a value: `told` gives a new one. Messages are put in order by when their status was set, copies of the
same status count once, and what does not fit is a finding: out of order a warning, after the end an error. `events` are
plain values with ids and times, for a transport to store, poll or push.

Source: DGFiP external specifications v3.2, general file §3.6; facts of the state machine in `lifecycle.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from einvoice.codes import INVOICE_TYPES
from einvoice.france.lifecycle.amounts import sign, total_with_vat
from einvoice.france.lifecycle.codes import FOLLOWS, STATUSES
from einvoice.france.lifecycle.message import Characteristic, LifecycleMessage, Subject
from einvoice.model import Invoice
from einvoice.report import Finding, Severity

__all__ = ["PPF_DELAY", "Duty", "Event", "Lifecycle", "NextStatus", "vat_is_due_on_payment"]

PPF_DELAY = timedelta(hours=24)
_ENDS = ("213", "210", "220")
_OF_INVOICES = {code: kind for code, kind in STATUSES.items() if kind.phase or code == "501"}


@dataclass(frozen=True, slots=True)
class Event:
    """One status in the life of an invoice."""

    id: str  # of the message: MDT-4
    invoice: str
    code: str
    at: datetime
    set_by: str  # role code of who set it: WK, SE, BY, ...
    reasons: tuple[str, ...] = ()
    received: Mapping[Decimal, Decimal] = field(default_factory=dict)  # by VAT rate, with VAT
    discount: Decimal = Decimal("0.00")
    counts: bool = True  # False for the rejection of a duplicate: the accepted original lives on


@dataclass(frozen=True, slots=True)
class Duty:
    """A status that the public portal must be told."""

    event: Event
    deadline: datetime


@dataclass(frozen=True, slots=True)
class NextStatus:
    """A status that may come now, and who may set it."""

    code: str
    set_by: tuple[str, ...]


@dataclass(frozen=True)
class Lifecycle:
    """What is known of one invoice. Without the invoice, amounts due and duties of payment are not known."""

    invoice: Invoice | None = None
    messages: tuple[LifecycleMessage, ...] = ()

    def told(self, message: LifecycleMessage) -> Lifecycle:
        """The life with one more message. Raises `ValueError` for a message about another object."""
        subject = message.subject or Subject()
        number = self.number
        if number is not None and subject.reference != number:
            raise ValueError(f"this message is about {subject.reference!r}, not about {number!r}")
        return replace(self, messages=(*self.messages, message))

    @cached_property
    def number(self) -> str | None:
        """The number of the invoice (BT-1), from the invoice or from the first message."""
        if self.invoice is not None:
            return self.invoice.number
        return next((each.subject.reference for each in self.messages if each.subject), None)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened, in order; a copy of a status that is known already is left out."""
        known: dict[tuple[object, ...], Event] = {}
        for message in self.messages:
            event = _event(message)
            if event is not None:
                known.setdefault((event.code, event.at, event.set_by, tuple(event.received.items())), event)
        ordered = sorted(known.values(), key=lambda event: (event.at, event.code, event.id))
        accepted = False
        events = []
        for event in ordered:
            duplicate = accepted and event.code == "213" and set(event.reasons) == {"DOUBLON"}
            events.append(replace(event, counts=not duplicate))
            accepted = accepted or event.code in ("202", "203") or STATUSES[event.code].phase == "processing"
        return tuple(events)

    @cached_property
    def state(self) -> str | None:
        """The last status that counts."""
        return self._last(self.events)

    @cached_property
    def transmission(self) -> str | None:
        """How far the invoice has travelled: the last status that a platform set."""
        return self._last(event for event in self.events if STATUSES[event.code].phase == "transmission")

    @cached_property
    def processing(self) -> str | None:
        """What its parties last said of it."""
        return self._last(event for event in self.events if STATUSES[event.code].phase == "processing")

    @staticmethod
    def _last(events: tuple[Event, ...] | Iterator[Event]) -> str | None:
        codes = [event.code for event in events if event.counts]
        return codes[-1] if codes else None

    @cached_property
    def ended(self) -> bool:
        """Whether it was rejected, refused or cancelled."""
        return any(event.code in _ENDS and event.counts for event in self.events)

    @cached_property
    def next(self) -> tuple[NextStatus, ...]:
        """What may come now; nothing after the end."""
        if self.ended:
            return ()
        reached = "203" if self.processing else self.transmission or "start"
        return tuple(NextStatus(code, STATUSES[code].set_by) for code in sorted(FOLLOWS[reached]))

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """What the public portal must be told, each within 24 hours of its status."""
        on_payment = self.invoice is None or vat_is_due_on_payment(self.invoice)
        return tuple(
            Duty(event, event.at + PPF_DELAY)
            for event in self.events
            if STATUSES[event.code].ppf == "always" or (STATUSES[event.code].ppf == "vat_on_payment" and on_payment)
        )

    @cached_property
    def received(self) -> Mapping[Decimal, Decimal]:
        """What was received so far by VAT rate, with VAT; reversals and refunds count with their sign."""
        totals: dict[Decimal, Decimal] = {}
        for event in self.events:
            for rate, amount in event.received.items():
                totals[rate] = totals.get(rate, Decimal("0.00")) + amount
        return totals

    @cached_property
    def due(self) -> Decimal | None:
        """What is still due: total with VAT, less what was paid before (BT-113), received, or taken as discount."""
        if self.invoice is None:
            return None
        before = (self.invoice.totals.paid_amount if self.invoice.totals else None) or Decimal("0.00")
        owed = sign(self.invoice) * (total_with_vat(self.invoice) - before)
        settled = sum(self.received.values(), Decimal("0.00")) + sum(event.discount for event in self.events)
        return owed - settled

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What does not fit: out of order is a warning, after the end an error; a duplicate rejected is told."""
        return tuple(self._findings())

    def _findings(self) -> Iterator[Finding]:
        seen: set[str] = set()
        ended: str | None = None
        for event in self.events:
            if not event.counts:
                yield _finding("EI-LIFE-03", "information", event, None)
                continue
            if ended is not None:
                yield _finding("EI-LIFE-02", _after(ended, event.code), event, ended)
            elif event.code not in _following(seen):
                yield _finding("EI-LIFE-01", "warning", event, ", ".join(sorted(_following(seen))))
            seen.add(event.code)
            if event.code in _ENDS and ended != "213":
                ended = event.code


def vat_is_due_on_payment(invoice: Invoice) -> bool:
    """Whether French VAT on it falls due when it is paid: services without the option for debits, and prepayments.

    Source: CGI art. 269-2; DGFiP external specifications v3.2, general file §3.7 (payments that are reported).
    """
    if not any(group.category_code == "S" for group in invoice.vat_breakdown):
        return False
    if invoice.type_code in INVOICE_TYPES["prepayment"]:
        return True
    services = (invoice.business_process_type or "S")[:1] in ("S", "M")
    return services and invoice.tax_point_date_code not in ("3", "35")


def _after(ended: str, code: str) -> Severity:
    """After a rejection or a cancellation nothing comes; after a refusal nothing that the public portal must know."""
    if ended == "210":
        return "error" if STATUSES[code].ppf != "never" else "warning"
    return "warning" if ended == "220" and code == "212" else "error"  # money may still flow back


def _following(seen: set[str]) -> frozenset[str]:
    """What may come after these statuses."""
    reached = [FOLLOWS[code] for code in seen if code in FOLLOWS]
    return frozenset().union(*reached) if seen else FOLLOWS["start"]


def _event(message: LifecycleMessage) -> Event | None:
    subject = message.subject
    code = subject.status_code if subject else None
    if subject is None or message.set_at is None or code not in _OF_INVOICES:
        return None
    values = [value for detail in subject.details for value in detail.characteristics]
    received: dict[Decimal, Decimal] = {}
    if code == "212":
        for value in _of_type(values, "MEN"):
            rate = value.percentage if value.percentage is not None else Decimal(0)
            received[rate] = received.get(rate, Decimal("0.00")) + (value.amount or Decimal("0.00"))
    return Event(
        id=message.identifier or "",
        invoice=subject.reference or "",
        code=code,
        at=message.set_at,
        set_by=(message.issuer.role_code if message.issuer else None) or "",
        reasons=tuple(detail.reason_code for detail in subject.details if detail.reason_code),
        received=received,
        discount=sum((value.amount or Decimal("0.00") for value in _of_type(values, "ESC")), Decimal("0.00")),
    )


def _of_type(values: list[Characteristic], type_code: str) -> Iterator[Characteristic]:
    return (value for value in values if value.type_code == type_code)


_TEXTS = {
    "EI-LIFE-01": (
        "Le statut {code} ne vient pas à sa place ; attendu : {expected}.",
        "Status {code} is out of order; expected: {expected}.",
    ),
    "EI-LIFE-02": (
        "Le statut {code} vient après le statut {expected}, qui clôt la vie de la facture.",
        "Status {code} comes after status {expected}, which ends the life of the invoice.",
    ),
    "EI-LIFE-03": (
        "Rejet d'un doublon : la facture déjà acceptée n'est pas concernée.",
        "A duplicate was rejected: the invoice accepted before is not concerned.",
    ),
}


def _finding(rule: str, severity: Severity, event: Event, expected: str | None) -> Finding:
    french, english = (text.format(code=event.code, expected=expected) for text in _TEXTS[rule])
    return Finding(
        rule=rule,
        severity=severity,
        step="lifecycle",
        message=french,
        message_en=english,
        field="subject.status_code",
        found=event.code,
        expected=expected,
        source="DGFiP external specifications v3.2, general file §3.6",
    )
