from __future__ import annotations

import re
import sys
from decimal import Decimal

import pytest
from folders import ROOT
from french_samples import POLICY, altered, fixture, judged, told
from lxml import etree

import einvoice as ei
from einvoice import explain
from einvoice.artefacts.installed import installed
from einvoice.codes import INVOICE_TYPES, code_list
from einvoice.data import RULESETS, ruleset_text
from einvoice.france.lifecycle import cdar, check
from einvoice.france.lifecycle.checks import PORTAL_AMOUNTS
from einvoice.france.lifecycle.codes import STATUSES
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.rulebook import row
from einvoice.schematron import compile_rules, read_rules
from einvoice.schematron.rules import RuleSet, Value
from einvoice.terms import ITEMS
from einvoice.xml import parse_xml

TOOLS = ROOT / "tools"
NAMES = ("einvoice-cdar-items.sch", "einvoice-cdar.sch")
SERVICES = fixture("services")
SCH, FACT = "{http://purl.oclc.org/dsdl/schematron}", "{urn:einvoice:facts}fact"
SAMPLE = 60  # documents for both engines; `make own-parity` takes thousands


def rule_set(name: str) -> RuleSet:
    """A rule set of ours."""
    return read_rules(name, (RULESETS / name).read_bytes(), lambda other: (RULESETS / other).read_bytes())


def variable(name: str) -> list[str]:
    """The values that a variable of the rules lists."""
    (let,) = (each for each in rule_set("einvoice-cdar.sch").lets if each.name == name)
    return [text or number for text, number in re.findall(r"'([^']*)'|([\d.]+)", let.select)]


def words_of(rule: str) -> str:
    """Our sentence for a rule, the name of the item filled in."""
    number, _, term = rule.partition("_")
    known = row(f"{number}_{term.partition('_')[0]}") or row(number)
    assert known is not None, rule
    return known.en


@pytest.mark.parametrize("name", [*NAMES, "einvoice-flux10.sch"])
def test_the_rules_say_what_the_rulebook_says(name):
    """The text of each assert is the English row of its id, with the same values at the same places."""
    asserts = list(etree.fromstring((RULESETS / name).read_bytes()).iter(f"{SCH}assert"))
    assert asserts
    for each in asserts:
        values = (f"{{{value.get(FACT)}}}{value.tail}" for value in each)
        assert "".join((each.text or "", *values)) == words_of(each.get("id")), each.get("id")


@pytest.mark.parametrize("name", [*NAMES, "einvoice-flux10.sch"])
def test_what_rules_find_has_a_name(name):
    """Every value of a text is a fact, so that nothing is guessed from a test."""
    values = [part for check in rule_set(name).all_checks() for part in check.message if isinstance(part, Value)]
    assert {value.fact for value in values} == {"found", "expected"}


@pytest.mark.parametrize("name", NAMES)
def test_ids_name_rule_item_and_severity(name):
    """RULE_ITEM, with _portal where the same demand is a warning to others: never without its twin."""
    flags = {check.id: check.flag for check in rule_set(name).all_checks()}
    items = {item.id for item in ITEMS}
    for rule, flag in flags.items():
        number, item, *portal = rule.split("_")
        assert re.fullmatch(r"EI-CDV-\d\d", number)
        assert item in items
        assert portal in ([], ["portal"])
        if portal:
            assert (flag, flags[f"{number}_{item}"]) == ("error", "warning")


def test_the_statuses_of_the_rules_are_those_of_the_table():
    """Phases, MDT-88 and who sets a status alone: `lifecycle.toml` has them."""
    kinds = STATUSES.values()
    assert variable("transmission") == [kind.code for kind in kinds if kind.phase == "transmission"]
    assert variable("processing") == [kind.code for kind in kinds if kind.phase == "processing"]
    assert variable("conditions") == [f"{kind.code}={kind.condition}" for kind in kinds if kind.condition]
    for role in ("receiver", "issuer", "seller"):
        told = [kind.code for kind in kinds if kind.set_by == (role,) and kind.phase]
        assert variable(f"set-by-{role}") == told


def test_the_code_lists_of_the_rules_are_those_of_the_tables():
    """VAT rates, types of invoices and of amounts."""
    assert {Decimal(rate) for rate in variable("rates")} == {
        Decimal(each) for each in code_list("french_vat_rate").codes
    }
    assert set(variable("self-billed")) == INVOICE_TYPES["self_billed"]
    assert set(variable("credit-notes")) == INVOICE_TYPES["credit_note"]
    assert set(variable("portal-amounts")) == PORTAL_AMOUNTS


@pytest.fixture
def tools():
    """The folder of the tools, to import from."""
    sys.path.insert(0, str(TOOLS))
    yield
    sys.path.remove(str(TOOLS))


@pytest.mark.usefixtures("tools")
def test_the_rules_of_the_items_are_made_from_the_table():
    """`make item-rules` would change nothing."""
    import item_rules

    assert item_rules.rules() == ruleset_text("einvoice-cdar-items.sch")


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("name", ["einvoice-cdar", "einvoice-flux10", "einvoice-b2g"])
def test_both_engines_find_the_same(name):
    """On documents and mutants; no rule of ours trips over what is repeated, absent or no value of its type."""
    pytest.importorskip("saxonche", reason="the Saxon engine is an optional extra")
    import own_rules_parity

    tally = own_rules_parity.compare(name, SAMPLE, "sample")
    assert (tally.documents, tally.differ, tally.errors) == (SAMPLE, 0, 0), tally.examples
    assert tally.fired


@pytest.mark.usefixtures("tools")
def test_no_rule_of_ours_has_an_error():
    """A rule that cannot be evaluated would make a message invalid: none does, on a hundred mutants."""
    import own_rules_parity

    file = own_rules_parity.RuleFile("einvoice-cdar", RULESETS / "einvoice-cdar.sch")
    bases = list(own_rules_parity.messages())
    compiled = [compile_rules(rule_set(name)) for name in NAMES]
    failures = [
        failure
        for root in own_rules_parity.mutants(file, bases, 160, "errors")
        for rules in compiled
        for failure in rules.check(root).failures
    ]
    assert failures
    assert [failure for failure in failures if failure.kind == "error"] == []


LIMITED = [item for item in ITEMS if item.length]


@pytest.mark.parametrize("item", LIMITED, ids=lambda item: item.id)
def test_each_length_is_the_last_that_is_taken(item):
    """As long as the table says: silence; one character more: that item, by its name."""
    rules = compile_rules(rule_set("einvoice-cdar-items.sch"))
    for more, expected in ((0, []), (1, [f"EI-CDV-02_{item.id}"])):
        message = parse_xml(with_text(item.path, "x" * (item.length + more)))
        found = [failure.rule for failure in rules.check(message).failures if failure.rule.startswith("EI-CDV-02")]
        assert found == expected


def with_text(path: str, text: str) -> bytes:
    """A message that says nothing but a text at a place."""
    return cdar.write(LifecycleMessage.model_validate(_nested(path.split("."), text)), incomplete=True)


def _nested(steps: list[str], text: str) -> dict[str, object]:
    step, *rest = steps
    inner: object = _nested(rest, text) if rest else text
    return {step.removesuffix("[]"): (inner,) if step.endswith("[]") else inner}


def test_the_files_are_schematron_for_anybody():
    """Nothing but ISO Schematron and attributes of our own, which any other processor passes over."""
    for name in NAMES:
        root = etree.fromstring((RULESETS / name).read_bytes())
        assert {etree.QName(each).namespace for each in root.iter(etree.Element)} == {
            "http://purl.oclc.org/dsdl/schematron"
        }
        assert root.get("queryBinding") == "xslt2"
        foreign = {key for each in root.iter(etree.Element) for key in each.attrib if key.startswith("{")}
        assert foreign == {FACT}


def test_a_report_says_which_rules_judged_and_where():
    """The step names the rule set like any other; what it found has an XPath and a line; check digits have a field."""
    message = told(SERVICES, 205)
    silent = altered(altered(message, "phase_code", "305"), "issuer.identifiers.0.value", "200000009")
    report = judged(silent)
    step = report.steps[-1]
    (used,) = installed("einvoice-cdar")
    assert (step.name, step.ruleset, step.version, step.sha256) == (
        "lifecycle",
        "einvoice-cdar",
        used.version,
        used.sha256,
    )
    assert (step.engine, step.rules) == ("compiled", sum(rule_set(name).checks for name in NAMES[-1:]))
    assert step.fired
    phase, key = (each for each in report.findings if each.rule.startswith("EI-"))
    assert (phase.rule, phase.term, phase.field, phase.found, phase.expected) == (
        "EI-CDV-22",
        "MDT-77",
        "phase_code",
        "305",
        "23",
    )
    assert phase.xpath == "/rsm:CrossDomainAcknowledgementAndResponse/rsm:AcknowledgementDocument/ram:TypeCode"
    assert phase.line is not None
    assert (key.rule, key.field, key.expected) == ("EI-CDV-10", "issuer.identifiers[0].value", "200000008")


def test_a_message_without_a_document_has_no_places_in_one():
    """`check` judges a model: what it finds has a field and nothing that nobody can look at."""
    (found,) = check(altered(told(SERVICES, 205), "phase_code", None))
    assert (found.rule, found.term, found.field) == ("EI-CDV-01", "MDT-77", "phase_code")
    assert (found.xpath, found.line) == (None, None)


def test_the_rows_of_items_name_them_in_both_languages():
    """What they are called, and the published rule beside which ours is silent."""
    known = row("EI-CDV-01_MDT-87")
    assert known is not None
    assert known.fr == "Il manque l'identifiant de l'objet (numéro de facture) (MDT-87)."
    assert known.en == "Missing: the identifier of the object (invoice number) (MDT-87)."
    assert (known.terms, known.unless) == (("MDT-87",), "BR-FR-CDV-10")
    assert (explain("EI-CDV-01").id, explain("EI-CDV-01").fr) == ("EI-CDV-01", "Il manque …")


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_items_stand_where_the_model_has_them(item):
    """Each path is one of the model, and has a place in the document."""
    assert cdar.xpath_of(item.path.replace("[]", "")) is not None
    assert item.name_fr
    assert item.name_en


def test_a_date_in_a_format_of_nobody_is_missing():
    """MDT-100 in another format than 102 or 204 is not read: the date of the object is then missing, an error."""
    data = re.sub(rb'(<qdt:DateTimeString format=")\d+', rb"\1x", cdar.write(told(fixture("services"), 205)))
    (report,) = ei.validate(data, policy=POLICY).documents
    assert ("EI-CDV-01", "MDT-100") in [(each.rule, each.term) for each in report.findings]
    assert report.verdict == "invalid"


@pytest.mark.parametrize("engine", ["compiled", "saxon", "both"])
def test_the_engine_that_was_asked_for_runs_our_rules(engine):
    """Inside a report as beside it: the same file, with the part that it includes, may be given as house rules."""
    data = cdar.write(altered(told(fixture("services"), 205), "phase_code", None))
    path = RULESETS / "einvoice-cdar.sch"
    beside = tuple((each.name, each.read_bytes()) for each in RULESETS.glob("einvoice-cdar-*.sch"))
    house = ei.HouseRules(name=path.name, content=path.read_bytes(), beside=beside)
    policy = ei.Policy(date=POLICY.date, engine=engine, house_rules=(house,))
    (report,) = ei.validate(data, policy=policy).documents
    steps = {step.name: step for step in report.steps}
    assert (steps["lifecycle"].engine, steps["house"].engine) == (engine, engine)
    assert "EI-CDV-01" in [each.rule for each in report.findings if each.step == "lifecycle"]
    assert "EI-ENGINE" not in [each.rule for each in report.findings]
    alone = house.model_copy(update={"beside": ()})
    (report,) = ei.validate(data, policy=ei.Policy(date=POLICY.date, house_rules=(alone,))).documents
    assert next(step for step in report.steps if step.name == "house").status == "not_run"
