"""What `einvoice report calendar` does: the deadlines of a year as a table, as JSON, or for a calendar program.

Source of the last form: RFC 5545 (iCalendar), §3.1 (lines), §3.6.1 (events).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator

from einvoice.commands.language import said, shown_day
from einvoice.commands.output import VALID, say, table, write
from einvoice.france.ereporting.calendar import (
    SIMPLIFIED_ABOLISHED,
    ReportingPeriod,
    deadlines,
    obliged_since,
)

FORMATS = ("text", "json", "ics")
_LONGEST = 75  # bytes of a line of iCalendar


def calendar(options: argparse.Namespace) -> int:
    """Write the deadlines; what the law changes in that year is said beside them."""
    since = obliged_since(options.regime, options.size)
    found = deadlines(options.regime, options.year, since=since)
    if since.year >= options.year:
        say(said("e-reporting begins on {day} for this company", day=shown_day(since)))
    if options.regime == "simplified" and options.year >= SIMPLIFIED_ABOLISHED.year:
        say(
            said(
                "the simplified regime ends on {day}; only a financial year that began before goes on to its end",
                day=shown_day(SIMPLIFIED_ABOLISHED),
            )
        )
    writers = {"text": _text, "json": _json, "ics": ics}
    write(options, writers[options.format](found))
    return VALID


def _text(found: tuple[ReportingPeriod, ...]) -> str:
    rows = [
        (f"{shown_day(each.start)} – {shown_day(each.end)}", said(each.content), f"{said('due')} {shown_day(each.due)}")
        for each in found
    ]
    return table(rows) if rows else ""


def _json(found: tuple[ReportingPeriod, ...]) -> str:
    rows = [
        {
            "content": each.content,
            "start": each.start.isoformat(),
            "end": each.end.isoformat(),
            "due": each.due.isoformat(),
            "closes_at": each.closes_at.isoformat(),
        }
        for each in found
    ]
    return json.dumps(rows, indent=2) + "\n"


def ics(found: Iterable[ReportingPeriod]) -> str:
    """A day for each deadline. The same period has the same identifier in every file, so that a calendar updates it."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//einvoice//e-reporting//FR"]
    for each in found:
        lines += _event(each)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(period: ReportingPeriod) -> list[str]:
    period_named = f"{period.start:%d/%m/%Y} – {period.end:%d/%m/%Y}"
    return [
        "BEGIN:VEVENT",
        f"UID:{period.content}-{period.start:%Y%m%d}-{period.end:%Y%m%d}@e-reporting.einvoice",
        f"DTSTAMP:{period.end:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{period.due:%Y%m%d}",
        f"SUMMARY:{said('e-reporting to file: {content}', content=said(period.content))}\\, {period_named}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _folded(line: str) -> Iterator[str]:
    """A line in parts of 75 bytes; the following ones begin with a blank, and no character is cut."""
    part = ""
    for character in line:
        if len((part + character).encode()) > _LONGEST:
            yield part
            part = " "
        part += character
    yield part
