"""An amount that is due in parts, each on its own day: read from both syntaxes, and said in words where they cannot.

    >>> from decimal import Decimal
    >>> in_words(PaymentInstalment(amount=Decimal("500"), due_date=date(2026, 11, 30)), "fr")
    'Échéance du 30/11/2026 : 500,00'

Factur-X EXTENDED has a group of payment terms for each part (BT-X-275). UBL has the elements, which EN 16931 asks not
to use; both, and a second due date in any place, are read. Everywhere else the terms of payment (BT-20) say them.

Sources: Factur-X 1.09 EXTENDED, SpecifiedTradePaymentTerms; UBL 2.1, PaymentTerms; UBL-CR-459, UBL-CR-463.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date

from einvoice.data import Language
from einvoice.discounts import day_in_words, money_in_words, said
from einvoice.model import Invoice, PaymentInstalment, Unread

_DAY = re.compile(
    r"/\w+:(?:DueDateDateTime(?:\[\d+\])?/\w+:DateTimeString|PaymentDueDate|InstallmentDueDate)(?:\[\d+\])?$"
)


def with_instalments(
    invoice: Invoice, unread: tuple[Unread, ...], day_of: Callable[[str], date]
) -> tuple[Invoice, tuple[Unread, ...]]:
    """The invoice as it was read, with the due dates beside BT-9, and what is still not read.

    Where only parts have a day, BT-9 is the last. A single part that is the whole amount on the day of BT-9 is none.
    """
    parts = list(invoice.payment_instalments)
    rest = []
    for each in unread:
        if each.kind == "repeated" and each.text and not each.more and _DAY.search(each.xpath):
            with suppress(ValueError):
                parts.append(PaymentInstalment(due_date=day_of(each.text)))
                continue
        rest.append(each)
    if not parts:
        return invoice, unread
    due = invoice.due_date or last_day(parts)
    whole = invoice.totals.amount_due if invoice.totals else None
    if len(parts) == 1 and parts[0].amount in (None, whole) and parts[0].due_date in (None, due):
        parts = []
    return invoice.model_copy(update={"due_date": due, "payment_instalments": tuple(parts)}), tuple(rest)


def last_day(parts: Sequence[PaymentInstalment]) -> date | None:
    """The day on which the last of the parts is due."""
    return max((each.due_date for each in parts if each.due_date is not None), default=None)


def in_words(part: PaymentInstalment, language: Language) -> str:
    """A part of the amount as people say it."""
    facts = {
        "day": day_in_words(part.due_date, language) if part.due_date else None,
        "amount": money_in_words(part.amount, language) if part.amount is not None else None,
    }
    return said("instalment", facts, language)
