"""What a rule or a business term means: for a person who holds a report and asks what its first column says.

    explain("BR-CO-10").fr
    explain("bt-112").field          # totals.amount_with_vat
    explain("BR-FR-05").fr           # a family: the rules BR-FR-05_… and what each of them demands

Ids are looked up whatever their case; an id from which others go on (BR-FR-05, EI-PDF) is a family.
"""

from __future__ import annotations

from dataclasses import dataclass

from einvoice.errors import Unrecognised
from einvoice.terms import term
from einvoice.validation.wording import Wording, family, spelling, wording

__all__ = ["Explanation", "explain"]

_SYNTAX_FR = "Le message officiel, dans le rapport, nomme l'élément."
_SYNTAX_EN = "A rule on the elements of the syntax: one is present, missing or repeated as the standard does not allow."
_HINT_EN = "The official message, in the report, names the element."
_XSD = Wording(
    "XSD",
    "Le document n'est pas conforme au schéma XML de sa syntaxe : un élément manque, est de trop ou mal placé, ou une "
    "valeur n'est pas de son type.",
    "The document does not match the XML schema of its syntax: an element is missing, not allowed or out of place, or "
    "a value is not of its type.",
    "Corrigez d'abord cela : les autres règles lisent alors ce qui est vraiment écrit.",
    "Repair this first: the other rules then read what is really written.",
    (),
    "OASIS UBL 2.1, UN/CEFACT CII D22B, Factur-X",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule or a business term means; a text is "" where there is none."""

    id: str
    fr: str
    en: str
    hint_fr: str = ""
    hint_en: str = ""
    terms: tuple[str, ...] = ()  # of a rule: the terms it is about
    field: str = ""  # of a term: where it stands in the model
    source: str = ""


def explain(rule_or_term: str) -> Explanation:
    """What a rule (BR-CO-10), a family of rules (BR-FR-05) or a business term (BT-106) means.

    Raises `Unrecognised` for anything else.
    """
    number = rule_or_term.strip().upper().rstrip("*").rstrip("-_")
    try:
        found = term(number)
    except KeyError:
        words = _of_rule(rule_or_term.strip()) or _of_family(number)
    else:
        return Explanation(found.id, found.name_fr, found.name_en, field=found.path, source="EN 16931-1:2017 §6.3")
    if words is None:
        raise Unrecognised(
            f"{rule_or_term!r} is no rule and no business term that einvoice can explain: "
            "expected an id of a report such as BR-CO-10 or EI-READ-01, its beginning (BR-FR-05), or a term (BT-112)"
        )
    return words


def _of_rule(given: str) -> Explanation | None:
    number = given.upper()
    words = _XSD if number == "XSD" else wording(given) or wording(spelling(number)) or _of_container(number)
    return _explanation(words) if words else None


def _of_family(number: str) -> Explanation | None:
    """All rules whose ids begin so; where they say the same, it is said once."""
    rules = [*family(number), *_container_family(number)]
    if len(rules) < 2:
        return _explanation(rules[0]) if rules else None
    each = [_explanation(rule) for rule in rules]
    return Explanation(
        number,
        "\n".join(f"{rule.id} : {rule.fr}" for rule in each),
        "\n".join(f"{rule.id}: {rule.en}" for rule in each),
        terms=tuple(dict.fromkeys(number for rule in each for number in rule.terms)),
        source="; ".join(dict.fromkeys(rule.source for rule in each)),
    )


def _explanation(words: Wording) -> Explanation:
    if not words.en:  # a family of purely syntactic rules, whose official messages say more
        return Explanation(
            words.rule, words.fr, _SYNTAX_EN, _SYNTAX_FR, _HINT_EN, terms=words.terms, source=words.source
        )
    return Explanation(
        words.rule, words.fr, words.en, words.hint_fr, words.hint_en, terms=words.terms, source=words.source
    )


def _of_container(number: str) -> Wording | None:
    """A rule about the PDF around an invoice: those words stand with the rules, not in the catalogue of messages."""
    if not number.startswith(("EI-PDF-", "EI-FX-")):
        return None
    return next((rule for rule in _container_rules() if rule.rule == number), None)


def _container_family(number: str) -> list[Wording]:
    if number not in ("EI", "EI-PDF", "EI-FX"):
        return []
    return [rule for rule in _container_rules() if rule.rule.startswith(f"{number}-")]


def _container_rules() -> tuple[Wording, ...]:
    from einvoice.facturx.catalogue import ALL_RULES  # noqa: PLC0415 - the PDF library is loaded for PDFs only

    return tuple(
        Wording(rule.id, _open(rule.fr), _open(rule.en), rule.hint_fr, rule.hint_en, (), rule.source)
        for rule in ALL_RULES
    )


def _open(text: str) -> str:
    return text.replace("{found}", "…").replace("{expected}", "…")
