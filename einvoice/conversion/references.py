"""References to other documents, without what only EXTENDED says of them: when they were made, of which type they are.

    invoice, gone = references_alone(invoice)
    gone                                        # (purchase_order_date, preceding_invoices[0].type_code, ...), as paths

CEN's rules for CII refuse both in EN 16931, where only an earlier invoice has a date beside its number.

Source: EN 16931-CII, CII-DT-018, CII-DT-024, CII-DT-027; XP Z12-012 annex A V1.4 (what EXTENDED-CTC-FR adds).
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, TypeVar

from einvoice.model import Invoice, Line
from einvoice.paths import Path

_DATES = ("purchase_order_date", "sales_order_date", "quotation_date", "despatch_advice_date", "delivery_note_date")
_OF_REFERENCES = frozenset({*_DATES, "contract_date", "contract_type_code"})
_OF_LINES = sorted(_OF_REFERENCES & Line.model_fields.keys())
_said_of_line, _NOTHING = itemgetter(*_OF_LINES), (None,) * len(_OF_LINES)
_EARLIER, _TYPE = "preceding_invoices", "type_code"

P = TypeVar("P", Invoice, Line)


def references_alone(invoice: Invoice) -> tuple[Invoice, tuple[Path, ...]]:
    """The invoice whose references have their numbers only, and the paths of what was left out."""
    gone: list[Path] = []
    lines = tuple(
        line if _is_alone(line) else _alone(line, ("lines", index), gone) for index, line in enumerate(invoice.lines)
    )
    if gone:
        invoice = invoice.model_copy(update={"lines": lines})
    return _alone(invoice, (), gone), tuple(gone)


def _is_alone(line: Line) -> bool:
    """Whether a line says no more of its references, as most: seen in a third of the time that a look at each takes."""
    return _said_of_line(line.__dict__) == _NOTHING and not line.preceding_invoices


def _alone(part: P, place: tuple[str | int, ...], gone: list[Path]) -> P:
    values = part.__dict__
    less: dict[str, Any] = {name: None for name in _OF_REFERENCES if values.get(name) is not None}
    if not less and not part.preceding_invoices:
        return part
    gone += [Path((*place, name)) for name in sorted(less)]
    typed = [index for index, each in enumerate(part.preceding_invoices) if each.type_code is not None]
    if typed:
        gone += [Path((*place, _EARLIER, index, _TYPE)) for index in typed]
        less[_EARLIER] = tuple(each.model_copy(update={_TYPE: None}) for each in part.preceding_invoices)
    return part.model_copy(update=less) if less else part
