"""What a document does not say although the invoice did: one observation for each value that is lost on the way.

    lost = lost_in(invoice, "ubl")                  # (lines[0].amount_with_vat, ...), as paths
    for each in loss_observations(invoice, lost, "UBL"):
        print(each.field, each.facts["found"])

No syntax and no profile holds everything. A value that silently disappears is found by the receiver, when it is too
late; told, it is a decision of the sender.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Literal

from pydantic import BaseModel

from einvoice import cii, ubl
from einvoice.conversion.fitting import Fitted, at_original
from einvoice.detect import read_invoice
from einvoice.model import Invoice
from einvoice.paths import Path, differences, walk
from einvoice.rulebook import Observation
from einvoice.terms import nearest_number
from einvoice.xml import parse_xml

LEFT_OUT = frozenset({"EI-LOSS", "EI-LOSS-REASON"})  # rules that name a value which the document does not have
_SYNTAXES = {"ubl": ubl, "cii": cii}


def lost_in(invoice: Invoice, syntax: Literal["ubl", "cii"]) -> tuple[Path, ...]:
    """The fields of the invoice that the syntax has no place for."""
    module = _SYNTAXES[syntax]
    return differences(invoice, module.read(parse_xml(module.write(invoice, incomplete=True))))


def loss_observations(invoice: Invoice, paths: Iterable[Path], target: str) -> tuple[Observation, ...]:
    """One warning for each path of a value of the invoice that the target, a syntax or profile, cannot say."""
    return tuple(_loss(path, _shown(path.get(invoice)), target) for path in paths)


def account(invoice: Invoice, fitted: Fitted, xml: bytes) -> tuple[Observation, ...]:
    """All that XML, written of an invoice made to fit, does not say or says otherwise: at the fields of the invoice."""
    unsaid = loss_observations(fitted.invoice, differences(fitted.invoice, read_invoice(xml)), fitted.target)
    return (*left_out(invoice, fitted), *at_original(unsaid, fitted))


def left_out(invoice: Invoice, fitted: Fitted) -> tuple[Observation, ...]:
    """What of an invoice is not in the one that was made to fit, or is said otherwise: at the fields of the invoice.

    What was filled in for the target, and went again with all that the profile has no term for, is neither. A part that
    goes as a whole is told once.
    """
    filled_in = {place for place in fitted.left_out if place.get(invoice) is None}
    told = (each for each in fitted.told if Path.parse(each.field) not in filled_in)
    gone = set(fitted.left_out)
    lost = (place for place in fitted.left_out if place not in filled_in and not _is_in(place, gone))
    return (*told, *loss_observations(invoice, lost, fitted.profile))


def _is_in(place: Path, gone: Collection[Path]) -> bool:
    """Whether what holds a value is gone, too."""
    return any(Path(place.steps[:depth]) in gone for depth in range(1, len(place.steps)))


def lost_files(beside: Iterable[tuple[str, bytes]], invoice: Invoice) -> tuple[Observation, ...]:
    """One warning for each file (name and content) that stands beside the invoice in a PDF and is none of its own."""
    own = {document.attached_document for document in invoice.supporting_documents}
    lost = (name for name, content in beside if content not in own)
    return tuple(Observation("EI-LOSS-FILE", "warning", "convert", {"found": name}) for name in lost)


def _loss(path: Path, shown: str, target: str) -> Observation:
    facts = {"target": target, "text": shown, "found": shown}
    return Observation("EI-LOSS", "warning", "convert", facts, term=nearest_number(path) or "", field=str(path))


def _shown(value: Any) -> str:
    """A value as text; of a file its size, of a whole group all that it says."""
    if isinstance(value, BaseModel):
        return " · ".join(_shown(inner) for _, inner in walk(value))
    return f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
