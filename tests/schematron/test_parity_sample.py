import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("saxonche", reason="the Saxon engine is an optional extra")

TOOLS = Path(__file__).parents[2] / "tools"
SECONDS = 3  # for each rule set


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
    tally = tool.compare_many(file, "sample", range(60), time.monotonic() + SECONDS)
    assert [words for words, _ in tally.examples if "met an error" not in words] == []
    assert tally.statuses["differ"] == 0
    assert tally.comparisons > 0
    assert tally.fired > 0
