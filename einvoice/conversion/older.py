"""What an invoice of an older standard leaves open and EN 16931 wants: filled when it is converted, and told.

    invoice, told = completed_from_older(invoice)

ZUGFeRD 1 in its BASIC profile has no prices, no VAT on its lines and no categories; what it says leaves no choice: one
VAT rate is that of every line, a rate above zero is category S, the price is the net amount divided by the quantity.

Source: FeRD, ZUGFeRD 1.0 (2014-06-25), technical annex, profile BASIC; EN 16931-1:2017 §6.3.
"""

from __future__ import annotations

from decimal import Decimal

from einvoice.codes import code_list
from einvoice.draft.rounding import rounded, unit_price
from einvoice.forms import ZUGFERD_1
from einvoice.model import AllowanceCharge, Invoice, Line, PaymentMeans, VatBreakdown
from einvoice.rulebook import Observation
from einvoice.terms import nearest_number

_CREDIT_TRANSFER, _NOT_DEFINED = "30", "1"  # UNTDID 4461
_STANDARD = "S"


def completed_from_older(invoice: Invoice) -> tuple[Invoice, tuple[Observation, ...]]:
    """The invoice with what follows from the rest of it, and an observation for each value; others stay as they are."""
    if not (invoice.specification_identifier or "").startswith(ZUGFERD_1.rpartition(":")[0]):
        return invoice, ()
    told: list[Observation] = []
    groups = tuple(_group(group, index, told) for index, group in enumerate(invoice.vat_breakdown))
    lines = tuple(
        _line(line, index, groups, told)
        for index, line in enumerate(invoice.lines)
        if not _says_nothing(line, index, told)
    )
    allowances = _allowances(invoice, told)
    means = tuple(_means(each, index, told) for index, each in enumerate(invoice.payment_means))
    totals = invoice.totals
    if totals is not None and totals.amount_due is None and totals.amount_with_vat is not None:
        due = totals.amount_with_vat - (totals.paid_amount or Decimal(0))
        totals = totals.model_copy(update={"amount_due": due})
        told.append(_filled("totals.amount_due", str(due)))
    update: dict[str, object] = {
        "vat_breakdown": groups,
        "lines": lines,
        "payment_means": means,
        "totals": totals,
        "allowances": allowances,
    }

    return invoice.model_copy(update=update), tuple(told)


def _allowances(invoice: Invoice, told: list[Observation]) -> tuple[AllowanceCharge, ...]:
    """Some wrote allowances as negative amounts but their total as a positive one: they are meant without sign."""
    found = invoice.allowances
    total = invoice.totals.allowances_amount if invoice.totals else None
    amounts = [each.amount or Decimal(0) for each in found]
    if total and sum(amounts) == -total and all(amount <= 0 for amount in amounts):
        told += [_filled(f"allowances[{index}].amount", str(-amount)) for index, amount in enumerate(amounts)]
        found = tuple(each.model_copy(update={"amount": -amount}) for each, amount in zip(found, amounts, strict=True))
    known = code_list("allowance_reason").codes
    kept = []
    for index, each in enumerate(found):
        if each.reason_code is not None and each.reason_code not in known and each.reason:
            facts = {"target": "EN 16931", "text": each.reason_code}
            told.append(Observation("EI-LOSS", "warning", "convert", facts, field=f"allowances[{index}].reason_code"))
            each = each.model_copy(update={"reason_code": None})  # noqa: PLW2901 - the same allowance, without it
        kept.append(each)
    return tuple(kept)


def _says_nothing(line: Line, index: int, told: list[Observation]) -> bool:
    """Whether a line is a text between others, which EN 16931 has no place for."""
    if line.net_amount is not None or line.quantity is not None:
        return False
    text = line.item_name or next((note.text for note in line.notes if note.text), None) or "—"
    told.append(Observation("EI-LOSS-TEXT-LINE", "warning", "convert", {"found": text}, field=f"lines[{index}]"))
    return True


def _line(line: Line, index: int, groups: tuple[VatBreakdown, ...], told: list[Observation]) -> Line:
    filled: dict[str, object] = {}
    if line.identifier is None:
        filled["identifier"] = str(index + 1)
    if line.vat_rate is None and line.vat_category_code is None and len(groups) == 1:
        filled |= {"vat_rate": groups[0].rate, "vat_category_code": groups[0].category_code}
    elif line.vat_category_code is None and line.vat_rate:
        filled["vat_category_code"] = _STANDARD
    if line.item_net_price is None and line.net_amount is not None and line.quantity:
        price = unit_price(line.net_amount / line.quantity)
        if rounded(price * line.quantity) == line.net_amount:
            filled["item_net_price"] = price
    told += [_filled(f"lines[{index}].{name}", str(value)) for name, value in filled.items()]
    return line.model_copy(update=filled) if filled else line


def _group(group: VatBreakdown, index: int, told: list[Observation]) -> VatBreakdown:
    if group.category_code is not None or not group.rate:
        return group
    told.append(_filled(f"vat_breakdown[{index}].category_code", _STANDARD))
    return group.model_copy(update={"category_code": _STANDARD})


def _means(means: PaymentMeans, index: int, told: list[Observation]) -> PaymentMeans:
    if means.means_code is not None:
        return means
    code = _CREDIT_TRANSFER if means.account_identifier else _NOT_DEFINED
    told.append(_filled(f"payment_means[{index}].means_code", code))
    return means.model_copy(update={"means_code": code})


def _filled(field: str, value: str) -> Observation:
    facts = {"text": value, "expected": value}
    term = nearest_number(field) or ""
    return Observation("EI-IMPLIED", "information", "convert", facts, "EI-IMPLIED-OLDER", term=term, field=field)
