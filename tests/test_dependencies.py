"""What is installed with einvoice: pinned as pyproject.toml asks, with licences, and audited or said not to be."""

from __future__ import annotations

import re
import sys
import tomllib

from folders import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

sys.path.insert(0, str(ROOT / "tools"))
import dependencies

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = "einvoice-fr"


def pinned() -> dict[str, str]:
    """Package -> version."""
    lines = dependencies.PINNED.read_text(encoding="utf-8").splitlines()
    return {match[1]: match[2] for line in lines if (match := re.match(r"([\w.-]+)==([^ ]+)", line))}


def test_all_that_is_asked_for_is_pinned_in_a_version_that_is_allowed():
    """A bound that is raised, or a package that is added, shows here: `make pin`."""
    asked = [Requirement(each) for each in PROJECT["dependencies"]]
    asked += [Requirement(each) for name in dependencies.EXTRAS for each in PROJECT["optional-dependencies"][name]]
    asked += [Requirement(each) for each in PROJECT["optional-dependencies"]["dev"]]
    found = pinned()
    for each in asked:
        if each.name != OURS:
            assert each.specifier.contains(found[canonicalize_name(each.name)]), str(each)


def test_each_pinned_package_has_hashes_and_names_no_index():
    """What is installed is what was pinned, from wherever it comes."""
    text = dependencies.PINNED.read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[\w.-]+==)", text)
    assert len(packages) >= len(pinned()) > 50  # some have another version for another Python
    assert all("--hash=sha256:" in each for each in packages)
    assert "://" not in text


def test_every_package_has_a_licence_that_is_known():
    """Also those that packages ask for; those that are always installed come first in the eyes of a lawyer."""
    found = {each.name: each for each in dependencies.packages()}
    assert {canonicalize_name(Requirement(each).name) for each in PROJECT["dependencies"]} <= found.keys()
    assert found["lxml"].extras == ("",)
    assert "cluster" in found["tornado"].extras
    assert [each.name for each in found.values() if each.licence == "?"] == []


def test_an_audit_that_nobody_answers_is_none(monkeypatch, capsys):
    """It is not "no known weaknesses"."""
    monkeypatch.setattr(dependencies.shutil, "which", lambda _: "/usr/bin/pip-audit")
    monkeypatch.setattr(dependencies, "_audited", lambda *_: [])
    assert dependencies.audit() == dependencies.NOT_AUDITED
    assert "not audited" in capsys.readouterr().out
