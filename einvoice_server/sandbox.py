"""Two platforms and the public portal on this machine, seeded: what `python -m einvoice_server sandbox` starts.

    with Sandbox() as box:
        first, second = box.platforms
        httpx.get(f"{first.url}/api/clients", headers={"Authorization": first.sponsor_token})

In threads of this process by default, in processes of their own with `processes=True`.
"""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from einvoice_server.clock import Clock
from einvoice_server.platform import opened
from einvoice_server.seeding import Access, ClientAccess, is_ready, seeded
from einvoice_server.serving import Service, listening
from einvoice_server.settings import PORTAL, Limits, Peer, Settings

__all__ = ["RunningPlatform", "Sandbox"]

_NAMES = {PORTAL: "Portail public (bac à sable)", "0101": "Plateforme Alpha", "0102": "Plateforme Bêta"}
_LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """Where a platform is, and what one needs to use it."""

    name: str
    matricule: str
    url: str
    access: Access

    @property
    def sponsor_token(self) -> str:
        """For the header `Authorization` of the seed's API."""
        return self.access.sponsor_token

    @property
    def oauth(self) -> dict[str, str]:
        """Client credentials for XP Z12-013; they are the first client's."""
        return {"client_id": self.access.client_id, "client_secret": self.access.client_secret}

    @property
    def clients(self) -> tuple[ClientAccess, ...]:
        """The clients of the sponsor."""
        return self.access.clients

    def json(self) -> dict[str, Any]:
        """As the contract for programs has it."""
        return {
            "name": self.name,
            "url": self.url,
            "sponsor_token": self.sponsor_token,
            "oauth": self.oauth,
            "clients": [{"client_id": each.client_id, "siren": each.siren, "name": each.name} for each in self.clients],
        }


class Sandbox:
    """The sandbox. `database` is a URL of SQLAlchemy: a file of SQLite, or a database of PostgreSQL, in which each
    platform has a schema; `folder` holds files and, by default, the databases. Both outlive the sandbox if given.
    """

    def __init__(
        self,
        *,
        database: str | None = None,
        folder: Path | None = None,
        clock: Clock | None = None,
        processes: bool = False,
        port: int = 0,
        host: str = "127.0.0.1",
        limits: Limits | None = None,
    ) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="einvoice-") if folder is None else None
        self.folder = Path(self._temporary.name) if self._temporary else Path(folder or ".")
        self._database, self._clock, self._processes, self._port = database, clock, processes, port
        self._host, self._limits = host, limits or Limits()
        self._running: list[Service | _Process] = []
        self.services: list[Service] = []
        self.platforms: tuple[RunningPlatform, ...] = ()
        self.portal_url = ""

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        sockets = [listening(self._port + number if self._port else 0, self._host) for number in range(3)]
        every = self._settings([f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in sockets])
        try:
            accesses = self._seed(every)
            for settings, sock in zip(every, sockets, strict=True):
                self._start(settings, sock)
            self._wait(every[1:])
        except BaseException:
            self.stop()
            raise
        self.portal_url = every[0].url
        self.platforms = tuple(
            RunningPlatform(each.name, each.matricule, each.url, access)
            for each, access in zip(every[1:], accesses, strict=True)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End everything."""
        for each in reversed(self._running):
            each.stop()
        self._running = []
        if self._temporary:
            self._temporary.cleanup()

    def json(self) -> dict[str, Any]:
        """The contract for programs: where everything is."""
        return {"platforms": [each.json() for each in self.platforms], "portal": {"url": self.portal_url}}

    def watch(self) -> None:
        """Begin again what ended by itself, if processes were wanted."""
        for each in self._running:
            if isinstance(each, _Process):
                each.revive()

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes of the first and the second platform; the portal is in this one."""
        return tuple(each.pid for each in self._running if isinstance(each, _Process))

    def _settings(self, urls: Sequence[str]) -> list[Settings]:
        numbers = list(_NAMES)
        kept = self.folder / "keys.json"
        if not kept.exists():
            kept.touch(mode=0o600)
            pairs = [f"{one}-{other}" for one in numbers for other in numbers if one < other]
            kept.write_text(json.dumps({pair: secrets.token_urlsafe(32) for pair in pairs}), encoding="utf-8")
        keys = json.loads(kept.read_text(encoding="utf-8"))
        where = dict(zip(numbers, urls, strict=True))
        return [
            Settings(
                name=_NAMES[number],
                matricule=number,
                application=f"PA{number}",
                url=where[number],
                database=self._url(number),
                schema=f"pa_{number}" if self._database and not self._database.startswith("sqlite") else None,
                files=str(self.folder / f"files-{number}"),
                peers={
                    other: Peer(where[other], keys[f"{min(number, other)}-{max(number, other)}"])
                    for other in numbers
                    if other != number
                },
                limits=self._limits,
                hosts=("127.0.0.1", "localhost"),
                webhook_networks=_LOOPBACK,
                sandbox=True,
            )
            for number in numbers
        ]

    def _url(self, number: str) -> str:
        if self._database is None:
            return f"sqlite:///{self.folder / f'platform-{number}.db'}"
        if self._database.startswith("sqlite"):
            stem, dot, suffix = self._database.rpartition(".")
            return f"{stem}-{number}.{suffix}" if dot else f"{self._database}-{number}"
        return self._database

    def _seed(self, every: Sequence[Settings]) -> list[Access]:
        accesses = []
        for settings in every:
            platform = opened(settings, self._clock)
            try:
                if not settings.is_portal:
                    accesses.append(seeded(platform))
            finally:
                platform.close()
        return accesses

    def _start(self, settings: Settings, sock: socket.socket) -> None:
        if self._processes and not settings.is_portal:
            started = _Process(settings, sock, self.folder / f"settings-{settings.matricule}.json")
            self._running.append(started)
            return
        service = Service(settings, sock, self._clock)
        service.start()
        self._running.append(service)
        self.services.append(service)

    def _wait(self, platforms: Sequence[Settings]) -> None:
        """Until the seed's mandates are in force."""
        for settings in platforms:
            platform = opened(settings, self._clock)
            try:
                for _ in range(600):
                    if is_ready(platform):
                        break
                    self.watch()
                    time.sleep(0.05)
                else:
                    raise TimeoutError("the sandbox does not come up: its directory has not answered")
            finally:
                platform.close()


class _Process:
    """A platform in a process of its own. The socket stays here, so that its port is kept while it is begun again."""

    def __init__(self, settings: Settings, sock: socket.socket, path: Path) -> None:
        self._socket, self._path = sock, path
        settings.write(path)
        self._begin()

    def _begin(self) -> None:
        number = self._socket.fileno()
        command = [sys.executable, "-m", "einvoice_server", "serve", str(self._path), "--fd", str(number), "--child"]
        self._child = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.PIPE)  # noqa: S603 - ourselves

    @property
    def pid(self) -> int:
        """The process."""
        return self._child.pid

    def revive(self) -> None:
        """Begin again if it ended."""
        if self._child.poll() is not None:
            self._let_go()
            self._begin()

    def _let_go(self) -> None:
        if self._child.stdin is not None:
            self._child.stdin.close()

    def stop(self) -> None:
        """End it."""
        self._child.terminate()
        try:
            self._child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait(timeout=15)
        self._let_go()
        self._socket.close()
