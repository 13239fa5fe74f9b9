"""A fixture for the tests of others: `def test_my_program(einvoice_sandbox): ...`

It is there for every test once the package is installed: two platforms and the portal, on this machine, for the whole
run. Nothing is loaded before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from einvoice_server.sandbox import Sandbox

__all__ = ["einvoice_sandbox"]


@pytest.fixture(scope="session")
def einvoice_sandbox() -> Iterator[Sandbox]:
    """A running sandbox: `platforms[0].url`, `platforms[0].sponsor_token`, `platforms[0].clients[0].client_id`, …"""
    from einvoice_server.sandbox import Sandbox  # noqa: PLC0415 - the web server is loaded when a test wants it

    with Sandbox() as running:
        yield running
