"""What the parity run compares on: every rule set that can be found, and the documents that fit it.

Rule sets: those of the artefact catalogue that are installed (`en16931-ubl`), and every published `.sch` and stylesheet
beside the repository (`CDAR/BR-FR-CDV-Schematron-CDAR.sch`). Documents: our fixtures, and the corpus beside the
repository; the documents inside a CEN unit test count each for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import etree

from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import installed
from einvoice.errors import Unreadable
from einvoice.schematron import RuleSet, read_rules
from einvoice.xml import parse_xml

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
MOST_BYTES = 200_000  # larger documents only take time

_CDAR = "CrossDomainAcknowledgementAndResponse"

# The root elements of the documents that a rule set is for, by a word in its name.
_ROOTS = {
    "ubl": {
        "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice",
        "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote",
    },
    "cii": {"{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"},
    "cdar": {f"{{urn:un:unece:uncefact:data:standard:{_CDAR}:100}}{_CDAR}"},
    "flux10": {"Report"},
}
_KINDS = (("ubl", "ubl"), ("cii", "cii"), ("factur", "cii"), ("cdar", "cdar"), ("cdv", "cdar"), ("flux10", "flux10"))


@dataclass(frozen=True)
class RuleFile:
    """One published rule set."""

    id: str
    path: Path

    @cached_property
    def content(self) -> bytes:
        """The file."""
        return self.path.read_bytes()

    @cached_property
    def rules(self) -> RuleSet:
        """The rules in it. Raises RuleError if they are not understood."""
        return read_rules(self.path.name, self.content, lambda name: (self.path.parent / name).read_bytes())

    @property
    def published(self) -> bytes | None:
        """The stylesheet that its publisher made, if that is the form."""
        return None if self.path.suffix == ".sch" else self.content

    @property
    def roots(self) -> set[str]:
        """The root elements of the documents that it is for; none for a rule set that this tool does not know."""
        name = self.id.lower().replace("br-fr-flux2", "")
        return next((_ROOTS[kind] for word, kind in _KINDS if word in name), set())


def rule_files() -> list[RuleFile]:
    """Every rule set that is there, each content once."""
    found = [
        RuleFile(name, copy.main) for name, e in catalogue().items() if e.kind == "rules" for copy in installed(name)
    ]
    found += [
        RuleFile(f"{path.parent.name}/{path.name}", path)
        for path in sorted((SHARED / "artefacts").rglob("*"))
        if path.suffix in (".sch", ".xslt") and etree.QName(parse_xml(path.read_bytes())).localname != "pattern"
    ]  # without the parts that others include
    return list({file.content: file for file in reversed(found)}.values())[::-1]


def documents_for(file: RuleFile) -> list[etree._Element]:
    """The documents that a rule set is for, in a fixed order."""
    return [root for root in _documents() if root.tag in file.roots]


def _documents() -> Iterator[etree._Element]:
    folders = [ROOT / "fixtures", SHARED / "corpus"]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix.lower() == ".xml"):
        if path.stat().st_size > MOST_BYTES:
            continue
        try:
            root = parse_xml(path.read_bytes())
        except Unreadable:
            continue
        if etree.QName(root).localname == "testSet":
            yield from (_alone(test[-1]) for test in root.iterfind("{*}test"))
        else:
            yield root


def _alone(element: etree._Element) -> etree._Element:
    return parse_xml(etree.tostring(element, with_tail=False))
