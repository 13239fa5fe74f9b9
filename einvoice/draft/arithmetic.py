"""What does not compute in an invoice that somebody else made: the checks that a draft gets, on amounts that are given.

    for each in arithmetic(invoice):     # lines[0].net_amount: 190.00, and quantity x price give -190.00
        each.field, each.given, each.computed

EN 16931 has no rules on how a line comes to its amount, so such an invoice is valid; its receiver wants to know all the
same. Nothing is guessed: an amount is compared only where all that it follows from is there, and a cent or two of
rounding is not worth a word.

Sources: EN 16931-1 BG-25 to BG-29; PEPPOL-EN16931-R120, R040, R121 (formulas and tolerance).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal, DecimalException, localcontext

from einvoice.draft.ledger import Disagreement, Figure, Ledger, because
from einvoice.draft.lines import exactly, net_of_gross, percentage_due, remark_on_base_quantity
from einvoice.draft.nesting import GROUP, INFORMATION
from einvoice.draft.remarks import remark_on_identifiers, remark_on_instalments, remark_on_line_vat
from einvoice.draft.rounding import AMOUNT_DECIMALS, EXACT, SLACK, rounded, short
from einvoice.model import AllowanceCharge, Invoice, Line

_NOTHING = Decimal(0)


def arithmetic(invoice: Invoice) -> tuple[Disagreement, ...]:
    """The figures that do not follow from those beside them, VAT without a group, and lines that are named alike."""
    ledger = Ledger(invoice.currency_code or "")
    lines = [(f"lines[{index}]", line) for index, line in enumerate(invoice.lines)]
    with localcontext(EXACT):
        for path, line in lines:
            try:
                _line(line, path, ledger)
            except DecimalException:  # numbers that nobody can calculate with
                continue
        for figure, part in _parts(invoice, "", "BT-92", "BT-99"):
            with suppress(DecimalException):
                _part(part, figure, ledger)
        with suppress(DecimalException):
            _vat_groups(invoice, ledger)
            _vat_in_currency(invoice, ledger)
            remark_on_instalments(invoice, invoice.totals, ledger)
    remark_on_identifiers(lines, ledger)
    return tuple(ledger.entries)


def _vat_groups(invoice: Invoice, ledger: Ledger) -> None:
    """Rates without a group of their own in the breakdown, or written as a fraction: 0.20 where the VAT is 20 %.

    A category that has no group at all is BR-S-01 and alike.
    """
    for index, each in enumerate(invoice.vat_breakdown):
        if each.rate and abs(each.rate) < 1 and None not in (each.taxable_amount, each.tax_amount):
            as_fraction = (each.taxable_amount or _NOTHING) * each.rate - (each.tax_amount or _NOTHING)
            if each.tax_amount and abs(as_fraction) <= SLACK:
                reason = because("FRACTION", percentage=each.rate, meant=short(each.rate * 100))
                ledger.remark(Figure(f"vat_breakdown[{index}].rate", "BT-119"), each.rate, reason)
    there = {(group.category_code, group.rate or _NOTHING) for group in invoice.vat_breakdown}
    categories = {category for category, _ in there}
    missing: dict[tuple[str, Decimal], Decimal] = {}
    for category, rate, amount in _taxed(invoice):
        group = category or "", rate or _NOTHING
        if category in categories and group not in there and amount is not None:
            missing[group] = missing.get(group, _NOTHING) + amount
    for (category, rate), amount in missing.items():
        reason = because("VAT-NO-GROUP", category=category, rate=rate, sum=amount)
        ledger.remark(Figure("vat_breakdown", "BG-23"), "", reason)


def _vat_in_currency(invoice: Invoice, ledger: Ledger) -> None:
    """The VAT in its accounting currency (BT-111), where the invoice gives the rate: within what its digits leave."""
    totals, rate = invoice.totals, invoice.exchange_rate.rate if invoice.exchange_rate else None
    if rate is None or totals is None or invoice.vat_accounting_currency_code in (None, invoice.currency_code):
        return
    given, vat, exponent = totals.vat_amount_in_accounting_currency, totals.vat_amount, rate.as_tuple().exponent
    if vat is not None and isinstance(exponent, int):
        computed = rounded(vat * rate, AMOUNT_DECIMALS)
        slack = SLACK + abs(vat) * Decimal(1).scaleb(exponent) / 2
        reason = because("VAT-ACCOUNTING", rate=rate, sum=computed)
        figure = Figure("totals.vat_amount_in_accounting_currency", "BT-111")
        ledger.settle(figure, given, computed, reason, slack=slack)


def _taxed(invoice: Invoice) -> Iterator[tuple[str | None, Decimal | None, Decimal | None]]:
    """Category, rate and amount of each line, allowance and charge."""
    for line in invoice.lines:
        if line.subtype_code not in (GROUP, INFORMATION):
            yield line.vat_category_code, line.vat_rate, line.net_amount
    for part in invoice.allowances:
        yield part.vat_category_code, part.vat_rate, -part.amount if part.amount is not None else None
    for part in invoice.charges:
        yield part.vat_category_code, part.vat_rate, part.amount


def _line(line: Line, path: str, ledger: Ledger) -> None:
    if line.subtype_code in (GROUP, INFORMATION):  # a sum of others, or no amount at all
        return
    remark_on_base_quantity(line, path, ledger)
    remark_on_line_vat(path, line, ledger)
    if line.allowances or line.charges:  # what most lines have not is not looked for in each
        for figure, part in _parts(line, f"{path}.", "BT-136", "BT-141"):
            _part(part, figure, ledger)
    if line.item_gross_price is not None and None not in (line.item_net_price, line.item_price_discount):
        net, reason = net_of_gross(line.item_gross_price, line.item_price_discount)
        ledger.settle(Figure(f"{path}.item_net_price", "BT-146"), line.item_net_price, net, reason, slack=SLACK)
    priced_unit = line.item_price_base_quantity_unit_code or line.unit_code
    if line.net_amount is not None and priced_unit == line.unit_code:  # a price for another unit is not ours to convert
        exact = exactly(line)
        if exact is None or exact == line.net_amount:
            return
        amount = rounded(exact, AMOUNT_DECIMALS)
        if abs(line.net_amount - amount) > SLACK:
            reason = because("LINE", net=amount)
            ledger.settle(Figure(f"{path}.net_amount", "BT-131"), line.net_amount, amount, reason)


def _parts(holder: Invoice | Line, path: str, allowance: str, charge: str) -> Iterator[tuple[Figure, AllowanceCharge]]:
    for index, part in enumerate(holder.allowances):
        yield Figure(f"{path}allowances[{index}].amount", allowance), part
    for index, part in enumerate(holder.charges):
        yield Figure(f"{path}charges[{index}].amount", charge), part


def _part(part: AllowanceCharge, figure: Figure, ledger: Ledger) -> None:
    if part.percentage is not None and part.amount is not None and part.base_amount is not None:
        due, reason = percentage_due(part, part.base_amount, AMOUNT_DECIMALS)
        ledger.settle(figure, part.amount, due, reason, slack=SLACK)
