"""The tables of a platform, and of the portal. Columns are what is searched; the rest is JSON of the library's models.

Times are microseconds since 1970. `seq` and `updated` grow strictly for each client in the order in which transactions
end: whoever asks for what came after the last thing it saw misses nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "client",
    "counter",
    "draft",
    "duty",
    "file",
    "flow",
    "invoice",
    "job",
    "line",
    "mandate",
    "message",
    "metadata",
    "onboarding",
    "received",
    "record",
    "refusal",
    "report",
    "sponsor",
    "token",
    "unit",
    "usage",
    "webhook",
]

metadata = MetaData()


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


def _text(name: str, *, index: bool = False, null: bool = True) -> Column[str]:
    return Column(name, Text, index=index, nullable=null)


def _time(name: str, *, index: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, index=index, nullable=null)


sponsor = Table("sponsor", metadata, _id(), _text("name"), _text("label"))  # label: white or grey
token = Table(  # kind: sponsor, oauth, access, session; only a hash of the secret is kept
    "token",
    metadata,
    _id(),
    _text("hash"),
    _text("kind"),
    _text("sponsor_id"),
    _text("client_id"),
    _time("expires", null=True),
)
client = Table(
    "client",
    metadata,
    _id(),
    _text("sponsor_id", index=True),
    _text("external_ref"),
    _text("name"),
    _text("email"),
    _text("status"),
    _text("settings"),
    _time("created"),
    _time("updated", null=True),
    Column("tick", BigInteger, nullable=False),
    Column("next_number", Integer, nullable=False),
    UniqueConstraint("sponsor_id", "external_ref"),
)
onboarding = Table(
    "onboarding",
    metadata,
    _id(),
    _text("hash"),
    _text("client_id", index=True),
    Column("include_kyc", Boolean),
    Column("include_signature", Boolean),
    _time("kyc_done", null=True),
    _time("signed", null=True),
    _time("created"),
    _time("expires"),
)
mandate = Table(
    "mandate",
    metadata,
    _id(),
    _text("client_id", index=True),
    _text("siren", index=True),
    _text("status", index=True),
    _text("content"),  # MandateCreate
    _text("smp_status"),
    _text("error"),
    _time("created"),
    _time("updated", null=True),
)
unit = Table("unit", metadata, Column("siren", String(9), primary_key=True), _text("name"), _text("nature"))
line = Table(  # the directory; content: DirectoryLine
    "line", metadata, _id(), _text("address", index=True), _text("siren", index=True), _text("siret"), _text("content")
)
draft = Table(
    "draft",
    metadata,
    _id(),
    _text("client_id", index=True),
    _text("content"),
    _text("invoice_id"),  # once it is one, the draft changes no more
    _time("created"),
    _time("updated", null=True),
)
file = Table(
    "file",
    metadata,
    Column("sha", String(64), primary_key=True),
    Column("size", BigInteger),
    Column("data", LargeBinary),
)
flow = Table(
    "flow",
    metadata,
    _id(),
    _text("client_id"),
    _text("tracking_id"),
    _text("name"),
    _text("syntax"),
    _text("profile"),
    _text("type"),
    _text("direction"),
    _text("rule"),
    Column("rule_given", Boolean),
    _text("ack"),
    _text("details"),
    _text("sha"),
    _time("submitted"),
    _time("updated"),
    UniqueConstraint("client_id", "updated"),
    Index("flow_sha", "client_id", "direction", "sha"),
)
invoice = Table(
    "invoice",
    metadata,
    _id(),  # that of its flow
    _text("client_id"),
    _text("direction"),  # in, out
    _text("key"),  # seller's SIREN, number and year: what makes it one and no other (G1.45)
    _text("number"),
    _text("seller"),
    _text("buyer"),
    _text("status"),  # the seed's five words
    _text("treatment"),
    _text("peer"),  # the other platform's matricule
    _text("sha"),
    _text("name"),
    Column("size", BigInteger),
    _text("syntax"),
    _time("at"),
    Column("seq", BigInteger),
    UniqueConstraint("client_id", "direction", "key"),
    Index("invoice_seq", "client_id", "direction", "seq"),
    Index("invoice_key", "key"),
)
message = Table(  # what happened: the events of the life of an invoice, a mandate, ...
    "message",
    metadata,
    _id(),
    _text("client_id"),
    _text("object_type"),
    _text("object_id"),
    _text("code"),
    _text("emitter"),
    _time("at"),
    _text("reason"),
    _text("rejection"),
    Column("mandatory", Boolean),
    _text("sha"),
    Column("seq", BigInteger),
    Index("message_seq", "client_id", "seq"),
    Index("message_object", "object_id", "object_type"),
)
duty = Table(  # what the portal must be told
    "duty",
    metadata,
    _id(),
    _text("client_id", index=True),
    _text("object_id", index=True),
    _text("kind"),  # status, flux1, report, directory
    _text("name"),
    _text("sha"),
    _time("deadline"),
    _time("done", null=True),
    _text("answer"),
    _text("code"),
)
record = Table(  # what e-reports are made of: invoices, daily sales, payments
    "record",
    metadata,
    _id(),
    _text("client_id", index=True),
    _text("kind"),
    Column("day", String(10)),
    _text("content"),
    _text("invoice_id"),
    _time("created"),
)
report = Table(
    "report",
    metadata,
    _id(),
    _text("client_id", index=True),
    _text("content"),
    Column("start", String(10)),
    Column("end", String(10)),
    _time("closes"),
    _text("role"),
    _text("sha"),
    _time("created"),
)
job = Table(
    "job",
    metadata,
    _id(),
    _text("kind"),
    _text("content"),
    Column("priority", Integer),
    _time("created"),
    _time("due"),
    Column("tries", Integer),
    _time("claimed_until"),
    _text("claimed_by"),
    _text("error"),
    Column("parked", Boolean),
    Index("job_due", "parked", "priority", "due"),
)
webhook = Table(
    "webhook",
    metadata,
    _id(),
    _text("sponsor_id", index=True),
    _text("client_id", index=True),  # of XP Z12-013: one client's; of the seed: None
    _text("url"),
    _text("secret"),
    _text("events"),
    _time("created"),
    _time("last", null=True),
)
usage = Table(
    "usage",
    metadata,
    Column("client_id", String(64), primary_key=True),
    Column("endpoint", String(200), primary_key=True),
    Column("method", String(10), primary_key=True),
    Column("hour", BigInteger, primary_key=True),
    Column("calls", Integer),
    Column("good", Integer),
    Column("bad", Integer),
    Column("micros", BigInteger),
)
counter = Table("counter", metadata, Column("name", String(40), primary_key=True), Column("value", BigInteger))
received = Table(  # by the portal
    "received",
    metadata,
    _id(),
    _text("sender", index=True),
    _text("kind"),
    _text("name"),
    _text("about", index=True),  # what makes an extract or a status one and no other
    _text("sha"),
    _time("at", index=True),
    _text("answer"),
    _text("code"),
)
refusal = Table(  # what the portal was asked to refuse, next time
    "refusal", metadata, _id(), _text("kind"), _text("reason"), Column("times", Integer)
)
