"""`einvoice convert`: say the same invoice in another syntax, and tell what is lost."""

from __future__ import annotations

import argparse

from einvoice.api import convert
from einvoice.commands.output import VALID, common_arguments, say, write
from einvoice.inputs import read_document
from einvoice.validation.policy import Policy

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("document", metavar="DOC", help="UBL, CII or Factur-X; - for standard input")
    parser.add_argument("--to", choices=("ubl", "cii"), required=True, help="the syntax")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the converted invoice; each loss is told on standard error."""
    made = convert(read_document(options.document), options.to, policy=Policy(language=options.lang))
    for loss in made.losses:
        say(f"{loss.rule}  {loss.field or loss.xpath or ''}  {loss.message}")
    write(options, made.data)
    return VALID
