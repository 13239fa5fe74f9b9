"""Prices that include VAT, as a shop has them: from what the customer was shown to the net amounts an invoice states.

    3 bouquets at 19.99 with 10 % VAT: shown 59.97, which is 54.52 and 5.45 of VAT

See the policy `gross` in `einvoice.draft.rounding`. Unit prices become net prices with six decimals; a line's net
amount is its share of the taxable amount of its VAT group, so it can be a cent away from quantity x net price, and
always adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from einvoice.draft.content import DraftLine
from einvoice.draft.ledger import Ledger, because
from einvoice.draft.nesting import GROUP, Placed, counted, net_figure
from einvoice.draft.rounding import negative, rounded, shared_out, split_gross, unit_price, vat_amount
from einvoice.draft.vat import Billed, Group, VatBearing, group_of, grouped_amounts
from einvoice.model import AllowanceCharge


def net_of_vat(
    shown: Billed, given: tuple[Decimal | None, ...], ledger: Ledger, *, by_reason: bool
) -> tuple[Billed, dict[Group, Decimal | None]]:
    """What is billed, stated without VAT, and the VAT of each group.

    In `shown` every price and amount, also each line's `net_amount`, includes VAT. `given` has the true net amount
    that the draft gives for each line, if any: it stands, and a difference is noted.
    """
    split: dict[Group, tuple[Decimal, Decimal]] = {}
    shares: dict[Group, Iterator[Decimal]] = {}
    for group, amounts in grouped_amounts(shown, by_reason=by_reason).items():
        rate = group.charged or Decimal()
        split[group] = split_gross(sum(amounts, Decimal()), rate)
        shares[group] = iter(shared_out(split[group][0], [amount / (1 + rate / 100) for amount in amounts]))

    def share(part: VatBearing, amount: Decimal | None) -> Decimal | None:
        """The next share of the part's group, in the order of `Billed.taxed`; None stays None."""
        group = group_of(part, by_reason=by_reason)
        net = amount if group is None else next(shares[group])
        return None if amount is None else net

    net = Billed(
        tuple(
            _net_line(placed, share(placed.line, placed.line.net_amount) if counted(placed) else None, kept, ledger)
            for placed, kept in zip(shown.lines, given, strict=True)
        ),
        tuple(_net_part(part, negative(share(part, negative(part.amount)))) for part in shown.allowances),
        tuple(_net_part(part, share(part, part.amount)) for part in shown.charges),
    )
    taxes: dict[Group, Decimal | None] = {}
    for group, amounts in grouped_amounts(net, by_reason=by_reason).items():
        taxable, vat = split[group]
        standing = sum(amounts, Decimal())
        if group.charged is None:
            taxes[group] = None
        else:
            taxes[group] = vat if standing == taxable else vat_amount(standing, group.charged)
    return net, taxes


def _net_line(placed: Placed, share: Decimal | None, kept: Decimal | None, ledger: Ledger) -> Placed:
    line = placed.line
    rate = _charged(line)
    if line.subtype_code == GROUP:
        net = kept
    else:
        share = share if counted(placed) else _without(line.net_amount, rate)
        net = ledger.settle(net_figure(placed), kept, share, because("SHARE", share=share))
    return placed.updated(
        net_amount=net,
        allowances=tuple(_net_part(part, _without(part.amount, rate), rate) for part in line.allowances),
        charges=tuple(_net_part(part, _without(part.amount, rate), rate) for part in line.charges),
        **_net_prices(line, rate),
    )


def _net_prices(line: DraftLine, rate: Decimal) -> dict[str, object]:
    net = None if line.item_net_price is None else unit_price(line.item_net_price / (1 + rate / 100))
    if line.item_gross_price is None or net is None:
        return {"item_net_price": net}
    gross = unit_price(line.item_gross_price / (1 + rate / 100))
    discount = None if line.item_price_discount is None else unit_price(gross - net)
    return {"item_net_price": net, "item_gross_price": gross, "item_price_discount": discount}


def _charged(part: VatBearing) -> Decimal:
    group = group_of(part, by_reason=False)
    return (group.charged if group else None) or Decimal()


def _net_part(part: AllowanceCharge, amount: Decimal | None, rate: Decimal | None = None) -> AllowanceCharge:
    base = _without(part.base_amount, _charged(part) if rate is None else rate)
    return part.model_copy(update={"amount": amount, "base_amount": base})


def _without(amount: Decimal | None, rate: Decimal) -> Decimal | None:
    return None if amount is None else rounded(amount / (1 + rate / 100))
