"""The examples of the reference: each change breaks its rule, and the document without it does not."""

from __future__ import annotations

import sys

import pytest
from folders import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import rule_examples

EXAMPLES = rule_examples.kept()


@pytest.mark.parametrize("example", EXAMPLES[::7], ids=lambda each: each.rule)
def test_an_example_breaks_its_rule(example):
    """A seventh of them; `python tools/rule_examples.py` tries all."""
    assert rule_examples.holds(example)


def test_most_rules_of_the_published_sets_have_an_example():
    """Those of EN 16931 above all."""
    rules = {each.rule for each in EXAMPLES}
    assert len(rules) == len(EXAMPLES)
    assert len([rule for rule in rules if rule.startswith("BR-")]) > 250
    assert {"BR-CO-10", "BR-S-08", "BR-FR-05_BT-22-1", "BR-FR-12_BT-49"} <= rules
