"""Where a finding is: the XPath of a node, as a person would write it.

    /Invoice/cac:InvoiceLine[2]/cbc:ID/@schemeID

The prefixes are the document's own, an index stands only where an element has siblings of its name. Both engines name
places this way, so that their findings can be held against each other.

Source: XPath 2.0, section 3.2 (abbreviated path expressions).
"""

from __future__ import annotations

from lxml import etree

__all__ = ["location"]

_XML = "http://www.w3.org/XML/1998/namespace"


def location(element: etree._Element, attribute: str | None = None) -> str:
    """The path of an element, or of an attribute of it, given by its name in lxml's form: `schemeID`, `{uri}name`."""
    steps = [_step(ancestor) for ancestor in element.iterancestors()]
    path = "".join(f"/{step}" for step in [*reversed(steps), _step(element)])
    return path if attribute is None else f"{path}/@{_attribute_name(element, attribute)}"


def _step(element: etree._Element) -> str:
    local = element.tag.rpartition("}")[2]
    name = f"{element.prefix}:{local}" if element.prefix else local
    before = sum(1 for _ in element.itersiblings(element.tag, preceding=True))
    if before or next(element.itersiblings(element.tag), None) is not None:
        return f"{name}[{before + 1}]"
    return name


def _attribute_name(element: etree._Element, name: str) -> str:
    uri, brace, local = name.rpartition("}")
    if not brace:
        return name
    prefixes = {value: key for key, value in element.nsmap.items() if key} | {_XML: "xml"}
    return f"{prefixes[uri[1:]]}:{local}"
