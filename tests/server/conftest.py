"""One sandbox for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi", reason="the extra einvoice-fr[server] is not installed")

import postgres
from companies import Company

from einvoice_server.sandbox import Sandbox


@pytest.fixture(scope="session", autouse=True)
def _no_proxy() -> Iterator[None]:
    """What runs on this machine is not asked for through a proxy, whatever the environment says."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("NO_PROXY", "no_proxy"):
            environment.setenv(name, "127.0.0.1,localhost")
        yield


@pytest.fixture(scope="session")
def databases() -> Iterator[str]:
    """The URL of a PostgreSQL that runs for the tests."""
    reason = postgres.missing()
    if reason:
        pytest.skip(reason)
    with postgres.cluster() as url:
        yield url


@pytest.fixture
def database(databases: str) -> str:
    """The URL of an empty database on it."""
    return postgres.made(databases)


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """The sandbox: two platforms and the portal, in threads, on SQLite."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def seller(box: Sandbox) -> Iterator[Company]:
    """VENDEUR EXEMPLE, a client of the first platform."""
    with Company(box.platforms[0]) as company:
        yield company


@pytest.fixture(scope="session")
def buyer(box: Sandbox) -> Iterator[Company]:
    """ACHETEUR EXEMPLE, a client of the second platform."""
    with Company(box.platforms[1]) as company:
        yield company
