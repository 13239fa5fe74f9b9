"""`einvoice build`: make an invoice from a draft in JSON."""

from __future__ import annotations

import argparse

from einvoice.api import build
from einvoice.commands.output import VALID, common_arguments, say, write
from einvoice.draft import Draft
from einvoice.inputs import read_document

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("draft", metavar="DRAFT.json", help="- for standard input")
    parser.add_argument("--to", choices=("ubl", "cii"), required=True, help="the syntax")
    parser.add_argument("--profile", help="en16931, extended-ctc-fr, …, or a specification identifier (BT-24)")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Complete the draft and write the invoice; given figures that contradict each other are told beside it."""
    draft = Draft.model_validate_json(read_document(options.draft))
    for each in draft.disagreements():
        say(f"{each.field}: {each.explanation_fr if options.lang == 'fr' else each.explanation_en}")
    write(options, build(draft, options.to, profile=options.profile))
    return VALID
