"""A sample of `make large`: what lines and attachments cost in memory, beside lxml's own tree and the document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux alone")
def test_lines_and_attachments_stay_within_their_bounds():
    """Ten thousand lines: three times lxml's tree; twenty megabytes of a file: four times the document."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "tools" / "large_documents.py"), "--lines", "10000", "--megabytes", "20"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("aim") == 2
