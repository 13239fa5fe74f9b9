"""`einvoice completion`: the lines that make a shell complete commands, options and files.

eval "$(einvoice completion bash)"
"""

from __future__ import annotations

import argparse
from importlib import import_module

from einvoice.commands.language import chosen, speak, translate
from einvoice.commands.output import VALID, common_arguments, write
from einvoice.errors import MissingExtra


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish", "tcsh", "powershell"))
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the lines for the shell."""
    try:
        from argcomplete.shell_integration import shellcode  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise MissingExtra("cli") from error
    write(options, shellcode(["einvoice"], shell=options.shell) + "\n")
    return VALID


def complete(commands: dict[str, str]) -> None:
    """Answer what a shell asks in the environment, and end; without the extra, do nothing."""
    try:
        import argcomplete  # noqa: PLC0415 - an optional extra
    except ImportError:
        return
    speak(chosen(()))
    parser = argparse.ArgumentParser(prog="einvoice")
    below = parser.add_subparsers()
    for name, purpose in commands.items():
        import_module(f"einvoice.commands.{name}").arguments(below.add_parser(name, help=purpose))
    translate(parser)
    argcomplete.autocomplete(parser)
