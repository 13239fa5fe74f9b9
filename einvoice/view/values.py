"""Values of the invoice as spans, and the small templates that the layout is written in.

    writer.spans(invoice, "", "{purchase_order_reference}| · {purchase_order_date}")

A template is a row of pieces, separated by bars. Each piece shows one value; text around the value belongs to it and
vanishes with it, `[key]` in that text is a label, `:strong`, `:muted` or `:code` after the field is its look. A row of
a table of entries begins with its label (`-` for none, `=` before it for a total, `!` for the amount to pay, `@` where
the name of an identifier's scheme is the better label), and `field*` repeats the row for each part of a tuple:

    contract            {contract_reference}| · {contract_date}
    preceding_invoice   preceding_invoices* {reference:strong}| · {issue_date}

How a value is written follows from its type in the model: an `Amount` gets its currency, a code its meaning, ...
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, cast

from einvoice.data import Language
from einvoice.model import Address, Identifier, Invoice, Period
from einvoice.values import Model
from einvoice.view import formatting
from einvoice.view.leaves import data_type, says_nothing
from einvoice.view.page import Entry, Look, Span, Spans
from einvoice.view.words import label, meaning
from einvoice.visible import visible

# Which list a code belongs to: by its field, or by its class and field where fields of the same name differ.
LISTS = {
    "type_code": "invoice_type",
    "currency_code": "currency",
    "vat_accounting_currency_code": "currency",
    "tax_point_date_code": "vat_point_date",
    "vat_point_date_code": "vat_point_date",
    "contract_type_code": "contract",
    "business_process_type": "business_process",
    "specification_identifier": "profile",
    "country_code": "country",
    "item_country_of_origin": "country",
    "role_code": "party_role",
    "subject_code": "note_subject",
    "DeliveryTerms.code": "incoterm",
    "means_code": "payment_means",
    "vat_category_code": "vat_category",
    "category_code": "vat_category",
    "vat_exemption_reason_code": "vatex",
    "exemption_reason_code": "vatex",
    "item_price_discount_reason_code": "allowance_reason",
    "non_vat_tax_code": "non_vat_tax",
    "subtype_code": "line_subtype",
    "unit_code": "unit",
    "item_price_base_quantity_unit_code": "unit",
    "measured_unit_code": "unit",
    "period_unit_code": "unit",
    "SupportingDocument.description": "attachment_label",
    "Unread.kind": "unread",
}
SCHEMES = {  # which list names the scheme of an identifier: "scheme" where nothing is said here
    "electronic_address": "",  # its label says enough
    "invoice_object_identifier": "object",
    "object_identifiers": "object",
    "item_classification_identifiers": "classification",
}
REASONS = {  # a code that needs no meaning where the invoice says it in its own words
    "vat_exemption_reason_code": "vat_exemption_reason",
    "exemption_reason_code": "exemption_reason",
    "item_price_discount_reason_code": "item_price_discount_reason",
    "reason_code": "reason",
}
COUNTED = {  # the quantity that puts a unit into the plural
    "unit_code": "quantity",
    "item_price_base_quantity_unit_code": "item_price_base_quantity",
    "measured_unit_code": "measured_value",
    "period_unit_code": "period",
}
ADDRESS = (
    "{street_name}",
    "{additional_street_name}",
    "{address_line_3}",
    "{postal_zone}| {city_name}",
    "{country_subdivision}",
    "{country_code}",
)
ENTRY_LOOKS: dict[str, Literal["", "sum", "due"]] = {"=": "sum", "!": "due"}
PIECE = re.compile(r"([^{}]*)\{([\w.]+)(?::(\w+))?\}([^{}]*)")
ROW = re.compile(r"(\S+)\s+(?:(\w+)\*\s*)?(.+)")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values of one invoice in one language."""

    language: Language
    currency: str | None
    vat_currency: str | None

    @classmethod
    def of(cls, invoice: Invoice, language: Language) -> Writer:
        """The writer for that invoice."""
        return cls(language, invoice.currency_code, invoice.vat_accounting_currency_code)

    def entries(self, part: Model | None, path: str, rows: str) -> tuple[Entry, ...]:
        """The rows that have something to show."""
        if part is None:
            return ()
        found = []
        for key, repeated, template in _rows(rows):
            for each, place in _parts(part, path, repeated):
                scheme = self._scheme(each, template) if key.startswith("@") else ""
                if value := self.spans(each, place, template, named=bool(scheme)):
                    words = "" if key == "-" else scheme or label(key.lstrip("@=!"), self.language)
                    found.append(Entry(words, value, ENTRY_LOOKS.get(key[0], "")))
        return tuple(found)

    def spans(self, part: Model | None, path: str, template: str, *, named: bool = False) -> Spans:
        """What the template shows of this part of the invoice; nothing if it has none of the values."""
        spans: list[Span] = []
        if part is None:
            return ()
        for before, dotted, look, after in _pieces(template):
            if value := self._dotted(part, path, dotted, look, named=named):
                spans += (*self._literal(before if spans else before.lstrip(" ·,:–")), *value, *self._literal(after))
        return tuple(_spaced(spans))

    def value(self, owner: Model, field: str, path: str, look: Look = "") -> Spans:
        """A field of a part of the invoice, written as its type demands."""
        value = getattr(owner, field)
        if isinstance(value, tuple):
            items = [self._model(each, field, f"{path}[{index}]", look) for index, each in enumerate(value)]
            return tuple(span for item in items for span in (Span(", "), *item))[1:]
        if isinstance(value, Model):
            return self._model(value, field, path, look)
        if says_nothing(field, value):
            return ()
        if isinstance(value, str):
            return self._text(owner, field, value, path, look)
        return (Span(self._figure(owner, field, value), path, look),)

    def _literal(self, text: str) -> Spans:
        words = re.sub(r"\[(\w+)\]", lambda found: label(found[1], self.language), text)
        return (Span(words, look="muted"),) if words else ()

    def _dotted(self, part: Model, path: str, dotted: str, look: Look, *, named: bool) -> Spans:
        """The value at a dotted path below `part`; `.` is the part itself."""
        if dotted == ".":
            return self._model(part, path.rpartition(".")[2].partition("[")[0], path, look, named=named)
        field, _, rest = dotted.partition(".")
        inner, place = getattr(part, field), f"{path}.{field}" if path else field
        if rest:
            return self._dotted(inner, place, rest, look, named=named) if inner else ()
        return self._model(inner, field, place, look, named=True) if named else self.value(part, field, place, look)

    def _model(self, part: Model, field: str, path: str, look: Look, *, named: bool = False) -> Spans:
        if isinstance(part, Identifier):
            return self._identifier(part, SCHEMES.get(field, "scheme"), path, look, named=named)
        if isinstance(part, Period):
            if part.start_date and part.end_date:
                return self.spans(part, path, "{start_date}| – {end_date}")
            return self.spans(part, path, "[from] {start_date}|[until] {end_date}")
        if isinstance(part, Address):
            lines = [self.spans(part, path, template) for template in ADDRESS]
            return tuple(span for line in lines if line for span in (Span(", "), *line))[1:]
        raise TypeError(f"{type(part).__name__} at {path} has no way to be written on one line")

    def _identifier(self, part: Identifier, codes: str, path: str, look: Look, *, named: bool) -> Spans:
        """The identifier after the name of its scheme (unless the label says it), and the scheme's code."""
        scheme = part.scheme_id or ""
        name = "" if named else meaning(codes, scheme, self.language)
        spans = [Span(f"{name} ", look="muted")] if name else []
        if part.value:
            spans.append(Span(visible(formatting.registration(part.value, scheme)), f"{path}.value", look))
        schemes = [key for key in ("scheme_id", "scheme_version_id") if getattr(part, key)]
        if part.name:
            spans.append(Span(f" {visible(part.name)}" if spans else visible(part.name), f"{path}.name"))
        return (*spans, *(Span(visible(getattr(part, key)), f"{path}.{key}", "code") for key in schemes))

    def _scheme(self, part: Model, template: str) -> str:
        """The name of the scheme of the identifier that the template shows."""
        dotted = _pieces(template)[0][1]
        found = part if dotted == "." else getattr(part, dotted, None)
        return meaning("scheme", found.scheme_id or "", self.language) if isinstance(found, Identifier) else ""

    def _text(self, owner: Model, field: str, text: str, path: str, look: Look) -> Spans:
        if field in {"account_identifier", "debited_account_identifier"}:
            name = (Span("IBAN ", look="muted"),) if formatting.is_iban(text) else ()
            return (*name, Span(visible(formatting.account(text)), path, look))
        codes = LISTS.get(field) or LISTS.get(f"{type(owner).__name__}.{field}")
        if field == "reason_code":
            codes = "charge_reason" if ".charges[" in f".{path}" else "allowance_reason"
        if not codes:
            return (Span(visible(text), path, look),)
        if look == "code" or getattr(owner, REASONS.get(field, ""), None):
            return (Span(visible(text), path, "code"),)
        quantity = getattr(owner, COUNTED.get(field, ""), None)
        words = meaning(codes, text, self.language, many=self._many(quantity))
        return (
            (Span(words, look=look), Span(visible(text), path, "code")) if words else (Span(visible(text), path, look),)
        )

    def _many(self, quantity: Decimal | None) -> bool:
        """French counts in the plural from two, English with anything but one."""
        if quantity is None:
            return False
        return abs(quantity) >= 2 if self.language == "fr" else abs(quantity) != 1

    def _figure(self, owner: Model, field: str, value: Any) -> str:
        if isinstance(value, bytes):
            return formatting.size(len(value), self.language)
        if isinstance(value, date):
            return formatting.day(value, self.language)
        if not isinstance(value, Decimal):
            return str(value)
        kind = data_type(type(owner), field)
        if kind == "Percentage":
            return formatting.percentage(value, self.language)
        if kind in {"Amount", "UnitPrice"}:
            currency = self.vat_currency if field.endswith("_in_accounting_currency") else self.currency
            return formatting.amount(value, visible(currency or ""), self.language)
        return formatting.number(value, self.language)


def _spaced(spans: list[Span]) -> Iterator[Span]:
    """The spans with a space before each code that follows other text."""
    before = " "
    for span in spans:
        if span.look == "code" and not before.endswith(" "):
            yield Span(" ")
        yield span
        before = span.text


@cache
def _rows(rows: str) -> tuple[tuple[str, str | None, str], ...]:
    """Label key, repeated field and template of each row; `AttributeError` for a row that is none."""
    found = (cast("re.Match[str]", ROW.fullmatch(row.strip())).groups() for row in rows.strip().splitlines())
    return cast("tuple[tuple[str, str | None, str], ...]", tuple(found))


@cache
def _pieces(template: str) -> tuple[tuple[str, str, Look, str], ...]:
    """Text before, dotted field, look and text after of each piece; `AttributeError` for a piece that is none."""
    found = (cast("re.Match[str]", PIECE.fullmatch(piece)).groups("") for piece in template.split("|"))
    return cast("tuple[tuple[str, str, Look, str], ...]", tuple(found))


def _parts(part: Model, path: str, repeated: str | None) -> Iterator[tuple[Model, str]]:
    """The part itself or, for a repeated field, each of the parts that it holds."""
    if repeated is None:
        yield part, path
        return
    place = f"{path}.{repeated}" if path else repeated
    for index, each in enumerate(getattr(part, repeated)):
        yield each, f"{place}[{index}]"
