"""The reference engine: Saxon runs the publisher's own stylesheet, or ours where only a `.sch` was published.

    engine = SaxonRules(rules, published=content)      # content: the XSLT file as published
    engine.check(root).failures                        # the same Outcome as the compiled engine's

Saxon is the processor that the publishers test with. It is slow to start and not safe to load (see `saxon_worker`), so
it runs in a process of its own; the compiled engine is the one to use, and this one is what it is held against.

Source: ISO/IEC 19757-3:2016, annex D (SVRL).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Literal

from lxml import etree

from einvoice.schematron.rule_error import EngineFailure
from einvoice.schematron.rule_file import SVRL, XSL, line_of
from einvoice.schematron.rules import Failure, Outcome, RuleSet
from einvoice.schematron.saxon_pool import SaxonPool
from einvoice.schematron.xpath.strings import normalize_space
from einvoice.schematron.xslt_writer import ERROR, NAMED, write_xslt
from einvoice.xml import Element, location, parse_xml

_KINDS: dict[str, Literal["assert", "report", "error"]] = {
    SVRL + "failed-assert": "assert",
    SVRL + "successful-report": "report",
    ERROR: "error",
}

# One step of a location: as the ISO skeleton writes it, *:ID[namespace-uri()='...'][2], or as SchXslt and we do,
# Q{...}ID[2]; an attribute @name, @*[local-name()='...' and namespace-uri()='...'] or @Q{...}name.
_STEP = re.compile(
    r"""/(?: (?:\*:(?P<iso>[^/\[\]]+)\[namespace-uri\(\)='(?P<iso_uri>[^']*)'\] | Q\{(?P<q_uri>[^}]*)\}(?P<q>[^/\[\]]+)
            | (?P<plain>[^/\[\]@*{}]+)) \[(?P<position>\d+)\]
        | @(?: Q\{(?P<at_uri>[^}]*)\}(?P<at>[^/\[\]]+) | (?P<at_plain>[^/\[\]*{}]+)
            | \*\[local-name\(\)='(?P<at_iso>[^']*)'\ and\ namespace-uri\(\)='(?P<at_iso_uri>[^']*)'\]))""",
    re.VERBOSE,
)


@cache
def shared_pool() -> SaxonPool:
    """The Saxon processes of this process. Raises MissingExtra if saxonche is not installed."""
    return SaxonPool()


class SaxonRules:
    """A rule set that Saxon runs; an `Engine`.

    `published` is the publisher's stylesheet; without it, one is written from the rules. `timeout` (seconds) is for one
    document. Raises MissingExtra if saxonche is not installed.
    """

    def __init__(self, rules: RuleSet, published: bytes | None = None, *, timeout: float = 120.0) -> None:
        self._pool = shared_pool()
        self._stylesheet = write_xslt(rules) if published is None else _with_attribute_locations(published)
        self._documents = rules.documents
        self._checks = rules.checks
        self._timeout = timeout

    def check(self, root: Element) -> Outcome:
        """Validate a document, given its root element.

        Raises EngineFailure if Saxon gives no answer: a dynamic error in a published stylesheet, no time left, a dead
        process. The verdict is then "not run".
        """
        document = etree.tostring(root, encoding="unicode", with_tail=False)
        answer = self._pool.run(self._stylesheet, self._documents, document, self._timeout)
        parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
        report = etree.fromstring(answer.encode(), parser)
        return Outcome(
            checks=self._checks,
            fired=sum(1 for _ in report.iter(SVRL + "fired-rule")),
            failures=tuple(_failure(element, root) for element in report.iter(*_KINDS)),
        )


def _with_attribute_locations(stylesheet: bytes) -> bytes:
    """The published stylesheet, which says where an attribute is.

    The ISO skeleton writes the location template for elements only: for an attribute it would give its value. Nothing
    else is changed, and nothing that decides whether a rule holds.
    """
    tree = parse_xml(stylesheet)
    for template in tree.iterchildren(XSL + "template"):
        if template.get("mode") == "schematron-select-full-path":
            template.set("match", "*|@*")
            return etree.tostring(tree, encoding="UTF-8", xml_declaration=True)
    return stylesheet


def _failure(element: Element, root: Element) -> Failure:
    node, attribute = _find(root, element.get("location", ""))
    text = element if element.tag == ERROR else element.find(SVRL + "text")
    facts = {value.get("name", ""): _words_of(value) for value in element.iter(NAMED)}
    return Failure(
        rule=element.get("id", ""),
        kind=_KINDS[element.tag],
        flag=element.get("flag", ""),
        role=element.get("role", ""),
        message=_words_of(text) if text is not None else "",
        location="/" if node is None else location(node, attribute),
        line=None if node is None else line_of(node),
        found=facts.get("found"),
        expected=facts.get("expected"),
        facts=facts,
    )


def _words_of(element: Element) -> str:
    """The text in an element, its white space as in a message."""
    return normalize_space(str(element.xpath("string()")))


def _find(root: Element, path: str) -> tuple[Element | None, str | None]:
    """The element that a location names, and the attribute of it; no element for the document itself."""
    node: Element | None = None
    attribute = None
    end = 0
    for step in _STEP.finditer(path):
        if step.start() != end:
            break
        end = step.end()
        part = step.groupdict("")
        if part["position"]:
            name = part["iso"] or part["q"] or part["plain"]
            uri = part["iso_uri"] or part["q_uri"]
            candidates = [root] if node is None else node.iterchildren(f"{{{uri}}}{name}" if uri else name)
            node = next(islice(candidates, int(part["position"]) - 1, None), None)
            if node is None:
                break
        else:
            uri = part["at_uri"] or part["at_iso_uri"]
            name = part["at"] or part["at_iso"] or part["at_plain"]
            attribute = f"{{{uri}}}{name}" if uri else name
    if end != len(path.rstrip("/")):
        raise EngineFailure(f"Saxon named a place that is not in the document: {path}")
    return node, attribute
