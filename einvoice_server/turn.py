"""What follows from the clock alone: mandates begin and end, the directory is read, reports are filed."""

from __future__ import annotations

import time

import httpx
from sqlalchemy import Connection, delete, select

import einvoice as ei
from einvoice.france import directory, directory_files
from einvoice_server import intake, mandate_life, reports
from einvoice_server.platform import Platform
from einvoice_server.settings import PORTAL
from einvoice_server.tables import counter, line, unit
from einvoice_server.tx import insert_once, made_id

__all__ = ["Turns", "read_directory"]

_EVERY, _AFTER_FAILURE = 0.25, 5  # seconds, whatever the clock of the platform says


class Turns:
    """When the next look at the clock is."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._next = 0.0
        self.taken = 0
        self._reported: dict[str, tuple[str, int]] = {}  # client: the day and the record up to which reports are made

    def take(self) -> None:
        """Look at the clock, unless that was done just now."""
        platform = self._platform
        if platform.settings.is_portal or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _AFTER_FAILURE
        with platform.db.write() as tx:
            mandate_life.by_the_clock(platform, tx)
        if read_directory(platform):
            with platform.db.write() as tx:
                intake.transmit_waiting(platform, tx)
        reports.file_due(platform, self._reported)
        self._next = time.monotonic() + _EVERY
        self.taken += 1


def read_directory(platform: Platform) -> bool:
    """Fetch the directory from the portal if it changed. Whether it did; a portal that is away changes nothing."""
    portal = platform.settings.peers.get(PORTAL)
    if portal is None:
        return False
    with platform.db.read() as tx:
        known = tx.execute(select(counter.c.value).where(counter.c.name == "directory")).scalar() or 0
    try:
        answer = platform.http.get(f"{portal.url}/directory.xml", headers={"If-None-Match": f'"{known}"'})
    except httpx.HTTPError:
        return False
    if answer.status_code != 200:
        return False
    export = ei.parse(answer.content)
    if not isinstance(export, directory_files.DirectoryExport):
        return False
    with platform.db.write() as tx:
        keep_directory(tx, export, int(answer.headers["ETag"].strip('"')))
    return True


def keep_directory(tx: Connection, export: directory_files.DirectoryExport, version: int) -> None:
    """The directory is what the export says, and nothing else."""
    for table in (line, unit):
        tx.execute(delete(table))
    for each in export.legal_units:
        nature = "Public" if each.entity_type == "P" else "Private"
        insert_once(tx, unit, siren=each.siren, name=each.name, nature=nature)
    for row in export.lines:
        keep_line(tx, row)
    tx.execute(delete(counter).where(counter.c.name == "directory"))
    insert_once(tx, counter, name="directory", value=version)


def keep_line(tx: Connection, row: directory.DirectoryLine) -> None:
    """One line of the directory."""
    address = str(row.address)
    insert_once(
        tx,
        line,
        id=made_id("li", address, str(row.start_date), str(row.platform)),
        address=address,
        siren=row.siren or row.address.siren,
        siret=row.siret,
        content=row.model_dump_json(exclude_none=True),
    )
