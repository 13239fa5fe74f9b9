"""`einvoice schema`: the JSON Schema of what goes in and out."""

from __future__ import annotations

import argparse
import json

from einvoice.commands.json_schemas import NAMES, json_schema
from einvoice.commands.output import VALID, common_arguments, write


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", choices=NAMES)
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the schema."""
    write(options, json.dumps(json_schema(options.name), indent=2, ensure_ascii=False) + "\n")
    return VALID
