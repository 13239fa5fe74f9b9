"""One table, two directions: the same rows read an XML document and write it.

A table says where each attribute of a model lives in an XML element, one row a line, in the order of the schema:

    number                cbc:ID                                    text of a child element
    seller                cac:AccountingSupplierParty/cac:Party  SELLER   an object, read with the table SELLER
    lines*                cac:InvoiceLine  LINE                     repeated
    totals.amount_due     cac:LegalMonetaryTotal/cbc:PayableAmount  an attribute of the group `totals`
    scheme_id             cbc:ID/@schemeID                          an XML attribute;  .  is the element's own text
    /tax_point_date_code  ram:DueDateTypeCode                       of the document, though inside a group;
    ^due_date             cbc:PaymentDueDate                        ... written in the first of the groups only
    ?due_date             cac:PaymentTerms/cbc:PaymentDueDate       read where it is met, never written here
    'TAX|FC'              cac:TaxScheme/cbc:ID                      a constant: the first spelling is written, others
                                                                    are accepted, anything else is reported
    =false|0              cbc:ChargeIndicator                       a constant that tells siblings apart when reading;
                                                                    {currency_code} is the document's, "" is absent
                                                                    ("{x?}": any, if the document does not say)
    account+other         ram:ProprietaryID                         `other` is what it says beside another row's account
    =*                    ram:ApplicableTradePaymentDiscountTerms   an element that is there tells siblings apart
    identifier!           cbc:ID                                    the schema demands it when its parent is written
    number=NA             cbc:ID                                    ... and this word, or {another attribute}, is
                                                                    written for a value that is absent
    !                     ram:ApplicableHeaderTradeDelivery         always written, even empty

`tag[label]` tells apart siblings that share a tag; the label `[else]` also says that there is room for one only. Two
rows for one attribute are alternatives: the first that can say the whole value is written (an identifier without scheme
goes to `ram:ID`, with one to `ram:GlobalID`). The third column names a subtable, or a codec where the one that the
model's annotation asks for will not do. That is the whole language: what it cannot say is a function beside the table.

The engine knows nothing of invoices: lifecycle messages and reports are other models with other tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar, cast

from pydantic import BaseModel

from einvoice.binding.codecs import Codec, Partial, binary, binary_text, decimal, iso_date, number
from einvoice.binding.locating import Fields, schema_xpath
from einvoice.binding.nodes import Node, Shape
from einvoice.binding.reading import Known, read
from einvoice.binding.table import Grammar, compile_tables
from einvoice.binding.writing import write
from einvoice.errors import Unwritable
from einvoice.model import Unread
from einvoice.xml import Element, Locations, text_finder

__all__ = [
    "Codec",
    "Fields",
    "Grammar",
    "Partial",
    "Syntax",
    "binary",
    "binary_text",
    "decimal",
    "iso_date",
    "number",
]

M = TypeVar("M", bound=BaseModel)


class Syntax(Generic[M]):
    """A compiled grammar and the name of its root element."""

    def __init__(self, root: str, grammar: Grammar, term_of: Callable[[str], str | None] = lambda _: None) -> None:
        """`term_of` names the business term of a field, for findings."""
        self.root = root
        self._term_of = term_of
        self.grammar = grammar
        self.shape = compile_tables(grammar)[grammar.start]
        namespaces = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{uri}"' for prefix, uri in grammar.namespaces.items() if uri
        )
        start = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{namespaces}>'
        self._document = Node("", root, inside=self.shape, always=True, opening=start, closing=f"</{root}>\n")
        self._xpaths: dict[str, str | None] = {}
        references = sorted(_references(self.shape, set()))
        self._known = {key: text_finder(_plain_path(self.shape, key)) for key in references}

    def read(self, root: Element, locations: Locations | None = None) -> tuple[M, tuple[Unread, ...]]:
        """The model object that the element says, and all that it could not hold. Never raises on content."""
        made, unread = read(self.shape, root, self.known(root), locations or Locations())
        return cast(M, made), unread

    def whole(self, root: Element) -> M:
        """The model object that the element says; what it could not hold is in its field `unread`."""
        made, unread = self.read(root)
        return made.model_copy(update={"unread": unread}) if unread else made

    def write(self, item: M, *, incomplete: bool = False) -> bytes:
        """The document, in UTF-8. Raises `Unwritable` where the schema demands what the object lacks.

        With `incomplete`, what there is is written all the same.
        """
        try:
            return write(self._document, item, incomplete=incomplete)
        except Unwritable as refused:
            faults = tuple(replace(each, term=self._term_of(each.field) or "") for each in refused.observations)
            raise refused.with_observations(faults) from None

    def fields(self, root: Element) -> Fields:
        """The fields of the document's elements, to ask many times: `syntax.fields(root).at(xpath)`."""
        return Fields(self.shape, self.known(root), root)

    def xpath_of(self, path: str) -> str | None:
        """The XPath of a field in the schema, without positions; None where the syntax has no place for it."""
        if path not in self._xpaths:  # there are as many as the model has fields
            prefixes = {uri: prefix for prefix, uri in self.grammar.namespaces.items()}
            self._xpaths[path] = schema_xpath(self.shape, f"/{self.root}", prefixes, path)
        return self._xpaths[path]

    def known(self, root: Element) -> Known:
        """What the document says of itself and constants refer to, such as its currency."""
        return Known({key: text for key, text_of in self._known.items() if (text := text_of(root))})


def _references(shape: Shape, seen: set[int]) -> set[str]:
    """The document attributes that constants name in braces."""
    if id(shape) in seen:
        return set()
    seen.add(id(shape))
    constants = [attribute.constant for attribute in shape.attributes.values()]
    constants += [node.constant for node in shape.kids]
    found = {text[1:-1].rstrip("?") for constant in constants for text in constant if text.startswith("{")}
    for node in shape.kids:
        found |= _references(node.inside, seen)
    return found


def _plain_path(shape: Shape, key: str) -> str:
    """The path from the root to the element of a document attribute."""
    found = _search(shape.kids, key)
    if found is None:
        raise ValueError(f"a constant refers to {key!r}, which no row of the document binds")
    return "/".join(found)


def _search(nodes: list[Node], key: str) -> list[str] | None:
    for node in nodes:
        if node.key == key:
            return [node.tag]
        if node.inside.maker is None and (rest := _search(node.inside.kids, key)):
            return [node.tag, *rest]
    return None
