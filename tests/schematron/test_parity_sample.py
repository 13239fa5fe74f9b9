import contextlib
import math
import sys
from random import Random

import pytest
from folders import ROOT

pytest.importorskip("saxonche", reason="the Saxon engine is an optional extra")

TOOLS = ROOT / "tools"
COMPARISONS = 30  # for each rule set, half of them mutants; `make parity` makes thousands


@pytest.fixture(scope="module")
def parity():
    """The tool behind `make parity`."""
    sys.path.insert(0, str(TOOLS))
    try:
        import parity
        import parity_rules

        yield parity, parity_rules
    finally:
        sys.path.remove(str(TOOLS))


@pytest.mark.parametrize("name", ["en16931-ubl", "br-fr-ubl", "br-fr-cii", "facturx-basicwl", "flux10"])
def test_compiled_rules_say_what_saxon_says(parity, name):
    """On documents of the corpus and mutants of them both engines find the same, check for check and place by place."""
    tool, rule_sets = parity
    file = next(file for file in rule_sets.rule_files() if file.id == name)
    if not rule_sets.documents_for(file):
        pytest.skip("no documents: neither fixtures nor the corpus beside the repository")
    tally = tool.compare_many(file, "sample", range(COMPARISONS), math.inf, reducing=0)
    assert [words for words, _ in tally.examples if "met an error" not in words] == []
    assert tally.statuses["differ"] == 0
    assert tally.comparisons == COMPARISONS
    assert tally.fired > 0


@pytest.mark.parametrize("name", ["br-fr-ubl", "facturx-minimum"])
def test_our_stylesheet_says_what_the_published_one_says(parity, name):
    """Reading a published stylesheet and writing it anew loses nothing: Saxon answers the same to both."""
    from parity_mutants import Mutator

    from einvoice.schematron import EngineFailure, SaxonRules

    _, rule_sets = parity
    file = next(file for file in rule_sets.rule_files() if file.id == name)
    documents = rule_sets.documents_for(file)
    if not documents:
        pytest.skip("no documents: neither fixtures nor the corpus beside the repository")
    mutator = Mutator(file.rules, documents)
    published, written = SaxonRules(file.rules, file.published), SaxonRules(file.rules)
    found = 0
    for number in range(10):
        mutant = mutator.mutant(Random(number))  # noqa: S311 - no secrets
        with contextlib.suppress(EngineFailure):  # a dynamic error: the published stylesheet gives no answer
            answer = published.check(mutant)
            assert written.check(mutant) == answer
            found += len(answer.failures)
    assert found > 0
