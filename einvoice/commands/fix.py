"""`einvoice fix`: repairs of a draft that are certain, as a difference; `--write` makes them.

The difference applies to the file as it is (`patch`); of a file in one line, which nobody could read the difference of,
it shows the lines that it would have. Indentation is kept, where it is one that `json` writes, and numbers by digit;
line ends and encoding are those of the file.
"""

from __future__ import annotations

import argparse
import json
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any, NamedTuple

from einvoice.commands.inputs import STDIN, read_document
from einvoice.commands.language import labelled, said
from einvoice.commands.output import INVALID, VALID, WrongUsage, common_arguments, say, write
from einvoice.disk import replace_file
from einvoice.draft.repairs import Number, fix
from einvoice.json_text import load_json


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
        say(labelled(each.field, each.explanation_fr if options.lang == "fr" else each.explanation_en))
    encoding = json.detect_encoding(data)
    before = data.decode(encoding)
    after = _like(before, data, repaired.content)
    if options.write:
        if repaired.repairs:
            replace_file(Path(options.draft), after.encode(encoding))
        return VALID
    if "\n" not in before.strip():
        before, after = (_LAID_OUT.text(each) + "\n" for each in (_loaded(data), repaired.content))
    write(options, _difference(before, after if repaired.repairs else before, options.draft))
    return INVALID if repaired.repairs else VALID


def _loaded(data: bytes) -> Any:
    return load_json(data, number=Number)


def _like(before: str, data: bytes, content: dict[str, Any]) -> str:
    """The content, written as the file is: also with the line ends of Windows."""
    given = _loaded(data)
    if "\r\n" in before:
        return _like(before.replace("\r\n", "\n"), data, content).replace("\n", "\r\n")
    end = before[len(before.rstrip()) :]
    forms = [_Form(indent, ascii_only) for indent in (2, 4, "\t", 1, 3, 8, None) for ascii_only in (False, True)]
    form = next((form for form in forms if form.text(given) == before.rstrip()), None)
    return form.text(content) + end if form else _LAID_OUT.text(content) + "\n"


class _Form(NamedTuple):
    """How JSON is written."""

    indent: int | str | None
    ascii_only: bool

    def text(self, content: object) -> str:
        """The content in this form, numbers as they are spelled."""
        marked = json.dumps(_marked(content), indent=self.indent, ensure_ascii=self.ascii_only)
        return re.sub(r'"\$number:([-+.\deE]+)"', r"\1", marked)


_LAID_OUT = _Form(2, ascii_only=False)


def _marked(content: object) -> object:
    if isinstance(content, Number):
        return f"$number:{content}"
    if isinstance(content, dict):
        return {name: _marked(value) for name, value in content.items()}
    return [_marked(each) for each in content] if isinstance(content, list) else content


def _difference(before: str, after: str, name: str) -> str:
    """The unified difference, as `patch` reads it."""
    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
