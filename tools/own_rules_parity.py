"""Our own rule sets by both engines: the compiled rules and SaxonC find the same, on documents and mutants of them.

    python tools/own_rules_parity.py                          # 5,000 documents for each rule set
    python tools/own_rules_parity.py --count 500 --only einvoice-b2g

Documents: the published examples beside the repository, the messages, e-reports and invoices that we build, and mutants
of them all. Exit status 1 if the engines differ or a rule cannot be evaluated.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from france_messages import copies
from lxml import etree
from parity_judge import Judges
from parity_mutants import Mutator
from parity_rules import SHARED, RuleFile

from einvoice.commands.sheets import sheets
from einvoice.data import RULESETS
from einvoice.france.ereporting import Declarant, Reporting, flux10
from einvoice.france.ereporting.columns import table_of
from einvoice.france.ereporting.tables import Tables
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle.codes import STATUSES
from einvoice.model import Identifier
from einvoice.xml import parse_xml

ROOT = Path(__file__).parents[1]
_PUBLISHED = SHARED / "corpus" / "fr-ctc-examples"


@dataclass
class Tally:
    """What the comparisons of a rule set gave."""

    documents: int = 0
    differ: int = 0
    errors: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)


def messages() -> Iterator[etree._Element]:
    """Lifecycle messages: the published examples, where they are at hand, and every status that we build."""
    for path in sorted(_PUBLISHED.glob("cdar*/*.xml")):
        yield parse_xml(path.read_bytes())
    for kind in (each for each in STATUSES.values() if each.phase):
        for by in kind.set_by:
            for _, message in copies(kind, by):
                yield parse_xml(cdar.write(message))


def reports() -> Iterator[etree._Element]:
    """E-reports: the published examples, where they are at hand, and those of the example books."""
    for path in sorted(SHARED.glob("corpus/**/*lux10*.xml")):
        yield parse_xml(path.read_bytes())
    declarant = Declarant(identifier=Identifier(value="100000009", scheme_id="0002"), name="VENDEUR EXEMPLE")
    platform = Declarant(identifier=Identifier(value="0123", scheme_id="0238"), name="PA EXEMPLE")
    tables = Tables(declarant)
    for path in sorted((ROOT / "fixtures" / "books").glob("*.csv")):
        for sheet, rows in sheets(path.name, path.read_bytes()):
            table = table_of(rows[0])
            assert table is not None  # noqa: S101 - our own examples
            tables.add(table, sheet, rows)
    for filing in Reporting(declarant, platform, "real_normal_monthly").filings(tables.books(), 2026):
        yield parse_xml(flux10.write(filing.report))


def invoices() -> Iterator[etree._Element]:
    """Invoices in both syntaxes: ours, and the published ones where they are at hand."""
    paths = [*(ROOT / "fixtures" / "valid").glob("*.xml"), *_PUBLISHED.glob("invoices/**/*.xml")]
    for path in sorted(paths):
        yield parse_xml(path.read_bytes())


SETS: dict[str, Callable[[], Iterator[etree._Element]]] = {
    "einvoice-cdar": messages,
    "einvoice-flux10": reports,
    "einvoice-b2g": invoices,
}


def mutants(file: RuleFile, bases: list[etree._Element], count: int, seed: str) -> Iterator[etree._Element]:
    """The documents, and as many mutants as there are missing to `count`."""
    yield from bases[:count]
    mutator = Mutator(file.rules, bases)
    for number in range(count - len(bases)):
        yield mutator.mutant(Random(f"{seed}/{number}"))  # noqa: S311 - no secrets


def compare(name: str, count: int, seed: str) -> Tally:
    """Hold the engines against each other."""
    file, tally = RuleFile(name, RULESETS / f"{name}.sch"), Tally()
    judges = Judges(file)
    for root in mutants(file, list(SETS[name]()), count, seed):
        outcome = judges.compare(root)
        tally.documents += 1
        tally.errors += sum(failure.kind == "error" for failure in outcome.failures)
        tally.fired.update(failure.rule for failure in outcome.failures)
        if outcome.status != "equal":
            tally.differ += 1
            tally.examples += [f"{outcome.status}: {outcome.differences}"]
    return tally


def main() -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000, help="documents for each rule set")
    parser.add_argument("--seed", default="7")
    parser.add_argument("--only", choices=SETS, help="one rule set")
    given = parser.parse_args()
    failed = False
    for name in [given.only] if given.only else SETS:
        tally = compare(name, given.count, given.seed)
        print(
            f"{name}: {tally.documents} documents, {tally.differ} on which the engines differ, {tally.errors} errors; "
            f"{len(tally.fired)} asserts failed somewhere, {tally.fired.total()} times"
        )
        for example in tally.examples[:5]:
            print(f"    {example}")
        failed |= bool(tally.differ or tally.errors)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
