"""Whether a change of the directory (F13) follows its rules, and what the directory is afterwards.

    lines, findings = apply_update(update, lines_now, today=date(2026, 9, 10))
    [finding.rule for finding in findings]       # ["EI-G1.86"]: two lines of one address overlap

The public portal answers a change on the day after, line by line: accepted (400) or rejected (401). Nobody publishes
its checks in a form that can be run, so these are ours; each carries the number of the official sentence behind it.
The order of the lines counts: a line has to be closed or masked before another can take its place.

Only the portal knows whether a company or an establishment exists and is active (G1.96, G1.97), and whether a routing
code is (G1.92): that is not checked here. Which platforms are registered (G1.94) is checked when `platforms` says so.

Source: DGFiP external specifications v3.2, annex 3 (F13, DG-7) and annex 7 (G1.80 to G1.95, G1.112 to G1.115).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from einvoice.france.directory import DirectoryLine, definitions
from einvoice.france.directory_files import DirectoryUpdate, RoutingCode
from einvoice.identifiers import ROUTING_CODE, SIRET, Fault
from einvoice.report import Finding
from einvoice.rulebook import Language, Observation, in_words

__all__ = ["apply_update", "line_findings"]

RESERVED = ("9997", "9998", "9999")  # Chorus Pro sending, no platform, Chorus Pro receiving


def apply_update(
    update: DirectoryUpdate,
    existing: Iterable[DirectoryLine],
    *,
    today: date,
    platforms: frozenset[str] | None = None,
    language: Language = "fr",
) -> tuple[tuple[DirectoryLine, ...], tuple[Finding, ...]]:
    """The lines after the update, and what is wrong with it.

    `existing` are the lines in the directory now, at least those of the companies that the update names; `platforms`
    the matricules registered now, `None` if unknown. A line with an error changes nothing, as at the portal.
    """
    lines = {(str(line.address), line.start_date): line for line in definitions(existing)}
    told: list[Observation] = []
    for number, code in enumerate(update.routing_codes):
        told += _routing_code_observations(code, f"routing_codes[{number}].")
    for number, line in enumerate(update.lines):
        at = f"lines[{number}]."
        known = lines.get((str(line.address), line.start_date))
        # A line of a platform that is registered no longer may be closed, by whoever takes over from it (G1.94).
        closes = known is not None and known.platform == line.platform and line.end_date is not None
        found = [*_line_observations(line, today, at, None if closes else platforms)]
        found += _place_observations(line, tuple(lines.values()), today, at)
        told += found
        if any(each.severity == "error" for each in found):
            continue
        if line.nature == "M":
            del lines[str(line.address), line.start_date]
        else:
            lines[str(line.address), line.start_date] = line
    return definitions(lines.values()), in_words(told, language)


def observations_on_lines(update: DirectoryUpdate, today: date) -> tuple[Observation, ...]:
    """What is wrong with the lines of an update by themselves, not yet in words."""
    lines = enumerate(update.lines)
    return tuple(each for at, line in lines for each in _line_observations(line, today, f"lines[{at}].", None))


def line_findings(
    line: DirectoryLine,
    *,
    today: date,
    at: str = "",
    platforms: frozenset[str] | None = None,
    language: Language = "fr",
) -> tuple[Finding, ...]:
    """What is wrong with a line by itself; `at` stands before the field of each finding."""
    return in_words(_line_observations(line, today, at, platforms), language)


def _line_observations(
    line: DirectoryLine, today: date, at: str, platforms: frozenset[str] | None
) -> Iterator[Observation]:
    for fault in line.address.faults():
        yield _of_fault(fault, at + (fault.part or "siren"), fault.rule)
    if line.routing_identifier and line.routing_identifier_type not in (None, "0224"):
        yield _observation("G1.83", f"{at}routing_identifier_type", line.routing_identifier_type, "0224")
    if line.nature not in ("D", "M"):
        yield _observation("DT-7-2", f"{at}nature", line.nature, "D | M")
    if line.start_date is None:
        yield _observation("G1.87", f"{at}start_date", None, _tomorrow(today))
    elif line.end_date is not None and line.end_date <= line.start_date:
        yield _observation("G1.113", f"{at}end_date", line.end_date, f"> {line.start_date}")
    elif line.end_date is not None and line.end_date <= today:
        yield _observation("G1.88", f"{at}end_date", line.end_date, _tomorrow(today))
    if line.platform in RESERVED:
        yield _observation("G1.112", f"{at}platform", line.platform)
    elif not re.fullmatch(r"[0-9]{4}", line.platform or "") or (
        platforms is not None and line.platform not in platforms
    ):
        yield _observation("G1.94", f"{at}platform", line.platform)


def _place_observations(
    line: DirectoryLine, existing: tuple[DirectoryLine, ...], today: date, at: str
) -> Iterator[Observation]:
    """What is wrong with a line among those that are in the directory."""
    same = [other for other in existing if other.address == line.address]
    replaced = next((other for other in same if other.start_date == line.start_date), None)
    if line.nature == "M":
        if replaced is None or (replaced.end_date, replaced.platform) != (line.end_date, line.platform):
            yield _observation("G1.84", f"{at}nature", str(line.address))
        if line.start_date is not None and line.start_date <= today:
            yield _observation("G1.85", f"{at}start_date", line.start_date, _tomorrow(today))
        return
    if line.start_date is None or line.period is None:
        return
    if line.start_date <= today and (replaced is None or replaced.platform != line.platform):
        yield _observation("G1.87", f"{at}start_date", line.start_date, _tomorrow(today))
    for other in same:
        if other is not replaced and other.period is not None and line.period.overlap(other.period):
            since = f"{other.start_date} – {other.end_date or '…'}"
            yield _observation("G1.86", f"{at}start_date", line.start_date, address=str(line.address), since=since)


def _routing_code_observations(code: RoutingCode, at: str) -> Iterator[Observation]:
    if fault := SIRET.fault(code.siret or ""):
        yield _of_fault(fault, f"{at}siret", "G2.07")
    if fault := ROUTING_CODE.fault(code.routing_identifier or ""):
        yield _of_fault(fault, f"{at}routing_identifier", "G1.95")
    if code.routing_identifier_type not in (None, "0224"):
        yield _observation("G1.83", f"{at}routing_identifier_type", code.routing_identifier_type, "0224")


def _tomorrow(today: date) -> str:
    return f">= {today + timedelta(days=1)}"


def _observation(rule: str, field: str, found: object, expected: str | None = None, **values: str) -> Observation:
    text = "" if found is None else str(found)
    return _of_fault(Fault.of(f"EI-{rule}", text, expected, **values), field, rule)


def _of_fault(fault: Fault, field: str, rule: str) -> Observation:
    facts, wording = fault.said.facts, fault.said.id
    return Observation(f"EI-{rule}", fault.severity, "directory", facts, wording=wording, field=field)
