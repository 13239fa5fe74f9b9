"""The command line and the programs of `tools/`, run by a test as a person runs them."""

from __future__ import annotations

import subprocess
import sys

from folders import ROOT

from einvoice import cli


def run(*arguments: object) -> int:
    """The exit status of a command."""
    return cli.run([str(argument) for argument in arguments])


def output_of(tool: str, *arguments: str) -> str:
    """What a program of `tools/` prints; it must end well, in five minutes."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "tools" / tool), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
