"""Groups of lines: nested in a draft, one after the other in an invoice.

    lines[0] "Lot 1"                 1    GROUP    net = 300.00
      .sub_lines[0] "Walls"     →    1.1  DETAIL   100.00, parent 1
      .sub_lines[1] "Roof"           1.2  DETAIL   200.00, parent 1

A line with sub-lines is a GROUP, whose net is the sum of its children's. One that is said to be DETAIL keeps its own
amount, and what stands below it is INFORMATION, which counts nowhere.

Source: XP Z12-012 annex A V1.4, EXT-FR-FE-162 and -163, BR-FREXT-05 to -12.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from einvoice.draft.content import DraftLine, changed
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.paths import NESTED, Path

GROUP, DETAIL, INFORMATION = "GROUP", "DETAIL", "INFORMATION"


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of the invoice in the making, and where the draft holds it."""

    line: DraftLine
    path: str  # lines[2].sub_lines[0]

    def updated(self, **values: object) -> Placed:
        """The same place with some fields of the line replaced."""
        line = changed(self.line, values)
        return self if line is self.line else replace(self, line=line)


def flattened(lines: Sequence[DraftLine]) -> tuple[Placed, ...]:
    """All lines one after the other, each child after its parent, with identifiers, parents and subtypes filled in."""
    taken = {line.identifier for line in _nested(lines) if line.identifier}
    return tuple(_placed(lines, "lines", None, None, taken))


def line_paths(lines: Sequence[DraftLine], path: Path = Path(("lines",))) -> Iterator[Path]:  # noqa: B008 (frozen)
    """Where the draft holds each line of the invoice, in the order of `flattened`."""
    for index, line in enumerate(lines):
        place = path / index
        yield place
        yield from line_paths(line.sub_lines, place / NESTED)


def field_in(places: Sequence[Path], invoice_field: str) -> str:
    """Where a draft, whose lines stand at these places, holds what a field of the completed invoice says."""
    match Path.parse(invoice_field).steps:
        case ("lines", int(index), *rest) if index < len(places):
            return str(Path((*places[index].steps, *rest)))
    return invoice_field


def _nested(lines: Sequence[DraftLine]) -> Iterator[DraftLine]:
    for line in lines:
        yield line
        yield from _nested(line.sub_lines)


def _placed(
    lines: Sequence[DraftLine], path: str, parent: str | None, default: str | None, taken: set[str]
) -> Iterator[Placed]:
    for index, line in enumerate(lines):
        identifier = line.identifier or _free(f"{parent}.{index + 1}" if parent else str(index + 1), taken)
        subtype = line.subtype_code or (GROUP if line.sub_lines and default != INFORMATION else default)
        filled = {
            "identifier": identifier,
            "parent_line_identifier": line.parent_line_identifier or parent,
            "subtype_code": subtype,
            "sub_lines": (),
        }
        flat = changed(line, filled)
        place = f"{path}[{index}]"
        yield Placed(flat, place)
        yield from _placed(
            line.sub_lines, f"{place}.sub_lines", identifier, DETAIL if subtype == GROUP else INFORMATION, taken
        )


def _free(identifier: str, taken: set[str]) -> str:
    """The identifier, or the first of its continuations that no line has taken."""
    candidate, number = identifier, 1
    while candidate in taken:
        number += 1
        candidate = f"{identifier}-{number}"
    taken.add(candidate)
    return candidate


def net_figure(placed: Placed) -> Figure:
    """The net amount of a line (BT-131)."""
    return Figure(f"{placed.path}.net_amount", "BT-131")


def counted(placed: Placed) -> bool:
    """Whether the line itself enters the totals: not a group (its children do), not an information."""
    return placed.line.subtype_code not in {GROUP, INFORMATION}


def grouped(lines: tuple[Placed, ...], ledger: Ledger) -> tuple[Placed, ...]:
    """The lines with the net of each GROUP: the sum of its DETAIL and GROUP children (BR-FREXT-08)."""
    groups = _Groups(lines, ledger)
    return tuple(
        placed.updated(net_amount=groups.net_of(index)) if placed.line.subtype_code == GROUP else placed
        for index, placed in enumerate(lines)
    )


class _Groups:
    """The nets of the groups among some lines, each worked out once."""

    def __init__(self, lines: tuple[Placed, ...], ledger: Ledger) -> None:
        self._lines, self._ledger = lines, ledger
        self._nets: dict[int, Decimal | None] = {}
        self._children: dict[str, list[int]] = {}
        for index, placed in enumerate(lines):
            if placed.line.parent_line_identifier:
                self._children.setdefault(placed.line.parent_line_identifier, []).append(index)

    def net_of(self, index: int) -> Decimal | None:
        """What a line adds to its group, or what is in a group."""
        placed = self._lines[index]
        if placed.line.subtype_code == INFORMATION:
            return None
        if placed.line.subtype_code != GROUP:
            return placed.line.net_amount
        if index not in self._nets:
            self._nets[index] = None  # a group that is its own ancestor (BR-FREXT-11) adds nothing to itself
            below = [self.net_of(child) for child in self._children.get(placed.line.identifier or "", ())]
            total = sum((net for net in below if net is not None), Decimal("0.00"))
            reason = because("SUB-LINES", sum=total)
            self._nets[index] = self._ledger.settle(net_figure(placed), placed.line.net_amount, total, reason)
        return self._nets[index]
