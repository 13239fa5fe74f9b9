"""Findings at their place: a mark on the value, and the message below the block that holds it.

    page = with_remarks(page, report.findings)

A finding about something that is missing has no value to mark; its message stands with the closest part of the page
that there is (the seller's card, the line). What has no place at all stands below the head.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from einvoice.data import Language
from einvoice.report import Finding
from einvoice.rulebook import sentences, unsaid
from einvoice.view import formatting
from einvoice.view.formatting import COLON
from einvoice.view.page import Card, Entries, Page, Remark, Row, Span, parts_of, spans_of
from einvoice.view.words import label
from einvoice.visible import visible

_AMOUNT = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")

Holder = Entries | Card | Row  # what shows remarks below itself
HOLDERS: tuple[type[Holder], ...] = get_args(Holder)


def with_remarks(page: Page, findings: Sequence[Finding], *, first: int = 1) -> Page:
    """The page with every finding told once, numbered from `first`, and every value that one is about marked."""
    if not findings:
        return page
    holders: tuple[Holder, ...] = tuple(parts_of(page, *HOLDERS))
    shown = {span.path for span in spans_of(page)} - {""}
    marks: dict[str, tuple[int, ...]] = {}
    below: dict[int, tuple[Remark, ...]] = {}  # by the holder's id; id(None) for the head of the page
    for number, finding in enumerate(findings, start=first):
        about = {path for path in shown if finding.field and _within(path, finding.field)}
        for path in about:
            marks[path] = (*marks.get(path, ()), number)
        home = id(_home(holders, about, finding.field or ""))
        below[home] = (*below.get(home, ()), _remark(number, finding, page.language))
    marked: Page = _marked(page, marks, below)
    return replace(marked, checks=_counted(findings, page.language), remarks=below.get(id(None), ()))


def _within(path: str, group: str) -> bool:
    """Whether a path is that one or lies below it."""
    return path == group or path.startswith((f"{group}.", f"{group}["))


def _home(holders: tuple[Holder, ...], about: set[str], field: str) -> Holder | None:
    """The first holder that shows what the finding is about; failing that, the one closest to where it would stand."""
    for holder in holders:
        if any(span.path in about for span in spans_of(holder)):
            return holder
    around = [holder for holder in holders if holder.path and _within(field, holder.path)]
    return max(around, key=lambda holder: len(holder.path), default=None)


def _marked(part: Any, marks: dict[str, tuple[int, ...]], below: dict[int, tuple[Remark, ...]]) -> Any:
    """A copy of a part of the page with its marks and remarks."""
    if isinstance(part, Span):
        return replace(part, marks=marks[part.path]) if part.path in marks else part
    if isinstance(part, tuple):
        return tuple(_marked(each, marks, below) for each in part)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    changed = {field.name: _marked(getattr(part, field.name), marks, below) for field in dataclasses.fields(part)}
    if id(part) in below:
        changed["remarks"] = below[id(part)]
    return replace(part, **changed)


def _remark(number: int, finding: Finding, language: Language) -> Remark:
    """What is wrong, and the two values where there are two and the message does not name them."""
    message = finding.message_en if language == "en" else finding.message
    values = unsaid(finding, message, lambda value: _as_shown(value, finding, language))
    told = (f"{label(name, language)}{COLON[language]}{shown}" for name, shown in values)
    text = sentences(message, ", ".join(told), finding.hint or "")
    heading = f"{label(finding.severity, language)} {finding.rule}"
    return Remark(number, finding.severity, visible(heading), visible(text))


def _as_shown(value: str, finding: Finding, language: Language) -> str:
    """A value as the page shows it: an amount in the words of the language, anything else as it was written."""
    is_amount = finding.currency and _AMOUNT.fullmatch(value)
    return formatting.amount(Decimal(value), finding.currency, language) if is_amount else value


def _counted(findings: Sequence[Finding], language: Language) -> str:
    """`Contrôles : 2 erreurs, 1 avertissement`."""
    words = []
    for severity in ("error", "warning", "information"):
        if count := sum(finding.severity == severity for finding in findings):
            word = label(f"{severity}s" if count > 1 else severity, language)
            words.append(f"{count} {word.lower()}")
    return label("findings", language) + COLON[language] + ", ".join(words)
