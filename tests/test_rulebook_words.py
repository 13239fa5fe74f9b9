from __future__ import annotations

import re
from datetime import date

import pytest

from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import find
from einvoice.data import data_text, ruleset_text
from einvoice.rulebook import official, row, words
from einvoice.schematron import read_rules
from einvoice.terms import ITEMS, TERMS, term

NOVEMBER = date(2026, 11, 22)
ROWS = [line.split("\t") for line in ruleset_text("messages.tsv").splitlines()]
WORDED = [name for name, entry in catalogue().items() if entry.kind == "rules" and entry.package and name != "flux10"]


def test_the_catalogue_is_a_table():
    """Nine columns in each row, each rule once, no text with stray white space."""
    assert ROWS[0] == ["id", "severity", "terms", "fr", "en", "hint_fr", "hint_en", "source", "unless"]
    assert all(len(cells) == 9 for cells in ROWS), [cells[0] for cells in ROWS if len(cells) != 9]
    keys = [cells[0] for cells in ROWS]
    assert len(set(keys)) == len(keys)
    assert all(cell == cell.strip() for cells in ROWS for cell in cells)


def test_every_row_speaks_french_and_has_a_source():
    """The French text is always there; a hint is there in both languages or in none; terms exist."""
    for rule, severity, terms, fr, en, hint_fr, hint_en, source, unless in ROWS[1:]:
        assert fr, rule
        assert source, rule
        assert severity in ("", "error", "warning", "information"), rule
        rules = [each.rule for each in ITEMS] if unless == "{published}" else [unless]
        assert all(any(cells[0].startswith(each) for cells in ROWS) for each in rules if each), rule
        assert bool(hint_fr) == bool(hint_en), rule
        assert en or rule.startswith(("UBL-", "CII-", "FX-")), rule
        for number in terms.split():
            assert term(number), rule


@pytest.mark.parametrize("ruleset", WORDED)
def test_every_published_rule_has_words(ruleset):
    """Each id of the installed rule sets is worded, in both languages but for the families of pure syntax."""
    artefact = find(ruleset, on=NOVEMBER)
    if artefact is None:
        pytest.skip(f"{catalogue()[ruleset].package}, which einvoice cannot depend on, is not installed")
    rules = read_rules(artefact.main.name, artefact.main.read_bytes(), artefact.open_document)
    ids = {check.id for pattern in rules.patterns for rule in pattern.rules for check in rule.checks if check.id}
    unworded = sorted(rule for rule in ids if row(rule) is None)
    assert not unworded
    for rule in ids:
        known = row(rule)
        assert not re.search(r"\{\w+\}", known.fr + known.en + known.hint_fr + known.hint_en), rule
        assert known.en or rule.startswith(("UBL-", "CII-", "FX-")), rule


def test_a_family_takes_its_names_from_the_tables():
    """One row words a rule for each VAT category, one for each term."""
    assert "« exonéré » (E)" in row("BR-E-08").fr
    assert '"reverse charge" (AE)' in row("BR-AE-08").en
    assert row("BR-FR-03_BT-9").fr.startswith("Date d'échéance (BT-9)")
    assert row("BR-FR-03_BT-9").en.startswith("Payment due date (BT-9)")
    assert row("BR-FR-03_BT-9").terms == ("BT-9",)
    assert row("BR-FR-DEC-01_BT-92_BT-99").terms == ("BT-92", "BT-99")


def test_an_exact_row_comes_before_its_family():
    """BR-O-02 forbids what BR-S-02 demands."""
    assert "ne doit porter aucun" in row("BR-O-02").fr
    assert "il faut" in row("BR-S-02").fr


def test_unknown_rules_have_no_words():
    """Nothing is made up."""
    assert row("BR-XX-99") is None


@pytest.mark.parametrize(
    ("message", "label", "text", "source"),
    [
        ("[BR-02]-An Invoice shall have a number (BT-1).", "BR-02", "An Invoice shall have a number (BT-1).", ""),
        ("[BR-FR-12/BT-49] : Le BT-49 est obligatoire.", "BR-FR-12/BT-49", "Le BT-49 est obligatoire.", ""),
        ("[BR-FR-02/BT-1 : L'identifiant", "BR-FR-02/BT-1", "L'identifiant", ""),
        ("[CII-SR-464] - Only one.", "CII-SR-464", "Only one.", ""),
        ("Num Fact : 12, [BR-FREXT-05]-The code", "BR-FREXT-05", "The code (Num Fact : 12)", ""),
        ("[G1.05] BT-25 trop long | Source : Annexe 7 v1.8", "G1.05", "BT-25 trop long", "Annexe 7 v1.8"),
        ("\n  Element 'ram:ID'\n  is wrong. ", "", "Element 'ram:ID' is wrong.", ""),
        ("La devise (BT-111-1) doit être EUR", "", "La devise (BT-111-1) doit être EUR", ""),
        ("[BR-99]", "BR-99", "[BR-99]", ""),
    ],
)
def test_official_messages_are_taken_apart(message, label, text, source):
    """The label goes, the values before it stay, the source is kept."""
    said = official(message)
    assert (said.label, said.text, said.source) == (label, text, source)


def test_every_finding_of_ours_is_worded():
    """Each EI- id that the chain and the verbs use is in the catalogue."""
    for rule in ("EI-PARSE-01", "EI-PARSE-02", "EI-PROFILE-01", "EI-PROFILE-02", "EI-RULES-01", "EI-RULES-02",
                 "EI-RULES-03", "EI-RULES-04", "EI-ENGINE", "EI-READ-01", "EI-READ-02", "EI-READ-03", "EI-DRAFT-01",
                 "EI-DRAFT-02", "EI-LOSS", "EI-UNNAMED", "XSD"):  # fmt: skip
        assert row(rule) is not None, rule
    assert words("EI-PARSE-01", {"reason": "vide"}, "fr").message == "Le document ne peut pas être lu : vide"


def test_every_rule_set_of_the_catalogue_is_understood():
    """What is installed can be read: no rule set waits to fail until a document comes."""
    for entry in catalogue().values():
        artefact = find(entry.id, on=NOVEMBER) if entry.kind == "rules" else None
        if artefact is not None:
            content = artefact.main.read_bytes()
            checks = read_rules(artefact.main.name, content, artefact.open_document).checks
            least = content.count(b"<assert ") if entry.own else 31  # of ours, not one is lost
            assert checks >= least > 0


NOT_SAID = re.compile(
    r"majoration|\b(?:doi(?:t|vent)) égaler|TVA comprise(?! dans)|(?:[Tt]otal|[Mm]ontant|[Ff]acture) hors TVA|bilatéral"
    r"|celui qui pose|se dit |ne (?:prend|tient) pas|le XML dit|plateforme immatriculée|clé fausse|centimes au plus"
    r"|se commente|n'est pas de ceux|ne peut pas dire|\bles livres\b|faute de frappe"
    r"|en devise(?! (?:étrangère|autre|de )|s)"
    r"|\b(?:the|must|shall|should|with|invoice|allowed)\b(?!\.|\()"
)
COMMANDS = re.compile(r"« (?:einvoice|python)[^»]*»|https?://\S+|\{\w+\}")


@pytest.mark.parametrize("column", [3, 5])
def test_french_is_that_of_accountants(column):
    """Frais, HT, TTC, doit être égal à: no word that an accountant reads as another, and none in English."""
    said = {cells[0]: COMMANDS.sub("", cells[column]) for cells in ROWS[1:]}
    assert not {rule: found[0] for rule, text in said.items() if (found := NOT_SAID.search(text))}


def test_terms_and_statuses_are_named_as_accountants_do():
    """The names of business terms, and all that a lifecycle says, follow the same words."""
    names = (
        [each.name_fr for each in ITEMS]
        + [each.name_fr for each in TERMS]
        + re.findall(r'fr = "([^"]*)"', data_text("lifecycle.toml"))
    )
    assert not [name for name in names if NOT_SAID.search(name)]


@pytest.mark.parametrize(
    ("rule", "facts", "said"),
    [
        ("EI-WHY-SHARE", {"share": "1200.50"}, "sa part du total HT est 1 200,50"),
        ("EI-WHY-PAID", {"total": "120.00"}, "le montant payé dépasse le total TTC (120,00)"),
        ("EI-LIFE-04", {"found": "130.00", "expected": "120.00"}, "130,00 encaissés pour 120,00 dus."),
        (
            "EI-WHY-FUTURE",
            {"date": "2026-09-30"},
            "la date d'émission est postérieure au jour du contrôle, le 30/09/2026",
        ),
        ("EI-DRAFT-11", {"field": "2026-09-30 1.5"}, "Un brouillon n'a pas de champ « 2026-09-30 1.5 »."),
    ],
)
def test_figures_and_days_are_french_in_french_sentences(rule, facts, said):
    """A decimal comma, JJ/MM/AAAA; what is quoted from a document stays as it is, and so does English."""
    assert words(rule, facts, "fr").message == said
    assert all(fact in words(rule, facts, "en").message for fact in facts.values())


def test_no_reason_with_a_figure_forgets_the_comma():
    """Each reason that names an amount or a day by its usual place shows it as it is read in French."""
    bare = re.compile(r"\{(?:sum|total|net|share|rate|vat|base|amount|date|since|last|paid)\}")
    assert not [cells[0] for cells in ROWS[1:] if cells[0].startswith("EI-WHY-") and bare.search(cells[3])]
