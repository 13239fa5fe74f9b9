"""The unit tests that CEN publishes with its rules: each says which rule must pass or fail on a small document.

    python tools/cen_units.py                    # both engines
    python tools/cen_units.py --engine compiled

A `success` is met when the rule does not speak, an `error` when it does, as often as its `number` says. The files lie
beside the repository, in ../shared/corpus/cen-en16931. Exit status 0: every expectation is met.

Source: github.com/ConnectingEurope/eInvoicing-EN16931, ubl/test and cii/test.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from parity_judge import engine_for
from parity_rules import SHARED, RuleFile, rule_files

from einvoice.schematron import Engine, Outcome
from einvoice.xml import parse_xml

FOLDER = SHARED / "corpus" / "cen-en16931"
_NAMESPACE = "{http://difi.no/xsd/vefa/validator/1.0}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a unit file says of one rule on one document."""

    place: str  # Invoice-unit-UBL/BR-03.xml, test 2
    rule: str
    times: int | None  # how often the rule speaks; None for "at least once"
    known: bool  # whether the rule set has a rule of this name at all
    met: bool


def rule_set_for(syntax: str) -> RuleFile | None:
    """The EN 16931 rules for `ubl` or `cii`, if they are there."""
    names = (f"en16931-{syntax}", f"EN16931-{syntax.upper()}-validation-preprocessed.sch")  # in whatever folder
    return next((file for file in rule_files() if file.id in names or file.path.name in names), None)


def judge(engine: Engine, file: RuleFile, folder: str) -> Iterator[Expectation]:
    """Every expectation of the unit files in a folder."""
    known = {check.id for pattern in file.rules.patterns for rule in pattern.rules for check in rule.checks}
    for path in sorted((FOLDER / folder).glob("*.xml")):
        tests = parse_xml(path.read_bytes()).iterfind(f"{_NAMESPACE}test")
        for number, test in enumerate(tests, start=1):
            document = parse_xml(etree.tostring(test[-1], with_tail=False))
            outcome = engine.check(document)
            for item in test.iterfind(f"{_NAMESPACE}assert/*"):
                kind, rule = etree.QName(item).localname, (item.text or "").strip()
                if kind in ("success", "error"):
                    times = 0 if kind == "success" else _number(item)
                    place = f"{folder}/{path.name}, test {number}"
                    yield Expectation(place, rule, times, rule in known, _met(outcome, rule, times))


def _number(item: etree._Element) -> int | None:
    number = item.get("number")
    return None if number is None else int(number)


def _met(outcome: Outcome, rule: str, times: int | None) -> bool:
    spoke = sum(failure.rule == rule and failure.kind != "error" for failure in outcome.failures)
    return spoke > 0 if times is None else spoke == times


def main() -> int:
    """Run the unit files and print what was not met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--engine", choices=["compiled", "saxon", "both"], default="both")
    chosen = parser.parse_args().engine
    unmet = 0
    for syntax, folders in (("ubl", ["Invoice-unit-UBL", "CreditNote-unit-UBL"]), ("cii", ["cii"])):
        file = rule_set_for(syntax)
        if file is None:
            print(f"{syntax}: the EN 16931 rules are not here")
            continue
        for name in ("compiled", "saxon"):
            if chosen not in (name, "both"):
                continue
            engine = engine_for(name, file)
            found = [item for folder in folders for item in judge(engine, file, folder)]
            missed = [item for item in found if not item.met]
            unmet += len(missed)
            print(f"{syntax}, {name}: {len(found) - len(missed)} of {len(found)} expectations met")
            for item in missed:
                reason = "" if item.known else " (no rule of this name)"
                print(f"  {item.place}: {item.rule}, expected {_expected(item)}{reason}")
    return 1 if unmet else 0


def _expected(item: Expectation) -> str:
    return "it to speak" if item.times is None else f"it to speak {item.times} times"


if __name__ == "__main__":
    sys.exit(main())
