"""E-reporting: what is told of trade outside of the exchange of invoices, and how often."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import Body
from pydantic import BaseModel, ConfigDict, Field, StrictInt, WithJsonSchema, model_validator
from sqlalchemy import Connection, select

import einvoice as ei
from einvoice.france import ereporting, treatment
from einvoice_server import intake
from einvoice_server.api.common import OURS, Client, Day, Here, router
from einvoice_server.auth import Caller
from einvoice_server.clock import iso
from einvoice_server.errors import Refused
from einvoice_server.happenings import happened
from einvoice_server.holdings import companies, siren_of
from einvoice_server.platform import Platform
from einvoice_server.reports import Periodicity, books_of, periodicities, reported_years, unreportable
from einvoice_server.tables import client, duty, record, report
from einvoice_server.tx import change, insert_once, new_id

__all__ = ["reporting", "settings_group"]

reporting = router("/reporting", "Reporting")
settings_group = router("/settings", "Settings")


def _spelled(digits: str, least: int, most: int) -> Any:
    """How a number is written; two decimals of a JSON number are beyond what a schema can say of binary fractions."""
    number = {"type": "number", "minimum": least, "maximum": most}
    return WithJsonSchema({"anyOf": [number, {"type": "string", "pattern": rf"^{digits}(\.[0-9]{{1,2}})?$"}]})


_MOST = 10**15
Amount = Annotated[
    Decimal, Field(ge=-_MOST, le=_MOST, max_digits=19, decimal_places=2), _spelled("-?[0-9]{1,16}", -_MOST, _MOST)
]
Rate = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2), _spelled("[0-9]{1,2}", 0, 100)]


class ExemptInvoice(BaseModel):
    """An invoice that is not exchanged but reported."""

    direction: Literal["incoming", "outgoing"]
    country_code: str = Field(pattern=r"^[A-Z]{2}$", description="of the other party", examples=["DE"])
    model: ei.Draft


class Kept(BaseModel):
    """What was kept for the report of its period."""

    invoice_id: str
    message: str


class RatePart(BaseModel):
    """What was sold at one VAT rate."""

    model_config = ConfigDict(json_schema_extra=OURS)

    rate: Rate
    taxable_amount: Amount
    tax_amount: Amount


class DailySales(BaseModel):
    """What was sold on a day to customers who are not taxable persons."""

    model_config = ConfigDict(json_schema_extra=OURS)

    day: Day
    category_code: Literal["TLB1", "TPS1", "TNT1", "TMA1"] = Field(
        description="goods, services, not taxed here, margin"
    )
    rates: list[RatePart] = Field(min_length=1, max_length=50)
    currency_code: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    count: StrictInt = Field(1, ge=0, le=10**9, description="how many sales")


class Sales(BaseModel):
    """Daily sales."""

    transactions: list[DailySales] = Field(min_length=1, max_length=1000)


class PaidInvoice(BaseModel):
    """Money received on a day for an invoice that was reported; negative when it went back."""

    model_config = ConfigDict(json_schema_extra=OURS)

    number: str = Field(min_length=1, max_length=35)
    day: Day
    amount: Amount


class PaidRate(BaseModel):
    """What was received at one VAT rate, VAT included."""

    rate: Rate
    amount: Amount


class PaidSales(BaseModel):
    """Money received on a day for daily sales."""

    model_config = ConfigDict(json_schema_extra=OURS)

    day: Day
    parts: list[PaidRate] = Field(min_length=1, max_length=50)


class PaymentsIn(BaseModel):
    """Money received, for invoices or for daily sales."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    invoices: list[PaidInvoice] = Field(default=[], max_length=1000)
    sales: list[PaidSales] = Field(default=[], max_length=1000)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("expected invoices or sales")
        return self


class Recorded(BaseModel):
    """How many were kept."""

    recorded: int


class ReportOut(BaseModel):
    """A report, and what became of it."""

    report_id: str
    content: Literal["transactions", "payments"]
    start: dt.date
    end: dt.date
    role: str
    closes_at: dt.datetime
    filed_at: dt.datetime | None
    code: str | None
    answer: str | None


class PeriodicityIn(BaseModel):
    """How a client reports."""

    vat_regime: ereporting.Regime
    transaction_periodicity: ereporting.Periodicity = Field(description="`bimonthly` is ours: the franchise reports so")
    payment_periodicity: ereporting.Periodicity = Field(description="`decade` is never allowed")


@reporting.post("/exempt-invoices", status_code=201, response_model=Kept)
def exempt_invoice(here: Here, caller: Client, given: Annotated[ExemptInvoice, Body()]) -> Any:
    """Keep an international or B2C invoice for the e-report of its period. 422 where it is one that is exchanged, 409
    where it was told before.
    """
    found = given.model.complete()
    about = treatment.treatment(found)
    if about not in ("B2BINT", "B2C", "B2CINT"):
        raise Refused(422, f"an invoice of treatment {about} is not reported here")
    _still_reported(here, [(("model", "issue_date"), found.issue_date)])
    with here.db.write() as tx:
        _same_country(given, found)
        _its_party(tx, caller, given, found)
        invoice_id = new_id("iv")
        if not intake.record_invoice(here, tx, caller.client_id, invoice_id, found):
            raise Refused(409, f"an invoice {found.number} of this seller and year was told before")
        _reportable(here, tx, caller.client_id, ereporting.Books(invoices=(found,)))
        happened(here, tx, caller.client_id, "invoice", invoice_id, "200", key=invoice_id, emitter="PDPE")
    return {"invoice_id": invoice_id, "message": f"kept for the report of its period ({about})"}


def _still_reported(here: Platform, days: Sequence[tuple[Sequence[str | int], dt.date | None]]) -> None:
    """What no report will ever say is refused, and not kept in silence."""
    first = reported_years(here.today)[0]
    wrong = [
        {"loc": ["body", *place], "msg": f"no report of {day.year} is made; expected {first} to 2099", "type": "day"}
        for place, day in days
        if day is not None and not first <= day.year <= 2099
    ]
    if wrong:
        raise Refused(422, wrong)


def _same_country(given: ExemptInvoice, found: ei.Invoice) -> None:
    other = found.buyer if given.direction == "outgoing" else found.seller
    stated = other.postal_address.country_code if other and other.postal_address else None
    if stated not in (None, given.country_code):
        raise Refused(422, [{"loc": ["body", "country_code"], "msg": f"the invoice says {stated}", "type": "country"}])


def _its_party(tx: Connection, caller: Caller, given: ExemptInvoice, found: ei.Invoice) -> None:
    own = siren_of(found.seller if given.direction == "outgoing" else found.buyer)
    if own not in companies(tx, caller.client_id):
        side = "seller" if given.direction == "outgoing" else "buyer"
        place = ["body", "model", side]
        raise Refused(
            422,
            [
                {
                    "loc": place,
                    "msg": f"you have no active mandate of the {side} {own or '(without SIREN)'}",
                    "type": "mandate",
                }
            ],
        )


def _reportable(here: Platform, tx: Connection, client_id: str, books: ereporting.Books) -> None:
    """What cannot be reported is refused now, and not found on the day of the report."""
    for refused in unreportable(tx, client_id, books, here.today):
        first = refused.observations[0]
        raise ei.Unwritable(first.rule, first.facts, refused.observations)


@reporting.post("/b2c-transactions", status_code=201, response_model=Recorded)
def b2c_transactions(here: Here, caller: Client, given: Annotated[Sales, Body()]) -> Any:
    """Keep daily sums of sales to private customers."""
    _still_reported(here, [(("transactions", at, "day"), each.day) for at, each in enumerate(given.transactions)])
    sales = [ereporting.Sale.model_validate(each.model_dump()) for each in given.transactions]
    with here.db.write() as tx:
        for each in sales:
            _keep(here, tx, caller.client_id, "sale", str(each.day), each.model_dump_json())
    return {"recorded": len(sales)}


@reporting.post("/payments", status_code=201, response_model=Recorded, openapi_extra=OURS)
def payments(here: Here, caller: Client, given: Annotated[PaymentsIn, Body()]) -> Any:
    """Keep payments of reported invoices, by their number, and of daily sales."""
    _still_reported(
        here,
        [(("invoices", at, "day"), each.day) for at, each in enumerate(given.invoices)]
        + [(("sales", at, "day"), each.day) for at, each in enumerate(given.sales)],
    )
    paid = [ereporting.Paid.model_validate(each.model_dump()) for each in given.invoices]
    receipts = [ereporting.Receipt.model_validate(each.model_dump()) for each in given.sales]
    with here.db.write() as tx:
        for each in paid:
            _keep(here, tx, caller.client_id, "payment", str(each.day), each.model_dump_json())
        for money in receipts:
            _keep(here, tx, caller.client_id, "receipt", str(money.day), money.model_dump_json())
        numbers = {each.number for each in paid}
        meant = tuple(each for each in books_of(tx, caller.client_id).invoices if each.number in numbers)
        _reportable(here, tx, caller.client_id, ereporting.Books(invoices=meant, payments=tuple(paid)))
    return {"recorded": len(paid) + len(receipts)}


def _keep(here: Platform, tx: Connection, client_id: str, kind: str, day: str, content: str) -> None:
    record_id = new_id("re")
    insert_once(tx, record, id=record_id, client_id=client_id, kind=kind, day=day, content=content, created=here.now)


@reporting.get("/reports", response_model=list[ReportOut], openapi_extra=OURS)
def reports(here: Here, caller: Client) -> Any:
    """The reports that were made, and what the portal said of them."""
    with here.db.read() as tx:
        rows = tx.execute(select(report).where(report.c.client_id == caller.client_id).order_by(report.c.created)).all()
        owed = {
            row.object_id: row
            for row in tx.execute(select(duty).where(duty.c.client_id == caller.client_id, duty.c.kind == "report"))
        }
    return [
        {
            "report_id": row.id,
            "content": row.content,
            "start": row.start,
            "end": row.end,
            "role": row.role,
            "closes_at": iso(row.closes),
            "filed_at": iso(owed[row.id].done) if row.id in owed and owed[row.id].done else None,
            "code": owed[row.id].code if row.id in owed else None,
            "answer": owed[row.id].answer if row.id in owed else None,
        }
        for row in rows
    ]


@settings_group.put("/periodicity", response_model=None)
def set_periodicity(here: Here, caller: Client, wanted: Annotated[PeriodicityIn, Body()]) -> None:
    """How the client reports. 422 where its VAT regime reports otherwise."""
    allowed = periodicities(wanted.vat_regime)
    wrong = [
        {"loc": ["body", name], "msg": f"{wanted.vat_regime} reports {getattr(allowed, name)}", "type": "regime"}
        for name in ("transaction_periodicity", "payment_periodicity")
        if getattr(wanted, name) != getattr(allowed, name)
    ]
    if wrong:
        raise Refused(422, wrong)
    with here.db.write() as tx:
        change(tx, client, caller.client_id, settings=allowed.model_dump_json())


@settings_group.get("/periodicity", response_model=Periodicity)
def get_periodicity(here: Here, caller: Client) -> Any:
    """How the client reports."""
    with here.db.read() as tx:
        kept = tx.execute(select(client.c.settings).where(client.c.id == caller.client_id)).scalar()
    if kept is None:
        raise Refused(404, "no settings yet")
    return Periodicity.model_validate_json(kept)
