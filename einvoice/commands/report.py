"""`einvoice report`: e-reports of a company, their calendar, and what changed between two of them.

einvoice report make books.json --year 2026 -o reports/
einvoice report make --from ventes.csv --from achats.xlsx --siren 100000009 --name "VENDEUR EXEMPLE" --platform 0123
    --regime real_normal_monthly --year 2026 -o reports/
einvoice report calendar real_normal_monthly 2026 --format ics -o deadlines.ics
einvoice report diff sent.xml replacing.xml
"""

from __future__ import annotations

import argparse

from einvoice.api import parse
from einvoice.commands.deadlines import FORMATS, calendar
from einvoice.commands.filing import WORDS, make
from einvoice.commands.inputs import read_document
from einvoice.commands.language import said
from einvoice.commands.output import INVALID, VALID, add_verb, common_arguments, language_argument, write
from einvoice.commands.types import year
from einvoice.errors import Unrecognised
from einvoice.france.ereporting.calendar import REGIMES, SIZES
from einvoice.france.ereporting.changes import changes
from einvoice.france.ereporting.columns import TABLES, template
from einvoice.france.ereporting.report import EReport

_REGIMES = {
    "real_normal_monthly": "réel normal, mensuel",
    "real_normal_quarterly": "réel normal, trimestriel",
    "simplified": "réel simplifié",
    "franchise": "franchise en base",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    names = ", ".join(f"{name} ({french})" for name, french in _REGIMES.items())
    regimes = said("VAT regime: {names}", names=names)
    making = add_verb(verbs, "make", "write all e-reports of a year from the books of a company", make)
    making.add_argument(
        "books", metavar="BOOKS.json", nargs="?", help="the books; `einvoice schema books` tells their form"
    )
    tables = "a table of sales, purchases or receipts: CSV, or XLSX, XLS, ODS with the extra `tables`; may be repeated"
    making.add_argument("--from", dest="tables", action="append", default=[], metavar="TABLE", help=tables)
    making.add_argument("--siren", metavar="SIREN", help="without BOOKS.json: whose books these are")
    making.add_argument("--name", metavar="NAME", help="without BOOKS.json: the name of that company")
    making.add_argument(
        "--platform", metavar="MATRICULE", help="without BOOKS.json: the platform that files, such as 0123"
    )
    making.add_argument("--year", metavar="YEAR", type=year, required=True, help="the year of the periods")
    making.add_argument(
        "--regime",
        choices=REGIMES,
        metavar="REGIME",
        help=said("{regimes}; default: as the books say", regimes=regimes),
    )
    language_argument(making)
    making.add_argument("-o", "--output", metavar="FOLDER", required=True, help="where the reports are written")
    form = add_verb(
        verbs, "template", "a table to fill in, for --from: CSV with its headings and an example", _template
    )
    form.add_argument("table", choices=tuple(TABLES))
    common_arguments(form)
    dated = add_verb(verbs, "calendar", "the periods of a VAT regime, and when each must be filed", calendar)
    dated.add_argument("regime", choices=REGIMES, metavar="REGIME", help=regimes)
    dated.add_argument("year", type=year, metavar="YEAR")
    sizes = "size of the company, which says since when it must report (default: as companies of the regime are)"
    dated.add_argument("--size", choices=SIZES, help=sizes)
    dated.add_argument("--format", choices=FORMATS, default="text", help="ics is for calendar programs")
    common_arguments(dated)
    diff = add_verb(verbs, "diff", "what differs between two e-reports; exit status 1 if anything does", _diff)
    diff.add_argument("sent", metavar="A.xml", help="the report that was sent")
    diff.add_argument("other", metavar="B.xml", help="the one to compare with")
    common_arguments(diff)


def _template(options: argparse.Namespace) -> int:
    write(options, template(options.table, options.lang))
    return VALID


def _diff(options: argparse.Namespace) -> int:
    found = changes(_report(options.sent), _report(options.other))
    lines = [f"{change.place}  {change.sent or '—'} → {change.now or '—'}\n" for change in found]
    write(options, "".join(lines) or f"{WORDS[options.lang]['none']}\n")
    return INVALID if found else VALID


def _report(name: str) -> EReport:
    found = parse(read_document(name))
    if not isinstance(found, EReport):
        raise Unrecognised("EI-NO-INPUT-04", {"file": name})
    return found
