"""How amounts are rounded, by policies with names.

EN 16931 fixes the totals to the cent (BR-CO-10 to 16) and the VAT of each group to its taxable amount (BR-CO-17,
BR-S-08, BR-S-09), yet leaves open where a cent is lost. Each policy here answers it, and each satisfies all of those
rules:

* ``group`` (the default, and what BR-CO-17 describes): line nets are rounded, the VAT is computed once per VAT group.
* ``line``: the VAT of a group is the sum of the rounded VAT of its lines, allowances and charges, as many ERPs book it.
  The published rules let it differ from taxable amount x rate by less than 1.00; a group that would leave that room
  (over some two hundred lines) is computed as with ``group``.
* ``gross``: the unit prices, allowances and charges given include VAT, as in a shop. Per VAT group, what the customer
  was shown stays the total with VAT to the cent; the taxable amount is that divided by 1 + rate, the VAT is the
  difference (at most one cent from taxable amount x rate, and none wherever the cents allow), and the nets are shared
  out so that they add up. The odd cent is in the VAT and not in BT-114: a shop's invoice is already paid, and then
  BT-113 must equal BT-112 (BR-FR-CO-09), which a rounding amount would prevent.

Halves are rounded away from zero, as commerce does and as the rules compute (on absolute values).

Decimals: EN 16931 allows amounts at most two (BR-DEC), so the dinars with three (KWD, TND, …) are rounded to two. A
currency without minor unit (JPY, XAF, …) has line nets, allowances and charges in whole units; its VAT still has the
two decimals that BR-CO-17 demands, and BT-114 brings the amount due to whole units, which is what can be paid.

Sources: EN 16931-1 §6.4 (BR-CO, BR-DEC, BR-S); ISO 4217 (minor units); XP Z12-012 annex A (BR-FR-DEC: prices 6
decimals, quantities 4, rates 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

AMOUNT_DECIMALS = 2  # BR-DEC-01 … 28, BR-FR-DEC-01
QUANTITY_DECIMALS = 4  # BR-FR-DEC-02
PRICE_DECIMALS = 6  # BR-FR-DEC-03
RATE_DECIMALS = 2  # BR-FR-DEC-04

TOLERANCE = Decimal(1)  # BR-CO-17 and BR-S-09 as published: less than one currency unit
SLACK = Decimal("0.02")  # what rounding may leave in a line's figures, as PEPPOL-EN16931-R120 and R040 allow

# Exact for any amount of 19 digits, whatever decimal context the caller has set.
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

_STEPS = tuple(Decimal(1).scaleb(-decimals) for decimals in range(PRICE_DECIMALS + 1))
_ZERO = Decimal()

# ISO 4217: the currencies whose smallest unit is the unit itself.
# fmt: off
_WHOLE = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
})
# fmt: on


def minor_unit(currency: str | None) -> int:
    """The decimals of an amount in this currency: two, or none where the currency has no minor unit."""
    return 0 if currency in _WHOLE else AMOUNT_DECIMALS


def negative(amount: Decimal | None) -> Decimal | None:
    """The amount with the other sign, as far as it is known."""
    return None if amount is None else -amount


def rounded(value: Decimal, decimals: int = AMOUNT_DECIMALS) -> Decimal:
    """The value with exactly that many decimals; halves away from zero, and zero without a sign."""
    return value.quantize(_STEPS[decimals], rounding=ROUND_HALF_UP) + _ZERO


def rounded_to_multiple(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step` (0.05 for cash in Swiss francs), with two decimals."""
    return rounded((value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step)


def fitted(value: Decimal, decimals: int) -> Decimal:
    """The same number without the zeros beyond `decimals`: "20.000" is refused where "20.00" is not (BR-FR-DEC).

    A number that has digits there is returned as it is: it is for the rules to refuse, not for us to round.
    """
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -decimals <= exponent <= 0:
        return value
    fit = rounded(value, decimals if exponent < 0 else 0)
    return fit if fit == value else value


def short(value: Decimal) -> Decimal:
    """The number written as shortly as can be without an exponent: 20.00 as 20, 5.50 as 5.5."""
    normal = value.normalize()
    exponent = normal.as_tuple().exponent
    return normal.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else normal


def unit_price(value: Decimal) -> Decimal:
    """A computed unit price: six decimals at most, two at least."""
    price = short(rounded(value, PRICE_DECIMALS))
    return rounded(price) if price == rounded(price) else price


def vat_amount(taxable: Decimal, rate: Decimal) -> Decimal:
    """The VAT of a group: taxable amount x rate, to two decimals (BR-CO-17)."""
    return rounded(taxable * rate / 100)


def vat_line_by_line(nets: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The VAT of a group as the sum of its rounded parts, or computed at once where that leaves the tolerance."""
    at_once = vat_amount(sum(nets, Decimal()), rate)
    in_parts = vat_by_parts(nets, rate)
    return in_parts if abs(in_parts - at_once) < TOLERANCE else at_once


def vat_by_parts(nets: Sequence[Decimal], rate: Decimal) -> Decimal:
    """The sum of the rounded VAT of each part, however far that is from the VAT of the sum."""
    return sum((vat_amount(net, rate) for net in nets), Decimal("0.00"))


def split_gross(gross: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """A total with VAT as taxable amount and VAT, which add up to it exactly.

    Of the taxable amounts next to gross / (1 + rate), one whose VAT is exact is preferred; some totals (0.03 at 20 %)
    have none, and then the VAT is the difference, one cent from exact.
    """
    cent = Decimal("0.01")
    nearest = rounded(gross / (1 + rate / 100))
    for taxable in (nearest, nearest - cent, nearest + cent):
        if taxable + vat_amount(taxable, rate) == gross:
            return taxable, gross - taxable
    return nearest, gross - nearest


def shared_out(total: Decimal, shares: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Exact shares rounded to cents so that they add up to `total`, which must be within a cent per share of their sum.

    The cents that are too many or too few go to the shares that lost or won most by rounding (largest remainder), and
    to a share of nothing only when there is no other.
    """
    parts = [rounded(share) for share in shares]
    missing = total - sum(parts, Decimal())
    cent = Decimal("0.01").copy_sign(missing)
    lost = sorted(range(len(parts)), key=lambda index: (not shares[index], (parts[index] - shares[index]) * cent))
    for index in lost[: int(missing / cent)]:
        parts[index] += cent
    return tuple(parts)
