"""`make large`: what invoices of many lines and large attachments cost, beside lxml's own tree and the file.

    python tools/large_documents.py [--lines 10000,100000] [--megabytes 10,70]

Each document is judged in a process of its own, whose memory is what it takes more than before (Linux). Aims: for lines
at most three times what lxml's tree of the same bytes takes, for an attachment at most four times the document, whose
own bytes are counted with it. Exit status 1 where one is missed.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_TREE, OF_FILE = 3, 4
# What a child does: warm up with a small file, note its memory, then do it with the large one.
CHILD = """
import pathlib, re, resource, sys, time
from lxml import etree
small = pathlib.Path(sys.argv[3]).read_bytes()
if sys.argv[1] == "tree":
    def work(data):
        return etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))
else:
    import einvoice
    def work(data):
        return einvoice.validate(data)
work(small)
status = pathlib.Path("/proc/self/status")
pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest mark is from now on
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
before, begun = peak(), time.process_time()
data = pathlib.Path(sys.argv[2]).read_bytes()
made = work(data)
print(peak() - before, time.process_time() - begun, getattr(made, "verdict", "tree"))
"""


def measured(what: str, document: Path, small: Path) -> tuple[float, float, str]:
    """Megabytes, seconds of processor time, and the verdict."""
    command = [sys.executable, "-c", CHILD, what, str(document), str(small)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    megabytes, seconds, verdict = done.stdout.split()
    return float(megabytes), float(seconds), verdict


def of_lines(count: int, xml: str) -> str:
    """The invoice with its first line so many times: the sums are wrong, which costs a finding for each sum."""
    found = re.search(r"<cac:InvoiceLine>.*?</cac:InvoiceLine>\s*", xml, re.DOTALL)
    if found is None:
        raise ValueError("an invoice has a line")
    lines = (re.sub(r"(<cbc:ID>)[^<]*", rf"\g<1>{number}", found[0], count=1) for number in range(1, count + 1))
    return xml[: found.start()] + "".join(lines) + "</Invoice>"


def with_attachment(megabytes: int, xml: str) -> str:
    """The invoice with a file of so many megabytes in it."""
    content = base64.b64encode(random.Random(7).randbytes(megabytes * 1_000_000)).decode()  # noqa: S311 - no secret
    attached = (
        "<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment>"
        '<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="a.pdf">'
        f"{content}</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    return xml.replace("<cac:AccountingSupplierParty>", attached + "<cac:AccountingSupplierParty>", 1)


def rows(lines: list[int], megabytes: list[int], folder: Path) -> Iterator[tuple[str, float]]:
    """Each document in words, and how much of its bound it takes."""
    small = ROOT / "fixtures/valid/services.ubl.xml"
    xml = small.read_text(encoding="utf-8")
    path = folder / "large.xml"
    for count in lines:
        path.write_text(of_lines(count, xml), encoding="utf-8")
        took, seconds, verdict = measured("validate", path, small)
        tree, *_ = measured("tree", path, small)
        told = f"{count:>9,} lines, {path.stat().st_size / 1e6:6.1f} MB: {seconds:6.1f} s {took:6.0f} MB, {verdict}"
        yield f"{told}; lxml's tree {tree:6.0f} MB: × {took / tree:.1f} (aim {OF_TREE})", took / tree / OF_TREE
    for size in megabytes:
        path.write_text(with_attachment(size, xml), encoding="utf-8")
        took, seconds, verdict = measured("validate", path, small)
        told = f"an attachment of {size} MB: {seconds:6.1f} s {took:6.0f} MB, {verdict}"
        part = took / (path.stat().st_size / 1e6)
        yield (
            f"{told}: × {part:.1f} of the document's {path.stat().st_size / 1e6:.0f} MB (aim {OF_FILE})",
            part / OF_FILE,
        )


def main() -> int:
    """Measure, tell, and say whether a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", default="10000,100000")
    parser.add_argument("--megabytes", default="10,70")
    options = parser.parse_args()
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        chosen = [[int(each) for each in text.split(",") if each] for text in (options.lines, options.megabytes)]
        for told, part in rows(*chosen, Path(folder)):
            print(told, flush=True)
            worst = max(worst, part)
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
