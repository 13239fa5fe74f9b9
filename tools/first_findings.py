"""`make first-findings`: for each broken invoice of the tests, whether the first finding names the true cause.

    python tools/first_findings.py                          # as einvoice is here
    python tools/first_findings.py --before ../einvoice-0.1 # and beside it what another checkout says

The first finding is that of the report as text, which is what a person reads. Exit status 1 where it is another one.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from broken_invoices import BROKEN, Broken  # noqa: E402 - beside the tests

_HEAD = re.compile(r"^ +(?:ERROR|WARNING|INFORMATION)  (\S+)(?: \(= ([^)]*)\))?", re.MULTILINE)


def first(document: Path, checkout: Path) -> tuple[str, ...]:
    """The rule of the first finding and its equals, as a checkout prints them; none where nothing was found."""
    command = [sys.executable, "-m", "einvoice", "validate", "--lang", "en", str(document)]
    environment = os.environ | {"PYTHONPATH": str(checkout), "COLUMNS": "100"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=checkout)  # noqa: S603 - our own words
    found = _HEAD.search(done.stdout)
    return (found[1], *(found[2] or "").split(", ")) if found else ()


def _row(broken: Broken, said: list[tuple[str, ...]]) -> str:
    marks = (f"{'yes' if broken.rule in rules else 'no ':<4}{rules[0] if rules else '-':<22}" for rules in said)
    return f"{broken.name:<30}{broken.rule + ' ' + broken.field:<46}{''.join(marks)}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Does the first finding name the true cause?")
    parser.add_argument("--before", type=Path, help="another checkout of einvoice")
    options = parser.parse_args(arguments)
    checkouts = [*([options.before.resolve()] if options.before else []), ROOT]
    named = [0] * len(checkouts)
    with tempfile.TemporaryDirectory() as folder:
        for broken in BROKEN:
            document = Path(folder) / f"invoice.{'pdf' if broken.pdf else 'xml'}"
            document.write_bytes(broken.document())
            said = [first(document, checkout) for checkout in checkouts]
            named = [count + (broken.rule in rules) for count, rules in zip(named, said, strict=True)]
            print(_row(broken, said), flush=True)
    print(f"the true cause comes first in {', then '.join(map(str, named))} of {len(BROKEN)}")
    return 0 if named[-1] == len(BROKEN) else 1


if __name__ == "__main__":
    sys.exit(main())
