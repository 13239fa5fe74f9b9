"""XP Z12-013, annex A 1.3.0: the Flow Service, under `/afnor-flow`.

`updatedAt` is unique and grows for each client, for clients page by `updatedAfter`. `flowInfo` may come as JSON or as
plain text, as a field or as a file. A checksum that is given is compared. A file that was sent before becomes a flow
whose acknowledgement says so. The file is judged after the answer.
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, StrictInt, ValidationError
from sqlalchemy import Connection, Row, delete, select
from starlette.datastructures import UploadFile

import einvoice as ei
from einvoice_server import intake
from einvoice_server.api.common import Here, Plain, Timed, known
from einvoice_server.auth import Caller, Holder, bearer, known_token
from einvoice_server.clock import iso, micros
from einvoice_server.errors import Refused
from einvoice_server.files import sha256
from einvoice_server.happenings import flow_json
from einvoice_server.tables import flow, webhook
from einvoice_server.tx import insert_once
from einvoice_server.webhooks import check_url

__all__ = ["flow_service"]

flow_service = APIRouter(prefix="/v1")
Who = Annotated[Caller, Depends(bearer)]
Rule = Literal[
    "B2B", "B2BInt", "B2C", "B2G", "B2GInt", "OutOfScope", "B2GOutOfScope", "ArchiveOnly", "NotApplicable", "Undefined"
]
Syntax = Literal["CII", "UBL", "Factur-X", "CDAR", "FRR"]
Profile = Literal["Basic", "CIUS", "Extended-CTC-FR", "Undefined"]
Direction = Literal["In", "Out"]
Ack = Literal["Pending", "Ok", "Error"]
Kind = Literal[
    "CustomerInvoice",
    "SupplierInvoice",
    "CustomerInvoiceLC",
    "SupplierInvoiceLC",
    "StateCustomerInvoiceLC",
    "StateSupplierInvoiceLC",
    "AggregatedCustomerTransactionReport",
    "UnitaryCustomerTransactionReport",
    "AggregatedCustomerPaymentReport",
    "UnitaryCustomerPaymentReport",
    "UnitarySupplierTransactionReport",
    "MultiFlowReport",
    "StateCustomerInvoice",
    "StateSupplierInvoice",
    "StateTransactionReport",
    "StateTransactionReportLC",
    "StatePaymentReport",
    "StatePaymentReportLC",
    "Undefined",
]
DocType = Literal["Metadata", "Original", "Converted", "ReadableView"]


class FlowInfo(Plain):
    """What a client says of a flow."""

    name: str = Field(max_length=255)
    flowSyntax: Syntax  # noqa: N815 - the standard's words
    trackingId: str | None = Field(None, max_length=64)  # noqa: N815
    processingRule: Rule | None = None  # noqa: N815
    flowProfile: Profile | None = None  # noqa: N815
    sha256: str | None = Field(None, pattern=r"^[a-f0-9]{64}$")


class Filters(Plain):
    """Which flows are wanted."""

    updatedAfter: Timed | None = None  # noqa: N815
    updatedBefore: Timed | None = None  # noqa: N815
    processingRule: list[Rule] | None = None  # noqa: N815
    flowType: list[Kind] | None = None  # noqa: N815
    flowDirection: list[Direction] | None = None  # noqa: N815
    trackingId: str | None = Field(None, max_length=64)  # noqa: N815
    ackStatus: Ack | None = None  # noqa: N815


class Search(Plain):
    """A search."""

    where: Filters
    limit: StrictInt = Field(25, le=100)
    cursor: str | None = None


class Callback(Plain):
    """Where to call, and for which flows."""

    callbackUrl: str = Field(max_length=2000)  # noqa: N815
    flowTypes: list[Kind] | None = None  # noqa: N815
    flowDirection: Direction | None = None  # noqa: N815
    ackStatus: Ack | None = None  # noqa: N815


@dataclass(frozen=True, slots=True)
class Parts:
    """The two parts of a new flow."""

    info: FlowInfo
    data: bytes


async def _parts(request: Request, caller: Who) -> Parts:
    _ = caller  # who may not ask is refused before anything is read
    async with request.form(max_files=2, max_fields=100) as form:
        file, info = form.get("file"), form.get("flowInfo")
        if not isinstance(file, UploadFile) or len(form.getlist("file")) > 1:
            raise Refused(400, "expected one part file, with the name of a file")
        if info is None:
            raise Refused(400, "expected the part flowInfo")
        text = (await info.read()) if isinstance(info, UploadFile) else info
        try:
            read = FlowInfo.model_validate_json(text)
        except ValidationError as error:
            places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise Refused(400, f"flowInfo: {places}") from None
        return Parts(read, await file.read())


@flow_service.post("/flows")
def create_flow(here: Here, caller: Who, parts: Annotated[Parts, Depends(_parts)]) -> Response:
    """Take a flow. 202 when it is on the disk."""
    info = parts.info
    if info.sha256 is not None and info.sha256 != sha256(parts.data):
        raise Refused(422, "ChecksumMismatch: the file is not the one whose sha256 is given")
    if not parts.data:
        raise Refused(422, "EmptyFlow: the file is empty")
    with here.db.write() as tx:
        it = intake.Submitted(info.name, parts.data, info.flowSyntax, info.processingRule, info.trackingId)
        row = intake.store(here, tx, caller.client_id, it)
    here.wake.set()
    answer = flow_json(row)
    return JSONResponse({**answer, "sha256": row.sha}, 202)


@flow_service.post("/flows/search")
def search_flows(here: Here, caller: Who, wanted: Annotated[Search, Body()]) -> Any:
    """Flows, in the order in which they changed."""
    where = wanted.where
    if not where.model_fields_set or wanted.limit < 1:
        raise Refused(400, "expected at least one filter, and a limit of at least 1")
    query = select(flow).where(flow.c.client_id == caller.client_id)
    if where.updatedAfter is not None:
        query = query.where(flow.c.updated > micros(where.updatedAfter))
    if where.updatedBefore is not None:
        query = query.where(flow.c.updated < micros(where.updatedBefore))
    for column, values in (
        (flow.c.rule, where.processingRule),
        (flow.c.type, where.flowType),
        (flow.c.direction, where.flowDirection),
    ):
        if values:
            query = query.where(column.in_(values))
    if where.trackingId is not None:
        query = query.where(flow.c.tracking_id == where.trackingId)
    if where.ackStatus is not None:
        query = query.where(flow.c.ack == where.ackStatus)
    if wanted.cursor is not None:
        query = query.where(flow.c.updated > _from_cursor(wanted.cursor))
    with here.db.read() as tx:
        rows = tx.execute(query.order_by(flow.c.updated).limit(wanted.limit + 1)).all()
    page = rows[: wanted.limit]
    answer: dict[str, Any] = {
        "limit": wanted.limit,
        "filters": where.model_dump(mode="json", exclude_none=True),
        "results": [flow_json(row) for row in page],
    }
    if len(rows) > wanted.limit:
        answer["nextCursor"] = base64.urlsafe_b64encode(str(page[-1].updated).encode()).decode()
    return answer


def _from_cursor(cursor: str) -> int:
    try:
        found = int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (ValueError, UnicodeError):
        raise Refused(400, "this is no cursor of ours") from None
    if not 0 <= found < 2**63:
        raise Refused(400, "this is no cursor of ours")
    return found


@flow_service.get("/flows/{flow_id}")
def get_flow(
    here: Here,
    caller: Who,
    flow_id: Annotated[str, Path(max_length=64)],
    doc_type: Annotated[DocType, Query(alias="docType")] = "Metadata",
) -> Response:
    """What is known of a flow, its file, the file in another syntax, or a page for people."""
    with here.db.read() as tx:
        row = _row(tx, caller, flow_id)
        data = here.files.get(tx, row.sha) if doc_type != "Metadata" else b""
    if doc_type == "Metadata":
        return JSONResponse(flow_json(row))
    name = row.name
    if doc_type != "Original":
        try:
            name, data = _shown(row, data) if doc_type == "ReadableView" else _converted(row, data)
        except ei.EInvoiceError as error:
            raise Refused(404, f"there is no such form of this flow: {type(error).__name__}") from error
    head = {"Content-Disposition": f'attachment;filename="{_ascii(name)}"'}
    return Response(data, media_type="application/octet-stream", headers=head)  # whatever it is, as published


def _shown(row: Row[Any], data: bytes) -> tuple[str, bytes]:
    """A page for people; of a Factur-X, its own pages."""
    if data.startswith(b"%PDF-"):
        return row.name, data
    return f"{row.name}.html", ei.render(data)


def _converted(row: Row[Any], data: bytes) -> tuple[str, bytes]:
    """The invoice in the other XML syntax; of a Factur-X, the XML inside."""
    if data.startswith(b"%PDF-"):
        return f"{row.name}.xml", ei.extract(data).xml
    return f"{row.name}.xml", ei.convert(data, "cii" if row.syntax == "UBL" else "ubl").data


def _ascii(name: str) -> str:
    return "".join(each if each.isascii() and (each.isalnum() or each in "._-") else "_" for each in name)


def _row(tx: Connection, caller: Caller, flow_id: str) -> Row[Any]:
    return known(tx, flow, "no such flow", id=flow_id, client_id=caller.client_id)


@flow_service.get("/webhooks")
def list_webhooks(here: Here, caller: Who) -> Any:
    """The client's webhooks, without their keys."""
    wanted = select(webhook).where(webhook.c.client_id == caller.client_id).order_by(webhook.c.created)
    with here.db.read() as tx:
        found = [
            {"webhookId": row.id, "createdAt": iso(row.created), "callbackUrl": row.url, **json.loads(row.events)}
            for row in tx.execute(wanted)
        ]
    return {"count": len(found), "webhookIds": [each["webhookId"] for each in found], "webhooks": found}


@flow_service.post("/webhooks", status_code=201)
def create_webhook(here: Here, caller: Who, wanted: Annotated[Callback, Body()]) -> Any:
    """A webhook, with its signing key, shown this once."""
    check_url(here, wanted.callbackUrl, wrong=400)
    key, hook_id, now = base64.b64encode(secrets.token_bytes(32)).decode(), str(uuid.uuid4()), here.now
    filters = wanted.model_dump(exclude={"callbackUrl"}, exclude_none=True)
    values = {"sponsor_id": caller.sponsor_id, "client_id": caller.client_id, "url": wanted.callbackUrl, "secret": key}
    with here.db.write() as tx:
        insert_once(tx, webhook, id=hook_id, created=now, events=json.dumps(filters), **values)
    return {"webhookId": hook_id, "signingKey": key, "createdAt": iso(now)}


@flow_service.delete("/webhooks/{webhook_id}", status_code=204)
def delete_webhook(here: Here, caller: Who, webhook_id: uuid.UUID) -> None:
    """Delete a webhook."""
    with here.db.write() as tx:
        gone = delete(webhook).where(webhook.c.id == str(webhook_id), webhook.c.client_id == caller.client_id)
        if tx.execute(gone).rowcount == 0:
            raise Refused(404, "no such webhook")


@flow_service.get("/healthcheck")
def health(here: Here, _known: Annotated[Holder, Depends(known_token)]) -> Response:
    """200 while the database answers."""
    with here.db.read() as tx:
        tx.execute(select(1))
    return Response()
