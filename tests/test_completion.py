"""Shells complete commands, options and their choices."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from folders import ROOT

from einvoice import cli

pytest.importorskip("argcomplete", reason="the extra cli is not installed")


def completed(line):
    """What is proposed behind a line: asked as the shells ask, through the environment and a file."""
    read, write = os.pipe()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    program = f"import os; os.dup2({write}, 8); from einvoice.cli import main; main()"
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], env=environment, pass_fds=(write,), check=False, timeout=120
    )
    os.close(write)
    with os.fdopen(read) as answers:
        return {answer.strip() for answer in answers.read().split("\n")}


@pytest.mark.skipif(os.name != "posix", reason="the way of POSIX shells")
@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        ("einvoice va", "validate"),
        ("einvoice validate --fail", "--fail-on"),
        ("einvoice validate --format s", "sarif"),
        ("einvoice artefacts rem", "remove"),
    ],
)
def test_what_is_begun_is_completed(line, proposed):
    """Commands, options, choices and verbs of a command."""
    assert proposed in completed(line)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_lines_for_a_shell(shell, capsys):
    """They name the program."""
    assert cli.run(["completion", shell]) == 0
    assert "einvoice" in capsys.readouterr().out
