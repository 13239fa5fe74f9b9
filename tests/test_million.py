"""A sample of `make million`: of many documents none is lost, whatever is killed in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import output_of


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="processes and memory are looked at as Linux shows them"
)
def test_a_process_that_is_killed_and_a_command_that_is_interrupted_lose_nothing():
    """Each document is told once, with its verdict, and a resumed run does only what is left."""
    printed = output_of("million.py", "--count", "160", "--only", "killed,interrupted")
    assert "160 of an earlier run" in printed
