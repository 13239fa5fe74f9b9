"""From a draft to the invoice it means: every figure computed, every mandatory text filled in, nothing given changed.

Order matters, and is the order below: country and currency decide how to round and what to add; the lines come before
the document allowances (a percentage of them), those before the VAT groups, those before the totals, and the totals
before what is said about payment.

What the rules demand and nobody gave stays empty: the rules say so, at the right field.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, DecimalException, localcontext

from einvoice.draft.content import DRAFT_ONLY, DraftContent, changed, without_blanks
from einvoice.draft.french import french_terms, is_french
from einvoice.draft.french_remarks import remark_on_french
from einvoice.draft.gross import net_of_vat
from einvoice.draft.ledger import Disagreement, Figure, Ledger, because
from einvoice.draft.lines import amounts, computed, price_from_net, with_amount
from einvoice.draft.nesting import GROUP, INFORMATION, Placed, counted, flattened, grouped, net_figure
from einvoice.draft.payment import payment_means
from einvoice.draft.problems import DraftError, Problem
from einvoice.draft.profile import specification
from einvoice.draft.remarks import (
    remark_on_credit,
    remark_on_instalments,
    remark_on_lines,
    remark_on_prepayment,
    remark_on_rates,
    remark_on_totals,
)
from einvoice.draft.rounding import AMOUNT_DECIMALS, EXACT, minor_unit, vat_amount, vat_by_parts, vat_line_by_line
from einvoice.draft.sellers import has_several_sellers, with_group_totals, with_sellers
from einvoice.draft.totals import Currencies, totals
from einvoice.draft.vat import Billed, Group, breakdown, classified, grouped_amounts, with_reasons, without_reasons
from einvoice.filled import filled
from einvoice.instalments import last_day
from einvoice.model import AllowanceCharge, Invoice, Line
from einvoice.rulebook import Sentence

_COMMERCIAL_INVOICE = "380"


@dataclass(frozen=True, slots=True)
class Completion:
    """A completed draft: the invoice, and what in the draft contradicts itself."""

    invoice: Invoice
    disagreements: tuple[Disagreement, ...]


def completed(draft: DraftContent) -> Completion:
    """Complete a draft. The result depends on nothing but the draft: no clock, no decimal context of the caller.

    Raises `DraftError` for numbers that cannot be calculated with (an amount of a hundred digits).
    """
    try:
        with localcontext(EXACT):
            return _completed(without_blanks(draft))
    except DecimalException:
        raise DraftError(Problem("", Sentence("EI-NO-DRAFT-SIZE"))) from None


def _completed(draft: DraftContent) -> Completion:
    ledger, french = Ledger(), is_french(draft)
    if draft.due_date is None and (day := last_day(draft.payment_instalments)):
        draft = draft.model_copy(update={"due_date": day})
    currencies = _currencies(draft, ledger, french=french)
    ledger.currency = currencies.invoice or ""

    billed = _billed(draft, ledger, currencies.invoice)
    billed = with_reasons(billed, draft.vat_breakdown, "fr" if french else "en")
    profile = specification(draft.specification_identifier, draft, billed, french=french)
    by_reason = "extended" in profile

    billed, taxes = _net(draft, billed, ledger, by_reason=by_reason)
    billed = Billed(grouped(billed.lines, ledger), billed.allowances, billed.charges)
    groups = breakdown(billed, draft.vat_breakdown, taxes, ledger, by_reason=by_reason)
    if not by_reason:
        billed = without_reasons(billed)
    if has_several_sellers(draft):
        rate = draft.exchange_rate.rate if draft.exchange_rate and currencies.accounting else None
        billed = replace(billed, lines=with_group_totals(billed.lines, groups, rate, ledger))
    sums = totals(draft, currencies, billed, groups, ledger)

    filled: dict[str, object] = {
        "type_code": draft.type_code or _COMMERCIAL_INVOICE,
        "currency_code": currencies.invoice,
        "vat_accounting_currency_code": currencies.accounting,
        "specification_identifier": profile,
        "lines": tuple(_invoice_line(placed) for placed in billed.lines),
        "allowances": billed.allowances,
        "charges": billed.charges,
        "vat_breakdown": groups,
        "totals": sums,
    }
    if sums and draft.vat_accounting_currency_code and currencies.accounting is None:  # nor what is said in it
        filled["totals"] = sums.model_copy(update={"vat_amount_in_accounting_currency": None})
        filled["exchange_rate"] = None
    remark_on_lines(billed.lines, ledger, gross=draft.rounding == "gross")
    remark_on_rates(billed, groups, ledger)
    remark_on_totals(draft, sums, ledger)
    remark_on_instalments(draft, sums, ledger)
    remark_on_credit(draft, sums, ledger)
    if french:
        remark_on_prepayment(draft, ledger)
        remark_on_french(draft, billed.lines, ledger)
        filled |= french_terms(draft, billed.lines, groups, sums)
    filled["payment_means"] = payment_means(draft, due=bool(filled.get("due_date", draft.due_date)))
    given = {name: value for name, value in draft if name not in DRAFT_ONLY}
    invoice = Invoice.model_construct(**(given | filled))
    return Completion(invoice, tuple(ledger.entries))


def _currencies(draft: DraftContent, ledger: Ledger, *, french: bool) -> Currencies:
    """A French invoice is in EUR unless it says otherwise, and its VAT always is (BR-FR-CO-12).

    A VAT currency that is that of the invoice is none (BT-6): CII would want its VAT twice (BR-53).
    """
    invoice = draft.currency_code or ("EUR" if french else None)
    accounting = draft.vat_accounting_currency_code
    if accounting is not None and accounting == invoice:
        figure = Figure("vat_accounting_currency_code", "BT-6")
        ledger.remark(figure, accounting, because("SAME-CURRENCY", currency=accounting))
        return Currencies(invoice, None)
    return Currencies(invoice, accounting or ("EUR" if french and invoice != "EUR" else None))


def _billed(draft: DraftContent, ledger: Ledger, currency: str | None) -> Billed:
    """Lines, allowances and charges with their amounts: without VAT or, where prices include it, with VAT."""
    gross = draft.rounding == "gross"
    decimals = AMOUNT_DECIMALS if gross else minor_unit(currency)
    placed_lines = flattened(draft.lines)
    if has_several_sellers(draft):
        placed_lines = with_sellers(draft, placed_lines)
    lines = tuple(
        _line(placed.updated(**classified(placed.line)), ledger, decimals, gross=gross) for placed in placed_lines
    )
    return Billed(
        lines,
        tuple(
            _document_part(part, lines, Figure(f"allowances[{index}].amount", "BT-92"), ledger, decimals)
            for index, part in enumerate(draft.allowances)
        ),
        tuple(
            _document_part(part, lines, Figure(f"charges[{index}].amount", "BT-99"), ledger, decimals)
            for index, part in enumerate(draft.charges)
        ),
    )


def _line(placed: Placed, ledger: Ledger, decimals: int, *, gross: bool) -> Placed:
    """A line with its amounts. Where prices include VAT so does its `net_amount`, until `net_of_vat` takes it out."""
    line = amounts(placed.line, placed.path, ledger, decimals)
    if line.subtype_code == GROUP:
        net = None if gross else line.net_amount
    elif gross:
        net = computed(line, decimals)
    else:
        if line.item_net_price is None:
            line = changed(line, {"item_net_price": price_from_net(line)})
        amount = computed(line, decimals)
        net = ledger.settle(net_figure(placed), line.net_amount, amount, because("LINE", net=amount))
        if net is None and line.subtype_code == INFORMATION:
            net = Decimal("0.00")  # it counts nowhere (BR-FREXT-08), but the UBL schema wants an amount
    return Placed(changed(line, {"net_amount": net}), placed.path)


def _document_part(
    part: AllowanceCharge, lines: Sequence[Placed], figure: Figure, ledger: Ledger, decimals: int
) -> AllowanceCharge:
    """A document allowance or charge: its VAT that of the lines if they have but one, its base the lines of its VAT."""
    sold = [placed.line for placed in lines if counted(placed)]
    rates = {(line.vat_category_code, line.vat_rate) for line in sold}
    if part.vat_category_code is None and part.vat_rate is None and len(rates) == 1:
        ((category, rate),) = rates
        part = changed(part, {"vat_category_code": category, "vat_rate": rate})
    part = changed(part, classified(part))
    same = [line for line in sold if (line.vat_category_code, line.vat_rate) == (part.vat_category_code, part.vat_rate)]
    base = sum((line.net_amount for line in same or sold if line.net_amount is not None), Decimal("0.00"))
    return with_amount(part, base, figure, ledger, decimals)


def _net(
    draft: DraftContent, billed: Billed, ledger: Ledger, *, by_reason: bool
) -> tuple[Billed, dict[Group, Decimal | None]]:
    """What is billed without VAT, and the VAT of each group, by the draft's rounding policy."""
    if draft.rounding == "gross":
        given = tuple(placed.line.net_amount for placed in flattened(draft.lines))
        return net_of_vat(billed, given, ledger, by_reason=by_reason)
    taxes: dict[Group, Decimal | None] = {}
    for group, nets in grouped_amounts(billed, by_reason=by_reason).items():
        if group.charged is None:
            taxes[group] = None
        elif draft.rounding == "line":
            taxes[group] = _line_by_line(nets, group.charged, ledger)
        else:
            taxes[group] = vat_amount(sum(nets, Decimal()), group.charged)
    return billed, taxes


def _line_by_line(nets: Sequence[Decimal], rate: Decimal, ledger: Ledger) -> Decimal:
    """The VAT of a group by the policy `line`; where the rules do not allow that, a remark says so."""
    vat, in_parts = vat_line_by_line(nets, rate), vat_by_parts(nets, rate)
    if vat != in_parts:
        reason = because("ROUNDING", rate=rate, parts=in_parts, vat=vat)
        ledger.remark(Figure("rounding", None), "line", reason)
    return vat


def _invoice_line(placed: Placed) -> Line:
    """The line without what only a draft has."""
    line = placed.line
    values = {name: line.__dict__[name] for name in Line.model_fields}
    return filled(Line, values, line.model_fields_set & Line.model_fields.keys())
