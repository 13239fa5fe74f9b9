"""What the model could not hold of a document, as observations: nothing is lost in silence.

unread_observations(invoice, fields.at)
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from einvoice.model import Invoice, Unread
from einvoice.report import Severity
from einvoice.rulebook import Fact, Observation, severity_of

EMPTY = "EI-READ-08"  # an element that says nothing
_RULES: Mapping[str, tuple[str, Severity]] = {
    "unknown": ("EI-READ-01", "information"),
    "empty": (EMPTY, "information"),
    "repeated": ("EI-READ-02", "warning"),
    "partial": ("EI-READ-05", "warning"),  # the official schema and rules allow a time zone
    "money": ("EI-READ-12", "warning"),  # unknown, and an amount
    "file": ("EI-READ-13", "warning"),  # unknown, and a document or a file
    "other": ("EI-READ-10", "warning"),
    "respelled": ("EI-READ-11", "information"),
    "unparsable": ("EI-READ-03", "error"),  # UBL's schema would say so too, that of CII takes any text
}
_MEANING = "EI-READ-09"  # unknown, and changes what the whole document is
_WHOLE = re.compile(r"/\w+:(?:Test|Copy)Indicator(?:\[\d+\])?$")
_YES = ("true", "1")
_MONEY = re.compile(r"(Amount|Charge|Payment|PaymentDiscountTerms|PaymentPenaltyTerms)(\[\d+\])?$")
_FILE = re.compile(
    r"(Attachment|BinaryObject|BinaryFile|ExternalReference|DocumentReference|ReferencedDocument)(\[\d+\])?$"
)
_CURRENCY = "/@currencyID"

Place = Callable[[str], str | None]


def _nowhere(_xpath: str) -> None:
    """The field of a place that nobody asks for."""


class Read(Protocol):
    """What was read of a document: an invoice or a message."""

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What its model could not hold."""


def unread_observations(
    read: Read, field_at: Place = _nowhere, *, most: int = sys.maxsize, later: str = ""
) -> tuple[Observation, ...]:
    """One observation for each value that was left out, of each kind `most`; the last knows how many more there are.

    Amounts in another currency, which are read, are told once. Those of the rule `later` get no field yet.
    """
    last: dict[str, int] = {}  # where the last of a rule stands
    shown: Counter[str] = Counter()
    met: Counter[str] = Counter()
    found: list[Observation] = []
    foreign: list[Unread] = []
    for each in read.unread:
        if _is_currency(each, read):
            foreign.append(each)
            continue
        rule, severity = _rule_of(each)
        met[rule] += 1 + each.more
        if shown[rule] < most:
            shown[rule] += 1
            last[rule] = len(found)
            found.append(_observation(each, rule, severity, field_at if rule != later else _nowhere))
    for rule, count in met.items():
        if count > shown[rule]:
            found[last[rule]] = replace(found[last[rule]], more=count - shown[rule])
    if foreign and isinstance(read, Invoice):
        found.append(_foreign(foreign, read, field_at))
    return tuple(found)


def _is_currency(unread: Unread, read: Read) -> bool:
    return isinstance(read, Invoice) and unread.xpath.endswith(_CURRENCY)


def meaning_lost(observations: Iterable[Observation]) -> tuple[Observation, ...]:
    """Those of what was left out that change what the whole document is: that it is a test, or a copy."""
    return tuple(each for each in observations if each.rule == _MEANING)


def _is_meaning(unread: Unread) -> bool:
    return unread.kind == "unknown" and unread.text in _YES and bool(_WHOLE.search(unread.xpath))


def _is_money(unread: Unread) -> bool:
    return any(map(str.isdigit, unread.text or "")) and bool(_MONEY.search(unread.xpath))


def _rule_of(unread: Unread) -> tuple[str, Severity]:
    if _is_meaning(unread):
        return _MEANING, severity_of(_MEANING)
    if unread.kind == "unknown":
        return _RULES["money" if _is_money(unread) else "file" if _FILE.search(unread.xpath) else "unknown"]
    return _RULES[unread.kind]


def _observation(unread: Unread, rule: str, severity: Severity, field_at: Place) -> Observation:
    return Observation(
        rule,
        severity,
        "read",
        _facts({"text": unread.text or "", "element": unread.xpath.rpartition("/")[2]}, found=unread.text),
        field=field_at(unread.xpath) or "",
        xpath=unread.xpath,
        line=unread.line,
    )


def _foreign(foreign: list[Unread], invoice: Invoice, field_at: Place) -> Observation:
    """Amounts whose attribute names another currency than the invoice: which of the two is meant is not known."""
    first = foreign[0]
    count = sum(1 + each.more for each in foreign)
    return Observation(
        "EI-READ-04",
        "warning",
        "read",
        _facts(
            {"amount": first.text or "—", "invoice": invoice.currency_code or "—", "count": str(count)},
            found=first.text,
            expected=invoice.currency_code,
        ),
        field=field_at(first.xpath.removesuffix(_CURRENCY)) or "",
        xpath=first.xpath,
        line=first.line,
    )


def _facts(facts: dict[str, Fact], **optional: str | None) -> dict[str, Fact]:
    return facts | {name: fact for name, fact in optional.items() if fact is not None}
