"""Answers about anything but an invoice: its data, an e-report, a directory update, a flow, a status.

    acknowledge(301, "RPT-2026-11", at=now, to=platform, identifier="…", reasons=("REJ_PER",), comment="Période close")

The public portal answers what a platform sent it: 250 or 251 to the data of an invoice (flux 1), 300 or 301 to an
e-report (flux 10), 400 or 401 to a directory update, 500 or 501 to a flow as such, 601 to a status that it refuses.
Platforms tell each other 501 too. `reference` is what they sent, by its own identifier: that links the answer to it.

Sources: DGFiP external specifications v3.2, annex 2 (MDT-91, MDT-97) and annex 7 (G7.14, G7.15, G7.31, G7.40 ff.).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from einvoice.france.lifecycle.builder import PORTAL, Platform, refused, sound
from einvoice.france.lifecycle.codes import REASONS, STATUSES
from einvoice.france.lifecycle.message import Actor, Detail, LifecycleMessage, Remark, Subject
from einvoice.france.lifecycle.request import fault
from einvoice.france.times import legal_time
from einvoice.model import Identifier

ObjectType = Literal["invoice", "invoice_data", "ereport", "directory", "flow", "status"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a status is about, where that is no invoice."""

    object_type: ObjectType
    guideline: str  # the end of MDT-3 and MDT-97 (G7.14)
    type_code: str  # MDT-91 (G7.15)


_DATA = Answered("invoice_data", "einvoicingF1", "304")
_REPORT = Answered("ereport", "ereportingF10", "304")
_DIRECTORY = Answered("directory", "annuaire", "306")
_FLOW = Answered("flow", "flux", "303")
_STATUS = Answered("status", "messageCDV", "305")
ANSWERED: Mapping[str, Answered] = MappingProxyType(
    {
        **dict.fromkeys(("250", "251"), _DATA),
        **dict.fromkeys(("300", "301"), _REPORT),
        **dict.fromkeys(("400", "401"), _DIRECTORY),
        **dict.fromkeys(("500", "501"), _FLOW),
        "601": _STATUS,
    }
)
REFUSALS = frozenset({"251", "301", "401", "501", "601"})
_NEEDS_SELLER = ("einvoicingF1", "messageCDV")


def acknowledge(  # noqa: PLR0913 - each is one thing that an answer may say
    code: str | int,
    reference: str,
    *,
    at: datetime,
    to: Platform,
    identifier: str,
    sent_at: datetime | None = None,
    received_at: datetime | None = None,
    reasons: Sequence[str] = (),
    comment: str | None = None,
    seller: str | None = None,
    by: Platform | None = None,
) -> LifecycleMessage:
    """The answer about something that was sent; by the public portal, or by a platform that is named.

    `code` is the status (301, 501, …), `reference` the number of what was sent, `to` the platform that sent it, `at`
    when it is answered; `reasons` are codes of MDT-113, `comment` says more. `identifier` is MDT-4 of the answer
    itself; `sent_at` when the object was made (MDT-100), `received_at` when it
    arrived (MDT-95; both `at` unless given); `seller` the SIREN that an invoice's data or status is about. A refusal
    needs a reason. Raises `Unwritable`, with a finding for each fault, where the answer may not be given so.
    """
    code = str(code)
    about, kind = ANSWERED.get(code), STATUSES.get(code)
    if about is None or kind is None:
        raise refused(code, (fault("EI-CDV-79", "subject.status_code", found=code, expected=", ".join(ANSWERED)),))
    if code in REFUSALS and not reasons:
        raise refused(code, (fault("EI-CDV-62", "subject.details", expected="REJ_…, IRR_…"),))
    if unknown := [each for each in reasons if each not in REASONS]:
        raise refused(code, tuple(fault("EI-CDV-61", "subject.details", found=each, expected="…") for each in unknown))
    if about.guideline in _NEEDS_SELLER and not seller:
        raise refused(code, (fault("EI-CDV-80", "subject.issuer", found=code),))
    urn = f"urn.cpro.gouv.fr:1p0:CDV:{about.guideline}"
    sender = PORTAL if by is None else by.actor
    at = legal_time(at)
    return sound(
        LifecycleMessage(
            guideline=urn,
            identifier=identifier,
            name=f"{reference}_{code}",
            created_at=at,
            sender=sender,
            issuer=sender,
            recipients=(to.actor,),
            multiple_references=False,
            phase_code="305",
            set_at=at,
            subject=Subject(
                reference=reference,
                type_code=about.type_code,
                object_type=urn,
                received_at=legal_time(received_at) if received_at else at,
                issue_time=legal_time(sent_at) if sent_at else (None if about is _DIRECTORY else at),
                status_code=code,
                status=kind.name_fr,
                issuer=_seller(seller),
                details=_details(reasons, comment),
            ),
        )
    )


def _seller(siren: str | None) -> Actor | None:
    return Actor(identifiers=(Identifier(value=siren, scheme_id="0002"),), role_code="SE") if siren else None


def _details(reasons: Sequence[str], comment: str | None) -> tuple[Detail, ...]:
    """One block for each reason; the comment is in the first."""
    return tuple(
        Detail(
            reason_code=reason,
            reason=REASONS[reason].name_fr if reason else None,
            sequence=Decimal(index),
            remarks=(Remark(text=comment),) if comment and index == 1 else (),
        )
        for index, reason in enumerate(reasons or ((None,) if comment else ()), 1)
    )
