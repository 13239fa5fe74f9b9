"""Rules that the user ignores, each with a reason."""

from __future__ import annotations

import pytest
from folders import FIXTURES
from pydantic import ValidationError

import einvoice as ei
from einvoice import cli

BROKEN = FIXTURES / "broken"


def test_an_ignored_rule_informs_and_says_why():
    """Its finding stays, with the reason; the verdict is what the other rules say."""
    data = (BROKEN / "no-late-payment-note.ubl.xml").read_bytes()
    assert ei.validate(data).verdict == "invalid"
    report = ei.validate(data, policy=ei.Policy(ignored={"BR-FR-05": "notes stand in our terms"}), language="en")
    assert report.verdict == "valid"
    (found,) = [each for each in report.findings if each.rule.startswith("BR-FR-05")]
    assert found.severity == "information"
    assert "does not count here: notes stand in our terms." in (found.hint or "")
    assert all(step.status == "passed" for step in report.documents[0].steps)


def test_another_error_still_counts():
    """Ignoring one rule says nothing of the others."""
    data = (BROKEN / "wrong-line-total.ubl.xml").read_bytes()
    report = ei.validate(data, policy=ei.Policy(ignored={"BR-CO-10": "known"}))
    rules = {each.rule for each in report.findings if each.severity == "error"}
    assert report.verdict == ("invalid" if rules else "valid")
    assert "BR-CO-10" not in rules


def test_what_cannot_be_read_always_counts():
    """A torn file is no valid invoice, whatever is ignored."""
    torn = (BROKEN / "truncated.ubl.xml").read_bytes()
    assert ei.validate(torn, policy=ei.Policy(ignored={"EI-PARSE-01": "x"})).verdict != "valid"
    assert ei.validate(b"", policy=ei.Policy(ignored={"EI-PARSE-01": "x"})).verdict != "valid"


@pytest.mark.parametrize(("rule", "reason"), [("XSD", "we know"), ("BR-01", " ")])
def test_the_schema_and_a_missing_reason_are_refused(rule, reason):
    """The schema always counts, and nobody ignores a rule without saying why."""
    with pytest.raises(ValidationError, match=r"cannot be ignored|give the reason"):
        ei.Policy(ignored={rule: reason})


@pytest.mark.parametrize(
    ("rule", "meant"), [("BR-CO-1O", "dire BR-CO-10"), ("BR-COO-10", "BR-CO-10"), ("ZZ-99", "ni une règle")]
)
def test_a_rule_that_does_not_exist_is_told(rule, meant, capsys):
    """A slip of the pen would ignore nothing, and look as if it did; a letter that looks like a digit is the digit."""
    assert cli.run(["validate", str(BROKEN / "wrong-line-total.ubl.xml"), "--ignore", f"{rule}=known", "-q"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"einvoice: --ignore {rule}")
    assert meant in told.partition(f"{rule}\u00a0»")[2]


def test_a_rule_that_exists_or_may_is_not_told(tmp_path, capsys):
    """Whatever its case; and of rules of the house only the house knows the ids."""
    (tmp_path / "r.sch").write_text('<schema xmlns="http://purl.oclc.org/dsdl/schematron"/>', encoding="utf-8")
    broken = str(BROKEN / "wrong-line-total.ubl.xml")
    cli.run(["validate", broken, "--ignore", "br-co-10=known", "-q"])
    cli.run(["validate", broken, "--ignore", "HOUSE-1=known", "--schematron", str(tmp_path / "r.sch"), "-q"])
    assert "--ignore" not in capsys.readouterr().err
