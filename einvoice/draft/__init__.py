"""Drafts: what a person or an ERP knows of an invoice, completed to the invoice itself.

    draft = Draft.model_validate_json(payload)         # partial, and edited freely:
    draft.set("lines[0].quantity", "3")
    draft.complete()                                   # an Invoice: all arithmetic done, mandatory texts filled in
    draft.disagreements()                              # given figures that contradict the others; they stand
    draft.finalise()                                   # the same Invoice; the draft changes no more

The modules, in the order in which a draft goes through them: `content` (its fields), `renames`, `problems` (reading),
`editing`, then `completion`: `nesting`, `lines`, `vat` (with `exemptions` and `gross`), `totals`, `french` (with
`parties` and `mentions`), `profile`. `rounding` has the policies, `ledger` the disagreements.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from einvoice.draft.content import DraftContent, DraftLine, Rounding, Treatment
    from einvoice.draft.draft import Draft
    from einvoice.draft.exemptions import Exemption, exemption, known_exemptions
    from einvoice.draft.ledger import Disagreement
    from einvoice.draft.mentions import early_payment_note, late_payment_note, recovery_fee_note
    from einvoice.draft.problems import DraftError, Problem

# Loaded when they are asked for: a document that is no draft needs the parts that it shares with drafts, not drafts.
_HOMES = {
    "Disagreement": "ledger",
    "Draft": "draft",
    "DraftContent": "content",
    "DraftError": "problems",
    "DraftLine": "content",
    "Exemption": "exemptions",
    "Problem": "problems",
    "Rounding": "content",
    "Treatment": "content",
    "early_payment_note": "mentions",
    "exemption": "exemptions",
    "known_exemptions": "exemptions",
    "late_payment_note": "mentions",
    "recovery_fee_note": "mentions",
}

__all__ = [
    "Disagreement",
    "Draft",
    "DraftContent",
    "DraftError",
    "DraftLine",
    "Exemption",
    "Problem",
    "Rounding",
    "Treatment",
    "early_payment_note",
    "exemption",
    "known_exemptions",
    "late_payment_note",
    "recovery_fee_note",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
