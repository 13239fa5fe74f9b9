"""What the tests of others get: a fixture."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

from folders import ROOT


def ran(*arguments, folder):
    """What a fresh Python prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    return done.stdout + done.stderr


def test_the_fixture_gives_a_running_sandbox(tmp_path):
    """A project of somebody else's writes one line of a test."""
    test = "def test_it(einvoice_sandbox):\n    assert einvoice_sandbox.platforms[0].clients[0].siren == '100000009'\n"
    (tmp_path / "test_theirs.py").write_text(test)
    installed = any(each.name == "einvoice_server" for each in entry_points(group="pytest11"))  # then pytest knows it
    plugin = () if installed else ("-p", "einvoice_server.pytest_plugin")
    told = ran("-m", "pytest", "-q", *plugin, "test_theirs.py", folder=tmp_path)
    assert "1 passed" in told, told
