"""The tables of a platform, and of the portal. Columns are what is searched; the rest is JSON of the library's models.

Times are microseconds since 1970. `seq` and `updated` grow strictly for each client in the order in which transactions
end: whoever asks for what came after the last thing it saw misses nothing.
"""

from __future__ import annotations

from typing import Any

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
_KINDS: dict[str, Any] = {
    "text": Text,
    "time": BigInteger,
    "big": BigInteger,
    "number": Integer,
    "flag": Boolean,
    "bytes": LargeBinary,
    "day": String(10),
}


def _table(name: str, columns: str, *more: Any, key: str = "id:64") -> Table:
    """A table of columns `name:kind`, texts unless a kind is told; `*` is searched by, `!` is always there. A number
    for a kind, as in the key, is the size of a text.
    """
    made = [_column(each, primary_key=True) for each in key.split()]
    return Table(name, metadata, *made, *map(_column, columns.split()), *more)


def _column(text: str, **options: Any) -> Column[Any]:
    name, _, kind = text.rstrip("*!").partition(":")
    if "*" in text:
        options["index"] = True
    if "!" in text:
        options["nullable"] = False
    return Column(name, String(int(kind)) if kind.isdigit() else _KINDS[kind or "text"], **options)


sponsor = _table("sponsor", "name label")  # label: white or grey
# kind: sponsor, oauth, access, session; only a hash of the secret is kept
token = _table("token", "hash kind sponsor_id client_id expires:time")
client = _table(
    "client",
    "sponsor_id* external_ref name email status settings created:time! updated:time tick:big! next_number:number!",
    UniqueConstraint("sponsor_id", "external_ref"),
)
onboarding = _table(
    "onboarding",
    "hash client_id* include_kyc:flag include_signature:flag kyc_done:time signed:time created:time! expires:time!",
)
# content: MandateCreate
mandate = _table("mandate", "client_id* siren* status* content smp_status error created:time! updated:time")
unit = _table("unit", "name nature", key="siren:9")
line = _table("line", "address* siren* siret content")  # the directory; content: DirectoryLine
# once it is an invoice, the draft changes no more
draft = _table("draft", "client_id* content invoice_id created:time! updated:time")
file = _table("file", "size:big data:bytes", key="sha:64")
flow = _table(
    "flow",
    "client_id tracking_id name syntax profile type direction rule rule_given:flag ack details sha submitted:time!"
    " updated:time!",
    UniqueConstraint("client_id", "updated"),
    Index("flow_sha", "client_id", "direction", "sha"),
)
# Its id is that of its flow; direction: in, out; key: seller's SIREN, number and year, what makes it one and no other
# (G1.45); status: the seed's five words; peer: the other platform's matricule.
invoice = _table(
    "invoice",
    "client_id direction key number seller buyer status treatment peer sha name size:big syntax at:time! seq:big",
    UniqueConstraint("client_id", "direction", "key"),
    Index("invoice_seq", "client_id", "direction", "seq"),
    Index("invoice_key", "key"),
)
# What happened: the events of the life of an invoice, a mandate, ...
message = _table(
    "message",
    "client_id object_type object_id code emitter at:time! reason rejection mandatory:flag sha seq:big",
    Index("message_seq", "client_id", "seq"),
    Index("message_object", "object_id", "object_type"),
)
# What the portal must be told; kind: status, flux1, report, directory
duty = _table("duty", "client_id* object_id* kind name sha deadline:time! done:time answer code")
# What e-reports are made of: invoices, daily sales, payments
record = _table("record", "client_id* kind day:day content invoice_id created:time!")
report = _table("report", "client_id* content start:day end:day closes:time! role sha created:time!")
job = _table(
    "job",
    "kind content priority:number created:time! due:time! tries:number claimed_until:time! claimed_by error"
    " parked:flag",
    Index("job_due", "parked", "priority", "due"),
)
# client_id: of XP Z12-013, one client's; of the seed, none
webhook = _table("webhook", "sponsor_id* client_id* url secret events created:time! last:time")
usage = _table(
    "usage",
    "calls:number good:number bad:number micros:big",
    key="client_id:64 endpoint:200 method:10 hour:big",
)
counter = _table("counter", "value:big", key="name:40")
# By the portal; about: what makes an extract or a status one and no other
received = _table("received", "sender* kind name about* sha at:time!* answer code")
refusal = _table("refusal", "kind reason times:number")  # what the portal was asked to refuse, next time
