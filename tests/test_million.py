"""A sample of `make million`: of many documents none is lost, whatever is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="processes and memory are looked at as Linux shows them"
)
def test_a_process_that_is_killed_and_a_command_that_is_interrupted_lose_nothing():
    """Each document is told once, with its verdict, and a resumed run does only what is left."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "tools" / "million.py"), "--count", "160", "--only", "killed,interrupted"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "160 of an earlier run" in done.stdout
