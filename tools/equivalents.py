"""Whether a rule of Factur-X and the rule of EN 16931 that its text names ("[BR-CO-15]-...") say the same.

    python tools/equivalents.py [--count 8000]

Both rule sets judge the same documents: the CII invoices of the corpus with each element once taken away and once
repeated, and random mutants of them. For each pair that spoke often enough: on how many documents both spoke, and on
how many one alone did, which is worth a look: a profile may have another context or tolerance. Exit status 1 where two
rules that carry one name never spoke on the same document.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from lxml import etree
from parity_mutants import Mutator
from parity_rules import RuleFile, documents_for

from einvoice.artefacts.installed import Artefact, find
from einvoice.rulebook import official
from einvoice.schematron import CompiledRules, RuleSet, compile_rules, read_rules
from einvoice.xml import parse_xml

PROFILES = ("minimum", "basicwl", "basic", "en16931", "extended")
FEWEST = 3  # documents on which both speak
MOST_BYTES = 40_000

Spoken = Mapping[str, set[int]]  # rule -> documents on which it speaks


def rules_of(artefact: Artefact) -> RuleSet:
    """The rules of an artefact."""
    return read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)


def labels(rules: RuleSet) -> dict[str, str]:
    """Rule -> the rule that its own text names, where that is another one."""
    checks = (check for pattern in rules.patterns for rule in pattern.rules for check in rule.checks if check.id)
    said = {check.id: official("".join(part for part in check.message if isinstance(part, str))) for check in checks}
    return {rule: text.label for rule, text in said.items() if rule.startswith("FX-") and text.label.startswith("BR-")}


def documents(file: RuleFile, count: int) -> Iterator[etree._Element]:
    """The corpus, each of its elements once taken away and once repeated, then random mutants."""
    whole = [each for each in documents_for(file) if len(etree.tostring(each)) < MOST_BYTES]
    seen: set[tuple[str, ...]] = set()
    for root in whole:
        yield root
        for position, element in enumerate(root.iterdescendants(etree.Element)):
            path = (*tuple(each.tag for each in element.iterancestors()), element.tag)
            if path in seen:
                continue
            seen.add(path)
            for repeat in (False, True):
                mutant = deepcopy(root)
                target = list(mutant.iterdescendants(etree.Element))[position]
                if repeat:
                    target.addnext(deepcopy(target))
                else:
                    target.getparent().remove(target)
                yield parse_xml(etree.tostring(mutant))
    mutator = Mutator(file.rules, whole)
    for number in range(count):
        yield mutator.mutant(Random(f"equivalents/{number}"))  # noqa: S311 - mutants, no secrets


def spoken(rules: CompiledRules, roots: list[etree._Element]) -> Spoken:
    """On which documents each rule speaks."""
    found: dict[str, set[int]] = defaultdict(set)
    for number, root in enumerate(roots):
        for failure in rules.check(root).failures:
            if failure.rule and failure.kind != "error":
                found[failure.rule].add(number)
    return found


def main() -> int:
    """Fire both, and say where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=8000, help="random mutants")
    options = parser.parse_args()
    today = datetime.now(tz=UTC).date()
    cen = find("en16931-cii", on=today)
    if cen is None:
        sys.exit("CEN's rules for CII are not installed: einvoice artefacts fetch")
    roots = list(documents(RuleFile("en16931-cii", Path(cen.main)), options.count))
    theirs = spoken(compile_rules(rules_of(cen)), roots)
    print(f"{len(roots)} documents")
    strangers = 0
    for profile in PROFILES:
        artefact = find(f"facturx-{profile}", on=today)
        if artefact is None:
            continue
        rules = rules_of(artefact)
        ours, named = spoken(compile_rules(rules), roots), labels(rules)
        tried = [
            (rule, label) for rule, label in named.items() if len(ours.get(rule, ())) >= FEWEST and label in theirs
        ]
        same = sum(ours[rule] == theirs[label] for rule, label in tried)
        print(f"{profile}: {len(named)} rules name another one; {len(tried)} spoke, {same} on the very same documents")
        for rule, label in tried:
            both = len(ours[rule] & theirs[label])
            strangers += not both
            if ours[rule] != theirs[label]:
                alone = len(ours[rule]) - both, len(theirs[label]) - both
                print(f"    {rule} {label}: both {both}, alone {alone[0]} and {alone[1]}")
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main())
