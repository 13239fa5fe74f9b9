"""Which rules of Factur-X say the same as a rule of EN 16931 for CII, found and held against it by firing both.

    python tools/equivalents.py [--count 8000] [--write]

Both rule sets judge the same documents: the CII invoices of the corpus with each element once taken away and once
repeated, each value and attribute once spoiled, and random mutants of them. A rule of Factur-X whose text names the
other ("[BR-CO-15]-...") is held against that one: on how many documents both spoke, and on how many one alone did,
which is worth a look: a profile may have another context or tolerance. Exit status 1 where two rules that carry one
name never spoke on the same document.

For a rule that names none, the one is looked for that speaks on the very same nodes, or on the very same documents;
`--write` writes what is found to `schematron/equivalents.tsv`. Rules of CEN that forbid an element which a profile has
are none: they speak together by accident, of something else. Nor is a number that means another rule elsewhere.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from lxml import etree
from parity_mutants import Mutator
from parity_rules import RuleFile, documents_for

from einvoice.artefacts.installed import Artefact, find
from einvoice.data import RULESETS
from einvoice.disk import replace_file
from einvoice.rulebook import equivalents, official
from einvoice.schematron import CompiledRules, RuleSet, compile_rules, read_rules
from einvoice.xml import parse_xml

PROFILES = ("minimum", "basicwl", "basic", "en16931", "extended")
FEWEST = 3  # documents on which both speak
FEWEST_NODES = 5  # places at which both speak, where no text names the other rule
SPOILED = 6  # documents in which the elements at one path are spoiled
LIKE = 0.95  # of the places where the other rule speaks on such nodes: where a context is narrower, some are missing
LIKE_OF_CODES = 0.75  # of code lists, either way: CEN passes over codes that are empty, and lists are of different days
TABLE = RULESETS / "equivalents.tsv"
MOST_BYTES = 40_000

Spoken = Mapping[str, set[int]]  # rule -> documents on which it speaks
Node = tuple[int, str]  # document, location
Nodes = Mapping[str, set[Node]]


def rules_of(artefact: Artefact) -> RuleSet:
    """The rules of an artefact."""
    return read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)


def messages(rules: RuleSet) -> dict[str, str]:
    """Rule -> its text."""
    checks = (check for pattern in rules.patterns for rule in pattern.rules for check in rule.checks if check.id)
    return {check.id: "".join(part for part in check.message if isinstance(part, str)) for check in checks}


def labels(rules: RuleSet) -> dict[str, str]:
    """Rule -> the rule that its own text names, where that is another one."""
    said = {rule: official(text) for rule, text in messages(rules).items()}
    return {rule: text.label for rule, text in said.items() if equivalents(rule, text.label) == (text.label,)}


def documents(file: RuleFile, count: int) -> Iterator[etree._Element]:
    """The corpus, each of its elements once taken away and once repeated, then random mutants."""
    whole = [each for each in documents_for(file) if len(etree.tostring(each)) < MOST_BYTES]
    seen: Counter[tuple[str, ...]] = Counter()
    for root in whole:
        yield root
        for position, element in enumerate(root.iterdescendants(etree.Element)):
            path = (*tuple(each.tag for each in element.iterancestors()), element.tag)
            seen[path] += 1
            if seen[path] == 1:
                yield from _without_and_twice(root, position)
            if seen[path] <= SPOILED:
                yield from _spoiled(root, position)
    mutator = Mutator(file.rules, whole)
    for number in range(count):
        yield mutator.mutant(Random(f"equivalents/{number}"))  # noqa: S311 - mutants, no secrets


def _without_and_twice(root: etree._Element, position: int) -> Iterator[etree._Element]:
    """The element taken away, and repeated."""
    for repeat in (False, True):
        mutant = deepcopy(root)
        target = list(mutant.iterdescendants(etree.Element))[position]
        if repeat:
            target.addnext(deepcopy(target))
        else:
            target.getparent().remove(target)
        yield parse_xml(etree.tostring(mutant))


def _spoiled(root: etree._Element, position: int) -> Iterator[etree._Element]:
    """The element with another value, and with each attribute once spoiled and once gone."""
    element = list(root.iterdescendants(etree.Element))[position]
    changes = [("text", "?")] if not len(element) else []
    changes += [(name, value) for name in element.attrib for value in ("?", None)]
    for name, value in changes:
        mutant = deepcopy(root)
        target = list(mutant.iterdescendants(etree.Element))[position]
        if name == "text":
            target.text = value
        elif value is None:
            del target.attrib[name]
        else:
            target.set(name, value)
        yield parse_xml(etree.tostring(mutant))


def nodes(rules: CompiledRules, roots: list[etree._Element]) -> Nodes:
    """On which nodes of which documents each rule speaks."""
    found: dict[str, set[Node]] = defaultdict(set)
    for number, root in enumerate(roots):
        for failure in rules.check(root).failures:
            if failure.rule and failure.kind != "error":
                found[failure.rule].add((number, failure.location))
    return found


def on_documents(found: Nodes) -> Spoken:
    """On which documents each rule speaks."""
    return {rule: {number for number, _ in places} for rule, places in found.items()}


def unnamed(ours: Nodes, theirs: Nodes, named: Mapping[str, str], forbidding: set[str]) -> dict[str, set[str]]:
    """Rule of Factur-X that names no other -> rules of EN 16931 that speak on its nodes, or else its documents."""
    by_document = on_documents(theirs)
    kinds = {rule: {_kind(place) for _, place in places} for rule, places in theirs.items()}
    found = {}
    for rule, places in ours.items():
        if not rule.startswith("FX-") or rule in named or len(places) < FEWEST_NODES:
            continue
        mine = {_kind(place) for _, place in places}
        alike = {
            label
            for label, others in theirs.items()
            if label not in forbidding and mine <= kinds[label] and _like(label, places, others, mine)
        }
        documents = {number for number, _ in places}
        alike = alike or {
            label for label, others in by_document.items() if label not in forbidding and others == documents
        }
        found[rule] = alike
    return found


def _like(label: str, places: set[Node], others: set[Node], kinds: set[str]) -> bool:
    there = {(number, place) for number, place in others if _kind(place) in kinds}
    both, codes = len(places & there), label.startswith("BR-CL-")
    of_ours, of_theirs = (LIKE_OF_CODES, LIKE_OF_CODES) if codes else (1, LIKE)
    return both >= of_ours * len(places) and both >= of_theirs * len(there)


def _kind(location: str) -> str:
    """A location without the numbers of its elements."""
    return re.sub(r"\[\d+\]", "", location)


def main() -> int:
    """Fire both, and say where they differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=8000, help="random mutants")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name} anew")
    options = parser.parse_args()
    today = datetime.now(tz=UTC).date()
    cen = find("en16931-cii", on=today)
    if cen is None:
        sys.exit("CEN's rules for CII are not installed: einvoice artefacts fetch")
    roots = list(documents(RuleFile("en16931-cii", Path(cen.main)), options.count))
    their_rules = rules_of(cen)
    theirs = nodes(compile_rules(their_rules), roots)
    their_documents = on_documents(theirs)
    forbidding = {rule for rule, said in messages(their_rules).items() if "not be present" in said}
    print(f"{len(roots)} documents")
    strangers, tables = 0, []
    texts: dict[str, set[str]] = defaultdict(set)
    for profile in PROFILES:
        artefact = find(f"facturx-{profile}", on=today)
        if artefact is None:
            continue
        rules = rules_of(artefact)
        places, named = nodes(compile_rules(rules), roots), labels(rules)
        for rule, said in messages(rules).items():
            texts[rule].add(said.strip())
        strangers += _compare(profile, on_documents(places), their_documents, named)
        tables.append(unnamed(places, theirs, named, forbidding))
        numbered = sum(rule.startswith("FX-") for rule in messages(rules))
        found = sum(map(bool, tables[-1].values()))
        print(f"    {numbered - len(named)} of {numbered} name none; {len(tables[-1])} spoke, {found} have an equal")
    table = {rule: alike for rule, alike in _merged(tables).items() if len(texts[rule]) == 1}
    print(f"{len(table)} rules that name none have an equal")
    if options.write:
        _write(table)
    return 1 if strangers else 0


def _compare(profile: str, ours: Spoken, theirs: Spoken, named: Mapping[str, str]) -> int:
    """Say how rules that carry one name fare; return how many of them never spoke together."""
    tried = [(rule, label) for rule, label in named.items() if len(ours.get(rule, ())) >= FEWEST and label in theirs]
    same = sum(ours[rule] == theirs[label] for rule, label in tried)
    print(f"{profile}: {len(named)} rules name another one; {len(tried)} spoke, {same} on the very same documents")
    for rule, label in tried:
        both = len(ours[rule] & theirs[label])
        if ours[rule] != theirs[label]:
            alone = len(ours[rule]) - both, len(theirs[label]) - both
            print(f"    {rule} {label}: both {both}, alone {alone[0]} and {alone[1]}")
    return sum(not ours[rule] & theirs[label] for rule, label in tried)


def _merged(tables: list[dict[str, set[str]]]) -> dict[str, set[str]]:
    """What holds in every profile in which the rule spoke."""
    merged: dict[str, set[str]] = {}
    for table in tables:
        for rule, alike in table.items():
            merged[rule] = merged[rule] & alike if rule in merged else alike
    return {rule: alike for rule, alike in sorted(merged.items()) if alike}


def _write(table: Mapping[str, set[str]]) -> None:
    rows = "".join(f"{rule}\t{' '.join(sorted(alike))}\n" for rule, alike in table.items())
    replace_file(TABLE, f"rule\tequivalents\n{rows}".encode())


if __name__ == "__main__":
    sys.exit(main())
