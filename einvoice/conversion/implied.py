"""Values that an invoice implies and another syntax demands: filled when it is converted, and told.

    invoice, told = with_implied(invoice, "cii")

UBL may give the discount of a price without the gross price, CII the VAT of each rate without their total. EN 16931
says what the other value then is: BT-146 = BT-148 - BT-147 (§6.3), BT-110 = sum of BT-117 (BR-CO-14). A schema
that demands the element would otherwise refuse an invoice that says everything.

Source: EN 16931-1:2017 §6.3 and §6.4.
"""

from __future__ import annotations

from decimal import Decimal

from einvoice.model import Invoice, Line, Totals
from einvoice.paths import NESTED, Path
from einvoice.rulebook import Observation
from einvoice.terms import nearest_number

_VAT_TOTAL = Path(("totals", "vat_amount"))
_LINES = Path(("lines",))


def with_implied(invoice: Invoice, to: str) -> tuple[Invoice, tuple[Observation, ...]]:
    """The invoice with what it implies and the target demands, and an observation for each value that was filled."""
    told: tuple[Observation, ...] = ()
    if to != "cii":  # the schema of UBL demands it, and the rules of EXTENDED
        invoice, told = _with_vat_total(invoice)
    if to == "ubl":
        return invoice, told
    invoice, more = _with_gross_prices(invoice)
    return invoice, (*told, *more)


def _with_vat_total(invoice: Invoice) -> tuple[Invoice, tuple[Observation, ...]]:
    amounts = [group.tax_amount for group in invoice.vat_breakdown if group.tax_amount is not None]
    complete = bool(amounts) and len(amounts) == len(invoice.vat_breakdown)
    if not complete or (invoice.totals is not None and invoice.totals.vat_amount is not None):
        return invoice, ()
    total = sum(amounts, Decimal(0))
    totals = (invoice.totals or Totals()).model_copy(update={"vat_amount": total})
    return invoice.model_copy(update={"totals": totals}), (_told(_VAT_TOTAL, total, "Σ BT-117"),)


def _with_gross_prices(invoice: Invoice) -> tuple[Invoice, tuple[Observation, ...]]:
    told: list[Observation] = []
    lines = tuple(_with_gross_price(line, _LINES / index, told) for index, line in enumerate(invoice.lines))
    return (invoice.model_copy(update={"lines": lines}), tuple(told)) if told else (invoice, ())


def _with_gross_price(line: Line, place: Path, told: list[Observation]) -> Line:
    inner = tuple(_with_gross_price(each, place / NESTED / index, told) for index, each in enumerate(line.sub_lines))
    if inner != line.sub_lines:
        line = line.model_copy(update={"sub_lines": inner})
    net, discount = line.item_net_price, line.item_price_discount
    if net is None or discount is None or line.item_gross_price is not None:
        return line
    gross = net + discount
    told.append(_told(place / "item_gross_price", gross, "BT-146 + BT-147"))
    return line.model_copy(update={"item_gross_price": gross})


def _told(place: Path, value: Decimal, formula: str) -> Observation:
    facts = {"text": str(value), "formula": formula, "expected": str(value)}
    term = nearest_number(place) or ""
    return Observation("EI-IMPLIED", "information", "convert", facts, term=term, field=str(place))
