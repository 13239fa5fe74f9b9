"""What the public portal must be told: noted with what caused it, and promised in the same transaction."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection

from einvoice_server import jobs
from einvoice_server.platform import Platform
from einvoice_server.tables import duty
from einvoice_server.tx import insert_later, made_id

__all__ = ["owe"]


def owe(
    platform: Platform,
    tx: Connection,
    client_id: str,
    object_id: str,
    kind: Literal["status", "flux1", "report", "directory"],
    *,
    name: str,
    data: bytes,
    deadline: int,
    key: str = "",
    answer: str | None = None,
) -> None:
    """A file that the portal must have by the deadline; `key` tells it from others of the object and kind, for what is
    owed twice is sent once. Without data nothing can be told, and `answer` says why; else it is told beside the file.
    """
    duty_id = made_id("du", object_id, kind, key)
    insert_later(
        tx,
        duty,
        id=duty_id,
        client_id=client_id,
        object_id=object_id,
        kind=kind,
        name=name,
        sha=platform.files.put(tx, data) if data else None,
        deadline=deadline,
        done=None if data else platform.now,
        answer=answer,
    )
    if data:
        jobs.add(tx, platform.now, "portal", duty_id)
