"""What every importer needs: a rule file opened safely, refusals that name the place, and the parts all kinds share.

A `.sch` and the stylesheets made from one hold the same `xsl:function`, the same `xsl:key` and the same messages.

Source: ISO/IEC 19757-3:2016 annex H (query binding xslt2); XSLT 2.0, sections 10.3 (functions) and 16.3 (keys).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from einvoice.errors import Unreadable
from einvoice.schematron.rule_error import RuleError
from einvoice.schematron.rules import Function, Key, Let, Param, Value
from einvoice.xml import parse_xml

__all__ = [
    "SCH",
    "SVRL",
    "XSL",
    "RuleFile",
    "check_attributes",
    "children",
    "collapse",
    "line_of",
    "literal",
    "namespaces",
    "open_rule_file",
    "read_function",
    "read_key",
    "read_variable",
    "refuse_text",
    "required",
]

SCH = "{http://purl.oclc.org/dsdl/schematron}"
XSL = "{http://www.w3.org/1999/XSL/Transform}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
XML_SCHEMA = "http://www.w3.org/2001/XMLSchema"

_SPACE = re.compile(r"[ \t\r\n]+")  # white space as XML has it: a no-break space is text


class RuleFile:
    """A parsed rule file, which knows its name so that a refusal can say it."""

    def __init__(self, source: str, root: etree._Element) -> None:
        self.source = source
        self.root = root

    def refuse(self, element: etree._Element, message: str) -> RuleError:
        """The error to raise for an element that is not understood."""
        attributes = "".join(f' {_local(key)}="{value}"' for key, value in _attributes(element))
        return RuleError(self.source, line_of(element), f"<{_local(str(element.tag))}{attributes}>", message)


def open_rule_file(source: str, content: bytes) -> RuleFile:
    """Parse a rule file. Raises RuleError if it is not well-formed XML or declares a document type."""
    try:
        return RuleFile(source, parse_xml(content))
    except Unreadable as error:
        raise RuleError(source, None, str(error), "cannot be read") from None


def children(element: etree._Element) -> Iterator[etree._Element]:
    """The child elements (comments and processing instructions are not parsed, an entity would be a third kind)."""
    return (child for child in element if isinstance(child.tag, str))


def line_of(element: etree._Element) -> int:
    """The line on which an element starts; 0 for one that no file holds."""
    line: Any = element.sourceline
    return int(line or 0)


def check_attributes(file: RuleFile, element: etree._Element, allowed: str) -> None:
    """Refuse an attribute that changes the meaning and is not known; `allowed` lists the known ones."""
    for name, _ in _attributes(element):
        if name not in allowed.split() and not name.startswith("{"):
            raise file.refuse(element, f"the attribute '{name}' is not supported here")


def required(file: RuleFile, element: etree._Element, name: str) -> str:
    """An attribute that must be there."""
    value = element.get(name)
    if value is None or not value.strip():
        raise file.refuse(element, f"the attribute '{name}' is missing")
    return value.strip()


def refuse_text(file: RuleFile, element: etree._Element) -> None:
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


def literal(text: str) -> str:
    """A text as an XPath string literal."""
    return "'" + text.replace("'", "''") + "'"


def namespaces(file: RuleFile, declared: dict[str, str]) -> dict[str, str]:
    """The prefixes that expressions may use: those declared, those in scope at the root, and `xs`."""
    in_scope = {prefix: uri for prefix, uri in file.root.nsmap.items() if prefix}
    return {"xs": XML_SCHEMA} | in_scope | declared


def read_function(file: RuleFile, element: etree._Element) -> Function:
    """An `xsl:function` made of parameters, variables and one `sequence` or `value-of`.

    Raises RuleError for any other content.
    """
    check_attributes(file, element, "name as override")
    refuse_text(file, element)
    params: list[Param] = []
    lets: list[Let] = []
    result: str | None = None
    for child in children(element):
        if result is not None:
            raise file.refuse(child, "nothing may follow the result of a function")
        if child.tag == XSL + "param":
            check_attributes(file, child, "name as")
            params.append(Param(required(file, child, "name"), child.get("as", "").strip()))
        elif child.tag == XSL + "variable":
            lets.append(read_variable(file, child))
        elif child.tag == XSL + "sequence":
            check_attributes(file, child, "select")
            result = required(file, child, "select")
        elif child.tag == XSL + "value-of":
            result = _text_result(file, child, element.get("as", "").strip())
        else:
            raise file.refuse(child, "not supported in a function")
    if result is None:
        raise file.refuse(element, "a function needs a result")
    return Function(
        name=required(file, element, "name"),
        params=tuple(params),
        lets=tuple(lets),
        result=result,
        line=line_of(element),
        type=element.get("as", "").strip(),
    )


def _text_result(file: RuleFile, element: etree._Element, declared: str) -> str:
    """What `xsl:value-of` gives: one text, converted to the declared type as untyped text is."""
    check_attributes(file, element, "select separator")
    separator = literal(element.get("separator", " "))
    joined = f"string-join(for $item in ({required(file, element, 'select')}) return string($item), {separator})"
    atomic = declared.rstrip("?*+")
    return f"{atomic if atomic.startswith('xs:') else 'xs:untypedAtomic'}({joined})"


def read_variable(file: RuleFile, element: etree._Element) -> Let:
    """An `xsl:variable` or `xsl:param` that has a `select`, or holds a text.

    Raises RuleError where it holds elements.
    """
    check_attributes(file, element, "name as select")
    name, declared, select = required(file, element, "name"), element.get("as", "").strip(), element.get("select")
    if select is None:
        if len(element) or not element.text:
            raise file.refuse(element, "a variable needs a select or a text")
        atomic = declared or "xs:untypedAtomic"
        select = f"{atomic.rstrip('?*+')}({literal(element.text)})"
    return Let(name, select.strip(), line_of(element), declared)


def read_key(file: RuleFile, element: etree._Element) -> Key:
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


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    attributes: Any = element.attrib  # the stubs say bytes as well; lxml gives str
    return list(attributes.items())


def _local(name: str) -> str:
    return name.rpartition("}")[2]
