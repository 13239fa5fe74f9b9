"""`make hostile`: what strangers send to do harm, made by ourselves from a seed; each within two seconds and 300 MB.

    python tools/hostile.py [--seed 7] [--every 1] [--only pdf,numbers] [--slow 1]

Each case is a file under a megabyte, judged in a process of its own whose time and memory are measured (Linux). It
must be answered: a report whose verdict is never `valid` with a step that did not pass, or a documented exception.
`--slow 5` allows five times the seconds, for a machine that is slow or busy.
Exit status 1 if one case is over a bound, dies, or raises anything else.
"""

from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import pickle
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

import hostile_pdfs
import hostile_repeats
from pydantic import BaseModel

import einvoice as ei
from einvoice.errors import EInvoiceError

ROOT = Path(__file__).resolve().parents[1]
SECONDS, MEGABYTES, MOST_BYTES = 2.0, 300, 1_000_000
LOST = 30  # seconds of processor time after which a case is ended
UBL = (ROOT / "fixtures/valid/services.ubl.xml").read_text(encoding="utf-8")
CII = (ROOT / "fixtures/valid/services.cii.xml").read_text(encoding="utf-8")
DRAFT = json.loads((ROOT / "fixtures/drafts/services.json").read_text(encoding="utf-8"))
NUMBERS = (
    "",
    "-",
    "NaN",
    "INF",
    "1e400",
    "1e-999999999",
    "9" * 41,
    "0." + "0" * 5000 + "1",
    "9" * 300_000,
    "1_0",
    "١٢",
    "1,5",
)
DATES = (
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "-0001-01-01",
    "2026-02-30",
    "2026-01-01+99:99",
    "x" * 10_000,
)
HIDDEN = (
    "\x9b31m",
    "\x9d0;x\x9c",
    "\u202ecod",
    "\u2066x",
    "\u200b" * 1000,
    "\ufeff",
    "\u0085::error::x",
    "\ue000",
    "\U000e0041",
)
FILTERS = ("FlateDecode", "ASCII85Decode", "ASCIIHexDecode", "LZWDecode", "RunLengthDecode")


class Case(NamedTuple):
    """A file, and what takes it."""

    name: str
    data: bytes
    judge: Callable[[bytes], object]


def _validate(data: bytes) -> None:
    report = ei.validate(data)
    for document in report.documents:
        if document.verdict == "valid" and any(step.status != "passed" for step in document.steps):
            raise AssertionError("valid, with a step that did not pass")
    report.model_dump_json()


def _read(data: bytes) -> None:
    ei.parse(data)


def _judge_of(model: type[BaseModel]) -> Callable[[bytes], None]:
    """A draft is validated; what else comes as JSON is read, or refused."""

    def read(data: bytes) -> None:
        with suppress(ValueError, ArithmeticError, RecursionError):
            model.model_validate_json(data)

    return _validate if model is ei.Draft else read


def _texts(xml: str, mark: str) -> Iterator[tuple[int, int]]:
    """Where the texts of elements whose name ends so stand."""
    at = 0
    while (start := xml.find(mark, at)) >= 0:
        begin = xml.find(">", start) + 1
        at = xml.find("<", begin)
        if at > begin:
            yield begin, at


def numbers() -> Iterator[Case]:
    """Numbers that cannot be, in XML and in drafts."""
    for syntax, xml, marks in (
        ("ubl", UBL, ("<cbc:PayableAmount", "<cbc:InvoicedQuantity", "<cbc:Percent", "<cbc:PriceAmount")),
        (
            "cii",
            CII,
            ("<ram:DuePayableAmount", "<ram:BilledQuantity", "<ram:RateApplicablePercent", "<ram:ChargeAmount"),
        ),
    ):
        for mark, number in itertools.product(marks, NUMBERS):
            start, end = next(_texts(xml, mark))
            yield Case(f"{syntax} {mark[5:]} {number[:9]}", (xml[:start] + number + xml[end:]).encode(), _validate)
    for field, number in itertools.product(
        ("quantity", "item_net_price", "vat_rate", "item_price_base_quantity"), NUMBERS
    ):
        draft = DRAFT | {"lines": [DRAFT["lines"][0] | {field: number}]}
        yield Case(f"draft {field} {number[:9]}", json.dumps(draft).encode(), _validate)


def dates() -> Iterator[Case]:
    """Days that are in no calendar."""
    for syntax, xml, mark in (
        ("ubl", UBL, "<cbc:IssueDate"),
        ("ubl", UBL, "<cbc:DueDate"),
        ("cii", CII, "<udt:DateTimeString"),
    ):
        for day in DATES:
            start, end = next(_texts(xml, mark))
            written = day if syntax == "ubl" else day.replace("-", "")
            yield Case(f"{syntax} {mark[5:]} {day[:10]}", (xml[:start] + written + xml[end:]).encode(), _validate)
    for field, day in itertools.product(("issue_date", "due_date"), DATES):
        yield Case(f"draft {field} {day[:10]}", json.dumps(DRAFT | {field: day}).encode(), _validate)


def characters() -> Iterator[Case]:
    """What would move a cursor or hide itself, in texts, names and comments."""
    for (syntax, xml, mark), text in itertools.product(
        (("ubl", UBL, "<cbc:ID"), ("ubl", UBL, "<cbc:RegistrationName"), ("cii", CII, "<ram:Name")), HIDDEN
    ):
        start, end = next(_texts(xml, mark))
        yield Case(f"{syntax} {mark[5:]} {text[:6]!a}", (xml[:start] + text + xml[end:]).encode(), _validate)
    for text in HIDDEN:
        yield Case(f"draft name {text[:6]!a}", json.dumps(DRAFT | {f"a\x1b[31m{text}": 1}).encode(), _validate)
        yield Case(f"root {text[:6]!a}", f'<a xmlns="urn:{text}"/>'.encode(), _read)


def entities() -> Iterator[Case]:
    """Entities and document types, in every encoding."""
    types = (
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
        "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>".replace("&a;", f"&a{n - 1 if n else ''};") for n in range(9))
        + "]>",
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>',
        "<!DOCTYPE a [<!ATTLIST a " + " ".join(f"b{n} CDATA 'x'" for n in range(5000)) + ">]>",
    )
    body = UBL[UBL.index("<", UBL.index("?>")) :] if UBL.startswith("<?xml") else UBL
    for number, kind in enumerate(types):
        for code in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp037", "utf-7"):
            for lead in ("", "<!-- c -->" * 1000):
                said = "latin-1" if code == "latin-1" else code.removesuffix("-sig")
                text = f'<?xml version="1.0" encoding="{said}"?>{lead}{kind}{body}'
                yield Case(f"type {number} {code} {len(lead)}", text.encode(code, "xmlcharrefreplace"), _validate)


def shapes(random: Random) -> Iterator[Case]:
    """Depth, breadth and length: what is quadratic shows here."""

    def inside(extra: str) -> bytes:
        return UBL.replace("</cac:InvoiceLine>", extra + "</cac:InvoiceLine>", 1).encode()

    for count in (100, 127, 129, 5_000, 60_000):
        yield Case(f"depth {count}", ("<a>" * count + "</a>" * count).encode(), _validate)
        yield Case(f"depth inside {count}", inside("<cbc:X>" * count + "</cbc:X>" * count), _validate)
        yield Case(
            f"attributes {count}", inside("<cbc:X " + " ".join(f'a{n}="1"' for n in range(count)) + "/>"), _validate
        )
        yield Case(f"unknown {count}", inside("".join(f"<cbc:X{n}/>" for n in range(count))), _validate)
        yield Case(f"the same unknown {count}", inside("<cbc:X>1</cbc:X>" * count), _validate)
        yield Case(
            f"namespaces {count}",
            inside("".join(f'<x:a xmlns:x="urn:{n}"/>' for n in range(min(count, 30_000)))),
            _validate,
        )
        yield Case(f"comments {count}", inside("<!--a-->" * count), _validate)
        yield Case(f"instructions {count}", inside("<?a b?>" * count), _validate)
        yield Case(f"stray text {count}", inside("<cbc:Note>a</cbc:Note>x" * min(count, 30_000)), _validate)
        yield Case(f"long text {count}", UBL.replace("<cbc:Note>", "<cbc:Note>" + "é " * count, 1).encode(), _validate)
        yield Case(f"long name {count}", inside(f"<cbc:{'X' * count}/>"), _validate)
        yield Case(f"references {count}", inside("<cbc:X>" + "&#65;" * count + "</cbc:X>"), _validate)
        yield Case(f"unfinished {count}", UBL.encode() + b"<!--" + b"-" * count, _validate)
        lines = min(count, 1_500)
        line = UBL[UBL.index("<cac:InvoiceLine>") : UBL.index("</cac:InvoiceLine>") + len("</cac:InvoiceLine>")]
        for fault in ("<cbc:Bad/>", "", "<cbc:Note/>"):
            broken = line.replace("</cbc:ID>", f"</cbc:ID>{fault}", 1)
            most = (MOST_BYTES - len(UBL) * 2) // len(broken.encode())
            data = UBL.replace(line, broken * min(lines, most, 300), 1).encode()
            yield Case(f"lines {lines} {fault}", data, _validate)
        yield Case(
            f"draft unknown {count}",
            json.dumps(DRAFT | {f"f{n}": 1 for n in range(min(count, 60_000))}).encode(),
            _validate,
        )
        yield Case(f"draft deep {count}", (b'{"lines":' + b"[" * count + b"]" * count + b"}"), _validate)
        yield Case(
            f"draft rates {count}",
            _with_lines(min(count, 400), lambda n: {"vat_rate": f"{n}.{random.randrange(99):02}"}),
            _validate,
        )
        yield Case(f"draft lines {count}", _with_lines(min(count, 2_000), lambda n: {"item_name": f"A{n}"}), _validate)
    line = '{"item_name":"a","quantity":1,"item_net_price":1,"vat_rate":20}'
    poor = json.dumps({"vat_rate": 20, "item_name": "a" * 38}, separators=(",", ":"))  # no shorter line passes so often
    head = json.dumps(DRAFT | {"lines": []}).replace('"lines": []', '"lines": [%s]')
    for name, unit, times in (("shortest", line, 7_900), ("poor", poor, 14_300)):
        yield Case(f"draft, {name} lines", (head % ",".join([unit] * times)).encode(), _validate)


def faults() -> Iterator[Case]:
    """Many faults of one kind, and values of nothing but what messages and patterns are made of."""
    inside = "<cbc:ChargeIndicator>z</cbc:ChargeIndicator><cbc:Amount>q</cbc:Amount>"
    unit = f"<cac:AllowanceCharge>{inside}</cac:AllowanceCharge>"
    yield Case("many allowances", UBL.replace("<cac:TaxTotal>", unit * 5_000 + "<cac:TaxTotal>", 1).encode(), _validate)
    for mark, sign in itertools.product(("<cbc:Percent", "<cbc:IssueDate", "<cbc:ID"), "'\"/[{%"):
        start, end = next(_texts(UBL, mark))
        yield Case(f"{mark[5:]} of {sign}", (UBL[:start] + sign * 200_000 + UBL[end:]).encode(), _validate)


def _with_lines(count: int, changed: Callable[[int], dict[str, str]]) -> bytes:
    short = {
        "item_name": "A",
        "quantity": "1",
        "unit_code": "C62",
        "item_net_price": "1",
        "vat_category_code": "S",
        "vat_rate": "20",
    }
    return json.dumps(DRAFT | {"lines": [short | changed(n) for n in range(count)]}).encode()[:MOST_BYTES]


def torn(random: Random) -> Iterator[Case]:
    """Files that end anywhere, or have a wrong byte anywhere."""
    drafted = json.dumps(DRAFT).encode()
    for name, data in (
        ("ubl", UBL.encode()),
        ("cii", CII.encode()),
        ("draft", drafted),
        ("pdf", _pdf(CII.encode(), b"")),
    ):
        for _ in range(25):
            at = random.randrange(len(data))
            yield Case(f"{name} until {at}", data[:at], _validate)
            yield Case(f"{name} wrong at {at}", data[:at] + bytes((random.randrange(256),)) + data[at + 1 :], _validate)


def pdf() -> Iterator[Case]:
    """Every filter of a PDF, alone, in pairs and in threes, around little that becomes much."""
    for depth in (1, 2, 3):
        for names in itertools.product(FILTERS, repeat=depth):
            data = b"\0" * 60_000_000 if names[-1] == "FlateDecode" and depth < 3 else b"z" * 2_000_000
            for name in reversed(names):
                data = _packed(name, data)
            if len(data) < MOST_BYTES:
                filters = b"/Filter[" + b"".join(b"/" + name.encode() for name in names) + b"]"
                yield Case("pdf " + " ".join(names), _pdf(data, filters), _validate)
    for name, text in (("ASCII85Decode", b"a" * 35_000_000), ("ASCIIHexDecode", b"1" * 60_000_000)):
        filters = b"/Filter[/FlateDecode/" + name.encode() + b"]"
        yield Case(f"pdf long {name}", _pdf(zlib.compress(text, 9), filters), _validate)
    for number, page in enumerate(
        (b"(Facture n 1 ) Tj " * 300_000, b"(" + b"Facture n 1 " * 400_000 + b") Tj", b"q " * 2_000_000)
    ):
        data = zlib.compress(b"BT /F 9 Tf " + page + b" ET", 9)
        yield Case(f"pdf page {number}", _pdf(CII.encode(), b"", data, b"/Filter/FlateDecode"), _validate)


def _packed(name: str, data: bytes) -> bytes:
    if name == "FlateDecode":
        return zlib.compress(data, 9)
    if name == "ASCII85Decode":
        return data[:MOST_BYTES] if set(data[:9]) == {122} else base64.a85encode(data[:MOST_BYTES]) + b"~>"
    if name == "ASCIIHexDecode":
        return data[: MOST_BYTES // 2].hex().encode() + b">"
    if name == "RunLengthDecode":
        return b"".join(bytes((0x81, data[at])) for at in range(0, min(len(data), 4_000_000), 128)) + b"\x80"
    bits = "".join(f"{code:09b}" for code in (256, *data[:200], 257))
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def _pdf(xml: bytes, filters: bytes, page: bytes = b"", page_filters: bytes = b"") -> bytes:
    """A small PDF around a file."""
    file = hostile_pdfs.stream(xml, b"/Type/EmbeddedFile" + filters)
    return hostile_pdfs.pdf(xml, {4: hostile_pdfs.stream(page, page_filters), 6: file})


def cases(seed: int) -> Iterator[tuple[str, Case]]:
    """Every case, with its family; the same for the same seed."""
    random = Random(seed)  # noqa: S311 - no secrets
    families = {
        "numbers": numbers(),
        "dates": dates(),
        "characters": characters(),
        "entities": entities(),
        "shapes": shapes(random),
        "faults": faults(),
        "torn": torn(random),
        "pdf": pdf(),
        "bombs": (Case(name, data, _validate) for name, data in hostile_pdfs.bombs(CII.encode())),
        "invoices": (Case(name, data, _validate) for name, data in hostile_repeats.invoices(seed)),
        "messages": (Case(name, data, _validate) for name, data in hostile_repeats.messages(seed)),
        "lists": (Case(name, data, _judge_of(model)) for name, model, data in hostile_repeats.lists(seed)),
    }
    for family, made in families.items():
        yield from ((family, case) for case in made if len(case.data) <= MOST_BYTES)


class Cost(NamedTuple):
    """What a case took, and what was wrong with it."""

    seconds: float
    megabytes: int
    fault: str


def measured(case: Case, most_seconds: float = SECONDS) -> Cost:
    """Judge a case in a fork of this warm process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with suppress(BaseException), os.fdopen(writer, "wb") as out:
            pickle.dump(_cost(case, most_seconds), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return pickle.loads(said) if said else Cost(LOST, 0, "died")  # noqa: S301 - of our own child


def _cost(case: Case, most_seconds: float) -> Cost:
    import resource  # noqa: PLC0415 - of POSIX

    resource.setrlimit(resource.RLIMIT_CPU, (LOST, LOST))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the high-water mark starts here
    started, fault = time.process_time(), ""
    try:
        with suppress(EInvoiceError):
            case.judge(case.data)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        fault = f"{type(error).__name__}: {error}"[:100]
    seconds = time.process_time() - started
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    megabytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024
    if seconds > most_seconds or megabytes > MEGABYTES:
        fault = fault or "over a bound"
    return Cost(seconds, megabytes, fault)


def main(arguments: list[str] | None = None) -> int:
    """Judge all, and tell the worst."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--every", type=int, default=1, help="only each N-th case")
    parser.add_argument("--only", default="", help="families, separated by commas")
    parser.add_argument("--slow", type=float, default=1, help="how many times as slow the machine may be")
    options = parser.parse_args(arguments)
    for warm in (UBL.encode(), CII.encode(), json.dumps(DRAFT).encode(), _pdf(CII.encode(), b"")):
        ei.validate(warm)
    wanted = set(options.only.split(",")) - {""}
    costs = {}
    for family, case in itertools.islice(cases(options.seed), 0, None, options.every):
        if not wanted or family in wanted:
            costs[f"{family}: {case.name}"] = cost = measured(case, SECONDS * options.slow)
            if cost.fault:
                print(
                    f"FAULT {family}: {case.name}: {cost.seconds:.2f} s, {cost.megabytes} MB, {cost.fault}", flush=True
                )
    print(f"{len(costs)} cases")
    for what, key in (("seconds", 0), ("megabytes", 1)):
        for name, cost in sorted(costs.items(), key=lambda each: -each[1][key])[:3]:
            print(f"  most {what}: {cost[key]:.2f}  {name}")
    return 1 if any(cost.fault for cost in costs.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
