"""`einvoice parse`: read an invoice, or a French message, into JSON."""

from __future__ import annotations

import argparse

from einvoice.api import parse
from einvoice.commands.inputs import read_document
from einvoice.commands.output import VALID, common_arguments, write
from einvoice.visible import escaped


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "document", metavar="DOC", help="invoice, lifecycle message, e-report or directory file; - for standard input"
    )
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the document as JSON; what the model could not hold is its `unread`."""
    document = parse(read_document(options.document))
    write(options, escaped(document.model_dump_json(indent=2, exclude_defaults=True)) + "\n")
    return VALID
