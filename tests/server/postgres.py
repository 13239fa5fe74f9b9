"""A PostgreSQL of the tests' own, from Debian's package, on a port of this machine that nobody else uses."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text


def missing() -> str | None:
    """Why there can be none; `None` where there can."""
    if _bin() is None:
        return "PostgreSQL (Debian's package postgresql) is not installed"
    try:
        import psycopg  # noqa: F401 - whether it is there
    except ImportError:
        return "the extra einvoice-fr[postgres] is not installed"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL does not run as root, and there is no user postgres"
    return None


def _bin() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    known = shutil.which("initdb")
    return Path(known).parent if known else None


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; gives the URL of its database."""
    with tempfile.TemporaryDirectory(prefix="einvoice-postgres-") as name:
        yield from _running(Path(name))


def made(url: str) -> str:
    """An empty database beside the one of the URL; gives its URL."""
    name = f"t{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{url.rpartition('/')[0]}/{name}"


def _running(folder: Path) -> Iterator[str]:
    binaries = _bin() or Path()
    data = folder / "data"
    owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if owner:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run([*owner, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder, timeout=120)  # noqa: S603

    run(str(binaries / "initdb"), "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8")
    options = f"-p {port} -k {folder} -h 127.0.0.1 -c max_connections=200"
    run(str(binaries / "pg_ctl"), "-D", str(data), "-l", str(folder / "log"), "-w", "-t", "90", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://test@127.0.0.1:{port}/postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-t", "90", "-m", "fast", "stop")
