"""SECURITY.md tells the limits that the code has."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| [^|]+ \| (\d+) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)


def test_the_table_is_read():
    """As many rows as it has limits."""
    assert len(ROWS) == TEXT.count("| `einvoice.")
    assert len(ROWS) > 10


@pytest.mark.parametrize(("limit", "place"), ROWS, ids=lambda text: text.rpartition(".")[2])
def test_a_limit_is_what_the_code_says(limit, place):
    """Each has one place in the code, under its name."""
    owner, _, name = place.rpartition(".")
    if owner.endswith("Limits"):
        value = getattr(import_module(owner.rpartition(".")[0]).Limits(), name)
    else:
        value = getattr(import_module(owner), name)
    assert value == float(limit)
