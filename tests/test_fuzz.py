"""A sample of `make fuzz`: a few seconds of damaged documents of ours, which must crash nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample_crashes_nothing(tmp_path, seed):
    """Each target is reached; the same seed gives the same damage."""
    done = subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, str(ROOT / "tools" / "fuzz.py"), "--minutes", "0.1", "--seed", str(seed)),
            *("--corpus", str(tmp_path), "--seeds", str(ROOT / "fixtures"), "--seeds", str(ROOT / "schematron")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "executions" in done.stdout
    assert "validate:" in done.stdout
