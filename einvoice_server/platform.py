"""One running platform: what every part of it needs, in one value."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx

from einvoice_server.clock import Clock, SystemClock, legal
from einvoice_server.files import FileStore
from einvoice_server.settings import Settings
from einvoice_server.tx import Database

__all__ = ["Platform", "opened"]


@dataclass(frozen=True)
class Platform:
    """A platform, or the portal: settings, storage, clock and a way to speak to others."""

    settings: Settings
    db: Database
    files: FileStore
    clock: Clock
    http: httpx.Client
    wake: threading.Event = field(default_factory=threading.Event)  # set when there is work

    @property
    def now(self) -> int:
        """Microseconds since 1970."""
        return self.clock.now()

    @property
    def today(self) -> date:
        """The day in France."""
        return legal(self.now).date()

    def close(self) -> None:
        """Let go of what was opened."""
        self.http.close()
        self.db.close()


def opened(settings: Settings, clock: Clock | None = None) -> Platform:
    """The platform of these settings, with its tables made."""
    db = Database(settings.database, settings.schema)
    db.create()
    return Platform(
        settings,
        db,
        FileStore(Path(settings.files)),
        clock or SystemClock(),
        httpx.Client(timeout=httpx.Timeout(30, connect=5), follow_redirects=False, trust_env=False),
    )
