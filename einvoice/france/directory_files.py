"""Directory files: F13, by which a platform changes the directory, and F14, by which everybody learns of it.

    update = DirectoryUpdate(lines=(DirectoryLine(siren="100000009", nature="D", start_date=..., platform="0007"),))
    data = write_update(update)                  # F13, ready for the public portal
    export = read_export(parse_xml(data))        # F14: companies, establishments, routing codes, platforms, lines
    export.unread                                # what the file said and the model could not hold

One table each drives reader and writer. An export that is too large to hold is read by `directory_index` instead.

Sources: DGFiP external specifications v3.2, annex 3 (F13 and F14) and the directory XSD that go with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Annotated, TypeVar

from einvoice.binding import Codec, Grammar, Syntax
from einvoice.binding.codecs import (
    boolean,
    boolean_text,
    compact_date,
    compact_date_text,
    compact_time,
    compact_time_text,
)
from einvoice.france.directory import DirectoryLine
from einvoice.model import Address, Unread
from einvoice.values import Model
from einvoice.xml import Element

__all__ = [
    "DirectoryExport",
    "DirectoryUpdate",
    "Establishment",
    "LegalUnit",
    "Platform",
    "PublicBuyer",
    "RoutingCode",
    "line_syntax",
    "read_export",
    "read_update",
    "write_export",
    "write_update",
]

Timestamp = Annotated[datetime, "Timestamp"]
T = TypeVar("T", DirectoryLine, "RoutingCode")


class LegalUnit(Model):
    """A company or public body (DG-3)."""

    instance_id: str | None = None
    presence: str | None = None  # C, P or S, as for a line
    status: str | None = None  # A active, I inactive
    siren: str | None = None
    name: str | None = None
    entity_type: str | None = None  # P public, A private and taxable
    diffusion: str | None = None  # O open, P partly, M: must not be used for canvassing


class PublicBuyer(Model):
    """What a public body wants on an invoice (DG-4, B2G)."""

    legal_commitment: bool | None = None
    service: bool | None = None
    legal_commitment_or_service: bool | None = None
    contracting_authority: bool | None = None
    only_contracting_authority: bool | None = None
    payment_status: bool | None = None


class Establishment(Model):
    """An establishment (DG-4)."""

    instance_id: str | None = None
    presence: str | None = None
    status: str | None = None
    siret: str | None = None
    kind: str | None = None  # P principal, S secondary
    name: str | None = None
    address: Address | None = None
    public_buyer: PublicBuyer | None = None
    diffusion: str | None = None


class RoutingCode(Model):
    """A service of an establishment that receives invoices of its own (DG-5)."""

    instance_id: str | None = None
    presence: str | None = None
    status: str | None = None
    siret: str | None = None
    routing_identifier: str | None = None
    routing_identifier_type: str | None = None
    name: str | None = None
    address: Address | None = None
    legal_commitment: bool | None = None


class Platform(Model):
    """A platform that may receive (DG-6)."""

    instance_id: str | None = None
    presence: str | None = None
    status: str | None = None
    kind: str | None = None  # PPF, PDP, AP (other) or NA (fictitious)
    number: str | None = None  # matricule
    siren: str | None = None
    name: str | None = None
    trading_name: str | None = None
    contact: str | None = None
    start_date: date | None = None
    end_date: date | None = None


class DirectoryUpdate(Model):
    """F13: changes of the directory, in the order in which they are to be made."""

    routing_codes: tuple[RoutingCode, ...] = ()
    lines: tuple[DirectoryLine, ...] = ()
    unread: tuple[Unread, ...] = ()


class DirectoryExport(Model):
    """F14: the directory, complete or what changed since the export before."""

    produced_at: Timestamp | None = None
    previous_at: Timestamp | None = None
    kind: str | None = None  # C complete, D differential
    legal_units: tuple[LegalUnit, ...] = ()
    establishments: tuple[Establishment, ...] = ()
    routing_codes: tuple[RoutingCode, ...] = ()
    platforms: tuple[Platform, ...] = ()
    lines: tuple[DirectoryLine, ...] = ()
    unread: tuple[Unread, ...] = ()


def read_update(root: Element) -> DirectoryUpdate:
    """The changes that an F13 asks for."""
    return _update_syntax().whole(root)


def write_update(update: DirectoryUpdate) -> bytes:
    """The F13. Raises `Unwritable` where the schema demands what the update lacks."""
    codes = tuple(_qualified(code) for code in update.routing_codes)
    lines = tuple(_qualified(line) for line in update.lines)
    return _update_syntax().write(update.model_copy(update={"routing_codes": codes, "lines": lines}))


def read_export(root: Element) -> DirectoryExport:
    """The directory that an F14 holds."""
    return _export_syntax().whole(root)


def write_export(export: DirectoryExport) -> bytes:
    """The F14. Raises `Unwritable` where the schema demands what the export lacks."""
    codes = tuple(_qualified(code) for code in export.routing_codes)
    lines = tuple(_qualified(line.model_copy(update={"identifier": str(line.address)})) for line in export.lines)
    return _export_syntax().write(export.model_copy(update={"routing_codes": codes, "lines": lines}))


def _qualified(item: T) -> T:
    """A routing code with its scheme, which is always this one (G1.83)."""
    if item.routing_identifier is None or item.routing_identifier_type is not None:
        return item
    return item.model_copy(update={"routing_identifier_type": "0224"})


_ADDRESS = """
  address.street_name             LigneAdresse1
  address.additional_street_name  LigneAdresse2
  address.address_line_3          LigneAdresse3
  address.city_name               Localite
  address.postal_zone             CP
  address.country_subdivision     SubdivisionPays
  address.country_code            CodePays
"""
_STATE = """
  instance_id!  IdInstance
  presence!     MotifPresence
"""
_ROUTING_CODE = """
  status!                   Statut
  siret!                    IdSIRET
  '0009'                    IdSIRET/@qualifiant
  routing_identifier!       IdRoutage
  routing_identifier_type!  IdRoutage/@qualifiant
  name!                     Nom
"""
_PERIOD = """
  nature!     Nature
  start_date!  DateEffet/DateDebut
  end_date     DateEffet/DateFin
"""


def _numbers(inside: str) -> str:
    """The rows of an address: F13 wraps its parts in `Identifiant`, F14 puts a text of that name beside them."""
    return f"""
  siren!                   {inside}/IdLinSIREN
  '0002'                   {inside}/IdLinSIREN/@qualifiant
  siret                    {inside}/IdLinSIRET
  '0009'                   {inside}/IdLinSIRET/@qualifiant
  routing_identifier       {inside}/IdLinRoutage
  routing_identifier_type  {inside}/IdLinRoutage/@qualifiant
  suffix                   {inside}/Suffixe
  platform!                IdPlateforme
"""


_UPDATE: Mapping[str, tuple[type[Model], str]] = {
    "UPDATE": (
        DirectoryUpdate,
        """
  routing_codes*  BlocCodesRoutage/CodeRoutage     ROUTING_CODE
  lines*          BlocLignesAnnuaire/LigneAnnuaire  LINE
""",
    ),
    "ROUTING_CODE": (RoutingCode, _ROUTING_CODE + _ADDRESS),
    "LINE": (DirectoryLine, _PERIOD + _numbers("InfoAdressage/Identifiant")),
}

_EXPORT_LINE = (
    DirectoryLine,
    _STATE
    + _PERIOD
    + """
  effective_end_date  DateEffet/DateFinEffective
  identifier!         InfoAdressage/Identifiant
"""
    + _numbers("InfoAdressage"),
)

_EXPORT: Mapping[str, tuple[type[Model], str]] = {
    "EXPORT": (
        DirectoryExport,
        """
  produced_at!     HorodateProduction
  previous_at      DernierHorodateProduction
  kind!            TypeFlux
  legal_units*     BlocUnitesLegales/UniteLegale                      LEGAL_UNIT
  establishments*  BlocEtablissements/Etablissement                   ESTABLISHMENT
  routing_codes*   BlocCodesRoutage/CodeRoutage                       ROUTING_CODE
  platforms*       BlocIdPlateformesReception/IdPlateformeReception   PLATFORM
  lines*           BlocLignesAnnuaire/LigneAnnuaire                   LINE
""",
    ),
    "LEGAL_UNIT": (
        LegalUnit,
        _STATE
        + """
  status!       Statut
  siren!        IdSIREN
  '0002'        IdSIREN/@qualifiant
  name!         Nom
  entity_type!  TypeEntite
  diffusion!    Diffusible
""",
    ),
    "ESTABLISHMENT": (
        Establishment,
        _STATE
        + """
  status!  Statut
  siret!   IdSIRET
  '0009'   IdSIRET/@qualifiant
  kind!    TypeEtablissement
  name!    Nom
"""
        + _ADDRESS
        + """
  public_buyer.legal_commitment            DonneesB2G/EngagementJuridique
  public_buyer.service                     DonneesB2G/Service
  public_buyer.legal_commitment_or_service  DonneesB2G/EngJurServ
  public_buyer.contracting_authority       DonneesB2G/MOA
  public_buyer.only_contracting_authority  DonneesB2G/MOAunique
  public_buyer.payment_status              DonneesB2G/StatutMiseEnPaiement
  diffusion!                               Diffusible
""",
    ),
    "ROUTING_CODE": (RoutingCode, _STATE + _ROUTING_CODE + _ADDRESS + "  legal_commitment  EngagementJuridique\n"),
    "PLATFORM": (
        Platform,
        _STATE
        + """
  status!       Statut
  kind!         TypePlateforme
  number!       Matricule
  siren         IdSIREN
  '0002'        IdSIREN/@qualifiant
  name!         Nom
  trading_name  NomCommercial
  contact       Contact
  start_date!   DateDebutImmatriculation
  end_date      DateFinImmatriculation
""",
    ),
    "LINE": _EXPORT_LINE,
}


def _truth(text: str) -> bool:
    return boolean(text.lower())  # the tables say True, the XSD true


_CODECS = {
    "str": Codec(),
    "Text": Codec(free=True),
    "date": Codec(compact_date, compact_date_text),
    "Timestamp": Codec(compact_time, compact_time_text),  # no zone: it is the portal's clock
    "bool": Codec(_truth, boolean_text),
}


@cache
def _update_syntax() -> Syntax[DirectoryUpdate]:
    return Syntax("AnnuaireActualisation", Grammar(_UPDATE, {"": ""}, _CODECS, start="UPDATE"))


@cache
def _export_syntax() -> Syntax[DirectoryExport]:
    return Syntax("AnnuaireConsultationF14", Grammar(_EXPORT, {"": ""}, _CODECS, start="EXPORT"))


@cache
def line_syntax() -> Syntax[DirectoryLine]:
    """The table of one line of an F14, for whoever reads them one by one."""
    return Syntax("LigneAnnuaire", Grammar({"LINE": _EXPORT_LINE}, {"": ""}, _CODECS, start="LINE"))
