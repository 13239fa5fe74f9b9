"""`einvoice extract`: the XML invoice inside a PDF, as it stands there, and the files beside it.

einvoice extract invoice.pdf -o invoice.xml
einvoice extract invoice.pdf -o invoice.xml --attachments folder/

The names of attachments were chosen by a stranger: what is written stays in the folder, and replaces nothing.
"""

from __future__ import annotations

import argparse
import re
from itertools import count
from pathlib import Path

from einvoice.api import extract
from einvoice.commands.inputs import read_document
from einvoice.commands.language import said
from einvoice.commands.output import VALID, common_arguments, say, write
from einvoice.disk import replace_file

_MOST_BYTES = 180  # of a file name; file systems allow 255
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("document", metavar="PDF", help="- for standard input")
    parser.add_argument("--attachments", metavar="FOLDER", help="write the other embedded files there")
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the XML, byte for byte, and the attachments where a folder is given."""
    found = extract(read_document(options.document))
    write(options, found.xml)
    if options.attachments:
        folder = Path(options.attachments)
        folder.mkdir(parents=True, exist_ok=True)
        for file in found.attachments:
            say(str(_saved(folder, file.name, file.data)))
    elif found.attachments:
        names = ", ".join(_file_name(file.name) for file in found.attachments)
        say(said("other files, for --attachments: {names}", names=names))
    return VALID


def _saved(folder: Path, name: str, data: bytes) -> Path:
    """Where the file was written: under its name, or a numbered one where that exists."""
    wanted = Path(_file_name(name))
    for number in count(1):
        path = folder / (wanted.name if number == 1 else f"{wanted.stem} ({number}){wanted.suffix}")
        if not path.exists():
            replace_file(path, data)
            break
    return path


def _file_name(name: str) -> str:
    """The name without folders, hidden beginnings and what a file system or a terminal could take for more."""
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem, dot, suffix = last.rpartition(".")
    short = (stem or suffix).encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")
    return f"{short}{dot}{suffix[:20]}" if stem else short or "attachment"
