"""The report on one document, and what tests look for in it."""

from __future__ import annotations

import pytest
from folders import SHARED

import einvoice as ei
from einvoice.data import Language

CASES = SHARED / "cases"
NEEDS_CASES = pytest.mark.skipif(not CASES.is_dir(), reason="the cases of others are not there")
POLICY = ei.Policy(date="2026-11-22")


def judged(
    document: str | bytes | ei.Invoice, policy: ei.Policy = POLICY, language: Language = "en"
) -> ei.DocumentReport:
    """The report on one document, in English unless told otherwise."""
    source = document.encode() if isinstance(document, str) else document
    (report,) = ei.validate(source, policy=policy, language=language).documents
    return report


def errors(report: ei.DocumentReport) -> list[str]:
    """The rules that found an error, in order."""
    return [each.rule for each in report.findings if each.severity == "error"]


def finding(report: ei.DocumentReport, rule: str) -> ei.Finding:
    """The one finding of a rule."""
    (found,) = [each for each in report.findings if each.rule == rule]
    return found


def step(report: ei.DocumentReport, name: str) -> ei.Step:
    """A step of the report."""
    return next(each for each in report.steps if each.name == name)
