"""An invoice of international trade as flux 10.1 tells it: with the tax office's identifiers, codes and currency.

    reported_invoice(invoice)

Source: DGFiP external specifications v3.2, annex 6 v1.10 and annex 7 (G1.01, G1.44, G2.19, G2.33, G6.08, G6.15, G6.23).
"""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import compress

from einvoice.codes import french_vat_rate
from einvoice.draft.parties import is_french_party, siren_of
from einvoice.france.mapping import billed_lines, in_france, mapped
from einvoice.model import Identifier, Invoice, Party, VatBreakdown

SPECIFICATION = "urn.cpro.gouv.fr:1p0:ereporting"  # TT-29

_NAME_LENGTH = 16
_PACIFIC = ("PF", "NC")  # whose companies have numbers of their own: TAHITI and RIDET
_PACIFIC_SCHEMES = ("0228", "0229")


def reported_invoice(invoice: Invoice) -> Invoice:
    """The invoice with the values that a report wants; what a report has no place for is still there.

    VAT of another country is told as nothing, at rate 0; purchases without their lines, which are optional.
    """
    told = mapped(invoice)
    totals = told.totals
    euros = totals.vat_amount_in_accounting_currency if totals else None
    if totals is not None and invoice.currency_code == "EUR":
        euros = totals.vat_amount
    selling = is_french_party(invoice.seller)
    groups = tuple(_group(group) for group in told.vat_breakdown)
    if groups != told.vat_breakdown and invoice.currency_code == "EUR":
        euros = sum((group.tax_amount or Decimal(0) for group in groups), Decimal("0.00"))
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
    if party.vat_identifier and _EU_VAT.match(party.vat_identifier):
        return Identifier(value=party.vat_identifier, scheme_id="0223")
    return Identifier(value=f"{country}{(party.name or '')[:_NAME_LENGTH]}", scheme_id="0227")


# Prefixes of VAT numbers of the other member states, and of Northern Ireland for goods.
_EU_VAT = re.compile("AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI")


def _group(group: VatBreakdown) -> VatBreakdown:
    """Foreign VAT is not declared: its net amount is, in category S at rate 0."""
    if group.category_code != "S" or group.rate is None or french_vat_rate(group.rate) is not None:
        return group
    return group.model_copy(update={"rate": Decimal(0), "tax_amount": Decimal("0.00")})
