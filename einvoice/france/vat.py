"""Whose VAT an invoice charges: that of France, or that of another country.

    vat_charged(invoice).french      # False for a hotel in Vienna at 20 %, although 20 % is a French rate too

A rate does not tell: 20 % is Austrian, Bulgarian and British too. What tells is, in this order: a rate that France does
not have, which makes the whole invoice foreign, for one invoice is of one country; the VAT number under which the
seller, or its representative, charges it; the seller's country. A French number may also charge the VAT of a consumer's
member state (one-stop shop): then only the goods' way tells, and where the rates exist in both countries it is a guess,
marked as such, which the books may correct (below the threshold of 10 000 euros a year VAT stays French).

Sources: CGI art. 258 A, 259, 259 B, 259 D; directive 2006/112/EC art. 33, 59 c; DGFiP external specifications v3.2,
general file §3.7 (foreign VAT is not declared, distance sales are TNT1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from einvoice.codes import french_vat_rate
from einvoice.draft.parties import is_french_party
from einvoice.draft.reform import TO_CONSUMERS
from einvoice.france.treatment import treatment
from einvoice.model import Invoice, Party, VatBreakdown

_STANDARD = "S"
_CHARGED = frozenset({_STANDARD, "L", "M", "B"})  # the Canary Islands, Ceuta and Melilla, Italian split payment too
_FRENCH_TERRITORY = ("FR", "MC")  # Monaco charges French VAT

# The other member states of the Union, by their codes in ISO 3166.
# fmt: off
MEMBER_STATES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})
# fmt: on

# Member states whose rates in force France has, or had, as well; every other rate tells by itself.
_RATES_LIKE_FRENCH = {
    "AT": ("20", "13", "10"),
    "BG": ("20",),
    "DE": ("7",),
    "EE": ("13",),
    "ES": ("10",),
    "FI": ("10",),
    "GR": ("13",),
    "HR": ("13",),
    "IT": ("10",),
    "MT": ("7",),
    "PT": ("13",),
}


@dataclass(frozen=True, slots=True)
class Charged:
    """Whether the VAT is French, and whether that is a guess because both countries have these rates."""

    french: bool
    guessed: bool = False


def is_charged(group: VatBreakdown) -> bool:
    """Whether the group bears VAT of some country."""
    return group.category_code in _CHARGED and bool(group.rate or group.tax_amount)


def vat_charged(invoice: Invoice) -> Charged:
    """Whose VAT the invoice charges; French where it charges none."""
    groups = [group for group in invoice.vat_breakdown if is_charged(group)]
    if not groups:
        return Charged(french=True)
    if any(group.category_code != _STANDARD or french_vat_rate(group.rate or Decimal(0)) is None for group in groups):
        return Charged(french=False)
    numbers = [number for party in (invoice.seller, invoice.seller_tax_representative) if (number := _number(party))]
    if numbers and not any(number.startswith(_FRENCH_TERRITORY) for number in numbers):
        return Charged(french=False)
    if not numbers and not _may_be_french(invoice.seller):
        return Charged(french=False)
    return _of_a_distance_sale(invoice, groups)


def _of_a_distance_sale(invoice: Invoice, groups: list[VatBreakdown]) -> Charged:
    """VAT charged under a French number: of goods sent to a consumer in another member state it may be that state's."""
    both = {Decimal(rate) for rate in _RATES_LIKE_FRENCH.get(_destination(invoice) or "", ())}
    if treatment(invoice) not in TO_CONSUMERS or not all(group.rate in both for group in groups):
        return Charged(french=True)
    services = (invoice.business_process_type or "").startswith("S")  # art. 259, 2°: where the seller is
    return Charged(french=services, guessed=True)


def _destination(invoice: Invoice) -> str | None:
    """Where the goods arrive: the country of delivery, or else of the buyer."""
    delivered = invoice.delivery.postal_address if invoice.delivery else None
    home = invoice.buyer.postal_address if invoice.buyer else None
    return (delivered and delivered.country_code) or (home and home.country_code) or None


def _number(party: Party | None) -> str | None:
    number = ((party.vat_identifier if party else None) or "").replace(" ", "").upper()
    return number or None


def _may_be_french(seller: Party | None) -> bool:
    """A seller without VAT number: French by its country or SIREN, or of no country that we know."""
    country = seller.postal_address.country_code if seller and seller.postal_address else None
    return country in (None, *_FRENCH_TERRITORY) or is_french_party(seller)
