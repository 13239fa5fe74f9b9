"""What the arguments of commands may hold, for the `type` of argparse: each reads a text or says what was expected.

parser.add_argument("--day", type=day)      # --day 2026-11-22
"""

from __future__ import annotations

import math
import os
import re
from argparse import ArgumentTypeError
from datetime import date, datetime
from decimal import Decimal

from einvoice.commands.language import said
from einvoice.reporting import FORMATS

_AMOUNT = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,2})?", re.ASCII)


def day(text: str) -> date:
    """`2026-11-22`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(said("{given!r} is not a day: expected YYYY-MM-DD", given=text)) from None


def moment(text: str) -> datetime:
    """`2026-11-02T16:10`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(said("{given!r} is not a time: expected YYYY-MM-DDTHH:MM", given=text)) from None


def amount(text: str) -> Decimal:
    """`1200.00`, with a point or a comma, to the cent: 1.200 may be a thousand and more, or one and a bit."""
    if not _AMOUNT.fullmatch(text):
        raise ArgumentTypeError(said("{given!r} is not an amount: expected a number such as 1200.00", given=text))
    return Decimal(text.replace(",", "."))


def seconds(text: str) -> float:
    """A time limit: `60`, `0.5`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise ArgumentTypeError(said("{given!r} is not a time: expected seconds, more than 0", given=text))
    return value


def ignored(text: str) -> tuple[str, str]:
    """`BR-FR-05=our terms are in the contract`: a rule, and why it does not count."""
    rule, _, reason = text.partition("=")
    if not rule.strip() or not reason.strip():
        raise ArgumentTypeError(said("{given!r} is not RULE=REASON: say why the rule does not count", given=text))
    return rule.strip(), reason.strip()


def form_and_file(text: str) -> tuple[str, str]:
    """`sarif=report.sarif`: the form of a report, and the file that it goes to."""
    form, _, file = text.partition("=")
    if form not in FORMATS or not file:
        forms = ", ".join(FORMATS)
        raise ArgumentTypeError(said("{given!r} is not FORMAT=FILE, with a format of {forms}", given=text, forms=forms))
    return form, file


def year(text: str) -> int:
    """A year that the portal knows (2000 to 2099, G1.36)."""
    if not text.isdecimal() or not 2000 <= int(text) <= 2099:
        raise ArgumentTypeError(said("{given!r} is not a year of e-reporting: expected 2000 to 2099", given=text))
    return int(text)


def processes(text: str) -> int:
    """How many processes; 0 means one for each core."""
    if not text.isdecimal():
        raise ArgumentTypeError(said("{given!r} is not a number of processes", given=text))
    return int(text) or os.cpu_count() or 1
