"""What a draft says that may be meant and is often a slip: worth a second look before the invoice is sent.

    with VAT 120.00, paid 130.00     more is paid than is billed

Nothing here changes the invoice. The remarks stand in the ledger beside the figures that disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from einvoice.codes import CREDIT_NOTES, INVOICE_TYPES
from einvoice.draft.content import DraftContent
from einvoice.draft.exemptions import EXEMPT
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.lines import exactly
from einvoice.draft.nesting import GROUP, INFORMATION, Placed, counted
from einvoice.draft.rounding import SLACK, rounded, vat_amount
from einvoice.instalments import last_day
from einvoice.model import InvoiceHead, Line, Totals, VatBreakdown

if TYPE_CHECKING:  # a document is looked at by these remarks too, and needs no VAT of a draft
    from einvoice.draft.vat import Billed, VatBearing

_MOST = Decimal(10) ** 13  # with two decimals more than the 15 digits of floating numbers, as rules have them


def remark_on_lines(lines: Sequence[Placed], ledger: Ledger, *, gross: bool = False) -> None:
    """Lines that lack what their amount is computed from, or say what is not billed, or have the same identifier.

    `gross` is whether the draft's prices include VAT.
    """
    no_quantity, no_price = because("NO-QUANTITY"), because("NO-PRICE")  # once: each line may lack them
    for placed in lines:
        line = placed.line
        if line.subtype_code == GROUP:
            _remark_on_group(placed, ledger, gross=gross)
        elif counted(placed) and line.net_amount is None:
            if line.quantity is None:
                ledger.remark(Figure(f"{placed.path}.quantity", "BT-129"), "", no_quantity)
            if line.item_net_price is None:
                ledger.remark(Figure(f"{placed.path}.item_net_price", "BT-146"), "", no_price)
        remark_on_line_vat(placed.path, line, ledger)
    remark_on_identifiers([(placed.path, placed.line) for placed in lines], ledger)


def remark_on_line_vat(path: str, line: Line, ledger: Ledger) -> None:
    """The VAT of a line, or what it makes with it, that does not follow from its net amount: no rule looks at these."""
    if line.vat_amount is None and line.amount_with_vat is None:
        return
    net, rate = line.net_amount, Decimal() if line.vat_category_code in EXEMPT else line.vat_rate
    if net is None or rate is None or line.subtype_code in (GROUP, INFORMATION):
        return
    vat = vat_amount(net, rate)
    if line.vat_amount is not None and abs(line.vat_amount - vat) > SLACK:
        reason = because("VAT-AMOUNT", base=net, rate=rate, vat=vat)
        ledger.remark(Figure(f"{path}.vat_amount", "EXT-FR-FE-181"), line.vat_amount, reason)
    total = net + (vat if line.vat_amount is None else line.vat_amount)
    if line.amount_with_vat is not None and abs(line.amount_with_vat - total) > SLACK:
        reason = because("WITH-VAT", sum=total)
        ledger.remark(Figure(f"{path}.amount_with_vat", "EXT-FR-FE-184"), line.amount_with_vat, reason)


def _remark_on_group(placed: Placed, ledger: Ledger, *, gross: bool) -> None:
    """A group is worth the sum of its lines (BR-FREXT-08): a price or an allowance of its own bills nothing."""
    line, path = placed.line, placed.path
    own = None if gross else exactly(line)
    if own and line.net_amount is not None:
        if rounded(own) != line.net_amount:
            reason = because("GROUP", net=rounded(own), sum=line.net_amount)
            ledger.remark(Figure(f"{path}.item_net_price", "BT-146"), line.item_net_price or "", reason)
        return
    for name, term in (("allowances", "BG-27"), ("charges", "BG-28")):
        for index, part in enumerate(getattr(line, name)):
            if said := part.amount or part.percentage:
                ledger.remark(Figure(f"{path}.{name}[{index}]", term), said, because("GROUP-PART"))


def remark_on_identifiers(lines: Sequence[tuple[str, Line]], ledger: Ledger) -> None:
    """Lines with the same identifier: nobody can name the one that is meant."""
    seen: dict[str, str] = {}
    for path, line in lines:
        if line.identifier in seen:
            reason = because("IDENTIFIER", line=seen[line.identifier], identifier=line.identifier)
            ledger.remark(Figure(f"{path}.identifier", "BT-126"), line.identifier, reason)
        elif line.identifier:
            seen[line.identifier] = path


def remark_on_rates(billed: Billed, groups: Sequence[VatBreakdown], ledger: Ledger) -> None:
    """What bears a VAT that nobody can compute: the totals, which count none for it, look as if it were exempt."""
    taxed = {(each.category_code, each.rate) for each in groups if each.tax_amount is not None}
    parts: list[tuple[str, str, Decimal | None, VatBearing]] = [
        (placed.path, "BT-152", placed.line.net_amount, placed.line) for placed in billed.lines if counted(placed)
    ]
    parts += [(f"allowances[{index}]", "BT-96", each.amount, each) for index, each in enumerate(billed.allowances)]
    parts += [(f"charges[{index}]", "BT-103", each.amount, each) for index, each in enumerate(billed.charges)]
    for path, term, amount, part in parts:
        if part.vat_rate is None and amount and (part.vat_category_code, None) not in taxed:
            ledger.remark(Figure(f"{path}.vat_rate", term), "", because("NO-RATE", amount=amount))


def remark_on_totals(draft: DraftContent, sums: Totals | None, ledger: Ledger) -> None:
    """More paid than is billed, or more billed than rules compute with.

    A prepayment, which the draft names, may well exceed the final invoice: what is too much is then paid back.
    """
    if sums is None or sums.amount_with_vat is None:
        return
    total, paid = sums.amount_with_vat, sums.paid_amount
    if abs(total) >= _MOST:
        ledger.remark(Figure("totals.amount_with_vat", "BT-112"), total, because("SIZE", total=total))
    prepaid = any(earlier.type_code in INVOICE_TYPES["prepayment"] for earlier in draft.preceding_invoices)
    if paid is not None and paid > max(total, Decimal()) and not prepaid:
        ledger.remark(Figure("totals.paid_amount", "BT-113"), paid, because("PAID", total=total))


def remark_on_instalments(invoice: InvoiceHead, sums: Totals | None, ledger: Ledger) -> None:
    """Parts of the amount due that are more than it or, where the last of them is due with it (BT-9), less."""
    parts, due = invoice.payment_instalments, sums.amount_due if sums else None
    amounts = [each.amount for each in parts if each.amount is not None]
    if due is None or not amounts:
        return
    total = sum(amounts, Decimal())
    complete = len(amounts) == len(parts) and invoice.due_date in (None, last_day(parts))
    if total > due or (complete and total < due):
        ledger.remark(Figure("payment_instalments", "BT-X-275"), total, because("INSTALMENTS", sum=total, due=due))


def remark_on_credit(draft: DraftContent, sums: Totals | None, ledger: Ledger) -> None:
    """A credit note whose total is negative: it would take back what it gives."""
    total = sums.amount_with_vat if sums else None
    if draft.type_code in CREDIT_NOTES and total is not None and total < 0:
        ledger.remark(Figure("type_code", "BT-3"), draft.type_code, because("CREDIT", total=total))


def remark_on_prepayment(draft: DraftContent, ledger: Ledger) -> None:
    """A French invoice paid in part that names an earlier one without its type: is it the final one (B4, S4, M4)?"""
    paid = draft.totals.paid_amount if draft.totals else None
    kinds = {earlier.type_code for earlier in draft.preceding_invoices}
    settled = draft.business_process_type or draft.type_code in INVOICE_TYPES["credit_note"]
    if settled or not paid or None not in kinds or kinds & INVOICE_TYPES["prepayment"]:
        return
    index = next(index for index, earlier in enumerate(draft.preceding_invoices) if earlier.type_code is None)
    ledger.remark(Figure(f"preceding_invoices[{index}].type_code", "EXT-FR-FE-02"), "", because("PREPAYMENT"))
