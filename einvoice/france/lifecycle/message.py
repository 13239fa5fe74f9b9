"""A lifecycle message: one status of one object, told by one actor to others (flux 6).

    LifecycleMessage(identifier="F1_205_20261102101500#380_20261102", subject=Subject(status_code="205"))

As everywhere, every field is optional: an inbound message may be wrong in any way, and its faults are findings. The MDT
numbers are those of the official table. Times are French legal time, without zone.

Source: DGFiP external specifications v3.2, annex 2 (message CDV); UN/CEFACT CDAR D22B.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from einvoice.france.times import LegalTime
from einvoice.model import Identifier, SupportingDocument, Unread
from einvoice.values import Amount, Model, Percentage, Quantity


class Actor(Model):
    """Someone who sends, issues or receives a message or the document it speaks of."""

    identifiers: tuple[Identifier, ...] = Field(default=(), description="0002 SIREN, 0238 platform matricule, ...")
    name: str | None = Field(default=None, description="its name")
    role_code: str | None = Field(default=None, description="UNTDID 3035")
    electronic_address: Identifier | None = Field(default=None, description="where it receives, with the scheme")


class Remark(Model):
    """A comment: the rule that spoke (MDT-125), what is said (MDT-126), the tag or file at fault (MDT-127)."""

    code: str | None = Field(default=None, description="MDT-125: the rule that spoke")
    text: str | None = Field(default=None, description="MDT-126: what is said")
    subject_code: str | None = Field(default=None, description="MDT-127: the tag or file at fault")


class Characteristic(Model):
    """A value that the status is about: an amount received, a wrong field, a new account (MDT-206 to MDT-224)."""

    term: str | None = Field(default=None, description="MDT-206: BT-152")
    type_code: str | None = Field(default=None, description="MDT-207")
    changed: bool | None = Field(default=None, description="MDT-209: whether the value is to be replaced")
    name: str | None = Field(default=None, description="MDT-211")
    location: str | None = Field(default=None, description="MDT-213: XPath in the invoice")
    text: str | None = Field(default=None, description="MDT-214")
    amount: Amount | None = Field(default=None, description="MDT-215")
    currency_code: str | None = Field(default=None, description="MDT-216")
    measure: Quantity | None = Field(default=None, description="MDT-217: a measure")
    measure_unit_code: str | None = Field(default=None, description="unit of the measure (UNECE Rec 20)")
    day: date | None = Field(default=None, description="MDT-219: a day")
    code: str | None = Field(default=None, description="MDT-221: a code")
    quantity: Quantity | None = Field(default=None, description="MDT-222: a quantity")
    quantity_unit_code: str | None = Field(default=None, description="unit of the quantity (UNECE Rec 20)")
    number: Quantity | None = Field(default=None, description="MDT-223: a number")
    percentage: Percentage | None = Field(default=None, description="MDT-224")


class Detail(Model):
    """Why, what is asked for, and the values concerned (MDG-37)."""

    happened_at: LegalTime | None = Field(default=None, description="MDT-110: when it happened")
    reason_code: str | None = Field(default=None, description="MDT-113")
    reason: str | None = Field(default=None, description="MDT-114")
    status_code: str | None = Field(default=None, description="MDT-115: the status that this is about")
    action_code: str | None = Field(default=None, description="MDT-121")
    action: str | None = Field(default=None, description="MDT-122")
    sequence: Quantity | None = Field(default=None, description="MDT-124-2: 1, 2, ...")
    remarks: tuple[Remark, ...] = Field(default=(), description="MDT-125 to 127: comments")
    characteristics: tuple[Characteristic, ...] = Field(default=(), description="MDT-206 to 224: the values concerned")


class Subject(Model):
    """The object that the status is about: an invoice, or a flow, a report, a directory line, another message."""

    reference: str | None = Field(default=None, description="MDT-87: BT-1 of an invoice")
    condition_code: str | None = Field(default=None, description="MDT-88")
    type_code: str | None = Field(
        default=None, description="MDT-91: BT-3; 303 flow, 304 data of flux 1 or 10, 305 message, 306 directory"
    )
    name: str | None = Field(default=None, description="MDT-94")
    received_at: LegalTime | None = Field(default=None, description="MDT-95")
    attachments: tuple[SupportingDocument, ...] = Field(default=(), description="MDT-96")
    object_type: str | None = Field(default=None, description="MDT-97: URN")
    issue_date: date | None = Field(
        default=None, description="MDT-100, as platforms write it to each other (format 102)"
    )
    issue_time: LegalTime | None = Field(default=None, description="MDT-100, as the PPF wants it (format 204)")
    status_code: str | None = Field(default=None, description="MDT-105")
    status: str | None = Field(default=None, description="MDT-106")
    issuer: Actor | None = Field(default=None, description="MDT-129 to 132: the seller")
    recipients: tuple[Actor, ...] = Field(default=(), description="MDT-155 to 178")
    details: tuple[Detail, ...] = Field(
        default=(), description="MDG-37: why, what is asked for, and the values concerned"
    )


class LifecycleMessage(Model):
    """A message of the life cycle. `unread` lists what its source said and this model could not hold."""

    test: bool | None = Field(default=None, description="MDT-1: whether it is a test")
    business_process: str | None = Field(default=None, description="MDT-2: REGULATED, NON_REGULATED, B2C, ...")
    guideline: str | None = Field(default=None, description="MDT-3: URN")
    identifier: str | None = Field(default=None, description="MDT-4")
    name: str | None = Field(default=None, description="MDT-5")
    created_at: LegalTime | None = Field(default=None, description="MDT-8")
    sender: Actor | None = Field(default=None, description="MDT-17 to 21")
    issuer: Actor | None = Field(default=None, description="MDT-36 to 40")
    recipients: tuple[Actor, ...] = Field(default=(), description="MDT-55 to 73")
    multiple_references: bool | None = Field(default=None, description="MDT-74")
    phase_code: str | None = Field(default=None, description="MDT-77: 305 transmission, 23 processing")
    set_at: LegalTime | None = Field(default=None, description="MDT-78")
    subject: Subject | None = Field(default=None, description="MDG-32: the object that the status is about")

    unread: tuple[Unread, ...] = Field(default=(), description="what the source said and this model could not hold")
