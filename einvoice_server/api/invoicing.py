"""Invoices: files handed in, invoices received, and what they say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import File, Query, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, Row, select

import einvoice as ei
from einvoice_server import intake
from einvoice_server.api.common import OURS, After, Client, Here, Id, Limit, known, router
from einvoice_server.errors import Refused
from einvoice_server.files import sha256
from einvoice_server.platform import Platform
from einvoice_server.reasons import published
from einvoice_server.tables import invoice

__all__ = ["invoicing"]

invoicing = router("/invoicing", "Invoicing")
FileStatus = Literal["draft", "submitted", "validated", "rejected", "processed"]


class Reason(BaseModel):
    """Why a file is refused, or what is doubtful about it."""

    level: Literal["Error", "Warning"]
    item: str
    reasonCode: str  # noqa: N815 - the words of XP Z12-013
    reasonMessage: str  # noqa: N815


class SubmittedFile(BaseModel):
    """A file that was handed in."""

    invoice_id: str
    status: FileStatus
    file_name: str
    file_size: int
    extracted_data: dict[str, Any] | None = None
    en16931_invoice: ei.Invoice | None = None
    reasons: list[Reason] = Field(default=[], json_schema_extra=OURS)


_FILE = {"format": "binary"}  # what generators of clients know a file by


class InvoiceRow(BaseModel):
    """An invoice in a list."""

    invoice_id: str
    status: FileStatus
    direction: Literal["incoming", "outgoing"]
    number: str | None
    seller_siren: str | None
    buyer_siren: str | None
    treatment: str
    file_name: str
    file_size: int
    syntax: str
    cursor: int


@invoicing.post("/files/submit", status_code=201, response_model=SubmittedFile)
def submit_file(
    here: Here,
    caller: Client,
    file: Annotated[UploadFile, File(description="Factur-X, UBL or CII", json_schema_extra=_FILE)],
) -> Any:
    """Hand in an invoice as a file. Its format is found by its content; it is judged at once, and sent if it is valid.

    The same file handed in again is the same invoice.
    """
    data, name = file.file.read(), (file.filename or "invoice")[:255]
    if not data:
        raise Refused(400, "the file is empty")
    judged = intake.judge(here, data, name)
    if judged.report.kind not in ("invoice", "credit_note"):
        first = next(iter(judged.report.findings), None)
        raise Refused(400, first.message_en if first else "this is no invoice")
    with here.db.write() as tx:
        row = intake.sent_before(tx, caller.client_id, sha256(data))
        row = row or intake.store(here, tx, caller.client_id, intake.Submitted(name, data, judged.syntax), judged)
        answer = _submitted(tx, row, judged)
    here.wake.set()
    return answer


def _submitted(tx: Connection, row: Row[Any], judged: intake.Judged) -> dict[str, Any]:
    status = tx.execute(select(invoice.c.status).where(invoice.c.id == row.id)).scalar()
    found = judged.content if isinstance(judged.content, ei.Invoice) else None
    return {
        "invoice_id": row.id,
        "status": status or {"Pending": "submitted", "Error": "rejected", "Ok": "validated"}[row.ack],
        "file_name": row.name,
        "file_size": len(judged.data),
        "extracted_data": found.model_dump(mode="json", exclude_none=True) if found else None,
        "en16931_invoice": found if row.ack != "Error" else None,
        "reasons": published(row),
    }


@invoicing.get("/invoice_data/{invoice_id}", response_model=ei.Invoice, response_model_exclude_none=True)
def invoice_data(here: Here, caller: Client, invoice_id: Id) -> Any:
    """All that the invoice says."""
    with here.db.read() as tx:
        return ei.parse(here.files.get(tx, _own(tx, caller.client_id, invoice_id).sha))


@invoicing.get("/received", response_model=list[InvoiceRow], openapi_extra=OURS)
def received(here: Here, caller: Client, after: After = 0, limit: Limit = 100) -> Any:
    """Invoices that arrived for the client, in order; ask again with the last `cursor`."""
    return _list(here, caller.client_id, "in", after, limit)


@invoicing.get("/sent", response_model=list[InvoiceRow], openapi_extra=OURS)
def sent(here: Here, caller: Client, after: After = 0, limit: Limit = 100) -> Any:
    """Invoices that the client sent, in order; ask again with the last `cursor`."""
    return _list(here, caller.client_id, "out", after, limit)


def _list(here: Platform, client_id: str, direction: str, after: int, limit: int) -> list[dict[str, Any]]:
    wanted = (invoice.c.client_id == client_id, invoice.c.direction == direction, invoice.c.seq > after)
    with here.db.read() as tx:
        rows = tx.execute(select(invoice).where(*wanted).order_by(invoice.c.seq).limit(limit)).all()
    return [intake.invoice_json(row) for row in rows]


@invoicing.get("/{invoice_id}/file", response_class=Response, openapi_extra=OURS)
def invoice_file(here: Here, caller: Client, invoice_id: Id) -> Response:
    """The file itself, byte for byte."""
    with here.db.read() as tx:
        row = _own(tx, caller.client_id, invoice_id)
        data = here.files.get(tx, row.sha)
    kind = "application/pdf" if row.syntax == "Factur-X" else "application/xml"
    return Response(data, media_type=kind, headers={"Content-Disposition": "attachment"})


@invoicing.get("/{invoice_id}/view", response_class=Response, openapi_extra=OURS)
def invoice_view(
    here: Here, caller: Client, invoice_id: Id, language: Annotated[Literal["fr", "en"], Query()] = "fr"
) -> Response:
    """The readable view: a page for people."""
    with here.db.read() as tx:
        data = here.files.get(tx, _own(tx, caller.client_id, invoice_id).sha)
    return Response(
        ei.render(data, language=language), media_type="text/html", headers={"Content-Security-Policy": "sandbox"}
    )


def _own(tx: Connection, client_id: str, invoice_id: str) -> Row[Any]:
    return known(tx, invoice, "no such invoice, or it is not judged yet", id=invoice_id, client_id=client_id)
