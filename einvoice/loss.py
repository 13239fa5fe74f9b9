"""What a document does not say although the invoice did: one finding for each value that is lost on the way.

    for loss in loss_findings(invoice, (Path.parse("lines[0].item_name"),), "MINIMUM", Policy()):
        print(loss.field, loss.message)

No syntax and no profile holds everything. A value that silently disappears is found by the receiver, when it is too
late; told, it is a decision of the sender.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel

from einvoice.model import Invoice
from einvoice.paths import Path
from einvoice.report import Finding
from einvoice.terms import nearest_term
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy


def loss_findings(invoice: Invoice, paths: Iterable[Path], target: str, policy: Policy) -> tuple[Finding, ...]:
    """One warning for each path of a value of the invoice that the target, a syntax or profile, cannot say."""
    return tuple(_loss(invoice, path, target, policy) for path in paths)


def placed(findings: Iterable[Finding], field_of: Callable[[str], str]) -> tuple[Finding, ...]:
    """The findings with their fields as the source of the invoice, such as a draft, names them."""
    return tuple(
        finding.model_copy(update={"field": field_of(finding.field)}) if finding.field else finding
        for finding in findings
    )


def _loss(invoice: Invoice, path: Path, target: str, policy: Policy) -> Finding:
    about = nearest_term(path)
    shown = _shown(path.get(invoice))
    facts = {"target": target, "text": shown}
    return own_finding(
        "EI-LOSS",
        "warning",
        "convert",
        policy,
        facts=facts,
        field=str(path),
        found=shown,
        term=about.id if about else None,
    )


def _shown(value: Any) -> str:
    """A value as text; of a file its size, of a whole group its JSON."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True)
    return str(value)
