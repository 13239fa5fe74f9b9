"""The view's own words, in French and English: headings and labels, and what codes mean.

    >>> label("due_date", "fr")
    'Échéance'
    >>> meaning("unit", "HUR", "fr")
    'heure'
    >>> meaning("unit", "HUR", "fr", many=True)
    'heures'

Labels are `data/labels.txt`; meanings come from `data/meanings.txt` (what a page wants shorter, or in the plural) and
else from `einvoice.codes`; those of BT-24 from `einvoice.profiles`. A code without a meaning is shown as it is; one
that has a meaning is shown beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from einvoice.codes import CODE_LISTS, code_list
from einvoice.data import Language, french
from einvoice.profiles import title_of


@cache
def _table(name: str) -> dict[tuple[str, ...], dict[Language, str]]:
    """The rows of a file: all columns but the last two are the key."""
    rows: dict[tuple[str, ...], dict[Language, str]] = {}
    for line in (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            *key, said, english = (column.strip() for column in line.split("|"))
            rows[tuple(key)] = {"fr": french(said), "en": english}
    return rows


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
        return "" if name == code else name.replace("'", "’")
    singular, _, plural = found[language].partition("/") if codes == "unit" else (found[language], "", "")
    return plural if many and plural else singular
