from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
from container_sources import DOCKERFILES, copy_sources
from folders import FIXTURES, ROOT


@pytest.fixture(scope="module", params=DOCKERFILES, ids=lambda path: path.name)
def wheel(request, tmp_path_factory):
    """The names of the files in the wheel that the sources make which a container gets."""
    folder = tmp_path_factory.mktemp("wheel")
    copy_sources(request.param, folder)
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", ".")
    done = subprocess.run(  # noqa: S603 - our own sources
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(made).namelist())


def test_the_wheel_holds_the_rule_sets(wheel):
    """What stands in schematron/ for machines is in the wheel, as einvoice/rulesets/."""
    expected = {
        f"einvoice/rulesets/{path.name}"
        for path in (ROOT / "schematron").iterdir()
        if path.suffix in {".toml", ".tsv", ".sch"}
    }
    assert expected
    assert {name for name in wheel if name.startswith("einvoice/rulesets/")} == expected


def test_the_wheel_holds_every_file_of_the_package(wheel):
    """Data, fonts and templates are where the code looks for them."""
    package = ROOT / "einvoice"
    files = {
        path.relative_to(ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - wheel == {"einvoice/view/fonts/README.md"} - wheel


def test_the_wheel_holds_the_example_drafts(wheel):
    """`einvoice new` finds them wherever einvoice is installed."""
    drafts = {f"einvoice/examples/{path.name}" for path in (FIXTURES / "drafts").glob("*.json")}
    assert {name for name in wheel if name.startswith("einvoice/examples/")} == drafts
