"""`einvoice validate`: validate documents by the official rules."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from einvoice import __version__
from einvoice.commands.configuration import CHOICES, SEVERITIES, configured
from einvoice.commands.files import report_on
from einvoice.commands.inputs import STDIN, Found, can_be_read_again, documents, read_document
from einvoice.commands.language import labelled, said, spoken
from einvoice.commands.lines import Done, content_digest, line
from einvoice.commands.output import (
    INVALID,
    STATUSES,
    VALID,
    WRONG_USAGE,
    WrongUsage,
    common_arguments,
    say,
    say_missing_folder,
    worst_status,
    write,
)
from einvoice.commands.something_else import is_something_else
from einvoice.commands.types import day, form_and_file, ignored, processes, seconds
from einvoice.disk import replace_file
from einvoice.errors import EInvoiceError, Unrecognised
from einvoice.model import Invoice
from einvoice.report import DocumentReport, Report, worst
from einvoice.reporting import FORMATS, Look, render
from einvoice.rulebook import Sentence, text
from einvoice.validation.policy import HouseRules, Policy

if TYPE_CHECKING:
    from einvoice.reporting.html import HtmlReport

_MOST_NAMED = 20  # files that are left out
_WORTH_PROCESSES = 200  # documents: fewer take less time than processes to start
_MANY = 10  # documents: of more, only those that fail are shown
_COUNTED = DocumentReport.model_construct(verdict="valid")  # stands for each document that is counted and not shown

# What holds where neither the command line nor the project says otherwise.
_DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "date": None,
        "direction": "sending",
        "engine": "auto",
        "fail_on": "error",
        "ignore": {},
        "jobs": None,
        "overlay": "hint",
        "public_buyer": None,
        "report_severity": "error",
        "rules": "auto",
        "schematron": [],
        "show": None,
        "skip_unknown": False,
        "time_limit": 60.0,
    }
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
    add = parser.add_argument_group("rules").add_argument
    add("--direction", choices=CHOICES["direction"], help="our side of the exchange")
    add("--date", type=day, metavar="YYYY-MM-DD", help="the day whose rules apply (default: today)")
    add("--rules", choices=CHOICES["rules"], help="French rules: as needed, never, or always")
    add("--schematron", action="append", metavar="FILE|FOLDER|ZIP", help="rules of your own, run after the others")
    add("--ignore", action="append", type=ignored, metavar="RULE=REASON", help="a rule that only informs here, and why")
    buyers = "whether the buyers are French public bodies, which Chorus Pro invoices (default: by their SIREN)"
    add("--public-buyer", choices=CHOICES["public-buyer"], help=buyers)
    add("--overlay", choices=CHOICES["overlay"], help="known defects of published rules")
    add("--report-severity", choices=CHOICES["report-severity"], help="of a Schematron report without flag")
    add = parser.add_argument_group("report").add_argument
    add("--format", choices=(*FORMATS, "jsonl"), default="text", help="form of the report (default: text)")
    statistics = "the counts of findings by rule: the same as --format statistics"
    add("--statistics", dest="format", action="store_const", const="statistics", help=statistics)
    more = "one more report, in its own file (repeat for several)"
    add("--report", action="append", default=[], type=form_and_file, metavar="FORMAT=FILE", help=more)
    add("--show", choices=CHOICES["show"], help="of more than ten documents, only failures unless told otherwise")
    add("-q", "--quiet", action="store_true", help="say nothing unless something fails")
    add("--fail-on", choices=CHOICES["fail-on"], help="exit status 1 for findings of this weight too (default: error)")
    add = parser.add_argument_group("run").add_argument
    add("--skip-unknown", action="store_true", help="leave out what is recognised as something else")
    add("--jobs", type=processes, metavar="N", help="processes; 0 means one for each core (default: of many files)")
    add(
        "--resume",
        action="store_true",
        help="with --format jsonl -o FILE: what FILE has is not judged again, unless it was not run",
    )
    add("--engine", choices=CHOICES["engine"], help="what runs the rules")
    add("--time-limit", type=seconds, metavar="SECONDS", help="for one rule set in Saxon, or of your own")
    add("--config", metavar="FILE", help="settings (default: einvoice.toml or pyproject.toml, here or above)")
    common_arguments(parser)
    parser.epilog = (
        "Exit status: 0 all valid; 1 at least one invalid; 3 none invalid, but at least one not run; "
        "2 wrong usage, or a file that is not there."
    )


def run(options: argparse.Namespace) -> int:
    """Validate, write the report, and return the status of the worst document."""
    _settle(options)
    policy = _policy(
        date=options.date,
        direction=options.direction,
        rules=options.rules,
        engine=options.engine,
        report_severity=options.report_severity,
        overlay=options.overlay,
        time_limit=options.time_limit,
        house_rules=_house_rules(options.schematron),
        public_buyer={"yes": True, "no": False}.get(options.public_buyer),
        ignored=options.ignore,
    )
    say_missing_folder()
    found = documents(options.paths)
    if not found.names and found.missing:
        raise found.missing[0]
    for missing in found.missing:
        say(text(missing.sentence(), options.lang))
    status = (_stream if options.format == "jsonl" else _together)(options, policy, found)
    return WRONG_USAGE if found.missing else status


def _policy(**chosen: Any) -> Policy:
    """The policy; the defaults need no check, and to build what checks takes a tenth of the time of a run."""
    usual = Policy.model_construct()
    return usual if all(getattr(usual, name) == value for name, value in chosen.items()) else Policy(**chosen)


def _settle(options: argparse.Namespace) -> None:
    """Put in what the command line leaves open: what the project says, else the defaults."""
    settings = configured(options.config, Path.cwd())
    if options.ignore:
        options.ignore = {**settings.get("ignore", {}), **dict(options.ignore)}
    for name, default in _DEFAULTS.items():
        if getattr(options, name) in (None, False):
            setattr(options, name, settings.get(name, default))
    if options.jobs == 0:
        options.jobs = os.cpu_count()
    if options.resume and (options.format != "jsonl" or not options.output):
        raise WrongUsage(said("--resume goes with --format jsonl and -o FILE"))
    if options.ignore and not options.schematron:  # rules of the house have ids that only they know
        _say_unknown(options.ignore)


def _say_unknown(rules: Iterable[str]) -> None:
    """Say which rules to ignore do not exist: a slip of the pen ignores nothing, and looks as if it did."""
    from einvoice.meanings import explain  # noqa: PLC0415 - loaded where there are some

    for rule in rules:
        try:
            explain(rule)
        except Unrecognised as unknown:
            say(labelled(f"--ignore {rule}", text(unknown.sentence(), spoken())))


def _house_rules(paths: Iterable[str]) -> tuple[HouseRules, ...]:
    """The user's own rule sets. Raises as `house_rules`."""
    if not paths:
        return ()
    from einvoice.commands.rules_given import house_rules  # noqa: PLC0415 - loaded where there are some

    return tuple(chain.from_iterable(map(house_rules, paths)))


def _together(options: argparse.Namespace, policy: Policy, found: Found) -> int:
    """Judge all documents, then write the reports; of what these do not show, no more is kept than its number."""
    names, left_out = tuple(found.names), found.left_out
    forms = {options.format, *(form for form, _ in options.report)}
    page = _page(options, alone=len(names) == 1) if "html" in forms else None
    kept: list[DocumentReport] = []
    statuses: Counter[int] = Counter()
    strict = 0  # valid, and yet they fail

    def few() -> bool:
        many = options.show is None and statuses.total() > _MANY
        return bool(options.quiet or options.show == "failures" or many)

    for name, each in zip(names, _with_progress(_validated(names, policy, options), len(names)), strict=True):
        if options.skip_unknown and is_something_else(name, each):
            left_out.append(name)
            continue
        status = _status(each, options)
        statuses[status] += 1
        strict += status == INVALID and each.verdict == "valid"
        if page:
            page.add(each, partial(_invoice, name))
        if forms - {"html"}:
            kept.append(_COUNTED if forms <= {"html", "text"} and few() and status == VALID else each)
    _say_left_out(left_out, options)
    verdict = worst(tuple(each.verdict for each in kept))
    report = Report.model_construct(einvoice=__version__, verdict=verdict, documents=tuple(kept))

    def written(form: str, look: Look | None = None) -> str:
        return page.html() if page and form == "html" else render(report, form, language=options.lang, look=look)

    if not options.quiet or set(statuses) - {VALID}:
        look = replace(_look(options), shown=lambda each: bool(_status(each, options))) if few() else _look(options)
        write(options, written(options.format, look))
    for form, file in options.report:
        replace_file(Path(file), written(form).encode())
    if strict:
        told = "valid documents that fail for the weight of their findings (--fail-on {weight}): {count}"
        say(said(told, weight=options.fail_on, count=strict))
    return worst_status(statuses)


def _page(options: argparse.Namespace, *, alone: bool) -> HtmlReport:
    from einvoice.reporting.html import HtmlReport  # noqa: PLC0415 - loaded for this form only

    return HtmlReport(options.lang, alone=alone)


def _stream(options: argparse.Namespace, policy: Policy, found: Found) -> int:
    """Write a line for each document as it comes, and go on where an earlier run ended."""
    target = Path(options.output) if options.output else None
    done = Done.read(target, partial(_status, options=options)) if target and options.resume else Done()
    digests = {name: content_digest(name) for name in found.names} if options.resume else {}
    earlier = {name: each for name in found.names if (each := done.of(name, digests.get(name))) is not None}
    statuses = Counter(earlier.values())
    names = tuple(name for name in found.names if name not in earlier)
    if target and target.is_file():  # a device or a pipe has nothing to cut out
        done.cut(target, names)
    left_out = found.left_out
    with target.open("ab") if target else nullcontext(sys.stdout.buffer) as out:
        reports = _with_progress(_validated(names, policy, options), len(names))
        for name, report in zip(names, reports, strict=True):
            if options.skip_unknown and is_something_else(name, report):
                left_out.append(name)
                continue
            digest = digests.get(name) or content_digest(name)
            out.write(line(report, digest).encode())
            out.flush()
            statuses[_status(report, options)] += 1
    _say_left_out(left_out, options)
    if not options.quiet:
        counts = {verdict: str(statuses[status]) for verdict, status in STATUSES.items()}
        say(
            said(
                "{valid} valid, {invalid} invalid, {not_run} not run; {earlier} of an earlier run",
                earlier=len(earlier),
                **counts,
            )
        )
    return worst_status(statuses)


def _status(report: DocumentReport, options: argparse.Namespace) -> int:
    """The exit status that a document asks for: findings of the weight of `--fail-on` make it fail as well."""
    least = SEVERITIES[options.fail_on]
    if any(SEVERITIES[each.severity] >= least for each in report.findings) and report.verdict == "valid":
        return INVALID
    return STATUSES[report.verdict]


def _say_left_out(left_out: list[str], options: argparse.Namespace) -> None:
    if left_out:
        more = f", … (+{len(left_out) - _MOST_NAMED})" if len(left_out) > _MOST_NAMED else ""
        say(text(Sentence("EI-LEFT-OUT", {"file": ", ".join(left_out[:_MOST_NAMED]) + more}), options.lang))


def _invoice(name: str) -> Invoice | None:
    """The invoice of a document, to be shown, where it can be read a second time."""
    from einvoice.api import parse  # noqa: PLC0415 - loaded for this form only

    if not can_be_read_again(name):
        return None
    try:
        found = parse(read_document(name))
    except (EInvoiceError, OSError):
        return None
    return found if isinstance(found, Invoice) else None


def _validated(names: tuple[str, ...], policy: Policy, options: argparse.Namespace) -> Iterator[DocumentReport]:
    jobs = options.jobs or ((os.cpu_count() or 1) if len(names) >= _WORTH_PROCESSES else 1)
    if jobs == 1 or len(names) <= 1 or STDIN in names:  # what stands in a pipe is ours alone to read
        return (report_on(name, policy, options.lang) for name in names)
    from einvoice.commands.workers import validated  # noqa: PLC0415 - one document needs no other process

    return validated(names, policy, options.lang, jobs=jobs)


def _look(options: argparse.Namespace) -> Look:
    if options.output or not sys.stdout.isatty():
        return Look()
    width = max(40, min(shutil.get_terminal_size().columns, 120))
    return Look(width=width, colour="NO_COLOR" not in os.environ)


def _with_progress(reports: Iterator[DocumentReport], total: int) -> Iterator[DocumentReport]:
    """The same, with a progress bar on standard error if that is a terminal and rich is installed."""
    if total < 2 or not sys.stderr.isatty() or find_spec("rich") is None:
        return reports
    from rich.console import Console  # noqa: PLC0415 - an optional extra
    from rich.progress import track  # noqa: PLC0415

    return iter(track(reports, total=total, description="einvoice", console=Console(stderr=True), transient=True))
