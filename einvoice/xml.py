"""The one XML parser of einvoice: hardened, and clear about what it refuses.

    root = parse_xml(data)          # an lxml element, or Unreadable
    location(root[3])               # "/Invoice/cbc:IssueDate"
    for line in iterate(file, ("Ligne",), "EI-NO-DIR-03"): ...   # of a document too large for memory

An invoice comes from a stranger. So: no document type declaration (no entities, no external files), no network, a limit
on size and on depth. Comments and processing instructions are dropped, so that text split by one reads as one text.
A byte order mark and UTF-16 are accepted. Everything else that is not well-formed is `Unreadable`, with the reason.

The few other things that einvoice does with elements are here too, so that the library below (lxml) is named in few
modules: where elements are read or written, `Element` is all that others need.

Source: XML 1.0 (fifth edition) §2.8 and §4.3.3.
"""

from __future__ import annotations

import codecs
import os
import re
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, ClassVar, Protocol, TypeAlias

from lxml import etree

from einvoice.errors import Unreadable

Element: TypeAlias = etree._Element  # noqa: SLF001  (lxml's name of the type)

MAX_BYTES = 100_000_000  # the French public platform takes deposits of 30 MB; attachments in base64 take the rest
SPACE = " \t\r\n"  # white space of XML (section 2.3): a no-break space is content
MAX_DEPTH = 128  # the deepest invoice that we have seen has 14 levels; deeper ones could exhaust Python's stack

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF16_STARTS = (b"<\x00", b"\x00<")
_DECLARATION = re.compile(r"\A\s*<\?xml\s.*?\?>", re.DOTALL)
_ENCODING = re.compile(rb"\A(?:\xef\xbb\xbf)?<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
# Encodings in which a tag reads as ASCII, so that the search for a document type below cannot be fooled.
_ENCODINGS = re.compile(rb"(?i)utf-?8|us-ascii|iso-8859-\d{1,2}|windows-125\d|utf-16(?:le|be)?")
# What may stand before the root element: declaration, comments, processing instructions; then the forbidden thing.
_DOCTYPE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
MAX_ATTRIBUTES = 250  # of one element; UBL and CII have seven at most, and what looks at each takes quadratic time


class CompiledXPath:
    """An XPath 1.0, to ask of many elements.

    That of lxml has a lock, which the child of a fork inherits as it is: closed, where another thread was just asking.
    So a child compiles its own.
    """

    _all: ClassVar[weakref.WeakSet[CompiledXPath]] = weakref.WeakSet()

    def __init__(self, xpath: str, namespaces: Mapping[str, str] | None = None) -> None:
        self._xpath, self._namespaces = xpath, dict(namespaces or {})
        self.renew()
        CompiledXPath._all.add(self)

    def renew(self) -> None:
        """Compile it."""
        self._compiled = etree.XPath(self._xpath, namespaces=self._namespaces)

    def __call__(self, element: Element) -> Any:
        """What it gives, asked of an element."""
        return self._compiled(element)

    @classmethod
    def renew_all(cls) -> None:
        """In the child of a fork."""
        for each in tuple(cls._all):
            each.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=CompiledXPath.renew_all)

# A position at the end of a path: libxml2 stops there, where in a predicate it takes six times as long.
_TOO_MANY = CompiledXPath(f"boolean(//*/@*[{MAX_ATTRIBUTES + 1}])")
_TOO_DEEP = CompiledXPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_HTML, _DOCUMENT_TYPE = "EI-NO-XML-03", "EI-NO-XML-04"
# How files that people take for invoices begin -> what they are.
_OTHER_KINDS = (
    (rb"%PDF-", "EI-NO-XML-08"),
    (
        rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|docProps/|xl/|word/|mimetypeapplication/vnd\.oasis)",
        "EI-NO-XML-16",
    ),
    (rb"\xd0\xcf\x11\xe0", "EI-NO-XML-16"),  # Office until 2003, Outlook's .msg
    (rb"PK\x03\x04", "EI-NO-XML-09"),
    (rb"[{\[]", "EI-NO-XML-10"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|BM.{4}\x00{4}|RIFF....WEBP", "EI-NO-XML-15"),
    (
        rb"(?i)(?:received|return-path|delivered-to|from|to|date|subject|message-id|mime-version|content-type):",
        "EI-NO-XML-17",
    ),
    (rb"(?i)<html[\s>]", _HTML),
    (rb"[^<]", "EI-NO-XML-18"),
)
_URI = re.compile(r"\{([^}]*)\}")
_POSITION = re.compile(r", line \d+, column \d+")
_SAFE: Any = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
}
_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

# The children of an element, as a list: of the few that most have, lxml makes it five times as fast as their iterator.
children: Callable[[Element], list[Element]] = itemgetter(slice(None))


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES) -> Element:
    """The root element of a well-formed XML document.

    Raises `Unreadable` for anything else, and for XML that is too large, too deep, or declares a document type.
    """
    if len(data) > max_bytes:
        raise Unreadable("EI-NO-XML-01", {"limit": str(max_bytes)})
    if not data.strip(b"\x00 \t\r\n"):
        raise Unreadable("EI-NO-XML-02")
    data = _ascii_compatible(data)
    if _DOCTYPE.match(data):
        html = re.search(rb"(?i)<!DOCTYPE\s+html", data[:4096])
        raise Unreadable(_HTML if html else _DOCUMENT_TYPE)
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refusal(data, error) from error
    if root.getroottree().docinfo.internalDTD is not None:  # the search above found it already; never trust one lock
        raise Unreadable(_DOCUMENT_TYPE)
    if _TOO_DEEP(root):
        raise Unreadable("EI-NO-XML-05", {"levels": str(MAX_DEPTH)})
    if _TOO_MANY(root):
        raise Unreadable("EI-NO-XML-14", {"limit": str(MAX_ATTRIBUTES)})
    return root


class Readable(Protocol):
    """What gives bytes piece by piece, such as an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        ...


def iterate(file: Readable, tags: Collection[str], broken: str) -> Iterator[Element]:
    """The elements of these names, each whole, thrown away with all before it when the next one is asked for.

    `broken` is the row of the `Unreadable` that is raised where the document is not well-formed. The caller has looked
    for a document type: `parse_xml` reads a document at once and can, this cannot.
    """
    events: Any = etree.iterparse(file, events=("end",), tag=tuple(tags), huge_tree=False, **_SAFE)
    try:
        for _, element in events:
            yield element
            element.clear()
            while (before := element.getprevious()) is not None:
                element.getparent().remove(before)
    except etree.XMLSyntaxError as error:
        raise _broken(broken, error) from error


def finder(xpath: str, namespaces: Mapping[str, str]) -> Callable[[Element], object]:
    """Whether an XPath 1.0 leads anywhere from an element, as a function of the element."""
    return CompiledXPath(f"boolean({xpath})", namespaces)


def text_finder(path: str) -> Callable[[Element], str]:
    """The text of the first element on a path such as `*/{urn:x}ID`, "" for none, as a function of where it starts.

    Without white space around it. Takes a third of the time of lxml's `findtext`.
    """
    uris = tuple(dict.fromkeys(_URI.findall(path)))
    xpath = _URI.sub(lambda found: f"n{uris.index(found[1])}:", path)
    first = CompiledXPath(f"({xpath})[1]", {f"n{number}": uri for number, uri in enumerate(uris)})

    def text(element: Element) -> str:
        found = first(element)
        return (found[0].text or "").strip() if found else ""

    return text


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def qualified_name(element: Element) -> str:
    """The name of an element as the document writes it: `cbc:ID`."""
    local = local_name(element)
    return f"{element.prefix}:{local}" if element.prefix else local


def namespace(element: Element) -> str:
    """The namespace of an element; "" where it has none."""
    return etree.QName(element).namespace or ""


def indented(root: Element) -> bytes:
    """The document with a line for each element, so that a person can read it; the element is indented in place."""
    etree.indent(root, "  ")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def without(root: Element, name: str) -> bytes:
    """The document without the elements of a name such as `{*}Note`; they are taken out of `root`."""
    etree.strip_elements(root, name, with_tail=False)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


class Locations:
    """Names the places of many elements of one document: siblings are counted once, not once for each place."""

    def __init__(self) -> None:
        self._numbers: dict[Element, Mapping[Element, int]] = {}  # of a parent, those of its children: `_numbered`
        self._above: dict[Element, str] = {}  # the paths of parents

    def of(self, element: Element, attribute: str | None = None) -> str:
        """The XPath of an element, or of its attribute, with the document's prefixes: `/Invoice/cac:InvoiceLine[2]`.

        An index stands only where an element has siblings of its name.
        """
        path = self._path(element)
        return path if attribute is None else f"{path}/@{_attribute_name(element, attribute)}"

    def _path(self, element: Element) -> str:
        parent = element.getparent()
        if parent is None:
            return f"/{qualified_name(element)}"
        above = self._above.get(parent)
        if above is None:  # a document is not deep (MAX_DEPTH), and what is above stands above others too
            above = self._above[parent] = self._path(parent)
        return f"{above}/{self._step(element, parent)}"

    def _step(self, element: Element, parent: Element) -> str:
        numbers = self._numbers.get(parent)
        if numbers is None:
            numbers = self._numbers[parent] = _numbered(children(parent))
        number = numbers.get(element)
        return f"{qualified_name(element)}[{number}]" if number else qualified_name(element)


def _numbered(siblings: Sequence[Element]) -> Mapping[Element, int]:
    """The numbers of those that have siblings of their name, among these."""
    if len({sibling.tag for sibling in siblings}) == len(siblings):  # as in most elements
        return {}
    alike: dict[str, list[Element]] = {}
    for sibling in siblings:
        alike.setdefault(sibling.tag, []).append(sibling)
    return {each: number for same in alike.values() if len(same) > 1 for number, each in enumerate(same, 1)}


def location(element: Element, attribute: str | None = None) -> str:
    """The XPath of one element or attribute, as `Locations` names it."""
    return Locations().of(element, attribute)


def _parser() -> etree.XMLParser:
    # A parser of its own for each call: lxml serialises threads that share one. huge_tree lifts libxml2's limit of
    # 10 MB for a single text, which attachments exceed; what it guards against needs a document type, refused above.
    return etree.XMLParser(huge_tree=True, **_SAFE)


def _ascii_compatible(data: bytes) -> bytes:
    """The document in an encoding whose ASCII characters are single bytes; UTF-16 becomes UTF-8."""
    if data.startswith(_UTF16_MARKS) or data[:2] in _UTF16_STARTS:
        big = data.startswith((codecs.BOM_UTF16_BE, b"\x00<"))
        try:
            text = data.decode("utf-16-be" if big else "utf-16-le").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise Unreadable("EI-NO-XML-06", {"detail": error.reason}) from error
        return _DECLARATION.sub("", text).encode("utf-8", "surrogatepass")
    declared = _ENCODING.match(data)
    if declared and not _ENCODINGS.fullmatch(declared[1]):
        name = declared[1].decode("ascii", "replace")
        raise Unreadable("EI-NO-XML-07", {"encoding": name})
    return data


def _refusal(data: bytes, error: etree.XMLSyntaxError | ValueError) -> Unreadable:
    """Why the parser refused the document: what it is instead or, of broken XML, where and how."""
    start = data.removeprefix(codecs.BOM_UTF8).lstrip()[:512]
    for mark, kind in _OTHER_KINDS:
        if re.match(mark, start, re.DOTALL):
            return Unreadable(kind)
    if data[:1].isspace() and start.startswith(b"<?xml"):
        return Unreadable("EI-NO-XML-11")
    if isinstance(error, ValueError):
        return Unreadable("EI-NO-XML-13", {"detail": str(error)})
    return _broken("EI-NO-XML-12", error)


def _broken(row: str, error: etree.XMLSyntaxError) -> Unreadable:
    line, column = error.position
    detail = _POSITION.sub("", error.msg or "")
    return Unreadable(row, {"line": str(line), "column": str(column), "detail": detail})


def _attribute_name(element: Element, name: str) -> str:
    uri, brace, local = name.rpartition("}")
    if not brace:
        return name
    prefixes = {value: key for key, value in element.nsmap.items() if key} | {_XML_NAMESPACE: "xml"}
    return f"{prefixes[uri[1:]]}:{local}"
