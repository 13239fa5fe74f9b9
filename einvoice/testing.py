"""Hypothesis strategies that draw drafts as they occur, for tests of whatever consumes or produces invoices.

    from hypothesis import given
    from einvoice.testing import french_drafts

    @given(french_drafts())
    def test_our_export_is_valid(draft):
        assert einvoice.validate(draft).verdict == "valid"

Every draft completes to an invoice that the official rules accept in both syntaxes. Identifiers have the right
checksums and belong to nobody: SIRENs start with 0000 and bank codes are 99999, which are not assigned. Needs
`einvoice-fr[testing]`.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from einvoice.draft import Draft
from einvoice.errors import MissingExtra
from einvoice.identifiers import french_vat_of

try:
    from hypothesis import strategies as st
    from hypothesis.strategies import DrawFn, SearchStrategy
except ImportError:
    raise MissingExtra("testing") from None

__all__ = [
    "amounts",
    "drafts",
    "foreign_drafts",
    "french_drafts",
    "ibans",
    "identifiers",
    "lines",
    "parties",
    "sirens",
    "sirets",
    "texts",
]

Fields = dict[str, Any]

# XML 1.0 allows these and all other characters but surrogates, U+FFFE and U+FFFF.
_CHARACTERS = st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n"
)
_IDENTIFIER = string.ascii_letters + string.digits + "-_/+"

FRENCH_RATES = ("20", "10", "5.5", "2.1")
OVERSEAS_RATES = ("8.5", "2.1", "1.75", "1.05", "13", "0.9")
_FOREIGN_RATES = {"DE": ("19", "7"), "BE": ("21", "12", "6")}
_EXEMPT_CODES = ("VATEX-FR-CGI261-4", "VATEX-EU-132-1I", "VATEX-EU-F", "VATEX-EU-J", "VATEX-EU-D", "VATEX-FR-CGI261C-2")
_FOREIGN_CURRENCIES = ("USD", "CHF", "GBP", "JPY", "KWD", "XAF")
_GOODS, _SERVICES = ("C62", "KGM", "MTR", "LTR", "XBX"), ("HUR", "DAY", "MON", "C62")


@dataclass(frozen=True, slots=True)
class _Case:
    """A VAT situation: what each line may bear, and what parties and delivery it takes."""

    name: str
    vats: tuple[Fields, ...]
    several: bool = True  # lines of one invoice may bear different ones
    seller_has_vat_number: bool = True
    buyer_country: str = "FR"


def _taxed(rates: tuple[str, ...]) -> tuple[Fields, ...]:
    return tuple({"vat_category_code": "S", "vat_rate": rate} for rate in rates)


_EXEMPT = tuple({"vat_category_code": "E", "vat_exemption_reason_code": code} for code in _EXEMPT_CODES)

_CASES = (
    _Case("domestic", _taxed(FRENCH_RATES)),
    _Case("rate only", tuple({"vat_rate": rate} for rate in FRENCH_RATES)),
    _Case("overseas", _taxed(OVERSEAS_RATES)),
    _Case("partly exempt", (*_taxed(FRENCH_RATES), *_EXEMPT, {"vat_category_code": "Z"})),
    _Case("franchise", ({"vat_exemption_reason_code": "VATEX-FR-FRANCHISE"},), seller_has_vat_number=False),
    _Case("reverse charge", ({"vat_category_code": "AE"},)),
    _Case("outside scope", ({"vat_category_code": "O"},), several=False, seller_has_vat_number=False),
    _Case("intra-community", ({"vat_category_code": "K"},), buyer_country="DE"),
    _Case("export", ({"vat_category_code": "G"},), buyer_country="CH"),
)


def texts(max_size: int = 40) -> SearchStrategy[str]:
    """Text with any character that XML allows, not blank, of `max_size` characters at most."""
    return st.text(_CHARACTERS, min_size=1, max_size=max_size).filter(lambda text: bool(text.strip()))


def identifiers(max_size: int = 20) -> SearchStrategy[str]:
    """Numbers of invoices and other documents, as BR-FR-02 allows them, of `max_size` characters at most."""
    return st.text(_IDENTIFIER, min_size=1, max_size=max_size)


def _luhn(digits: str) -> str:
    """The digits and the check digit that makes their Luhn sum a multiple of ten."""
    total = sum(sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def sirens() -> SearchStrategy[str]:
    """SIRENs with a right check digit, in a range that is not assigned."""
    return st.integers(1, 9999).map(lambda number: _luhn(f"0000{number:04}"))


def sirets(siren: str) -> SearchStrategy[str]:
    """SIRETs of that `siren` with a right check digit."""
    return st.integers(0, 9999).map(lambda number: _luhn(f"{siren}{number:04}"))


def ibans() -> SearchStrategy[str]:
    """French IBANs with right check digits, of a bank that does not exist."""

    def iban(number: int) -> str:
        account = f"9999999999{number:011}"
        key = 97 - int(f"{account}00") % 97
        check = 98 - int(f"{account}{key:02}152700") % 97
        return f"FR{check:02}{account}{key:02}"

    return st.integers(0, 10**11 - 1).map(iban)


def _german_vat(number: int) -> str:
    product = 10
    for digit in f"{number:08}":
        product = ((int(digit) + product - 1) % 10 + 1) * 2 % 11
    return f"DE{number:08}{(11 - product) % 10}"


def _belgian_vat(number: int) -> str:
    return f"BE0{number:07}{97 - number % 97:02}"


def amounts(maximum: int = 10_000, decimals: int = 2) -> SearchStrategy[Decimal]:
    """Exact amounts from 0 to `maximum` with at most that many decimals."""
    return st.integers(0, maximum * 10**decimals).map(lambda number: Decimal(number).scaleb(-decimals))


def _percentages() -> SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(text) for text in ("2", "5", "10", "12.5", "33.33", "50", "0.75")])


def _perhaps(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def _addresses(draw: DrawFn, country: str) -> Fields:
    return {
        "street_name": draw(_perhaps(texts())),
        "city_name": draw(texts(20)),
        "postal_zone": draw(st.sampled_from(["75001", "69001", "97400", "10115"])),
        "country_code": country,
    }


@st.composite
def parties(draw: DrawFn, country: str = "FR", *, vat_number: bool = True) -> Fields:
    """A company of a `country`, with or without `vat_number`, as the fields of a `Party`; a French one has a SIREN."""
    party = {
        "name": draw(texts()),
        "trading_name": draw(_perhaps(texts())),
        "postal_address": draw(_addresses(country)),
    }
    if draw(st.booleans()):
        party["contact"] = {
            "point": draw(texts()),
            "telephone_number": "+33 1 99 00 00 01",
            "email_address": "a@b.example",
        }
    number = draw(st.integers(1, 9999))
    match country:
        case "FR":
            siren = draw(sirens())
            party["legal_registration_identifier"] = {"value": siren, "scheme_id": "0002"}
            if draw(st.booleans()):
                party["identifiers"] = [{"value": draw(sirets(siren)), "scheme_id": "0009"}]
                if draw(st.booleans()):
                    del party["legal_registration_identifier"]  # the SIRET says it
            if vat_number:
                party["vat_identifier"] = french_vat_of(siren)
        case "DE":
            party["vat_identifier"] = _german_vat(number)
            party["electronic_address"] = {"value": party["vat_identifier"], "scheme_id": "9930"}
        case "BE":
            party["vat_identifier"] = _belgian_vat(number)
            party["electronic_address"] = {"value": party["vat_identifier"].removeprefix("BE"), "scheme_id": "0208"}
        case _:
            party["legal_registration_identifier"] = f"{country} {number}"
            party["electronic_address"] = {"value": f"facturation@{number}.example", "scheme_id": "EM"}
    return party


@st.composite
def _reductions(draw: DrawFn, reason: str, code: str) -> Fields:
    """An allowance or charge: an amount, or a percentage of the usual base, or of another."""
    part: Fields = {"reason": reason, "reason_code": code}
    match draw(st.sampled_from(["amount", "percentage", "percentage of a base"])):
        case "amount":
            part["amount"] = draw(amounts(500))
        case "percentage":
            part["percentage"] = draw(_percentages())
        case _:
            part |= {"percentage": draw(_percentages()), "base_amount": draw(amounts(1000))}
    return part


@st.composite
def lines(draw: DrawFn, vat: Fields | None = None, unit_codes: tuple[str, ...] = _GOODS) -> Fields:
    """A line, as the fields of a `Line`, bearing that `vat` (by default 20 %), in one of these `unit_codes`."""
    line: Fields = {
        "item_name": draw(texts()),
        "item_description": draw(_perhaps(texts())),
        "quantity": draw(st.integers(-20_000, 10_000_000).map(lambda number: Decimal(number).scaleb(-4))),
        "unit_code": draw(st.sampled_from(unit_codes)),
        **(vat or {"vat_category_code": "S", "vat_rate": "20"}),
    }
    price = draw(amounts(2000, draw(st.integers(2, 6))))
    match draw(st.sampled_from(["net", "gross", "base quantity"])):
        case "net":
            line["item_net_price"] = price
        case "gross":
            line |= {
                "item_gross_price": price,
                "item_price_discount": (price * Decimal("0.1")).quantize(Decimal("0.000001")),
            }
        case _:
            line |= {"item_net_price": price, "item_price_base_quantity": draw(st.sampled_from(["100", "12", "0.5"]))}
    if draw(st.integers(0, 3)) == 0:
        line["allowances"] = [draw(_reductions("Remise", "95"))]
    if draw(st.integers(0, 3)) == 0:
        line["charges"] = [draw(_reductions("Emballage", "PC"))]
    if draw(st.integers(0, 4)) == 0:
        line |= {
            "item_sellers_identifier": draw(identifiers()),
            "item_standard_identifier": {"value": "04012345123456", "scheme_id": "0160"},
            "item_classification_identifiers": [{"value": "65434568", "scheme_id": "STI"}],
            "item_country_of_origin": "FR",
            "item_attributes": [{"name": draw(texts(20)), "value": draw(texts(20))}],
            "notes": [draw(texts())],
            "buyer_accounting_reference": draw(texts(20)),
            "purchase_order_line_reference": draw(identifiers()),
        }
    return line


@st.composite
def _all_lines(
    draw: DrawFn, vats: tuple[Fields, ...], unit_codes: tuple[str, ...], *, depth: int = 0, most: int = 6
) -> list[Fields]:
    """Lines bearing any of these VATs, some of them groups of sub-lines down to that depth."""
    found: list[Fields] = []
    for _ in range(draw(st.integers(1, most))):
        line = draw(lines(draw(st.sampled_from(vats)), unit_codes))
        if depth and draw(st.booleans()):
            line = {
                "item_name": draw(texts()),
                "sub_lines": draw(_all_lines(vats, unit_codes, depth=depth - 1, most=3)),
            }
        elif found and most < 6 and draw(st.integers(0, 9)) == 0:
            line["subtype_code"] = "INFORMATION"
        found.append(line)
    return found


@st.composite
def _extras(draw: DrawFn, issued: date) -> Fields:
    """What an invoice may carry besides: each of these now and then."""
    extras: Fields = {
        "project_reference": draw(texts(20)),
        "sales_order_reference": draw(identifiers()),
        "buyer_accounting_reference": draw(texts(20)),
        "invoicing_period": {"start_date": issued - timedelta(days=30), "end_date": issued},
        "delivery": {"actual_delivery_date": issued - timedelta(days=draw(st.integers(0, 30)))},
        "payee": {"name": f"{draw(texts())} FACTOR"},  # another than the seller (UBL-SR-19)
        "remittance_information": draw(texts(20)),
        "supporting_documents": [
            {
                "reference": draw(identifiers()),
                "description": "BON_LIVRAISON",
                "attached_document": draw(st.binary(min_size=1, max_size=40)),
                "mime_code": "application/pdf",
                "filename": "bon.pdf",
            }
        ],
        "invoice_object_identifier": [{"value": draw(identifiers()), "scheme_id": "AFL"}],
    }
    wanted = draw(st.sets(st.sampled_from(sorted(extras)), max_size=3))
    return {name: extras[name] for name in sorted(wanted)}


@st.composite
def _header(draw: DrawFn) -> Fields:
    issued = draw(st.dates(date(2026, 9, 1), date(2028, 12, 31)))
    return {
        "number": draw(identifiers()),
        "issue_date": issued,
        "due_date": issued + timedelta(days=draw(st.integers(0, 60))),
        "buyer_reference": draw(_perhaps(texts())),
        "purchase_order_reference": draw(_perhaps(identifiers())),
        "contract_reference": draw(_perhaps(identifiers())),
        "payment_terms": draw(_perhaps(texts())),
        "notes": draw(st.lists(texts(80), max_size=2)),
        "rounding": draw(st.sampled_from(["group", "group", "line", "gross"])),
        "payment_means": [{"means_code": "58", "account_identifier": draw(ibans())}] if draw(st.booleans()) else [],
    }


@st.composite
def _document_parts(draw: DrawFn, vats: tuple[Fields, ...]) -> Fields:
    parts: Fields = {}
    if draw(st.integers(0, 3)) == 0:
        parts["allowances"] = [draw(_reductions("Remise commerciale", "95")) | draw(st.sampled_from(vats))]
    if draw(st.integers(0, 3)) == 0:
        parts["charges"] = [draw(_reductions("Port", "FC")) | draw(st.sampled_from(vats))]
    return parts


@st.composite
def _kinds(draw: DrawFn, issued: date) -> Fields:
    """The kind of document, and the earlier invoice that it corrects or completes."""
    earlier = {"reference": draw(identifiers()), "issue_date": issued - timedelta(days=draw(st.integers(0, 90)))}
    kinds: dict[str, Fields] = {
        "invoice": {},
        "rounded": {"due_rounding": "0.05"},
        "credit note": {"type_code": "381", "preceding_invoices": [earlier]},
        "self-billed credit note": {"type_code": "261", "preceding_invoices": [earlier, earlier]},
        "corrective": {"type_code": "384", "preceding_invoices": [earlier]},
        "prepayment": {"type_code": "386"},
        "final": {"preceding_invoices": [earlier | {"type_code": "386"}], "totals": {"paid_amount": "99.90"}},
        "self-billed": {"type_code": "389"},
        "factored": {"type_code": "393"},
        "paid": {"business_process_type": draw(st.sampled_from(["B2", "S2", "M2"]))},
    }
    return kinds[draw(st.sampled_from(sorted(kinds)))]


@st.composite
def french_drafts(draw: DrawFn) -> Draft:
    """A French invoice of any kind: rates, exemptions, allowances, kinds of document, currencies, sub-lines."""
    case = draw(st.sampled_from(_CASES))
    vats = case.vats if case.several else (draw(st.sampled_from(case.vats)),)
    header = draw(_header())
    nature = draw(st.sampled_from(["goods", "services", "mixed"]))
    fields = header | draw(_extras(header["issue_date"])) | draw(_kinds(header["issue_date"]))
    fields |= draw(_document_parts(vats))
    fields |= {
        "nature": nature,
        "seller": draw(parties("FR", vat_number=case.seller_has_vat_number)),
        "buyer": draw(parties(case.buyer_country, vat_number=case.seller_has_vat_number)),
        "lines": draw(
            _all_lines(
                vats, _SERVICES if nature == "services" else _GOODS, depth=draw(st.sampled_from([0, 0, 0, 1, 2]))
            )
        ),
        "vat_on_debits": draw(st.sampled_from([None, None, True, False])),
    }
    if case.buyer_country != "FR":
        fields["delivery"] = {
            "actual_delivery_date": header["issue_date"],
            "postal_address": {"city_name": draw(texts(20)), "country_code": case.buyer_country},
        }
    if draw(st.integers(0, 5)) == 0:
        fields["currency_code"] = draw(st.sampled_from(_FOREIGN_CURRENCIES))
        fields["exchange_rate"] = {
            "rate": draw(st.sampled_from(["0.9215", "1.1", "0.0061"])),
            "exchange_date": header["issue_date"],
        }
    return Draft(**fields)


@st.composite
def foreign_drafts(draw: DrawFn) -> Draft:
    """An invoice of a German or Belgian seller: EN 16931 without anything French."""
    country = draw(st.sampled_from(sorted(_FOREIGN_RATES)))
    vats = _taxed(_FOREIGN_RATES[country])
    fields = draw(_header())
    fields |= draw(_extras(fields["issue_date"])) | draw(_document_parts(vats))
    return Draft(
        **fields,
        currency_code="EUR",
        seller=draw(parties(country)),
        buyer=draw(parties(draw(st.sampled_from(["DE", "BE", "FR"])))),
        lines=draw(_all_lines(vats, _GOODS)),
    )


def drafts() -> SearchStrategy[Draft]:
    """Any draft: French ones three times in four."""
    return st.integers(0, 3).flatmap(lambda number: french_drafts() if number else foreign_drafts())
