"""`einvoice explain`: what a rule or a business term means."""

from __future__ import annotations

import argparse

from einvoice.api import explain
from einvoice.commands.output import VALID, common_arguments, write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", metavar="ID", help="BR-CO-10, BR-FR-05_BT-22-1, BT-106, …")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the explanation."""
    found = explain(options.id)
    texts = (found.fr, found.hint_fr) if options.lang == "fr" else (found.en, found.hint_en)
    lines = [found.id, *texts, " ".join(found.terms), found.field, found.source]
    write(options, "\n".join(line for line in lines if line) + "\n")
    return VALID
