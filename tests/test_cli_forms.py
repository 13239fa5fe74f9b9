"""The forms of a report, as `validate` writes them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from minimal import BROKEN, UBL
from programs import run

from einvoice import explain
from einvoice.reporting import FORMATS

OTHER = b"<project><name>x</name></project>"

pytestmark = pytest.mark.usefixtures("nothing_added")


def test_the_text_form_is_for_people(inbox, tmp_path, capsys):
    """Verdict, counts, the finding with its hint, and with what was checked; the worst first."""
    run("validate", inbox / "deep" / "bad.XML")
    text = capsys.readouterr().out
    assert text.startswith(f"{inbox / 'deep' / 'bad.XML'}  NON VALIDE\n    Facture UBL, profil en16931 — 2 erreurs\n")
    assert "    ERREUR  BR-CO-16  Montant à payer (BT-115)\n" in text
    assert "→ Ajoutez une note (BG-1) de code sujet PMT (BT-21)." in text
    assert "BR-FR UBL 1.4.0.04 ✗" in text or "BR-FR UBL" in text
    assert "\x1b[" not in text
    assert all(len(line) <= 100 for line in text.splitlines() if str(tmp_path) not in line)


def test_the_text_form_speaks_english(inbox, capsys):
    """--lang en, for all words."""
    run("validate", inbox, "--lang", "en")
    text = capsys.readouterr().out
    assert "INVALID\n    UBL invoice, profile en16931 — 2 errors" in text
    assert text.endswith("2 documents: 1 valid, 1 invalid\n")


def test_the_same_finding_in_many_places_is_said_once(tmp_path, capsys):
    """Two hundred lines with the same fault are one finding with the number of times."""
    line = UBL[UBL.index("<cac:InvoiceLine>") : UBL.index("</Invoice>")]
    path = tmp_path / "long.xml"
    wrong = line.replace("<cbc:Name>Réglage d'une machine</cbc:Name>", "")
    path.write_text(UBL.replace(line, wrong * 20), encoding="utf-8")
    run("validate", path)
    text = capsys.readouterr().out
    assert text.count("BR-25") == 1
    assert "× 20" in text
    assert "lines[0].item_name, lines[1].item_name" in text
    assert "… (+14)" in text


def test_the_json_form_is_the_contract(inbox, capsys):
    """Version, verdict, documents with steps and findings; absent values are left out."""
    run("validate", inbox, "--format", "json")
    report = json.loads(capsys.readouterr().out)
    assert report["report"] == 1
    assert report["verdict"] == "invalid"
    assert [document["source"] for document in report["documents"]] == [
        str(inbox / "deep" / "bad.XML"),
        str(inbox / "good.xml"),
    ]
    assert report["documents"][1]["steps"][2]["ruleset"] == "en16931-ubl"
    assert None not in report["documents"][0]["findings"][0].values()


def test_the_sarif_form_can_be_read_by_code_hosts(inbox, tmp_path, capsys):
    """One result for each finding, with its place; what did not run is a notification."""
    (tmp_path / "other.xml").write_bytes(OTHER)
    run("validate", inbox / "deep" / "bad.XML", tmp_path / "other.xml", "--format", "sarif")
    document = json.loads(capsys.readouterr().out)
    (sarif,) = document["runs"]
    assert document["version"] == "2.1.0"
    rules = [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]
    assert set(rules) == {result["ruleId"] for result in sarif["results"]}
    assert len(set(rules)) == len(rules)
    total = next(result for result in sarif["results"] if result["ruleId"] == "BR-CO-16")
    assert total["level"] == "error"
    place = total["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"].endswith("bad.XML")
    assert place["physicalLocation"]["region"]["startLine"] > 1
    assert {"fullyQualifiedName": "totals.amount_due"} in place["logicalLocations"]
    (invocation,) = sarif["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "other.xml: parse" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_has_the_rules_words_and_proper_references(inbox, capsys):
    """Blanks and accents of a path are percent-encoded; a rule is described by the catalogue, not by one document."""
    odd = inbox / "facture n°1 été.xml"
    odd.write_bytes(BROKEN)
    run("validate", odd, "--format", "sarif", "--lang", "en")
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    result = next(each for each in sarif["results"] if each["ruleId"] == "BR-CO-16")
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == odd.as_uri()
    assert uri.isascii()
    rule = sarif["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == "BR-CO-16"
    assert rule["shortDescription"]["text"] == explain("BR-CO-16").en
    assert rule["defaultConfiguration"] == {"level": "error"}
    assert len(result["partialFingerprints"]["ruleAndPlace/v1"]) == 32


def test_github_shows_findings_at_their_lines(inbox, tmp_path, capsys):
    """A workflow command for each finding; what would break the command is encoded; what did not run is an error."""
    odd = inbox / "a,b:c%.xml"
    odd.write_bytes(BROKEN)
    other = tmp_path / "other.xml"
    other.write_bytes(OTHER)
    run("validate", odd, other, "--format", "github", "--lang", "en")
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    total = next(line for line in lines if "title=BR-CO-16" in line)
    assert "a%2Cb%3Ac%25.xml,line=" in total
    assert any(str(other) in line and line.startswith("::error") for line in lines)


def test_statistics_tell_which_rules_spoke_most(inbox, capsys):
    """One line for each rule, errors first, and what the rule demands."""
    assert run("validate", inbox, "--format", "statistics", "--lang", "en") == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split()[:4] == ["1", "1", "ERROR", "BR-CO-16"] for line in lines)
    assert lines[-1].startswith("2 documents")


def test_the_junit_form_counts_failures_and_errors(inbox, tmp_path, capsys):
    """A suite for each document, a case for each step; not run is an error, never a success."""
    (tmp_path / 'o"t<her.xml').write_bytes(OTHER)
    run("validate", inbox, tmp_path / 'o"t<her.xml', "--format", "junit")
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - our own output
    suites = {Path(suite.get("name")).name: suite for suite in root}
    assert [suites[name].get("failures") for name in ("good.xml", "bad.XML", 'o"t<her.xml')] == ["0", "2", "0"]
    assert [suites[name].get("errors") for name in ("good.xml", "bad.XML", 'o"t<her.xml')] == ["0", "0", "1"]
    assert [failure.get("type") for failure in suites["bad.XML"].iter("failure")] == ["BR-CO-16", "BR-FR-05_BT-22-1"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_can_go_to_a_file(inbox, tmp_path, form, capsys):
    """--output writes there, in UTF-8, and nothing to the terminal."""
    target = tmp_path / "report"
    assert run("validate", inbox, "--format", form, "--output", target) == 1
    assert "BR-CO-16" in target.read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""
