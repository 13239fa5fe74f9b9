"""Documents that repeat one thing for a megabyte: every element of an invoice and of each message, every list of JSON.

What is repeated is a copy, empty, with a wrong attribute, with values that are none, or by turns with what stands
beside it; in JSON a copy, or something that says little or nothing. The documents are made from the models themselves,
so that a field added to one is repeated too.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sys
import types
import typing
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

from lxml import etree
from pydantic import BaseModel

from einvoice import cii, ubl
from einvoice.draft import Draft
from einvoice.france.directory_files import DirectoryExport, DirectoryUpdate, write_export, write_update
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.lifecycle import cdar
from einvoice.model import Invoice
from einvoice.xml import Element

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]
from full_invoice import full_invoice  # noqa: E402 - an invoice with every field, which the tests have

SIZE = 950_000
KINDS = ("a copy", "empty", "a wrong attribute", "no values", "by turns")
LITTLE = ("{}", "[]", "null", "1", '"x"', '{"a":1}', '""')  # in JSON
DEPTH = 2  # from which on only some elements are repeated
_SIMPLE: dict[Any, Callable[[int], Any]] = {
    str: lambda number: f"A{number}",
    int: lambda number: number,
    bool: lambda _: True,
    bytes: lambda number: b"%d" % number,
    Decimal: lambda number: Decimal(number) / 100,
    dt.date: lambda number: dt.date(2026, 1, 1) + dt.timedelta(days=number),
    dt.datetime: lambda number: dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC) + dt.timedelta(days=number),
    dt.time: lambda _: dt.time(9),
}


def invoices(seed: int, *, every: int = 4) -> Iterator[tuple[str, bytes]]:
    """Each element of a UBL and of a CII invoice, repeated in one of the ways; of those deep inside some."""
    invoice = full_invoice()
    for syntax, data in (("ubl", ubl.write(invoice)), ("cii", cii.write(invoice))):
        yield from _repeated(syntax, data, seed, every)


def messages(seed: int) -> Iterator[tuple[str, bytes]]:
    """Each element of a lifecycle message, an e-report and the files of the directory."""
    for name, data in (
        ("lifecycle", cdar.write(_filled(cdar.LifecycleMessage), incomplete=True)),
        ("e-report", flux10.write(_filled(flux10.EReport), incomplete=True)),
        ("directory update", write_update(_filled(DirectoryUpdate))),
        ("directory export", write_export(_filled(DirectoryExport))),
    ):
        yield from _repeated(name, data, seed, 1)


def lists(seed: int, *, every: int = 3) -> Iterator[tuple[str, type[BaseModel], bytes]]:
    """Each list of a draft, an invoice, books and an e-report in JSON, full of one thing, with what reads it."""
    invoice = full_invoice().model_dump(mode="json", exclude_defaults=True)
    for model, content in (
        (Draft, invoice),
        (Invoice, invoice),
        (BooksFile, json.loads(_filled(BooksFile).model_dump_json(exclude={"invoices"})) | {"invoices": [invoice]}),
        (flux10.EReport, json.loads(_filled(flux10.EReport).model_dump_json())),
    ):
        found = list(_lists(content, ""))
        for number, (place, held) in enumerate(found):
            least = json.dumps(dict(itertools.islice(held[0].items(), 1)) if isinstance(held[0], dict) else held[0])
            for kind, unit in enumerate((*LITTLE, least, json.dumps(held[0]))):
                if place.count(".") and (number + kind + seed) % every:
                    continue
                kept = held[:]
                held[:] = ["HERE"]
                around = json.dumps(content)
                held[:] = kept
                times = (SIZE - len(around)) // (len(unit) + 1)
                data = around.replace('"HERE"', ",".join([unit] * times), 1).encode()
                yield f"{model.__name__} {place} {unit[:20]}", model, data


def _lists(value: Any, place: str) -> Iterator[tuple[str, list[Any]]]:
    if isinstance(value, list) and value:
        yield place, value
        yield from _lists(value[0], place)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _lists(inner, f"{place}.{name}".strip("."))


def _repeated(name: str, data: bytes, seed: int, every: int) -> Iterator[tuple[str, bytes]]:
    root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))
    declared = "".join(f' xmlns{":" + prefix if prefix else ""}="{uri}"' for prefix, uri in root.nsmap.items()).split()
    seen: set[str] = set()
    for element in root.iterdescendants("*"):
        way = "/".join(etree.QName(each).localname for each in (*reversed(list(element.iterancestors())), element))
        if way in seen:
            continue
        seen.add(way)
        if way.count("/") > DEPTH and (len(seen) + seed) % every:
            continue
        kind = KINDS[(len(seen) + seed) % len(KINDS)]
        unit = _unit(element, kind)
        for each in declared:
            unit = unit.replace(f" {each}".encode(), b"")
        mark = etree.Comment("HERE")
        element.addnext(mark)
        around = etree.tostring(root)
        parent = mark.getparent()
        assert parent is not None  # noqa: S101 - it was added beside an element
        parent.remove(mark)
        times = max(1, (SIZE - len(around)) // len(unit))
        yield f"{name} {way.partition('/')[2]} {kind}", around.replace(b"<!--HERE-->", unit * times)


def _unit(element: Element, kind: str) -> bytes:
    """What is repeated: an element, made from one of a good document."""
    made = deepcopy(element)
    made.tail = None
    if kind in ("empty", "a wrong attribute"):
        made.clear()
        if kind != "empty":
            made.set("x", "1")
    if kind == "no values":
        return _without_values(made)
    if kind != "by turns":
        return etree.tostring(made)
    beside = element.getnext() if element.getnext() is not None else element.getprevious()
    return etree.tostring(made) + (b"<x/>" if beside is None else _without_values(deepcopy(beside)))


def _without_values(element: Element) -> bytes:
    for each in element.iter():
        each.text = each.text if len(each) else "?"
    element.tail = None
    return etree.tostring(element)


def _filled(model: type[BaseModel]) -> Any:
    """An object of a model, every field filled."""
    return _value(model, count(1), ())


def _value(hint: Any, numbers: Iterator[int], above: tuple[Any, ...]) -> Any:  # noqa: PLR0911 - one a kind of type
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _value(arguments[0], numbers, above)
    if origin is typing.Literal:
        return arguments[0]
    if origin in (typing.Union, types.UnionType):
        return _value(next(each for each in arguments if each is not type(None)), numbers, above)
    if origin is tuple:
        return () if arguments[0] in above else (_value(arguments[0], numbers, above),)
    if origin is not None or hint is Any:
        return {}
    if hint in _SIMPLE:
        return _SIMPLE[hint](next(numbers))
    if hint in above:
        return None
    hints = typing.get_type_hints(hint, include_extras=True)
    fields = {name: hints[name] for name in hint.model_fields}
    return hint.model_construct(**{name: _value(each, numbers, (*above, hint)) for name, each in fields.items()})
