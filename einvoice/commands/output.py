"""What all commands share: exit statuses, where output goes, and what is said beside it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["INVALID", "NOT_RUN", "VALID", "common_arguments", "say", "write"]

VALID, INVALID, NOT_RUN = 0, 1, 3  # 2 is argparse's, for wrong usage


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every command has."""
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="language of messages (default: fr)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of to standard output")


def write(options: argparse.Namespace, content: str | bytes) -> None:
    """Write the result, as UTF-8, where the options say."""
    data = content.encode() if isinstance(content, str) else content
    if options.output:
        Path(options.output).write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def say(message: str) -> None:
    """Say something beside the result, on standard error."""
    sys.stderr.write(f"einvoice: {message}\n")
    sys.stderr.flush()
