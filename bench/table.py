"""One table: what users wait for, beside the floor and the peers, in one run.

    python bench/table.py                print the table
    python bench/table.py --write        ... and keep it as bench/RESULTS.md
    python bench/table.py --check        ... and fail where a ratio is a third worse than the one kept there
    python bench/table.py --quick        without the largest documents
    python bench/table.py --java JARS    with Saxon-HE, phive and Mustang, whose jars are in folders of that one

Processor time, the best of some rounds taken in turn, so that both sides meet the same moods of the machine; a process
of its own is counted whole, but of a warm Java only the thread that judges. Both sides do the same work: beside SaxonC
stands the parser, the XML schema, the two rule sets and the reading of what they report; we also read the invoice and
say where each finding is. phive and Mustang run the rule sets that they carry. A ratio above 1 says how much less we
take, below 1 how much more.

Peers that are not installed are left out. pycheval refuses notes and identifiers that French invoices must have, so it
is measured on an invoice without them.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

import einvoice as ei
from einvoice.artefacts.installed import find
from einvoice.draft import Draft
from einvoice.facturx.build import make_facturx
from einvoice.facturx.embed import embed
from einvoice.pdfa import convert_to_pdfa3

RESULTS = Path(__file__).parent / "RESULTS.md"
JAVA = Path(__file__).parent / "java"
FIXTURE = Path(__file__).parents[1] / "fixtures" / "drafts" / "services.json"
PEERS = ("saxonche", "factur-x", "drafthorse", "pycheval", "eu-einvoice", "pypdfium2")
OURS = ("lxml", "pydantic", "pypdf")
WORSE = 4 / 3
TODAY = date(2026, 11, 26)
MADE = datetime(2026, 11, 26, 12, tzinfo=UTC)
FILES = 2_000
STATUS = Path("/proc/self/status")
_IMPORTS = "import lxml.etree, pydantic; pydantic.BaseModel"
_FLOOR = "importing lxml and pydantic"
_PHIVE, _MOST_LINES = "phive in a warm Java", 400  # of 4,000 lines it takes half a minute for each run
_LONG_ENOUGH = 0.05  # seconds
SAXON = """
import sys, time
from lxml import etree
from saxonche import PySaxonProcessor
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
with PySaxonProcessor(license=False) as processor:
    sheets = [processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=name) for name in sys.argv[2:]]
    print(flush=True)
    for line in sys.stdin:
        text = open(line.strip(), encoding="utf-8").read()
        start = time.process_time()
        schema.validate(etree.fromstring(text.encode()))
        for sheet in sheets:
            svrl = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=text))
            list(etree.fromstring(svrl.encode()).iter("{*}failed-assert"))
        print(time.process_time() - start, flush=True)
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: a work, our milliseconds, and those of what it is measured against."""

    work: str
    ours: float
    other: str
    theirs: float

    @property
    def ratio(self) -> float:
        """How many times as long the other takes."""
        return self.theirs / self.ours

    def __str__(self) -> str:
        return f"| {self.work} | {self.ours:,.2f} | {self.other} | {self.theirs:,.2f} | {self.ratio:.2f} |"


Work = Callable[[], object]
Timed = Callable[[], float]  # what says itself how many seconds it took


def main() -> None:
    """Measure, print, and keep or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, text in (("write", "keep the table"), ("check", "compare with it"), ("quick", "smaller documents only")):
        parser.add_argument(f"--{name}", action="store_true", help=text)
    parser.add_argument("--java", type=Path, metavar="FOLDER", help="where the jars of the peers are")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    kept = _kept() if options.check else {}
    lines = [*_head()]
    print("\n".join(lines))
    worse = []
    with tempfile.TemporaryDirectory() as folder:
        for row in _rows(Path(folder), quick=options.quick, java=options.java):
            print(row, flush=True)
            lines.append(str(row))
            before = kept.get((row.work, row.other))
            if before and row.ratio * WORSE < before:
                worse.append(f"{row.work}, {row.other}: {row.ratio:.2f}, kept {before:.2f}")
    if options.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if worse:
        sys.exit("worse than the table kept:\n" + "\n".join(worse))


def _kept() -> dict[tuple[str, str], float]:
    """The ratios of the table that is kept."""
    cells = [line.strip("| ").split(" | ") for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    return {(row[0], row[2]): float(row[4]) for row in cells if len(row) == 5 and re.fullmatch(r"[\d.]+", row[4])}


def _head() -> Iterator[str]:
    def versions(names: tuple[str, ...]) -> str:
        found = []
        for name in names:
            with suppress(PackageNotFoundError):
                found.append(f"{name} {version(name)}")
        return ", ".join(found)

    yield "# Measured\n"
    yield "Written by `make bench` (`bench/table.py` says what is measured, and how). Processor time in milliseconds;"
    yield "the ratio says how many times as long the other takes.\n"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    busy = os.getloadavg()[0]  # above the cores, others were at work too, and what is said by the clock says little
    yield f"* {python}, {platform.machine()}, {os.cpu_count()} cores, load {busy:.1f} at the start"
    yield f"* einvoice {ei.__version__} on {versions(OURS)}"
    yield f"* beside {versions(PEERS)}\n"
    yield "| work | ours | beside | theirs | ratio |"
    yield "|---|--:|---|--:|--:|"


def _rows(folder: Path, *, quick: bool, java: Path | None) -> Iterator[Row]:
    sizes = (20, 400) if quick else (20, 400, 4000)
    ubl = {size: ei.build(_draft(size), "ubl", profile="en16931") for size in sizes}
    cii = ei.build(_draft(20), "cii", profile="en16931")
    yield from _validation(folder, ubl, java)
    yield from _growth(ubl)
    yield from _reading(cii)
    yield from _reading_plain(cii)
    yield from _pdf(folder, java)
    yield from _start(folder, ubl[20])
    yield from _files(folder, ubl[20])


def _draft(lines: int) -> Draft:
    """An ordinary invoice with that many lines."""
    base = Draft.model_validate_json(FIXTURE.read_bytes())
    period = {"start_date": "2026-10-01", "end_date": "2026-10-31"}
    made = [
        {
            "item_name": f"Article {number}",
            "quantity": str(1 + number % 7),
            "unit_code": "C62",
            "item_net_price": f"{10 + number % 13}.5",
            "invoicing_period": period,
            "vat_category_code": "S",
            "vat_rate": ("20", "10", "5.5")[number % 3],
        }
        for number in range(lines)
    ]
    content = base.model_copy(update={"lines": ()}).model_dump(mode="json", exclude_defaults=True)
    return Draft.model_validate(content | {"lines": made})


def _faulty(xml: bytes) -> bytes:
    """The invoice with six lines that have no name."""
    return re.sub(rb"<cbc:Name>Article 1?[123]<", b"<cbc:Name><", xml)


def _measured(works: dict[str, Work | Timed], rounds: int) -> dict[str, float]:
    """The best of some runs of each, in turn, after one that warms it; in milliseconds.

    What is short is done several times in a row: the work of the other side has emptied the caches.
    """
    times = {name: max(1, int(_LONG_ENOUGH / _run(work, 1))) for name, work in works.items()}
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        gc.collect()
        for name, work in works.items():
            best[name] = min(best[name], _run(work, times[name]) * 1000)
    return best


def _run(work: Work | Timed, times: int) -> float:
    """Seconds that a work takes, on average."""
    start, told = time.process_time(), 0.0
    for _ in range(times):
        said = work()
        told += said if isinstance(said, float) else 0
    return (told or time.process_time() - start) / times


def _beside(work: str, ours: Work | Timed, others: dict[str, Work | Timed], rounds: int) -> Iterator[Row]:
    took = _measured({"ours": ours, **others}, rounds)
    yield from (Row(work, took["ours"], name, took[name]) for name in others)


@contextmanager
def _judge(command: list[str]) -> Iterator[Callable[[Path], float]]:
    """What judges files in a process of its own, and says the seconds that each took."""
    pipe, unread = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=unread, text=True) as process:  # noqa: S603
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout
        answers.readline()

        def judged(path: Path) -> float:
            asked.write(f"{path}\n")
            asked.flush()
            return float(answers.readline())

        yield judged
        asked.close()


def _in_java(name: str, folder: Path, java: Path | None, *arguments: str) -> list[str]:
    """The command of a peer in a warm Java, compiled for it; none where there is no Java, or its jars are not there."""
    jars = java / name.lower() if java is not None else None
    compiler, program = shutil.which("javac"), shutil.which("java")
    if jars is None or not compiler or not program or not any(jars.glob("*.jar")):
        return []
    sources = [str(JAVA / f"{each}.java") for each in ("Warm", name)]
    made = folder / name
    subprocess.run([compiler, "-cp", f"{jars}/*", "-d", str(made), *sources], check=True)  # noqa: S603 - our own text
    return [program, "-cp", f"{made}{os.pathsep}{jars}/*", name, *arguments]


def _judges(folder: Path, java: Path | None) -> dict[str, list[str]]:
    """The commands of the peers that judge UBL, as far as they are there."""
    names = ("xsd-ubl-invoice", "en16931-ubl", "br-fr-ubl")
    files = [str(found.main) for name in names if (found := find(name, on=TODAY)) is not None]
    commands = {}
    if find_spec("saxonche") is not None:
        commands["SaxonC, both rule sets, and XSD"] = [sys.executable, "-c", SAXON, *files]
    commands["Saxon-HE in a warm Java, and XSD"] = _in_java("SaxonHe", folder, java, *files)
    commands[_PHIVE] = _in_java("Phive", folder, java)
    return {name: command for name, command in commands.items() if command}


def _validation(folder: Path, ubl: dict[int, bytes], java: Path | None) -> Iterator[Row]:
    with ExitStack() as stack:
        judges = {name: stack.enter_context(_judge(command)) for name, command in _judges(folder, java).items()}
        for size, good in ubl.items():
            if size > _MOST_LINES:
                judges.pop(_PHIVE, None)
            for name, xml in (("valid", good), ("six findings", _faulty(good))):
                path = folder / f"{size}-{name[0]}.xml"
                path.write_bytes(xml)
                assert len(ei.validate(xml).findings) == (0 if xml is good else 6)
                beside: dict[str, Work | Timed] = {
                    each: lambda judge=judge, path=path: judge(path) for each, judge in judges.items()
                }
                rounds = max(2, min(10, 4000 // size))
                work = f"validate UBL, {size:,} lines, {name}"
                yield from _beside(work, lambda xml=xml: ei.validate(xml), beside, rounds)


def _growth(ubl: dict[int, bytes]) -> Iterator[Row]:
    less, size = sorted(ubl)[-2:]
    bad = re.sub(rb"(<cbc:PriceAmount[^>]*>)[^<]*", rb"\1abc", ubl[size])
    works: dict[str, Work | Timed] = {
        "bad": lambda: ei.validate(bad),
        "good": lambda: ei.validate(ubl[size]),
        "less": lambda: ei.validate(ubl[less]),
    }
    took = _measured(works, 3)
    yield Row(f"validate UBL, {size:,} lines, a schema fault in each", took["bad"], "without faults", took["good"])
    factor = size // less
    yield Row(f"validate UBL, {size:,} lines", took["good"], f"{factor} times {less:,} lines", took["less"] * factor)


def _copied(xml: bytes) -> bytes:
    """The document, its names, attributes and texts asked of lxml and written again: what nobody can spare."""
    root = etree.fromstring(xml)
    prefixes = {uri: prefix for prefix, uri in root.nsmap.items()}
    names: dict[str, str] = {}
    parts: list[str] = []

    def copy(element: etree._Element) -> None:
        name = names.get(element.tag)
        if name is None:
            uri, _, local = element.tag[1:].partition("}")
            name = names[element.tag] = f"{prefixes[uri]}:{local}"
        text, attributes = element.text or "", ""
        for key, value in element.items():
            attributes += f' {key}="{escape(value)}"'
        parts.append(f"<{name}{attributes}>{escape(text) if '&' in text or '<' in text else text}")
        for child in element[:]:
            copy(child)
        parts.append(f"</{name}>")

    copy(root)
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in prefixes.items())
    return "".join(parts).replace(">", f"{spaces}>", 1).encode()


def _reading(cii: bytes) -> Iterator[Row]:
    invoice = ei.parse(cii)
    assert isinstance(invoice, ei.Invoice)

    def both() -> object:
        found = ei.parse(cii)
        assert isinstance(found, ei.Invoice)
        return ei.build(found, "cii")

    assert etree.tostring(etree.fromstring(_copied(cii)), method="c14n") == etree.tostring(
        etree.fromstring(cii), method="c14n"
    )
    floor: dict[str, Work | Timed] = {
        "lxml.etree.fromstring": lambda: etree.fromstring(cii),
        "a copy by names and texts, no model": lambda: _copied(cii),
    }
    yield from _beside("read and write CII, 20 lines", both, floor, 50)
    readers: dict[str, Work | Timed] = {}
    writers: dict[str, Work | Timed] = {}
    with suppress(ImportError):
        from facturx import generate_cii_xml, parse_ubl_cii_xml  # noqa: PLC0415 - a peer, where it is installed

        off = {"check_xsd": False, "check_schematron": False}
        values = parse_ubl_cii_xml(cii, **off)
        if isinstance(values.get("BT-84"), list):  # what its own reader makes, its own writer refuses
            values["BT-84"] = values["BT-84"][0]
        readers["factur-x, checks off"] = lambda: parse_ubl_cii_xml(cii, **off)
        writers["factur-x, checks off"] = lambda: generate_cii_xml(dict(values), **off)
    with suppress(ImportError):
        from drafthorse.models.document import Document  # noqa: PLC0415 - as above

        document = Document.parse(cii, strict=False)
        readers["drafthorse, XSD off"] = lambda: Document.parse(cii, strict=False)
        writers["drafthorse, XSD off"] = lambda: document.serialize(schema=None)
    with suppress(ImportError):
        from eu_einvoice.parse import parse_bytes  # noqa: PLC0415 - as above

        readers["eu-einvoice"] = lambda: parse_bytes(cii)
    yield from _beside("read CII, 20 lines", lambda: ei.parse(cii), readers, 20)
    yield from _beside("write CII, 20 lines", lambda: ei.build(invoice, "cii"), writers, 20)


def _reading_plain(cii: bytes) -> Iterator[Row]:
    """Reading and writing beside pycheval, which knows neither the notes nor the identifiers of French invoices."""
    plain = re.sub(rb"<ram:(IncludedNote|URIUniversalCommunication)>.*?</ram:\1>", b"", cii, flags=re.DOTALL)
    plain = re.sub(rb'schemeID="0\d{3}"', b'schemeID="0088"', plain)
    with suppress(ImportError):
        from pycheval import generate_xml, parse_xml  # noqa: PLC0415 - as above

        text, ours = plain.decode(), ei.parse(plain)
        assert isinstance(ours, ei.Invoice)
        theirs = parse_xml(text)
        reading: dict[str, Work | Timed] = {"pycheval": lambda: parse_xml(text)}
        yield from _beside("read CII, 20 lines, nothing French", lambda: ei.parse(plain), reading, 20)
        writing: dict[str, Work | Timed] = {"pycheval": lambda: generate_xml(theirs)}
        yield from _beside("write CII, 20 lines, nothing French", lambda: ei.build(ours, "cii"), writing, 20)


def _pdf(folder: Path, java: Path | None) -> Iterator[Row]:
    if find_spec("typst") is None or find_spec("facturx") is None:
        return
    from facturx import generate_from_binary, get_xml_from_pdf  # noqa: PLC0415 - as above

    view = make_facturx(_draft(20).complete(), profile="en16931", date=MADE)
    pdf, xml = view.pdf, ei.extract(view.pdf).xml
    beside: dict[str, Work | Timed] = {
        "factur-x, which takes the XML out": lambda: get_xml_from_pdf(pdf),
        "its XML alone": lambda: ei.validate(xml),
    }
    yield from _beside("validate a Factur-X PDF, 20 lines", lambda: ei.validate(pdf), beside, 8)
    if command := _in_java("Mustang", folder, java):
        with _judge(command) as judge:
            for work, data in (("a Factur-X PDF, 20 lines", pdf), ("CII, 20 lines, valid", xml)):
                path = folder / f"mustang-{len(data)}"
                path.write_bytes(data)
                mustang: dict[str, Work | Timed] = {"Mustang in a warm Java": lambda path=path: judge(path)}
                yield from _beside(f"validate {work}", lambda data=data: ei.validate(data), mustang, 4)
    pages = convert_to_pdfa3(pdf, date=MADE).pdf
    options = {"flavor": "factur-x", "level": "en16931", "check_xsd": False, "check_schematron": False}
    beside = {"factur-x, which judges nothing": lambda: generate_from_binary(pages, xml, **options)}
    judging = lambda: embed(pages, xml, profile="en16931", date=MADE)  # noqa: E731
    yield from _beside("put an invoice into a PDF, PDF/A judged", judging, beside, 8)
    without = lambda: embed(pages, xml, profile="en16931", date=MADE, preflighted=True)  # noqa: E731
    yield from _beside("put an invoice into a PDF, judged before", without, beside, 8)


def _installed() -> dict[str, str]:
    """The environment of a program of ours, with the bytecode that any installation keeps."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _seconds(*arguments: str) -> float:
    """The processor time of a program of ours from start to end."""
    command, unread = [sys.executable, *arguments], subprocess.DEVNULL
    with subprocess.Popen(command, env=_installed(), stdout=unread, stderr=unread) as child:  # noqa: S603 - our own program
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def _waited(*arguments: str) -> float:
    """The seconds by the clock until a program of ours has ended."""
    command, unread = [sys.executable, *arguments], subprocess.DEVNULL
    start = time.perf_counter()
    subprocess.run(command, env=_installed(), check=False, stdout=unread, stderr=unread)  # noqa: S603 - as above
    return time.perf_counter() - start


def _memory(program: str, *arguments: str) -> float:
    """The most megabytes that a program of ours held, as it says itself: others count what it was forked from."""
    told = f"try:\n    {program}\nfinally:\n    import sys; sys.stderr.write(open({str(STATUS)!r}).read())"
    done = subprocess.run([sys.executable, "-c", told, *arguments], check=False, capture_output=True, text=True)  # noqa: S603
    return float(re.findall(r"VmHWM:\s+(\d+) kB", done.stderr)[-1]) / 1024


def _start(folder: Path, xml: bytes) -> Iterator[Row]:
    file = folder / "start.xml"
    file.write_bytes(xml)
    beside: dict[str, Work | Timed] = {_FLOOR: lambda: _seconds("-c", _IMPORTS)}
    ours = lambda: _seconds("-m", "einvoice", "validate", str(file))  # noqa: E731
    yield from _beside("einvoice validate FILE, from start to end", ours, beside, 10)


def _files(folder: Path, xml: bytes) -> Iterator[Row]:
    inbox = folder / "inbox"
    inbox.mkdir()
    for number in range(FILES):
        (inbox / f"{number}.xml").write_bytes(xml)
    command = ("-m", "einvoice", "validate", str(inbox), "--format", "jsonl", "--jobs")
    one: dict[str, Work | Timed] = {"--jobs 1": lambda: _waited(*command, "1")}
    work = f"einvoice validate, {FILES:,} files, --jobs 2, by the clock"
    yield from _beside(work, lambda: _waited(*command, "2"), one, 5)
    if STATUS.exists():
        run = "import runpy; runpy.run_module('einvoice', run_name='__main__')"
        yield Row(f"memory for {FILES:,} files, MB", _memory(run, *command[2:], "1"), _FLOOR, _memory(_IMPORTS))


if __name__ == "__main__":
    main()
