"""Transactions on SQLite and PostgreSQL, told apart here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, case, create_engine, event, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from einvoice_server.tables import client, counter, metadata

__all__ = [
    "Database",
    "change",
    "find",
    "insert_later",
    "insert_once",
    "inserted",
    "made_id",
    "new_id",
    "next_of",
    "one",
    "tick",
    "write_now",
]


_AT_ONCE = 1000


class Database:
    """One database. Readers never wait for writers; on SQLite writers wait for each other."""

    def __init__(self, url: str, schema: str | None = None) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # One connection more than threads that may want one: waiting for a connection would be waiting twice.
            self.engine = create_engine(parsed, connect_args={"timeout": 60}, pool_size=64, max_overflow=64)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            how = {"connect_timeout": "10"} | ({"options": f"-csearch_path={schema}"} if schema else {})
            self.engine = create_engine(parsed, connect_args=how, pool_size=16, max_overflow=48)
        self._schema = schema
        # SQLite lets one write at a time and makes others sleep: the threads of a process wait in line instead.
        self._turn = threading.Lock() if self.is_sqlite else nullcontext()

    def create(self) -> None:
        """Make the tables that are missing."""
        if not self.is_sqlite and self._schema:
            with self.engine.begin() as connection:
                connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"'))
        metadata.create_all(self.engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect().execution_options(reads=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: on the disk when it ends, or undone."""
        with self._turn, self.engine.begin() as connection:
            try:
                yield connection
                write_now(connection)
            finally:
                connection.info.clear()  # what `tick` and others remember, for this transaction only

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # this module begins transactions itself
    for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later could be refused when it wants to write: writers say so at once.
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def insert_once(tx: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one of its key is there already. Whether it was inserted."""
    return tx.execute(_insert(tx.dialect.name, table), values).rowcount > 0


def insert_later(tx: Connection, table: Table, **values: Any) -> None:
    """Insert a row unless one of its key is there already: at the end of the transaction, all of a table at once, for
    each statement costs more than what it writes. `write_now` does it before somebody looks.
    """
    tx.info.setdefault("later", {}).setdefault((table, tuple(values)), []).append(values)


def write_now(tx: Connection) -> None:
    """Write what was left for later, in the order of the keys, so that two transactions never wait for each other."""
    later: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = tx.info.pop("later", {})
    for (table, _), rows in later.items():
        key = table.primary_key.columns[0].name
        tx.execute(_insert(tx.dialect.name, table), sorted(rows, key=lambda row: str(row[key])))


def inserted(tx: Connection, table: Table, **values: Any) -> Row[Any] | None:
    """The row as it was inserted, or `None` where one of its key is there already."""
    return tx.execute(_insert_returning(tx.dialect.name, table), values).one_or_none()


@cache
def _insert_returning(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).returning(table)


@cache
def _insert(dialect: str, table: Table) -> Any:
    made = (sqlite if dialect == "sqlite" else postgresql).insert(table).on_conflict_do_nothing()
    return made.execution_options(preserve_rowcount=True)


def find(tx: Connection, table: Table, **wanted: Any) -> Row[Any] | None:
    """The row of a table whose columns have these values, or `None`."""
    return tx.execute(_select(table, *wanted), wanted).one_or_none()


def one(tx: Connection, table: Table, **wanted: Any) -> Row[Any]:
    """The row of a table that has these values and is there."""
    return tx.execute(_select(table, *wanted), wanted).one()


@cache
def _select(table: Table, *names: str) -> Any:
    return select(table).where(*(table.c[name] == bindparam(name) for name in names))


def change(tx: Connection, table: Table, row_id: str, **values: Any) -> None:
    """Give a row other values."""
    tx.execute(_update(table), {"row_id": row_id, **values})


@cache
def _update(table: Table) -> Any:
    return update(table).where(table.c.id == bindparam("row_id"))


def tick(tx: Connection, client_id: str, now: int) -> int:
    """A number greater than all that the client has seen, near the time. Its row stays locked until the transaction
    ends, so that numbers appear in their order. A transaction takes a thousand at once: the client's next one begins
    a millisecond later.
    """
    taken: dict[str, tuple[int, int]] = tx.info.setdefault("ticks", {})
    value, last = taken.get(client_id, (0, 0))
    if value >= last:
        last = int(tx.execute(_TICK, {"of": client_id, "now": now}).scalar_one())
        value = last - _AT_ONCE
    taken[client_id] = (value + 1, last)
    return value + 1


_TICK = (
    update(client)
    .where(client.c.id == bindparam("of"))
    .values(tick=case((client.c.tick >= bindparam("now"), client.c.tick), else_=bindparam("now")) + _AT_ONCE)
    .returning(client.c.tick)
)


def next_of(tx: Connection, name: str) -> int:
    """The next number of a series, never given twice."""
    grown = update(counter).where(counter.c.name == name).values(value=counter.c.value + 1).returning(counter.c.value)
    value = tx.execute(grown).scalar()
    if value is None:
        insert_once(tx, counter, name=name, value=0)
        value = tx.execute(grown).scalar_one()
    return int(value)


def new_id(prefix: str) -> str:
    """An id that nobody can guess."""
    return f"{prefix}_{secrets.token_hex(12)}"


def made_id(prefix: str, *parts: str) -> str:
    """An id from content: made twice, it is the same, and what it names is stored once."""
    return f"{prefix}_{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]}"
