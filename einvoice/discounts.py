"""Discounts for paying early: in words, and in the structured text that XRechnung has for them.

    >>> offered = stated_in("#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=500.00#")
    >>> in_words(offered[0], "fr")
    'Escompte de 2 % sur 500,00 pour paiement sous 14 jours'
    >>> skonto(offered[0])
    '#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=500.00#'

Only Factur-X EXTENDED has elements for them. Everywhere else the terms of payment (BT-20) say them.

Source: XRechnung 3.0.2, BR-DE-18 (whose days and percentages are numbers, whose line ends after the last #).
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from einvoice.data import Language
from einvoice.model import Invoice, PaymentDiscount

_STRUCTURED = re.compile(
    r"^#SKONTO#TAGE=(\d{1,6})#PROZENT=(\d{1,3}(?:\.\d{1,6})?)#(?:BASISBETRAG=(-?\d+(?:\.\d+)?)#)?", re.MULTILINE
)
_UNITS = {  # UN/ECE Recommendation 20: one and several of it
    "DAY": {"fr": ("jour", "jours"), "en": ("day", "days")},
    "WEE": {"fr": ("semaine", "semaines"), "en": ("week", "weeks")},
    "MON": {"fr": ("mois", "mois"), "en": ("month", "months")},
}
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
    french = language == "fr"
    what = _number(discount.percentage, language) + (" %" if french else "%") if discount.percentage is not None else ""
    if not what and discount.amount is not None:
        what = money_in_words(discount.amount, language)
    base = discount.base_amount
    on = (
        f" {'sur' if french else 'on'} {money_in_words(base, language)}"
        if base is not None and discount.percentage is not None
        else ""
    )
    if french:
        return f"Escompte{f' de {what}' if what else ''}{on}{_when(discount, language)}"
    return f"Discount{f' of {what}' if what else ''}{on}{_when(discount, language)}"


def _when(discount: PaymentDiscount, language: Language) -> str:
    french = language == "fr"
    until = (
        f" {'jusqu’au' if french else 'until'} {day_in_words(discount.due_date, language)}" if discount.due_date else ""
    )
    if discount.period is None:
        return f" {'pour paiement' if french else 'for payment'}{until}" if until else ""
    one, several = _UNITS.get(discount.period_unit_code or "DAY", {}).get(language, (discount.period_unit_code,) * 2)
    period = f"{_number(discount.period, language)} {one if discount.period == 1 else several}"
    since = (
        f" {'à compter du' if french else 'of'} {day_in_words(discount.base_date, language)}"
        if discount.base_date
        else ""
    )
    return f" {'pour paiement sous' if french else 'for payment within'} {period}{since}"


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
