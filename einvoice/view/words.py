"""The view's own words, in French and English: headings and labels, and what codes mean.

    >>> label("due_date", "fr")
    'Échéance'
    >>> meaning("unit", "HUR", "fr")
    'heure'
    >>> meaning("unit", "HUR", "fr", many=True)
    'heures'
    >>> meaning("unit", "X8A", "fr", many=True)
    'palettes en bois'

Labels are `data/labels.txt`; meanings come from `data/meanings.txt` (what a page wants shorter, or in the plural) and
else from `einvoice.codes`; those of BT-24 from `einvoice.profiles`. A code without a meaning is shown as it is; one
that has a meaning is shown beside it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from einvoice.codes import CODE_LISTS, code_list
from einvoice.data import Language, two_languages
from einvoice.profiles import title_of


@cache
def _table(name: str) -> dict[tuple[str, ...], dict[Language, str]]:
    return two_languages((Path(__file__).parent / "data" / name).read_text(encoding="utf-8"))


def label(key: str, language: Language) -> str:
    """The heading or label of that key; `KeyError` for one that is not in `data/labels.txt`."""
    return _table("labels.txt")[key,][language]


def meaning(codes: str, code: str, language: Language, *, many: bool = False) -> str:
    """What a code of that list means, units in the plural if `many`; empty where nobody says."""
    if codes == "profile":
        return title_of(code)
    found = _table("meanings.txt").get((codes, code))
    if found is None:
        name = code_list(codes).name_of(code, language) if codes in CODE_LISTS else code
        if name == code:
            return ""
        return (in_plural(name, language) if many and codes == "unit" else name).replace("'", "’")
    singular, _, plural = found[language].partition("/") if codes == "unit" else (found[language], "", "")
    return plural if many and plural else singular


# Where a name goes on to say of what the counted thing is: palettes | en bois, boxes | , wooden.
_OF = re.compile(r", | \(| \d| (?:en|à|au|avec|de|du|entre|par|pour|sous|sans|hors|by|of|in|per|with)\b| d['’]")
_AS_IT_IS = (  # what is many already, and what is no thing that is counted
    *("cent ", "dix ", "exact", "million ", "non ", "pour ", "sans ", "sous ", "vrac"),
    *("actual", "bulk,", "hundred ", "mutually ", "not ", "percent ", "ten ", "thousand ", "unpacked "),
)


def in_plural(name: str, language: Language) -> str:
    """The name of a unit for more than one of it.

    >>> [in_plural(each, "fr") for each in ("quintal métrique", "tuyau", "bouteille cylindrique non protégée")]
    ['quintaux métriques', 'tuyaux', 'bouteilles cylindriques non protégées']
    >>> [in_plural(each, "en") for each in ("square foot", "box, wooden", "hundred boxes")]
    ['square feet', 'boxes, wooden', 'hundred boxes']
    """
    if name.startswith(_AS_IT_IS):
        return name
    found = _OF.search(name)
    counted, rest = (name[: found.start()], name[found.start() :]) if found else (name, "")
    words = counted.split(" ")
    if language == "fr":
        return " ".join(_french_plural(word) for word in words) + rest
    return " ".join((*words[:-1], _english_plural(words[-1]))) + rest


def _french_plural(word: str) -> str:
    if "-" in word:
        return "-".join(_french_plural(part) for part in word.split("-"))
    if word == "non" or word.endswith(("s", "x", "z")) or not word.islower():
        return word
    if word.endswith("al") and not word.endswith(("pascal", "katal")):
        return word[:-2] + "aux"
    return word + ("x" if word.endswith("au") else "s")


def _english_plural(word: str) -> str:
    if word == "foot":
        return "feet"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("ch", "sh", "ox")):
        return word + "es"
    return word if word.endswith(("s", "z", "ed", "lux")) or not word.islower() else word + "s"
