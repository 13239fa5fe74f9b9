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
REASONS = (
    (ACTED_ON, "on purpose: it changes what the whole is, and stops a conversion"),
    (r"PartyTaxScheme|SpecifiedTaxRegistration", "a tax number of a scheme that does not say whose it is"),
    (r"GrossPriceProductTradePrice/ram:BasisQuantity", "another base quantity than that of the net price (BT-149)"),
    (r"cac:DocumentReference$|LineTradeSettlement/ram:AdditionalRef", "a document that is no object (BT-128)"),
    (r"AdditionalDocumentReference|AdditionalReferencedDocument", "more of an invoiced object than BT-18 says"),
    (r"PaymentTerms/", "a second day of payment: BT-9 is the last"),
    (r"PrepaidPayment", "a payment of a third party (BG-DEX-09), an extension of XRechnung alone"),
    (r"SpecifiedProcuringProject/ram:Name", "EN 16931 has the reference of a project, not its name"),
    (r"IndividualTradeProductInstance|CreditorFinancialInstitution", "one invoice of all has it"),
    (r"/BuyerReference", "an element without its namespace"),
)


def reason(place: str) -> str:
    """Why the model does not hold it; "" where that is not known."""
    return next((why for pattern, why in REASONS if re.search(pattern, place)), "")


def invoices(folder: Path) -> Iterator[tuple[str, ei.Invoice, bool]]:
    """Name and content of each invoice of a profile of ours, and whether its rules are those of a country elsewhere."""
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".xml", ".pdf"):
            continue
        data = path.read_bytes()
        try:
            xml = ei.extract(data).xml if path.suffix.lower() == ".pdf" else data
            found = detect.detect(xml)
            invoice = ei.parse(xml)
        except EInvoiceError:
            continue
        if isinstance(invoice, ei.Invoice) and found.profile not in (None, "other") and found.specification_identifier:
            yield path.name, invoice, bool(ELSEWHERE.search(found.specification_identifier))


def main() -> int:
    """Count, and print with the reasons."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    places: Counter[str] = Counter()
    example: dict[str, str] = {}
    number, elsewhere = 0, 0
    for name, invoice, abroad in invoices(folder):
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
    return 1 if counted > MOST or not all(map(reason, places)) else 0


if __name__ == "__main__":
    sys.exit(main())
