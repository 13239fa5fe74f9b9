"""The language in which the command line speaks of itself: help, usage errors, what it says beside a result.

    speak(chosen(arguments))
    said("{given!r} is not a day: expected YYYY-MM-DD", given="tomorrow")

The language is that of `--lang`, else of the environment variable `EINVOICE_LANG`, else of the locale, else French. The
program's texts are written in English where they are used; `data/command_line.tsv` has the French of each, also of
those that argparse has. What is said of documents stands in the rulebook (`schematron/messages.tsv`) instead.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from einvoice.data import Language, data_text, french

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts (POSIX.1-2017, 8.2)
_spoken: list[Language] = ["fr"]


def chosen(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """The language that the arguments, the environment or the locale ask for."""
    for number, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            return _language(value if equals else "".join(arguments[number + 1 : number + 2]), "fr")
    wanted = environment.get("EINVOICE_LANG") or next(filter(None, map(environment.get, _LOCALE)), "")
    return _language(wanted, "fr")


def _language(wanted: str, default: Language) -> Language:
    """`en_GB.UTF-8` is English; what is neither French nor English, such as `C.UTF-8`, is the default."""
    return "en" if wanted[:2].lower() == "en" else "fr" if wanted[:2].lower() == "fr" else default


def speak(language: Language) -> None:
    """Speak this language from now on, argparse included."""
    _spoken[0] = language
    setattr(argparse, "_", said)  # noqa: B010 - argparse asks gettext by this name; it has no other door
    setattr(argparse, "ngettext", _plural)  # noqa: B010 - as above


def spoken() -> Language:
    """The language that is spoken now."""
    return _spoken[0]


def said(english: str, **facts: object) -> str:
    """A text of the program in the language that is spoken, with its facts."""
    known = english if _spoken[0] == "en" else _french().get(english, english)
    return known.format(**facts) if facts else known


def labelled(label: object, told: object) -> str:
    """`seller.name: it is missing`, with the blank before the colon where the language has one."""
    return said("{label}: {told}", label=label, told=told)


def shown_day(day: date) -> str:
    """A day in a sentence: 31/12/2026 in French, 2026-12-31 in English."""
    return f"{day:%d/%m/%Y}" if _spoken[0] == "fr" else day.isoformat()


def translate(parser: argparse.ArgumentParser) -> None:
    """Put the help of a parser, and of the parsers of its verbs, into the language that is spoken."""
    parser.description = said(parser.description) if parser.description else None
    parser.epilog = said(parser.epilog) if parser.epilog else None
    for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to its arguments
        if action.help:
            action.help = said(action.help)
        if isinstance(action.metavar, str):
            action.metavar = said(action.metavar)
        elif action.choices and not action.option_strings and not isinstance(action.choices, dict):
            action.metavar = "{" + ",".join(map(str, action.choices)) + "}"  # else it is called by a word of the code
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            for choice in action._choices_actions:  # noqa: SLF001 - as above
                choice.help = said(choice.help) if choice.help else None
            for verb in action.choices.values():
                translate(verb)
    for group in parser._action_groups:  # noqa: SLF001 - as above
        if group.title:  # argparse puts the colon itself, without the blank that stands before it in French
            group.title = labelled(said(group.title), "").rstrip().removesuffix(":")


def _plural(one: str, several: str, number: int) -> str:
    return said(one if number == 1 else several)


@cache
def _french() -> Mapping[str, Any]:
    rows = (line.split("\t") for line in data_text("command_line.tsv").splitlines()[1:])
    return {english.replace("\\n", "\n"): french(words.replace("\\n", "\n")) for english, words in rows}
