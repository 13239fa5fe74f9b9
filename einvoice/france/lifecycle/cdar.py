"""CDAR D22B, the XML of lifecycle messages, read and written by one table.

    message = cdar.read(parse_xml(data))
    data = cdar.write(message)

Platforms write the day of the invoice (MDT-100) in format 102 to each other and in format 204 to the public portal; the
two are two fields of the model, so that a message is written back as it came.

Source: UN/CEFACT CDAR D22B; DGFiP external specifications v3.2, annex 2.
"""

from __future__ import annotations

from functools import cache

from einvoice.binding import Codec, Grammar, Syntax, binary, binary_text, number
from einvoice.binding.codecs import (
    boolean,
    boolean_text,
    compact_date,
    compact_date_text,
    compact_time,
    compact_time_text,
)
from einvoice.binding.locating import Fields
from einvoice.france.lifecycle.message import Actor, Characteristic, Detail, LifecycleMessage, Remark, Subject
from einvoice.model import Identifier, SupportingDocument
from einvoice.xml import Element

ROOT = "rsm:CrossDomainAcknowledgementAndResponse"


def read(root: Element) -> LifecycleMessage:
    """The message that a CDAR document, by its `root` element, says; what the model cannot hold is in `unread`."""
    return _syntax().whole(root)


def write(message: LifecycleMessage, *, incomplete: bool = False) -> bytes:
    """The CDAR document. Raises `Unwritable` where the schema demands what the message lacks.

    With `incomplete`, what there is is written all the same.
    """
    return _syntax().write(message, incomplete=incomplete)


def fields(root: Element) -> Fields:
    """The fields of a document's elements: `fields(root).at(xpath)` is `subject.details[0].reason_code`."""
    return _syntax().fields(root)


def xpath_of(field: str) -> str | None:
    """Where a field stands in a document, without positions."""
    return _syntax().xpath_of(field)


_CODECS = {
    "str": Codec(empty=True),
    "Text": Codec(empty=True, free=True),
    "bool": Codec(boolean, boolean_text),
    "date": Codec(compact_date, compact_date_text, {"format": "102"}),
    "LegalTime": Codec(compact_time, compact_time_text, {"format": "204"}),
    "Amount": number(),
    "Quantity": number(),
    "Percentage": number(),
    "bytes": Codec(binary, binary_text, empty=True),
    # MDT-100, whose format says which of the two fields it is
    "day": Codec(compact_date, compact_date_text),
    "time": Codec(compact_time, compact_time_text),
}

_MESSAGE = """
  test                 {C}/ram:TestIndicator/udt:Indicator
  business_process     {C}/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID
  guideline            {C}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID
  identifier           {D}/ram:ID
  name                 {D}/ram:Name
  created_at           {D}/ram:IssueDateTime/udt:DateTimeString
  sender               {D}/ram:SenderTradeParty                                ACTOR
  issuer               {D}/ram:IssuerTradeParty                                ACTOR
  recipients*          {D}/ram:RecipientTradeParty                             ACTOR
  multiple_references  {A}/ram:MultipleReferencesIndicator/udt:Indicator
  phase_code           {A}/ram:TypeCode
  set_at               {A}/ram:IssueDateTime/udt:DateTimeString
  subject              {A}/ram:ReferenceReferencedDocument                     SUBJECT
"""
_SUBJECT = """
  reference       ram:IssuerAssignedID
  condition_code  ram:StatusCode
  type_code       ram:TypeCode
  name            ram:Name
  received_at     ram:ReceiptDateTime/udt:DateTimeString
  attachments*    ram:AttachmentBinaryObject                            ATTACHMENT
  object_type     ram:ReferenceTypeCode
  issue_date      ram:FormattedIssueDateTime[day]/qdt:DateTimeString    day
  =102            ram:FormattedIssueDateTime[day]/qdt:DateTimeString/@format
  issue_time      ram:FormattedIssueDateTime[time]/qdt:DateTimeString   time
  =204            ram:FormattedIssueDateTime[time]/qdt:DateTimeString/@format
  status_code     ram:ProcessConditionCode
  status          ram:ProcessCondition
  issuer          ram:IssuerTradeParty                                  ACTOR
  recipients*     ram:RecipientTradeParty                               ACTOR
  details*        ram:SpecifiedDocumentStatus                           DETAIL
"""
_ACTOR = """
  identifiers*        ram:ID                                     LOCAL_ID
  identifiers*        ram:GlobalID                               ID
  name                ram:Name
  role_code           ram:RoleCode
  electronic_address  ram:URIUniversalCommunication/ram:URIID    ID
"""
_LOCAL_ID = """
  value      .
"""
_ID = """
  value      .
  scheme_id  @schemeID
"""
_ATTACHMENT = """
  attached_document  .
  mime_code          @mimeCode
  filename           @filename
"""
_DETAIL = """
  happened_at       ram:ReferenceDateTime/udt:DateTimeString
  reason_code       ram:ReasonCode
  reason            ram:Reason
  status_code       ram:ProcessConditionCode
  action_code       ram:RequestedActionCode
  action            ram:RequestedAction
  sequence          ram:SequenceNumeric
  remarks*          ram:IncludedNote                        REMARK
  characteristics*  ram:SpecifiedDocumentCharacteristic     CHARACTERISTIC
"""
_REMARK = """
  code          ram:ContentCode
  text          ram:Content
  subject_code  ram:SubjectCode
"""
_CHARACTERISTIC = """
  term                ram:ID
  type_code           ram:TypeCode
  changed             ram:ValueChangedIndicator/udt:IndicatorString
  name                ram:Name
  location            ram:Location
  text                ram:Value
  amount              ram:ValueAmount
  currency_code       ram:ValueAmount/@currencyID
  measure             ram:ValueMeasure
  measure_unit_code   ram:ValueMeasure/@unitCode
  day                 ram:ValueDateTime/udt:DateTimeString
  code                ram:ValueCode
  quantity            ram:ValueQuantity
  quantity_unit_code  ram:ValueQuantity/@unitCode
  number              ram:ValueNumeric
  percentage          ram:ValuePercent
"""
_SHORT = {"{C}": "rsm:ExchangedDocumentContext", "{D}": "rsm:ExchangedDocument", "{A}": "rsm:AcknowledgementDocument"}


@cache
def _syntax() -> Syntax[LifecycleMessage]:
    base = "urn:un:unece:uncefact:data:standard:"
    rows = _MESSAGE
    for sign, path in _SHORT.items():
        rows = rows.replace(sign, path)
    grammar = Grammar(
        {
            "MESSAGE": (LifecycleMessage, rows),
            "SUBJECT": (Subject, _SUBJECT),
            "ACTOR": (Actor, _ACTOR),
            "LOCAL_ID": (Identifier, _LOCAL_ID),
            "ID": (Identifier, _ID),
            "ATTACHMENT": (SupportingDocument, _ATTACHMENT),
            "DETAIL": (Detail, _DETAIL),
            "REMARK": (Remark, _REMARK),
            "CHARACTERISTIC": (Characteristic, _CHARACTERISTIC),
        },
        namespaces={
            "rsm": f"{base}CrossDomainAcknowledgementAndResponse:100",
            "ram": f"{base}ReusableAggregateBusinessInformationEntity:100",
            "udt": f"{base}UnqualifiedDataType:100",
            "qdt": f"{base}QualifiedDataType:100",
        },
        codecs=_CODECS,
        start="MESSAGE",
    )
    return Syntax(ROOT, grammar)
