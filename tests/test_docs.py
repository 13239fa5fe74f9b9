"""The documentation: every example is executed, the pages are built strictly, the reference is complete."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from folders import ROOT

from einvoice import cli
from einvoice.cli import COMMANDS
from einvoice.data import ruleset_text
from einvoice.profiles import PROFILES
from einvoice.terms import TERMS

PAGES = sorted((ROOT / "docs").rglob("*.md"))
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
TITLED = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```', re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
SCHEMAS = {".github/workflows/invoices.yml": "vendor.github-workflows", ".gitlab-ci.yml": "vendor.gitlab-ci"}
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name(path):
    """A page as it is called in the output."""
    return path.relative_to(ROOT / "docs").as_posix()


@pytest.mark.parametrize("page", [each for each in PAGES if PYTHON.search(each.read_text())], ids=name)
def test_every_python_example_runs(page):
    """The examples of a page, one after the other, as a reader would type them."""
    program = "\n".join(PYTHON.findall(page.read_text(encoding="utf-8")))
    namespace: dict[str, object] = {"__name__": "docs"}
    exec(compile(program, str(page), "exec"), namespace)  # noqa: S102 - our own pages
    assert "ei" in namespace


@pytest.mark.parametrize("page", [each for each in PAGES if CONSOLE.search(each.read_text())], ids=name)
def test_every_command_of_a_page_runs(page, tmp_path, monkeypatch, capsys):
    """In an empty folder, in their order; each ends with 0, but for validating examples of other countries."""
    monkeypatch.chdir(tmp_path)
    for language, title, content in TITLED.findall(page.read_text(encoding="utf-8")):
        if language == "xml":  # a file that the commands name
            Path(title).write_text(content, encoding="utf-8")
    lines = [line for block in CONSOLE.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]
    assert all(line.startswith("$ python -m einvoice ") for line in lines)
    for line in lines:
        arguments = shlex.split(line.removeprefix("$ python -m einvoice "))
        status = cli.run(arguments)
        assert status == 0 or (arguments[0] == "validate" and status in (1, 3)), (line, capsys.readouterr().err)


@pytest.mark.parametrize("page", [each for each in PAGES if TITLED.search(each.read_text())], ids=name)
def test_every_file_of_a_page_is_as_its_program_says(page, tmp_path):
    """Workflows by their schemas, hooks by pre-commit; nothing that has a name is left unchecked."""
    files = TITLED.findall(page.read_text(encoding="utf-8"))
    for language, title, content in files:
        path = tmp_path / Path(title).name
        path.write_text(content, encoding="utf-8")
        if title in SCHEMAS:
            words = ["check_jsonschema", "--builtin-schema", SCHEMAS[title], str(path)]
        elif title == ".pre-commit-config.yaml":
            words = ["pre_commit", "validate-config", str(path)]
        else:
            assert (language, path.suffix) == ("xml", ".sch"), f"{title}: by what is it checked?"
            continue  # a command of the page runs it
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, (title, done.stdout, done.stderr)


@pytest.mark.parametrize("page", [each for each in PAGES if SHELL.search(each.read_text())], ids=name)
def test_shell_lines_that_need_other_programs_are_shell(page):
    """Read by the shell and not run; those of containers name files that are there."""
    for block in SHELL.findall(page.read_text(encoding="utf-8")):
        done = subprocess.run(["/bin/sh", "-n"], input=block, capture_output=True, text=True, check=False, timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
        assert all((ROOT / file).is_file() for file in re.findall(r"-f (\S+)", block))


def test_the_screen_of_the_readme_is_true(tmp_path, monkeypatch):
    """From nothing to a page for people: each line but the installation runs, and leaves what it says."""
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = CONSOLE.findall(text[text.index("## In one screen") : text.index("## What it does")])
    install, *lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    assert install == "$ pip install ./einvoice"
    for line in lines:
        of_clone = line.replace(" einvoice/fixtures", f" {ROOT}/fixtures")
        status = cli.run(shlex.split(of_clone.removeprefix("$ python -m einvoice ")))
        assert status == int("/broken/" in line or " fix " in line), line
    assert {path.name for path in tmp_path.iterdir()} == {"draft.json", "invoice.xml", "invoice.html"}


def test_both_languages_have_the_same_pages():
    """What one reader finds, the other finds too."""
    by_language = {
        language: {each.name for each in (ROOT / "docs" / language).glob("*.md")} for language in ("fr", "en")
    }
    assert by_language["fr"] == by_language["en"]


def test_the_reference_is_complete():
    """Each command, rule, term, profile, code and artefact has its place."""
    sys.path.insert(0, str(ROOT / "tools"))
    from docs_reference import VERBS, pages

    for language in ("fr", "en"):
        made = pages(language)
        assert all(f"## {command}" in made["commands"] for command in COMMANDS)
        assert all(f"## {verb}" in made["verbs"] for verb in VERBS)
        assert all(f"| {term.id} |" in made["terms"] for term in TERMS)
        rules = [line.split("\t")[0] for line in ruleset_text("messages.tsv").splitlines()[1:]]
        assert all(f"`{rule}`" in made["rules"] for rule in rules if rule.startswith(("BR-", "EI-PDF-")))
        assert "`einvoice.xml.MAX_BYTES`" in made["limits"]
        assert all(f"`{name}`" in made["profiles"] for name in PROFILES)
        assert "| `en16931-ubl` + `peppol-ubl` | `en16931-cii`, `facturx-en16931` |" in made["profiles"]
    assert "contrôler des documents" in pages("fr")["commands"]


def test_the_limits_are_told_in_french():
    """Each row in its own words, with the figure and the place of the English one; no word without its limit."""
    sys.path.insert(0, str(ROOT / "tools"))
    from docs_reference import pages

    row = re.compile(r"^\| ([^|]+) \| (\d+) \| (`[\w.]+`) \|$", re.MULTILINE)
    english, french = (row.findall(pages(language)["limits"]) for language in ("en", "fr"))
    assert [each[1:] for each in french] == [each[1:] for each in english]
    assert not {each[0] for each in french} & {each[0] for each in english}
    words = (ROOT / "tools" / "limits_fr.tsv").read_text(encoding="utf-8").splitlines()
    assert len(words) == len(french) > 20


def test_the_documentation_builds(tmp_path):
    """Strictly: a link that leads nowhere fails."""
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BR-CO-10" in (tmp_path / "site" / "en" / "reference" / "rules.html").read_text(encoding="utf-8")
    french = (tmp_path / "site" / "fr" / "index.html").read_text(encoding="utf-8")
    assert "en Python\u00a0: les établir" in french
    assert '<html lang="fr"' in french
    assert 'href="../en/index.html" hreflang="en"' in french
    assert (tmp_path / "site" / "index.html").exists()
