"""E-reports: from what clients told, one for each period, filed when the period is over and again when it changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Connection, Row, select

import einvoice as ei
from einvoice.france import ereporting
from einvoice_server.clock import from_legal, legal
from einvoice_server.duties import owe
from einvoice_server.errors import where_it_broke
from einvoice_server.holdings import companies, siren_of
from einvoice_server.platform import Platform
from einvoice_server.tables import client, record, report
from einvoice_server.tx import insert_once, made_id

__all__ = [
    "Periodicity",
    "books_of",
    "file_due",
    "periodicities",
    "reported_years",
    "reportings_for",
    "unreportable",
]

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


def _by_company(
    books: ereporting.Books, known: Mapping[str, str]
) -> Iterator[tuple[ereporting.Declarant, ereporting.Books]]:
    """What each company reports. Sums of days name no company: they, and what is none's, are the first one's."""
    owners = {id(each): _owner(each, known) for each in books.invoices}
    named = {each.number: owners[id(each)] for each in books.invoices}
    first = next(iter(known), None)
    for siren, name in known.items():
        theirs = ereporting.Books(
            invoices=tuple(each for each in books.invoices if owners[id(each)] == siren),
            payments=tuple(each for each in books.payments if named.get(each.number, first) == siren),
            sales=books.sales if siren == first else (),
            receipts=books.receipts if siren == first else (),
        )
        yield _declarant(siren, "0002", name), theirs


def _owner(invoice: ei.Invoice, known: Mapping[str, str]) -> str | None:
    parties = (siren_of(invoice.seller), siren_of(invoice.buyer))
    return next((siren for siren in parties if siren in known), next(iter(known), None))


def unreportable(tx: Connection, client_id: str, books: ereporting.Books, today: date) -> Iterator[ereporting.Refused]:
    """What of these books of a client no report could say, by any regime."""
    for who, theirs in _by_company(books, companies(tx, client_id)):
        for year in {each.issue_date.year for each in theirs.invoices if each.issue_date} | {today.year}:
            yield from ereporting.Reporting(who, who, "simplified").filings(theirs, year).refused


def reportings_for(
    platform: Platform, tx: Connection, row: Row[Any]
) -> Iterator[tuple[ereporting.Reporting, ereporting.Books]]:
    """How reports are made, and of what, for each company of a client; none before it has settings and mandates."""
    if not row.settings:
        return
    settings, regime = platform.settings, json.loads(row.settings)["vat_regime"]
    platforms = _declarant(settings.matricule, "0238", settings.name)
    for who, books in _by_company(books_of(tx, row.id), companies(tx, row.id)):
        yield ereporting.Reporting(who, platforms, regime), books


def _declarant(value: str, scheme: str, name: str) -> ereporting.Declarant:
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
                for how, books in reportings_for(platform, tx, row):
                    _file(platform, tx, row.id, how, books, today)
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
    rows = tx.execute(select(report).filter_by(client_id=client_id, **wanted).order_by(report.c.created.desc()))
    for sent in (ei.parse(platform.files.get(tx, row.sha)) for row in rows.all()):
        if isinstance(sent, ereporting.EReport) and _reporter(sent) == _reporter(made):
            replaced = how.correction(sent, books, issued_at=legal(platform.now))
            if replaced is None:
                return
            made = replaced
            break
    data = ereporting.write(made)
    sha = platform.files.put(tx, data)
    report_id = made_id("rp", client_id, sha)
    closes = from_legal(period.closes_at)
    insert_once(tx, report, id=report_id, client_id=client_id, closes=closes, sha=sha, created=platform.now, **wanted)
    owe(platform, tx, client_id, report_id, "report", name=f"{made.identifier}.xml", data=data, deadline=closes)


def _reporter(sent: ereporting.EReport) -> str | None:
    return sent.declarant.identifier.value if sent.declarant and sent.declarant.identifier else None
