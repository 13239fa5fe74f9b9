"""A sample of `make fuzz`: a few seconds of damaged documents of ours, which must crash nothing."""

from __future__ import annotations

import pytest
from folders import FIXTURES, ROOT
from programs import output_of


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sample_crashes_nothing(tmp_path, seed):
    """Each target is reached; the same seed gives the same damage."""
    seeds = ("--seeds", str(FIXTURES), "--seeds", str(ROOT / "schematron"))
    printed = output_of("fuzz.py", "--minutes", "0.1", "--seed", str(seed), "--corpus", str(tmp_path), *seeds)
    assert "executions" in printed
    assert "validate:" in printed
