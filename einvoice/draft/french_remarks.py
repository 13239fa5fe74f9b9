"""What a French draft says that may be meant and is often a slip: parties, rates and dates.

Nothing here changes the invoice: see `einvoice.draft.remarks`, which is about any draft.

Sources: code de commerce L. 441-10 I (60 days after issue, or 45 days and the end of the month where agreed); CGI art.
278 to 281 nonies, 294 to 297 (rates in force, those of Corsica and overseas among them).
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES, french_vat_rate
from einvoice.draft.content import DraftContent
from einvoice.draft.ledger import Figure, Ledger, because
from einvoice.draft.nesting import Placed, counted
from einvoice.draft.reform import TO_CONSUMERS, is_abroad, is_company, takes_part

# In force since 1 January 2014: the mainland, Corsica (0.9, 2.1, 10, 13), overseas departments (1.05, 1.75, 2.1, 8.5).
_IN_FORCE = frozenset(map(Decimal, ("0", "0.9", "1.05", "1.75", "2.1", "5.5", "8.5", "10", "13", "20")))
_SINCE = dt.date(2014, 1, 1)
_LONGEST_TERM, _MONTH_TERM = dt.timedelta(days=60), dt.timedelta(days=45)
_REPEATS_THE_PAST = INVOICE_TYPES["credit_note"] | INVOICE_TYPES["corrective"]


def remark_on_french(draft: DraftContent, lines: Sequence[Placed], ledger: Ledger) -> None:
    """All remarks on a French draft that no figure contradicts."""
    _remark_on_private_buyer(draft, ledger)
    _remark_on_rates(draft, lines, ledger)
    _remark_on_due_date(draft, ledger)


def _remark_on_private_buyer(draft: DraftContent, ledger: Ledger) -> None:
    """A foreign buyer without number would be reported as a private person: is it one?"""
    told = draft.treatment or any(note.subject_code == "BAR" for note in draft.notes)
    if not told and takes_part(draft.seller) and is_abroad(draft.buyer) and not is_company(draft.buyer):
        ledger.remark(Figure("treatment", None), "", because("PRIVATE"))


def _remark_on_rates(draft: DraftContent, lines: Sequence[Placed], ledger: Ledger) -> None:
    """A French rate that is no longer in force, unless an old invoice is corrected."""
    if draft.type_code in _REPEATS_THE_PAST or (draft.issue_date and draft.issue_date < _SINCE):
        return
    told: set[Decimal] = set()
    for placed in filter(counted, lines):
        rate = placed.line.vat_rate
        if rate is not None and rate not in _IN_FORCE and rate not in told and french_vat_rate(rate) is not None:
            told.add(rate)
            ledger.remark(Figure(f"{placed.path}.vat_rate", "BT-152"), rate, because("RATE", rate=rate))


def _remark_on_due_date(draft: DraftContent, ledger: Ledger) -> None:
    """Between companies in France, more than 60 days, or 45 days and the end of the month."""
    issued, due = draft.issue_date, draft.due_date
    if issued is None or due is None or draft.treatment in TO_CONSUMERS or not takes_part(draft.buyer):
        return
    month_term = (due - _end_of_month(issued)) == _MONTH_TERM
    if due - issued > _LONGEST_TERM and not month_term and due != _end_of_month(issued + _MONTH_TERM):
        reason = because("DUE-DATE", days=(due - issued).days, last=issued + _LONGEST_TERM)
        ledger.remark(Figure("due_date", "BT-9"), due, reason)


def _end_of_month(day: dt.date) -> dt.date:
    return day.replace(day=monthrange(day.year, day.month)[1])
