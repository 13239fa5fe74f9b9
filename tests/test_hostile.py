"""A sample of `make hostile`: each family of files made to do harm, within the bounds of time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux alone")
def test_a_sample_of_hostile_files_is_answered_within_the_bounds():
    """Every tenth file: a report or a documented exception, in 300 MB and, on whatever machine, a bounded time."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "tools" / "hostile.py"), "--every", "10", "--slow", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cases = int(done.stdout.split(" cases")[0].split()[-1])
    assert cases >= 50
