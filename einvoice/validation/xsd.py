"""The XML schema: is the document built as UBL, CII or another standard says?

    faults = Schema(artefact).faults(root)
    faults[0].message_fr       # "L'élément cbc:Foo n'a pas sa place ici ; attendu : cbc:ID."

libxml2 words its messages for programmers; those that occur are taken apart here, and worded for people by rows of the
rulebook.

Source: W3C XML Schema 1.0, appendix C (the names of the rules that libxml2 cites).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple

from lxml import etree

from einvoice.artefacts.installed import Artefact
from einvoice.locks import Lock
from einvoice.once import Once
from einvoice.rulebook import Fact, Sentence, text
from einvoice.schematron import MOST_TOLD
from einvoice.validation.schema_files import compiled
from einvoice.xml import CompiledXPath, Element, Locations, qualified_name

_QUALIFIED = re.compile(r"\{([^{}]*)\}([\w.-]+)")
_TYPE = "SCHEMAV_CVC_DATATYPE_VALID_1_2_1"
_MOST_EXPECTED = 6  # names to list; the schema may allow fifty
_MOST_SHOWN = 200  # characters of a value
_MOST_SAID = 500  # characters of a message that is not taken apart: libxml2's own are cut at 64,000
_CROWD = 5_000  # children of an element, of which a fault in each is not slow to place
_CROWDED = CompiledXPath(f"//*/*[{_CROWD + 1}]/..")
_MOST_STEPS = 60_000_000  # from sibling to sibling while faults are placed: half a second
MOST_PLACED = 1_000  # faults that are placed, whatever their kind
_LONG = re.compile(rb">([^<]{1000})[^<]{1000000,}<")
_ALLOWED, _TYPED = "XSD-16", "XSD-TYPED"  # a value that is not of its type: without and with what its type wants
_TYPES = frozenset({"date", "time", "dateTime", "decimal", "integer", "boolean", "base64Binary"})  # that have words
# What libxml2 says: the kind, the text, and the row that says it for people. The first that fits counts; the last
# fits all.
_MESSAGES = (
    (
        "SCHEMAV_ELEMENT_CONTENT",
        (
            r"Element '(?P<name>[^']*)': This element is not expected\. Expected is(?: one of)? \( "
            r"(?P<expected>.*) \)\."
        ),
        "XSD-01",
    ),
    (
        "SCHEMAV_ELEMENT_CONTENT",
        r"Element '(?P<name>[^']*)': This element is not expected\.",
        "XSD-02",
    ),
    (
        "SCHEMAV_ELEMENT_CONTENT",
        (
            r"Element '(?P<name>[^']*)': Missing child element\(s\)\. Expected is(?: one of)? \( "
            r"(?P<expected>.*) \)\."
        ),
        "XSD-03",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_4",
        (
            r"Element '(?P<name>[^']*)': The attribute '(?P<attribute>[^']*)' is required but "
            r"missing\."
        ),
        "XSD-04",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1",
        (
            r"Element '(?P<name>[^']*)', attribute '(?P<attribute>[^']*)': The attribute '[^']*' is "
            r"not allowed\."
        ),
        "XSD-05",
    ),
    (
        "SCHEMAV_CVC_TYPE_3_1_1",
        (
            r"Element '(?P<name>[^']*)', attribute '(?P<attribute>[^']*)': The attribute '[^']*' is "
            r"not allowed\."
        ),
        "XSD-05",
    ),
    (
        "SCHEMAV_CVC_TYPE_3_1_2",
        (
            r"Element '(?P<name>[^']*)': Element content is not allowed, because the type definition "
            r"is simple\."
        ),
        "XSD-06",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_1",
        (
            r"Element '(?P<name>[^']*)': (?:Character content is not allowed|Element content is not "
            r"allowed), because the content type is empty\."
        ),
        "XSD-07",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_2",
        (
            r"Element '(?P<name>[^']*)': Element content is not allowed, because the content type is "
            r"a simple type definition\."
        ),
        "XSD-06",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_3",
        (
            r"Element '(?P<name>[^']*)': Character content other than whitespace is not allowed "
            r"because the content type is 'element-only'\."
        ),
        "XSD-08",
    ),
    (
        "SCHEMAV_CVC_ENUMERATION_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet "
            r"'enumeration'\] The value '(?P<found>.*?)' is not an element of the set "
            r"\{(?P<expected>.*)\}\."
        ),
        "XSD-09",
    ),
    (
        "SCHEMAV_CVC_PATTERN_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet 'pattern'\] "
            r"The value '(?P<found>.*)' is not accepted by the pattern '(?P<expected>.*)'\."
        ),
        "XSD-10",
    ),
    (
        "SCHEMAV_CVC_MAXLENGTH_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet 'maxLength'\] "
            r"The value(?: '(?P<found>.*)')? has a length of '(?P<length>\d+)'; this exceeds the "
            r"allowed maximum length of '(?P<expected>\d+)'\."
        ),
        "XSD-11",
    ),
    (
        "SCHEMAV_CVC_MINLENGTH_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet 'minLength'\] "
            r"The value(?: '(?P<found>.*)')? has a length of '(?P<length>\d+)'; this underruns the "
            r"allowed minimum length of '(?P<expected>\d+)'\."
        ),
        "XSD-12",
    ),
    (
        "SCHEMAV_CVC_LENGTH_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet 'length'\] "
            r"The value(?: '(?P<found>.*)')? has a length of '(?P<length>\d+)'; this differs from the "
            r"allowed length of '(?P<expected>\d+)'\."
        ),
        "XSD-13",
    ),
    (
        "SCHEMAV_CVC_TOTALDIGITS_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet "
            r"'totalDigits'\] The value '(?P<found>.*)' has more digits than are allowed "
            r"\('(?P<expected>\d+)'\)\."
        ),
        "XSD-14",
    ),
    (
        "SCHEMAV_CVC_FRACTIONDIGITS_VALID",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: \[facet "
            r"'fractionDigits'\] The value '(?P<found>.*)' has more fractional digits than are "
            r"allowed \('(?P<expected>\d+)'\)\."
        ),
        "XSD-15",
    ),
    (
        "SCHEMAV_CVC_DATATYPE_VALID_1_2_1",
        (
            r"Element '(?P<name>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: '(?P<found>.*)' is "
            r"not a valid value of the (?:local )?atomic type(?: '(?P<type>[^']*)')?\."
        ),
        "XSD-16",
    ),
    (
        "SCHEMAV_CVC_ELT_1",
        (
            r"Element '(?P<name>[^']*)': No matching global declaration available for the validation "
            r"root\."
        ),
        "XSD-17",
    ),
    (
        "*",
        r".*",
        "XSD-18",
    ),
)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """The messages, compiled when there is one to take apart: most documents have none."""
    return tuple((kind, re.compile(pattern, re.DOTALL), row) for kind, pattern, row in _MESSAGES)


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the document is not as the schema says."""

    said: Sentence
    xpath: str | None
    line: int | None
    more: int = 0  # how many faults of this kind there are beside those that are told

    @property
    def found(self) -> str | None:
        """What stands there."""
        return self._fact("found")

    @property
    def expected(self) -> str | None:
        """What the schema wants."""
        return self._fact("expected")

    def _fact(self, name: str) -> str | None:
        return str(self.said.facts[name]) or None

    @property
    def message_fr(self) -> str:
        """What is wrong, in French."""
        return text(self.said, "fr")

    @property
    def message_en(self) -> str:
        """What is wrong, in English."""
        return text(self.said, "en")


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
            known[error[:2]] = _said(error, places.prefixes)
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


def _said(error: _Error, prefixes: Mapping[str, str]) -> tuple[Sentence, str]:
    """What an error says, in words of ours, and the attribute that it is about."""
    match, row = next(
        (match, row)
        for kind, pattern, row in _patterns()
        if kind in (error.type_name, "*") and (match := pattern.match(error.message))
    )
    values = {key: value or "" for key, value in match.groupdict().items()}
    name, attribute = _short(values.get("name", ""), prefixes), values.get("attribute", "")
    type_name = values.pop("type", "").removeprefix("xs:")
    facts: dict[str, Fact] = {
        **values,
        "name": name,
        "place": f"{name}/@{attribute}" if attribute else name,
        "found": values.get("found", "")[:_MOST_SHOWN],
        "expected": _expected(values.get("expected", ""), prefixes),
        "message": _short(_beginning(error.message), prefixes),
    }
    if row == _ALLOWED and type_name in _TYPES:
        row, facts["type"] = _TYPED, Sentence(f"XSD-TYPE-{type_name.upper()}")
    return Sentence(row, facts), attribute


def _short(name: str, prefixes: Mapping[str, str]) -> str:
    """`{urn:...}ID` as the document would write it: `cbc:ID`."""

    def short(match: re.Match[str]) -> str:
        prefix = prefixes.get(match[1])
        return f"{prefix}:{match[2]}" if prefix else match[2]

    return _QUALIFIED.sub(short, name)


def _beginning(message: str) -> str:
    return message if len(message) <= _MOST_SAID else f"{message[:_MOST_SAID]}…"


def _expected(listed: str, prefixes: Mapping[str, str]) -> str:
    names = [_short(name.strip(), prefixes) for name in listed.split(", ")]
    shown = ", ".join(names[:_MOST_EXPECTED])
    return f"{shown}, …" if len(names) > _MOST_EXPECTED else shown
