"""`einvoice convert`: say the same invoice in another syntax or profile, and tell what is lost.

What was made is judged: exit status 1 says that it is invalid, 3 that it could not be judged.
"""

from __future__ import annotations

import argparse

from einvoice.commands.build import facturx_arguments, pages, told
from einvoice.commands.inputs import read_document
from einvoice.commands.output import common_arguments
from einvoice.making import convert


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = (
        "The invoice is validated once it is written. Exit status: 0 valid, 1 invalid, 3 could not be validated."
    )
    parser.add_argument("document", metavar="DOC", help="UBL, CII or Factur-X; - for standard input")
    facturx_arguments(parser)
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the converted invoice and judge it; losses and errors are told on standard error."""
    visual = pages(options)
    data = read_document(options.document)
    made = convert(
        data, options.to, profile=options.profile, pdf=visual, language=options.lang, check=not options.no_check
    )
    return told(made, options)
