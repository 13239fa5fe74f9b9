"""Files by their content: what was stored once is never changed, and stored no second time.

Small files lie in the database, so that they are written with the row that speaks of them; large ones in a folder,
complete and on the disk before the database knows of them. Two methods: another store needs no more.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import Connection

from einvoice_server.tables import file
from einvoice_server.tx import find, insert_later, write_now

__all__ = ["SMALL", "FileStore", "Recent", "sha256"]

SMALL = 64 * 1024  # bytes of a file that lies in the database, and is remembered for a while
_KEPT = 1024  # small files, and what they say, are wanted again soon: by the statuses of an invoice
_T = TypeVar("_T")


def sha256(data: bytes) -> str:
    """What a file is called here."""
    return hashlib.sha256(data).hexdigest()


class Recent(Generic[_T]):
    """The last values that were kept or asked for, by what they are called."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, _T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> _T | None:
        """The value of that name, if it is still remembered."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def keep(self, name: str, value: _T) -> None:
        """Remember a value, and forget the oldest."""
        with self._lock:
            self._values[name] = value
            if len(self._values) > _KEPT:
                self._values.popitem(last=False)


class FileStore:
    """Files in the database and in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._recent: Recent[bytes] = Recent()

    def put(self, tx: Connection, data: bytes) -> str:
        """Store the bytes, with the transaction. Returns their name."""
        name = sha256(data)
        small = len(data) <= SMALL
        if not small:
            self._write(name, data)
        insert_later(tx, file, sha=name, size=len(data), data=data if small else None)
        if small:
            self._recent.keep(name, data)
        return name

    def get(self, tx: Connection, name: str) -> bytes:
        """The bytes of that name. Raises `FileNotFoundError`."""
        known = self._recent.get(name)
        if known is not None:
            return known
        write_now(tx)
        row = find(tx, file, sha=name)
        if row is None:
            raise FileNotFoundError(name)
        if row.data is None:
            return self._path(name).read_bytes()
        self._recent.keep(name, bytes(row.data))
        return bytes(row.data)

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
