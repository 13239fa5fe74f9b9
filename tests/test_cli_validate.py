"""`validate` for many files and for projects: settings, several reports, quiet, results as they come, resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from folders import FIXTURES

from einvoice import cli
from einvoice.commands.configuration import configured
from einvoice.commands.output import WrongUsage

GOOD = (FIXTURES / "valid" / "services.ubl.xml").read_bytes()
BAD = (FIXTURES / "broken" / "no-late-payment-note.ubl.xml").read_bytes()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A project's folder with twelve invoices, of which one is invalid."""
    for number in range(11):
        (tmp_path / f"F{number:02}.xml").write_bytes(GOOD)
    (tmp_path / "bad.xml").write_bytes(BAD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """The exit status of `validate`."""
    try:
        return cli.run(["validate", *map(str, arguments)])
    except SystemExit as ended:
        return ended.code


def test_of_many_only_failures_are_shown(capsys):
    """Twelve files, one fault: one document is shown, all are counted; `--show all` shows all."""
    assert run(".") == 1
    out = capsys.readouterr().out
    assert "bad.xml" in out
    assert "F01.xml" not in out
    assert "12 documents" in out
    assert run(".", "--show", "all") == 1
    assert "F01.xml" in capsys.readouterr().out
    assert run("F01.xml", "F02.xml", "--show", "failures") == 0
    assert capsys.readouterr().out.strip() == "2 documents\u00a0: 2 valides"


def test_quiet_says_nothing_unless_something_fails(capsys):
    """No output at all for what is valid."""
    assert run("F01.xml", "F02.xml", "-q") == 0
    assert capsys.readouterr() == ("", "")
    assert run("F01.xml", "bad.xml", "--quiet") == 1
    out = capsys.readouterr().out
    assert "bad.xml" in out
    assert "F01.xml  " not in out


def test_warnings_can_fail(capsys):
    """`--fail-on` counts what is less than an error, whatever the verdict."""
    warned = (GOOD.decode().replace("<cbc:ID>", "<!-- x --><cbc:ID>", 1)).encode()
    (Path("w.xml")).write_bytes(warned.replace(b"<cbc:TaxAmount", b"<cbc:TaxAmount", 1))
    report = json.loads(_json("F01.xml", capsys))
    weights = {found["severity"] for found in report["documents"][0]["findings"]}
    assert run("F01.xml", "--fail-on", "information") == (1 if weights else 0)
    assert run("F01.xml", "--fail-on", "error") == 0
    assert run("F01.xml", "--ignore", "BR-FR-05=x", "--fail-on", "warning") == (1 if "warning" in weights else 0)
    assert run("bad.xml", "--ignore", "BR-FR-05=the contract has them", "--fail-on", "information") == 1
    assert run("bad.xml", "--ignore", "BR-FR-05=the contract has them") == 0


def _json(name, capsys):
    capsys.readouterr()
    run(name, "--format", "json")
    return capsys.readouterr().out


def test_several_reports_in_one_run(folder, capsys):
    """Each in its own file, whatever is shown."""
    assert run(".", "-q", "--report", "sarif=r.sarif", "--report", "junit=r.xml", "--report", "html=r.html") == 1
    assert json.loads((folder / "r.sarif").read_text())["version"] == "2.1.0"
    assert (folder / "r.xml").read_text().count("<testsuite ") == 12
    assert "bad.xml" in (folder / "r.html").read_text()
    assert run(".", "--report", "nonsense=x") == 2
    assert "nonsense=x" in capsys.readouterr().err


@pytest.mark.parametrize(("file", "start"), [("pyproject.toml", "[tool.einvoice]\n"), ("einvoice.toml", "")])
def test_a_project_says_it_once(folder, file, start, capsys):
    """The nearest file above counts; the command line goes before it."""
    below = folder / "deep" / "er"
    below.mkdir(parents=True)
    text = f'{start}rules = "en16931"\nshow = "all"\n'
    (folder / file).write_text(text + ('[tool.einvoice.ignore]\n"BR-CO-10" = "why"\n' if start else ""))
    os.chdir(below)
    assert run(folder / "bad.xml") == 0
    assert run(folder / "bad.xml", "--rules", "fr") == 1
    assert run(folder / "bad.xml", "--config", folder / "none.toml") == 2
    assert "none.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        'rules = "french"',
        "colour = true",
        "jobs = -1",
        "jobs = true",
        'skip-unknown = "yes"',
        "schematron = [1]",
        'ignore = { "BR-CO-10" = "" }',
        'date = "1.1.2026"',
        "time-limit = 0",
        "rules = ",
        "fail-on = 1",
    ],
)
def test_a_wrong_setting_is_wrong_usage(folder, text, capsys):
    """Told with the file, the name and what was expected; nothing is judged."""
    (folder / "einvoice.toml").write_text(text)
    assert run("F01.xml") == 2
    assert "einvoice.toml" in capsys.readouterr().err


def test_settings_are_found_upwards_and_only_where_they_are_ours(tmp_path):
    """A pyproject.toml of something else is passed over; files are seen from the file that names them."""
    (tmp_path / "a").mkdir()
    (tmp_path / "pyproject.toml").write_text('[tool.einvoice]\nschematron = ["house.sch"]\ndate = 2026-11-02\n')
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    found = configured(None, tmp_path / "a")
    assert found["schematron"] == [str(tmp_path / "house.sch")]
    assert found["date"].isoformat() == "2026-11-02"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.einvoice\n")
    with pytest.raises(WrongUsage, match="pyproject"):
        configured(None, tmp_path / "a")


def test_lines_are_written_as_they_come_and_resumed(folder, capsys):
    """A killed run goes on: whole lines count, a torn one is judged again, changed files too."""
    assert run(".", "--format", "jsonl", "-o", "r.jsonl", "--lang", "en") == 1
    assert "11 valid, 1 invalid, 0 not run; 0 of an earlier run" in capsys.readouterr().err
    lines = (folder / "r.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 12
    assert json.loads(lines[0])["verdict"] in ("valid", "invalid")
    (folder / "r.jsonl").write_bytes(b"".join(lines[:7]) + lines[7][:100])
    (folder / "F03.xml").write_bytes(BAD)
    assert run(".", "--format", "jsonl", "-o", "r.jsonl", "--resume", "--lang", "en") == 1
    told = capsys.readouterr().err
    assert "10 valid, 2 invalid, 0 not run; 6 of an earlier run" in told
    after = [json.loads(each) for each in (folder / "r.jsonl").read_text().splitlines()]
    assert len(after) == 13  # F03 stands there twice: before and after it changed
    assert run(".", "--format", "jsonl", "-o", "r.jsonl", "--resume", "--lang", "en") == 1
    assert "12 of an earlier run" in capsys.readouterr().err
    assert run(".", "--resume") == 2


def test_what_was_not_run_is_judged_again_and_told_once(folder, capsys):
    """A process may have been killed, or rules have been missing; what is in the folder no more keeps its line."""
    (folder / "other.xml").write_text("<a/>")
    options = (".", "--format", "jsonl", "-o", "r.jsonl", "--lang", "en")
    assert run(*options) == 1
    lines = [json.loads(each) for each in (folder / "r.jsonl").read_text().splitlines()]
    for each in lines[3], lines[-1]:
        each |= {"verdict": "not_run", "findings": []}
    gone = {**lines[3], "source": "gone.xml"}
    kept = [json.dumps(each) + "\n" for each in (*lines, gone)]
    (folder / "r.jsonl").write_text("".join(kept) + kept[0][:50])
    capsys.readouterr()
    assert run(*options, "--resume") == 1
    assert "11 valid, 1 invalid, 1 not run; 11 of an earlier run" in capsys.readouterr().err
    after = [json.loads(each) for each in (folder / "r.jsonl").read_text().splitlines()]
    assert sorted(each["source"] for each in after) == sorted({each["source"] for each in (*lines, gone)})
    assert {each["source"]: each["verdict"] for each in after}[lines[3]["source"]] == "valid"


def test_lines_go_to_standard_output_and_several_processes(capsysbinary):
    """A line for each document, in order."""
    assert run(".", "--format", "jsonl", "--jobs", "2", "-q") == 1
    sources = [json.loads(each)["source"] for each in capsysbinary.readouterr().out.splitlines()]
    assert len(sources) == 12
    assert sources == sorted(sources)


def test_standard_input_beside_files_is_read_by_the_program_itself(folder):
    """A worker's standard input is another, from which nothing ever came: the program hung."""
    name, *_ = sorted(map(str, folder.glob("*.xml")))
    command = [sys.executable, "-m", "einvoice", "validate", "-", name, "--jobs", "2", "--format", "jsonl", "-q"]
    with Path(name).open("rb") as file:
        done = subprocess.run(command, stdin=file, capture_output=True, timeout=60, check=False)  # noqa: S603 - our own
    piped, named = map(json.loads, done.stdout.splitlines())
    assert (piped["source"], named["source"]) == ("-", name)
    assert piped["verdict"] == named["verdict"] != "not_run"


def test_an_output_file_is_replaced_and_not_overwritten(folder, monkeypatch, capsys):
    """Where the disk is full the old report stands, and that is told."""
    assert run("F01.xml", "-o", "report.txt") == 0
    before = (folder / "report.txt").read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("einvoice.disk.os.fsync", full)
    assert run("bad.xml", "-o", "report.txt") == 2
    assert "il n'y a plus de place sur le disque" in capsys.readouterr().err
    assert (folder / "report.txt").read_bytes() == before
    assert not list(folder.glob(".report*"))


def test_of_what_is_not_shown_nothing_is_kept(folder, monkeypatch):
    """Of the valid documents of a long text only the number is told: a hundred thousand take no memory."""
    kept = []

    def rendered(report, *_, **__):
        kept.append(len(set(map(id, report.documents))))
        return ""

    for number in range(20, 60):
        (folder / f"F{number}.xml").write_bytes(GOOD)
    monkeypatch.setattr("einvoice.commands.validate.render", rendered)
    assert run(".", "-o", "out") == 1
    assert run(".", "-o", "out", "--show", "all") == 1
    assert run(".", "-o", "out", "--report", "json=out.json") == 1
    assert kept[0] <= 12
    assert kept[1:] == [52, 52, 52]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("einvoice.toml", 'rulez = "fr"', "vouliez-vous dire rules"),
        ("einvoice.toml", 'direction = "receivin"', "vouliez-vous dire receiving"),
        ("einvoice.toml", 'ignore = { "BR-CO-10" = "" }', '"BR-FR-05" = "pourquoi"'),
        ("einvoice.toml", 'date = "1.1.2026"', "AAAA-MM-JJ"),
        ("einvoice.toml", "rules = ", "ligne 1, colonne"),
        ("einvoice.toml", 'rules = "\udce9"', "UTF-8"),
        ("pyproject.toml", "tool = 1 # [tool.einvoice", "[tool.einvoice]"),
        ("pyproject.toml", "tool.einvoice = [1] # [tool.einvoice", "[tool.einvoice]"),
    ],
)
def test_a_wrong_setting_is_told_in_the_language(folder, file, text, told, capsys):
    """What was meant, or the form that is expected; never a word of the reader of TOML, or a defect of ours."""
    (folder / file).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert run("F01.xml", "--lang", "fr") == 2
    said_so = capsys.readouterr().err
    assert told in said_so.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Expected" not in said_so


def test_a_valid_document_that_fails_says_why(folder, capsys):
    """The report says VALID, the exit status is 1: without a word nobody would understand it."""
    (folder / "lower.xml").write_bytes((FIXTURES / "valid" / "services.cii.xml").read_bytes())
    assert run("lower.xml", "--fail-on", "information", "--lang", "en") == 1
    assert "(--fail-on information): 1" in capsys.readouterr().err
    assert run("lower.xml", "--lang", "en") == 0
    assert "--fail-on" not in capsys.readouterr().err


def test_statistics_is_an_option_too(capsys):
    """As with ruff."""
    assert run(".", "--statistics") == 1
    short = capsys.readouterr().out
    assert run(".", "--format", "statistics") == 1
    assert capsys.readouterr().out == short
