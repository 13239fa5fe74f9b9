"""Write `schematron/einvoice-cdar-items.sch` anew from `einvoice/data/items.tsv`, or say whether it is up to date.

    python tools/item_rules.py             # writes
    python tools/item_rules.py --check     # exit status 1 if the file is not what it should be

Which items a lifecycle message must have and how long each may be is a table; as rules they are EI-CDV-01 and -02, an
assert for each item or two: what only the public portal demands is an error to the portal and a warning to others.
What the message is about is told by the variables of `einvoice-cdar.sch`, which are copied.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from einvoice.france.lifecycle import cdar
from einvoice.terms import ITEMS, Item

RULESETS = Path(__file__).resolve().parents[1] / "schematron"
TARGET = RULESETS / "einvoice-cdar-items.sch"
VARIABLES = RULESETS / "einvoice-cdar.sch"
SCH = "{http://purl.oclc.org/dsdl/schematron}"

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!--
  Lifecycle messages (CDAR D22B): what must be there, and how long it may be. Made by tools/item_rules.py from
  einvoice/data/items.tsv and the variables of einvoice-cdar.sch: do not edit.

  Sources: BR-FR-CDV V1.4.0 (texts of 01 to 16); DGFiP external specifications v3.2, annex 2.
-->
<schema xmlns="http://purl.oclc.org/dsdl/schematron" xmlns:f="urn:einvoice:facts"
        queryBinding="xslt2" schemaVersion="1.0">
  <title>Lifecycle messages (CDAR): items that must be there, and lengths</title>
"""
_VALUE, _GROUP = "normalize-space(.)", "normalize-space(.) or .//@*"  # what says something
_READ = {"MDT-100": "[@format = ('102', '204')]"}  # in no other format is a date read
_ONCE = {"sender": "sender", "issuer": "issuer", "subject": "subject", "subject.issuer": "seller"}  # their variables


def rules() -> str:
    """The rule set."""
    presence = [item for item in ITEMS if item.rule or item.portal]
    lengths = [item for item in ITEMS if item.length]
    used = "".join((*_presence(presence), *_lengths(lengths)))
    return "".join((HEAD, *_variables(used), "\n", used, "</schema>\n"))


def _variables(used: str) -> Iterator[str]:
    """Prefixes, and the variables that the rules use, with those that they use in turn."""
    source = etree.parse(VARIABLES).getroot()
    for each in source.iterchildren(f"{SCH}ns"):
        yield f"  <ns prefix={quoteattr(each.get('prefix', ''))} uri={quoteattr(each.get('uri', ''))}/>\n"
    values = {each.get("name", ""): each.get("value", "") for each in source.iterchildren(f"{SCH}let")}
    wanted = _names(used)
    while more := {name for each in wanted & values.keys() for name in _names(values[each])} - wanted:
        wanted |= more
    yield "\n"
    for name, value in values.items():
        if name in wanted:
            yield f"  <let name={quoteattr(name)} value={quoteattr(value)}/>\n"


def _names(text: str) -> set[str]:
    return set(re.findall(r"\$([\w-]+)", text))


# -- what must be there ------------------------------------------------------------------------------------------------


def _presence(items: list[Item]) -> Iterator[str]:
    """Nothing is said of what would be inside a part that is absent: the part is the context."""
    yield '  <pattern id="presence">\n'
    for part, inside in groupby(sorted(items, key=_part), key=_part):
        yield f"    <rule context={quoteattr(_context(part))}>\n"
        for item in inside:
            there = _xpath(item.path).removeprefix(_xpath(part)).lstrip("/") + _said(item)
            text = f"Missing: {item.name_en} ({item.id})."
            yield from _asserts("EI-CDV-01", item, [*_excuses(item), there], text, always=bool(item.rule))
        yield "    </rule>\n"
    yield "  </pattern>\n"


def _part(item: Item) -> str:
    return item.path.rpartition(".")[0]


def _said(item: Item) -> str:
    """What tells an element that says something; of those that repeat, each counts."""
    if item.path.endswith(("recipients", "identifiers")):
        return ""
    return f"{_READ.get(item.id, '')}[{_GROUP if item.id.startswith('MDG') else _VALUE}]"


def _excuses(item: Item) -> Iterator[str]:
    if item.objects:
        yield f"not($object = ({', '.join(map(repr, item.objects))}))"
    if not item.flows:
        yield "$status = ('500', '501')"  # of a flow that could not be read, little is known


# -- what may not be long ----------------------------------------------------------------------------------------------


def _lengths(items: list[Item]) -> Iterator[str]:
    yield '  <pattern id="lengths">\n'
    for item in items:
        found = '<value-of select="$length" f:fact="found"/>'
        limit = f'<value-of select="{item.length}" f:fact="expected"/>'
        text = f"Too long: {item.name_en} ({item.id}) has {found} characters, at most {limit} are allowed."
        yield f"    <rule context={quoteattr(_context(item.path))}>\n"
        yield "      <let name=\"length\" value=\"string-length(replace(., '^\\s+|\\s+$', ''))\"/>\n"
        yield from _asserts("EI-CDV-02", item, [f"$length le {item.length}"], text, always=False)
        yield "    </rule>\n"
    yield "  </pattern>\n"


# -- both --------------------------------------------------------------------------------------------------------------


def _asserts(rule: str, item: Item, right: list[str], text: str, *, always: bool) -> Iterator[str]:
    """An error always, or an error to the portal and a warning to others; one of `right` is enough."""
    cases = [("", "error", [])] if always else [("_portal", "error", ["not($portal)"]), ("", "warning", ["$portal"])]
    for suffix, flag, guard in cases:
        test = quoteattr(" or ".join((*guard, *right)))
        yield f'      <assert id="{rule}_{item.id}{suffix}" flag="{flag}" test={test}>{text}</assert>\n'


def _context(path: str) -> str:
    """A pattern for a place of the model; of parts that a message has once, the first that says something."""
    steps = _xpath(path)
    for part, variable in reversed(_ONCE.items()):  # the innermost is enough
        outer = _xpath(part)
        if steps == outer or steps.startswith(f"{outer}/"):
            return f"{outer}[. is ${variable}]{steps.removeprefix(outer)}"
    return steps or f"/{cdar.ROOT}"


def _xpath(path: str) -> str:
    """Where a place of the model stands below the root; "" for the message itself."""
    if not path:
        return ""
    found = cdar.xpath_of(path.replace("[]", "")) or ""
    steps = re.sub(r"\[[^]]*\]", "", found).removeprefix(f"/{cdar.ROOT}/")  # a day is there in whatever format
    return re.sub(r"(?<=TradeParty/)ram:ID$", "*[self::ram:ID or self::ram:GlobalID]", steps)


def main() -> int:
    """Write or check the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    content = rules()
    if not parser.parse_args().check:
        TARGET.write_text(content, encoding="utf-8")
        print(f"wrote {TARGET.relative_to(RULESETS.parent)}")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != content:
        print(f"{TARGET.relative_to(RULESETS.parent)} is not up to date: run `make item-rules`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
