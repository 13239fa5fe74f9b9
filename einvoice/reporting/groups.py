"""The findings of a document as a person reads them: the worst first, each once, consequences under their cause."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from einvoice.report import DocumentReport, Finding, Severity

WEIGHTS: dict[Severity, int] = {"error": 0, "warning": 1, "information": 2}


@dataclass(frozen=True, slots=True)
class Group:
    """One finding, or the same one in several places, and what follows from it."""

    same: tuple[Finding, ...]
    following: tuple[Finding, ...]


def groups(document: DocumentReport) -> tuple[Group, ...]:
    """The findings of the document, each once; a group weighs as much as the worst that is in it.

    Of those that weigh the same, what the schema refused comes first, then what others follow from.
    """
    roots = {_key(each) for each in document.findings if not each.caused_by}
    following: dict[str, list[Finding]] = {}
    for each in document.findings:
        if each.caused_by in roots:
            following.setdefault(each.caused_by or "", []).append(each)
    heads = [each for each in document.findings if each.caused_by not in roots]
    after = {id(each): following.get(_key(each), []) for each in heads}
    weights = {id(each): min(WEIGHTS[one.severity] for one in (each, *after[id(each)])) for each in heads}
    ranks = {id(each): 0 if each.rule == "XSD" else 1 if after[id(each)] else 2 for each in heads}
    heads.sort(key=lambda finding: (weights[id(finding)], ranks[id(finding)], finding.rule, finding.message))
    made = []
    for _, found in groupby(heads, key=lambda finding: (finding.severity, finding.rule, finding.message)):
        same = tuple(found)
        made.append(Group(same, tuple(each for head in same for each in after[id(head)])))
    return tuple(made)


def _key(finding: Finding) -> str:
    """How `caused_by` names a finding."""
    return f"{finding.rule} {finding.field or ''}".strip()
