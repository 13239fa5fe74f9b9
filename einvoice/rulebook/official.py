"""A publisher's message, taken apart: the rule that it names, what it says, the source that it cites.

official("[BR-02]-An Invoice shall have an Invoice number (BT-1).").text
# "An Invoice shall have an Invoice number (BT-1)."
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from einvoice.data import ruleset_text

# "[BR-CO-10]-Sum of …", "[BR-FR-12/BT-49] : Le BT-49 …", "[BR-FR-02/BT-1 : L'identifiant …", "[G1.05] …"
_LABEL = re.compile(
    r"(?:\[|\A)((?:BR|CII|UBL|PEPPOL|[A-Z]{2}-[RS])-[\w/.-]+|[GPS]\d+\.\d+)\]?"
    r"(?:\s+(?:-\s*)?warning)?\s*[-:–]*\s*,?"
)
_EN_16931 = re.compile(r"BR-(?!FX)|CII-")
_LONGEST = 1_000  # characters of a message that is remembered: some quote the document
_SOURCE = re.compile(r"\s*\|\s*Source\s*:\s*(.+)\Z")
_TERM = re.compile(r"\b(?:BT|BG|EXT-FR-FE(?:-BG)?)-\d+")
_SHOWN = re.compile(r"""(?:Valeur actuelle|Valeur fournie|Taux fourni)\s*:\s*(?:[A-Z]+-\d+=)?["«]\s*(.*?)\s*["»]""")


@dataclass(frozen=True, slots=True)
class Official:
    """An official message, taken apart."""

    label: str  # the rule that it names, "" if none: some rules have no other id
    text: str
    source: str  # what it cites as its source, ""
    terms: tuple[str, ...]  # the numbers of the business terms that the text names
    shown: str  # the value that a French text quotes, ""


def equivalents(rule: str, label: str) -> tuple[str, ...]:
    """The rules of EN 16931 that say the same as a rule of Factur-X under another id.

    It is the one that the rule's text names (BR-FXEXT-08 is none: it is Factur-X's own), else those of
    `equivalents.tsv`. `tools/equivalents.py` derives the table, and holds all of them against each other, by firing
    both.
    """
    if not rule.startswith("FX-"):
        return ()
    return (label,) if _EN_16931.match(label) else _table().get(rule, ())


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """The rules that name none."""
    _, *rows = ruleset_text("equivalents.tsv").splitlines()
    return MappingProxyType({rule: tuple(alike.split()) for rule, alike in (row.split("\t") for row in rows)})


def official(message: str) -> Official:
    """Take an official message apart; values that stand before its label are kept, at the end.

    "[BR-02]-An Invoice shall have …" -> "An Invoice shall have …"
    "Num Fact : 12, [BR-FREXT-05]-The code …" -> "The code … (Num Fact : 12)"
    "[G1.05] Le numéro … | Source : Annexe 7" -> "Le numéro …", source "Annexe 7"
    """
    return _taken_apart(message) if len(message) <= _LONGEST else _taken_apart.__wrapped__(message)


@lru_cache(maxsize=256)  # a rule says the same on each of thousands of lines
def _taken_apart(message: str) -> Official:
    text = " ".join(message.split())
    cited = _SOURCE.search(text)
    if cited:
        text = text[: cited.start()]
    labels = list(_LABEL.finditer(text))
    if labels and (rest := text[labels[-1].end() :].strip()):
        before = _LABEL.sub("", text[: labels[-1].start()]).strip(" :,-")
        text = f"{rest} ({before})" if before else rest
    quoted = _SHOWN.search(text)
    return Official(
        label=labels[0][1] if labels else "",
        text=text,
        source=cited[1] if cited else "",
        terms=tuple(_TERM.findall(text)),
        shown=quoted[1] if quoted else "",
    )
