"""The arithmetic of a line: from quantity and price to its net amount.

    net = quantity x net price / base quantity + charges - allowances          net price = gross price - discount

An allowance or charge is an amount, or a percentage of a base (by default quantity x price). With the rounding policy
`gross` the same formulas give the amount *with* VAT, which `einvoice.draft.gross` then splits.

Sources: EN 16931-1 BG-25 to BG-29; PEPPOL-EN16931-R120 (the formula).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from einvoice.draft.content import DraftLine, changed
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.nesting import GROUP
from einvoice.draft.rounding import (
    AMOUNT_DECIMALS,
    PRICE_DECIMALS,
    QUANTITY_DECIMALS,
    RATE_DECIMALS,
    SLACK,
    fitted,
    rounded,
    short,
    unit_price,
)
from einvoice.model import AllowanceCharge, Line
from einvoice.rulebook import Sentence

_NOTHING = Decimal(0)
_ONE = "C62"  # UN/ECE recommendation 20: a unit of count


def amounts(line: DraftLine, path: str, ledger: Ledger, decimals: int) -> DraftLine:
    """The line with its prices and the amounts of its allowances and charges filled in, and zeros beyond limits cut."""
    line = _fitted(line)
    if line.subtype_code != GROUP:
        remark_on_base_quantity(line, path, ledger)
        line = _with_prices(line, path, ledger)
    base = None if (exact := _item_total(line)) is None else rounded(exact, decimals)
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
    return changed(line, filled)


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
    return changed(line, {name: fitted(value, limits[name]) for name, value in given.items()})


def _with_prices(line: DraftLine, path: str, ledger: Ledger) -> DraftLine:
    """Net price, gross price and discount: any two give the third."""
    net, gross, discount = line.item_net_price, line.item_gross_price, line.item_price_discount
    if gross is None:
        gross = None if net is None or discount is None else net + discount
    elif net is not None and discount is None and gross != net:
        discount = gross - net
    if gross is not None:
        computed_net, reason = net_of_gross(gross, discount)
        net = ledger.settle(Figure(f"{path}.item_net_price", "BT-146"), net, computed_net, reason)
    return changed(line, {"item_net_price": net, "item_gross_price": gross, "item_price_discount": discount})


def net_of_gross(gross: Decimal, discount: Decimal | None) -> tuple[Decimal, Sentence]:
    """The net price that follows from a gross one, and how."""
    net = gross - (discount or Decimal())
    return net, because("GROSS-PRICE", gross=gross, discount=discount or 0, net=net)


def remark_on_base_quantity(line: Line, path: str, ledger: Ledger) -> None:
    """A price is for a number of units: for none, or fewer, it says nothing, or turns the sign of the line."""
    base = line.item_price_base_quantity
    if base is not None and base <= 0:
        ledger.remark(Figure(f"{path}.item_price_base_quantity", "BT-149"), base, because("BASE-QUANTITY"))


def price_from_net(line: DraftLine) -> Decimal | None:
    """The unit price of a line that gives only quantity and net amount, if one of six decimals yields that amount."""
    parts = [part.amount for part in (*line.allowances, *line.charges)]
    if line.net_amount is None or not line.quantity or None in parts:
        return None
    total = line.net_amount - _sum(line.charges) + _sum(line.allowances)
    base = line.item_price_base_quantity or Decimal(1)
    price = unit_price(total * base / line.quantity)
    return price if rounded(price * line.quantity / base) == total else None


def _item_total(line: Line) -> Decimal | None:
    """Quantity x price / base quantity, exactly; None where one is missing or the base quantity is zero."""
    base = line.item_price_base_quantity
    if line.quantity is None or line.item_net_price is None or (base is not None and not base):
        return None
    total = line.quantity * line.item_net_price
    return total if base is None else total / base


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
        if base is not None:
            due, reason = percentage_due(part, base, decimals)
            filled["amount"] = ledger.settle(figure, filled["amount"], due, reason, slack=SLACK)
    return changed(part, filled)


def percentage_due(part: AllowanceCharge, base: Decimal, decimals: int) -> tuple[Decimal, Sentence]:
    """The amount that a percentage of a base gives, and how; a percentage written as a fraction is named as such."""
    percentage = part.percentage or Decimal()
    due = rounded(base * percentage / 100, decimals)
    if part.amount and abs(percentage) < 1 and abs(base * percentage - part.amount) <= SLACK:
        return due, because("FRACTION", percentage=percentage, meant=short(percentage * 100))
    return due, because("PERCENTAGE", percentage=percentage, base=base, amount=due)


def computed(line: Line, decimals: int) -> Decimal | None:
    """The line's net amount (or, where prices include VAT, its amount with VAT) from quantity, price and the rest."""
    total = exactly(line)
    return None if total is None else rounded(total, decimals)


def exactly(line: Line) -> Decimal | None:
    """The same, not rounded."""
    total = _item_total(line)
    if total is None or not (line.charges or line.allowances):
        return total
    return total + _sum(line.charges) - _sum(line.allowances)


def _sum(parts: Sequence[AllowanceCharge]) -> Decimal:
    return sum((part.amount for part in parts if part.amount is not None), _NOTHING) if parts else _NOTHING
