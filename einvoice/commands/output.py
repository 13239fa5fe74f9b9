"""What all commands share: exit statuses, where output goes, and what is said beside it."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from einvoice.commands.language import labelled, said, spoken
from einvoice.disk import replace_file
from einvoice.errors import EInvoiceError
from einvoice.report import Finding, Report
from einvoice.visible import visible
from einvoice.xml import indented, parse_xml

VALID, INVALID, WRONG_USAGE, NOT_RUN = 0, 1, 2, 3  # 2 as argparse has it

STATUSES = {"valid": VALID, "invalid": INVALID, "not_run": NOT_RUN}

_READ = ("draft", "document")  # options that name what a command reads
_MOST_SHOWN = 60  # characters of a value that is lost


def worst_status(statuses: Iterable[int]) -> int:
    """Of the exit statuses that documents ask for, the one of the command."""
    found = set(statuses)
    return next((each for each in (INVALID, NOT_RUN) if each in found), VALID)


class WrongUsage(EInvoiceError):
    """The options of a command contradict each other, or name what does not exist."""


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    language_argument(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")


def language_argument(parser: argparse.ArgumentParser) -> None:
    """The language of what is said."""
    parser.add_argument(
        "--lang",
        choices=("fr", "en"),
        default=spoken(),
        help="language of what is said (default: EINVOICE_LANG, else the locale, else fr)",
    )


def add_verb(
    verbs: Any, name: str, purpose: str, function: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add one of several verbs of a command, such as `make` of `report`, and what does it; `verbs` are argparse's."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=purpose, description=purpose)
    parser.set_defaults(verb=function)
    return parser


def write(options: argparse.Namespace, content: str | bytes) -> None:
    """Write the result, as UTF-8, where the options say."""
    data = content.encode() if isinstance(content, str) else content
    if options.output:
        _spared(Path(options.output), options)
        replace_file(Path(options.output), data)
        return
    if data.startswith(b"%PDF-") and sys.stdout.isatty():
        raise WrongUsage(said("a PDF is not for the terminal: say where it goes with -o FILE.pdf"))
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _spared(output: Path, options: argparse.Namespace) -> None:
    """Refuse to write over what was read: the draft or the invoice would be gone, and nobody can make it again."""
    for read in (getattr(options, name, None) for name in _READ):
        if isinstance(read, str) and output.is_file() and Path(read).is_file() and output.samefile(read):
            raise WrongUsage(said("{file} is what was read, and would be gone: write to another file", file=output))


def readable(xml: bytes) -> bytes:
    """The XML with a line for each element, so that a person can read it and the lines of a report mean something."""
    return indented(parse_xml(xml))


def say_losses(losses: Iterable[Finding]) -> None:
    """Say what was lost, the same in many places once: a profile without lines loses the price of each of them."""
    told = list(losses)
    counts = Counter(_kind(loss) for loss in told)
    for loss in told:
        if count := counts.pop(_kind(loss), 0):
            message = loss.message if loss.found is None else loss.message.replace(loss.found, _short(loss.found))
            times = f" (×{count})" if count > 1 else ""
            say(f"{loss.rule}  {loss.field or loss.xpath or ''}  {message}{times}")


def say_missing_folder() -> None:
    """Say that the folder of added rule sets, where the environment names one, does not exist: a slip of the pen."""
    folder = os.environ.get("EINVOICE_ARTEFACTS")
    if folder and not Path(folder).is_dir():
        say(said("EINVOICE_ARTEFACTS names {folder}, which is not a folder: no added rule set is used", folder=folder))


def _kind(loss: Finding) -> tuple[str, str]:
    return loss.rule, re.sub(r"\[\d+\]", "", loss.field or loss.xpath or "")


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def say_finding(finding: Finding) -> None:
    """Say a finding in one line: rule, place, message and what to do."""
    hint = f" → {finding.hint}" if finding.hint else ""
    say(f"{finding.rule}  {finding.field or finding.xpath or ''}  {finding.message}{hint}")


def say_errors(report: Report) -> None:
    """Say what makes a document that was made invalid, and what could not be judged."""
    for document in report.documents:
        for finding in document.findings:
            if finding.severity == "error":
                say_finding(finding)
        for step in document.steps:
            if step.status == "not_run":
                say(labelled(step.name, step.reason))


def table(rows: Sequence[tuple[str, ...]]) -> str:
    """The rows as text, each column as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(line.rstrip() + "\n" for line in lines)


def say(message: str) -> None:
    """Say something beside the result, on standard error."""
    sys.stderr.write(f"einvoice: {visible(message)}\n")
    sys.stderr.flush()
