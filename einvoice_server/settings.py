"""How one platform, or the portal, runs: a value that is read from a JSON file and never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

__all__ = ["PORTAL", "Limits", "Peer", "Settings"]

PORTAL = "0000"  # the matricule of the public portal


@dataclass(frozen=True, slots=True)
class Peer:
    """Another platform, or the portal: where it is, and the key that envelopes between the two are signed with."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a client may ask for; None: as much as it wants."""

    per_minute: int | None = 60_000
    per_hour: int | None = None
    per_day: int | None = None
    per_month: int | None = None
    body: int = 100 * 2**20  # bytes of one request: what XP Z12-013 lets a flow have


@dataclass(frozen=True, slots=True)
class Settings:
    """One platform. `schema` is its own in a PostgreSQL database that several share."""

    name: str
    matricule: str
    application: str
    url: str
    database: str
    files: str
    schema: str | None = None
    peers: Mapping[str, Peer] = field(default_factory=dict)  # by matricule; the portal under PORTAL
    limits: Limits = field(default_factory=Limits)
    hosts: tuple[str, ...] = ()  # names under which it may be asked; empty: any
    webhook_networks: tuple[str, ...] = ()  # networks inside the house that webhooks may go to: 127.0.0.0/8
    sandbox: bool = False  # KYC and signature are played, the page opens without a token, the portal refuses on demand

    @property
    def is_portal(self) -> bool:
        """Whether this is the public portal, not a platform."""
        return self.matricule == PORTAL

    def write(self, path: Path) -> None:
        """Keep the settings in a file that only its owner reads, for it holds keys."""
        path.touch(mode=0o600)
        path.write_bytes(_JSON.dump_json(self))

    @classmethod
    def read(cls, path: Path) -> Settings:
        """The settings in a file."""
        return _JSON.validate_json(path.read_bytes())


_JSON = TypeAdapter(Settings)
