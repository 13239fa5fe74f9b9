"""Lifecycle messages about an invoice, filled from the invoice.

    status(invoice, "205", at=now, received_at=arrival)
    status(invoice, "210", at=now, received_at=arrival, reasons=("TX_TVA_ERR",), comment="Le taux est de 10 %.")
    status(invoice, "212", at=now, received_at=arrival, payment=Payment(Decimal("1200.00")))
    ppf_copy(message, platform=Platform("0123", "PA EXEMPLE", "AAA123"), number="0000000000000000001")

The two copies of a mandatory status are two messages: platforms send one to each other and another, with its own
guideline, sender, recipient and identifier, to the public portal (PPF).

Sources: XP Z12-012 annex B (who sends what to whom); DGFiP external specifications v3.2, annex 2; BR-FR-CDV V1.4.0.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES
from einvoice.errors import Unwritable
from einvoice.france.lifecycle.amounts import sign, split, total_with_vat
from einvoice.france.lifecycle.codes import ACTIONS, PHASE_CODES, REASONS, STATUSES, Status
from einvoice.france.lifecycle.message import Actor, Characteristic, Detail, LifecycleMessage, Remark, Subject
from einvoice.france.lifecycle.request import Correction, Payment, Request, fault, faults
from einvoice.model import Identifier, Invoice, Party
from einvoice.report import Finding
from einvoice.terms import term

__all__ = ["Correction", "Payment", "Platform", "ppf_copy", "status"]

GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:invoice"
PPF_GUIDELINE = "urn.cpro.gouv.fr:1p0:CDV:einvoicingF2"
MAX_IDENTIFIER = 50  # MDT-4
_LONGEST_NUMBER = 18  # of BT-1, for the usual form of MDT-4 to fit

_SIREN, _PLATFORM = "0002", "0238"
_PPF = Actor(identifiers=(Identifier(value="0000", scheme_id=_PLATFORM),), name="PPF", role_code="DFH")


@dataclass(frozen=True, slots=True)
class Platform:
    """An approved platform, as the PPF knows it."""

    matricule: str  # 4 digits
    name: str
    application: str  # 6 characters: the sending application's code


def status(  # noqa: PLR0913 - each is one thing that a status may say
    invoice: Invoice,
    code: str,
    *,
    at: datetime,
    received_at: datetime,
    created_at: datetime | None = None,
    by: str | None = None,
    reasons: Sequence[str] = (),
    action: str | None = None,
    comment: str | None = None,
    payment: Payment | None = None,
    corrections: Sequence[Correction] = (),
    characteristics: Sequence[Characteristic] = (),
    business_process: str = "REGULATED",
) -> LifecycleMessage:
    """The message by which one platform tells another that an invoice has this status.

    `at` is when the status was set, `received_at` when the platform of who sets it received the invoice (MDT-95, the
    same in all its messages about it). `by` chooses the setter where the status has several (see `STATUSES[code]`).
    Raises `Unwritable`, with a finding for each fault, where the status may not be told so: unknown, a reason it does
    not allow, no reason or amount where it demands one, no number or date of the invoice.
    """
    kind = STATUSES.get(code)
    if kind is None or not kind.phase:
        raise _unwritable(code, (fault("EI-CDV-20", "subject.status_code", found=code),))
    setter = by or kind.set_by[0]
    found = tuple(faults(Request(invoice, kind, setter, tuple(reasons), action, comment, payment)))
    if found:
        raise _unwritable(code, found)
    values = (*_payment_values(invoice, kind, payment), *_correction_values(invoice, corrections), *characteristics)
    return LifecycleMessage(
        business_process=business_process,
        guideline=GUIDELINE,
        identifier=_identifier(invoice, code, received_at),
        name=f"{invoice.number}_{code}",
        created_at=created_at or at,
        sender=Actor(role_code="WK"),
        issuer=_actor(invoice, setter, address=False),
        recipients=tuple(_actor(invoice, role, address=True) for role in _recipients(kind, setter)),
        multiple_references=False,
        phase_code=PHASE_CODES[kind.phase],
        set_at=at,
        subject=Subject(
            reference=invoice.number,
            condition_code=kind.condition or None,
            type_code=invoice.type_code,
            received_at=received_at,
            issue_date=invoice.issue_date,
            status_code=code,
            status=kind.name_fr,
            issuer=_document_issuer(invoice),
            details=_details(reasons, action, comment, values),
        ),
    )


def ppf_copy(message: LifecycleMessage, *, platform: Platform, number: str) -> LifecycleMessage:
    """The copy of a mandatory status that the platform sends to the public portal.

    `number` is the platform's own, 19 digits or capital letters, never used twice. Raises `ValueError` for a status
    that the portal does not take, for a platform or a number that cannot be, and for an attachment (G7.49).
    """
    subject = message.subject or Subject()
    kind = STATUSES.get(subject.status_code or "")
    if kind is None or kind.ppf == "never":
        told = ", ".join(code for code, each in STATUSES.items() if each.ppf != "never")
        raise ValueError(f"the PPF does not take status {subject.status_code}; it takes {told}")
    if subject.attachments:
        raise ValueError("the PPF refuses a status with an attachment (G7.49)")
    for what, text, form in (
        ("matricule", platform.matricule, "[0-9]{4}"),
        ("application code", platform.application, "[A-Z0-9]{6}"),
        ("message number", number, "[A-Z0-9]{19}"),
    ):
        if not re.fullmatch(form, text):
            raise ValueError(f"{text!r} is no {what}: expected {form}")
    sender = Identifier(value=platform.matricule, scheme_id=_PLATFORM)
    day = subject.issue_date
    told_subject = subject.model_copy(
        update={
            "object_type": PPF_GUIDELINE,
            "issue_date": None,
            "issue_time": datetime(day.year, day.month, day.day) if day else subject.issue_time,  # noqa: DTZ001 - no zone
        }
    )
    return message.model_copy(
        update={
            "business_process": None,
            "guideline": PPF_GUIDELINE,
            "identifier": f"FFE0614A_{platform.application}_{number}",
            "sender": Actor(identifiers=(sender,), name=platform.name, role_code="WK"),
            "recipients": (_PPF,),
            "subject": told_subject,
        }
    )


def _identifier(invoice: Invoice, code: str, received_at: datetime) -> str:
    """MDT-4: number, status, reception, type and date. A number too long for 50 characters is cut and hashed."""
    number = invoice.number or ""
    if len(number) > _LONGEST_NUMBER:
        number = f"{number[:9]}~{hashlib.sha256(number.encode()).hexdigest()[:8]}"
    return f"{number}_{code}_{received_at:%Y%m%d%H%M%S}#{invoice.type_code}_{invoice.issue_date:%Y%m%d}"


# -- who ------------------------------------------------------------------------------------------------------------


def _recipients(kind: Status, setter: str) -> tuple[str, ...]:
    """Who is told. What the receiving platform says to the issuer, it says to the receiver too."""
    if setter == "receiving_platform" and kind.sent_to == ("issuer",):
        return ("issuer", "receiver")
    return kind.sent_to


def _side(invoice: Invoice, role: str) -> tuple[Party | None, str]:
    """The party that has a role in the exchange, and its role code (UNTDID 3035)."""
    self_billed = invoice.type_code in INVOICE_TYPES["self_billed"]
    seller, buyer = (invoice.seller, "SE"), (invoice.buyer, "BY")
    if role == "factor":
        return invoice.payee, "DL"
    if role == "agent":
        return (invoice.buyer_agent, "AB") if invoice.buyer_agent else (invoice.seller_agent, "SR")
    if role == "issuer":
        return buyer if self_billed else seller
    if role == "receiver":
        return seller if self_billed else buyer
    if role in ("payer", "payee"):
        return seller if (role == "payer") == (sign(invoice) < 0) else buyer
    return seller if role == "seller" else buyer


def _actor(invoice: Invoice, role: str, *, address: bool) -> Actor:
    if role.endswith("platform"):
        return Actor(role_code="WK")  # platforms do not name themselves to each other
    party, role_code = _side(invoice, role)
    party = party or Party()
    siren = party.legal_registration_identifier
    return Actor(
        identifiers=(siren,) if siren and siren.scheme_id else party.identifiers[:1],
        name=party.name,
        role_code=role_code,
        electronic_address=party.electronic_address if address else None,
    )


def _document_issuer(invoice: Invoice) -> Actor:
    """MDT-129: the seller's SIREN, whoever made the invoice out (CL-07)."""
    seller = invoice.seller or Party()
    siren = seller.legal_registration_identifier
    return Actor(identifiers=(siren,) if siren else (), role_code="SE")


# -- what -----------------------------------------------------------------------------------------------------------


def _details(
    reasons: Sequence[str], action: str | None, comment: str | None, values: tuple[Characteristic, ...]
) -> tuple[Detail, ...]:
    """One block for each reason, numbered from 1; values and comment are in the first."""
    blocks: list[Detail] = []
    for reason in reasons or ((None,) if values or comment or action else ()):
        first = not blocks
        blocks.append(
            Detail(
                reason_code=reason,
                reason=REASONS[reason].name_fr if reason else None,
                action_code=action if first else None,
                action=ACTIONS[action].name_fr if action and first else None,
                sequence=Decimal(len(blocks) + 1),
                remarks=(Remark(text=comment),) if comment and first else (),
                characteristics=values if first else (),
            )
        )
    return tuple(blocks)


def _payment_values(invoice: Invoice, kind: Status, payment: Payment | None) -> Iterator[Characteristic]:
    if payment is None:
        return
    currency = invoice.currency_code
    if kind.code != "212":
        yield Characteristic(type_code="MPA", amount=payment.amount, currency_code=currency, day=payment.day)
        return
    for rate, amount in split(invoice, payment.amount, payment.before).items():
        yield Characteristic(type_code="MEN", changed=False, amount=amount, currency_code=currency, percentage=rate)
    settled = payment.before + payment.amount
    if payment.discount:
        for rate, amount in split(invoice, payment.discount, settled).items():
            yield Characteristic(type_code="ESC", changed=False, amount=amount, currency_code=currency, percentage=rate)
        settled += payment.discount
    due = sign(invoice) * total_with_vat(invoice) - settled
    if due:
        yield Characteristic(type_code="RAP", changed=False, amount=due, currency_code=currency)


def _correction_values(invoice: Invoice, corrections: Sequence[Correction]) -> Iterator[Characteristic]:
    for each in corrections:
        for type_code, value in (("DIV", each.found), ("DVA", each.expected)):
            yield Characteristic(
                term=each.term,
                type_code=type_code,
                changed=True,
                name=term(each.term).name_fr,
                location=each.location,
                **_typed(value, term(each.term).data_type, invoice.currency_code),
            )


def _typed(value: Decimal | date | str, data_type: str, currency: str | None) -> dict[str, object]:
    """The field of a characteristic that holds a value of that data type."""
    if isinstance(value, Decimal) and data_type == "Percentage":
        return {"percentage": value}
    if isinstance(value, Decimal) and "mount" in data_type:
        return {"amount": value, "currency_code": currency}
    if isinstance(value, Decimal):
        return {"quantity": value}
    return {"day": value} if isinstance(value, date) else {"text": value}


def _unwritable(code: str, findings: tuple[Finding, ...]) -> Unwritable:
    said = " ".join(finding.message_en for finding in findings)
    return Unwritable(f"status {code} cannot be told: {said}", findings)
