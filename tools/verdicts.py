"""The verdicts on real documents, by syntax and rule set, with CEN's rules for CII and without them.

    python tools/verdicts.py [FOLDER] [--cen RELEASE]

Judges each XML and PDF file under the folder (default: ../shared/corpus beside the repository) by what packages carry,
and again with the rules of the release added (default: ../shared/artefacts/cen-1.3.16), which no package brings. Prints
both tables, the rules on which a verdict hangs that could not be given, and each document whose verdict differs. Exit
status 1 where a stand-in and the rules that it stands in for contradict each other, or where a document is `not_run`
although they call it valid.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import einvoice as ei
from einvoice.artefacts.adding import add

SHARED = Path(__file__).resolve().parents[2] / "shared"
VERDICTS = ("valid", "invalid", "not_run")


class Judged(NamedTuple):
    """What was said of a document."""

    syntax: str
    rules: str  # the rule set of its profile
    verdict: str
    why: str  # why there is none


def judged(files: Mapping[str, bytes], added: Path | None) -> dict[str, Judged]:
    """The verdict on each file, with the rules of a release added or with none."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("EINVOICE_ARTEFACTS")
        os.environ["EINVOICE_ARTEFACTS"] = folder
        try:
            if added is not None:
                add(added)
            return {name: _one(data) for name, data in files.items()}
        finally:
            os.environ.pop("EINVOICE_ARTEFACTS")
            if before is not None:
                os.environ["EINVOICE_ARTEFACTS"] = before


def _one(data: bytes) -> Judged:
    (report,) = ei.validate(data, language="en").documents
    rules = next((step.ruleset for step in report.steps if step.name == "profile" and step.ruleset), None)
    why = "; ".join(str(step.reason) for step in report.steps if step.status == "not_run")
    return Judged(report.syntax, rules or "—", report.verdict, why if report.verdict == "not_run" else "")


def printed(title: str, found: Mapping[str, Judged]) -> None:
    """Print the table of one run."""
    print(f"== {title}\n{'syntax':8} {'rules':22} {'valid':>7} {'invalid':>7} {'not_run':>7}")
    counts = Counter((each.syntax, each.rules, each.verdict) for each in found.values())
    for syntax, rules in sorted({key[:2] for key in counts}):
        figures = (counts[syntax, rules, verdict] for verdict in VERDICTS)
        print(f"{syntax:8} {rules:22}", *(f"{count:7}" for count in figures))
    for why, count in Counter(each.why for each in found.values() if each.why).most_common():
        print(f"{count:7} not_run: {why}")


def main() -> int:
    """Judge twice, print, and say by the exit status whether both agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED / "corpus")
    parser.add_argument(
        "--cen", type=Path, default=SHARED / "artefacts" / "cen-1.3.16", help="a release with the rules"
    )
    given = parser.parse_args()
    paths = (path for path in sorted(given.folder.rglob("*")) if path.suffix.lower() in (".xml", ".pdf"))
    files = {str(path.relative_to(given.folder)): path.read_bytes() for path in paths}
    without, added = judged(files, None), judged(files, given.cen)
    printed("what packages carry", without)
    printed(f"{given.cen.name} added", added)
    differ = {name: (each, added[name]) for name, each in without.items() if each.verdict != added[name].verdict}
    print(f"{len(differ)} documents get another verdict")
    for name, (one, other) in differ.items():
        print(f"  {name}: {one.verdict} → {other.verdict}  {one.why}")
    return 1 if any(one.verdict != "not_run" or other.verdict == "valid" for one, other in differ.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
