"""Lines of the French directory: which platform receives at an address, and from when until when.

    lines = read_export(root).lines
    answer = reception(lines, ElectronicAddress.parse("100000009_10000000900017"), date(2026, 9, 15))
    answer.line.platform          # "0007": where to send it
    answer.line                   # None: nowhere on that day
    answer.others                 # other lines of that company in force on that day, the likeliest first

A line ties an address to a platform for a period: its first day is in it, its last is not. A definition (D) opens a
line, a masking (M) takes back one that has not begun. Where the public portal gave an effective end, the line has
stopped working on that day, although invoices may still be sent there until its contractual end.

Several lines of a company can be in force together. Of a buyer known by SIRET, the order is the one that Chorus Pro
uses: the establishment, the first of its routing codes, the company, the first of its suffixes. An address with a code
or a suffix means that very line. Of a buyer known by SIREN only, no official order says which establishment would be
meant: such lines are listed, never chosen.

Sources: DGFiP external specifications v3.2, §3.5, annex 3 (DG-7), annex 7 (G1.84 to G1.88), Chorus Pro file v1.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from einvoice.france.addresses import ElectronicAddress
from einvoice.values import Model

__all__ = [
    "CHORUS_PRO",
    "NO_PLATFORM",
    "PUBLIC_PORTAL",
    "DirectoryLine",
    "EffectivePeriod",
    "Reception",
    "definitions",
    "reception",
]

PUBLIC_PORTAL = "0000"
CHORUS_PRO = "9999"  # receives for public bodies; 9997 is its sending side
NO_PLATFORM = "9998"  # the default line of a company that has not chosen a platform yet: nobody receives


@dataclass(frozen=True, slots=True)
class EffectivePeriod:
    """From the first day, included, to the last, excluded; without last day, for ever."""

    start: date
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def __bool__(self) -> bool:
        return self.end is None or self.start < self.end

    def overlap(self, other: EffectivePeriod) -> EffectivePeriod | None:
        """What two periods share; `None` where they share no day."""
        ends = [end for end in (self.end, other.end) if end is not None]
        shared = EffectivePeriod(max(self.start, other.start), min(ends, default=None))
        return shared or None


class DirectoryLine(Model):
    """A line of the directory (DG-7). What an inbound file says wrongly is kept; nothing is refused."""

    siren: str | None = None
    siret: str | None = None
    routing_identifier: str | None = None
    routing_identifier_type: str | None = None  # ISO 6523; 0224
    suffix: str | None = None
    nature: str | None = None  # D definition, M masking
    start_date: date | None = None
    end_date: date | None = None  # excluded
    effective_end_date: date | None = None  # computed by the public portal
    platform: str | None = None  # its matricule, four digits
    identifier: str | None = None  # the whole address, as F14 repeats it
    instance_id: str | None = None
    presence: str | None = None  # why it is in the file: C in force, V to come, N new, P begins, S ends

    @property
    def address(self) -> ElectronicAddress:
        """Where this line receives."""
        if self.siren is None:
            return ElectronicAddress.parse(self.identifier or "")
        return ElectronicAddress(
            siren=self.siren, siret=self.siret, routing_identifier=self.routing_identifier, suffix=self.suffix
        )

    @property
    def period(self) -> EffectivePeriod | None:
        """When it is in force; `None` where the file gives no readable start."""
        return EffectivePeriod(self.start_date, self.end_date) if self.start_date else None

    def in_force(self, day: date) -> bool:
        """Whether it works on that day: begun, and neither its end nor its effective end reached."""
        return self.accepts(day) and (self.effective_end_date is None or day < self.effective_end_date)

    def accepts(self, day: date) -> bool:
        """Whether an invoice may be sent there on that day: also between the effective end and the end."""
        return self.period is not None and day in self.period and self.nature != "M"


@dataclass(frozen=True, slots=True)
class Reception:
    """Where a buyer receives on a day."""

    line: DirectoryLine | None  # the line to send to; None where there is none, or no rule that chooses
    others: tuple[DirectoryLine, ...]  # other lines of that company that accept invoices, in the official order

    @property
    def reachable(self) -> bool:
        """Whether a platform stands behind the line: a company that chose none has a line too."""
        return self.line is not None and self.line.platform != NO_PLATFORM


def definitions(lines: Iterable[DirectoryLine]) -> tuple[DirectoryLine, ...]:
    """What a sequence of lines leaves: a later line with the same address and start replaces the earlier one (that is
    how its end or platform changes), a masking takes it away. In order of address and start.
    """
    last = {(str(line.address), line.start_date or date.min): line for line in lines}
    return tuple(last[key] for key in sorted(last) if last[key].nature != "M")


def reception(lines: Iterable[DirectoryLine], buyer: ElectronicAddress, day: date) -> Reception:
    """Where the buyer receives on that day, given the lines of its company (those of others are passed over).

    A line in force goes before one that only still accepts; of two for one address, the one that began last.
    """
    accepting = [line for line in definitions(lines) if line.siren == buyer.siren and line.accepts(day)]
    accepting.reverse()  # of one address, the newest first
    ranked = sorted(
        ((_rank(line.address, buyer), line) for line in accepting), key=lambda pair: _order(pair[0], pair[1], day)
    )
    chosen = next((line for rank, line in ranked if rank < _NEVER), None)
    return Reception(chosen, tuple(line for _, line in ranked if line is not chosen))


_NEVER = 9  # the rank from which no rule lets a line stand in for the one that was asked for


def _rank(address: ElectronicAddress, buyer: ElectronicAddress) -> int:
    if address == buyer:
        return 0
    if buyer.grain in ("routing_code", "suffix"):
        return _NEVER  # the invoice named a door: another one is not it
    if address.grain == "routing_code" and address.siret == buyer.siret:
        return 1
    if address.grain == "siren":
        return 2
    return 3 if address.grain == "suffix" else _NEVER


def _order(rank: int, line: DirectoryLine, day: date) -> tuple[bool, int, str]:
    return not line.in_force(day), rank, line.routing_identifier or line.suffix or line.siret or ""
