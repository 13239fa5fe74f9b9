"""Take in artefacts as their publisher hands them out: a folder or a zip file.

    add(Path("2026_09_04_FNFE_SCHEMATRONS_FR_CTC_V1.4.0.04.zip"))

What is in it is recognised by file name and content, and copied into the user's data folder, from where it is used as
soon as it is the newest at the date of validation. Names in a zip file are never trusted to stay inside a folder.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from einvoice.artefacts.catalogue import Entry, catalogue
from einvoice.artefacts.installed import Artefact, digest, mains_of, needed_files, stated_version, user_folder
from einvoice.errors import Unreadable, Unrecognised

_SUFFIXES = {".sch", ".xsl", ".xslt", ".xsd", ".xml"}
_MOST_FILES = 10_000
_MOST_BYTES = 500_000_000
_ROOTS = {
    "rules": re.compile(rb"<(?:\w+:)?(?:schema|stylesheet|transform)\b"),
    "xsd": re.compile(rb"<(?:\w+:)?schema\b"),
}
_NAMESPACES = {
    "rules": (b"http://purl.oclc.org/dsdl/schematron", b"http://www.w3.org/1999/XSL/Transform"),
    "xsd": (b"http://www.w3.org/2001/XMLSchema",),
}
_ANY_VERSION = re.compile(r"\d+(?:\.\d+)+")
_SAFE_NAME = re.compile(r"[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Added:
    """What was taken in."""

    artefact: Artefact
    replaced: bool  # whether another content was kept under the same version before


def add(source: Path, *, version: str | None = None) -> tuple[Added, ...]:
    """Copy what is recognised in a folder or a zip file into the user's data folder.

    `version` names the version of files that neither the catalogue nor they themselves tell.
    Raises `Unreadable` if the source is neither, or is unsafe, and `Unrecognised` if nothing in it is known, or if a
    version is needed.
    """
    with _unpacked(source) as folder:
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _SUFFIXES and path.is_file()]
        chosen = [
            (entry, files, label)
            for entry in catalogue().values()
            for label, files in _choose(entry, folder, paths, version or _version_of_name(source)).items()
        ]
        if not chosen:
            raise Unrecognised("EI-NO-ADD-01", {"file": source.name})
        return tuple(_keep(*each) for each in chosen)


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    if not source.is_file() or not zipfile.is_zipfile(source):
        raise Unreadable("EI-NO-ADD-02", {"file": str(source)})
    with tempfile.TemporaryDirectory(prefix="einvoice-") as folder:
        _unzip(source, Path(folder))
        yield Path(folder)


def _unzip(source: Path, folder: Path) -> None:
    """Write out the files of interest. Their names must stay below the folder, and their sizes below a limit."""
    try:
        with zipfile.ZipFile(source) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _MOST_BYTES:
                raise Unreadable("EI-NO-ADD-03", {"file": source.name})
            for member in members:
                _write_member(archive, member, folder)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Unreadable("EI-NO-ADD-04", {"file": source.name, "detail": str(error)}) from error


def _write_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename or stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("EI-NO-ADD-05", {"file": str(archive.filename), "found": member.filename})
    if name.suffix.lower() not in _SUFFIXES:
        return
    target = folder.joinpath(*name.parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as content, target.open("wb") as copy:
        left = member.file_size  # a zip file may lie about it: no more than announced is written
        while left > 0 and (part := content.read(min(left, 1 << 20))):
            left -= len(part)
            copy.write(part)


def _choose(entry: Entry, folder: Path, paths: list[Path], fallback: str | None) -> dict[str, tuple[Path, ...]]:
    """The files to keep for an artefact, by version: content that the catalogue knows first, then by name."""
    chosen: dict[str, tuple[Path, ...]] = {}
    candidates = []
    for main in mains_of(entry, paths):
        if _is_of_kind(main, entry.kind):
            files = needed_files(main, entry.kind, within=folder)
            candidates.append((main, files, entry.known(digest(files))))
    for main, files, known in sorted(candidates, key=lambda candidate: candidate[2] is None):
        label = known.version if known else stated_version(entry, main) or fallback
        if label is None:
            raise Unrecognised("EI-NO-ADD-06", {"file": main.name})
        if not _SAFE_NAME.fullmatch(label):
            raise Unrecognised("EI-NO-ADD-07", {"found": label})
        chosen.setdefault(label, files)
    return chosen


def _is_of_kind(path: Path, kind: str) -> bool:
    head = path.read_bytes()[:65_536]
    return bool(_ROOTS[kind].search(head)) and any(namespace in head for namespace in _NAMESPACES[kind])


def _version_of_name(source: Path) -> str | None:
    found = _ANY_VERSION.findall(source.resolve().name.removesuffix(".zip"))
    return found[-1] if found else None


def _keep(entry: Entry, files: tuple[Path, ...], label: str) -> Added:
    """Copy the files below the data folder, aside first: another process sees all of them or none."""
    target = user_folder() / entry.id / label
    target.parent.mkdir(parents=True, exist_ok=True)
    root = Path(os.path.commonpath([path.parent for path in files]))
    aside = Path(tempfile.mkdtemp(prefix=".adding-", dir=user_folder()))
    for path in files:
        copy = aside / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    main_copy = target / files[0].relative_to(root)
    before = digest(needed_files(main_copy, entry.kind)) if main_copy.is_file() else None
    if target.exists():
        shutil.rmtree(target)
    aside.rename(target)
    kept = needed_files(main_copy, entry.kind)
    added = Artefact(entry, kept, digest(kept), "added", label)
    return Added(added, replaced=before is not None and before != added.sha256)
