"""Times: microseconds since 1970 in the database, UTC towards programs, French legal time where the law counts days."""

from __future__ import annotations

import datetime as dt
import time
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["Clock", "FakeClock", "SystemClock", "from_legal", "iso", "legal", "micros", "moment"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PARIS = ZoneInfo("Europe/Paris")
_MICROSECOND = dt.timedelta(microseconds=1)


class Clock(Protocol):
    """What tells the time: the machine's, or one that a test sets."""

    def now(self) -> int:
        """Microseconds since 1970."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1000


class FakeClock:
    """A clock that goes only when told."""

    def __init__(self, at: dt.datetime) -> None:
        self._now = micros(at)

    def now(self) -> int:
        """Microseconds since 1970; a little later at every look, as a real clock is."""
        self._now += 1
        return self._now

    def advance(self, by: dt.timedelta) -> None:
        """Let time pass."""
        self._now += by // _MICROSECOND


def micros(at: dt.datetime) -> int:
    """A time with a zone as microseconds; one without is taken for UTC."""
    return ((at if at.tzinfo else at.replace(tzinfo=dt.UTC)) - _EPOCH) // _MICROSECOND


def moment(now: int) -> dt.datetime:
    """Microseconds as a time in UTC."""
    return _EPOCH + now * _MICROSECOND


def iso(now: int) -> str:
    """Microseconds as programs read them, with all six digits, so that texts sort as times do."""
    return moment(now).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def legal(now: int) -> dt.datetime:
    """Microseconds as the clock on a French wall shows them."""
    return moment(now).astimezone(_PARIS).replace(tzinfo=None, microsecond=0)


def from_legal(at: dt.datetime) -> int:
    """French legal time as microseconds."""
    return micros(at.replace(tzinfo=_PARIS))
