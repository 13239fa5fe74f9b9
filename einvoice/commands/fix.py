"""`einvoice fix`: repairs of a draft that are certain, as a difference; `--write` makes them."""

from __future__ import annotations

import argparse
import json
from difflib import unified_diff
from pathlib import Path

from einvoice.commands.inputs import STDIN, read_document
from einvoice.commands.language import said
from einvoice.commands.output import INVALID, VALID, WrongUsage, common_arguments, say, write
from einvoice.disk import replace_file
from einvoice.draft.repairs import fix


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("draft", metavar="DRAFT", help="a draft in JSON; - for standard input")
    parser.add_argument("--write", action="store_true", help="make the repairs in the file itself")
    common_arguments(parser)
    parser.epilog = "Exit status: 0 nothing to repair, or repaired; 1 repairs are proposed."


def run(options: argparse.Namespace) -> int:
    """Write the difference, and say why; or make the repairs."""
    if options.write and options.draft == STDIN:
        raise WrongUsage(said("--write needs a file"))
    data = read_document(options.draft)
    repaired = fix(data)
    for each in repaired.repairs:
        say(f"{each.field}: {each.explanation_fr if options.lang == 'fr' else each.explanation_en}")
    if options.write:
        if repaired.repairs:
            replace_file(Path(options.draft), _shown(repaired.content).encode())
        return VALID
    before, after = _shown(json.loads(data)), _shown(repaired.content)
    name = options.draft
    lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    write(options, "".join(lines))
    return INVALID if repaired.repairs else VALID


def _shown(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
