"""Usage: calls counted by client, endpoint and hour, and limits on them.

Counts are gathered in memory and written every second: what a process that is killed had not written yet is lost, for a
count is no promise. Limits of a minute are a process's own; those of an hour, a day and a month are everybody's.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

from sqlalchemy import func, select, update
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from einvoice_server.errors import Refused
from einvoice_server.platform import Platform
from einvoice_server.tables import usage
from einvoice_server.tx import insert_once

__all__ = ["Meter", "Metered"]

HOUR = 3600 * 1_000_000
_SPANS = {"per_hour": HOUR, "per_day": 24 * HOUR, "per_month": 30 * 24 * HOUR}


@dataclass(slots=True)
class Count:
    """Calls that are not written yet."""

    calls: int = 0
    good: int = 0
    bad: int = 0
    micros: int = 0


class Meter:
    """Counts for one process."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str, str, int], Count] = {}
        self._recent: dict[str, deque[int]] = {}
        self._written = 0.0

    def count(self, client_id: str, endpoint: str, method: str, status: int, took: int) -> None:
        """One call."""
        key = (client_id, endpoint[:200], method, self._platform.now // HOUR)
        with self._lock:
            found = self._counts.setdefault(key, Count())
            found.calls += 1
            found.good += 200 <= status < 300
            found.bad += status >= 400
            found.micros += took
        if time.monotonic() - self._written > 1:
            self.write()

    def write(self) -> None:
        """Write what was counted."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._written = time.monotonic()
        if not counts:
            return
        with self._platform.db.write() as tx:
            for (client_id, endpoint, method, hour), found in sorted(counts.items()):
                key = {"client_id": client_id, "endpoint": endpoint, "method": method, "hour": hour}
                insert_once(tx, usage, **key, calls=0, good=0, bad=0, micros=0)
                tx.execute(
                    update(usage)
                    .filter_by(**key)
                    .values(
                        calls=usage.c.calls + found.calls,
                        good=usage.c.good + found.good,
                        bad=usage.c.bad + found.bad,
                        micros=usage.c.micros + found.micros,
                    )
                )

    def over(self, client_id: str) -> int | None:
        """How many seconds a client must wait that has asked for too much; `None` for one that has not."""
        limits, now = self._platform.settings.limits, self._platform.now
        if limits.per_minute is not None:
            with self._lock:
                recent = self._recent.setdefault(client_id, deque())
                while recent and recent[0] <= now - 60_000_000:
                    recent.popleft()
                if len(recent) >= limits.per_minute:
                    return max(1, (recent[0] + 60_000_000 - now) // 1_000_000)
                recent.append(now)
        for name, span in _SPANS.items():
            limit = getattr(limits, name)
            if limit is not None and self._calls(client_id, (now - span) // HOUR) >= limit:
                return 3600
        return None

    def _calls(self, client_id: str, since: int) -> int:
        wanted = select(func.sum(usage.c.calls)).where(usage.c.client_id == client_id, usage.c.hour > since)
        with self._platform.db.read() as tx:
            written = tx.execute(wanted).scalar() or 0
        with self._lock:
            return int(written) + sum(each.calls for key, each in self._counts.items() if key[0] == client_id)


class Metered:
    """An application whose requests are counted, and refused where they are too large."""

    def __init__(self, app: ASGIApp, meter: Meter, largest: int) -> None:
        self._app, self._meter, self._largest = app, meter, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter_ns(), 500
        scope.setdefault("state", {})
        length = dict(scope["headers"]).get(b"content-length", b"0")
        size = int(length) if length.isdigit() and int(length) > self._largest else 0

        async def measured() -> Message:
            nonlocal size
            message = await receive() if size <= self._largest else {}
            size += len(message.get("body", b""))
            if size > self._largest:
                raise Refused(413, "the request is too large", {"Connection": "close"})
            return message

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._app(scope, measured, watched)
        client_id = scope["state"].get("client_id")
        if client_id is not None:
            endpoint = str(getattr(scope.get("route"), "path", scope["path"]))
            took = (time.perf_counter_ns() - started) // 1000
            await run_in_threadpool(self._meter.count, str(client_id), endpoint, scope["method"], status, took)
