"""Which places of real invoices the model does not hold, and why: the invoices of today's profiles in a folder.

    python tools/unmapped.py [FOLDER]        # else ../shared/corpus

An invoice of today's profiles names one of our table in BT-24. A code that is spelled otherwise, a time zone and an
empty element are read, or say nothing: they are not counted. That an invoice is a test or a copy is acted on (it is
told first, and stops a conversion), so it is listed and not counted. Exit status 1 if a place has no reason, or there
are more than 50 beside those of invoices that follow the rules of a country outside Europe.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import einvoice as ei
from einvoice import detect
from einvoice.errors import EInvoiceError

MOST = 50
CORPUS = Path(__file__).resolve().parents[2] / "shared" / "corpus"
_INDEX = re.compile(r"\[\d+\]")
READ = {"respelled", "partial", "empty"}
ELSEWHERE = re.compile(r"^urn:peppol:pint:\S+@(?!eu)")  # BT-24 of Peppol's forms for other countries
ACTED_ON = "TestIndicator|CopyIndicator"
# How a place is read (unknown, other, repeated) and where it ends, and why: the whole must match, so that a new place
# needs a reason of its own.
REASONS = (
    (rf"unknown \S+/\w+:({ACTED_ON})", "on purpose: it changes what the whole is, and stops a conversion"),
    (
        r"unknown \S+/cac:Party/cac:PartyTaxScheme/cac:TaxScheme/cbc:ID",
        "the number is BT-32, whose scheme EN 16931 does not tell",
    ),
    (r"other \S+/ram:SellerTradeParty/ram:SpecifiedTaxRegistration", "a tax number of no scheme: not said what it is"),
    (
        r"repeated \S+/ram:GrossPriceProductTradePrice/ram:BasisQuantity",
        "the gross price is for another quantity than the net price, whose quantity BT-149 is",
    ),
    (r"other \S+/cac:InvoiceLine/cac:DocumentReference", "a document of a line that is no object (BT-128)"),
    (
        r"other \S+/ram:SpecifiedLineTradeSettlement/ram:AdditionalReferencedDocument",
        "a document of a line of no type: that of an object (BT-128) is 130",
    ),
    (
        r"unknown \S+/ram:SpecifiedLineTradeAgreement/ram:AdditionalReferencedDocument",
        "a document of a line (BG-X-3), which EN 16931 has at the invoice alone",
    ),
    (
        r"unknown /\S+/cac:AdditionalDocumentReference/(cbc:DocumentDescription|cac:Attachment)",
        "a file or text of the invoiced object, of which BT-18 is the number",
    ),
    (
        r"unknown \S+/cac:Attachment/cac:ExternalReference/cbc:(MimeCode|FileName)",
        "type and name of a file elsewhere, of which BT-124 is the address",
    ),
    (r"unknown \S+/cac:PrepaidPayment", "a payment of a third party (BG-DEX-09), an extension of XRechnung alone"),
    (r"\w+ \S+/ram:SpecifiedProcuringProject/ram:Name", "the name of a project, of which BT-11 is the reference"),
    (
        r"unknown \S+/ram:SpecifiedTradeProduct/ram:IndividualTradeProductInstance",
        "the number of a single piece or batch (BG-X-84), which Factur-X EXTENDED alone has",
    ),
    (
        r"unknown \S+/ram:PayeeSpecifiedCreditorFinancialInstitution/ram:(GermanBankleitzahlID|Name)",
        "name and national number of a bank, of which BT-86 is the BIC",
    ),
    (r"unknown \S+/BuyerReference", "an element without its namespace: the schema refuses it"),
)


def reason(place: str) -> str:
    """Why the model does not hold it; "" where that is not known."""
    return next((why for pattern, why in REASONS if re.fullmatch(pattern, place)), "")


def invoices(folder: Path, others: Counter[str]) -> Iterator[tuple[str, ei.Invoice, bool]]:
    """Name and content of each invoice of a profile of ours, and whether its rules are those of a country elsewhere.

    What `others` are is counted.
    """
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".xml", ".pdf"):
            continue
        data = path.read_bytes()
        try:
            xml = ei.extract(data).xml if path.suffix.lower() == ".pdf" else data
            found = detect.detect(xml)
            invoice = ei.parse(xml)
        except EInvoiceError as error:
            others[str(error).partition(" (")[0]] += 1
            continue
        if not isinstance(invoice, ei.Invoice):
            others[f"a message, no invoice ({found.kind})"] += 1
        elif found.profile in (None, "other") or not found.specification_identifier:
            others[f"of another profile (BT-24): {found.specification_identifier}"] += 1
        else:
            yield path.name, invoice, bool(ELSEWHERE.search(found.specification_identifier))


def main() -> int:
    """Count, and print with the reasons."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    places: Counter[str] = Counter()
    others: Counter[str] = Counter()
    example: dict[str, str] = {}
    number, elsewhere = 0, 0
    for name, invoice, abroad in invoices(folder, others):
        number += 1
        for unread in invoice.unread:
            if unread.kind in READ:
                continue
            if abroad:
                elsewhere += 1
                continue
            place = f"{unread.kind} {_INDEX.sub('', unread.xpath)}"
            places[place] += 1
            example.setdefault(place, f"{name}: {unread.text}"[:70])
    acted_on = sum(count for place, count in places.items() if re.search(ACTED_ON, place))
    counted = sum(places.values()) - acted_on
    print(f"{number} invoices; {counted} places, {acted_on} acted on, {elsewhere} in invoices of other countries")
    for place, count in places.most_common():
        print(f"{count:4}  {place[-110:]}\n      {reason(place) or 'NO REASON'}   ({example[place]})")
    print(f"{sum(others.values())} files that are no such invoices")
    for what, count in others.most_common():
        print(f"{count:4}  {what}")
    return 1 if counted > MOST or not all(map(reason, places)) else 0


if __name__ == "__main__":
    sys.exit(main())
