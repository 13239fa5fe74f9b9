"""`einvoice validate`: validate documents by the official rules."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from einvoice import __version__
from einvoice.artefacts.installed import needed_files
from einvoice.commands.files import report_on
from einvoice.commands.inputs import STDIN, documents, read_document
from einvoice.commands.output import STATUSES, VALID, WRONG_USAGE, common_arguments, say, say_missing_folder, write
from einvoice.commands.types import day, processes, seconds
from einvoice.errors import EInvoiceError
from einvoice.model import Invoice
from einvoice.report import DocumentReport, Report, worst
from einvoice.reporting import FORMATS, Look, render
from einvoice.rulebook import Sentence, text
from einvoice.schematron import RuleError
from einvoice.validation.policy import HouseRules, Policy

_DOCUMENT_TYPE = re.compile(rb"\A\s*(?:<[?!][^>]*>\s*)*?<!DOCTYPE\s+(?:\w+:)?(\w+)")
_MOST_NAMED = 20  # files that are left out
_HEAD = 4_096  # bytes in which a document type stands
_ROOTS = (b"Invoice", b"CreditNote", b"CrossIndustryInvoice", b"CrossDomainAcknowledgementAndResponse", b"Report")
# What every document that einvoice validates holds somewhere: the names of its vocabularies.
_MARKS = (
    b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
    b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
    b"CrossIndustryInvoice",
    b"CrossDomainAcknowledgementAndResponse",
    b"ReportDocument",
    b"AnnuaireActualisation",
    b"AnnuaireConsultationF14",
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add = parser.add_argument
    add(
        "paths",
        nargs="+",
        metavar="PATH",
        help="invoice, message or draft (JSON): file, folder, glob, or - for standard input",
    )
    add("--direction", choices=("sending", "receiving"), default="sending", help="our side of the exchange")
    add("--date", type=day, metavar="YYYY-MM-DD", help="the day whose rules apply (default: today)")
    add("--rules", choices=("auto", "en16931", "fr"), default="auto", help="French rules: as needed, never, or always")
    add("--engine", choices=("auto", "compiled", "saxon", "both"), default="auto", help="what runs the rules")
    add("--overlay", choices=("off", "hint", "apply"), default="hint", help="known defects of published rules")
    severities = ("error", "warning", "information")
    add("--report-severity", choices=severities, default="error", help="of a Schematron report without flag")
    add("--time-limit", type=seconds, default=60.0, metavar="SECONDS", help="for one rule set in Saxon")
    add("--schematron", action="append", default=[], metavar="FILE", help="rules of your own, run after the others")
    buyers = "whether the buyers are French public bodies, which Chorus Pro invoices (default: by their SIREN)"
    add("--public-buyer", choices=("yes", "no"), help=buyers)
    add("--skip-unknown", action="store_true", help="leave out what is recognised as something else")
    add("--format", choices=FORMATS, default="text")
    add("--jobs", type=processes, default=1, metavar="N", help="processes; 0 means one for each core")
    common_arguments(parser)
    parser.epilog = (
        "Exit status: 0 all valid; 1 at least one invalid; 3 none invalid, but at least one not run; "
        "2 wrong usage, or a file that is not there."
    )


def run(options: argparse.Namespace) -> int:
    """Validate, write the report, and return the status of the worst document."""
    policy = Policy(
        date=options.date,
        direction=options.direction,
        rules=options.rules,
        engine=options.engine,
        report_severity=options.report_severity,
        overlay=options.overlay,
        time_limit=options.time_limit,
        house_rules=tuple(map(_house_rules, options.schematron)),
        public_buyer={"yes": True, "no": False}.get(options.public_buyer),
    )
    say_missing_folder()
    found = documents(options.paths)
    if not found.names and found.missing:
        raise found.missing[0]
    for missing in found.missing:
        say(text(missing.sentence(), options.lang))
    names, left_out = tuple(found.names), found.left_out
    validated = list(zip(names, _with_progress(_validated(names, policy, options), len(names)), strict=True))
    if options.skip_unknown:
        left_out += [name for name, report in validated if _is_something_else(name, report)]
        validated = [(name, report) for name, report in validated if name not in left_out]
    if left_out:
        more = f", … (+{len(left_out) - _MOST_NAMED})" if len(left_out) > _MOST_NAMED else ""
        say(text(Sentence("EI-LEFT-OUT", {"file": ", ".join(left_out[:_MOST_NAMED]) + more}), options.lang))
    kept = tuple(report for _, report in validated)
    report = Report(einvoice=__version__, verdict=worst(tuple(each.verdict for each in kept)), documents=kept)
    invoices = [_invoice(name) for name, _ in validated] if options.format == "html" else []
    write(options, render(report, options.format, language=options.lang, look=_look(options), invoices=invoices))
    if found.missing:
        return WRONG_USAGE
    return STATUSES[report.verdict] if kept else VALID


def _house_rules(name: str) -> HouseRules:
    """The rules of a file, with the files in its folder that they include."""
    content = read_document(name)
    beside: tuple[tuple[str, bytes], ...] = ()
    if name != STDIN:
        folder = Path(name).resolve().parent
        with suppress(RuleError, OSError):  # what cannot be read is told by the step that runs them
            files = needed_files(Path(name).resolve(), "rules", folder)[1:]
            beside = tuple((each.relative_to(folder).as_posix(), each.read_bytes()) for each in files)
    return HouseRules(name=name, content=content, beside=beside)


def _invoice(name: str) -> Invoice | None:
    """The invoice of a document, to be shown; standard input cannot be read a second time."""
    from einvoice.api import parse  # noqa: PLC0415 - loaded for this form only

    if name == STDIN:
        return None
    try:
        found = parse(read_document(name))
    except (EInvoiceError, OSError):
        return None
    return found if isinstance(found, Invoice) else None


def _validated(names: tuple[str, ...], policy: Policy, options: argparse.Namespace) -> Iterator[DocumentReport]:
    if options.jobs <= 1 or len(names) <= 1:
        return (report_on(name, policy, options.lang) for name in names)
    from einvoice.commands.workers import validated  # noqa: PLC0415 - one document needs no other process

    return validated(names, policy, options.lang, jobs=options.jobs)


def _look(options: argparse.Namespace) -> Look:
    if options.output or not sys.stdout.isatty():
        return Look()
    width = max(40, min(shutil.get_terminal_size().columns, 120))
    return Look(width=width, colour="NO_COLOR" not in os.environ)


def _is_something_else(name: str, report: DocumentReport) -> bool:
    """Whether a file is recognised as something else: XML of another kind, or a PDF without an invoice.

    What cannot be opened, an empty file and a torn one are never passed over: nobody can tell what they were. XML with
    a document type is not read, but it says what it is.
    """
    rules = {finding.rule for finding in report.findings}
    if report.kind == "unknown" and rules & {"EI-PARSE-02", "EI-PDF-01"}:
        return True
    if name == STDIN or "EI-PARSE-01" not in rules:
        return False
    data = read_document(name)
    told = _DOCUMENT_TYPE.search(data[:_HEAD])
    return told is not None and told[1] not in _ROOTS and not any(mark in data for mark in _MARKS)


def _with_progress(reports: Iterator[DocumentReport], total: int) -> Iterator[DocumentReport]:
    """The same, with a progress bar on standard error if that is a terminal and rich is installed."""
    if total < 2 or not sys.stderr.isatty() or find_spec("rich") is None:
        return reports
    from rich.console import Console  # noqa: PLC0415 - an optional extra
    from rich.progress import track  # noqa: PLC0415

    return iter(track(reports, total=total, description="einvoice", console=Console(stderr=True), transient=True))
