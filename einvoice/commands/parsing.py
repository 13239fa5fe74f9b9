"""The parser of a command line: argparse, which also says what was probably meant.

einvoice valider x.xml     unknown command 'valider'; did you mean validate?
einvoice validate --formt  unrecognized arguments: --formt; did you mean --format?

A wrong word is told in one line, not below twenty of usage; and usage is what must be given, not every option there is.
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from einvoice.commands.language import said
from einvoice.visible import visible

_MEANT = {  # what people type first -> the command that does it
    "valider": "validate", "controler": "validate", "contrôler": "validate", "verifier": "validate",
    "vérifier": "validate", "check": "validate", "verify": "validate", "lint": "validate",
    "etablir": "build", "établir": "build", "creer": "build", "créer": "build", "create": "build", "make": "build",
    "nouveau": "new", "init": "new", "demo": "new", "corriger": "fix", "repair": "fix",
    "lire": "parse", "read": "parse", "convertir": "convert",
    "afficher": "render", "view": "render", "show": "render", "extraire": "extract",
    "statut": "status", "annuaire": "directory", "expliquer": "explain", "help": "--help", "aide": "--help",
    "version": "--version", "-V": "--version", "rules": "artefacts", "schemas": "schema",
}  # fmt: skip


class Parser(argparse.ArgumentParser):
    """An argument parser that names the nearest option or value for one that it does not know."""

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]  # its overloads say no more
        """As argparse does it; an unknown option is told with the one that is most like it."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            said_so = said("unrecognized arguments: %s") % " ".join(unknown)
            self.error(said_so + nearest(unknown[0].partition("=")[0], _options(self)))
        return options

    def format_help(self) -> str:
        """The help, which begins with what must be given."""
        self.usage = synopsis(self).replace("%", "%%")
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        """End with what is wrong and where more is told."""
        told = said("{prog}: error: {reason}\n", prog=self.prog, reason=visible(message))
        self.exit(2, told + said("`{prog} --help` tells more.\n", prog=self.prog))

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            error.message += nearest(str(value), map(str, action.choices or ()))
            raise


def unknown_command(parser: argparse.ArgumentParser, given: str, commands: Iterable[str]) -> NoReturn:
    """End with what was probably meant instead of a command that there is not."""
    if meant := _MEANT.get(given.lower()) or _MEANT.get(given):
        told = _meant(meant)
    elif Path(given).exists():
        told = _meant(f"einvoice validate {given}")
    elif given.startswith("-"):
        told = said("; options follow the command: einvoice COMMAND {given} …", given=given)
    else:
        told = nearest(given, commands) or said("; `einvoice --help` lists them")
    parser.error(said("unknown command {given!r}", given=given) + told)


def nearest(given: str, known: Iterable[str]) -> str:
    """`; did you mean --format?`, or nothing where no known word is like the given one."""
    found = difflib.get_close_matches(given, list(known), 1)
    return _meant(found[0]) if found else ""


def _meant(word: str) -> str:
    return said("; did you mean {near}?", near=word)


def synopsis(parser: argparse.ArgumentParser) -> str:
    """What a command is given: `einvoice build --to {ubl,cii,facturx} [options] DRAFT.json`."""
    actions = [each for each in parser._actions if each.dest != "help"]  # noqa: SLF001 - argparse offers no other way
    needed = [f"{each.option_strings[0]} {_value(each)}" for each in actions if each.option_strings and each.required]
    more = ["[options]"] if any(each.option_strings and not each.required for each in actions) else []
    values = (_value(each) for each in actions if not each.option_strings)
    return " ".join((parser.prog, *needed, *more, *values))


def _value(action: argparse.Action) -> str:
    """The value of an argument, as many as it takes."""
    name = str(action.metavar or "{" + ",".join(map(str, action.choices or (action.dest,))) + "}")
    forms = {"+": f"{name}…", "*": f"[{name}…]", "?": f"[{name}]", argparse.PARSER: f"{name} …"}
    return forms.get(str(action.nargs), name)


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """The options of a parser and of its verbs."""
    below = [verb for each in parser._actions if isinstance(each.choices, dict) for verb in each.choices.values()]  # noqa: SLF001 - argparse offers no other way
    return [*parser._option_string_actions, *(name for verb in below for name in _options(verb))]  # noqa: SLF001 - as above
