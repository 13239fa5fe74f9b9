"""A sample of `make hostile`: each family of files made to do harm, within the bounds of time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import output_of


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux alone")
def test_a_sample_of_hostile_files_is_answered_within_the_bounds():
    """Every tenth file: a report or a documented exception, in 300 MB and, on whatever machine, a bounded time."""
    printed = output_of("hostile.py", "--every", "10", "--slow", "5")
    cases = int(printed.split(" cases")[0].split()[-1])
    assert cases >= 50
