"""`einvoice convert`: say the same invoice in another syntax or profile, and tell what is lost."""

from __future__ import annotations

import argparse

from einvoice.api import convert
from einvoice.commands.build import facturx_arguments, pages
from einvoice.commands.inputs import read_document
from einvoice.commands.output import VALID, common_arguments, readable, say_losses, write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("document", metavar="DOC", help="UBL, CII or Factur-X; - for standard input")
    facturx_arguments(parser)
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the converted invoice; each loss is told on standard error."""
    visual = pages(options)
    data = read_document(options.document)
    made = convert(data, options.to, profile=options.profile, pdf=visual, language=options.lang)
    say_losses(made.losses)
    write(options, made.data if options.to == "facturx" else readable(made.data))
    return VALID
