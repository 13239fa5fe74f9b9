"""`validate --schematron`: a folder or zip file as its publisher hands it out."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from folders import FIXTURES, SHARED

from einvoice import cli
from einvoice.commands.rules_given import house_rules
from einvoice.errors import Unreadable, Unrecognised

INVOICE = FIXTURES / "valid" / "services.ubl.xml"
XRECHNUNG = SHARED / "artefacts" / "xrechnung"
NAMESPACES = (
    '<ns prefix="cbc" uri="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"/>'
    '<ns prefix="u" uri="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
    '<ns prefix="r" uri="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>'
)


def schema(body: str) -> str:
    """Rules with these patterns."""
    return f'<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">{NAMESPACES}{body}</schema>'


def pattern(context: str, rule: str, *, attributes: str = "") -> str:
    """A rule that refuses every document that has the context."""
    refusal = f'<assert id="{rule}" test="false()">no</assert>'
    return f'<pattern {attributes}><rule context="{context}">{refusal}</rule></pattern>'


@pytest.fixture
def release(tmp_path):
    """Rules for two syntaxes in folders of their own, which share a file, one of them in a second form too."""
    folder = tmp_path / "release"
    texts = {
        "common.sch": pattern("cbc:ID", "COMMON-1", attributes='xmlns="http://purl.oclc.org/dsdl/schematron"'),
        "ubl/rules-ubl.sch": schema('<include href="../common.sch"/>' + pattern("u:Invoice", "UBL-1")),
        "ubl/rules-ubl-preprocessed.sch": schema(pattern("u:Invoice", "UBL-1") + pattern("cbc:ID", "COMMON-1")),
        "cii/rules-cii.sch": schema(pattern("r:CrossIndustryInvoice", "CII-1")),
        "readme.txt": "rules",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zipped(folder: Path) -> Path:
    """The same as a zip file, of any name."""
    path = folder.with_name("release.jar")
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*"):
            archive.write(file, file.relative_to(folder))
    return path


def validated(capsys, *arguments, document: Path = INVOICE) -> tuple[str, list[str], dict[str, str]]:
    """The verdict, the rules that refuse, and how each rule set of the user ended."""
    cli.run(["validate", str(document), "--format", "json", *map(str, arguments)])
    told = json.loads(capsys.readouterr().out)["documents"][0]
    errors = sorted({each["rule"] for each in told["findings"] if each["severity"] == "error"})
    return told["verdict"], errors, {s["ruleset"]: s["status"] for s in told["steps"] if s["name"] == "house"}


@pytest.mark.parametrize("form", [Path, zipped])
def test_a_release_runs_what_looks_at_the_document(release, form, capsys):
    """Of two forms one is run; the rules for the other syntax, which find nothing to look at, are passed over."""
    given = form(release)
    ran = validated(capsys, "--schematron", given)
    assert ran == ("invalid", ["COMMON-1", "UBL-1"], {"ubl/rules-ubl-preprocessed.sch": "failed"})
    (release / "ubl" / "rules-ubl-preprocessed.sch").unlink()
    given = form(release)
    assert validated(capsys, "--schematron", given)[1:] == (["COMMON-1", "UBL-1"], {"ubl/rules-ubl.sch": "failed"})


def test_a_release_that_looks_at_nothing_judges_nothing(release, capsys):
    """Where no rule set of it has anything to look at, the verdict is no "valid"."""
    for path in (release / "ubl").iterdir():
        path.unlink()
    verdict, _, steps = validated(capsys, "--schematron", release)
    assert (verdict, steps) == ("not_run", {"cii/rules-cii.sch": "not_run"})


def test_a_rule_set_of_a_release_that_cannot_run_is_told(release, capsys):
    """One that cannot be compiled is not passed over."""
    (release / "cii" / "rules-cii.sch").write_text(schema('<pattern><rule context="((("/></pattern>'))
    _, _, steps = validated(capsys, "--schematron", release)
    assert steps == {"ubl/rules-ubl-preprocessed.sch": "failed", "cii/rules-cii.sch": "not_run"}


def test_what_has_no_rules_or_is_unsafe_is_refused(tmp_path):
    """A folder without Schematron, and a zip file whose names leave the folder."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unrecognised, match="no Schematron rule set"):
        house_rules(str(tmp_path / "empty"))
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("../evil.sch", schema(""))
    with pytest.raises(Unreadable, match="unsafe name"):
        house_rules(str(tmp_path / "evil.zip"))


def test_a_published_folder_is_taken_as_it_is(capsys):
    """XRechnung's sources, with `common.sch` beside the folders: the schema is run, not the stylesheet made of it."""
    if not XRECHNUNG.is_dir():
        pytest.skip("needs ../shared/artefacts")
    _, errors, steps = validated(capsys, "--schematron", XRECHNUNG)
    assert steps == {"schematron/ubl/XRechnung-UBL-validation.sch": "failed"}
    assert all(rule.startswith("BR-DE-") for rule in errors)


@pytest.mark.parametrize(
    ("type_code", "ran"), [("380", "PEPPOL-EN16931-UBL.sch"), ("389", "PEPPOL-EN16931-UBL-SB.sch")]
)
def test_a_release_with_rules_on_self_billing_runs_those_of_the_document(tmp_path, type_code, ran, capsys):
    """Both look at any invoice: of the two, those run that are for its type; one that is given alone always does."""
    folder = tmp_path / "peppol"
    folder.mkdir()
    for name in ("PEPPOL-EN16931-UBL.sch", "PEPPOL-EN16931-UBL-SB.sch", "house.sch"):
        (folder / name).write_text(schema(pattern("cbc:ID", "R-1")), encoding="utf-8")
    document = tmp_path / "invoice.xml"
    text = INVOICE.read_text(encoding="utf-8")
    document.write_text(text.replace("Code>380<", f"Code>{type_code}<"), encoding="utf-8")
    assert set(validated(capsys, "--schematron", folder, document=document)[2]) == {ran, "house.sch"}
    alone = folder / "PEPPOL-EN16931-UBL-SB.sch"
    assert set(validated(capsys, "--schematron", alone, document=document)[2]) == {str(alone)}
