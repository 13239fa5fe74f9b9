"""Dates as the rules compare them: xs:date, xs:dateTime and the durations between them.

    to_date("2026-02-30")                     Fault: not a date
    to_date("2026-03-01") - to_date("2026-02-01")   Duration of 28 days

A date with a time zone is an instant; one without is taken as UTC, as the official tools do when they run in UTC.

Source: XML Schema Part 2, sections 3.2.7 to 3.2.9; XPath 2.0 Functions and Operators, section 10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from einvoice.schematron.xpath.memory import LONGEST, MOST
from einvoice.schematron.xpath.values import Fault, type_name
from einvoice.xml import SPACE

_ZONE = r"(?P<zone>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_DATE = re.compile(_DAY + _ZONE).fullmatch
_DATE_TIME = re.compile(
    _DAY + r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?" + _ZONE
).fullmatch
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<days>[0-9]{1,9})D)?"
    r"(?P<time>T(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,9}(?:\.[0-9]+)?)S)?)?"
).fullmatch


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """An xs:dayTimeDuration."""

    span: timedelta

    def __str__(self) -> str:
        seconds = Decimal(abs(self.span) // timedelta(microseconds=1)) / 1_000_000
        days, rest = divmod(seconds, 86400)
        hours, rest = divmod(rest, 3600)
        minutes, rest = divmod(rest, 60)
        time = "".join(f"{int(n)}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
        time += f"{rest.normalize():f}S" if rest else ""
        text = f"P{f'{int(days)}D' if days else ''}{f'T{time}' if time else ''}"
        return ("-" if self.span < timedelta(0) else "") + ("PT0S" if text == "P" else text)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A date, or a date and time: compared by the instant at which it begins."""

    start: datetime
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


class Date(Moment):
    """An xs:date."""

    __slots__ = ()


class DateTime(Moment):
    """An xs:dateTime."""

    __slots__ = ()


def to_date(value: Any) -> Date | None:
    """xs:date: '2026-02-28', with a time zone if wanted; also the day of a dateTime."""
    if value.__class__ is str and len(value) <= LONGEST:
        return _written_date(value)
    if value is None or isinstance(value, Date):
        return value
    if isinstance(value, DateTime):
        value = value.text[:10] + value.text[19:].lstrip(".0123456789")
    if not isinstance(value, str):
        raise Fault("XPTY0004", f"{type_name(value)} cannot be made a date")
    return _read_date(value)


def _read_date(value: str) -> Date:
    text = value.strip(SPACE)
    match = _DATE(text)
    if match is None:
        raise Fault("FORG0001", f"'{value[:60]}' is not a date", value)
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        return Date(datetime(day.year, day.month, day.day, tzinfo=_zone(match["zone"])), text)
    except (ValueError, OverflowError):
        raise Fault("FORG0001", f"'{value[:60]}' is not a date", value) from None


_written_date = lru_cache(maxsize=MOST)(_read_date)


def to_date_time(value: Any) -> DateTime | None:
    """xs:dateTime: '2026-02-28T12:00:00'; also the beginning of a date."""
    if value is None or isinstance(value, DateTime):
        return value
    if isinstance(value, Date):
        return DateTime(value.start, f"{value.text[:10]}T00:00:00{value.text[10:]}")
    if not isinstance(value, str):
        raise Fault("XPTY0004", f"{type_name(value)} cannot be made a date and time")
    text = value.strip(SPACE)
    match = _DATE_TIME(text)
    if match is None:
        raise Fault("FORG0001", f"'{value[:60]}' is not a date and time", value)
    try:
        parts = [int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second")]
        midnight = parts[3:] == [24, 0, 0] and not (match["fraction"] or "").strip(".0")
        if midnight:  # the end of the day, which is the beginning of the next
            parts[3] = 0
        microseconds = int(((match["fraction"] or ".")[1:] + "000000")[:6])
        start = datetime(*parts, microseconds, tzinfo=_zone(match["zone"]))  # type: ignore[arg-type,misc]  # six numbers
        if midnight:
            start += timedelta(days=1)
            text = start.replace(tzinfo=None).isoformat() + (match["zone"] or "")
        return DateTime(start, text)
    except (ValueError, OverflowError):
        raise Fault("FORG0001", f"'{value[:60]}' is not a date and time", value) from None


def to_duration(value: Any) -> Duration | None:
    """xs:dayTimeDuration: 'P30D', 'PT12H'."""
    if value is None or isinstance(value, Duration):
        return value
    if not isinstance(value, str):
        raise Fault("XPTY0004", f"{type_name(value)} cannot be made a duration")
    match = _DURATION(value.strip(SPACE))
    if match is None or match["time"] == "T" or not any(match[n] for n in ("days", "hours", "minutes", "seconds")):
        raise Fault("FORG0001", f"'{value[:60]}' is not a duration in days and time", value)
    whole = timedelta(days=int(match["days"] or 0), hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    span = whole + timedelta(microseconds=int(Decimal(match["seconds"] or 0) * 1_000_000))
    return Duration(-span if match["sign"] else span)


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    assert text is not None  # noqa: S101  for the type checker
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def shift(moment: Moment, duration: Duration) -> Moment:
    """A date or dateTime, later by a duration."""
    try:
        start = moment.start + duration.span
    except OverflowError:
        raise Fault("FODT0001", "a date beyond the year 9999") from None
    if isinstance(moment, Date):
        start = start.replace(hour=0, minute=0, second=0, microsecond=0)
        return type(moment)(start, start.date().isoformat() + moment.text[10:])
    zone = moment.text[19:].lstrip(".0123456789")
    return type(moment)(start, start.replace(tzinfo=None).isoformat() + zone)
