"""`einvoice build`: make an invoice from a draft in JSON.

einvoice build draft.json --to ubl -o invoice.xml
einvoice build draft.json --to facturx -o invoice.pdf
einvoice build draft.json --to facturx --profile basic --pdf our-layout.pdf -o invoice.pdf
"""

from __future__ import annotations

import argparse

from einvoice.api import PROFILES, build, losses
from einvoice.commands.output import VALID, WrongUsage, common_arguments, readable, say, say_losses, write
from einvoice.draft import Draft, DraftError
from einvoice.facturx.profile import PROFILES as FACTURX_PROFILES
from einvoice.inputs import read_document

__all__ = ["arguments", "facturx_arguments", "pages", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("draft", metavar="DRAFT.json", help="- for standard input")
    facturx_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="refuse to leave out what the target cannot hold")
    common_arguments(parser)


def facturx_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `build` and `convert` ask alike."""
    parser.add_argument("--to", choices=("ubl", "cii", "facturx"), required=True, help="the syntax")
    parser.add_argument(
        "--profile",
        help="en16931, extended-ctc-fr, …, or a specification identifier (BT-24); "
        f"for Factur-X one of {', '.join(each.name for each in FACTURX_PROFILES)}",
    )
    parser.add_argument("--pdf", metavar="VISUAL.pdf", help="with facturx: the PDF to put the invoice into")


def pages(options: argparse.Namespace) -> bytes | None:
    """The PDF that the options name; `WrongUsage` for options that do not go together."""
    if options.to != "facturx":
        if options.pdf:
            raise WrongUsage(f"--pdf goes with --to facturx, not with {options.to}")
        if options.profile and options.profile not in PROFILES and not options.profile.startswith("urn:"):
            known = ", ".join(PROFILES)
            raise WrongUsage(f"{options.profile!r} is no profile: expected one of {known}, or a BT-24 (urn:…)")
        return None
    names = [each.name for each in FACTURX_PROFILES]
    if options.profile not in (None, *names):
        raise WrongUsage(f"{options.profile!r} is no Factur-X profile: expected one of {', '.join(names)}")
    return read_document(options.pdf) if options.pdf else None


def _draft(name: str) -> Draft:
    """The draft of a file. Raises `WrongUsage` where it is no JSON object at all, `DraftError` where a field is wrong."""
    try:
        return Draft.model_validate_json(read_document(name))
    except DraftError as error:
        if any(problem.path for problem in error.problems):
            raise
        raise WrongUsage(f"{name}: {error}") from None


def run(options: argparse.Namespace) -> int:
    """Complete the draft and write the invoice; contradictions among given figures, and losses, are told beside it."""
    visual = pages(options)
    draft = _draft(options.draft)
    for each in draft.disagreements():
        say(f"{each.field}: {each.explanation_fr if options.lang == 'fr' else each.explanation_en}")
    data = build(draft, options.to, profile=options.profile, pdf=visual, language=options.lang, strict=options.strict)
    say_losses(losses(draft, options.to, profile=options.profile, language=options.lang))
    write(options, data if options.to == "facturx" else readable(data))
    return VALID
