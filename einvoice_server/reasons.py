"""Why a flow is refused, or what is doubtful about it: the reasons of an acknowledgement, in French and in English.

XP Z12-013 has one text for each, `reasonMessage`: it is the French one, as it is of findings. The English one is kept
beside it, for the pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

import einvoice as ei
from einvoice_server.words import TEXTS

__all__ = ["Reason", "no_mandate", "of_findings", "of_flow", "of_report", "published", "refusal"]

Reason = dict[str, str]
_LEVELS = {"error": "Error", "warning": "Warning"}
_PUBLISHED = ("level", "item", "reasonCode", "reasonMessage")


def refusal(code: str, why: str, item: str = "flow", **facts: str | None) -> Reason:
    """A reason of ours, `why` in the words of `templates/texts.toml`, with its code of XP Z12-013."""
    fr, en = (TEXTS[language][f"why_{why}"].format(**facts) for language in ("fr", "en"))
    return _reason("Error", item, code, fr, en)


def no_mandate(siren: str | None) -> Reason:
    """The client does not act for that company."""
    return refusal("InvoiceLCAccessDenied", "no_mandate" if siren else "no_siren", siren=siren)


def of_findings(findings: Iterable[ei.Finding], code: str | None = None) -> list[Reason]:
    """Errors and warnings among findings, under their rules or one code for all."""
    return [
        _reason(
            _LEVELS[each.severity],
            each.xpath or each.field or "flow",
            code or ("InvalidSchema" if each.rule == "XSD" else each.rule),
            each.message,
            each.message_en,
        )
        for each in findings
        if each.severity in _LEVELS
    ]


def of_report(report: ei.DocumentReport) -> list[Reason]:
    """Why a document is refused, and what is doubtful about it: the findings, and the steps that could not run."""
    stopped = [each for each in report.steps if each.status == "not_run"]
    untried = [_reason("Error", each.name, "OtherTechnicalError", each.reason or "", "") for each in stopped]
    return of_findings(report.findings) + untried


def of_flow(row: Row[Any]) -> list[Reason]:
    """The reasons that are kept with a flow."""
    found: list[Reason] = json.loads(row.details or "[]")
    return found


def published(row: Row[Any]) -> list[Reason]:
    """The same as XP Z12-013 has them."""
    return [{name: each[name] for name in _PUBLISHED} for each in of_flow(row)]


def _reason(level: str, item: str, code: str, fr: str, en: str) -> Reason:
    return {"level": level, "item": item, "reasonCode": code, "reasonMessage": fr, "en": en}
