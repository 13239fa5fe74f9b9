"""Mandates: what a client lets its provider receive, and whether anything is left out or given twice.

    mandate = Mandate.model_validate_json(payload)
    coverage = covering((mandate,), invoice, datetime(2026, 9, 15))
    coverage.mandate.id, coverage.exact          # ("mdt_1", True)
    overlaps(mandates)                           # pairs that claim one address at one time
    gaps(mandates, address, since, until)        # periods in which nobody holds a mandate for it

A mandate reaches exactly as far as one line of the directory: a company, a company with a suffix, an establishment, or
a service in it. An invoice is covered by the mandate for its very address (`exact`), or else by a wider one of the same
company; the directory alone decides who receives, so a mandate that is not exact is an answer to check.

The words are those of Seqino's API (MandateCreate, Mandate, DirectoryEntry), so its payloads are read as they are; what
they say beyond these fields is kept. Its dates are moments: a mandate holds from `start_date`, included, to `end_date`,
excluded; where a day is asked for, its midnight counts. A moment with a time zone is put on the French clock, and one
without is on it already. Only an active mandate covers anything.

    check(mandate)                               # its scope, its dates, its characters
    may_become("active", "expired")              # True

Source: Seqino PDP API, as published in 2025; DGFiP external specifications v3.2, annex 3 (DG-7) and annex 7 (G1.80 to
G1.95, G1.115).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ConfigDict

from einvoice.codes import INVOICE_TYPES
from einvoice.data import Language
from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine
from einvoice.france.times import legal_time
from einvoice.model import Invoice
from einvoice.report import Finding
from einvoice.rulebook import Observation, in_words, observation
from einvoice.values import Model

__all__ = [
    "Coverage",
    "DirectoryEntry",
    "Mandate",
    "MandateCreate",
    "MandateStatus",
    "Overlap",
    "Span",
    "check",
    "covering",
    "gaps",
    "may_become",
    "overlaps",
    "receiving_address",
]

MandateStatus = Literal["processing", "created", "pending_kyc", "active", "expired", "error"]
# What a mandate may become. Only the first way is published ("processing, created, pending_kyc, active, expired", and
# error with a cause): that an error is tried again, and that a mandate needs no check of its client, is believed.
MAY_BECOME: Mapping[MandateStatus, frozenset[MandateStatus]] = MappingProxyType(
    {
        "processing": frozenset({"created", "error"}),
        "created": frozenset({"pending_kyc", "active", "error"}),
        "pending_kyc": frozenset({"active", "error"}),
        "active": frozenset({"expired", "error"}),
        "expired": frozenset(),
        "error": frozenset({"processing"}),
    }
)
PENDING: tuple[MandateStatus, ...] = ("processing", "created", "pending_kyc")


class _Payload(Model):
    """An object of the API: what it says beyond the known fields is kept."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)


class DirectoryEntry(_Payload):
    """The directory line that is a mandate's scope, with what is known of the entity behind it."""

    siren: str
    name: str
    siret: str | None = None
    suffix: str | None = None
    routing_identifier: str | None = None
    routing_identifier_type: str | None = None  # 0224, 0088, 0060 or Internal
    routing_code_label: str | None = None
    establishment_nature: str | None = None  # Private or Public
    legal_commitment_management: bool | None = None
    administrative_status: str | None = None
    addressable: bool | None = None
    address: Any = None  # its shape is not published
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def electronic_address(self) -> ElectronicAddress:
        """The scope, as an address."""
        return ElectronicAddress(
            siren=self.siren, siret=self.siret, routing_identifier=self.routing_identifier, suffix=self.suffix
        )


class MandateCreate(_Payload):
    """What is sent to obtain a mandate."""

    start_date: datetime
    end_date: datetime | None = None
    directory_entry: DirectoryEntry

    @property
    def scope(self) -> ElectronicAddress:
        """The address that the mandate is for."""
        return self.directory_entry.electronic_address

    @property
    def span(self) -> Span:
        """When it holds."""
        return Span(_wall(self.start_date), None if self.end_date is None else _wall(self.end_date))


class Mandate(MandateCreate):
    """A mandate as the API gives it back."""

    id: str | None = None
    client_id: str
    status: MandateStatus
    created_at: datetime
    updated_at: datetime | None = None
    file_attachment: Any = None  # a name or an object, by version of the API


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment, included, to another, excluded; without end, for ever."""

    start: datetime
    end: datetime | None = None

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)

    def overlap(self, other: Span) -> Span | None:
        """What two spans share; `None` where they share nothing."""
        start = max(self.start, other.start)
        end = min((end for end in (self.end, other.end) if end is not None), default=None)
        return Span(start, end) if end is None or start < end else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The mandate that covers an address."""

    mandate: Mandate
    exact: bool  # whether its scope is that very address, not a wider one


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two mandates for one address at one time."""

    first: Mandate
    second: Mandate
    span: Span


def may_become(before: MandateStatus, after: MandateStatus) -> bool:
    """Whether a mandate of one status may have the other next; to stay as it is, it may always."""
    return before == after or after in MAY_BECOME[before]


def check(mandate: MandateCreate, *, language: Language = "fr") -> tuple[Finding, ...]:
    """What is wrong with a mandate before it is asked for, `()` for a good one.

    Its scope is one of four (company, establishment, routing code, suffix) and well-formed, its end is after its
    start.
    """
    return in_words(_observations(mandate), language)


def _observations(mandate: MandateCreate) -> Iterator[Observation]:
    for fault in mandate.scope.faults():
        field = f"directory_entry.{fault.part or 'siren'}"
        yield Observation(
            f"EI-{fault.rule}", fault.severity, "mandate", fault.said.facts, wording=fault.said.id, field=field
        )
    if not mandate.directory_entry.name.strip():
        yield observation("EI-MDT-02", "error", "mandate", field="directory_entry.name")
    span = mandate.span
    if span.end is not None and span.end <= span.start:
        yield observation("EI-MDT-01", "error", "mandate", field="end_date", found=span.end, expected=f"> {span.start}")


def covering(
    mandates: Iterable[Mandate], what: Invoice | DirectoryLine | ElectronicAddress, moment: datetime
) -> Coverage | None:
    """The active mandate that covers an inbound invoice, a directory line or an address at that moment.

    The finest scope counts, then the mandate that began last; `None` where there is none, or no address in the invoice.
    """
    address = _address(what)
    if address is None:
        return None
    found = [
        mandate
        for mandate in mandates
        if mandate.status == "active" and _wall(moment) in mandate.span and mandate.scope.contains(address)
    ]
    best = max(found, key=lambda mandate: (_fineness(mandate.scope), mandate.span.start), default=None)
    return None if best is None else Coverage(best, best.scope == address)


def receiving_address(invoice: Invoice) -> ElectronicAddress | None:
    """Where an invoice is received: at the buyer's address (BT-49), or when it is self-billed at the seller's (BT-34).

    `None` where that address is not of the French scheme 0225. Source: BR-FR-21 and BR-FR-22.
    """
    receiver = invoice.seller if invoice.type_code in INVOICE_TYPES["self_billed"] else invoice.buyer
    return ElectronicAddress.of(receiver.electronic_address) if receiver else None


def overlaps(mandates: Iterable[Mandate]) -> tuple[Overlap, ...]:
    """Mandates that claim the same address at the same time: active ones, and those on their way to be.

    A wider scope beside a finer one is no overlap: they are different lines of the directory.
    """
    alive = [mandate for mandate in mandates if mandate.status in ("active", *PENDING)]
    return tuple(
        Overlap(first, second, shared)
        for first, second in combinations(alive, 2)
        if first.scope == second.scope and (shared := first.span.overlap(second.span))
    )


def gaps(mandates: Iterable[Mandate], address: ElectronicAddress, since: datetime, until: datetime) -> tuple[Span, ...]:
    """When, between two moments, no active mandate covers that address."""
    spans = [mandate.span for mandate in mandates if mandate.status == "active" and mandate.scope.contains(address)]
    return tuple(_uncovered(sorted(spans, key=lambda span: span.start), _wall(since), _wall(until)))


def _uncovered(spans: list[Span], since: datetime, until: datetime) -> Iterator[Span]:
    covered_to = since
    for span in spans:
        if span.start > covered_to:
            yield Span(covered_to, min(span.start, until))
        if span.end is None or span.end >= until or span.start >= until:
            return
        covered_to = max(covered_to, span.end)
    if covered_to < until:
        yield Span(covered_to, until)


def _address(what: Invoice | DirectoryLine | ElectronicAddress) -> ElectronicAddress | None:
    if isinstance(what, Invoice):
        return receiving_address(what)
    return what.address if isinstance(what, DirectoryLine) else what


def _fineness(address: ElectronicAddress) -> int:
    return ("siren", "siret", "routing_code", "suffix").index(address.grain)


def _wall(moment: datetime) -> datetime:
    """The moment as the clock on a French wall shows it."""
    return legal_time(moment)
