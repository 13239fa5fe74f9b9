"""Lifecycle messages about an invoice, filled from the invoice.

    status(invoice, 205, at=now, received_at=arrival)
    status(invoice, 210, at=now, received_at=arrival, reasons=("TX_TVA_ERR",), comment="Le taux est de 10 %.")
    status(invoice, 212, at=now, received_at=arrival, payment=Payment(Decimal("1200.00")))
    ppf_copy(message, platform=Platform("0123", "PA EXEMPLE", "AAA123"), number="0000000000000000001")

The two copies of a mandatory status are two messages: platforms send one to each other and another, with its own
guideline, sender, recipient and identifier, to the public portal (PPF).

Sources: XP Z12-012 annex B (who sends what to whom); DGFiP external specifications v3.2, annex 2; BR-FR-CDV V1.4.0.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from einvoice.errors import Unwritable
from einvoice.france.lifecycle.actors import document_issuer, party_faults, recipients, setter_of
from einvoice.france.lifecycle.checks import PORTAL_AMOUNTS, observations_on
from einvoice.france.lifecycle.codes import PHASE_CODES, STATUSES
from einvoice.france.lifecycle.content import details, new_payees
from einvoice.france.lifecycle.message import Actor, Characteristic, Detail, LifecycleMessage, Subject
from einvoice.france.lifecycle.request import Account, Approval, Correction, Payment, Request, fault, faults
from einvoice.france.times import legal_time
from einvoice.france.treatment import treatment
from einvoice.model import Identifier, Invoice
from einvoice.rulebook import Observation, Sentence

GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:invoice"
PPF_GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:einvoicingF2"
_LONGEST_NUMBER = 18  # of BT-1, for the usual form of MDT-4 to fit into its 50 characters

_PLATFORM = "0238"
PORTAL = Actor(identifiers=(Identifier(value="0000", scheme_id=_PLATFORM),), name="PPF", role_code="DFH")


@dataclass(frozen=True, slots=True)
class Platform:
    """An approved platform, as the PPF knows it. Raises `ValueError` for a matricule or a code that cannot be."""

    matricule: str  # 4 digits
    name: str
    application: str  # 6 characters: the sending application's code

    def __post_init__(self) -> None:
        _expect("matricule", self.matricule, "[0-9]{4}")
        _expect("application code", self.application, "[A-Z0-9]{6}")

    @property
    def actor(self) -> Actor:
        """The platform as messages name it."""
        return Actor(
            identifiers=(Identifier(value=self.matricule, scheme_id=_PLATFORM),), name=self.name, role_code="WK"
        )


def status(  # noqa: PLR0913 - each is one thing that a status may say
    invoice: Invoice,
    code: str | int,
    *,
    at: datetime,
    received_at: datetime,
    created_at: datetime | None = None,
    by: str | None = None,
    reasons: Sequence[str] = (),
    action: str | None = None,
    comment: str | None = None,
    payment: Payment | None = None,
    approval: Approval | None = None,
    account: Account | None = None,
    corrections: Sequence[Correction] = (),
    business_process: str | None = None,
) -> LifecycleMessage:
    """The message by which one platform tells another that an invoice has this status.

    `at` is when the status was set, which tells two of the same code apart; `received_at` when the platform of who sets
    it received the invoice (MDT-95, the same in all its messages about it). `by` chooses the setter where the status
    has several (see `STATUSES[code]`); `business_process` is MDT-2, which otherwise follows from the invoice.
    `created_at` is when the message was made, `at` unless given. `reasons` and `action` are codes (MDT-113, MDT-121),
    `comment` says more; `payment` is what was paid, `approval` how much is approved (amounts with VAT, in the currency
    of the invoice), `account` where to pay, `corrections` what should have stood there. Which of them a status wants is
    told in `STATUSES[code].needs`. Raises `Unwritable`, with a finding for each fault, where
    the status may not be told so: unknown, a reason it does not allow, no reason or amount where it demands one, a
    party that the invoice does not name.
    """
    kind = STATUSES.get(str(code))
    if kind is None or not kind.phase:
        told = [known for known, each in STATUSES.items() if each.phase]
        raise refused(str(code), (fault("EI-CDV-60", "subject.status_code", found=code, expected=", ".join(told)),))
    setter = by or kind.set_by[0]
    at, received_at = legal_time(at), legal_time(received_at)
    request = Request(
        invoice,
        kind,
        setter,
        tuple(reasons),
        action,
        comment,
        payment,
        approval,
        account,
        tuple(corrections),
        at - received_at,
    )
    found = (*faults(request), *party_faults(request))
    if found:
        raise refused(kind.code, found)
    message = LifecycleMessage(
        business_process=business_process or _business_process(invoice),
        guideline=GUIDELINE,
        identifier=_identifier(invoice, kind.code, at),
        name=f"{invoice.number}_{kind.code}",
        created_at=legal_time(created_at) if created_at else at,
        sender=Actor(role_code="WK"),
        issuer=setter_of(request),
        recipients=recipients(request),
        multiple_references=False,
        phase_code=PHASE_CODES[kind.phase],
        set_at=at,
        subject=Subject(
            reference=invoice.number,
            condition_code=kind.condition or None,
            type_code=invoice.type_code,
            received_at=received_at,
            issue_date=invoice.issue_date,
            status_code=kind.code,
            status=kind.name_fr,
            issuer=document_issuer(invoice),
            recipients=new_payees(request),
            details=details(request),
        ),
    )
    return sound(message)


def ppf_copy(message: LifecycleMessage, *, platform: Platform, number: str) -> LifecycleMessage:
    """The copy of a mandatory status that the platform sends to the public portal.

    `number` is the platform's own, 19 digits or capital letters, never used twice (`ValueError` for another form). The
    copy says only what the portal takes: amounts with a VAT rate, of the types that it knows. Raises `Unwritable` where
    the portal would refuse it: a status it does not take, an attachment, a message that is not about such an invoice.
    """
    _expect("message number", number, "[A-Z0-9]{19}")
    subject = message.subject or Subject()
    sender = platform.actor
    day = subject.issue_date
    told = subject.model_copy(
        update={
            "object_type": PPF_GUIDELINE,
            "issue_date": None,
            "issue_time": datetime(day.year, day.month, day.day) if day else subject.issue_time,  # noqa: DTZ001 - no zone
            "recipients": (),
            "details": tuple(_told(detail) for detail in subject.details),
        }
    )
    issuer = message.issuer
    copy = message.model_copy(
        update={
            "business_process": None,
            "guideline": PPF_GUIDELINE,
            "identifier": f"FFE0614A_{platform.application}_{number}",
            "sender": sender,
            "issuer": sender if issuer is not None and issuer.role_code == "WK" else issuer,
            "recipients": (PORTAL,),
            "subject": told,
        }
    )
    return sound(copy)


def _told(detail: Detail) -> Detail:
    """What the portal is told of a detail (G7.12, P1.18)."""
    return detail.model_copy(update={"characteristics": tuple(filter(_is_told, detail.characteristics))})


def _is_told(value: Characteristic) -> bool:
    return value.type_code in PORTAL_AMOUNTS and value.percentage is not None


def _business_process(invoice: Invoice) -> str:
    """MDT-2: how the invoice is treated, in the words of a message."""
    found = treatment(invoice)
    return {"B2B": "REGULATED", "ARCHIVEONLY": "NON_REGULATED"}.get(found, found)


def _identifier(invoice: Invoice, code: str, at: datetime) -> str:
    """MDT-4: number, status, time, type and date of the invoice. A number that would not fit is cut and hashed.

    Published examples put the reception of the invoice for the time, which gives two instalments one identifier.
    """
    number = invoice.number or ""
    if len(number) > _LONGEST_NUMBER:
        number = f"{number[:9]}~{hashlib.sha256(number.encode()).hexdigest()[:8]}"
    return f"{number}_{code}_{at:%Y%m%d%H%M%S}#{invoice.type_code}_{invoice.issue_date:%Y%m%d}"


def _expect(what: str, text: str, form: str) -> None:
    if not re.fullmatch(form, text):
        raise ValueError(f"{text!r} is not a {what}; expected {form}")


def sound(message: LifecycleMessage) -> LifecycleMessage:
    """The message, if our own checks find no error in it."""
    errors = tuple(each for each in observations_on(message) if each.severity == "error")
    if errors:
        code = message.subject.status_code if message.subject else None
        raise refused(code or "?", errors)
    return message


def refused(code: str, faults: tuple[Observation, ...]) -> Unwritable:
    """The refusal of a status, with its faults."""
    detail = tuple(Sentence(each.wording or each.rule, each.facts) for each in faults)
    return Unwritable("EI-NO-WRITE-04", {"code": code, "detail": detail}, faults)
