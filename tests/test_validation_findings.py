from __future__ import annotations

import fnmatch
import re
from dataclasses import replace
from datetime import date

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice import rulebook
from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import find
from einvoice.data import ruleset_text
from einvoice.rulebook import finding
from einvoice.schematron import Failure, Outcome
from einvoice.validation.engines import _compare
from einvoice.validation.observed import Places, Ran, observed
from einvoice.validation.overlay import known_defect
from einvoice.validation.policy import Policy

VALID = FIXTURES / "valid"

NOVEMBER = date(2026, 11, 22)
FAILURE = Failure("BR-CO-10", "assert", "fatal", "", "[BR-CO-10]-Sum (BT-106) = Σ (BT-131).", "/Invoice/cac:X", 7)


def told(failure: Failure, located: str | None, ruleset: str = "en16931-ubl", language="fr", **policy) -> ei.Finding:
    """The finding for a failure whose place in the model is `located`."""
    ran = Ran(ruleset, find(ruleset, on=NOVEMBER).version, "profile", ruleset)
    return finding(observed(failure, ran, Policy(date=NOVEMBER, **policy), Places(lambda _: located)), language)


@pytest.mark.parametrize(
    ("rule", "message", "located", "term", "field"),
    [
        # a rule on the totals as a whole, about one of them: the field goes down to it
        ("BR-CO-10", "", "totals", "BT-106", "totals.line_net_amount"),
        # the context is the document: still down to the field, for nothing on the way repeats
        ("BR-CO-15", "", "", "BT-112", "totals.amount_with_vat"),
        ("BR-06", "", "", "BT-27", "seller.name"),
        # what repeats has no position here: the collection itself may be named, what is inside may not
        ("BR-16", "", "", "BG-25", "lines"),
        ("BR-XX", "(BT-131)", "", "BT-131", None),
        ("BR-22", "", "lines[3]", "BT-129", "lines[3].quantity"),
        # of several terms, the one that lies where the finding is
        ("BR-CO-09", "", "buyer.vat_identifier", "BT-48", "buyer.vat_identifier"),
        ("BR-XX", "(BT-1) and (BT-2)", "issue_date", "BT-2", "issue_date"),
        # no term is named: the one of the place
        ("BR-XX", "no number", "lines[0].item_name", "BT-153", "lines[0].item_name"),
        ("BR-XX", "no number", "lines[0].sub_lines[1].net_amount", "BT-131", "lines[0].sub_lines[1].net_amount"),
        # no place either
        ("BR-XX", "no number", None, None, None),
        ("BR-XX", "unknown (BT-9999)", None, None, None),
    ],
)
def test_a_finding_names_the_deepest_field_and_its_term(rule, message, located, term, field):
    """From the context of a rule and the terms that it is about."""
    finding = told(replace(FAILURE, rule=rule, message=message), located)
    assert (finding.term, finding.field) == (term, field)


def test_the_place_in_the_document_is_kept():
    """XPath and line are those of the engine."""
    finding = told(FAILURE, "totals")
    assert (finding.xpath, finding.line) == ("/Invoice/cac:X", 7)


def test_values_compared_are_kept_as_written():
    """What an engine says it compared is in the finding."""
    finding = told(replace(FAILURE, found="119.99", expected="120.00"), "totals")
    assert (finding.found, finding.expected) == ("119.99", "120.00")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ('[BR-FR-01/BT-1] : trop long. Valeur actuelle : "F 1". Veuillez', "F 1"),
        ('[BR-FR-12/BT-49] : obligatoire. Valeur actuelle : BT-49="".', None),
        ('[BR-FR-16/BT-119] : Taux fourni : "21".', "21"),
        ("rien de tel", None),
    ],
)
def test_a_value_that_a_message_quotes_is_what_was_found(message, found):
    """The French rules quote the value in their text."""
    assert told(replace(FAILURE, rule="BR-FR-01_BT-1", message=message), None, "br-fr-ubl").found == found


def test_a_rule_that_could_not_be_evaluated_says_so():
    """It is an error whatever its flag, in both languages."""
    failure = replace(FAILURE, kind="error", flag="warning", message="'abc' is no decimal")
    finding = told(failure, None)
    assert finding.severity == "error"
    assert finding.message == "La règle n'a pas pu être évaluée : 'abc' is no decimal"
    assert finding.message_en == "The rule could not be evaluated: 'abc' is no decimal"


def test_rules_without_a_published_id_are_named_by_their_label():
    """The label in the message if there is one, else an id of ours."""
    labelled = told(replace(FAILURE, rule="", message="[G1.05] trop long | Source : Annexe 7 v1.8"), None, "flux10")
    assert (labelled.rule, labelled.source) == ("G1.05", "Annexe 7 v1.8")
    unnamed = told(replace(FAILURE, rule="", message="Element 'ram:X' is not used"), None, "facturx-basic")
    assert unnamed.rule == "EI-UNNAMED"
    assert unnamed.message == "Règle sans numéro chez son éditeur. (Element 'ram:X' is not used)"
    assert (unnamed.message_en, unnamed.official) == ("Element 'ram:X' is not used", None)


@pytest.mark.parametrize(
    ("rule", "message", "fr", "en"),
    [
        (
            "UBL-CR-001",
            "[UBL-CR-001]-A UBL invoice should not include extensions",
            "« extensions » n'est pas prévu à cet endroit.",
            "“extensions” has no place here.",
        ),
        (
            "CII-SR-001",
            "[CII-SR-001] - SpecifiedTransactionID should not be present",
            "« SpecifiedTransactionID » n'est pas prévu à cet endroit.",
            "“SpecifiedTransactionID” has no place here.",
        ),
        (
            "CII-SR-477",
            "[CII-SR-477] - LineTotalAmount shall occur at most once in Summation.",
            "À cet endroit, « LineTotalAmount » ne peut figurer plus de 1 fois.",
            "“LineTotalAmount” may stand here at most 1 time(s).",
        ),
        (
            "FX-SCH-A-000027",
            "Element 'ram:SellerTradeParty' must occur exactly 1 times.",
            "À cet endroit, « SellerTradeParty » doit figurer 1 fois, ni plus ni moins.",
            "“SellerTradeParty” must stand here exactly 1 time(s).",
        ),
        (
            "FX-SCH-A-000022",
            "Value of '@format' is not allowed.",
            "La valeur de « @format » ne figure pas dans la liste admise.",
            "The value of “@format” is not in the list of those that are admitted.",
        ),
        (
            "FX-SCH-A-000021",
            "Attribute '@format' is required in this context.",
            "« @format » manque à cet endroit.",
            "“@format” is missing here.",
        ),
        (
            "UBL-SR-09",
            "[UBL-SR-09]-Seller name shall occur maximum once",
            "À cet endroit, « Seller name » ne peut figurer plus de 1 fois.",
            "“Seller name” may stand here at most 1 time(s).",
        ),
    ],
)
def test_rules_of_pure_syntax_are_said_by_their_form(rule, message, fr, en):
    """Which element, and what is wrong with it, in both languages; the official text stands beside it."""
    finding = told(replace(FAILURE, rule=rule, flag="warning", message=message), None)
    assert (finding.message, finding.message_en) == (fr, en)
    assert finding.official in message


def test_families_of_syntax_rules_keep_the_official_words():
    """Where it has no usual form, the French text says what kind of fault it is, the official one which element."""
    message = "[UBL-CR-001]-An extension nobody reads"
    finding = told(replace(FAILURE, rule="UBL-CR-001", flag="warning", message=message), None)
    assert finding.message.endswith("(An extension nobody reads)")
    assert finding.message_en == "An extension nobody reads"


DEFECT = replace(FAILURE, rule="BR-AE-01", message="[BR-AE-01]-exactly one")


def test_the_official_verdict_stands_unless_the_user_says_otherwise():
    """A known defect is a hint by default; softened on demand, and then the finding says so; or left out."""
    hint = told(DEFECT, None, "extended-ctc-fr-ubl")
    assert hint.severity == "error"
    assert "EI-DEFECT-05" in hint.hint
    softened = told(DEFECT, None, "extended-ctc-fr-ubl", overlay="apply", language="en")
    assert softened.severity == "warning"
    assert softened.hint.endswith("Softened to a warning.")
    assert told(DEFECT, None, "extended-ctc-fr-ubl", overlay="off").hint is None


def test_a_defect_belongs_to_a_rule_set_and_to_versions():
    """The same id elsewhere, or a repaired version, is not touched."""
    assert known_defect("en16931-ubl", "1.3.16", "BR-AE-01", FAILURE) is None
    assert known_defect("br-fr-ubl", "1.4.0.03", "BR-FR-22_BT-34", FAILURE).id == "EI-DEFECT-02"
    assert known_defect("br-fr-ubl", "1.4.0.04", "BR-FR-22_BT-34", FAILURE) is None


def test_defects_that_soften_nothing_stay_errors():
    """Some defects are worth a hint only: the finding itself is right."""
    failure = replace(FAILURE, rule="BR-FR-08_BT-151-2", message="[BR-FR-15/BT-151] : L et M")
    finding = told(failure, None, "br-fr-ubl", overlay="apply")
    assert finding.severity == "error"
    assert "BR-FR-15" in finding.hint


def test_the_overlay_names_known_rule_sets_and_gives_links():
    """Each defect is about a rule set of the catalogue, in both languages, with a link."""
    import tomllib

    for name, row in tomllib.loads(ruleset_text("overlays.toml"))["defect"].items():
        assert fnmatch.filter(catalogue(), row["ruleset"]), name
        words = rulebook.row(name)
        assert words.source.startswith("https://github.com/"), name
        assert f"({name}, {words.source})" in words.fr, name
        assert f"({name}, {words.source})" in words.en, name


def test_two_engines_that_agree_are_one_answer():
    """Nothing is said twice."""
    outcome = Outcome(10, 5, (FAILURE,))
    run = _compare(outcome, replace(outcome, failures=(replace(FAILURE, message="other words"),)))
    assert run.outcome == outcome
    assert run.disagreements == ()


def test_two_engines_that_disagree_are_both_heard():
    """What only one of them found is in the report, and so is the disagreement."""
    one, two = replace(FAILURE, rule="R-1"), replace(FAILURE, rule="R-2")
    run = _compare(Outcome(10, 5, (FAILURE, one)), Outcome(10, 5, (FAILURE, two, two)))
    assert [failure.rule for failure in run.outcome.failures] == ["BR-CO-10", "R-1", "R-2", "R-2"]
    assert run.disagreements == (
        "R-1 /Invoice/cac:X: compiled only",
        "R-2 /Invoice/cac:X: Saxon only",
        "R-2 /Invoice/cac:X: Saxon only",
    )
    assert run.engine == "both"


def test_a_finding_points_at_the_value_and_not_at_what_the_rule_looks_at():
    """BR-CO-15 looks at the whole invoice; what is wrong is BT-112, in its line."""
    good = (VALID / "services.ubl.xml").read_text(encoding="utf-8")
    wrong = re.sub(r"(<cbc:TaxInclusiveAmount[^>]*>)[^<]*", r"\g<1>999.00", good)
    (found,) = [each for each in ei.validate(wrong.encode()).findings if each.rule == "BR-CO-15"]
    assert (found.field, found.xpath) == (
        "totals.amount_with_vat",
        "/Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    )
    assert "TaxInclusiveAmount" in wrong.splitlines()[found.line - 1]
    gone = re.sub(r"<cbc:TaxInclusiveAmount[^>]*>[^<]*</cbc:TaxInclusiveAmount>", "", good)
    (found,) = [each for each in ei.validate(gone.encode()).findings if each.rule == "BR-14"]
    assert found.xpath == "/Invoice/cac:LegalMonetaryTotal"  # where it is missing
