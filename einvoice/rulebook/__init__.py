"""The rulebook: what einvoice says, in French and in English, and when it is put into words.

| module | what |
|---|---|
| `observation` | a rule, facts and a place: `Observation`; a row and facts: `Sentence` |
| `words` | the rows of `schematron/messages.tsv`, filled |
| `forms` | what hundreds of official texts say alike |
| `official` | a publisher's message, taken apart |
| `edge` | from an observation to the finding that a person reads |
| `explaining` | what an id or a business term means |

Rules, readers and writers make observations and sentences; words are made of them at the edge, in the one language
that the user asked for. (`explaining` is loaded when asked: it raises, and exceptions take their words from here.)
"""

from __future__ import annotations

from einvoice.data import Language
from einvoice.rulebook.edge import finding, in_words, step, unsaid
from einvoice.rulebook.observation import UNEVALUATED, Fact, Observation, Sentence, StepResult, at_source, observation
from einvoice.rulebook.official import Official, equivalents, official
from einvoice.rulebook.words import Row, Words, amount_as_read, row, sentences, severity_of, text, words

__all__ = [
    "UNEVALUATED",
    "Fact",
    "Language",
    "Observation",
    "Official",
    "Row",
    "Sentence",
    "StepResult",
    "Words",
    "amount_as_read",
    "at_source",
    "equivalents",
    "finding",
    "in_words",
    "observation",
    "official",
    "row",
    "sentences",
    "severity_of",
    "step",
    "text",
    "unsaid",
    "words",
]
