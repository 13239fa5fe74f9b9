"""Rules that publishers of profiles add to EN 16931: run where they are added, weighed as their publisher says."""

from __future__ import annotations

import pytest
from folders import FIXTURES, SHARED

import einvoice as ei
from einvoice.artefacts.adding import add

RULES = (SHARED / "artefacts" / "xrechnung" / "xslt-3.0.2", SHARED / "artefacts" / "peppol-2026.5")
SUITE = sorted((SHARED / "corpus" / "xrechnung-ubl").glob("*.xml"))
UBL = (FIXTURES / "valid" / "services.ubl.xml").read_text(encoding="utf-8")
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
EUROPEAN = ei.Policy(rules="en16931")


@pytest.fixture
def added(tmp_path, monkeypatch):
    """The publishers' rules, in a folder of this test."""
    if not all(folder.is_dir() for folder in RULES):
        pytest.skip("needs ../shared/artefacts")
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path))
    return [each.artefact.entry.id for folder in RULES for each in add(folder)]


def of_profile(identifier):
    """An invoice of ours that names the profile."""
    old = UBL[UBL.index("<cbc:CustomizationID>") : UBL.index("</cbc:CustomizationID>")]
    return UBL.replace(old, f"<cbc:CustomizationID>{identifier}", 1).encode()


def rule_sets(report):
    """What ran, and how it ended."""
    return {step.ruleset: step.status for step in report.documents[0].steps if step.ruleset}


def test_without_them_the_core_decides():
    """The note says that the profile's own rules were not run; the verdict is that of EN 16931."""
    report = ei.validate(of_profile(XRECHNUNG), policy=EUROPEAN)
    assert "EI-PROFILE-01" in {each.rule for each in report.findings}
    assert report.verdict == "valid"


@pytest.mark.parametrize(
    ("identifier", "ruleset", "starts"),
    [(XRECHNUNG, "xrechnung-ubl", ("BR-DE-",)), (PEPPOL, "peppol-ubl", ("PEPPOL-",))],
)
def test_with_them_they_are_run_too(added, identifier, ruleset, starts):
    """A French invoice is no German one, and no document of Peppol: their own rules say so."""
    assert ruleset in added
    report = ei.validate(of_profile(identifier), policy=EUROPEAN)
    assert rule_sets(report)["en16931-ubl"] == "passed"
    assert rule_sets(report)[ruleset] == "failed"
    errors = [each.rule for each in report.findings if each.severity == "error"]
    assert errors
    assert all(rule.startswith(starts) for rule in errors)
    assert "EI-PROFILE-01" not in {each.rule for each in report.findings}


def test_the_publishers_suite_is_valid(added):
    """Every invoice of XRechnung's suite, those of the extension and of CVD with the severities that KoSIT gives."""
    assert added
    assert len(SUITE) > 40
    verdicts = {path.name: ei.validate(path.read_bytes(), policy=EUROPEAN).verdict for path in SUITE}
    assert {name: verdict for name, verdict in verdicts.items() if verdict != "valid"} == {}


def test_a_document_of_the_suite_that_breaks_a_rule_is_invalid(added):
    """BR-DE-15 wants the buyer reference: without it, the very rule speaks, and nothing else does."""
    assert added
    path = next(path for path in SUITE if path.name.startswith("01.01a"))
    data = path.read_text(encoding="utf-8")
    start, end = data.index("<cbc:BuyerReference>"), data.index("</cbc:BuyerReference>") + len("</cbc:BuyerReference>")
    report = ei.validate((data[:start] + data[end:]).encode(), policy=EUROPEAN)
    assert [each.rule for each in report.findings if each.severity == "error"] == ["BR-DE-15"]
