"""Discounts for paying early: in words, and in the structured text that XRechnung has for them.

    >>> offered = stated_in("#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=500.00#")
    >>> in_words(offered[0], "fr")
    'Escompte de 2 % sur 500,00 pour paiement sous 14 jours'
    >>> skonto(offered[0])
    '#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=500.00#'

Only Factur-X EXTENDED has elements for them. Everywhere else the terms of payment (BT-20) say them, in the words of
`data/payment_words.txt`.

Source: XRechnung 3.0.2, BR-DE-18 (whose days and percentages are numbers, whose line ends after the last #).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from einvoice.data import Language, data_text, two_languages
from einvoice.model import Invoice, PaymentDiscount

_STRUCTURED = re.compile(
    r"^#SKONTO#TAGE=(\d{1,6})#PROZENT=(\d{1,3}(?:\.\d{1,6})?)#(?:BASISBETRAG=(-?\d+(?:\.\d+)?)#)?", re.MULTILINE
)
_BRACKETS, _FACT = re.compile(r"\[([^][]*)\]"), re.compile(r"\{(\w+)\}")
_DAYS = ("DAY", None)


def stated_in(text: str | None) -> tuple[PaymentDiscount, ...]:
    """The discounts that payment terms (BT-20) state in the form of XRechnung."""
    return tuple(
        PaymentDiscount(
            period=Decimal(days),
            period_unit_code="DAY",
            percentage=Decimal(percentage),
            base_amount=Decimal(base) if base else None,
        )
        for days, percentage, base in _STRUCTURED.findall(text or "")
    )


def skonto(discount: PaymentDiscount) -> str | None:
    """The discount in the form of XRechnung, without the line break that belongs behind it; None if it has no days."""
    if discount.period is None or discount.percentage is None or discount.period_unit_code not in _DAYS:
        return None
    base = f"BASISBETRAG={discount.base_amount:.2f}#" if discount.base_amount is not None else ""
    return f"#SKONTO#TAGE={discount.period:.0f}#PROZENT={discount.percentage:.2f}#{base}"


def in_words(discount: PaymentDiscount, language: Language) -> str:
    """The discount as people say it: its rate or amount, what it is taken off, until when."""
    rate, amount, base = discount.percentage, discount.amount, discount.base_amount
    facts = {"period": _period(discount, language)}
    if rate is not None:
        facts["what"] = said("rate", {"rate": _number(rate, language)}, language)
        facts["base"] = money_in_words(base, language) if base is not None else None
    elif amount is not None:
        facts["what"] = money_in_words(amount, language)
    if discount.base_date is not None:
        facts["since"] = day_in_words(discount.base_date, language)
    if discount.due_date is not None and discount.period is None:
        facts["until"] = day_in_words(discount.due_date, language)
    return said("discount", facts, language)


def _period(discount: PaymentDiscount, language: Language) -> str | None:
    """`14 jours`; a unit that has no word is said by its code."""
    if discount.period is None:
        return None
    code = discount.period_unit_code or "DAY"
    one, _, several = _words().get(("unit", code), {language: f"{code} / {code}"})[language].partition(" / ")
    return f"{_number(discount.period, language)} {one if discount.period == 1 else several}"


def said(key: str, facts: Mapping[str, str | None], language: Language) -> str:
    """A sentence of payment terms, its places filled; what stands in brackets goes where a fact is not known."""
    form, left = _words()[key,][language], 1
    while left:  # from the innermost to the outermost
        form, left = _BRACKETS.subn(lambda part: part[1] if _is_known(part[1], facts) else "", form)
    return form.format(**facts)


def _is_known(part: str, facts: Mapping[str, str | None]) -> bool:
    return all(facts.get(name) is not None for name in _FACT.findall(part))


@cache
def _words() -> dict[tuple[str, ...], dict[Language, str]]:
    return two_languages(data_text("payment_words.txt"), typeset=False)


def day_in_words(day: date, language: Language) -> str:
    """A day as people write it."""
    return f"{day:%d/%m/%Y}" if language == "fr" else day.isoformat()


def _number(value: Decimal, language: Language) -> str:
    text = f"{value.normalize():f}"
    return text.replace(".", ",") if language == "fr" else text


def money_in_words(value: Decimal, language: Language) -> str:
    """An amount as people write it."""
    return f"{value:.2f}".replace(".", ",") if language == "fr" else f"{value:.2f}"


def is_said(discount: PaymentDiscount, text: str | None) -> bool:
    """Whether payment terms say this very discount, in the form of XRechnung or in our words."""
    if not text:
        return False
    return (skonto(discount) or "\0") in text or any(in_words(discount, language) in text for language in ("fr", "en"))


def with_discounts(invoice: Invoice) -> Invoice:
    """An invoice as it was read, with the discounts that its payment terms state, and the day on which it is due.

    Where the due date stands with a discount only, it is that of the invoice: there is no other (BT-9).
    """
    offered = invoice.payment_discounts or stated_in(invoice.payment_terms)
    if not offered:
        return invoice
    days = [each.due_date for each in offered if each.due_date is not None]
    return invoice.model_copy(
        update={"payment_discounts": offered, "due_date": invoice.due_date or (max(days) if days else None)}
    )
