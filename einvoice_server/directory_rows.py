"""What the directory says, in the words of XP Z12-013: companies, establishments, routing codes, lines.

`include` names what else is told with each: siren, siret, routingCode.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from einvoice.france import directory
from einvoice_server.platform import Platform
from einvoice_server.tables import line, unit

__all__ = ["Found", "codes", "directory_lines", "facilities", "units"]

Found = dict[str, Any]


_NOTHING: frozenset[str] = frozenset()


def units(here: Platform, _include: frozenset[str] = _NOTHING) -> list[Found]:
    """Companies; nothing else is told with them."""
    with here.db.read() as tx:
        rows = tx.execute(select(unit).order_by(unit.c.siren)).all()
    return [
        {
            "siren": row.siren,
            "businessName": row.name or row.siren,
            "entityType": "Public" if row.nature == "Public" else "PrivateVatRegistered",
            "administrativeStatus": "A",
            "instructions": {"isSalesProspectingForbidden": False},
        }
        for row in rows
    ]


def facilities(here: Platform, include: frozenset[str] = _NOTHING) -> list[Found]:
    """Establishments that have a line."""
    companies = _by("siren", units(here))
    found: dict[str, Found] = {}
    for each in _lines(here):
        siren = each.address.siren
        if each.siret is not None:
            found[each.siret] = {
                "siret": each.siret,
                "siren": siren,
                "name": companies[siren]["businessName"][:100] if siren in companies else siren,
                "facilityType": "P",
                "administrativeStatus": "A",
                **_given(legalUnit=companies.get(siren) if "siren" in include else None),
            }
    return list(found.values())


def codes(here: Platform, include: frozenset[str] = _NOTHING) -> list[Found]:
    """Routing codes of establishments."""
    companies = _by("siren", units(here)) if "siren" in include else {}
    places = _by("siret", facilities(here)) if "siret" in include else {}
    return list(
        {
            (each.siret, each.routing_identifier): {
                **_code(each),
                "siret": each.siret,
                "managesLegalCommitmentCode": False,
                **_given(legalUnit=companies.get(each.address.siren), facility=places.get(each.siret)),
            }
            for each in _lines(here)
            if each.routing_identifier is not None
        }.values()
    )


def directory_lines(here: Platform, include: frozenset[str] = _NOTHING) -> list[Found]:
    """One for each address: in force, to come, or over."""
    companies = _by("siren", units(here)) if "siren" in include else {}
    places = _by("siret", facilities(here)) if "siret" in include else {}
    found: dict[str, Found] = {}
    for each in _lines(here):
        address = str(each.address)
        if address in found and found[address]["directoryLineStatus"] == "Enabled":
            continue
        found[address] = {
            "addressingIdentifier": address,
            "platformType": "DFH" if each.platform == directory.CHORUS_PRO else "WK",
            "directoryLineStatus": _status(here, each),
            "siren": each.address.siren,
            **_given(
                siret=each.siret,
                routingIdentifier=each.routing_identifier,
                addressingSuffix=each.suffix,
                legalUnit=companies.get(each.address.siren),
                facility=places.get(each.siret),
                routingCode=_code(each) if each.routing_identifier and "routingCode" in include else None,
            ),
        }
    return list(found.values())


def _lines(here: Platform) -> list[directory.DirectoryLine]:
    with here.db.read() as tx:
        rows = tx.execute(select(line.c.content).order_by(line.c.address)).all()
    return list(directory.definitions(directory.DirectoryLine.model_validate_json(row.content) for row in rows))


def _by(name: str, rows: list[Found]) -> dict[str | None, Found]:
    return {row[name]: row for row in rows}


def _status(here: Platform, each: directory.DirectoryLine) -> str:
    if each.accepts(here.today):
        return "Enabled" if each.platform != directory.NO_PLATFORM else "Disabled"
    return "Upcoming" if each.start_date is not None and each.start_date > here.today else "Disabled"


def _code(each: directory.DirectoryLine) -> Found:
    return {
        "routingIdentifier": each.routing_identifier,
        "routingIdentifierType": "0224",
        "routingCodeName": each.routing_identifier,
        "administrativeStatus": "A",
    }


def _given(**values: Any) -> Found:
    return {name: value for name, value in values.items() if value is not None}
