"""What machines do to us: disks that are full, memory that ends, interrupts, names and files of every kind."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
import types
import weakref
from pathlib import Path

import pytest
from folders import FIXTURES, ROOT

import einvoice as ei
from einvoice import __main__, cli
from einvoice.commands.files import report_on
from einvoice.commands.inputs import read_document
from einvoice.disk import replace_file
from einvoice.validation.policy import Policy
from einvoice.worker_processes import WorkerProcesses
from einvoice.xml import MAX_BYTES

GOOD = FIXTURES / "valid" / "services.ubl.xml"
DRAFT = json.loads((FIXTURES / "drafts" / "services.json").read_text(encoding="utf-8"))

# Whoever runs the tests in the background ignores interrupts, and hands that on.
INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from einvoice.__main__ import main
sys.exit(main())
"""


def run(*arguments):
    """The exit status of the command line."""
    try:
        return cli.run([*map(str, arguments)])
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_draft_that_cannot_be_calculated_costs_its_own_verdict_only(tmp_path, capsys, jobs):
    """The documents beside it are judged, in one process as in several."""
    for number in ("1e400", "1e-999999999", "1_0", "9" * 41):
        bad = tmp_path / f"bad {number[:12]}.json"
        bad.write_text(json.dumps(DRAFT | {"lines": [DRAFT["lines"][0] | {"quantity": number}]}))
        (tmp_path / f"{number[:12]}.xml").write_bytes(GOOD.read_bytes())
    assert run("validate", tmp_path, "--format", "jsonl", "--jobs", jobs) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    verdicts = [("bad" in Path(line["source"]).name, line["verdict"]) for line in lines]
    assert sorted(verdicts) == [(False, "valid")] * 4 + [(True, "invalid")] * 4


def test_when_memory_ends_what_the_document_held_is_free_before_the_report_is_made(monkeypatch):
    """Neither the frames that broke nor the document keep anything; else there would be no memory for the report."""

    class Large:
        """Stands for a tree of hundreds of megabytes."""

    held = []

    def breaks(document, *_, **__):
        in_a_frame, document.rule_tree = Large(), Large()
        held.extend(map(weakref.ref, (in_a_frame, document.rule_tree)))
        raise MemoryError

    def told(result, language):
        assert [each() for each in held] == [None, None]
        return real(result, language)

    real = ei.api.step
    monkeypatch.setattr("einvoice.api.validated", breaks)
    monkeypatch.setattr("einvoice.api.step", told)
    document = ei.Document(GOOD.read_bytes())
    report = ei.validate(document, language="en")
    assert report.documents[0].steps[0].reason.startswith("the validation broke off (MemoryError, test_operation.py:")
    assert len(held) == 2
    monkeypatch.undo()
    assert ei.validate(document).verdict == "valid"


def test_a_file_that_does_not_fit_into_memory_is_not_run(monkeypatch):
    """And the next one is judged."""

    def ends(_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("einvoice.commands.files.read_document", ends)
        report = report_on(str(GOOD), Policy(), "en")
    assert (report.verdict, report.steps[0].reason) == ("not_run", "the file cannot be read or written (MemoryError)")
    assert report_on(str(GOOD), Policy(), "en").verdict == "valid"


@pytest.mark.parametrize("name", ["huge.xml", "huge.pdf", "huge.json"])
def test_of_a_file_of_gigabytes_no_more_is_read_than_the_limit(tmp_path, name):
    """It is refused with the limit's name, without the memory that all of it would take."""
    path = tmp_path / name
    path.write_bytes({"huge.xml": b"<a>", "huge.pdf": b"%PDF-1.7", "huge.json": b'{"lines": ['}[name])
    os.truncate(path, 6_000_000_000)
    assert len(read_document(str(path))) == MAX_BYTES + 1
    report = report_on(str(path), Policy(), "en")
    assert report.verdict != "valid"
    assert f"more than {MAX_BYTES} bytes" in report.model_dump_json()


def test_an_interrupt_does_not_wait_for_what_is_being_done():
    """Nor for what was still to be done: its processes are ended."""
    begun = time.monotonic()
    waiting = []

    def interrupted():
        with WorkerProcesses(2) as processes:
            waiting.extend(processes.submit(time.sleep, 600) for _ in range(20))
            while not processes._pool._busy:
                time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - begun < 300
    assert all(each.done() for each in waiting)


def test_an_interrupt_while_the_program_is_loaded_is_silent(monkeypatch):
    """Ctrl-C may come before there is anything that it could interrupt."""

    class Loading(types.ModuleType):
        """A module whose loading is interrupted."""

        def __getattr__(self, name):
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "einvoice.cli", Loading("einvoice.cli"))
    assert __main__.main() == 130


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interrupt_ends_a_batch_and_all_its_processes(tmp_path):
    """Status 130, not a word, no process left; what was told stays told, and a second run goes on from there."""
    for number in range(120):
        (tmp_path / f"{number:03}.xml").write_bytes(GOOD.read_bytes())
    results = tmp_path / "results.jsonl"
    words = ["validate", str(tmp_path), "--format", "jsonl", "-o", str(results), "--jobs", "2", "--lang", "en"]
    command = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-c", INTERRUPTIBLE, *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (results.exists() and results.stat().st_size) and command.poll() is None:
        time.sleep(0.01)
    os.killpg(command.pid, signal.SIGINT)
    _, said = command.communicate(timeout=120)
    assert (command.returncode, said) == (130, "")
    for _ in range(600):
        try:
            os.killpg(command.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    else:
        pytest.fail("a process outlives the command")
    told = results.read_bytes()
    assert run(*words, "--resume") == 0
    assert results.read_bytes().startswith(told[: told.rfind(b"\n") + 1])
    sources = [json.loads(each)["source"] for each in results.read_text().splitlines()]
    assert len(sources) == len(set(sources)) == 120


def test_lines_may_go_where_nothing_can_be_cut_off():
    """A device has no end, and keeps no line of an earlier run."""
    assert run("validate", GOOD, "--format", "jsonl", "-o", os.devnull) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse names that are no UTF-8")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_whose_name_is_no_text_is_judged_once(tmp_path, jobs, capsys):
    """A resumed run knows it again."""
    for name in (b"a\xff.xml", b"b\x1b[31m.xml"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(GOOD.read_bytes())
    results = tmp_path / "results.jsonl"
    for earlier in (0, 2):
        assert run("validate", tmp_path, "--format", "jsonl", "-o", results, "--resume", "--jobs", jobs) == 0
        assert f": {earlier}\n" in capsys.readouterr().err
    assert results.read_text().count("\n") == 2


@pytest.mark.parametrize(
    ("number", "french"),
    [(errno.ENOSPC, "il n'y a plus de place sur le disque"), (errno.EIO, "le fichier ne peut pas être lu ou écrit")],
)
def test_a_file_that_cannot_be_written_is_named(tmp_path, monkeypatch, capsys, number, french):
    """As it was asked for, not as the file that stands beside it for a moment; the old content stays."""
    path = tmp_path / "out.xml"
    path.write_bytes(b"old")

    def fails(_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    assert run("convert", GOOD, "--to", "cii", "-o", path, "--lang", "fr") == 2
    said = capsys.readouterr().err
    assert str(path) in said
    assert french in said
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    with pytest.raises(NotADirectoryError) as raised:
        replace_file(tmp_path / "none" / "out.xml", b"")
    assert raised.value.filename == str(tmp_path / "none")


@pytest.mark.parametrize(
    "arguments",
    [("validate", "--format", "json"), ("validate", "--format", "jsonl"), ("parse",)],
    ids=" ".join,
)
def test_json_moves_no_cursor(tmp_path, capsys, arguments):
    """Controls and marks of direction are escaped, and what is read back is what the document says."""
    hidden = "F\x9b31m\u202e\u2066\U000e0041"
    path = tmp_path / "a.xml"
    text = GOOD.read_text(encoding="utf-8").replace("<cbc:IssueDate>", f"<cbc:IssueDate>{hidden}", 1)
    path.write_text(text.replace("F2026-0002", hidden, 1), encoding="utf-8")
    run(arguments[0], path, *arguments[1:])
    out = capsys.readouterr().out
    assert not set(out) & set(hidden[1:2] + hidden[5:])
    assert hidden in json.dumps(json.loads(out), ensure_ascii=False)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals that a program can make")
def test_a_progress_bar_is_for_terminals(tmp_path):
    """On one it runs to its end and goes away; in a pipe there is the summary only."""
    pytest.importorskip("rich", reason="the extra einvoice-fr[cli] is not installed")
    line = [sys.executable, "-m", "einvoice", "validate", str(ROOT / "fixtures/valid"), "--format", "jsonl"]
    line += ["-o", str(tmp_path / "results.jsonl"), "--jobs", "1", "--lang", "en"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    ours, theirs = os.openpty()
    command = subprocess.Popen(line, env=environment, stderr=theirs)  # noqa: S603 - our own words
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65_536):
            shown += part
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert command.wait(timeout=60) == 0
    assert b"100%" in shown
    assert b"26 valid" in shown.rpartition(b"\x1b[2K")[2]
    piped = subprocess.run(line, env=environment, capture_output=True, check=False, timeout=120)  # noqa: S603 - as above
    assert piped.stderr.decode() == "einvoice: 26 valid, 0 invalid, 0 not run; 0 of an earlier run\n"
