"""From a row of the rulebook and facts to words, in French or in English.

    >>> words("EI-CDV-60", {"found": "305"}, "en").message
    'This is not a status that a platform reports for an invoice: 305.'
    >>> row("BR-02").en
    'The invoice number (BT-1) is missing.'

The official messages of EN 16931 are English only, those of the French rules French only. `messages.tsv` gives both
languages, and words for all that einvoice itself has to say. Its first column is an id, or a pattern for a family:

    BR-{vat}-05        one row for BR-S-05, BR-E-05, ...; {vat} in the text becomes the name of the VAT category
    BR-FR-03_{term}    {term} becomes the number, {name} the name of the business term
    UBL-CR-{n}         any number
    EI-CDV-01_{item}   {item} becomes the number, {name} the name of an item of a lifecycle message, {published} the
                       published rule that demands it

Any other {place} of a text is a fact that whoever speaks gives along; French texts have {place:day} for 30/09/2026,
{place:figure} for 120,00 and {place:amount} for 120,00 €, in the currency that the fact `currency` names, while a value
that is quoted from a document stays as it stands there.

Sources: the column `source` of each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple, cast

from einvoice.data import Language, french, ruleset_text
from einvoice.report import Severity
from einvoice.rulebook.observation import Fact, Sentence
from einvoice.terms import Item, Term, item, term

_HOLES = {
    "vat": r"(?P<vat>AE|AF|AG|IC|E|G|O|S|Z)",
    "term": r"(?P<term>(?:BT|BG|EXT-FR-FE|EXT-FR-FE-BG)-\d+)",
    "other": r"(?P<other>(?:BT|BG|EXT-FR-FE)-\d+)",
    "item": r"(?P<item>MD[TG]-\d+(?:-\d+)?)",
    "n": r"(?P<n>\d+)",
    "any": r"(?P<any>.+)",
}
_VAT_FR = MappingProxyType(
    {
        "AE": "« autoliquidation » (AE)",
        "AF": "« IGIC, Canaries » (L)",
        "AG": "« IPSI, Ceuta et Melilla » (M)",
        "E": "« exonéré » (E)",
        "G": "« exportation hors UE » (G)",
        "IC": "« livraison intracommunautaire » (K)",
        "O": "« hors champ de la TVA » (O)",
        "S": "« taxé » (S)",
        "Z": "« taux zéro » (Z)",
    }
)
_VAT_EN = MappingProxyType(
    {
        "AE": '"reverse charge" (AE)',
        "AF": '"IGIC, Canary Islands" (L)',
        "AG": '"IPSI, Ceuta and Melilla" (M)',
        "E": '"exempt" (E)',
        "G": '"export outside the EU" (G)',
        "IC": '"intra-community supply" (K)',
        "O": '"not subject to VAT" (O)',
        "S": '"standard rated" (S)',
        "Z": '"zero rated" (Z)',
    }
)


def _in_figures(found: re.Match[str]) -> str:
    """In French, a comma for the point, and a narrow blank between thousands."""
    whole = f"{found[1]:>{-(-len(found[1]) // 3) * 3}}"
    groups = [whole[at : at + 3].strip() for at in range(0, len(whole), 3)]
    return "\N{NARROW NO-BREAK SPACE}".join(groups) + (f",{found[2]}" if found[2] else "")


_PLACE = re.compile(r"\{(\w+)(?::(day|figure|amount))?\}")
_MONEY = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AS_READ: Mapping[str, tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = MappingProxyType(
    {
        "day": (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), r"\3/\2/\1"),
        "figure": (re.compile(r"(\d+)(?:\.(\d+))?"), _in_figures),
    }
)
_OPEN = "…"  # a place for which there is no fact
_KEPT = 4096  # rows of families, filled: rule sets have some thousand ids


@dataclass(frozen=True, slots=True)
class Row:
    """What the rulebook says under one id; a text is "" where it says nothing.

    Families of purely syntactic rules have French words only: their official messages, in English, name the element.
    """

    id: str
    severity: str  # of a rule of ours that has always the same; "" of others and of sentences that are no rules
    terms: tuple[str, ...]  # the business terms that the rule is about, the first one first
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    source: str
    unless: str  # the published rule beside which this one has nothing to add


class Words(NamedTuple):
    """What a person reads."""

    message: str
    hint: str  # what to do about it, "" where that is plain


def words(rule: str, facts: Mapping[str, Fact], language: Language) -> Words:
    """The words of a row, its places filled. Raises `KeyError` for an id that has none."""
    return _filled_words(rule, facts, language) if facts else _plain_words(rule, language)


@lru_cache(maxsize=_KEPT)
def _plain_words(rule: str, language: Language) -> Words:
    """What is said without facts: the same on each line of each document."""
    return _filled_words(rule, {}, language)


def _filled_words(rule: str, facts: Mapping[str, Fact], language: Language) -> Words:
    found = row(rule)
    if found is None:
        raise KeyError(rule)
    told = {name: said(fact, language) for name, fact in facts.items()}
    message, hint = (found.fr, found.hint_fr) if language == "fr" else (found.en, found.hint_en)
    return Words(_filled(message, told), _filled(hint, told))


def text(sentence: Sentence, language: Language) -> str:
    """A sentence in a language; of a business term, its name."""
    if row(sentence.id) is None and (called := _term_name(sentence.id, language)):
        return called
    return words(sentence.id, sentence.facts, language).message


def said(fact: Fact, language: Language) -> str:
    """A fact in a language."""
    if isinstance(fact, str):
        return fact
    return " ".join(text(each, language) for each in (fact if isinstance(fact, tuple) else (fact,)))


def sentences(*texts: str) -> str:
    """Texts one after the other, each begun and ended as a sentence is; those that say nothing are left out."""
    parts = [each[0].upper() + each[1:] for each in texts if each]
    return " ".join(each if each.endswith((".", "!", "?", "…", ":", "»", ")")) else f"{each}." for each in parts)


def severity_of(rule: str) -> Severity:
    """How bad it is when a rule of ours is broken. Raises `KeyError` where the row leaves that to the case."""
    found = row(rule)
    if found is None or not found.severity:
        raise KeyError(rule)
    return cast("Severity", found.severity)


@lru_cache(maxsize=_KEPT)
def row(rule: str) -> Row | None:
    """The row of an id, of a family's with the names that the id stands for; None if there is none."""
    exact, patterns = _rulebook()
    if rule in exact:
        return _typeset(exact[rule])
    for pattern, general in patterns:
        if match := pattern.fullmatch(rule):
            named = {key: value for key, value in match.groupdict().items() if value}
            return _typeset(_specific(rule, general, named))
    return None


def _typeset(found: Row) -> Row:
    return replace(found, fr=french(found.fr), hint_fr=french(found.hint_fr))


def family(start: str) -> tuple[Row, ...]:
    """The rows whose ids go on from there: `BR-FR-05` -> `BR-FR-05_BT-22-1`, …

    A row for many rules keeps its places: `CII-SR-{n}`, shown as `CII-SR-…`. Rows that say the same are given once.
    """
    exact, patterns = _rulebook()
    found: dict[str, Row] = {}
    for each in (*exact.values(), *(general for _, general in patterns)):
        if each.id.upper().startswith((f"{start}_", f"{start}-")):
            found.setdefault(each.fr, opened(_typeset(each)))
    return tuple(found.values())


def opened(found: Row) -> Row:
    """The row without facts: … at each of its places."""
    return replace(
        found,
        id=_filled(found.id, {}),
        fr=_filled(found.fr, {}),
        en=_filled(found.en, {}),
        hint_fr=_filled(found.hint_fr, {}),
        hint_en=_filled(found.hint_en, {}),
    )


def known_ids() -> tuple[str, ...]:
    """The ids of rules and of families, these without the places that vary."""
    exact, patterns = _rulebook()
    families = (each.id.partition("{")[0].rstrip("-_") for _, each in patterns)
    return (*(key for key in exact if not key.startswith("EI-NO-")), *families)


def spelling(rule: str) -> str:
    """The id as its publisher writes it, whatever its case: `br-co-10` -> `BR-CO-10`."""
    return next((key for key in _rulebook()[0] if key.upper() == rule.upper()), rule.upper())


def _specific(rule: str, general: Row, values: dict[str, str]) -> Row:
    """The row of one member of a family."""
    number = values.get("term") or values.get("item")
    fr = values | {"vat": _VAT_FR.get(values.get("vat", ""), ""), "name": _name(number, "fr")}
    en = values | {"vat": _VAT_EN.get(values.get("vat", ""), ""), "name": _name(number, "en")}
    return replace(
        general,
        id=rule,
        terms=general.terms or tuple(filter(None, (number, values.get("other")))),
        fr=_with_names(general.fr, fr),
        en=_with_names(general.en, en),
        hint_fr=_with_names(general.hint_fr, fr),
        hint_en=_with_names(general.hint_en, en),
        unless=_with_names(general.unless, {"published": item(values["item"]).rule} if "item" in values else {}),
    )


@cache
def _rulebook() -> tuple[dict[str, Row], tuple[tuple[re.Pattern[str], Row], ...]]:
    rows = [_row(line) for line in ruleset_text("messages.tsv").splitlines()[1:]]
    exact = {each.id: each for each in rows if "{" not in each.id}
    return exact, tuple((_pattern(each.id), each) for each in rows if "{" in each.id)


def _row(line: str) -> Row:
    number, severity, terms, *others = line.split("\t")
    return Row(number, severity, tuple(terms.split()), *others)


def _pattern(key: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", key)
    return re.compile("".join(_HOLES[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)))


def _filled(form: str, values: Mapping[str, str]) -> str:
    """The text with its {places} filled, … where there is no fact; a full stop after … goes."""

    def read(place: re.Match[str]) -> str:
        fact = values.get(place[1], _OPEN)
        return amount_as_read(fact, values.get("currency")) if place[2] == "amount" else _as_read(fact, place[2])

    return _PLACE.sub(read, form).replace("….", "…")


def amount_as_read(fact: str, currency: str | None) -> str:
    """An amount as French reads it, with its currency where that is known; what is no amount stays as it is.

    >>> amount_as_read("-1234.5", "EUR").split()  # the blanks are narrow no-break and no-break ones
    ['−1', '234,50', '€']
    """
    if not _MONEY.fullmatch(fact):
        return fact
    whole, _, decimals = fact.partition(".")
    figure = _as_read(f"{whole}.{decimals:0<2}", "figure").replace("-", "\N{MINUS SIGN}")
    if not currency or not _CURRENCY.fullmatch(currency):
        return figure
    return f"{figure}\N{NO-BREAK SPACE}{'€' if currency == 'EUR' else currency}"


def _as_read(fact: str, kind: str | None) -> str:
    """A day as 30/09/2026, a figure as 120,00, where a text has its place so; else the fact as it is."""
    if kind is None:
        return fact
    form, read = _AS_READ[kind]
    return form.sub(read, fact)


def _with_names(form: str, values: Mapping[str, str]) -> str:
    """The text with those {places} filled that have a value: facts fill the others."""
    return _PLACE.sub(lambda place: values.get(place[1]) or place[0], form)


def _name(number: str | None, language: Language) -> str:
    if number is None:
        return ""
    called = _term_name(number, language)
    return f"{called} ({number})" if called else number


def _term_name(number: str, language: Language) -> str:
    try:
        found: Term | Item = item(number) if number.startswith("MD") else term(number)
    except KeyError:
        return ""
    return french(found.name_fr) if language == "fr" else found.name_en
