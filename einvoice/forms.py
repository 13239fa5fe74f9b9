"""Older and richer forms of an invoice, put into the form that the tables read.

| form | becomes |
|---|---|
| ZUGFeRD 1 (CrossIndustryDocument, 2014 to 2017) | CII D16B: the same tree under its later names |
| CII `SpecifiedLogisticsServiceCharge` (Factur-X EXTENDED) | a charge of the document (BG-21), with its VAT |
| CII figures that repeat others (sum of a line's charges, parts of the basis of a VAT rate) | gone; a wrong one stays |
| UBL `BuildingNumber`, `Room`, `CitySubdivisionName` of an address | part of the street, or of its second line |

The document itself is left as it is: it is what schema and rules judge. A copy is made only where there is something to
change, and lines keep their numbers.

Sources: FeRD, ZUGFeRD 1.0 (2014-06-25), technical annex; ZUGFeRD 2.0 (what became of each name); Factur-X 1.09,
BG-X-42; OASIS UBL 2.1, cac:Address.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from einvoice.xml import Element, local_name, namespace

ZUGFERD_1 = "urn:ferd:CrossIndustryDocument:invoice:1p0"
_CEFACT = "urn:un:unece:uncefact:data:standard:"
_RSM = f"{_CEFACT}CrossIndustryInvoice:100"
_RAM = f"{{{_CEFACT}ReusableAggregateBusinessInformationEntity:100}}"
_UDT = f"{{{_CEFACT}UnqualifiedDataType:100}}"
_QDT = f"{{{_CEFACT}QualifiedDataType:100}}"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"

_PREFIXES = {"rsm": _RSM, "ram": _RAM[1:-1], "udt": _UDT[1:-1], "qdt": _QDT[1:-1]}

# Names of ZUGFeRD 1 -> those of today, wherever they stand.
_RENAMED = {
    "CrossIndustryDocument": "CrossIndustryInvoice",
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "ApplicablePercent": "RateApplicablePercent",
}
_SUMMATION = "SpecifiedTradeSettlementMonetarySummation"
_REFERENCE = "ReferencedDocument"  # the end of the names of references, whose number and date have other names
_DATE = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})")
_CHARGE_PARTS = {"Description": "Reason", "AppliedAmount": "ActualAmount", "AppliedTradeTax": "CategoryTradeTax"}


def is_zugferd_1(root: Element) -> bool:
    """Whether the document is in ZUGFeRD 1."""
    return namespace(root) == ZUGFERD_1 and local_name(root) == "CrossIndustryDocument"


def from_zugferd_1(root: Element) -> Element:
    """The same invoice under the names of CII D16B."""
    made = root.makeelement(root.tag, nsmap=_PREFIXES)  # declared once, so that paths are named as usual
    made.extend(copy.deepcopy(root))
    for element in list(_elements(made)):
        name, parent = local_name(element), element.getparent()
        above = local_name(parent) if parent is not None else ""
        _rename(element, _later_name(name, above))
        if name == "IssueDateTime" and above.endswith(_REFERENCE):
            _date_of_a_reference(element)
    return made


def of_cii(root: Element) -> Element:
    """The same invoice: logistics service charges are charges, and figures that only repeat others are gone."""
    if next(root.iter(*_RICHER), None) is None:
        return root
    made = copy.deepcopy(root)
    for charge in list(made.iter(f"{_RAM}SpecifiedLogisticsServiceCharge")):
        charge.tag = f"{_RAM}SpecifiedTradeAllowanceCharge"
        indicator = charge.makeelement(f"{_RAM}ChargeIndicator")
        value = indicator.makeelement(f"{_UDT}Indicator")
        value.text = "true"
        indicator.append(value)
        charge.insert(0, indicator)
        for part in charge:
            if later := _CHARGE_PARTS.get(local_name(part)):
                part.tag = f"{_RAM}{later}"
    _without_repeated_figures(made)
    return made


_OF_LINE = "TotalAllowanceChargeAmount"  # of a line: its charges less its allowances
_OF_VAT = ("LineTotalBasisAmount", "AllowanceChargeBasisAmount")  # of a rate: what its basis is the sum of
_RICHER = tuple(f"{_RAM}{name}" for name in ("SpecifiedLogisticsServiceCharge", _OF_LINE, *_OF_VAT))


def _without_repeated_figures(root: Element) -> None:
    """Take out what the rest of the invoice says as well; a figure that says something else stays, and is listed."""
    for figure in list(root.iter(f"{_RAM}{_OF_LINE}")):
        summation = figure.getparent()
        settlement = summation.getparent() if summation is not None else None
        if summation is not None and settlement is not None and _amount(figure) == _surplus(settlement):
            summation.remove(figure)
    for tax in list(root.iter(f"{_RAM}ApplicableTradeTax")):
        parts = [part for name in _OF_VAT if (part := tax.find(f"{_RAM}{name}")) is not None]
        amounts = [_amount(part) for part in parts]
        basis = tax.find(f"{_RAM}BasisAmount")
        known = [amount for amount in amounts if amount is not None]
        if parts and basis is not None and len(known) == len(parts) and sum(known) == _amount(basis):
            for part in parts:
                tax.remove(part)


def _surplus(settlement: Element) -> Decimal | None:
    """The charges of a line less its allowances; None where one of them has no amount."""
    total = Decimal(0)
    for part in settlement.iterfind(f"{_RAM}SpecifiedTradeAllowanceCharge"):
        indicator, amount = part.find(f"{_RAM}ChargeIndicator/{_UDT}Indicator"), part.find(f"{_RAM}ActualAmount")
        value = _amount(amount) if amount is not None else None
        if indicator is None or value is None:
            return None
        total += value if (indicator.text or "").strip() in ("true", "1") else -value
    return total


def _amount(element: Element) -> Decimal | None:
    try:
        return Decimal((element.text or "").strip())
    except InvalidOperation:
        return None


def of_ubl(root: Element) -> Element:
    """The same invoice, each address with all parts of its street in its lines."""
    if next(root.iter(*(f"{_CBC}{part}" for part in _STREET_PARTS)), None) is None:
        return root
    made = copy.deepcopy(root)
    for part, (name, before) in _STREET_PARTS.items():
        for element in list(made.iter(f"{_CBC}{part}")):
            _join(element, name, before=before)
    return made


# Part of an address -> the line that it belongs to, and whether it goes before what stands there.
_STREET_PARTS = {
    "BuildingNumber": ("StreetName", False),
    "Room": ("AdditionalStreetName", False),
    "CitySubdivisionName": ("AdditionalStreetName", False),
}


def _join(part: Element, name: str, *, before: bool) -> None:
    """Put the text of a part into the line of that name, which is made where there is none."""
    address = part.getparent()
    text = (part.text or "").strip()
    if address is None or not text:
        return
    line = address.find(f"{_CBC}{name}")
    if line is None:
        line = part
        line.tag = f"{_CBC}{name}"
        return
    held = (line.text or "").strip()
    if text not in held.split():
        line.text = " ".join(filter(None, (text, held) if before else (held, text)))
    address.remove(part)


def _elements(root: Element) -> Iterator[Element]:
    """The elements, without comments."""
    yield from (each for each in root.iter() if isinstance(each.tag, str))


def _later_name(name: str, above: str) -> str:
    if name == _SUMMATION:
        place = "Line" if above == "SpecifiedLineTradeSettlement" else "Header"  # the parent has its later name already
        return f"SpecifiedTradeSettlement{place}MonetarySummation"
    if above.endswith(_REFERENCE):
        return {"ID": "IssuerAssignedID", "IssueDateTime": "FormattedIssueDateTime"}.get(name, name)
    return _RENAMED.get(name, name)


def _rename(element: Element, name: str) -> None:
    old = namespace(element)
    if old == ZUGFERD_1:
        element.tag = f"{{{_RSM}}}{name}"
    elif old.startswith(f"{_CEFACT}ReusableAggregate"):
        element.tag = f"{_RAM}{name}"
    elif old.startswith(f"{_CEFACT}UnqualifiedDataType"):
        element.tag = f"{_UDT}{name}"
    elif old.startswith(f"{_CEFACT}QualifiedDataType"):
        element.tag = f"{_QDT}{name}"


def _date_of_a_reference(element: Element) -> None:
    """ZUGFeRD 1 writes the date of a reference as text, later forms as a date of format 102."""
    found = _DATE.match(element.text or "")
    if found is None or len(element):
        return
    value = element.makeelement(f"{_QDT}DateTimeString", {"format": "102"})
    value.text = "".join(found.groups())
    element.text = None
    element.append(value)
