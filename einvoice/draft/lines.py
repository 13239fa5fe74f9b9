"""The arithmetic of a line: from quantity and price to its net amount, and from nested sub-lines to groups.

    net = quantity x net price / base quantity + charges - allowances          net price = gross price - discount

An allowance or charge is an amount, or a percentage of a base (by default quantity x price). With the rounding policy
`gross` the same formulas give the amount *with* VAT, which `einvoice.draft.vat` then splits.

Sub-lines: in a draft a line holds its `sub_lines`; in the invoice (and in XP Z12-012) all lines follow one another
and a child names its parent. A line with sub-lines is a GROUP, whose net is the sum of its children's; lines marked
INFORMATION count nowhere.

Sources: EN 16931-1 BG-25 to BG-29; PEPPOL-EN16931-R120 (the formula); XP Z12-012 annex A, EXT-FR-FE-162 and -163,
BR-FREXT-05 to -12.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from einvoice.draft.content import DraftLine
from einvoice.draft.ledger import Figure, Ledger
from einvoice.draft.rounding import (
    AMOUNT_DECIMALS,
    PRICE_DECIMALS,
    QUANTITY_DECIMALS,
    RATE_DECIMALS,
    fitted,
    rounded,
    unit_price,
)
from einvoice.model import AllowanceCharge

__all__ = [
    "DETAIL",
    "GROUP",
    "INFORMATION",
    "Placed",
    "amounts",
    "computed",
    "counted",
    "flattened",
    "grouped",
    "line_paths",
    "net_figure",
    "with_amount",
]

GROUP, DETAIL, INFORMATION = "GROUP", "DETAIL", "INFORMATION"

_ONE = "C62"  # UN/ECE recommendation 20: a unit of count
_PERCENTAGE_SLACK = Decimal("0.02")  # a percentage is often rounded itself; PEPPOL-EN16931-R040 allows as much


@dataclass(frozen=True, slots=True)
class Placed:
    """A line of the invoice in the making, and where the draft holds it."""

    line: DraftLine
    path: str  # lines[2].sub_lines[0]

    def updated(self, **values: object) -> Placed:
        """The same place with some fields of the line replaced."""
        if all(getattr(self.line, name) is value for name, value in values.items()):
            return self
        return replace(self, line=self.line.model_copy(update=values))


def flattened(lines: Sequence[DraftLine]) -> tuple[Placed, ...]:
    """All lines one after the other, each child after its parent, with identifiers, parents and subtypes filled in."""
    taken = {line.identifier for line in _nested(lines) if line.identifier}
    return tuple(_placed(lines, "lines", None, None, taken))


def line_paths(lines: Sequence[DraftLine], path: str = "lines") -> Iterator[str]:
    """Where the draft holds each line of the invoice, in the order of `flattened`."""
    for index, line in enumerate(lines):
        place = f"{path}[{index}]"
        yield place
        yield from line_paths(line.sub_lines, f"{place}.sub_lines")


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
        flat = line.model_copy(
            update={
                "identifier": identifier,
                "parent_line_identifier": line.parent_line_identifier or parent,
                "subtype_code": subtype,
                "sub_lines": (),
            }
        )
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


def amounts(placed: Placed, ledger: Ledger, decimals: int) -> Placed:
    """The line with its prices and the amounts of its allowances and charges filled in, and zeros beyond limits cut."""
    line, path = _fitted(placed.line), placed.path
    if line.subtype_code != GROUP:
        line = _with_prices(line, path, ledger)
    base = None if (exact := item_total(line)) is None else rounded(exact, decimals)
    filled = {
        "unit_code": line.unit_code or (None if line.quantity is None else _ONE),
        "allowances": tuple(
            with_amount(allowance, base, Figure(f"{path}.allowances[{index}].amount", "BT-136"), ledger, decimals)
            for index, allowance in enumerate(line.allowances)
        ),
        "charges": tuple(
            with_amount(charge, base, Figure(f"{path}.charges[{index}].amount", "BT-141"), ledger, decimals)
            for index, charge in enumerate(line.charges)
        ),
    }
    return replace(placed, line=line.model_copy(update=filled))


def _fitted(line: DraftLine) -> DraftLine:
    limits = {
        "quantity": QUANTITY_DECIMALS,
        "quantity_per_parent_line": QUANTITY_DECIMALS,
        "item_price_base_quantity": QUANTITY_DECIMALS,
        "item_net_price": PRICE_DECIMALS,
        "item_gross_price": PRICE_DECIMALS,
        "item_price_discount": PRICE_DECIMALS,
        "net_amount": AMOUNT_DECIMALS,
        "vat_rate": RATE_DECIMALS,
    }
    given = {name: value for name in limits if (value := getattr(line, name)) is not None}
    return line.model_copy(update={name: fitted(value, limits[name]) for name, value in given.items()})


def _with_prices(line: DraftLine, path: str, ledger: Ledger) -> DraftLine:
    """Net price, gross price and discount: any two give the third; a net amount alone, the price that yields it."""
    net, gross, discount = line.item_net_price, line.item_gross_price, line.item_price_discount
    if net is None and gross is None:
        return line.model_copy(update={"item_net_price": _price_from_net(line)})
    if gross is None:
        gross = None if net is None or discount is None else net + discount
    elif net is not None and discount is None and gross != net:
        discount = gross - net
    computed_net = None if gross is None else gross - (discount or Decimal())
    because = (
        f"gross price {gross} - discount {discount or 0} = {computed_net}",
        f"prix brut {gross} - remise {discount or 0} = {computed_net}",
    )
    net = ledger.settle(Figure(f"{path}.item_net_price", "BT-146"), net, computed_net, because)
    return line.model_copy(update={"item_net_price": net, "item_gross_price": gross, "item_price_discount": discount})


def _price_from_net(line: DraftLine) -> Decimal | None:
    """The unit price of a line that gives only quantity and net amount, if one of six decimals yields that amount."""
    parts = [part.amount for part in (*line.allowances, *line.charges)]
    if line.net_amount is None or not line.quantity or None in parts:
        return None
    total = line.net_amount - _sum(line.charges) + _sum(line.allowances)
    base = line.item_price_base_quantity or Decimal(1)
    price = unit_price(total * base / line.quantity)
    return price if rounded(price * line.quantity / base) == total else None


def item_total(line: DraftLine) -> Decimal | None:
    """Quantity x price / base quantity, exactly; None where one is missing or the base quantity is zero."""
    base = Decimal(1) if line.item_price_base_quantity is None else line.item_price_base_quantity
    if line.quantity is None or line.item_net_price is None or not base:
        return None
    return line.quantity * line.item_net_price / base


def with_amount(
    part: AllowanceCharge, base: Decimal | None, figure: Figure, ledger: Ledger, decimals: int
) -> AllowanceCharge:
    """An allowance or charge with its amount, and with the base of its percentage, filled in."""
    filled: dict[str, Decimal | None] = {
        "amount": None if part.amount is None else fitted(part.amount, AMOUNT_DECIMALS),
        "base_amount": None if part.base_amount is None else fitted(part.base_amount, AMOUNT_DECIMALS),
        "vat_rate": None if part.vat_rate is None else fitted(part.vat_rate, RATE_DECIMALS),
    }
    if part.percentage is not None:
        filled["base_amount"] = base = base if filled["base_amount"] is None else filled["base_amount"]
        due = None if base is None else rounded(base * part.percentage / 100, decimals)
        because = (f"{part.percentage} % of {base} = {due}", f"{part.percentage} % de {base} = {due}")
        filled["amount"] = ledger.settle(figure, filled["amount"], due, because, slack=_PERCENTAGE_SLACK)
    return part.model_copy(update=filled)


def computed(line: DraftLine, decimals: int) -> Decimal | None:
    """The line's net amount (or, where prices include VAT, its amount with VAT) from quantity, price and the rest."""
    total = item_total(line)
    if total is None:
        return None
    return rounded(total + _sum(line.charges) - _sum(line.allowances), decimals)


def _sum(parts: Sequence[AllowanceCharge]) -> Decimal:
    return sum((part.amount for part in parts if part.amount is not None), Decimal())


def grouped(lines: tuple[Placed, ...], ledger: Ledger) -> tuple[Placed, ...]:
    """The lines with the net of each GROUP: the sum of its DETAIL and GROUP children (BR-FREXT-08)."""
    children: dict[str, list[int]] = {}
    for index, placed in enumerate(lines):
        if placed.line.parent_line_identifier:
            children.setdefault(placed.line.parent_line_identifier, []).append(index)
    nets: dict[int, Decimal | None] = {}

    def net_of(index: int) -> Decimal | None:
        placed = lines[index]
        if placed.line.subtype_code == INFORMATION:
            return None
        if placed.line.subtype_code != GROUP:
            return placed.line.net_amount
        if index not in nets:
            nets[index] = None  # a group that is its own ancestor (BR-FREXT-11) adds nothing to itself
            below = [net_of(child) for child in children.get(placed.line.identifier or "", ())]
            total = sum((net for net in below if net is not None), Decimal("0.00"))
            because = (f"its sub-lines add up to {total}", f"ses sous-lignes totalisent {total}")
            nets[index] = ledger.settle(net_figure(placed), placed.line.net_amount, total, because)
        return nets[index]

    return tuple(
        placed.updated(net_amount=net_of(index)) if placed.line.subtype_code == GROUP else placed
        for index, placed in enumerate(lines)
    )
