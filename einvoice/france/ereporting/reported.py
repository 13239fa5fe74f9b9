"""An invoice of international trade as flux 10.1 tells it: with the tax office's identifiers, codes and currency.

    reported_entry(entry_of(invoice))

Source: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.01, G1.44, G2.19, G2.33, G6.08, G6.15, G6.23).
"""

from __future__ import annotations

from decimal import Decimal
from itertools import compress

from einvoice.draft.parties import is_french_party, siren_of
from einvoice.france.ereporting.entries import Entry
from einvoice.france.mapping import billed_lines, in_france, mapped
from einvoice.france.payments import NOTHING
from einvoice.france.vat import MEMBER_STATES, is_charged
from einvoice.model import AllowanceCharge, Identifier, Invoice, Party, VatBreakdown

SPECIFICATION = "urn.cpro.gouv.fr:1p0:ereporting"  # TT-29

_NAME_LENGTH = 16
_PACIFIC = ("PF", "NC")  # whose companies have numbers of their own: TAHITI and RIDET
_PACIFIC_SCHEMES = ("0228", "0229")


def reported_entry(entry: Entry) -> Invoice:
    """The invoice with the values that a report wants; what a report has no place for is still there.

    VAT of another country is told as nothing, at rate 0; purchases without their lines, which are optional.
    """
    invoice = entry.invoice
    told = mapped(invoice)
    totals, groups = told.totals, told.vat_breakdown
    euros = sum(entry.taxes, NOTHING)
    if not entry.french_vat:
        groups = _without_vat(groups)
        parts = {name: tuple(_free(part) for part in getattr(told, name)) for name in ("allowances", "charges")}
        told = told.model_copy(update=parts)
    elif totals is not None and invoice.currency_code == "EUR" and totals.vat_amount is not None:
        euros = totals.vat_amount
    selling = is_french_party(invoice.seller)
    return told.model_copy(
        update={
            "specification_identifier": SPECIFICATION,
            "vat_accounting_currency_code": "EUR",
            "seller": reported_party(invoice.seller),
            "buyer": reported_party(invoice.buyer),
            "totals": totals and totals.model_copy(update={"vat_amount_in_accounting_currency": euros}),
            "vat_breakdown": groups,
            "lines": tuple(compress(told.lines, billed_lines(told.lines))) if selling else (),
        }
    )


def reported_party(party: Party | None) -> Party | None:
    """A party under the identifier that the tax office knows it by (G2.19).

    0002 SIREN; 0223 VAT number of another member state; 0228 RIDET and 0229 TAHITI as given; 0227 country and name for
    everyone else.
    """
    if party is None:
        return None
    return in_france(party, party.model_copy(update={"legal_registration_identifier": _identifier(party)}))


def _identifier(party: Party) -> Identifier:
    siren = siren_of(party)
    if siren is not None and is_french_party(party):
        return Identifier(value=siren, scheme_id="0002")
    country = (party.postal_address.country_code if party.postal_address else None) or ""
    stated = party.legal_registration_identifier
    if stated is not None and country in _PACIFIC and stated.scheme_id in _PACIFIC_SCHEMES:
        return stated
    if party.vat_identifier and party.vat_identifier[:2] in _EU_VAT:
        return Identifier(value=party.vat_identifier, scheme_id="0223")
    return Identifier(value=f"{country}{(party.name or '')[:_NAME_LENGTH]}", scheme_id="0227")


# Prefixes of VAT numbers of the other member states, and of Northern Ireland for goods.
_EU_VAT = MEMBER_STATES - {"GR"} | {"EL", "XI"}


def _without_vat(groups: tuple[VatBreakdown, ...]) -> tuple[VatBreakdown, ...]:
    """Foreign VAT is not declared: its net amounts are, together, in category S at rate 0."""
    charged = [group for group in groups if is_charged(group)]
    net = sum((group.taxable_amount or NOTHING for group in charged), NOTHING)
    whole = VatBreakdown(category_code="S", rate=Decimal(0), taxable_amount=net, tax_amount=NOTHING)
    return (whole, *(group for group in groups if not is_charged(group)))


def _free(part: AllowanceCharge) -> AllowanceCharge:
    """An allowance or charge of the document, without the foreign VAT that it bears."""
    return part.model_copy(update={"vat_category_code": "S", "vat_rate": Decimal(0)}) if part.vat_rate else part
