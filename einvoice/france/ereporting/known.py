"""What the books know of an invoice that its document does not say.

    Known(number="F2026-0003", line_natures={"1": "services", "2": "goods"})
    Known(number="RE-77", seller="DE136695976", business_process_type="S1", exchange_rate=Decimal("1.17"))

An invoice says whom it bills and what VAT it bears. Whether a line at a flat price is labour or a part, whether a
supplier abroad sold goods or a service, what a foreign currency was worth, what was earned on the margin scheme: only
the books know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from pydantic import Field

from einvoice.draft.content import Treatment
from einvoice.draft.parties import siren_of
from einvoice.france.ereporting.report import PaidPart
from einvoice.model import Invoice, Nature, Note, Party, VatBreakdown
from einvoice.values import Model, Rate

_BAR = "BAR"  # the note that says how the reform treats an invoice (BR-FR-20)


class Known(Model):
    """What is known of one invoice; everything but its number may be left out."""

    number: str = Field(description="number of the invoice (BT-1)")
    seller: str | None = Field(
        default=None, description="its seller, where two use the same number: VAT number, SIREN or name, as it states"
    )
    treatment: Treatment | None = Field(
        default=None, description="how the reform treats it: B2BINT for a company abroad that states no number"
    )
    business_process_type: str | None = Field(
        default=None, description="the cadre de facturation (BT-23) that a foreign invoice lacks: B1, S1, M1, …"
    )
    nature: Nature | None = Field(
        default=None, description="what it sells, where its BT-23 does not say it or is wrong"
    )
    line_natures: Mapping[str, Nature] = Field(
        default_factory=dict, description="goods or services, by line identifier (BT-126): the lines of a mixed invoice"
    )
    vat_country: str | None = Field(
        default=None,
        description="whose VAT it charges (ISO 3166): FR for a distance sale below the threshold of 10 000 euros",
    )
    exchange_rate: Decimal | None = Field(
        default=None, gt=0, description="what 1 unit of its currency is worth in euros, for French VAT in a currency"
    )
    margin: tuple[VatBreakdown, ...] = Field(
        default=(), description="the margin without VAT and its VAT, by rate, of an invoice of a margin scheme"
    )
    prepaid: tuple[PaidPart, ...] = Field(
        default=(),
        description="what its prepayment invoices took of each VAT rate, VAT included (they add up to BT-113)",
    )

    def is_of(self, invoice: Invoice) -> bool:
        """Whether this is about the invoice."""
        seller = invoice.seller or Party()
        names = (seller.vat_identifier, siren_of(seller), seller.name)
        return self.number == invoice.number and (self.seller is None or self.seller in names)


class CurrencyRate(Model):
    """What a currency is worth from a day on, until the next rate."""

    currency_code: str = Field(description="the currency (ISO 4217)")
    day: date = Field(description="the first day on which it holds")
    rate: Rate = Field(gt=0, description="euros for 1 unit of the currency")


def known_of(invoice: Invoice, known: Iterable[Known]) -> Known:
    """What is known of an invoice; of several entries the one that names its seller goes first."""
    found = sorted((each for each in known if each.is_of(invoice)), key=lambda each: each.seller is None)
    return found[0] if found else Known(number=invoice.number or "")


def rate_on(rates: Iterable[CurrencyRate], currency: str | None, day: date | None) -> Decimal | None:
    """The rate of a currency on a day."""
    valid = [each for each in rates if each.currency_code == currency and day is not None and each.day <= day]
    return max(valid, key=lambda each: each.day).rate if valid else None


def with_known(invoice: Invoice, known: Known) -> Invoice:
    """The invoice with the natures, the process and the treatment that the books tell; they go before its own."""
    natures = known.line_natures
    told: dict[str, object] = {
        "lines": tuple(
            line.model_copy(update={"nature": nature}) if (nature := natures.get(line.identifier or "")) else line
            for line in invoice.lines
        )
    }
    if known.treatment:
        others = tuple(note for note in invoice.notes if note.subject_code != _BAR)
        told["notes"] = (*others, Note(subject_code=_BAR, text=known.treatment))
    if process := known.business_process_type or _process(invoice, known.nature):
        told["business_process_type"] = process
    return invoice.model_copy(update=told)


def _process(invoice: Invoice, nature: Nature | None) -> str | None:
    """BT-23 with the letter of what is sold, and its own digit if it has one."""
    if nature is None:
        return None
    stated = invoice.business_process_type or ""
    digit = stated[1] if len(stated) == 2 and stated[1].isdigit() else "1"
    return {"goods": "B", "services": "S", "mixed": "M"}[nature] + digit
