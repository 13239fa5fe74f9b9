from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from folders import SHARED
from minimal import UBL, without
from pydantic import ValidationError

import einvoice as ei
from einvoice.artefacts.adding import add
from einvoice.document import Document
from einvoice.schematron import Failure
from einvoice.validation.policy import is_lenient, policy_data, severity_of
from einvoice.validation.task import Task

RELEASE = SHARED / "artefacts" / "fnfe-1.4.0.03"
FAILURE = Failure("BR-FR-12_BT-49", "assert", "fatal", "", "", "/Invoice", 1)


@pytest.mark.parametrize(
    ("kind", "flag", "severity"),
    [
        ("assert", "fatal", "error"),
        ("assert", "", "error"),
        ("assert", "warning", "warning"),
        ("assert", "information", "information"),
        ("report", "", "error"),
        ("report", "warning", "warning"),
        ("report", "fatal", "error"),
        ("error", "warning", "error"),  # a warning that cannot be evaluated may hide anything
    ],
)
def test_severity_is_the_flag(kind, flag, severity):
    """A warning is a warning, fatal or no flag an error, and so is a report without flag."""
    assert severity_of(replace(FAILURE, kind=kind, flag=flag), "en16931-ubl", ei.Policy()) == severity


def test_the_language_is_given_to_the_verb():
    """`Policy(language=…)` still counts for a version, and says what to write instead; a verb's own comes first."""
    with pytest.warns(DeprecationWarning, match=r"give language=… to the verb") as warned:
        policy = ei.Policy(language="en")
    assert warned[0].filename == __file__
    assert ei.validate(b"", policy=policy) == ei.validate(b"", language="en") != ei.validate(b"", language="fr")
    assert ei.validate(b"", policy=policy, language="fr") == ei.validate(b"", language="fr")


def test_nothing_below_the_verbs_knows_the_language_of_the_policy():
    """What is found has no language: only `api` looks at that field of the policy."""
    package = Path(ei.__file__).parent
    looking = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "language"
        and isinstance(node.value, ast.Name)
        and node.value.id in ("policy", "chosen")
    }
    assert looking == {"api.py"}


def test_a_report_without_flag_can_be_judged_otherwise():
    """`report_severity` moves those, and only those."""
    policy = ei.Policy(report_severity="warning")
    assert severity_of(replace(FAILURE, kind="report", flag=""), "facturx-basic", policy) == "warning"
    assert severity_of(replace(FAILURE, kind="report", flag="fatal"), "facturx-basic", policy) == "error"
    assert severity_of(replace(FAILURE, flag=""), "facturx-basic", policy) == "error"


@pytest.mark.parametrize(
    ("direction", "day", "severity"),
    [
        ("sending", date(2026, 8, 31), "warning"),
        ("sending", date(2026, 9, 1), "error"),
        ("receiving", date(2026, 9, 1), "warning"),
        ("receiving", date(2026, 9, 30), "warning"),
        ("receiving", date(2026, 10, 1), "error"),
    ],
)
@pytest.mark.parametrize("ruleset", ["br-fr-ubl", "br-fr-cii", "br-fr-cdv"])
def test_french_rules_became_errors_on_their_day(ruleset, direction, day, severity):
    """Sending from 1 September 2026, receiving from 1 October 2026 at the latest."""
    policy = ei.Policy(direction=direction, date=day)
    assert severity_of(FAILURE, ruleset, policy) == severity
    assert is_lenient(ruleset, policy) is (severity == "warning")


@pytest.mark.parametrize("rule", ["BR-FR-MV-01_EXT-FR-FE-163", "BR-FR-BD-02_BT-30"])
def test_multi_seller_rules_were_errors_from_the_start(rule):
    """The variants that warn keep the rules on multi-seller and bidirectional invoices fatal."""
    policy = ei.Policy(date=date(2026, 7, 1))
    assert severity_of(replace(FAILURE, rule=rule), "br-fr-ubl", policy) == "error"


def test_other_rule_sets_know_no_lenient_days():
    """EN 16931 has been in force all along."""
    assert severity_of(FAILURE, "en16931-ubl", ei.Policy(date=date(2026, 7, 1))) == "error"


def test_the_same_invoice_by_date_and_direction(tmp_path, monkeypatch):
    """A missing mandatory note is a warning in August and an error in November."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path))
    document = without(UBL, "#PMT#")
    verdicts = {
        (direction, day): ei.validate(document, policy=ei.Policy(direction=direction, date=day)).verdict
        for direction in ("sending", "receiving")
        for day in (date(2026, 8, 15), date(2026, 9, 15), date(2026, 11, 15))
    }
    assert list(verdicts.values()) == ["valid", "invalid", "invalid", "valid", "valid", "invalid"]


def test_the_table_gives_the_severities_of_the_published_variant(tmp_path, monkeypatch):
    """Where the variant that warns is installed it is run, and says what the table says without it."""
    if not RELEASE.is_dir():
        pytest.skip(f"the published release is not there: {RELEASE}")
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path))
    add(RELEASE)
    august = ei.Policy(date=date(2026, 8, 15))
    document = without(UBL, "#PMT#", "<cbc:ProfileID>S1=><cbc:ProfileID>S8")
    (with_twin,) = ei.validate(document, policy=august).documents
    for row in policy_data()["leniency"].values():
        monkeypatch.setitem(row, "twin", "br-fr-ubl")
    (by_table,) = ei.validate(document, policy=august).documents
    assert with_twin.steps[-1].ruleset == "br-fr-ubl-warning"
    assert by_table.steps[-1].ruleset == "br-fr-ubl"
    assert {finding.severity for finding in with_twin.findings} == {"error", "warning", "information"}  # EI-POLICY
    seen = [
        sorted((finding.rule, finding.severity) for finding in report.findings if finding.step == "french")
        for report in (with_twin, by_table)
    ]
    assert seen[0] == seen[1]


def test_rules_that_are_not_yet_in_force_are_announced(tmp_path, monkeypatch):
    """Judging by a day before the oldest installed version says so."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path))
    report = ei.validate(UBL.encode(), policy=ei.Policy(date=date(2026, 1, 15)))
    told = [finding.rule for finding in report.findings]
    assert "EI-RULES-03" in told
    assert "EI-RULES-04" not in told  # the catalogue knows of none in force that day


def test_what_was_in_force_that_day_and_is_not_installed_is_named(tmp_path, monkeypatch):
    """In August 2026 the French rules were those of 1.4.0.03; where a newer one ran, the report says what to add."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path))
    report = ei.validate(UBL.encode(), policy=ei.Policy(date=date(2026, 8, 15)), language="en")
    (told,) = [finding for finding in report.findings if finding.rule == "EI-RULES-04"]
    assert told.message == "On 2026-08-15, br-fr-ubl 1.4.0.03 was in force."
    assert (told.severity, report.verdict) == ("information", "valid")


def test_a_policy_is_closed_and_immutable():
    """A misspelt option is an error, and a policy never changes."""
    with pytest.raises(ValidationError):
        ei.Policy(directions="sending")
    with pytest.raises(ValidationError):
        ei.Policy().direction = "receiving"


def test_without_a_date_today_counts():
    """The day is today unless another is given."""
    assert abs((ei.Policy().day - date.today()).days) <= 1  # noqa: DTZ011 - the day of this machine
    assert ei.Policy(date=date(2027, 1, 1)).day == date(2027, 1, 1)


def test_a_document_is_judged_by_one_day(monkeypatch):
    """Around midnight, what is asked later is asked of the same day; a day that is given stays."""
    days = iter((date(2026, 8, 31), date(2026, 9, 1)))
    calendar = SimpleNamespace(date=SimpleNamespace(today=lambda: next(days)))
    monkeypatch.setattr("einvoice.validation.policy.dt", calendar)
    task = Task(Document(UBL), ei.Policy())
    assert (task.day, task.policy.day) == (date(2026, 8, 31), date(2026, 8, 31))
    assert Task(Document(UBL), ei.Policy(date=date(2026, 12, 1))).day == date(2026, 12, 1)
