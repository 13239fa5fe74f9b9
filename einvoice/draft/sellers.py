"""Invoices of several sellers, as market places write them (B8, S8, M8): what each line must repeat of its seller.

Such an invoice has a GROUP line for each seller at the top; below it stand the lines of that seller, whose sub-invoice
has a number (BT-128, scheme AFL) and a process (scheme AVV) of its own. The draft says it once, at the top; every line
below inherits it, and each group has its VAT and its total. A group that names no seller is that of the invoice's own
seller, whose sub-invoice has the number of the invoice. The number of another seller's sub-invoice is for the draft to
say.

Source: XP Z12-012 annex A V1.4, BR-FR-MV-03 and -05 to -11, EXT-FR-FE-162 to -184.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from einvoice.draft.content import DraftContent, DraftLine, changed
from einvoice.draft.exemptions import exemption
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.nesting import DETAIL, GROUP, Placed
from einvoice.draft.parties import french_party, siren_of
from einvoice.draft.rounding import AMOUNT_DECIMALS, rounded
from einvoice.model import Identifier, Line, Nature, Party, VatBreakdown

NUMBER, PROCESS = "AFL", "AVV"  # UNTDID 1153: number and process of the sub-invoice
_LETTERS: Mapping[Nature | None, str] = {"goods": "B", "services": "S", "mixed": "M"}
_NOTHING = Decimal("0.00")


def has_several_sellers(draft: DraftContent) -> bool:
    """Whether the draft is an invoice of several sellers."""
    process = draft.business_process_type or ""
    return len(process) == 2 and process[0] in "BSM" and process[1] == "8"


def with_sellers(draft: DraftContent, lines: tuple[Placed, ...]) -> tuple[Placed, ...]:
    """The lines, each with the seller and the number of the sub-invoice that it belongs to."""
    tops = {placed.line.identifier: _top(draft, placed, lines) for placed in lines if _is_top(placed.line)}
    parents = {placed.line.identifier: placed.line.parent_line_identifier for placed in lines}
    return tuple(_inheriting(placed, tops, parents) for placed in lines)


def with_group_totals(
    lines: tuple[Placed, ...], groups: Sequence[VatBreakdown], rate: Decimal | None, ledger: Ledger
) -> tuple[Placed, ...]:
    """The lines with the VAT of each seller, as its VAT groups have it, and what that makes with VAT.

    `rate` is what 1 unit of the invoice currency is worth in the VAT accounting currency, where there is one.
    """
    return tuple(_totalled(placed, groups, rate, ledger) if _is_top(placed.line) else placed for placed in lines)


def _is_top(line: Line) -> bool:
    return line.subtype_code == GROUP and not line.parent_line_identifier


def _top(draft: DraftContent, placed: Placed, lines: tuple[Placed, ...]) -> DraftLine:
    line = placed.line
    main = draft.seller or Party()
    ours = line.seller is None or (siren_of(line.seller) or "-") == siren_of(main)
    seller = _in_line(main if line.seller is None else line.seller)
    number = number_of(line) or (draft.number if ours else None)
    given = {each.scheme_id for each in line.object_identifiers}
    known = {NUMBER: number, PROCESS: _process(draft, placed, lines)}
    added = tuple(
        Identifier(value=value, scheme_id=scheme) for scheme, value in known.items() if value and scheme not in given
    )
    return changed(line, {"seller": seller, "object_identifiers": (*line.object_identifiers, *added)})


def _in_line(seller: Party) -> Party:
    """A seller as a line tells it: name, legal registration, VAT number, country."""
    known = french_party(seller) or seller
    return Party(
        name=known.name,
        identifiers=known.identifiers,
        legal_registration_identifier=known.legal_registration_identifier,
        vat_identifier=known.vat_identifier,
        postal_address=known.postal_address,
    )


def _process(draft: DraftContent, top: Placed, lines: tuple[Placed, ...]) -> str:
    """The process of a sub-invoice: an ordinary one, by what its lines sell, else by what the invoice says."""
    below = [each.line.nature for each in lines if each.path.startswith(f"{top.path}.")]
    natures = {nature for nature in below if nature}
    if not natures or None in below:
        return f"{(draft.business_process_type or 'B')[0]}1"
    return f"{_LETTERS[natures.pop() if len(natures) == 1 else 'mixed']}1"


def number_of(line: Line) -> str | None:
    """The number of the sub-invoice that a line belongs to."""
    return next((each.value for each in line.object_identifiers if each.scheme_id == NUMBER), None)


def _inheriting(
    placed: Placed, tops: Mapping[str | None, DraftLine], parents: Mapping[str | None, str | None]
) -> Placed:
    line = placed.line
    if line.identifier in tops:
        return Placed(tops[line.identifier], placed.path)
    above, seen = line.parent_line_identifier, set[str | None]()
    while above not in tops and above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    if above not in tops:
        return placed
    top = tops[above]
    number = number_of(top)
    changed: dict[str, object] = {"seller": line.seller or top.seller}
    if number and number_of(line) is None:
        changed["object_identifiers"] = (*line.object_identifiers, Identifier(value=number, scheme_id=NUMBER))
    if number and line.subtype_code == DETAIL:
        known = exemption(line.vat_exemption_reason_code, None)
        changed["vat_exemption_reason"] = _marked(line.vat_exemption_reason or (known.fr if known else ""), number)
    return placed.updated(**changed)


def _marked(reason: str, number: str) -> str:
    """The exemption reason of a line, which begins with the number of its sub-invoice (BR-FR-MV-08)."""
    mark = f"#{number}#"
    return reason if reason.startswith(mark) else mark + reason


def _totalled(placed: Placed, groups: Sequence[VatBreakdown], rate: Decimal | None, ledger: Ledger) -> Placed:
    line, number = placed.line, number_of(placed.line)
    if number is None or line.net_amount is None:
        return placed
    own = [group for group in groups if (group.exemption_reason or "").startswith(f"#{number}#")]
    vat = sum((group.tax_amount or _NOTHING for group in own), _NOTHING)
    figure = Figure(f"{placed.path}.vat_amount", "EXT-FR-FE-181")
    settled = ledger.settle(figure, line.vat_amount, vat, because("SUB-INVOICE", number=number, vat=vat))
    total = line.net_amount + (settled or _NOTHING)
    whole = Figure(f"{placed.path}.amount_with_vat", "EXT-FR-FE-184")
    with_vat = ledger.settle(whole, line.amount_with_vat, total, because("WITH-VAT", sum=total))
    told: dict[str, object] = {"vat_amount": settled, "amount_with_vat": with_vat}
    if rate is not None and line.vat_amount_in_accounting_currency is None:
        told["vat_amount_in_accounting_currency"] = rounded(vat * rate, AMOUNT_DECIMALS)
    return placed.updated(**told)
