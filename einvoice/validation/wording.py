"""What a rule means, for a person: in French and in English, with a hint, in our own words.

    wording("BR-CO-10").fr       # "La somme des montants nets des lignes (BT-106) doit égaler …"

The official messages of EN 16931 are English only, those of the French rules French only. `messages.tsv` gives both
languages. Its first column is a rule id, or a pattern for a family of rules:

    BR-{vat}-05        one row for BR-S-05, BR-E-05, ...; {vat} in the text becomes the name of the VAT category
    BR-FR-03_{term}    {term} becomes the number, {name} the name of the business term
    UBL-CR-{n}         any number

Sources: the last column of each row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from einvoice.data import ruleset_text
from einvoice.terms import term

__all__ = ["Official", "Wording", "family", "is_french", "official", "sentence", "spelling", "wording"]

_HOLES = {
    "vat": r"(?P<vat>AE|AF|AG|IC|E|G|O|S|Z)",
    "term": r"(?P<term>(?:BT|BG|EXT-FR-FE|EXT-FR-FE-BG)-\d+)",
    "other": r"(?P<other>(?:BT|BG|EXT-FR-FE)-\d+)",
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
_PLACE = re.compile(r"\{(\w+)\}")
# "[BR-CO-10]-Sum of …", "[BR-FR-12/BT-49] : Le BT-49 …", "[BR-FR-02/BT-1 : L'identifiant …", "[G1.05] …"
_LABEL = re.compile(r"(?:\[|\A)((?:BR|CII|UBL|PEPPOL)-[\w/.-]+|[GPS]\d+\.\d+)\]?(?:\s+(?:-\s*)?warning)?\s*[-:–]*\s*,?")
_SOURCE = re.compile(r"\s*\|\s*Source\s*:\s*(.+)\Z")
_FRENCH = re.compile(r"\b(?:le|la|les|des|du|une?|est|doit|doivent|ne|pas|pour|si|sur|obligatoire)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:the|shall|must|should|is|are|an?|of|not|if|each|be)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """What the catalogue says of a rule; a text is "" where it says nothing.

    Families of purely syntactic rules have French words only: their official messages, in English, name the element.
    """

    rule: str
    fr: str
    en: str
    hint_fr: str
    hint_en: str
    terms: tuple[str, ...]  # the business terms that the rule is about, the first one first
    source: str


def wording(rule: str, **facts: str) -> Wording | None:
    """What the catalogue says of a rule id; None if it does not know it. `facts` fill the places of our own rules."""
    row, values = _row(rule)
    if row is None:
        return None
    _, terms, fr, en, hint_fr, hint_en, source = row
    named = values.get("term")
    values |= facts
    words_fr = {**values, "vat": _VAT_FR.get(values.get("vat", ""), ""), "name": _name(named, "fr")}
    words_en = {**values, "vat": _VAT_EN.get(values.get("vat", ""), ""), "name": _name(named, "en")}
    return Wording(
        rule=rule,
        fr=_fill(fr, words_fr),
        en=_fill(en, words_en),
        hint_fr=_fill(hint_fr, words_fr),
        hint_en=_fill(hint_en, words_en),
        terms=tuple(terms.split()) or tuple(filter(None, (named, values.get("other")))),
        source=source,
    )


def family(start: str) -> tuple[Wording, ...]:
    """What the catalogue says of the rules whose ids go on from there: `BR-FR-05` -> `BR-FR-05_BT-22-1`, …

    A row for many rules keeps its places: `CII-SR-{n}`, shown as `CII-SR-…`. Rows that say the same are given once.
    """
    exact, patterns = _catalogue()
    found: dict[str, Wording] = {}
    for key, terms, fr, en, hint_fr, hint_en, source in (*exact.values(), *(row for _, row in patterns)):
        if key.upper().startswith((f"{start}_", f"{start}-")):
            name, words_fr, words_en, advice_fr, advice_en = (
                _fill(each, {}) for each in (key, fr, en, hint_fr, hint_en)
            )
            about = tuple(terms.split())
            found.setdefault(fr, Wording(name, words_fr, words_en, advice_fr, advice_en, about, source))
    return tuple(found.values())


def spelling(rule: str) -> str:
    """The id as its publisher writes it, whatever its case: `br-co-10` -> `BR-CO-10`."""
    return next((key for key in _catalogue()[0] if key.upper() == rule.upper()), rule.upper())


def sentence(rule: str, language: str, **facts: str) -> str:
    """What one of our own rows says, in a language, its places filled. Raises `KeyError` for an id without words."""
    words = wording(rule, **facts)
    if words is None:
        raise KeyError(rule)
    return words.fr if language == "fr" else words.en


def _row(rule: str) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    exact, patterns = _catalogue()
    if rule in exact:
        return exact[rule], {}
    for pattern, row in patterns:
        if match := pattern.fullmatch(rule):
            return row, {key: value for key, value in match.groupdict().items() if value}
    return None, {}


@cache
def _catalogue() -> tuple[dict[str, tuple[str, ...]], tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]]:
    rows = [tuple(line.split("\t")) for line in ruleset_text("messages.tsv").splitlines()[1:]]
    exact = {row[0]: row for row in rows if "{" not in row[0]}
    return exact, tuple((_pattern(row[0]), row) for row in rows if "{" in row[0])


def _pattern(key: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", key)
    return re.compile("".join(_HOLES[part] if index % 2 else re.escape(part) for index, part in enumerate(parts)))


def _fill(text: str, values: dict[str, str]) -> str:
    """The text with its {places} filled; a place for which there is no value shows as …"""
    return _PLACE.sub(lambda place: values.get(place[1]) or "…", text)


def _name(number: str | None, language: str) -> str:
    if number is None:
        return ""
    try:
        found = term(number)
    except KeyError:
        return number
    return f"{found.name_fr if language == 'fr' else found.name_en} ({number})"


@dataclass(frozen=True, slots=True)
class Official:
    """An official message, taken apart."""

    label: str  # the rule that it names, "" if none: some rules have no other id
    text: str
    source: str  # what it cites as its source, ""


def official(message: str) -> Official:
    """Take an official message apart; values that stand before its label are kept, at the end.

    "[BR-02]-An Invoice shall have …" -> "An Invoice shall have …"
    "Num Fact : 12, [BR-FREXT-05]-The code …" -> "The code … (Num Fact : 12)"
    "[G1.05] Le numéro … | Source : Annexe 7" -> "Le numéro …", source "Annexe 7"
    """
    text = " ".join(message.split())
    cited = _SOURCE.search(text)
    if cited:
        text = text[: cited.start()]
    labels = list(_LABEL.finditer(text))
    if labels and (rest := text[labels[-1].end() :].strip()):
        before = _LABEL.sub("", text[: labels[-1].start()]).strip(" :,-")
        text = f"{rest} ({before})" if before else rest
    return Official(labels[0][1] if labels else "", text, cited[1] if cited else "")


def is_french(message: str) -> bool:
    """Whether a text is French rather than English: rule sets mix the two."""
    return len(_FRENCH.findall(message)) > len(_ENGLISH.findall(message))
