"""Files by their content: what was stored once is never changed, and stored no second time.

Small files lie in the database, so that they are written with the row that speaks of them; large ones in a folder,
complete and on the disk before the database knows of them. Two methods: another store needs no more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

from sqlalchemy import Connection, select

from einvoice_server.tables import file
from einvoice_server.tx import insert_once

__all__ = ["FileStore", "sha256"]

_SMALL = 64 * 1024
_KEPT = 256


def sha256(data: bytes) -> str:
    """What a file is called here."""
    return hashlib.sha256(data).hexdigest()


class FileStore:
    """Files in the database and in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._recent: OrderedDict[str, bytes] = OrderedDict()  # small files are wanted again soon, and never change

    def put(self, tx: Connection, data: bytes) -> str:
        """Store the bytes, with the transaction. Returns their name."""
        name = sha256(data)
        small = len(data) <= _SMALL
        if not small:
            self._write(name, data)
        insert_once(tx, file, sha=name, size=len(data), data=data if small else None)
        if small:
            self._remember(name, data)
        return name

    def get(self, tx: Connection, name: str) -> bytes:
        """The bytes of that name. Raises `FileNotFoundError`."""
        known = self._recent.get(name)
        if known is not None:
            return known
        row = tx.execute(select(file.c.data).where(file.c.sha == name)).one_or_none()
        if row is None:
            raise FileNotFoundError(name)
        if row.data is None:
            return self._path(name).read_bytes()
        self._remember(name, bytes(row.data))
        return bytes(row.data)

    def _remember(self, name: str, data: bytes) -> None:
        self._recent[name] = data
        while len(self._recent) > _KEPT:
            try:
                self._recent.popitem(last=False)
            except KeyError:  # another thread was quicker
                return

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _write(self, name: str, data: bytes) -> None:
        path = self._path(name)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
