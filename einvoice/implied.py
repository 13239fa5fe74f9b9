"""Values that an invoice implies and another syntax demands: filled when it is converted, and told.

    invoice, told = with_implied(invoice, "cii", Policy())

UBL may give the discount of a price without the gross price, CII the VAT of each rate without their total. EN 16931
says what the other value then is: BT-146 = BT-148 - BT-147 (§6.3), BT-110 = sum of BT-117 (BR-CO-14). A schema
that demands the element would otherwise refuse an invoice that says everything.

Source: EN 16931-1:2017 §6.3 and §6.4.
"""

from __future__ import annotations

from decimal import Decimal

from einvoice.model import Invoice, Line, Totals
from einvoice.report import Finding
from einvoice.terms import nearest_term
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy


def with_implied(invoice: Invoice, to: str, policy: Policy) -> tuple[Invoice, tuple[Finding, ...]]:
    """The invoice with what it implies and the target demands, and a finding for each value that was filled."""
    if to == "ubl":
        return _with_vat_total(invoice, policy)
    return _with_gross_prices(invoice, policy)


def _with_vat_total(invoice: Invoice, policy: Policy) -> tuple[Invoice, tuple[Finding, ...]]:
    amounts = [group.tax_amount for group in invoice.vat_breakdown if group.tax_amount is not None]
    complete = bool(amounts) and len(amounts) == len(invoice.vat_breakdown)
    if not complete or (invoice.totals is not None and invoice.totals.vat_amount is not None):
        return invoice, ()
    total = sum(amounts, Decimal(0))
    totals = (invoice.totals or Totals()).model_copy(update={"vat_amount": total})
    return invoice.model_copy(update={"totals": totals}), (_told("totals.vat_amount", total, "Σ BT-117", policy),)


def _with_gross_prices(invoice: Invoice, policy: Policy) -> tuple[Invoice, tuple[Finding, ...]]:
    told: list[Finding] = []
    lines = tuple(_with_gross_price(line, f"lines[{index}]", told, policy) for index, line in enumerate(invoice.lines))
    return (invoice.model_copy(update={"lines": lines}), tuple(told)) if told else (invoice, ())


def _with_gross_price(line: Line, place: str, told: list[Finding], policy: Policy) -> Line:
    inner = tuple(
        _with_gross_price(each, f"{place}.sub_lines[{index}]", told, policy)
        for index, each in enumerate(line.sub_lines)
    )
    if inner != line.sub_lines:
        line = line.model_copy(update={"sub_lines": inner})
    net, discount = line.item_net_price, line.item_price_discount
    if net is None or discount is None or line.item_gross_price is not None:
        return line
    gross = net + discount
    told.append(_told(f"{place}.item_gross_price", gross, "BT-146 + BT-147", policy))
    return line.model_copy(update={"item_gross_price": gross})


def _told(field: str, value: Decimal, formula: str, policy: Policy) -> Finding:
    about = nearest_term(field)
    facts = {"text": str(value), "formula": formula}
    return own_finding(
        "EI-IMPLIED",
        "information",
        "convert",
        policy,
        facts=facts,
        field=field,
        expected=str(value),
        term=about.id if about else None,
    )
