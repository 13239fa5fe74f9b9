"""`pytest --update` writes the expected outputs anew; the difference is then read by a person."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# The tests keep their compiled rules in the repository's own cache folder, so that they leave the user's alone.
os.environ.setdefault("EINVOICE_CACHE", str(Path(__file__).parents[1] / ".cache" / "einvoice"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--update", action="store_true", help="write fixtures/ anew from what the library gives")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are to be written instead of compared."""
    return bool(request.config.getoption("--update"))
