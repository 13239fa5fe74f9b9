"""What is said, before it is said: a row of the rulebook and the facts that fill its places.

    Sentence("EI-STEP-05", {"code": "9"})
    Observation("EI-PDF-12", "error", "container", {"found": "BASIC", "expected": "EN 16931"}, term="BT-24")

Neither has a language. Words are made of them once, at the edge: see `edge`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from einvoice.report import Severity

Fact = Union[str, "Sentence"]  # a fact may be a sentence itself: the reason why, the name of an item


@dataclass(frozen=True, slots=True)
class Sentence:
    """A row of the rulebook with its facts; or a business term (`Sentence("BT-2")`), which is said by its name."""

    id: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a rule found in a document: the rule, the facts, the place."""

    rule: str  # the published id exactly; "XSD"; or one of ours, EI-...
    severity: Severity
    step: str
    facts: Mapping[str, Fact] = field(default_factory=dict)  # `found` and `expected` are shown beside the message too
    wording: str = ""  # the row that words it, where one rule has many: XSD-03, EI-ID-01_SIREN
    official: str = ""  # the publisher's text, without its label
    notes: tuple[Sentence, ...] = ()  # said after the hint: a known defect of the rule, a field that was meant
    source: str = ""  # where it is not that of the row
    term: str | None = None  # BT-106; None: the first one of the row; "": none
    field: str = ""  # of the Draft or the Invoice: totals.line_net_amount
    xpath: str = ""
    line: int | None = None
