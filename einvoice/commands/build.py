"""`einvoice build`: make an invoice from a draft in JSON.

einvoice build draft.json --to ubl -o invoice.xml
einvoice build draft.json --to facturx -o invoice.pdf
einvoice build draft.json --to facturx --profile basic --pdf our-layout.pdf -o invoice.pdf

The invoice is validated once it is written: exit status 1 says that it is invalid, 3 that it could not be validated.
"""

from __future__ import annotations

import argparse
import codecs

from einvoice.commands.inputs import read_document
from einvoice.commands.language import labelled, said, spoken
from einvoice.commands.output import (
    STATUSES,
    VALID,
    WrongUsage,
    common_arguments,
    readable,
    say,
    say_errors,
    say_losses,
    write,
)
from einvoice.document import Document
from einvoice.draft import Draft, DraftError
from einvoice.making import PROFILES, Converted, Wanted, build_with_losses
from einvoice.profiles import FACTURX_PROFILES
from einvoice.rulebook import text


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = (
        "The invoice is validated once it is written. Exit status: 0 valid, 1 invalid, 3 could not be validated."
    )
    parser.add_argument("draft", metavar="DRAFT.json", help="- for standard input")
    facturx_arguments(parser)
    parser.add_argument("--strict", action="store_true", help="refuse to leave out what the target cannot hold")
    common_arguments(parser)


def facturx_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `build` and `convert` ask alike."""
    parser.add_argument("--to", choices=("ubl", "cii", "facturx"), required=True, help="the syntax")
    parser.add_argument(
        "--profile",
        metavar="PROFILE",
        help=said(
            "en16931, extended-ctc-fr, xrechnung, … or a specification identifier (BT-24); for Factur-X {names}",
            names=", ".join(each.name for each in FACTURX_PROFILES),
        ),
    )
    parser.add_argument("--pdf", metavar="VISUAL.pdf", help="with facturx: the PDF to put the invoice into")
    parser.add_argument("--no-check", action="store_true", help="do not judge the invoice that was made")


def pages(options: argparse.Namespace) -> bytes | None:
    """The PDF that the options name; `WrongUsage` for options that do not go together."""
    if options.to != "facturx":
        if options.pdf:
            raise WrongUsage(said("--pdf goes with --to facturx, not with {target}", target=options.to))
        if options.profile and options.profile not in PROFILES and not options.profile.startswith("urn:"):
            raise WrongUsage(
                said(
                    "unknown profile {given!r}; expected one of {names}, or a BT-24 (urn:…)",
                    given=options.profile,
                    names=", ".join(PROFILES),
                )
            )
        return None
    names = [each.name for each in FACTURX_PROFILES]
    if options.profile not in (None, *names):
        raise WrongUsage(
            said(
                "unknown Factur-X profile {given!r}; expected one of {names}",
                given=options.profile,
                names=", ".join(names),
            )
        )
    return read_document(options.pdf) if options.pdf else None


def _draft(name: str) -> Draft:
    """The draft of a file. Raises `WrongUsage` where it is no JSON object, `DraftError` where a field is wrong."""
    data = read_document(name)
    if Document(data).form != "json" and data.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"<", b"%PDF")):
        raise WrongUsage(said("{name} is no draft: `einvoice convert` says an invoice in another syntax", name=name))
    try:
        return Draft.model_validate_json(data)
    except DraftError as error:
        if any(problem.path for problem in error.problems):
            raise
        raise WrongUsage(labelled(name, text(error.sentence(), spoken()))) from None


def run(options: argparse.Namespace) -> int:
    """Complete the draft, write the invoice and validate it; contradictions, losses and errors are told beside it."""
    visual = pages(options)
    document = Document.of(_draft(options.draft))  # completed once for all that is asked of it
    for each in document.disagreements:
        say(labelled(each.field, each.explanation_fr if options.lang == "fr" else each.explanation_en))
    wanted = Wanted(options.to, options.profile, visual, options.lang, strict=options.strict)
    return told(build_with_losses(document, wanted, check=not options.no_check), options)


def told(built: Converted, options: argparse.Namespace) -> int:
    """Write what was made, say what was lost on the way and each error of it; the status is that of the verdict."""
    say_losses(each for each in built.losses if each.severity != "error")
    write(options, built.data if options.to == "facturx" else readable(built.data))
    if built.report is None:
        return VALID
    say_errors(built.report)
    return STATUSES[built.report.verdict]
