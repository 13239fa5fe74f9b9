"""What a rule or a business term means: for a person who holds a report and asks what its first column says.

    of_rule_or_term("BR-CO-10").fr
    of_rule_or_term("bt-112").field          # totals.amount_with_vat
    of_rule_or_term("BR-FR-05").fr           # a family: the rules BR-FR-05_… and what each of them demands

Ids are looked up whatever their case; an id from which others go on (BR-FR-05, EI-PDF) is a family. Codes are looked up
beside them, in `einvoice.meanings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from einvoice.data import french
from einvoice.rulebook.words import Row, family, opened, row, spelling, words
from einvoice.terms import term

_SYNTAX = "EI-SYNTAX"  # what is said of families whose official messages say more


class Listed(NamedTuple):
    """A code and what it means."""

    list: str  # "vat_category"
    code: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule, a business term or a code means, in French and English; a text is "" where there is none.

    `source` is the standard, rule set or list of codes that says so.
    """

    id: str
    fr: str
    en: str
    hint_fr: str = ""
    hint_en: str = ""
    terms: tuple[str, ...] = ()  # of a rule: the terms it is about
    field: str = ""  # of a term: where it stands in the model
    source: str = ""
    codes: tuple[Listed, ...] = ()  # of a term: what may stand there; of a code: it, in each list that has it


def of_rule_or_term(given: str) -> Explanation | None:
    """What a rule (BR-CO-10), a family of rules (BR-FR-05) or a business term (BT-106) means, else None."""
    number = given.strip().upper().rstrip("*").rstrip("-_")
    try:
        found = term(number)
    except KeyError:
        return _of_rule(given.strip()) or _of_family(number)
    return Explanation(found.id, found.name_fr, found.name_en, field=found.path, source="EN 16931-1:2017 §6.3")


def explained(rule: str) -> Explanation | None:
    """What a rule means, or `None` where the catalogue has no words for it."""
    return _of_rule(rule)


def _of_rule(given: str) -> Explanation | None:
    found = row(given) or row(spelling(given))
    return _explanation(found) if found else None


def _of_family(number: str) -> Explanation | None:
    """All rules whose ids begin so; where they say the same, it is said once."""
    rules = family(number)
    if len(rules) < 2:
        return _explanation(rules[0]) if rules else None
    each = [_explanation(rule) for rule in rules]
    return Explanation(
        number,
        "\n".join(french(f"{rule.id} : ") + rule.fr for rule in each),
        "\n".join(f"{rule.id}: {rule.en}" for rule in each),
        terms=tuple(dict.fromkeys(number for rule in each for number in rule.terms)),
        source="; ".join(dict.fromkeys(rule.source for rule in each)),
    )


def _explanation(found: Row) -> Explanation:
    shown = opened(found)
    fr, en = (words(_SYNTAX, {}, "fr"), words(_SYNTAX, {}, "en"))
    hints = (shown.hint_fr, shown.hint_en) if shown.en else (fr.hint, en.hint)
    return Explanation(
        found.id.removesuffix("_…"), shown.fr, shown.en or en.message, *hints, terms=shown.terms, source=shown.source
    )
