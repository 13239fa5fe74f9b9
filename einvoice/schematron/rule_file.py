"""What every importer needs: a rule file opened safely, refusals that name the place, and the parts all kinds share.

A `.sch` and the stylesheets made from one hold the same `xsl:key` and the same messages (and the same functions: see
`instructions`).

Source: ISO/IEC 19757-3:2016 annex H (query binding xslt2); XSLT 2.0, section 16.3 (keys).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from einvoice.errors import Unreadable
from einvoice.schematron.rule_error import RuleError
from einvoice.schematron.rules import Key, Value
from einvoice.schematron.xpath.lexer import NAME
from einvoice.xml import Element, parse_xml

SCH = "{http://purl.oclc.org/dsdl/schematron}"
XSL = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
FACT = "{urn:einvoice:facts}fact"  # on a value in a message: its name
FILE = "{urn:einvoice:schematron}file"  # on an element that came from another file: that file's path
XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"

_IS_NAME = re.compile(NAME).fullmatch
_SPACE = re.compile(r"[ \t\r\n]+")  # white space as XML has it: a no-break space is text


class RuleFile:
    """A parsed rule file, which knows its name so that a refusal can say it."""

    def __init__(self, source: str, root: Element) -> None:
        self.source = source
        self.root = root

    def refuse(self, element: Element, message: str) -> RuleError:
        """The error to raise for an element that is not understood."""
        attributes = "".join(f' {_local(key)}="{value}"' for key, value in _attributes(element) if key != FILE)
        return RuleError(
            file_of(element) or self.source, line_of(element), f"<{_local(str(element.tag))}{attributes}>", message
        )


def open_rule_file(source: str, content: bytes) -> RuleFile:
    """Parse a rule file. Raises RuleError if it is not well-formed XML or declares a document type."""
    try:
        return RuleFile(source, parse_xml(content))
    except Unreadable as error:
        raise RuleError(source, None, str(error), "cannot be read", error) from None


def children(element: Element) -> Iterator[Element]:
    """The child elements (comments and processing instructions are not parsed, an entity would be a third kind)."""
    return (child for child in element if isinstance(child.tag, str))


def file_of(element: Element) -> str:
    """The path of the included file that an element came from, seen from the main file; "" for that itself."""
    return next((found for each in (element, *element.iterancestors()) if (found := each.get(FILE))), "")


def line_of(element: Element) -> int:
    """The line on which an element starts; 0 for one that no file holds."""
    line: Any = element.sourceline
    return int(line or 0)


def check_attributes(file: RuleFile, element: Element, allowed: str) -> None:
    """Refuse an attribute that changes the meaning and is not known; `allowed` lists the known ones."""
    for name, _ in _attributes(element):
        if name not in allowed.split() and not name.startswith("{"):
            raise file.refuse(element, f"the attribute '{name}' is not supported here")


def required(file: RuleFile, element: Element, name: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None or not value.strip():
        raise file.refuse(element, f"the attribute '{name}' is missing")
    return value.strip()


def required_name(file: RuleFile, element: Element, attribute: str) -> str:
    """An attribute that must be there and a name of XML without a colon: of a variable, of a prefix."""
    name = required(file, element, attribute)
    if not _IS_NAME(name):
        raise file.refuse(element, f"the attribute '{attribute}' must be a name, and {name!r} is none")
    return name


def refuse_text(file: RuleFile, element: Element) -> None:
    """Refuse text between the child elements of something that holds elements only."""
    if "".join([element.text or "", *(child.tail or "" for child in element)]).strip():
        raise file.refuse(element, "text is not expected here")


def collapse(parts: list[str | Value]) -> tuple[str | Value, ...]:
    """A message without the layout of its source: each run of white space is one space, none at the ends."""
    joined: list[str | Value] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    spaced = [_SPACE.sub(" ", part) if isinstance(part, str) else part for part in joined]
    if spaced and isinstance(spaced[0], str):
        spaced[0] = spaced[0].lstrip(" ")
    if spaced and isinstance(spaced[-1], str):
        spaced[-1] = spaced[-1].rstrip(" ")
    return tuple(part for part in spaced if part != "")


def read_value(file: RuleFile, element: Element) -> Value:
    """A `value-of` in a message, with the name of its fact, if it has one."""
    return Value(required(file, element, "select"), element.get(FACT, "").strip())


def namespaces(file: RuleFile, declared: dict[str, str]) -> dict[str, str]:
    """The prefixes that expressions may use: those declared, those in scope at the root, and `xs`."""
    in_scope = {prefix: uri for prefix, uri in file.root.nsmap.items() if prefix}
    return {"xs": XML_SCHEMA} | in_scope | declared


def read_key(file: RuleFile, element: Element) -> Key:
    """An `xsl:key` with its `use` attribute."""
    check_attributes(file, element, "name match use")
    if len(element):
        raise file.refuse(element, "a key is supported with its use attribute only")
    return Key(
        name=required(file, element, "name"),
        match=required(file, element, "match"),
        use=required(file, element, "use"),
        line=line_of(element),
    )


def _attributes(element: Element) -> list[tuple[str, str]]:
    attributes: Any = element.attrib  # the stubs say bytes as well; lxml gives str
    return list(attributes.items())


def _local(name: str) -> str:
    return name.rpartition("}")[2]
