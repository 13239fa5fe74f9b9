"""The XML schema: is the document built as UBL, CII or another standard says?

    faults = Schema(artefact).faults(root)
    faults[0].message_fr       # "L'élément cbc:Foo n'a pas sa place ici ; attendu : cbc:ID."

libxml2 words its messages for programmers; those that occur are worded again, in French and English, from
`xsd_messages.tsv`. Nothing is fetched: a schema may include only the files that lie beside it.

Source: W3C XML Schema 1.0, appendix C (the names of the rules that libxml2 cites).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from lxml import etree

from einvoice.artefacts.installed import Artefact
from einvoice.data import ruleset_text
from einvoice.xml import Element, location

_QUALIFIED = re.compile(r"\{([^}]*)\}([\w.-]+)")
_TYPE = "SCHEMAV_CVC_DATATYPE_VALID_1_2_1"
_MOST_EXPECTED = 6  # names to list; the schema may allow fifty
_MOST_SHOWN = 200  # characters of a value
_TYPES = {
    "date": ("une date AAAA-MM-JJ est attendue", "a date YYYY-MM-DD is expected"),
    "time": ("une heure HH:MM:SS est attendue", "a time HH:MM:SS is expected"),
    "dateTime": ("une date et heure est attendue", "a date and time is expected"),
    "decimal": ("un nombre est attendu", "a number is expected"),
    "integer": ("un nombre entier est attendu", "a whole number is expected"),
    "boolean": ("true ou false est attendu", "true or false is expected"),
    "base64Binary": ("un contenu en base64 est attendu", "base64 content is expected"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the document is not as the schema says."""

    message_fr: str
    message_en: str
    xpath: str | None
    line: int | None
    found: str | None
    expected: str | None


class _Error(NamedTuple):
    """What libxml2 says."""

    type_name: str  # SCHEMAV_ELEMENT_CONTENT
    message: str
    path: str | None
    line: int


class Unusable(ValueError):
    """The files of an artefact are no XML schema, or cannot be read; the text says why."""


class _Beside(etree.Resolver):
    """Serves the files of one artefact, and an empty document for anything else: no network, no other folder."""

    def __init__(self, artefact: Artefact) -> None:
        super().__init__()
        self._files = {path.name: path for path in artefact.files}

    def resolve(self, system_url: str, _public_id: str, context: Any) -> Any:  # type: ignore[override]  # stubs lack `context`
        path = self._files.get(system_url.replace("\\", "/").rpartition("/")[2])
        if path is None:
            return self.resolve_string(b"<nothing/>", context, base_url=system_url)
        return self.resolve_string(path.read_bytes(), context, base_url=path.as_uri())


class Schema:
    """An XML schema, compiled. Safe to share between threads: libxml2's list of errors is read under a lock."""

    def __init__(self, artefact: Artefact) -> None:
        parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
        parser.resolvers.add(_Beside(artefact))
        tree = etree.fromstring(artefact.main.read_bytes(), parser, base_url=artefact.main.as_uri())
        self._schema = etree.XMLSchema(tree)
        self._lock = threading.Lock()

    def faults(self, root: Element) -> tuple[Fault, ...]:
        """Where the document is not as the schema says; `()` if it is."""
        with self._lock:
            if self._schema.validate(root):
                return ()
            log: Any = self._schema.error_log  # iterable, which its stub does not say
            errors = [_Error(error.type_name, error.message, error.path, error.line) for error in log]
        uris = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
        uris |= {each.prefix: etree.QName(each).namespace or "" for each in root.iter() if each.prefix}
        return tuple(_fault(root, uris, error) for error in _once(errors))


@cache
def schema_of(artefact: Artefact) -> Schema:
    """The compiled schema of an artefact, kept for the life of the process: compiling UBL takes 90 ms.

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


def _fault(root: Element, uris: dict[str, str], error: _Error) -> Fault:
    element = _element_at(root, error.path, uris)
    prefixes = {uri: prefix for prefix, uri in uris.items()}
    match, fr, en = next(
        (match, fr, en)
        for kind, pattern, fr, en in _wordings()
        if kind in (error.type_name, "*") and (match := pattern.match(error.message))
    )
    values = {key: value or "" for key, value in match.groupdict().items()}
    name, attribute = _short(values.get("name", ""), prefixes), values.get("attribute", "")
    type_fr, type_en = _TYPES.get(values.get("type", "").removeprefix("xs:"), ("", ""))
    words = {
        **values,
        "name": name,
        "place": f"{name}/@{attribute}" if attribute else name,
        "found": values.get("found", "")[:_MOST_SHOWN],
        "expected": _expected(values.get("expected", ""), prefixes),
        "type_fr": type_fr and f" : {type_fr}",
        "type_en": type_en and f": {type_en}",
        "message": _short(error.message, prefixes),
    }
    return Fault(
        message_fr=fr.format_map(words).replace("….", "…"),
        message_en=en.format_map(words).replace("….", "…"),
        xpath=None if element is None else _place(element, attribute),
        line=error.line or None,
        found=words["found"] or None,
        expected=words["expected"] or None,
    )


def _place(element: Element, attribute: str) -> str:
    return location(element, attribute if attribute and attribute in element.attrib else None)


@cache
def _wordings() -> tuple[tuple[str, re.Pattern[str], str, str], ...]:
    rows = [row.split("\t") for row in ruleset_text("xsd_messages.tsv").splitlines()[1:]]
    return tuple((kind, re.compile(pattern, re.DOTALL), fr, en) for kind, pattern, fr, en in rows)


def _element_at(root: Element, path: str | None, uris: dict[str, str]) -> Element | None:
    """The element of a path as libxml2 writes it: with the document's prefixes, or * for a default namespace."""
    if not path:
        return None
    try:
        found: Any = root.getroottree().xpath(path, namespaces=uris)
    except etree.XPathError:
        return None
    element: Element | None = next(iter(found), None)
    return element


def _short(text: str, prefixes: dict[str, str]) -> str:
    """`{urn:...}ID` as the document would write it: `cbc:ID`."""

    def name(match: re.Match[str]) -> str:
        prefix = prefixes.get(match[1])
        return f"{prefix}:{match[2]}" if prefix else match[2]

    return _QUALIFIED.sub(name, text)


def _expected(text: str, prefixes: dict[str, str]) -> str:
    names = [_short(name.strip(), prefixes) for name in text.split(", ")]
    shown = ", ".join(names[:_MOST_EXPECTED])
    return f"{shown}, …" if len(names) > _MOST_EXPECTED else shown
