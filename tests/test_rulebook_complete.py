from __future__ import annotations

import ast
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

import einvoice
from einvoice.artefacts.installed import find
from einvoice.data import RULESETS, ruleset_text
from einvoice.rulebook import official, row
from einvoice.rulebook.forms import form_of
from einvoice.schematron import read_rules

PACKAGE = Path(einvoice.__file__).parent
ID = re.compile(r"(?:EI|XSD)-[A-Z0-9.]+(?:-[A-Z0-9.]+)*")
OURS = [line.split("\t") for line in ruleset_text("messages.tsv").splitlines()[1:] if re.match(r"(?:EI-|XSD\b)", line)]
TREES = {
    str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
NODES = {path: tuple(ast.walk(tree)) for path, tree in TREES.items()}
WORDED = {
    path: {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for path, nodes in NODES.items()
}
LITERALS = set().union(*WORDED.values())
STARTS = {
    str(node.values[0].value)
    for nodes in NODES.values()
    for node in nodes
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant)
}
DEFECTS = tomllib.loads(ruleset_text("overlays.toml"))["defect"]


def sch_rules():
    """The rules of our own rule sets: the part of an id before its term, and with it where a row words each term."""
    return {
        rule if row(rule) else f"{rule}_{term.partition('_')[0]}"
        for path in RULESETS.glob("*.sch")
        for rule, _, term in re.findall(r'\bid="(EI-[^"_]+)(_?)([^"]*)"', path.read_text(encoding="utf-8"))
    }


def is_named(number):
    """Whether the program, a rule set or the overlay names a row: whole, or its end behind a fixed beginning."""
    ends = {number.removeprefix(start) for start in STARTS if start.startswith(("EI-", "XSD-")) and start in number}
    if number.endswith("_{item}"):
        return any(each.startswith(number.removesuffix("{item}")) for each in sch_rules())
    return number in LITERALS | sch_rules() | set(DEFECTS) or bool(ends & {literal.upper() for literal in LITERALS})


def places(text):
    """The places of a text; {detail} is what a library said, in English, which French texts leave out."""
    found = set(re.findall(r"\{(\w+)(?::day|:figure|:amount)?\}", text))
    return {re.sub(r"_(?:fr|en)$", "", place) for place in found - {"detail", "line", "column"}}


def test_every_id_that_the_program_can_say_has_a_row():
    """Whatever id stands in the code, in a rule set of ours or in the overlay is in the rulebook."""
    named = {literal for literal in LITERALS if ID.fullmatch(literal)} | sch_rules() | set(DEFECTS)
    assert len(named) > 200
    assert not sorted(number for number in named if row(number) is None)


def test_every_row_of_ours_is_named():
    """No sentence outlives what said it."""
    assert not [number for number, *_ in OURS if not is_named(number)]


@pytest.mark.parametrize("cells", OURS, ids=lambda cells: cells[0])
def test_a_row_of_ours_says_the_same_in_both_languages(cells):
    """Each language has the sentence, with the same places; hints too."""
    _, _, _, fr, en, hint_fr, hint_en, *_ = cells
    assert fr
    assert en
    assert places(fr) == places(en)
    assert places(hint_fr) == places(hint_en)


def test_no_sentence_stands_in_the_program():
    """A text of the rulebook is nowhere written a second time."""
    texts = {text for cells in OURS for text in cells[3:7] if " " in text and len(text) > 20}
    assert not sorted(texts & {literal for literals in WORDED.values() for literal in literals})


@pytest.mark.parametrize("ruleset", ["en16931-ubl", "extended-ctc-fr-ubl", "extended-ctc-fr-cii"])
def test_no_rule_of_syntax_is_left_to_its_family(ruleset):
    """Each that has an id has words of its own, or a text from whose form they are made."""
    rules = find(ruleset, on=date(2026, 11, 27))
    read = read_rules(rules.main.name, rules.main.read_bytes(), rules.open_document)
    checks = [check for pattern in read.patterns for rule in pattern.rules for check in rule.checks]
    said = {check.id: "".join(part if isinstance(part, str) else "…" for part in check.message) for check in checks}
    assert len(said) > 500
    known = {id_ for id_ in said if (words := row(id_)) and words.en}
    unsaid = {id_ for id_, text in said.items() if id_ and id_ not in known and not form_of(official(text).text)}
    assert not unsaid
