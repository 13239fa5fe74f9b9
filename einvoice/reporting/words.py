"""The words of reports for people, in French and English: `data/report_words.txt`.

>>> WORDS["fr"]["line"]         # one and several
('ligne', 'lignes')
>>> WORDS["en"]["page"]["title"]
'Validation report'
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from einvoice.data import Language, data_text, two_languages
from einvoice.report import Severity

_COLON: Mapping[Language, str] = {"fr": "\N{NO-BREAK SPACE}: ", "en": ": "}


def _words(language: Language) -> Mapping[str, Any]:
    """The words of a language by their keys; those of a group, `page.title`, in a table of their own."""
    found: dict[str, Any] = {"colon": _COLON[language]}
    for (key,), told in two_languages(data_text("report_words.txt")).items():
        group, _, name = key.rpartition(".")
        forms = tuple(told[language].split(" / "))
        (found.setdefault(group, {}) if group else found)[name] = forms if len(forms) > 1 else forms[0]
    return MappingProxyType(found)


WORDS: Mapping[Language, Mapping[str, Any]] = {"fr": _words("fr"), "en": _words("en")}


def severity_word(severity: Severity, language: Language) -> str:
    """The severity in words."""
    return str(WORDS[language][severity])


def counted(number: int, forms: tuple[str, str]) -> str:
    """`1 erreur`, `2 erreurs`."""
    one, several = forms
    return f"{number} {several if number > 1 else one}"
