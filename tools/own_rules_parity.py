"""Our own rules on lifecycle messages: compiled, by SaxonC, and what the Python checks before them said.

    python tools/own_rules_parity.py                          # compiled against SaxonC, on 5,000 documents
    python tools/own_rules_parity.py --old ../before          # and against an older revision, in the folder given

Documents: the published examples beside the repository, the messages that we build, and mutants of them all. Each is
compared twice with the older checks, which knew a model and no document. Written back from the model, both must find
the same. As it came, they may differ where the reader dropped something: those differences are counted by what it was.

Exit status 1 if the engines differ, a rule cannot be evaluated, or a difference has no cause.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO

from france_messages import copies
from lxml import etree
from parity_judge import Judges
from parity_mutants import Mutator
from parity_rules import SHARED, RuleFile

from einvoice.data import RULESETS
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle.codes import STATUSES
from einvoice.schematron.rules import Failure
from einvoice.xml import parse_xml

NAMES = ("einvoice-cdar",)
PYTHON_ONLY = {"EI-CDV-10"}  # check digits: no matter for XPath
NO_CAUSE = "without a cause"
NEW_TERMS = {"EI-CDV-19"}  # named its item by its field alone

Found = Counter[tuple[str, str, str]]  # rule, severity, term
Older = tuple[IO[str], IO[str]]


@dataclass
class Tally:
    """What the comparisons gave."""

    documents: int = 0
    engines_differ: int = 0
    errors: int = 0
    equal: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def tell(self, what: str, details: object) -> None:
        """Count it, and keep the first of each kind."""
        self.causes[what] += 1
        self.examples.setdefault(what, str(details))


def files() -> tuple[RuleFile, ...]:
    """The rule sets."""
    return tuple(RuleFile(name, RULESETS / f"{name}.sch") for name in NAMES)


def documents() -> Iterator[etree._Element]:
    """Published examples, where they are at hand, and messages of ours."""
    for path in sorted((SHARED / "corpus" / "fr-ctc-examples").glob("cdar*/*.xml")):
        yield parse_xml(path.read_bytes())
    for kind in (each for each in STATUSES.values() if each.phase):
        for by in kind.set_by:
            for _, message in copies(kind, by):
                yield parse_xml(cdar.write(message))


def mutants(count: int, seed: str) -> Iterator[etree._Element]:
    """The documents, and as many mutants as there are missing to `count`: of each rule set in turn."""
    bases = list(documents())
    yield from bases[:count]
    mutators = [Mutator(file.rules, bases) for file in files()]
    for number in range(count - len(bases)):
        yield mutators[number % len(mutators)].mutant(Random(f"{seed}/{number}"))  # noqa: S311 - no secrets


def compare(count: int, seed: str, older: Older | None) -> Tally:
    """Hold engines and revisions against each other."""
    tally, judges = Tally(), [Judges(file) for file in files()]
    for root in mutants(count, seed):
        tally.documents += 1
        failures: list[Failure] = []
        for judge in judges:
            outcome = judge.compare(root)
            failures += outcome.failures
            if outcome.status != "equal":
                tally.engines_differ += 1
                tally.tell("engines differ", outcome.differences)
        tally.errors += sum(failure.kind == "error" for failure in failures)
        tally.fired.update(failure.rule for failure in failures)
        if older is not None:
            _compare_with_older(root, _found(failures), judges, older, tally)
    return tally


def _compare_with_older(root: etree._Element, found: Found, judges: list[Judges], older: Older, tally: Tally) -> None:
    before = _before(root, older)
    message = cdar.read(root)
    written = parse_xml(cdar.write(message, incomplete=True))
    of_model = _found([failure for judge in judges for failure in judge.compiled.check(written).failures])
    dropped = {each.kind for each in message.unread} | _says_nothing(root) | _says_twice(root)
    tally.equal += before == found
    for what, now, causes in (("the same model", of_model, _says_nothing(written)), ("the document", found, dropped)):
        less, more = before - now, now - before
        if less or more:
            rules = " ".join(sorted({rule for rule, _, _ in less | more}))
            tally.tell(f"{what}, {'/'.join(sorted(causes)) or NO_CAUSE}: {rules}", (less, more, _text(root)))


def _says_nothing(root: etree._Element) -> set[str]:
    """The older checks took a part that holds empty parts only for one that says something."""
    silent = any(len(each) and not "".join(each.itertext()).strip() and not each.xpath(".//@*") for each in root.iter())
    return {"empty"} if silent else set()


def _says_twice(root: etree._Element) -> set[str]:
    """The reader passes over a value that stands there twice."""
    leaves = ((each, each.getnext()) for each in root.iter() if not len(each))
    twice = any(other is not None and (each.tag, each.text) == (other.tag, other.text) for each, other in leaves)
    return {"repeated"} if twice else set()


def _found(failures: list[Failure]) -> Found:
    parts = [(failure.rule.split("_"), failure.flag) for failure in failures if failure.kind != "error"]
    return Counter((rule, flag, "" if rule in NEW_TERMS else term) for (rule, term, *_), flag in parts)


def _before(root: etree._Element, older: Older) -> Found:
    asked, answered = older
    asked.write(base64.b64encode(etree.tostring(root)).decode() + "\n")
    asked.flush()
    return Counter(
        (rule, severity, term) for rule, severity, term, _ in json.loads(answered.readline()) if rule not in PYTHON_ONLY
    )


def _text(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode")


@contextmanager
def older_checks(folder: Path) -> Iterator[Older]:
    """The checks of the revision in that folder, in a process of its own."""
    script = Path(__file__).with_name("own_rules_before.py").read_text(encoding="utf-8")
    command, path = [sys.executable, "-c", script], {"PYTHONPATH": str(folder.resolve())}
    with subprocess.Popen(command, cwd=folder, env=path, text=True, stdin=-1, stdout=-1) as process:  # noqa: S603 - ours
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101
        yield process.stdin, process.stdout
        process.stdin.close()


def main() -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", default="7")
    parser.add_argument("--old", type=Path, help="folder of an older revision whose Python checks are compared too")
    parser.add_argument("--examples", action="store_true", help="show the first document of each difference")
    given = parser.parse_args()
    if given.old is None:
        tally = compare(given.count, given.seed, None)
    else:
        with older_checks(given.old) as older:
            tally = compare(given.count, given.seed, older)
    print(f"{tally.documents} documents, {tally.engines_differ} on which the engines differ, {tally.errors} errors")
    print(f"{len(tally.fired)} asserts failed somewhere, {tally.fired.total()} times")
    if given.old is not None:
        print(f"{tally.equal} as the checks before; the others by what the reader dropped, and rule:")
    for what, number in tally.causes.most_common():
        print(f"{number:6}  {what}")
        if given.examples:
            print(f"        {tally.examples[what]}")
    unexplained = [what for what in tally.causes if what.startswith("engines") or NO_CAUSE in what]
    return 1 if unexplained or tally.errors else 0


if __name__ == "__main__":
    sys.exit(main())
