"""`einvoice flux1`: the extract of an invoice that its platform sends to the public portal."""

from __future__ import annotations

import argparse

from einvoice.api import parse, validate_extract
from einvoice.commands.inputs import read_document
from einvoice.commands.output import INVALID, VALID, common_arguments, say_finding, write
from einvoice.errors import Unrecognised, Unwritable
from einvoice.france.flux1 import extract
from einvoice.model import Invoice


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("document", metavar="DOC", help="the invoice: UBL, CII or Factur-X; - for standard input")
    contents = "base: since September 2026; full, with lines: from September 2027 (default: base)"
    parser.add_argument("--content", choices=("base", "full"), default="base", help=contents)
    parser.add_argument("--to", choices=("ubl", "cii"), default="ubl", help="the syntax (default: ubl)")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the extract; what the portal's rules say of it, if they are installed, is told beside it."""
    invoice = parse(read_document(options.document))
    if not isinstance(invoice, Invoice):
        raise Unrecognised("EI-NO-INPUT-05")
    try:
        data = extract(invoice, options.to, content=options.content)
    except Unwritable as error:
        raise error.in_language(options.lang) from error
    report = validate_extract(data, content=options.content, language=options.lang)
    for finding in report.findings:
        say_finding(finding)
    write(options, data)
    return INVALID if report.verdict == "invalid" else VALID
