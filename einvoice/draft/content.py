"""What a draft may say: the invoice's own fields, and a few that only a draft has.

A draft holds what a person or an ERP knows. Its fields are those of `einvoice.model.Invoice`, so that a finding about
`lines[2].net_amount` of the invoice is also about `lines[2].net_amount` of the draft. The draft-only fields say what
no invoice can say but the arithmetic and the French texts need: how to round, what is sold (goods or services), how
the transaction is treated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from einvoice.model import InvoiceHead, Line

__all__ = ["DRAFT_ONLY", "DraftContent", "DraftLine", "Nature", "Rounding", "Treatment"]

Nature = Literal["goods", "services", "mixed"]
Rounding = Literal["group", "line", "gross"]
Treatment = Literal["B2B", "B2BINT", "B2C", "B2CINT", "OUTOFSCOPE", "ARCHIVEONLY"]

DRAFT_ONLY = ("rounding", "due_rounding", "nature", "treatment", "vat_on_debits")


class DraftLine(Line):
    """An invoice line in a draft. It may hold its own sub-lines; `nature` says whether it sells goods or services."""

    nature: Nature | None = None
    sub_lines: tuple[DraftLine, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_invoice_line(cls, value: Any) -> Any:
        return dict(value) if isinstance(value, Line) and not isinstance(value, DraftLine) else value


class DraftContent(InvoiceHead):
    """The fields of a draft, all optional. Their meaning is that of the invoice field with the same name."""

    model_config = ConfigDict(frozen=False, validate_assignment=True)

    rounding: Rounding = Field(
        default="group",
        description="where VAT is rounded: once per VAT group, or line by line; "
        "gross: the unit prices, allowances and charges given include VAT",
    )
    due_rounding: Decimal | None = Field(
        default=None, description="round the amount due to a multiple of this, such as 0.05; BT-114 says by how much"
    )
    nature: Nature | None = Field(
        default=None,
        description="what is sold, where the lines do not say it one by one; gives a French invoice its BT-23",
    )
    treatment: Treatment | None = Field(
        default=None, description="of a French transaction (note BAR); B2B between French parties unless given"
    )
    vat_on_debits: bool | None = Field(
        default=None, description="French option to owe VAT when the invoice is issued; null says nothing about it"
    )

    lines: tuple[DraftLine, ...] = ()
