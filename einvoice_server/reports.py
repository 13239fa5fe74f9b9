"""E-reports: from what clients told, one for each period, filed when the period is over and again when it changed."""

from __future__ import annotations

import json
import logging
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Row, select

import einvoice as ei
from einvoice.france import ereporting
from einvoice_server.clock import from_legal, legal
from einvoice_server.duties import owe
from einvoice_server.errors import where_it_broke
from einvoice_server.holdings import companies
from einvoice_server.platform import Platform
from einvoice_server.tables import client, record, report
from einvoice_server.tx import insert_once, made_id

__all__ = ["Periodicity", "books_of", "declarant", "file_due", "periodicities", "reported_years", "reporting_for"]

_log = logging.getLogger("einvoice_server")


class Periodicity(BaseModel):
    """How a client reports: the settings that its VAT regime allows."""

    vat_regime: ereporting.Regime
    transaction_periodicity: ereporting.Periodicity
    payment_periodicity: ereporting.Periodicity


def periodicities(regime: ereporting.Regime) -> Periodicity:
    """How often a regime reports, by the library's calendar."""
    return Periodicity(
        vat_regime=regime,
        transaction_periodicity=ereporting.periodicity(regime, "transactions"),
        payment_periodicity=ereporting.periodicity(regime, "payments"),
    )


def books_of(tx: Connection, client_id: str) -> ereporting.Books:
    """What the client told: invoices, daily sales, payments."""
    found: dict[str, list[Any]] = {"invoice": [], "sale": [], "payment": [], "receipt": []}
    models: dict[str, type[BaseModel]] = {
        "invoice": ei.Invoice,
        "sale": ereporting.Sale,
        "payment": ereporting.Paid,
        "receipt": ereporting.Receipt,
    }
    for row in tx.execute(select(record).where(record.c.client_id == client_id).order_by(record.c.created)):
        found[row.kind].append(models[row.kind].model_validate_json(row.content))
    return ereporting.Books(
        invoices=tuple(found["invoice"]),
        sales=tuple(found["sale"]),
        payments=tuple(found["payment"]),
        receipts=tuple(found["receipt"]),
    )


def reporting_for(platform: Platform, tx: Connection, row: Row[Any]) -> ereporting.Reporting | None:
    """How a client's reports are made; `None` before it has settings and a mandate."""
    known = companies(tx, row.id)
    if not row.settings or not known:
        return None
    siren, name = next(iter(known.items()))
    settings = platform.settings
    return ereporting.Reporting(
        declarant(siren, "0002", name),
        declarant(settings.matricule, "0238", settings.name),
        json.loads(row.settings)["vat_regime"],
    )


def declarant(value: str, scheme: str, name: str) -> ereporting.Declarant:
    """Who reports, by its number in a scheme (0002 SIREN, 0238 matricule)."""
    return ereporting.Declarant.model_validate({"identifier": {"value": value, "scheme_id": scheme}, "name": name})


def reported_years(today: date) -> tuple[int, int]:
    """The years whose reports are made, and made anew where the books change: the last one, and this."""
    return today.year - 1, today.year


def file_due(platform: Platform, made: dict[str, tuple[str, int]]) -> None:
    """File the reports of all periods that are over, for each client that something changed for, or on a new day."""
    today = platform.today
    with platform.db.read() as tx:
        rows = tx.execute(select(client).where(client.c.settings.is_not(None))).all()
        last = {row.id: _last_record(tx, row.id) for row in rows}
    for row in rows:
        state = (str(today), last[row.id])
        if made.get(row.id) == state:
            continue
        try:
            with platform.db.write() as tx:
                how = reporting_for(platform, tx, row)
                if how is not None:
                    _file(platform, tx, row.id, how, books_of(tx, row.id), today)
        except ei.EInvoiceError as error:  # nobody else's reports wait for these
            _log.error("reports of client %s: %s", row.id, where_it_broke(error))
        made[row.id] = state


def _last_record(tx: Connection, client_id: str) -> int:
    wanted = select(record.c.created).where(record.c.client_id == client_id).order_by(record.c.created.desc()).limit(1)
    return tx.execute(wanted).scalar() or 0


def _file(
    platform: Platform, tx: Connection, client_id: str, how: ereporting.Reporting, books: ereporting.Books, today: date
) -> None:
    for year in reported_years(today):
        for filing in how.filings(books, year):
            if filing.period.end < today:
                _filing(platform, tx, client_id, how, books, filing)


def _filing(
    platform: Platform,
    tx: Connection,
    client_id: str,
    how: ereporting.Reporting,
    books: ereporting.Books,
    filing: ereporting.Filing,
) -> None:
    """A report that was not filed yet, or one that replaces it where the books say something else by now."""
    period, made = filing.period, filing.report
    role = (made.declarant.role_code if made.declarant else None) or "SE"
    wanted = {"content": period.content, "start": str(period.start), "end": str(period.end), "role": role}
    before = tx.execute(
        select(report).filter_by(client_id=client_id, **wanted).order_by(report.c.created.desc()).limit(1)
    ).one_or_none()
    if before is not None:
        sent = ei.parse(platform.files.get(tx, before.sha))
        now = legal(platform.now)
        replaced = how.correction(sent, books, issued_at=now) if isinstance(sent, ereporting.EReport) else None
        if replaced is None:
            return
        made = replaced
    data = ereporting.write(made)
    sha = platform.files.put(tx, data)
    report_id = made_id("rp", client_id, sha)
    closes = from_legal(period.closes_at)
    insert_once(tx, report, id=report_id, client_id=client_id, closes=closes, sha=sha, created=platform.now, **wanted)
    owe(platform, tx, client_id, report_id, "report", name=f"{made.identifier}.xml", data=data, deadline=closes)
