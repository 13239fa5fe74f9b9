"""`einvoice explain`: what a rule, a business term or a code means."""

from __future__ import annotations

import argparse

from einvoice.commands.language import said
from einvoice.commands.output import VALID, common_arguments, table, write
from einvoice.meanings import explain
from einvoice.rulebook.explaining import Explanation

_MOST_CODES = 60  # of a list: there are two thousand units


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("id", metavar="ID", help="BR-CO-10, BR-FR-05_BT-22-1, BT-106, VATEX-EU-AE, 380, B1, 205, …")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the explanation."""
    found = explain(options.id)
    texts = (found.fr, found.hint_fr) if options.lang == "fr" else (found.en, found.hint_en)
    lines = [found.id, *texts, " ".join(found.terms), found.field, found.source]
    write(options, "\n".join(line for line in lines if line) + "\n" + _codes(found, options.lang))
    return VALID


def _codes(found: Explanation, language: str) -> str:
    """What may stand in a term, or what else the id is."""
    codes = [each for each in found.codes if (each.fr if language == "fr" else each.en) not in found.fr + found.en]
    if not codes:
        return ""
    shown = table([(each.code, each.fr if language == "fr" else each.en) for each in codes[:_MOST_CODES]])
    left = len(codes) - _MOST_CODES
    return "\n" + shown + (f"… {said('{count} more', count=left)}\n" if left > 0 else "")
