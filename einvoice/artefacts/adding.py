"""Take in artefacts as their publisher hands them out: a folder, a zip file of any name (release, wheel, jar), a file.

    add(Path("2026_09_04_FNFE_SCHEMATRONS_FR_CTC_V1.4.0.04.zip"))
    add(Path("validator.jar"), only=("1.3.16",))

What is in it is recognised by file name and content, and copied into the user's data folder, from where it is used as
soon as it is the newest at the date of validation. A version comes from the catalogue (by sha256), the file itself, or
the folder that holds it. The name of a zip file is no version: a validator's jar of version 5 holds rules of any age.
A zip file in a zip file is opened too. Names in it are never trusted to stay inside a folder. Rules that cannot be
compiled are not kept, nor is unknown content in place of content that the catalogue knows under that version.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from einvoice.artefacts.catalogue import Entry, catalogue
from einvoice.artefacts.installed import (
    ADDED,
    UNSURE,
    Artefact,
    digest,
    installed,
    look_again,
    mains_of,
    needed_files,
    stated_version,
    user_folder,
)
from einvoice.bounded import run_bounded
from einvoice.disk import replace_file
from einvoice.errors import Unreadable, Unrecognised
from einvoice.schematron import EngineFailure, RuleError, compile_rules, read_rules

_SUFFIXES = {".sch", ".xsl", ".xslt", ".xsd", ".xml"}
MOST_FILES = 10_000
MOST_BYTES = 500_000_000
_ROOTS = {
    "rules": re.compile(rb"<(?:\w+:)?(?:schema|stylesheet|transform)\b"),
    "xsd": re.compile(rb"<(?:\w+:)?schema\b"),
}
_NAMESPACES = {
    "rules": (b"http://purl.oclc.org/dsdl/schematron", b"http://www.w3.org/1999/XSL/Transform"),
    "xsd": (b"http://www.w3.org/2001/XMLSchema",),
}
_ARCHIVES = {".zip", ".jar", ".whl"}
_ZIP = b"PK\x03\x04"
_SECONDS = 120.0  # to compile the rules of a file; the largest published ones take some five
_ANY_VERSION = re.compile(r"\d+(?:\.\d+)+")
_VERSION_FOLDER = re.compile(r"v?(\d+(?:\.\d+)+)", re.IGNORECASE)
_SAFE_NAME = re.compile(r"\w[\w+-]*(?:\.[\w+-]+)*")


Told = Literal["catalogue", "file", "folder", "user"]


@dataclass(frozen=True, slots=True)
class Added:
    """What was taken in."""

    artefact: Artefact
    replaced: bool  # whether another content was kept under the same version before


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Files that may be taken in, under this version; `told` is how it is known."""

    entry: Entry
    files: tuple[Path, ...]
    version: str  # "" where nothing tells it
    told: Told
    twice: str = ""  # where it is, if it is there with two contents


def add(
    source: Path, *, version: str | None = None, only: Collection[str] = (), known_only: bool = False
) -> tuple[Added, ...]:
    """Copy what is recognised in a folder or a zip file into the user's data folder.

    `version` names the version of files that neither the catalogue, they themselves nor their folder tells; `only`
    takes nothing but these ids or versions; `known_only` nothing but what the catalogue knows by its sha256.

    Raises `OSError` if nothing is there, `Unreadable` if it is no such source, is unsafe, or holds rules that cannot be
    compiled, and `Unrecognised` if nothing in it is known, or if it does not tell what to keep under which version.
    """
    if version is not None and not _SAFE_NAME.fullmatch(version):
        raise Unrecognised("EI-NO-ADD-07", {"found": version})
    alone = source.suffix.lower() in _SUFFIXES and source.is_file()
    with unpacked(source.parent if alone else source) as folder:
        there = [source] if alone else sorted(folder.rglob("*"))
        paths = [path for path in there if path.suffix.lower() in _SUFFIXES and path.is_file()]
        found = [each for entry in catalogue().values() for each in _candidates(entry, folder, paths, version)]
        chosen = [
            each
            for each in found
            if (not known_only or each.told == "catalogue") and (not only or {each.entry.id, each.version} & set(only))
        ]
        if not chosen:
            names = ", ".join(sorted({f"{each.entry.id} {each.version}".strip() for each in found}))
            raise Unrecognised(
                *(
                    ("EI-NO-ADD-09", {"file": source.name, "found": names})
                    if found
                    else ("EI-NO-ADD-01", {"file": source.name})
                )
            )
        for each in chosen:
            _is_sure(each)
            _try(each)
        return tuple(_keep(each) for each in chosen)


def remove(artefact_id: str, version: str | None = None) -> tuple[str, ...]:
    """Take added files away again: of one version, or all of that id. Returns the versions that are gone.

    Raises `KeyError` for an id that the catalogue does not have, `Unrecognised` where nothing of it was added.
    """
    folder = user_folder() / catalogue()[artefact_id].id
    there = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    gone = [path for path in there if version in (None, path.name)]
    if not gone:
        versions = ", ".join(path.name for path in there) or "—"
        raise Unrecognised("EI-NO-ADD-10", {"id": artefact_id, "version": version or "*", "found": versions})
    for path in gone:
        shutil.rmtree(path)
    look_again()
    return tuple(path.name for path in gone)


def begins_as_zip(source: Path) -> bool:
    """Whether a file begins as a zip file does, whole or torn."""
    with source.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


@contextmanager
def unpacked(source: Path) -> Iterator[Path]:
    """A release as a folder: itself, or what a zip file has in it.

    Raises `OSError` if nothing is there, `Unreadable` if it is neither, or unsafe.
    """
    if source.is_dir():
        yield source
        return
    if not begins_as_zip(source) and not zipfile.is_zipfile(source):
        raise Unreadable("EI-NO-ADD-02", {"file": str(source)})
    with tempfile.TemporaryDirectory(prefix="einvoice-") as temporary:
        folder = Path(temporary)
        count, size = _unzip(source, folder, _SUFFIXES | _ARCHIVES)
        for inner in sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ARCHIVES and path.is_file()):
            more = _unzip(inner, folder / "within" / inner.relative_to(folder), _SUFFIXES, count, size)
            count, size = count + more[0], size + more[1]
        yield folder


def _unzip(source: Path, folder: Path, suffixes: set[str], count: int = 0, size: int = 0) -> tuple[int, int]:
    """Write out the files of interest and say how many they are, and of which size.

    Their names must stay below the folder, and all of them, with the `count` of `size` before, below a limit.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            names = [member for member in archive.infolist() if not member.is_dir()]
            members = [member for member in names if PurePosixPath(member.filename).suffix.lower() in suffixes]
            announced = sum(member.file_size for member in members)
            if count + len(members) > MOST_FILES or size + announced > MOST_BYTES:
                raise Unreadable("EI-NO-ADD-03", {"file": source.name})
            for member in names:
                _write_member(archive, member, folder, suffixes)
            return len(members), announced
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("EI-NO-ADD-04", {"file": source.name, "detail": str(error)}) from error


def _write_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, suffixes: set[str]) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename or stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("EI-NO-ADD-05", {"file": str(archive.filename), "found": member.filename})
    if name.suffix.lower() not in suffixes:
        return
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as content, target.open("wb") as copy:
        left = member.file_size  # a zip file may lie about it: no more than announced is written
        while left > 0 and (part := content.read(min(left, 1 << 20))):
            left -= len(part)
            copy.write(part)


def _candidates(entry: Entry, folder: Path, paths: list[Path], given: str | None) -> Iterator[_Candidate]:
    """What may be kept of an artefact, one for each version: content that the catalogue knows first, then by name."""
    mains = [main for main in mains_of(entry, paths) if is_of_kind(main, entry.kind)]
    files = {main: needed_files(main, entry.kind, within=folder) for main in mains}
    known = {main: entry.known(digest(files[main])) for main in mains}
    chosen: dict[str, _Candidate] = {}
    unnamed = []
    for main in sorted(mains, key=lambda main: known[main] is None):
        published, stated = known[main], stated_version(entry, main)
        version: str | None
        told: Told
        version, told = (
            (published.version, "catalogue")
            if published
            else (stated, "file")
            if stated
            else (held, "folder")
            if (held := _version_of_folders(main, folder))
            else (given, "user")
        )
        if version is None:
            unnamed.append(main)
        elif not _SAFE_NAME.fullmatch(version):
            raise Unrecognised("EI-NO-ADD-07", {"found": version})
        else:
            first = chosen.setdefault(version, _Candidate(entry, files[main], version, told))
            if first.told != "catalogue" and _differ(first.files, files[main]):
                places = ", ".join(each.relative_to(folder).as_posix() for each in (first.files[0], main))
                chosen[version] = replace(first, twice=places)
    yield from chosen.values()
    if unnamed and not chosen:
        yield _Candidate(entry, files[unnamed[0]], "", "user")


def _differ(one: tuple[Path, ...], other: tuple[Path, ...]) -> bool:
    """Whether files of one name have two contents; a schema and the stylesheet made of it are two forms of one."""
    return one[0].name == other[0].name and digest(one) != digest(other)


def _version_of_folders(main: Path, folder: Path) -> str | None:
    """The version that the nearest folder is called by, or that the release's own folder has in its name."""
    for parent in main.relative_to(folder).parents:
        if found := _VERSION_FOLDER.fullmatch(parent.name):
            return found[1]
    numbers = _ANY_VERSION.findall(folder.resolve().name)
    return numbers[-1] if numbers else None


def is_of_kind(path: Path, kind: str) -> bool:
    """Whether a file is a rule set, or a schema, by its content."""
    head = path.read_bytes()[:65_536]
    return bool(_ROOTS[kind].search(head)) and any(namespace in head for namespace in _NAMESPACES[kind])


def _try(candidate: _Candidate) -> None:
    """Compile the rules: what cannot be would be `not_run` later, in place of a version that can."""
    if candidate.entry.kind != "rules" or candidate.told == "catalogue":
        return
    main, *_ = candidate.files
    try:
        run_bounded(_compile, tuple(candidate.files), seconds=_SECONDS)
    except (RuleError, EngineFailure, OSError) as error:
        raise Unreadable("EI-NO-ADD-08", {"file": main.name, "detail": str(error)}) from error


def _compile(files: tuple[Path, ...]) -> None:
    """Compile a rule set, the first of its files, in whichever process this is."""
    main = files[0]
    others = {path.resolve(): path for path in files}

    def opened(name: str) -> bytes:
        path = others.get((main.parent / name).resolve())
        if path is None:
            raise FileNotFoundError(name)
        return path.read_bytes()

    compile_rules(read_rules(main.name, main.read_bytes(), opened))


def _is_sure(candidate: _Candidate) -> None:
    """Refuse what has no version, or two contents; and an unknown one where one that the catalogue knows was added."""
    if not candidate.version:
        raise Unrecognised("EI-NO-ADD-06", {"file": candidate.files[0].name})
    facts = {"id": candidate.entry.id, "version": candidate.version, "found": candidate.twice}
    if candidate.twice:
        raise Unrecognised("EI-NO-ADD-12", facts)
    added = (each for each in installed(candidate.entry.id) if each.origin == ADDED)
    if candidate.told != "catalogue" and any(each.known and each.version == candidate.version for each in added):
        raise Unrecognised("EI-NO-ADD-13", facts)


def _keep(candidate: _Candidate) -> Added:
    """Copy the files below the data folder, aside first: another process sees all of them or none."""
    entry, files = candidate.entry, candidate.files
    target = user_folder() / entry.id / candidate.version
    target.parent.mkdir(parents=True, exist_ok=True)
    root = Path(os.path.commonpath([path.parent for path in files]))
    aside = Path(tempfile.mkdtemp(prefix=".adding-", dir=user_folder()))
    main_copy = target / files[0].relative_to(root)
    before = digest(needed_files(main_copy, entry.kind)) if main_copy.is_file() else None
    try:
        for path in files:
            copy = aside / "new" / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            replace_file(copy, path.read_bytes())
        if candidate.told == "folder":
            (aside / "new" / UNSURE).touch()
        if target.exists():
            target.rename(aside / "old")
        (aside / "new").rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    look_again()
    kept = needed_files(main_copy, entry.kind)
    added = Artefact(entry, kept, digest(kept), ADDED, candidate.version)
    return Added(added, replaced=before is not None and before != added.sha256)
