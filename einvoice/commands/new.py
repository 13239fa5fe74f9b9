"""`einvoice new`: example drafts to begin with, one for each situation.

einvoice new
einvoice new services -o draft.json
einvoice new --all drafts/
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from einvoice.commands.language import said
from einvoice.commands.output import VALID, WrongUsage, common_arguments, say, table, write
from einvoice.data import Language, data_text, example_text
from einvoice.disk import replace_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="a situation; all are listed without it")
    parser.add_argument("--all", metavar="FOLDER", type=Path, help="write the draft of each situation there")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """List the situations, or write the draft of one or of all."""
    examples = _examples(options.lang)
    if options.all:
        options.all.mkdir(parents=True, exist_ok=True)
        for name, about in examples.items():
            path = options.all / f"{name}.json"
            if path.exists():
                say(said("{file} is there already and stays as it is", file=path))
            else:
                replace_file(path, _commented(name, about).encode())
        return VALID
    if options.name is None:
        write(options, table(list(examples.items())))
        return VALID
    if options.name not in examples:
        names = ", ".join(examples)
        raise WrongUsage(said("{given!r} is no situation; expected one of {names}", given=options.name, names=names))
    write(options, _commented(options.name, examples[options.name]))
    return VALID


def _examples(language: Language) -> dict[str, str]:
    """What each situation is, by its name."""
    rows = (line.split("\t") for line in data_text("examples.tsv").splitlines()[1:])
    return {name: fr if language == "fr" else en for name, fr, en in rows}


def _commented(name: str, about: str) -> str:
    """The draft, with a comment that says what it shows; reading a draft passes over it."""
    return json.dumps({"$comment": about, **json.loads(example_text(name))}, indent=2, ensure_ascii=False) + "\n"
