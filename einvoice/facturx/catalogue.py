"""All rules of ours about PDFs, in one place: for `explain`, for the documentation, for reports in English.

rule_of("EI-PDF-05").en
in_english(findings)
"""

from __future__ import annotations

from einvoice.facturx.archival import PDFA_RULES
from einvoice.facturx.demands import PROFILE_RULES
from einvoice.facturx.rules import CONTAINER_RULES, Rule
from einvoice.facturx.visible import VISIBLE_RULES
from einvoice.report import Finding

ALL_RULES: tuple[Rule, ...] = (*CONTAINER_RULES, *PDFA_RULES, *VISIBLE_RULES, *PROFILE_RULES)
_BY_ID = {rule.id: rule for rule in ALL_RULES}


def rule_of(number: str) -> Rule | None:
    """The rule of an id; `None` where it is none of these."""
    return _BY_ID.get(number)


def in_english(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings with message and hint in English; findings of other rules keep their hint."""
    return tuple(
        finding.model_copy(
            update={
                "message": finding.message_en,
                "hint": (rule.hint_en or None) if (rule := rule_of(finding.rule)) else finding.hint,
            }
        )
        for finding in findings
    )
