"""What a draft may say: the invoice's own fields, and a few that only a draft has.

A draft holds what a person or an ERP knows. Its fields are those of `einvoice.model.Invoice`, so that a finding about
`lines[2].net_amount` of the invoice is also about `lines[2].net_amount` of the draft. The draft-only fields say what
no invoice can say but the arithmetic and the French texts need: how to round, what is sold (goods or services), how
the transaction is treated.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from einvoice.draft.problems import DraftError, Problem
from einvoice.model import Identifier, InvoiceHead, Line, Nature
from einvoice.rulebook import Sentence
from einvoice.values import Flag

Rounding = Literal["group", "line", "gross"]
Treatment = Literal["B2B", "B2BINT", "B2C", "B2CINT", "OUTOFSCOPE", "ARCHIVEONLY"]

P = TypeVar("P", bound=BaseModel)

DRAFT_ONLY = ("rounding", "due_rounding", "nature", "treatment", "public_buyer", "vat_on_debits")


def changed(part: P, values: Mapping[str, object]) -> P:
    """The part with these values: itself where it has them, since most parts of most drafts need no change."""
    held = vars(part)
    return part if all(held[name] is value for name, value in values.items()) else part.model_copy(update=values)


def without_blanks(part: P) -> P:
    """The part without texts that say nothing, "" or blanks, in it and below; itself where there are none.

    Programs write "" for what they do not know. An empty value is something else: rules take it for given (the VAT
    number of a seller), or refuse its form. An identifier is gone with its value, but in a list, where it keeps its
    place and is told.
    """
    full: dict[str, object] = {}
    for name, value in vars(part).items():
        if isinstance(value, str):
            if not value.strip():
                full[name] = None
        elif isinstance(value, BaseModel):
            if (inner := without_blanks(value)) is not value:
                full[name] = None if isinstance(inner, Identifier) and inner.value is None else inner
        elif type(value) is tuple and value and isinstance(value[0], BaseModel):
            parts = tuple(map(without_blanks, value))
            if any(new is not old for new, old in zip(parts, value, strict=True)):
                full[name] = parts
    return part.model_copy(update=full) if full else part


class DraftLine(Line):
    """An invoice line in a draft. It may hold its own sub-lines; `nature` says whether it sells goods or services."""

    nature: Nature | None = Field(
        default=None,
        description="goods, services or mixed. A French invoice needs it (BT-23, BR-FR-08): on each line, or once on "
        "the draft; a line billed by time (HUR, DAY, MON, …) is a service without being told",
    )
    sub_lines: tuple[DraftLine, ...] = Field(
        default=(), description="lines below this one, which makes it a GROUP whose net amount is their sum"
    )

    @model_validator(mode="before")
    @classmethod
    def _from_invoice_line(cls, value: Any) -> Any:
        return dict(value) if isinstance(value, Line) and not isinstance(value, DraftLine) else value

    def __setattr__(self, name: str, value: Any) -> None:
        raise DraftError(Problem(name, Sentence("EI-NO-DRAFT-LINE", {"field": name, "value": repr(value)})))


class DraftContent(InvoiceHead):
    """The fields of a draft, all optional. Their meaning is that of the invoice field with the same name."""

    model_config = ConfigDict(frozen=False, validate_assignment=True)

    rounding: Rounding = Field(
        default="group",
        description="where VAT is rounded: once per VAT group, or line by line; "
        "gross: the unit prices, allowances and charges given include VAT. The rules let line by line differ by less "
        "than 1.00 per group; a group that would exceed it (some hundred lines) is rounded once, and a remark says so",
    )
    due_rounding: Decimal | None = Field(
        default=None, description="round the amount due to a multiple of this, such as 0.05; BT-114 says by how much"
    )
    nature: Nature | None = Field(
        default=None,
        description="what is sold: goods, services or mixed. A French invoice needs it for its business process "
        "(BT-23, BR-FR-08), unless every line has its own nature or is billed by time",
    )
    treatment: Treatment | None = Field(
        default=None,
        description="of a French transaction (note BAR); B2B between French parties unless given: for a private buyer, "
        "who has no SIREN, say B2C. A sale wholly outside VAT or exempt by CGI art. 261 to 261 E is OUTOFSCOPE",
    )
    public_buyer: Flag | None = Field(
        default=None,
        description="whether the buyer is a French public body, whose late payments follow the code de la commande "
        "publique; by its SIREN unless given",
    )
    vat_on_debits: Flag | None = Field(
        default=None, description="French option to owe VAT when the invoice is issued; null says nothing about it"
    )

    lines: tuple[DraftLine, ...] = ()
