"""What einvoice brings with it: every package, also those that packages ask for; its licence; its known weaknesses.

python tools/dependencies.py table      # each package, for which extra it comes, and its licence
python tools/dependencies.py pin        # write requirements/pinned.txt anew: a version and the hashes of each package
python tools/dependencies.py audit      # ask pip-audit for known weaknesses of what is pinned

An audit proves something only where a database answers. So one is asked first of a package that has known weaknesses;
where none is told, nothing was audited, and the status is 3.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PINNED = ROOT / "requirements" / "pinned.txt"
OURS = "einvoice-fr"
EXTRAS = ("saxon", "pdf", "pdfium", "encrypted", "testing", "tables", "cli", "mcp", "cluster", "server", "postgres")
KNOWN_WEAK = "jinja2==2.4.1"  # CVE-2014-1402 and others
NOT_AUDITED = 3
# Where a package does not say it in its metadata: as its own pages do.
_SAID_ELSEWHERE = {"saxonche": "MPL-2.0"}


class Package(NamedTuple):
    """One package that is installed with einvoice."""

    name: str
    licence: str
    extras: tuple[str, ...]  # "" for all that einvoice always brings


def packages() -> list[Package]:
    """All of them, by name, as far as they are installed here."""
    found: dict[str, set[str]] = {}
    for extra in ("", *EXTRAS):
        for name in _closure(OURS, extra):
            found.setdefault(name, set()).add(extra)
    always = {name for name, extras in found.items() if "" in extras}
    return [
        Package(name, licence_of(distribution(name)), ("",) if name in always else tuple(sorted(found[name])))
        for name in sorted(found)
    ]


def _closure(name: str, extra: str) -> set[str]:
    """What a package with an extra asks for, and what that asks for."""
    found: set[str] = set()
    waiting = [(name, frozenset({extra}))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        asking = waiting.pop()
        if asking in seen:
            continue
        seen.add(asking)
        for requirement in _asked(*asking):
            inner = canonicalize_name(requirement.name)
            if inner != OURS:
                found.add(inner)
            waiting.append((inner, frozenset(requirement.extras) or frozenset({""})))
    return found


def _asked(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    try:
        lines = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
            try:
                distribution(requirement.name)
            except PackageNotFoundError:
                continue  # of another system, or an extra that is not installed here
            yield requirement


def licence_of(package: Distribution) -> str:
    """What a package says of its licence: the expression, a short text, or the classifiers."""
    about = package.metadata
    name = canonicalize_name(about["Name"])
    said = about.get("License-Expression") or about.get("License") or ""
    if "\n" not in said and 0 < len(said) <= 60:
        return str(said)
    classifiers = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or () if "License" in each]
    return ", ".join(classifiers) or _SAID_ELSEWHERE.get(name, "?")


def pin() -> int:
    """Write the file of pinned versions, by uv."""
    uv = shutil.which("uv")
    if uv is None:
        print("uv is not here: pip install uv", file=sys.stderr)
        return 1
    PINNED.parent.mkdir(exist_ok=True)
    command = [uv, "pip", "compile", str(ROOT / "pyproject.toml"), "--extra", "dev", "--generate-hashes"]
    command += ["--universal", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"]
    return subprocess.run([*command, "--output-file", str(PINNED)], check=False).returncode  # noqa: S603 - our words


def audit() -> int:
    """Known weaknesses of what is pinned; `NOT_AUDITED` where nobody answers."""
    program = shutil.which("pip-audit")
    if program is None:
        print("not audited: pip-audit is not here (pip install pip-audit)")
        return NOT_AUDITED
    with tempfile.TemporaryDirectory() as folder:
        weak = Path(folder) / "weak.txt"
        weak.write_text(KNOWN_WEAK + "\n", encoding="utf-8")
        answer = _audited(program, "--no-deps", "--requirement", str(weak))
        if not answer:
            print(f"not audited: no database answers here, for it knows nothing of {KNOWN_WEAK}")
            return NOT_AUDITED
        found = _audited(program, "--require-hashes", "--disable-pip", "--requirement", str(PINNED))
    for each in found:
        print(each)
    print(f"{len(found)} known weaknesses in what requirements/pinned.txt names")
    return 1 if found else 0


def _audited(program: str, *words: str) -> list[str]:
    """A line for each weakness that pip-audit tells."""
    command = [program, "--format", "json", "--progress-spinner", "off", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603 - our words
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return []
    return [f"{each['name']} {each['version']}: {weak['id']}" for each in told for weak in each.get("vulns", ())]


def main() -> int:
    """One of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["table", "pin", "audit"])
    what = parser.parse_args().what
    if what == "table":
        for name, licence, extras in packages():
            print(f"{name:<28} {', '.join(extras) or 'always':<24} {licence}")
        return 0
    return pin() if what == "pin" else audit()


if __name__ == "__main__":
    sys.exit(main())
