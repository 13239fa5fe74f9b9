"""Every valid invoice through every target: does `convert` make valid from valid, and say it where it does not?

    python tools/conversion_sweep.py [FOLDER] [--every N] [--list N]

Reads each invoice under the folder (default: ../shared/corpus beside the repository), takes those that are judged
valid, and converts them to UBL, CII and each profile of Factur-X. Prints how many results are valid, invalid, without a
verdict or refused, with the reasons, and what was told to be lost, by weight. Exit status 1 where a result is invalid
and `Converted.losses` does not say so, or where something crashed.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from roundtrip import ROOT, documents

import einvoice as ei
from einvoice.errors import EInvoiceError
from einvoice.making import Converted
from einvoice.profiles import FACTURX_PROFILES

CORPUS = ROOT.parent / "shared" / "corpus"
POLICY = ei.Policy(rules="en16931")
Syntax = Literal["ubl", "cii", "facturx"]


@dataclass
class Sweep:
    """What became of all conversions."""

    sources: Counter[str] = field(default_factory=Counter)  # verdict -> documents
    results: Counter[tuple[str, str]] = field(default_factory=Counter)  # (target, outcome)
    reasons: Counter[str] = field(default_factory=Counter)  # of refusals
    weights: Counter[str] = field(default_factory=Counter)  # severity and rule of what is told
    invalid: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    crashed: list[str] = field(default_factory=list)


def targets() -> list[tuple[str, Syntax, str | None]]:
    """Each target by its name, syntax and profile."""
    facturx: list[tuple[str, Syntax, str | None]] = [
        (f"facturx {each.name}", "facturx", each.name) for each in FACTURX_PROFILES
    ]
    return [("ubl", "ubl", None), ("cii", "cii", None), *facturx]


def sweep(files: list[tuple[str, bytes]]) -> Sweep:
    """Convert each of the documents that is valid to all targets."""
    done = Sweep()
    pages = ei.render(ei.Invoice(number="1"), "pdf")  # one for all: a view of each would take most of the time
    for name, data in files:
        (report,) = ei.validate(data, policy=POLICY).documents
        if report.kind not in ("invoice", "credit_note"):
            continue
        done.sources[report.verdict] += 1
        if report.verdict != "valid":
            continue
        for target, to, profile in targets():
            visual = pages if to == "facturx" else None
            convert = partial(ei.convert, data, to, profile=profile, pdf=visual, policy=POLICY)
            try:
                outcome = _one(f"{name} → {target}", convert, done)
            except Exception as error:  # noqa: BLE001 - this is the count of them
                done.crashed.append(f"{name} → {target}: {type(error).__name__}: {error}")
                outcome = "crashed"
            done.results[target, outcome] += 1
    return done


def _one(name: str, convert: Callable[[], Converted], done: Sweep) -> str:
    """One conversion: what became of it."""
    try:
        made = convert()
    except EInvoiceError as refused:
        findings = getattr(refused, "findings", ())
        for each in {f"{each.rule} {_plain(each.field)}" for each in findings} or {str(refused)}:
            done.reasons[f"{name.rpartition(' → ')[2]}: {each}"] += 1
        return "refused" if findings else "refused without reasons"
    for loss in made.losses:
        done.weights[f"{loss.severity} {loss.rule}"] += 1
    report = getattr(made, "report", None) or ei.validate(made.data, policy=POLICY)
    if report.verdict != "invalid":
        return str(report.verdict)
    errors = {each.rule for each in report.documents[0].findings if each.severity == "error"}
    told = {each.rule for each in made.losses if each.severity == "error"}
    text = f"{name}: {', '.join(sorted(errors))}"
    if errors <= told:
        done.invalid.append(text)
        return "invalid, told"
    done.untold.append(text)
    return "invalid, not told"


def _plain(place: str | None) -> str:
    return re.sub(r"\[\d+\]", "", place or "")


def printed(done: Sweep, most: int) -> None:
    """Print the figures."""
    print("documents:", ", ".join(f"{count} {verdict}" for verdict, count in done.sources.most_common()))
    for target, _, _ in targets():
        row = {outcome: count for (each, outcome), count in sorted(done.results.items()) if each == target}
        print(f"  {target:18}", ", ".join(f"{count} {outcome}" for outcome, count in row.items()))
    everything: Counter[str] = Counter()
    for (_, outcome), count in done.results.items():
        everything[outcome] += count
    print(f"  {'all':18}", ", ".join(f"{count} {outcome}" for outcome, count in sorted(everything.items())))
    for title, items in (("crashed", done.crashed), ("invalid, not told", done.untold), ("invalid", done.invalid)):
        print(f"{len(items):6} {title}")
        for item in items[:most]:
            print(f"         {item}")
    for title, counts in (("reasons to refuse", done.reasons), ("told, by weight", done.weights)):
        print(f"{sum(counts.values()):6} {title}")
        for text, count in counts.most_common(most):
            print(f"       {count:5} {text}")


def invoices(folder: Path) -> list[tuple[str, bytes]]:
    """(name, bytes) of the XML and PDF files under the folder."""
    pdfs = [(str(path.relative_to(folder)), path.read_bytes()) for path in sorted(folder.rglob("*.pdf"))]
    return [*documents(folder), *pdfs]


def main() -> int:
    """Sweep, print, and say by the exit status whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth document only")
    parser.add_argument("--list", type=int, default=60, metavar="N", help="how many of each kind to list")
    arguments = parser.parse_args()
    done = sweep(invoices(arguments.folder)[:: arguments.every])
    printed(done, arguments.list)
    return 1 if done.crashed or done.untold else 0


if __name__ == "__main__":
    sys.exit(main())
