"""What einvoice knows as data, and the functions that read it.

Beside this package lies the folder of the rule sets: `schematron/` in the repository, `einvoice/rulesets/` where
einvoice is installed. Both are found from this file, never by the name of the distribution.

| here | what |
|---|---|
| `command_line.tsv` | what the command line says of itself, in French |
| `terms.tsv` | the business terms: number, names, profile, place in the model |
| `codes.tsv`, `codes_units.tsv` | the code lists |
| `lifecycle.toml` | statuses, reasons and actions of lifecycle messages |
| `payment_words.txt` | how invoices say discounts and instalments |
| `report_words.txt` | what reports say to people, in both languages |
| `examples.tsv` | the example drafts (`fixtures/drafts/`): what each shows |
| `items.tsv` | items of lifecycle messages: number, place in the model, names, who demands them |

| rule sets | what |
|---|---|
| `artefacts.toml` | the official artefacts: identity, licence, where to find them, known versions |
| `policy.toml` | what makes an invoice French, severities by date |
| `profiles.tsv` | the profiles: spellings, place in a PDF, terms, which rule sets each is validated by |
| `equivalents.tsv` | rules of Factur-X that say the same as one of EN 16931 without naming it |
| `overlays.toml` | known defects of published rules, and what we do about each |
| `messages.tsv` | the rulebook: all that einvoice says, in French and English, one row a rule or sentence |
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

Language = Literal["fr", "en"]
"""What einvoice says, it says in both."""

_HERE = Path(__file__).parent
_INSTALLED = _HERE.parent / "rulesets"
RULESETS = _INSTALLED if _INSTALLED.is_dir() else _HERE.parents[1] / "schematron"
"""The folder of the rule sets and of what is said about rules."""

_EXAMPLES = _HERE.parent / "examples"
EXAMPLES = _EXAMPLES if _EXAMPLES.is_dir() else _HERE.parents[1] / "fixtures" / "drafts"
"""The folder of the example drafts."""


# Blanks of French that keep a mark with its word: before : » % € and after «; a narrow one before ; ! ?
_KEPT_TOGETHER = (
    (re.compile(r"(?<=\S) (?=[:»](?:\W|$))|(?<=«) |(?<=[\d}]) (?=[%€](?![\w(]))", re.MULTILINE), "\N{NO-BREAK SPACE}"),
    (re.compile(r"(?<=\S) (?=[;!?](?:\W|$))", re.MULTILINE), "\N{NARROW NO-BREAK SPACE}"),
)


def french(text: str) -> str:
    """A French text with blanks that do not break where its typography has them; its data and sources have plain ones.

    Source: Imprimerie nationale, Lexique des règles typographiques en usage, « espaces ».
    """
    for place, blank in _KEPT_TOGETHER:
        text = place.sub(blank, text)
    return text


def two_languages(table: str, *, typeset: bool = True) -> dict[tuple[str, ...], dict[Language, str]]:
    """The rows of a table `key | French | English`; the key may have several columns, a line with # is a remark.

    French texts are `typeset`, unless they go into a document.

    >>> two_languages("unit | DAY | jour | day")
    {('unit', 'DAY'): {'fr': 'jour', 'en': 'day'}}
    """
    rows: dict[tuple[str, ...], dict[Language, str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            *key, said, english = (column.strip() for column in line.split("|"))
            rows[tuple(key)] = {"fr": french(said) if typeset else said, "en": english}
    return rows


def data_text(name: str) -> str:
    """The text of a data file of this package."""
    return (_HERE / name).read_text(encoding="utf-8")


def example_text(name: str) -> str:
    """The example draft of that name, as JSON."""
    return (EXAMPLES / f"{name}.json").read_text(encoding="utf-8")


def ruleset_text(name: str) -> str:
    """The text of a file in the folder of the rule sets."""
    return (RULESETS / name).read_text(encoding="utf-8")
