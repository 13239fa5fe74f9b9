"""Invoices that are broken in one way each, and the finding that names what is wrong with them.

Each is a valid fixture with one thing changed, as it goes wrong in practice. What else is said of it follows from that
one thing. `tests/test_first_finding.py` holds it; `tools/first_findings.py` shows it, beside another version.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from folders import FIXTURES

import einvoice as ei
from einvoice.facturx.embed import embed

VALID = FIXTURES / "valid"
_SERVICES, _GOODS = "services.ubl.xml", "goods-several-rates.cii.xml"
_EXTENDED = "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"


@dataclass(frozen=True)
class Broken:
    """A fixture, how it is broken, and the first finding that a person should read: its rule and its field."""

    name: str
    fixture: str
    change: Callable[[str], str]
    rule: str  # or the rule of EN 16931 that is its equal
    field: str = ""
    pdf: bool = False  # as Factur-X, in the pages of the unbroken invoice

    def document(self) -> bytes:
        """The broken invoice."""
        good = (VALID / self.fixture).read_text(encoding="utf-8")
        broken = self.change(good)
        assert broken != good
        if not self.pdf:
            return broken.encode()
        pages = ei.render(good.encode(), to="pdf", language="fr")
        return embed(pages, broken.encode(), profile="en16931", date=datetime(2026, 11, 2, tzinfo=UTC))


def _to(old: str, new: str, *, after: str = "") -> Callable[[str], str]:
    """With the first `old` that stands after `after` replaced."""

    def change(text: str) -> str:
        start = text.index(old, text.index(after))
        return text[:start] + new + text[start + len(old) :]

    return change


def _without(element: str, *, after: str = "") -> Callable[[str], str]:
    """Without the first of these elements that stands after `after`."""

    def change(text: str) -> str:
        found = re.compile(rf"<{element}[ >].*?</{element}>", re.DOTALL).search(text, text.index(after))
        assert found is not None
        return text[: found.start()] + text[found.end() :]

    return change


def _all(*changes: Callable[[str], str]) -> Callable[[str], str]:
    def change(text: str) -> str:
        for each in changes:
            text = each(text)
        return text

    return change


_LINE, _SECOND = "<cac:InvoiceLine>", "<cbc:Name>Rapport"
_SETTLEMENT = "<ram:ApplicableHeaderTradeSettlement>"
_AS_EXTENDED = _to("urn:cen.eu:en16931:2017", _EXTENDED)

BROKEN = (
    Broken("net of a line", _SERVICES, _to(">2460.00<", ">2400.00<"), "EI-CALC-01", "lines[0].net_amount"),
    Broken("a rate that is none", _SERVICES, _to("20<", "19<", after=_SECOND), "BR-FR-16_BT-152", "lines[1].vat_rate"),
    Broken("a rate without a group", _SERVICES, _to("20<", "10<", after=_SECOND), "EI-CALC-02", "vat_breakdown"),
    Broken("exempt, with a rate", _SERVICES, _to(">S<", ">E<", after=_SECOND), "BR-E-05", "lines[1].vat_rate"),
    Broken("no VAT number of the seller", _SERVICES, _without("cac:PartyTaxScheme"), "BR-S-02"),
    Broken("amounts in another currency", _SERVICES, _to("Code>EUR", "Code>USD"), "EI-READ-04"),
    Broken("a currency that is none", _SERVICES, _to("Code>EUR", "Code>EUX"), "BR-CL-04", "currency_code"),
    Broken("a month 13", _SERVICES, _to("2026-11-02", "2026-13-02"), "XSD", "issue_date"),
    Broken("an amount with a comma", _SERVICES, _to(">450.00<", ">450,00<"), "XSD", "lines[1].net_amount"),
    Broken("due before issue", _SERVICES, _to("2026-12-02", "2026-10-02"), "BR-FR-CO-07_BT-9", "due_date"),
    Broken("a scheme that is none", _SERVICES, _to('"0225"', '"9999"'), "BR-CL-25", "seller.electronic_address"),
    Broken("a unit that is none", _SERVICES, _to('"DAY"', '"JOUR"'), "BR-CL-23", "lines[0].quantity"),
    Broken("a type that is none", _SERVICES, _to(">380<", ">999<"), "BR-CL-01", "type_code"),
    Broken("a negative price", _SERVICES, _to(">820.00<", ">-820.00<"), "BR-27", "lines[0].item_net_price"),
    Broken("no BT-23", _SERVICES, _without("cbc:ProfileID"), "BR-FR-08_BT-23", "business_process_type"),
    Broken("two lines 1", _SERVICES, _to("<cbc:ID>2<", "<cbc:ID>1<"), "EI-CALC-02", "lines[1].identifier"),
    Broken("a wrong VAT total", _SERVICES, _to("582.00", "528.00"), "BR-CO-14", "totals.vat_amount"),
    Broken(
        "a wrong taxable amount",
        _SERVICES,
        _to("2910.00", "2190.00", after="<cac:TaxSubtotal>"),
        "BR-S-08",
        "vat_breakdown[0].taxable_amount",
    ),
    Broken("no buyer", _SERVICES, _without("cbc:RegistrationName", after="Customer"), "BR-07", "buyer.name"),
    Broken(
        "an element out of place",
        _SERVICES,
        _all(_without("cbc:ID"), _to("<cbc:Note>", "<cbc:ID>1</cbc:ID><cbc:Note>")),
        "XSD",
    ),
    Broken("no VAT breakdown", _SERVICES, _without("cac:TaxSubtotal"), "BR-CO-18", "vat_breakdown"),
    Broken(
        "an account that is none",
        _SERVICES,
        _to("FR7630001", "FR7730001"),
        "EI-ID-01",
        "payment_means[0].account_identifier",
    ),
    Broken("a credit note of nothing", "credit-note.ubl.xml", _without("cac:BillingReference"), "BR-FR-CO-05_BT-3"),
    Broken(
        "a wrong total, CII",
        _GOODS,
        _to("Amount>", "Amount>1", after="<ram:TaxBasisTotal"),
        "BR-CO-13",
        "totals.amount_without_vat",
    ),
    Broken(
        "a group is missing, CII",
        _GOODS,
        _without("ram:ApplicableTradeTax", after=_SETTLEMENT),
        "EI-CALC-02",
        "vat_breakdown",
    ),
    Broken("no VAT number, CII", _GOODS, _without("ram:SpecifiedTaxRegistration"), "BR-S-02"),
    Broken("a date with dashes, CII", _GOODS, _to(">20261102<", ">2026-11-02<"), "BR-FR-03_BT-2", "issue_date"),
    Broken(
        "net of a line, EXTENDED",
        _GOODS,
        _all(_AS_EXTENDED, _to(">478.80<", ">487.80<")),
        "EI-CALC-01",
        "lines[0].net_amount",
    ),
    Broken(
        "a unit that is none, EXTENDED",
        _GOODS,
        _all(_AS_EXTENDED, _to('"C62"', '"PIECE"')),
        "BR-CL-23",
        "lines[0].quantity",
    ),
    Broken(
        "a wrong total, PDF",
        _GOODS,
        _to("Amount>", "Amount>1", after="<ram:GrandTotal"),
        "BR-CO-15",
        "totals.amount_with_vat",
        pdf=True,
    ),
)
