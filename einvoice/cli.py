"""The command line: validate, build, read and convert invoices; a contract that other programs read.

    python -m einvoice validate inbox/ --format json
    python -m einvoice build draft.json --to ubl -o invoice.xml

Exit status: 0 all valid · 1 at least one invalid · 3 none invalid, but at least one not run · 2 wrong usage, or a
file that cannot be read or written.
Documents and reports go to standard output, everything else to standard error. A traceback never reaches a user.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType

from einvoice import installation
from einvoice.commands.inputs import NoSuchInput, reason
from einvoice.commands.language import chosen, labelled, said, speak, translate
from einvoice.commands.output import INVALID, NOT_RUN, WRONG_USAGE, WrongUsage, say, say_finding
from einvoice.commands.parsing import Parser, unknown_command
from einvoice.commands.plain import speak_plainly
from einvoice.errors import EInvoiceError, Unwritable
from einvoice.rulebook import text
from einvoice.visible import visible

# Name -> purpose. The module of a command is loaded when it is called: `explain` does not load the PDF library.
COMMANDS = {
    "validate": "validate documents by the official rules",
    "new": "example drafts to begin with, one for each situation",
    "build": "make an invoice from a draft in JSON",
    "fix": "repairs of a draft that are certain, as a difference",
    "parse": "read an invoice or a French message into JSON",
    "convert": "say the same invoice in another syntax or profile",
    "render": "an invoice as a page for people: HTML or PDF",
    "extract": "the XML invoice inside a PDF, and the files beside it",
    "status": "tell that an invoice was approved, refused, paid, …: a lifecycle message",
    "flux1": "the extract of an invoice that the public portal gets",
    "report": "e-reports: make those of a year, their calendar, what changed between two",
    "directory": "electronic addresses: is one right, and where does a buyer receive?",
    "explain": "what a rule, a business term or a code means",
    "artefacts": "the official rule sets and schemas: list, verify, add, warm",
    "mcp": "a server for programs that speak the Model Context Protocol",
    "completion": "the lines that make a shell complete commands and options",
    "schema": "the JSON Schemas of what goes in and out",
}
_SWEEP = 50_000  # new objects before the garbage collector looks: loading makes none, and neither does XML


def main() -> int:
    """The program: `run`, and no traceback whatever happens."""
    sys.excepthook = _last_words
    if "_ARGCOMPLETE" in os.environ:
        import_module("einvoice.commands.completion").complete(COMMANDS)
    gc.set_threshold(_SWEEP)
    for name in ("stdout", "stderr"):  # closed by who started us: there is nobody to tell
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for as long as we run
        speak_plainly(getattr(sys, name))
    try:
        return run(sys.argv[1:])
    except BrokenPipeError:  # the reader of our output left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_RUN
    finally:
        gc.freeze()  # the process ends: what it holds need not be swept once more, which takes a tenth of a short run


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit status; raises `SystemExit(2)` for wrong usage."""
    speak(chosen(arguments))
    program = _parser()
    if not arguments:
        program.print_help(sys.stderr)
        missing = said("the following arguments are required: %s") % said("COMMAND")
        program.exit(WRONG_USAGE, "\n" + _fault(program, missing))
    named = arguments[0]
    if named not in COMMANDS:
        if named in ("-h", "--help", "--version"):
            program.parse_args(arguments[:1])
        unknown_command(program, named, COMMANDS)
    command = import_module(f"einvoice.commands.{named}")
    parser = Parser(prog=f"einvoice {named}", description=COMMANDS[named])
    command.arguments(parser)
    translate(parser)
    options = parser.parse_args(arguments[1:])
    try:
        do: Callable[[argparse.Namespace], int] = options.verb if "verb" in options else command.run
        status = do(options)
    except (NoSuchInput, WrongUsage) as error:
        parser.exit(WRONG_USAGE, _fault(parser, text(error.sentence(), options.lang)))
    except Unwritable as error:
        for finding in error.findings:
            say_finding(finding)
        say(text(error.sentence(), options.lang))
        return INVALID
    except BrokenPipeError:
        raise
    except OSError as error:  # a file that is not there, or that may not be read or written
        why = text(reason(error), options.lang)
        parser.exit(WRONG_USAGE, _fault(parser, labelled(error.filename, why) if error.filename else why))
    except EInvoiceError as error:
        say(text(error.sentence(), options.lang))
        return INVALID
    return status


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    table = "\n".join(f"  {name:<{width}}  {said(purpose)}" for name, purpose in COMMANDS.items())
    parser = Parser(
        prog="einvoice",
        description="French and European electronic invoices, offline.",
        epilog=said("commands:\n{table}\n\neinvoice COMMAND --help tells more.", table=table),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"einvoice {installation.VERSION}")
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    translate(parser)
    return parser


def _fault(parser: argparse.ArgumentParser, reason: str) -> str:
    return said("{prog}: error: {reason}\n", prog=parser.prog, reason=visible(reason))


def _last_words(_kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is unexpected is a defect of ours: say where, in one line, without the document's content."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    say(said("internal error: {error} at {where}; please report it", error=type(error).__name__, where=where))
    sys.stdout.flush()
    os._exit(NOT_RUN)
