"""An example for each rule: the smallest change to a document of ours that breaks it, found by trying.

python tools/rule_examples.py            # how many rules have one, and whether each still breaks its rule
python tools/rule_examples.py --write    # look for them anew (some minutes); kept in fixtures/rule_examples.tsv

Each example draft is built in each syntax; beside them are the invoice of the tests in which every field is filled, a
lifecycle message of each status, and two e-reports. Each value is left out, emptied, repeated, or given another value
of its kind. Of the changes that break a rule, the one that breaks the fewest others is kept.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path
from random import Random

from lxml import etree

import einvoice as ei
from einvoice import cii, ubl
from einvoice.errors import EInvoiceError
from einvoice.france.ereporting import flux10
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle.codes import STATUSES
from einvoice.xml import Element, location, qualified_name

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]
import france_messages  # noqa: E402 - beside this file
import france_year  # noqa: E402
from full_invoice import full_invoice  # noqa: E402 - an invoice with every field, which the tests have

KEPT = ROOT / "fixtures" / "rule_examples.tsv"
DRAFTS = ROOT / "fixtures" / "drafts"
DAY = "2026-11-26"
FORMS = ("ubl", "cii", "minimum", "basicwl", "basic", "en16931", "extended")  # the last five as in a Factur-X
REMOVED, REPEATED, EMPTY = "removed", "repeated", "empty"
FULL, LIFECYCLE, E_REPORT = "every field", "lifecycle", "e-report"
_TRIED = 3  # documents in which a place is changed in the same way
_MANY = 1_000  # rather a good document, however many other rules speak
_DATE, _NUMBER, _CODE = re.compile(r"\d{4}-?\d\d-?\d\d"), re.compile(r"-?\d+(\.\d+)?"), re.compile(r"[A-Z0-9:]{1,5}")
_CODES = (
    "ZZ",
    "S",
    "Z",
    "E",
    "AE",
    "K",
    "G",
    "O",
    "L",
    "M",
    "B",
    "380",
    "381",
    "384",
    "386",
    "USD",
    "DE",
    "0009",
    "S1",
    "B2",
)
_ANYTHING = ("X", "x" * 1100, "#", "A B", "FR00")


@dataclass(frozen=True)
class Example:
    """One change that breaks one rule."""

    rule: str
    document: str  # a draft of fixtures/drafts, or what stands in `good`
    form: str  # ubl or cii, a profile of Factur-X, lifecycle or e-report
    xpath: str
    after: str  # the new value, or `removed`, `repeated`, `empty`
    before: str

    def broken(self) -> bytes:
        """The document with the change."""
        root = deepcopy(good(self.document, self.form))
        changed(_at(root, self.xpath), self.xpath, self.after)
        return etree.tostring(root)


@cache
def good(name: str, form: str) -> Element:
    """A document, as a tree. Raises `EInvoiceError` where a draft has no such form."""
    if form == LIFECYCLE:
        return etree.fromstring(_messages()[name])
    if form == E_REPORT:
        year = getattr(france_year, name)(Random(1), 2026, 40)  # noqa: S311 - no secrets
        return etree.fromstring(flux10.write(france_year.filings_of(year, "real_normal_monthly", 2026)[0].report))
    if name == FULL:
        return etree.fromstring({"ubl": ubl, "cii": cii}[form].write(full_invoice()))
    data = ei.Draft.model_validate_json((DRAFTS / f"{name}.json").read_bytes())
    if form in ("ubl", "cii"):
        return etree.fromstring(ei.build(data, form))
    return etree.fromstring(ei.extract(ei.build(data, "facturx", profile=form)).xml)


@cache
def _messages() -> dict[str, bytes]:
    """A lifecycle message of each status, of each who may set it, and what the portal gets of it."""
    return {
        f"{kind.code} {by} {copy}": cdar.write(message)
        for kind in STATUSES.values()
        if kind.phase
        for by in kind.set_by
        for copy, message in france_messages.copies(kind, by)
    }


def documents() -> Iterator[tuple[str, str]]:
    """Name and form of each."""
    drafts = [path.stem for path in sorted(DRAFTS.glob("*.json"))]
    yield from ((name, form) for form in FORMS for name in drafts)
    yield from ((FULL, form) for form in ("ubl", "cii"))
    yield from ((name, LIFECYCLE) for name in _messages())
    yield from ((name, E_REPORT) for name in ("shop", "consultant"))


def _at(root: Element, xpath: str) -> Element:
    """The element of a path as `location` writes it."""
    element = root
    for step in xpath.partition("/@")[0].split("/")[2:]:
        name, _, number = step.rstrip("]").partition("[")
        same = [each for each in element.iterchildren("*") if qualified_name(each) == name]
        element = same[int(number or 1) - 1]
    return element


def changed(element: Element, xpath: str, after: str) -> None:
    """Change an element, or the attribute of it that the path names."""
    attribute = xpath.partition("/@")[2]
    parent = element.getparent()
    if attribute:
        if after == REMOVED:
            del element.attrib[attribute]
        else:
            element.set(attribute, "" if after == EMPTY else after)
    elif after == REMOVED and parent is not None:
        parent.remove(element)
    elif after == REPEATED:
        element.addnext(deepcopy(element))
    else:
        element.text = None if after == EMPTY else after


def changes(root: Element) -> Iterator[tuple[str, str, str]]:
    """Where, what stands there, and what is to stand there."""
    for element in root.iterdescendants("*"):
        place, text = location(element), (element.text or "").strip()
        for after in (REMOVED, REPEATED) if len(element) else (REMOVED, EMPTY, REPEATED, *_others(text)):
            yield place, text, after
        for name, value in element.attrib.items():
            for after in (REMOVED, EMPTY, "ZZ", "USD"):
                yield f"{place}/@{name}", value, after


def _others(text: str) -> tuple[str, ...]:
    if _DATE.fullmatch(text):
        days = ("2020-01-31", "2030-12-31", "2026-02-30", "31/12/2026")
        return tuple(each if "-" in text else each.replace("-", "") for each in days)
    if _NUMBER.fullmatch(text) and not _CODE.fullmatch(text):
        return (str(round(float(text) + 1, 2)), f"-{text}", f"{text}01", "0", "abc", *_CODES[-8:])
    if _CODE.fullmatch(text):
        return (*_CODES, "0", "-1", "1.005", "abc")
    return _ANYTHING


def errors(data: bytes) -> Counter[str]:
    """The rules that speak of a document, with how often; also by their equals, for a row may have the other id."""
    report = ei.validate(data, policy=ei.Policy(date=DAY))
    return Counter(name for each in report.findings for name in (each.rule, *each.equivalents))


def find(report: Callable[[str], None]) -> list[Example]:
    """The best example of each rule that is broken by any change."""
    best: dict[str, tuple[int, int, Example]] = {}
    tried: Counter[tuple[str, ...]] = Counter()
    for name, form in documents():
        try:
            root = good(name, form)
        except EInvoiceError:
            continue
        before = errors(etree.tostring(root))
        for place, text, after in changes(root):
            way = (form, re.sub(r"\[\d+\]", "", place), after)
            tried[way] += 1
            if tried[way] > _TRIED:
                continue
            example = Example("", name, form, place, after, text[:60])
            broken = errors(example.broken()) - before
            for rule in broken:
                rank = (len(broken) + _MANY * bool(before), len(after) + len(place))
                if rule not in best or rank < best[rule][:2]:
                    best[rule] = (*rank, Example(rule, *astuple(example)[1:]))
        report(f"{form} {name}: {len(best)} rules")
    return [best[rule][2] for rule in sorted(best)]


def kept() -> list[Example]:
    """The examples that are kept."""
    with KEPT.open(encoding="utf-8", newline="") as file:
        return [Example(**row) for row in csv.DictReader(file, delimiter="\t")]


def holds(example: Example) -> bool:
    """Whether the change breaks the rule, and the invoice without it does not."""
    rule = example.rule
    return rule in errors(example.broken()) and rule not in errors(etree.tostring(good(example.document, example.form)))


def main() -> int:
    """Look for them, or try those that are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        found = find(lambda line: print(line, flush=True))
        with KEPT.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t", lineterminator="\n")
            table.writerow([each.name for each in fields(Example)])
            table.writerows(astuple(each) for each in found if holds(each))
    wrong = [each for each in kept() if not holds(each)]
    for each in wrong:
        print(f"does not break {each.rule}: {each.document} as {each.form}, {each.xpath} {each.after}")
    print(f"{len(kept())} rules have an example")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
