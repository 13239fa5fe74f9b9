"""A lifecycle message: one status of one object, told by one actor to others (flux 6).

    LifecycleMessage(identifier="F1_205_20261102101500#380_20261102", subject=Subject(status_code="205"))

As everywhere, every field is optional: an inbound message may be wrong in any way, and its faults are findings. The MDT
numbers are those of the official table. Times are French legal time, without zone.

Source: DGFiP external specifications v3.2, annex 2 (message CDV); UN/CEFACT CDAR D22B.
"""

from __future__ import annotations

from datetime import date

from einvoice.france.times import LegalTime
from einvoice.model import Amount, Identifier, Model, Percentage, Quantity, SupportingDocument, Unread


class Actor(Model):
    """Someone who sends, issues or receives a message or the document it speaks of."""

    identifiers: tuple[Identifier, ...] = ()  # 0002 SIREN, 0238 platform matricule, ...
    name: str | None = None
    role_code: str | None = None  # UNTDID 3035
    electronic_address: Identifier | None = None


class Remark(Model):
    """A comment: the rule that spoke (MDT-125), what is said (MDT-126), the tag or file at fault (MDT-127)."""

    code: str | None = None
    text: str | None = None
    subject_code: str | None = None


class Characteristic(Model):
    """A value that the status is about: an amount received, a wrong field, a new account (MDT-206 to MDT-224)."""

    term: str | None = None  # MDT-206: BT-152
    type_code: str | None = None  # MDT-207
    changed: bool | None = None  # MDT-209: whether the value is to be replaced
    name: str | None = None  # MDT-211
    location: str | None = None  # MDT-213: XPath in the invoice
    text: str | None = None  # MDT-214
    amount: Amount | None = None  # MDT-215
    currency_code: str | None = None  # MDT-216
    measure: Quantity | None = None  # MDT-217
    measure_unit_code: str | None = None
    day: date | None = None  # MDT-219
    code: str | None = None  # MDT-221
    quantity: Quantity | None = None  # MDT-222
    quantity_unit_code: str | None = None
    number: Quantity | None = None  # MDT-223
    percentage: Percentage | None = None  # MDT-224


class Detail(Model):
    """Why, what is asked for, and the values concerned (MDG-37)."""

    happened_at: LegalTime | None = None  # MDT-110
    reason_code: str | None = None  # MDT-113
    reason: str | None = None  # MDT-114
    status_code: str | None = None  # MDT-115
    action_code: str | None = None  # MDT-121
    action: str | None = None  # MDT-122
    sequence: Quantity | None = None  # MDT-124-2: 1, 2, ...
    remarks: tuple[Remark, ...] = ()
    characteristics: tuple[Characteristic, ...] = ()


class Subject(Model):
    """The object that the status is about: an invoice, or a flow, a report, a directory line, another message."""

    reference: str | None = None  # MDT-87: BT-1 of an invoice
    condition_code: str | None = None  # MDT-88
    type_code: str | None = None  # MDT-91: BT-3; 303 flow, 304 data of flux 1 or 10, 305 message, 306 directory
    name: str | None = None  # MDT-94
    received_at: LegalTime | None = None  # MDT-95
    attachments: tuple[SupportingDocument, ...] = ()  # MDT-96
    object_type: str | None = None  # MDT-97: URN
    issue_date: date | None = None  # MDT-100, as platforms write it to each other (format 102)
    issue_time: LegalTime | None = None  # MDT-100, as the PPF wants it (format 204)
    status_code: str | None = None  # MDT-105
    status: str | None = None  # MDT-106
    issuer: Actor | None = None  # MDT-129 to 132: the seller
    recipients: tuple[Actor, ...] = ()  # MDT-155 to 178
    details: tuple[Detail, ...] = ()


class LifecycleMessage(Model):
    """A message of the life cycle. `unread` lists what its source said and this model could not hold."""

    test: bool | None = None  # MDT-1
    business_process: str | None = None  # MDT-2: REGULATED, NON_REGULATED, B2C, ...
    guideline: str | None = None  # MDT-3: URN
    identifier: str | None = None  # MDT-4
    name: str | None = None  # MDT-5
    created_at: LegalTime | None = None  # MDT-8
    sender: Actor | None = None  # MDT-17 to 21
    issuer: Actor | None = None  # MDT-36 to 40
    recipients: tuple[Actor, ...] = ()  # MDT-55 to 73
    multiple_references: bool | None = None  # MDT-74
    phase_code: str | None = None  # MDT-77: 305 transmission, 23 processing
    set_at: LegalTime | None = None  # MDT-78
    subject: Subject | None = None

    unread: tuple[Unread, ...] = ()
