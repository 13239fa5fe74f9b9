"""Installed for real: into a clean environment, and beside the old packages that an ERP pins, as the README says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from container_sources import DOCKERFILES, copy_sources
from folders import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import pins

# What somebody does first, in a folder that is empty, with what was installed and nothing else.
FIRST_STEPS = """
$ einvoice artefacts verify
$ einvoice new services -o draft.json
$ einvoice build draft.json --to ubl -o invoice.xml
$ einvoice build draft.json --to cii -o invoice.cii.xml
$ einvoice validate invoice.xml invoice.cii.xml draft.json
$ einvoice render invoice.xml --to html -o invoice.html
$ einvoice status invoice.xml 205 --received-at 2026-11-03T09:00 -o approved.xml
$ einvoice validate approved.xml
$ einvoice explain BR-CO-10
$ einvoice schema draft -o draft.schema.json
$ einvoice report template sales -o sales.csv
"""


def commands(text):
    """The lines of a console block, in words."""
    return [shlex.split(line.removeprefix("$ ")) for line in text.splitlines() if line.startswith("$ ")]


def run(python, folder, words):
    """One line there: programs are those beside the interpreter, and nothing of this repository is seen."""
    name, *arguments = words
    own = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), "PIP_TIMEOUT": "20", "PIP_RETRIES": "2"}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | own
    done = subprocess.run(  # noqa: S603 - our own words
        [python.parent / name, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


@pytest.fixture
def python(tmp_path_factory):
    """A new environment with the sources beside it, as the folder `einvoice`; skipped where no index answers."""
    if os.name != "posix":
        pytest.skip("the words are those of a POSIX shell")
    place = tmp_path_factory.mktemp("installed")
    try:
        made = pins.environment(Path(sys.executable), place / "venv")
        pins.pip(made, "download", "--quiet", "--no-deps", "--dest", str(place / "asked"), "python-stdnum")
    except (pins.Failed, subprocess.TimeoutExpired) as error:
        pytest.skip(f"no package index answers: {str(error)[:200]}")
    (place / "einvoice").mkdir()
    copy_sources(DOCKERFILES[0], place / "einvoice")
    return made


def versions(python, folder):
    """What is installed there."""
    listed = run(python, folder, ["pip", "list", "--format", "freeze", "--disable-pip-version-check"])
    return dict(line.split("==") for line in listed.splitlines() if "==" in line)


@pytest.mark.parametrize("beside", ["what an ERP pins", "nothing"])
def test_what_was_installed_builds_validates_and_tells_a_status(beside, python, tmp_path):
    """By the pages' own lines. Beside an ERP's packages none of them moves; then, as alone, everything is there."""
    place = python.parents[2]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if beside == "nothing":
        blocks = {
            re.search(r"```sh\n(pip wheel .*?)```", (ROOT / "docs" / each / "recipes.md").read_text(), re.DOTALL)[1]
            for each in ("fr", "en")
        }
        (block,) = blocks  # both languages say the same: a wheel of everything, then no index
        lines = [shlex.split(line) for line in block.splitlines()]
        before = {}
    else:
        (recipe,) = re.findall(r"### Beside an ERP.*?```console\n(.*?)```", readme, re.DOTALL)
        lines = commands(recipe)
        pinned = {name: version for name, version in pins.oldest(python).items() if name not in pins.CARRIERS}
        ours = [f"{name}=={version}" for name, version in pinned.items() if version]
        pins.pip(python, "install", "--quiet", *ours)
        before = {name: found for name, found in versions(python, place).items() if name.lower() in pinned}
        assert len(before) == len(ours)
    for line in lines:
        run(python, place, line)
    assert before.items() <= versions(python, place).items()
    for line in commands(FIRST_STEPS):
        run(python, tmp_path, line)
    assert b"205" in (tmp_path / "approved.xml").read_bytes()
