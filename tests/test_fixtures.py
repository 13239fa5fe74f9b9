"""The fixtures are what they say: drafts build the valid files, and every file gets the report that lies beside it."""

from __future__ import annotations

import json

import pytest
from folders import FIXTURES
from lxml import etree

import einvoice
from einvoice import Draft, Policy
from einvoice.xml import parse_xml

DRAFTS = sorted((FIXTURES / "drafts").glob("*.json"))
VALID = sorted((FIXTURES / "valid").glob("*.xml"))
JUDGED = sorted([*VALID, *(FIXTURES / "broken").iterdir()])
POLICY = Policy(date="2026-11-22")  # the day is told, for rules change with it
KEPT = ("rule", "severity", "step", "term", "field", "line", "found", "expected")


def draft(name: str) -> Draft:
    """The draft of that name."""
    return Draft.model_validate_json((FIXTURES / "drafts" / f"{name}.json").read_bytes())


def indented(data: bytes) -> bytes:
    """The document with an element a line, so that a difference can be read."""
    root = parse_xml(data)
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def summary(report: einvoice.Report) -> dict[str, object]:
    """What a report says, without what changes with every release of a rule set."""
    (document,) = report.documents
    findings = [finding.model_dump(include=set(KEPT), exclude_none=True) for finding in document.findings]
    return {
        "verdict": document.verdict,
        "kind": document.kind,
        "syntax": document.syntax,
        "profile": document.profile,
        "steps": {step.name: step.status for step in document.steps},
        "findings": findings,
    }


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_every_draft_makes_a_valid_invoice(path, syntax):
    """A draft completes to an invoice that the schema, the profile rules and the French rules accept."""
    report = einvoice.validate(einvoice.build(draft(path.stem), syntax), policy=POLICY)
    assert [finding for finding in report.findings if finding.severity == "error"] == []
    assert report.verdict == "valid"


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_no_draft_contradicts_itself(path):
    """The figures that our drafts give agree with the arithmetic."""
    assert draft(path.stem).disagreements() == ()


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_valid_files_are_what_their_draft_builds(path, update):
    """A valid fixture is the text that its draft builds today: name.syntax.xml, or name.profile.syntax.xml."""
    name, *profile, syntax, _ = path.name.split(".")
    built = indented(einvoice.build(draft(name), syntax, profile=profile[0] if profile else None))
    if update:
        path.write_bytes(built)
    assert path.read_bytes() == built


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.name)
def test_every_file_gets_its_report(path, update):
    """A fixture's verdict and findings are those that lie beside it in expected/."""
    expected = FIXTURES / "expected" / f"{path.name}.json"
    found = summary(einvoice.validate(path.read_bytes(), policy=POLICY))
    if update:
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    assert json.loads(expected.read_text(encoding="utf-8")) == found


def test_the_folders_mean_what_they_are_called():
    """All of valid/ is valid, nothing of broken/ is, and no expected report is left over."""
    verdicts = {path.name: json.loads(path.read_bytes())["verdict"] for path in (FIXTURES / "expected").iterdir()}
    assert {name.removesuffix(".json") for name in verdicts} == {path.name for path in JUDGED}
    assert {verdicts[f"{path.name}.json"] for path in VALID} == {"valid"}
    assert "valid" not in {verdicts[f"{path.name}.json"] for path in JUDGED if path.parent.name == "broken"}
