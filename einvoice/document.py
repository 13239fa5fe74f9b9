"""A document, opened once: what it is, its tree, its model, its container, each made when it is first asked for.

    document = Document(data)
    document.form                        # "xml", "pdf" or "json"
    document.detected.kind               # "invoice", "lifecycle", ...
    document.model                       # the Invoice, or the message

    report = ei.validate(document)       # one parse and one reading, however many verbs follow
    invoice = ei.parse(document)
    page = ei.render(document)

`Document.of(draft)` and `Document.of(invoice)` begin at the other end: the model is at hand, and `xml` is what it says
in the syntax of its profile.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from einvoice import cii, ubl
from einvoice.binding import Fields
from einvoice.cached import cached_property
from einvoice.detect import Detected, detected, is_pdf, read_detected
from einvoice.errors import EInvoiceError, Unreadable, Unrecognised, Unwritable
from einvoice.forms import from_zugferd_1, is_zugferd_1
from einvoice.model import Invoice
from einvoice.paths import Path
from einvoice.profiles import profile_of
from einvoice.report import SyntaxName
from einvoice.rulebook import Observation, at_source
from einvoice.schematron import RuleTree
from einvoice.xml import MAX_BYTES, Element, local_name, parse_xml, qualified_name

if TYPE_CHECKING:
    from einvoice.conversion.fitting import Fitted
    from einvoice.draft import Disagreement, Draft
    from einvoice.draft.completion import Completion
    from einvoice.facturx.container import ContainerCheck
    from einvoice.facturx.embedded import Extracted
    from einvoice.france.messages import Message

MESSAGES = ("lifecycle", "ereport", "directory")  # Detected.kind of the French messages
PROVISIONAL_NUMBER = "PROVISOIRE"  # BT-1 of a draft that is validated before it has its number
_HEAD = 512  # bytes in which JSON shows itself


class Document:
    """What was handed in, as bytes: XML, a PDF, or a draft in JSON. Any verb takes it in place of the bytes.

    Nothing is looked at before it is asked for, and nothing is looked at twice: one parse and one reading, however many
    verbs follow. What cannot be read is raised by the property that needs it (`Unreadable`, `Unrecognised`).
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._source: Draft | Invoice | None = None
        self._trees: dict[bytes, Element | Unreadable] = {}

    @classmethod
    def of(cls, source: Draft | Invoice) -> Document:
        """The document that a draft or an invoice means; there are no bytes yet."""
        made = cls(b"")
        made._source = source
        return made

    def forget(self) -> None:
        """Let go of all that was made of it; what is asked for next is made anew."""
        kept: dict[str, object] = {"data": self.data, "_source": self._source, "_trees": {}}
        self.__dict__.clear()
        self.__dict__.update(kept)

    @cached_property
    def form(self) -> Literal["xml", "pdf", "json", "model"]:
        """How the document came, by its content: "json" is a draft, "model" a `Draft` or an `Invoice` in hand."""
        if self._source is not None:
            return "model"
        head = self.data[:_HEAD].removeprefix(codecs.BOM_UTF8)
        if head.startswith(
            (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        ):  # as Windows saves "Unicode"; JSON is read so too
            head = head[2:].replace(b"\x00", b"")
        if head.lstrip().startswith(b"{") and len(self.data) <= MAX_BYTES:
            return "json"  # XML never begins so; one that is too large is refused as XML is
        return "pdf" if is_pdf(self.data) else "xml"

    @cached_property
    def draft(self) -> Draft | None:
        """The draft, where the document is one. Raises `DraftError` for JSON that is none."""
        if self.form == "json":
            from einvoice.draft import Draft  # noqa: PLC0415 - loaded for drafts only

            return Draft.model_validate_json(self.data)
        return None if isinstance(self._source, Invoice) else self._source

    @cached_property
    def _completion(self) -> Completion:
        from einvoice.draft.completion import completed  # noqa: PLC0415 - as above

        assert self.draft is not None  # noqa: S101 - asked of drafts only
        return completed(self.draft)

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """What a draft says against itself."""
        return () if self.draft is None else self._completion.disagreements

    def field_of(self, field: str) -> str:
        """From a field of the invoice to that of the draft."""
        if self.draft is None:
            return field
        from einvoice.draft.nesting import field_in  # noqa: PLC0415 - as above

        return field_in(self._line_places, field)

    @cached_property
    def _line_places(self) -> tuple[Path, ...]:
        from einvoice.draft.nesting import line_paths  # noqa: PLC0415 - as above

        return tuple(line_paths(self.draft.lines)) if self.draft else ()

    def source_of(self, field: str) -> str:
        """From a field of the invoice that is judged to that of the draft or the invoice in hand."""
        return self.field_of(str(self._to_original(Path.parse(field))))

    @cached_property
    def _to_original(self) -> Callable[[Path], Path]:
        return self._fitted.to_original()

    @cached_property
    def container(self) -> ContainerCheck:
        """The PDF around the invoice, checked."""
        from einvoice.facturx.container import check_container  # noqa: PLC0415 - the PDF library is loaded for PDFs only

        return check_container(self.data, parse=self._parsed)

    @cached_property
    def extracted(self) -> Extracted:
        """The invoice of a PDF and the files beside it. Raises `Unreadable`, or `Unrecognised` where none is inside."""
        from einvoice.facturx.embedded import extract  # noqa: PLC0415 - as above

        checked = self.__dict__.get("container")
        return checked.extracted if checked and checked.extracted else extract(self.data)

    def _parsed(self, xml: bytes) -> Element:
        """The document element of XML, parsed once. Raises `Unreadable`."""
        if xml not in self._trees:
            try:
                self._trees[xml] = parse_xml(xml)
            except Unreadable as fault:
                self._trees[xml] = fault
        known = self._trees[xml]
        if isinstance(known, Unreadable):
            raise known
        return known

    @cached_property
    def xml(self) -> bytes:
        """The XML: of a PDF the invoice in it, of a draft or an invoice what it means, written to be validated.

        What the schema demands and the invoice lacks is left out and stands in `lacking`; a draft that has no number
        yet gets a provisional one. Raises `Unreadable` or `Unrecognised` for a PDF without one, `Unwritable` for
        characters that XML forbids.
        """
        if self.form == "xml":
            return self.data
        if self.form == "pdf":
            return self.extracted.xml
        return self._written.xml

    @property
    def is_unnumbered(self) -> bool:
        """Whether this is a draft that gets its number when it is finalised."""
        return self.draft is not None and self.invoice.number is None

    @property
    def lacking(self) -> tuple[Observation, ...]:
        """What a draft or an invoice lacks and its syntax demands. Raises as `xml` does."""
        return self._written.lacking if self.form in ("json", "model") else ()

    @cached_property
    def _fitted(self) -> Fitted:
        from einvoice.conversion.fitting import fit  # noqa: PLC0415 - loaded for drafts and invoices in hand only

        invoice = self.invoice
        if self.is_unnumbered:
            invoice = invoice.model_copy(update={"number": PROVISIONAL_NUMBER})
        return fit(invoice, _syntax_of(invoice))

    @property
    def left_out(self) -> tuple[Observation, ...]:
        """What a draft or an invoice in hand says and the XML that it means does not, at the fields of the source."""
        from einvoice.conversion.losses import left_out  # noqa: PLC0415 - as above

        lost = (each for each in left_out(self.invoice, self._fitted) if each.severity == "warning")
        return at_source(lost, self.field_of)

    @cached_property
    def _written(self) -> _Written:
        invoice = self._fitted.invoice
        write = ubl.write if _syntax_of(invoice) == "ubl" else cii.write
        try:
            return _Written(write(invoice), ())
        except Unwritable as refused:
            # Other refusals are raised again here: only what is missing can be left out.
            return _Written(write(invoice, incomplete=True), refused.observations)

    @property
    def detected(self) -> Detected:
        """What the XML is. Raises `Unreadable` and `Unrecognised`, each time with the same fault."""
        if isinstance(self._detection, EInvoiceError):
            raise self._detection
        return self._detection

    @cached_property
    def _detection(self) -> Detected | Unreadable | Unrecognised:
        # The fault is kept: a property that raised would be computed again each time it is asked for.
        try:
            return detected(self._parsed(self.xml))
        except (Unreadable, Unrecognised) as fault:
            return fault

    @property
    def root(self) -> Element:
        """The document element of the XML."""
        root = self.detected.root
        assert root is not None  # noqa: S101 - only PDFs have none, and of a PDF the XML is detected
        return root

    @property
    def syntax(self) -> SyntaxName:
        """The syntax; CII in a PDF is called Factur-X."""
        return "facturx" if self.form == "pdf" and self.detected.syntax == "cii" else self.detected.syntax

    @cached_property
    def model(self) -> Invoice | Message:
        """What the document says, read once. Raises as `detected` does, `DraftError` for JSON that is no draft."""
        if self.draft is not None:
            return self._completion.invoice
        if isinstance(self._source, Invoice):
            return self._source
        if self._readable.kind in MESSAGES:
            from einvoice.france.messages import read_message  # noqa: PLC0415 - loaded for messages only

            return read_message(self.detected)
        return read_detected(self._readable)

    @property
    def is_older(self) -> bool:
        """Whether the document is of an older standard, which is read and not judged: ZUGFeRD 1."""
        return isinstance(self._detection, Unrecognised) and is_zugferd_1(self._parsed(self.xml))

    @property
    def _readable(self) -> Detected:
        """What is read: the document as it is or, of an older standard, in the form of today."""
        return detected(from_zugferd_1(self._parsed(self.xml))) if self.is_older else self.detected

    @property
    def invoice(self) -> Invoice:
        """The invoice. Raises `Unrecognised` for a message."""
        if isinstance(self.model, Invoice):
            return self.model
        return read_detected(self.detected)  # which says that it is none

    @property
    def judged(self) -> Invoice:
        """The invoice that the rules see: of a draft or an invoice in hand what is built of it, in its own profile."""
        return self._fitted.invoice if self.form in ("json", "model") else self.invoice

    @property
    def invoice_read(self) -> Invoice | None:
        """The invoice, where it is one and somebody has asked for what it says."""
        known = self.__dict__.get("model")
        return known if isinstance(known, Invoice) else None

    @cached_property
    def _fields(self) -> Fields:
        return ubl.fields(self.root) if self.detected.syntax == "ubl" else cii.fields(self.root)

    @cached_property
    def _xpath_of(self) -> Callable[[str], str | None]:
        """Where the schema of the document has a field."""
        if self.detected.syntax == "ubl":
            return partial(ubl.xpath_of, credit_note=local_name(self.root) == "CreditNote")
        return cii.xpath_of

    def value_of(self, field: str, below: str) -> tuple[str, int | None] | None:
        """XPath and line of a field's value, where it lies below an XPath of the invoice; None where it does not."""
        known = self._xpath_of(str(Path.parse(field).plain))
        way = self._fields.below(below, known) if known else ()
        if not way:
            return None
        above, *inside = way
        line: Any = inside[-1].sourceline  # an int or None, which its stub does not say
        start = below if self._fields.is_written(below) else self.detected.locations.of(above)
        xpath = "/".join((start, *map(qualified_name, inside)))
        self._fields.know(xpath, (inside[-1], None))  # who tells what is written there asks for it again
        return xpath, line

    def know(self, xpath: str, node: int) -> None:
        """Where an XPath of the invoice leads that rules have written of a node of `rule_tree`: it need not be read."""
        element = self.rule_tree.element(node)
        if element is not None:
            is_attribute = self.rule_tree.tag[node][0] == "@"
            self._fields.know(xpath, (element, self.rule_tree.local_name(node) if is_attribute else None))

    def element_at(self, xpath: str) -> Element:
        """The element of an XPath of the invoice; the last one on the way where there is none."""
        return self._fields.resolved(xpath)[0]

    def place_of(self, field: str) -> tuple[str, int | None] | None:
        """XPath and line of the element that holds a field's value, such as `lines[2].net_amount`; None for none."""
        element = self._elements.get(field)
        if element is None:
            return None
        line: Any = element.sourceline  # as above
        return self.detected.locations.of(element), line

    @cached_property
    def _elements(self) -> dict[str, Element]:
        """The element of each field, from the index of all places: for what is said of a field and knows no element."""
        return {field: element for (element, attribute), field in self._fields.places.items() if attribute is None}

    def field_at(self, xpath: str) -> str | None:
        """Where in the model an XPath of the document leads."""
        return self._field_at(xpath)

    @cached_property
    def _field_at(self) -> Callable[[str], str | None]:
        found = self.detected
        if found.syntax in ("ubl", "cii"):
            return self._fields.at
        from einvoice.france.messages import fields_of  # noqa: PLC0415 - loaded for messages only

        return fields_of(found)

    @cached_property
    def rule_tree(self) -> RuleTree:
        """The tree as compiled rules read it, made once for all rule sets."""
        return RuleTree(self.root)


class _Written(NamedTuple):
    """What a draft or an invoice means, in XML."""

    xml: bytes
    lacking: tuple[Observation, ...]  # what is left out because it is not there


def _syntax_of(invoice: Invoice) -> Literal["ubl", "cii"]:
    """The syntax that the profile of an invoice asks for: CII for a profile of Factur-X, else UBL."""
    rules = profile_of(invoice.specification_identifier).rules
    return "cii" if "ubl" not in rules and "cii" in rules else "ubl"
