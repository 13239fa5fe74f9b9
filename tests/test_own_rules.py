"""Rule sets of ours: ids taken apart, facts, places, and checks that cannot be evaluated."""

from __future__ import annotations

import pytest
from lxml import etree

from einvoice import own_rules
from einvoice.data import RULESETS
from einvoice.rulebook import Observation, finding
from einvoice.schematron import RuleTree, compile_rules, read_rules

SCH = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2" xmlns:f="urn:einvoice:facts">
  <pattern><rule context="status">
    <assert id="EI-CDV-06_MDT-105" flag="error" test=". = ('200', '210')">The public portal takes the mandatory statuses
      only (<value-of select="'200, 210'" f:fact="expected"/>), not <value-of select="." f:fact="found"/>.</assert>
    <assert id="EI-CDV-01_MDT-77_regulated" flag="warning" test="../phase">Missing: the phase (MDT-77).</assert>
    <assert id="EI-ID-01_SIREN" flag="warning" test="xs:integer(@siren) gt 0">No number.</assert>
    <report id="EI-G1.113" flag="information" test="@end">It ends.</report>
  </rule></pattern>
</schema>"""


@pytest.fixture(autouse=True)
def rule_sets(tmp_path, monkeypatch):
    """A folder with one rule set of ours, and nothing remembered of it afterwards."""
    (tmp_path / "einvoice-test.sch").write_text(SCH, encoding="utf-8")
    monkeypatch.setattr(own_rules, "RULESETS", tmp_path)
    monkeypatch.setenv("EINVOICE_CACHE", str(tmp_path / "cache"))
    yield tmp_path
    own_rules.own_rules.cache_clear()
    own_rules._compiled.cache_clear()


def ran(xml, **options):
    """What the rule set says of a document."""
    return own_rules.run("einvoice-test", RuleTree(etree.fromstring(xml)), step="lifecycle", **options)


def test_failures_are_observations():
    """Rule and term come from the id, facts from the named values, the place from the engine and the model."""
    found = ran("<m>\n<status siren='1'> 305 </status><phase/></m>", place={"/m/status": "message.status"}.get)
    facts = {"found": "305", "expected": "200, 210"}
    (only,) = found.observations
    assert only == Observation(
        "EI-CDV-06", "error", "lifecycle", facts, term="MDT-105", field="message.status", xpath="/m/status", line=2
    )
    assert finding(only, "en").message == "The public portal accepts only the mandatory statuses (200, 210), not 305."
    assert (found.checks, found.fired, found.rules.name) == (4, 1, "einvoice-test.sch")


def test_a_context_is_no_part_of_the_rule_or_the_term():
    """A rule that is stated for several contexts is one rule; an id without a term leaves that to the rulebook."""
    said = ran("<m><status siren='1' end='x'>200</status></m>").observations
    assert [(each.rule, each.term, each.severity) for each in said] == [
        ("EI-CDV-01", "MDT-77", "warning"),
        ("EI-G1.113", None, "information"),
    ]


def test_a_row_of_the_whole_id_words_it(monkeypatch):
    """Where the rulebook has a row for the whole id, that one speaks; else the rule's."""
    monkeypatch.setattr(own_rules, "row", lambda name: name if name == "EI-CDV-01_MDT-77_regulated" else None)
    said = ran("<m><status siren='1'>305</status></m>").observations
    assert [each.wording for each in said] == ["", "EI-CDV-01_MDT-77_regulated"]


def test_a_warning_that_cannot_be_evaluated_is_no_error():
    """It keeps its severity, and is told as not evaluated, with the reason."""
    (said,) = ran("<m><status siren='x'>200</status><phase/></m>").observations
    assert (said.rule, said.severity, said.wording) == ("EI-ID-01", "warning", "EI-STEP-08")
    assert finding(said, "en").message.startswith("The rule could not be evaluated: ")
    assert "xs:integer" in str(said.facts["reason"]) or "'x'" in str(said.facts["reason"])


def test_a_document_that_no_rule_looks_at():
    """Nothing fired: whoever asked must not take it for sound."""
    found = ran("<other/>")
    assert (found.fired, found.observations) == (0, ())


def test_a_rule_set_is_known_by_its_file(rule_sets):
    """Its digest is that of the file, so that another file is compiled anew; an unknown id is an error."""
    before = own_rules.own_rules("einvoice-test")
    own_rules.own_rules.cache_clear()
    (rule_sets / "einvoice-test.sch").write_text(SCH.replace("It ends", "It ends then"), encoding="utf-8")
    assert own_rules.own_rules("einvoice-test").sha256 != before.sha256
    with pytest.raises(KeyError):
        own_rules.own_rules("einvoice-none")


def test_every_rule_set_of_ours_is_understood_and_says_how_severe_it_is(rule_sets):
    """Each file compiles; each check has an id of ours, once, and a flag that names a severity."""
    for path in (*sorted(RULESETS.glob("*.sch")), rule_sets / "einvoice-test.sch"):
        rules = read_rules(path.name, path.read_bytes(), lambda name: (RULESETS / name).read_bytes())
        assert compile_rules(rules)
        checks = list(rules.all_checks())
        assert {check.flag for check in checks} <= set(own_rules._SEVERITIES)
        assert all(check.id.startswith("EI-") for check in checks)
        assert len({check.id for check in checks}) == len(checks) > 0
