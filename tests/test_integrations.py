"""What others include: actions, templates, containers and hooks, by their schemas and linters; what they run, run here.

No container engine is asked: the Dockerfiles are linted, and what they copy makes a wheel (test_packaging.py).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from container_sources import DOCKERFILES
from folders import ROOT

SCHEMAS = {"action.yml": "vendor.github-actions", "deploy/gitlab.yml": "vendor.gitlab-ci"}


@pytest.mark.parametrize("file", [*SCHEMAS, "deploy/compose.yaml"])
def test_a_file_for_others_is_as_its_schema_says(file):
    """Checked by the schemas that the checker carries: no network."""
    done = subprocess.run(  # noqa: S603 - our own words
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            SCHEMAS.get(file, "vendor.compose-spec"),
            str(ROOT / file),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(os.name != "posix", reason="the words are those of a POSIX shell")
@pytest.mark.parametrize("file", SCHEMAS)
@pytest.mark.parametrize(("folder", "status"), [("fixtures/valid", 0), ("fixtures/broken", 1)])
def test_the_line_that_they_run_does_what_it_says(file, folder, status, tmp_path):
    """The very line of the file, in a shell: annotations or a report, and the exit status."""
    text = (ROOT / file).read_text(encoding="utf-8")
    (line,) = [each.strip().removeprefix("- ") for each in text.splitlines() if "-m einvoice validate" in each]
    variables = {"PATHS": str(ROOT / folder), "EINVOICE_PATHS": str(ROOT / folder), "SARIF": "r.sarif", "ARGUMENTS": ""}
    done = subprocess.run(  # noqa: S603 - our own words
        ["/bin/sh", "-c", line.replace("python ", f'"{sys.executable}" ', 1)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "EINVOICE_ARGUMENTS": "", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, done.stderr
    assert (tmp_path / ("r.sarif" if file == "action.yml" else "einvoice.xml")).stat().st_size > 1000
    if status and file == "action.yml":
        assert "::error " in done.stdout


def tool(name):
    """A program beside this Python, or on the path; the test is skipped where it is not installed."""
    found = shutil.which(name, path=Path(sys.executable).parent) or shutil.which(name)
    return found or pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_a_dockerfile_is_linted(file):
    """By hadolint, which follows the shell's words too."""
    done = subprocess.run(  # noqa: S603 - our own words
        [tool("hadolint"), str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda path: path.name)
def test_a_container_runs_as_nobody_with_its_rules_warm(file):
    """The user is a number that is not root's, and what is compiled is compiled after it became that user."""
    lines = [line.partition(" ")[::2] for line in file.read_text(encoding="utf-8").splitlines()]
    users = [value for word, value in lines if word == "USER"]
    assert len(users) == 1
    assert int(users[0]) > 0
    after = lines[lines.index(("USER", users[0])) :]
    assert any(word == "RUN" and value.endswith("einvoice artefacts warm") for word, value in after)


BROKEN = "fixtures/broken/wrong-line-total.ubl.xml"
GOOD = "fixtures/valid/services.ubl.xml"
HOOKED = {  # a file of a commit -> its content, and the words that tell what the hook says of it
    "good.xml": ((ROOT / GOOD).read_bytes, None),
    "broken.XML": ((ROOT / BROKEN).read_bytes, "BR-CO-10"),
    "cut.xml": (lambda: (ROOT / GOOD).read_bytes()[:3000], "cut.xml"),
    "cut.PDF": (lambda: b"%PDF-1.7\n1 0 obj\n", "cut.PDF"),
    "empty.xml": (bytes, "empty.xml"),
    "drafts/typo.json": (lambda: b'{"numbr": "F1"}', "numbr"),
}


@pytest.mark.skipif(os.name != "posix", reason="the script is one of a POSIX shell")
def test_the_hooks_stop_what_is_broken_cut_or_empty(tmp_path):
    """The real pre-commit, on the very hooks of the repository; only where they are installed from is ours."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (tmp_path / "einvoice").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m einvoice "$@"\n', encoding="utf-8")
    (tmp_path / "einvoice").chmod(0o755)
    for hook in hooks:
        hook |= {"language": "system", "entry": str(tmp_path) + "/" + hook["entry"]}
    repository = tmp_path / "repository"
    (repository / "drafts").mkdir(parents=True)
    configuration = {"repos": [{"repo": "local", "hooks": hooks}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    for name, (content, _) in HOOKED.items():
        (repository / name).write_bytes(content())
    own = {"PYTHONPATH": str(ROOT), "PRE_COMMIT_HOME": str(tmp_path / "home"), "EINVOICE_LANG": "en"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | own

    def run(*words):
        return subprocess.run(  # noqa: S603 - our own words
            words, cwd=repository, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    assert run(tool("git"), "init", "-q").returncode == 0
    assert run(tool("git"), "add", "-A").returncode == 0
    for name, (_, said) in HOOKED.items():
        done = run(tool("pre-commit"), "run", "--files", name)
        assert (done.returncode, said or "Passed") == (1 if said else 0, said or "Passed"), (name, done.stdout)
        assert (said or "Passed") in done.stdout, (name, done.stdout)
