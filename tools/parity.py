"""`make parity`: the compiled rules against Saxon, on the corpus and on thousands of mutants of it.

    python tools/parity.py --count 20000 --jobs 2             # that many documents x rule sets, over all rule sets
    python tools/parity.py --count 500 --rules en16931-ubl    # one rule set
    python tools/parity.py --seed 7 --minutes 30

Findings are compared as multisets of (rule id, location), with their messages, flags and lines. Each disagreement is
written to build/parity, reduced to a small document, with what both sides say. The same seed gives the same run. Exit
status 0: no disagreement.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

from lxml import etree
from parity_judge import Comparison, Judges
from parity_mutants import Mutator
from parity_rules import ROOT, RuleFile, documents_for, rule_files

from einvoice.schematron import Check, Failure
from einvoice.xml import parse_xml

MOST_EXAMPLES = 20  # written out, for each rule set; each about other rules


@dataclass
class Tally:
    """What the comparisons on one rule set gave."""

    rules: str
    statuses: Counter[str] = field(default_factory=Counter)
    checks: int = 0
    silent: list[str] = field(default_factory=list)  # checks that never spoke
    fired: int = 0
    findings: int = 0
    examples: list[tuple[str, bytes]] = field(default_factory=list)  # differences in words, document

    @property
    def comparisons(self) -> int:
        """How many documents were compared."""
        return sum(self.statuses.values())


def compare_many(file: RuleFile, seed: str, numbers: range, stop_at: float, *, reducing: float = 20.0) -> Tally:
    """Compare on the documents with these numbers: the corpus as it is and mutants of it, in turns.

    `reducing` is the time, in seconds, to make the document of a disagreement smaller.
    """
    documents = documents_for(file)
    tally = Tally(file.id)
    if not documents:
        return tally
    judges, mutator = Judges(file), Mutator(file.rules, documents)
    labels, spoke, topics = _Labels(file), set[str](), set[str]()
    for number in numbers:
        if time.monotonic() > stop_at:
            break
        random = Random(f"{seed}/{file.id}/{number}")  # noqa: S311 - mutants, no secrets
        known = number % 2 == 0 and number // 2 < len(documents)
        root = documents[number // 2] if known else mutator.mutant(random)
        comparison = judges.compare(root)
        tally.statuses[comparison.status] += 1
        tally.fired += comparison.fired
        tally.findings += len(comparison.failures)
        for failure in comparison.failures:
            spoke |= labels.of(failure)
        if not _topics(comparison) <= topics and len(tally.examples) < MOST_EXAMPLES:
            small = _reduce(judges, root, _topics(comparison) - topics, time.monotonic() + reducing)
            differences = judges.compare(small)
            topics |= _topics(comparison) | _topics(differences)
            tally.examples.append(("\n".join(differences.differences), etree.tostring(small)))
    tally.checks = len(labels.all)
    tally.silent = [label for label in labels.all if label not in spoke]
    return tally


class _Labels:
    """What a check is called: by its id, or by its test where the publisher gave no id."""

    def __init__(self, file: RuleFile) -> None:
        checks = [check for pattern in file.rules.patterns for rule in pattern.rules for check in rule.checks]
        self.all = list(dict.fromkeys(_label(check) for check in checks))
        self._nameless = [(_message_pattern(check), _label(check)) for check in checks if not check.id]

    def of(self, failure: Failure) -> set[str]:
        """The check that a failure comes from; several, where checks without an id have the same message."""
        if failure.rule:
            return {failure.rule}
        return {label for form, label in self._nameless if form.fullmatch(failure.message)}


def _label(check: Check) -> str:
    return check.id or f"line {check.line}: {check.test[:80]}"


def _message_pattern(check: Check) -> re.Pattern[str]:
    parts = (re.escape(part) if isinstance(part, str) else ".*" for part in check.message)
    return re.compile("".join(parts), re.DOTALL)


def _reduce(judges: Judges, root: etree._Element, wanted: set[str], end: float) -> etree._Element:
    """A smaller document on which the two still differ about one of these rules."""
    position = 0
    while time.monotonic() < end and position < sum(1 for _ in root.iterdescendants()):
        smaller = parse_xml(etree.tostring(root))
        element = list(smaller.iterdescendants())[position]
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        smaller = parse_xml(etree.tostring(smaller))
        if wanted & _topics(judges.compare(smaller)):
            root = smaller
        else:
            position += 1
    return root


def _topics(comparison: Comparison) -> set[str]:
    return {re.split(" at |:", difference)[0] for difference in comparison.differences}


def _job(job: tuple[int, str, range, float]) -> Tally:
    index, seed, numbers, seconds = job
    return compare_many(rule_files()[index], seed, numbers, time.monotonic() + seconds)


def _jobs(options: argparse.Namespace) -> list[tuple[int, str, range, float]]:
    chosen = [
        (index, file)
        for index, file in enumerate(rule_files())
        if file.roots and (options.rules is None or options.rules in file.id)
    ]
    if not chosen:
        return []
    each = max(1, -(-options.count // len(chosen)))
    seconds = 60 * options.minutes * options.jobs / len(chosen)
    return [(index, options.seed, range(each), seconds) for index, _ in chosen]


def _write(tally: Tally, folder: Path) -> None:
    """The disagreements, each as a document and an account of it, and the checks that never spoke."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", tally.rules)
    (folder / f"{name}-silent.txt").write_text("".join(f"{label}\n" for label in tally.silent), encoding="utf-8")
    for number, (differences, document) in enumerate(tally.examples):
        (folder / f"{name}-{number}.xml").write_bytes(document)
        (folder / f"{name}-{number}.txt").write_text(differences + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run and print the account."""
    parser = argparse.ArgumentParser(description="The compiled rules against Saxon.")
    parser.add_argument("--count", type=int, default=2_000, help="comparisons over all rule sets")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rules", help="only rule sets with this in their id")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--minutes", type=float, default=60.0, help="time limit for the whole run")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "parity", help="where disagreements are written")
    options = parser.parse_args(arguments)
    total: Counter[str] = Counter()
    columns = ("compared", "equal", "errors", "decided", "gave up", "differ", "findings")
    print(f"{'rule set':52}" + "".join(f"{column:>9}" for column in columns) + "  silent")
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as processes:
        for tally in processes.map(_job, _jobs(options)):
            total += tally.statuses
            _write(tally, options.out)
            counts = [tally.statuses[name] for name in ("equal", "equal with errors", "decided", "gave up", "differ")]
            figures = "".join(f"{count:9}" for count in (tally.comparisons, *counts, tally.findings))
            print(f"{tally.rules:52}{figures}  {len(tally.silent)} of {tally.checks}", flush=True)
    print(f"{total.total()} comparisons; " + ", ".join(f"{count} {status}" for status, count in total.most_common()))
    return 1 if total["differ"] or not total else 0


if __name__ == "__main__":
    sys.exit(main())
