"""What others include: the GitHub Action and the GitLab template, by their schemas, and what they run, run here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCHEMAS = {"action.yml": "vendor.github-actions", "deploy/gitlab.yml": "vendor.gitlab-ci"}


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_file_for_others_is_as_its_schema_says(file):
    """Checked by the schemas that the checker carries: no network."""
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[file], str(ROOT / file)],
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
