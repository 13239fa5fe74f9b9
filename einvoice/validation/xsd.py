"""The XML schema: is the document built as UBL, CII or another standard says?

    faults = Schema(artefact).faults(root)
    text(faults[0].said, "fr")       # "L'élément cbc:Foo n'a pas sa place ici ; attendu : cbc:ID."

What libxml2 says of a fault is worded for people by `schema_messages`; here it is found, once, and gets its place.

Source: W3C XML Schema 1.0.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, NamedTuple

from lxml import etree

from einvoice.artefacts.installed import Artefact
from einvoice.locks import Lock
from einvoice.once import Once
from einvoice.rulebook import Fact, Sentence
from einvoice.schematron import MOST_TOLD
from einvoice.validation.schema_files import compiled
from einvoice.validation.schema_messages import said_of
from einvoice.xml import CompiledXPath, Element, Locations, qualified_name

_TYPE = "SCHEMAV_CVC_DATATYPE_VALID_1_2_1"
_CROWD = 5_000  # children of an element, of which a fault in each is not slow to place
_CROWDED = CompiledXPath(f"//*/*[{_CROWD + 1}]/..")
_MOST_STEPS = 60_000_000  # from sibling to sibling while faults are placed: half a second
MOST_PLACED = 1_000  # faults that are placed, whatever their kind
_LONG = re.compile(rb">([^<]{1000})[^<]{1000000,}<")


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the document is not as the schema says."""

    said: Sentence
    xpath: str | None
    line: int | None
    more: int = 0  # how many faults of this kind there are beside those that are told


class _Error(NamedTuple):
    """What libxml2 says."""

    type_name: str  # SCHEMAV_ELEMENT_CONTENT
    message: str
    path: str | None
    line: int


class _Nothing:
    """What a document becomes that is read for its errors alone."""

    def close(self) -> None:
        """No tree."""


class Unusable(ValueError):
    """The files of an artefact are no XML schema, or cannot be read; the text says why."""


class Schema:
    """An XML schema, compiled. Safe to share between threads: libxml2's list of errors is read under a lock."""

    def __init__(self, artefact: Artefact) -> None:
        self._schema = compiled(artefact)
        self._lock = Lock()

    def faults(self, root: Element, locations: Locations | None = None, *, count: int = 0) -> tuple[Fault, ...]:
        """Where the document is not as the schema says; `()` if it is. `locations` as for `cii.read`.

        `count` is how many elements it has, where that is known: few are no crowd, and are not looked at for one.
        """
        with self._lock:
            crowded = not 0 < count <= _CROWD and _crowded(root)
            errors = self._errors_of_a_crowd(root) if crowded else self._errors(root)
        return tuple(_told(_once(errors), _Places(root, locations or Locations()))) if errors else ()

    def _errors(self, root: Element) -> list[_Error]:
        if self._schema.validate(root):
            return []
        log: Any = self._schema.error_log  # iterable, which its stub does not say
        return [_Error(error.type_name, error.message, error.path, error.line) for error in log]

    def _errors_of_a_crowd(self, root: Element) -> list[_Error]:
        """The errors of a document with an element of very many children.

        For each error libxml2 counts all siblings before it. So it reads the document first as a stream, without
        places; where that finds more errors than can be placed, those in the first children of each element are placed.
        """
        data = _LONG.sub(rb">\1<", etree.tostring(root, encoding="UTF-8"))  # of a stream it joins long texts slowly
        nothing: Any = _Nothing()  # a target of few methods, which its stub does not say
        parser = etree.XMLParser(target=nothing, schema=self._schema, huge_tree=True, no_network=True)
        etree.fromstring(data, parser)
        log: Any = parser.error_log
        told = [_Error(error.type_name, error.message, None, 0) for error in log]
        kept = _MOST_STEPS // max(len(told), 1)
        if kept >= max(map(len, _crowded(root))):
            return self._errors(root)
        beginning = deepcopy(root)
        for element in _crowded(beginning):
            del element[kept:]
        placed = takewhile(lambda pair: pair[0][:2] == pair[1][:2], zip(self._errors(beginning), told, strict=False))
        first = [error for error, _ in placed]  # the beginning may end where something must follow: that is no error
        return [*first, *told[len(first) :]]


def _crowded(root: Element) -> list[Element]:
    found: Any = _CROWDED(root)  # elements, which its stub does not say
    return list(found)


@Once
def schema_of(artefact: Artefact) -> Schema:
    """The compiled schema of an artefact, kept for the life of the process: compiling UBL takes 25 ms.

    Raises `Unusable` for files that are no schema.
    """
    try:
        return Schema(artefact)
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        raise Unusable(str(error)) from error


def _once(errors: Iterable[_Error]) -> list[_Error]:
    """Of several errors about one value, the first: libxml2 reports the facet, and then the type that has it."""
    kept: list[_Error] = []
    for error in errors:
        before = kept[-1] if kept else None
        if error.type_name == _TYPE and before and before.path == error.path and "facet" in before.message:
            continue
        kept.append(error)
    return kept


class _Places:
    """The places of one document that libxml2 names: siblings are looked at once, however many faults there are."""

    def __init__(self, root: Element, locations: Locations) -> None:
        uris = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
        declared: Any = etree.iterwalk(root, events=("start-ns",))  # pairs, which its stub does not say
        uris |= {prefix: uri for _, (prefix, uri) in declared if prefix}
        self.prefixes = {uri: prefix for prefix, uri in uris.items()}
        self._root = root
        self._locations = locations
        self._children: dict[Element, dict[str, list[Element]]] = {}

    def of(self, path: str | None, attribute: str) -> str | None:
        """The XPath of what libxml2 calls `/Invoice/cac:Item[2]` or, where the namespace is the default, `/*/*[7]`."""
        element = self._element_at(path) if path else None
        if element is None:
            return None
        return self._locations.of(element, attribute if attribute and attribute in element.attrib else None)

    def _element_at(self, path: str) -> Element | None:
        element = self._root
        for step in path.split("/")[2:]:
            name, _, number = step.removesuffix("]").partition("[")
            like = self._children_of(element).get(name, [])
            if len(like) < int(number or 1):
                return None
            element = like[int(number or 1) - 1]
        return element

    def _children_of(self, element: Element) -> dict[str, list[Element]]:
        """The children as libxml2 counts them: `cac:Item[2]` by the name with its prefix, `*[7]` of all."""
        if element not in self._children:
            known = self._children[element] = {"*": list(element.iterchildren("*"))}
            for child in known["*"]:
                known.setdefault(qualified_name(child), []).append(child)
        return self._children[element]


def _told(errors: Iterable[_Error], places: _Places) -> list[Fault]:
    """The faults: of a kind, and in all, as many as help anybody; the last of a kind knows how many more there are."""
    told: list[Fault] = []
    kinds: dict[tuple[Fact, ...], list[int]] = {}  # where those of a kind stand
    more: Counter[int] = Counter()  # after the last of a kind
    known: dict[tuple[str, str], tuple[Sentence, str]] = {}
    for error in errors:
        if error[:2] not in known:
            known[error[:2]] = said_of(error.type_name, error.message, places.prefixes)
        said, attribute = known[error[:2]]
        alike = kinds.setdefault((said.id, said.facts["place"], said.facts["expected"]), [])
        if len(alike) < MOST_TOLD or len(told) < MOST_PLACED:
            alike.append(len(told))
            told.append(Fault(said, places.of(error.path, attribute), error.line or None))
        else:
            more[alike[-1]] += 1
    for at, count in more.items():
        told[at] = replace(told[at], more=count)
    return told
