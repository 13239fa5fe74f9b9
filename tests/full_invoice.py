"""An invoice in which every field of the model has a value of its own, made from the model itself.

A field added to the model is in it at once, so that a syntax which has no place for it is noticed.
"""

from __future__ import annotations

import types
import typing
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from pydantic import BaseModel

from einvoice.model import Invoice

# Codes that the schemas restrict, and texts that a syntax gives a meaning: by field name.
_GIVEN: dict[str, Any] = {
    "currency_code": "EUR",
    "vat_accounting_currency_code": "USD",
    "type_code": "380",
    "country_code": "FR",
    "item_country_of_origin": "DE",
    "means_code": "30",
    "unit_code": "HUR",
    "item_price_base_quantity_unit_code": "HUR",
    "measured_unit_code": "KGM",
    "vat_category_code": "S",
    "category_code": "S",
    "tax_point_date_code": "432",
    "vat_point_date_code": "35",
    "subject_code": "AAI",
    "mime_code": "application/pdf",
    "role_code": "SE",
    "account_identifier": "FR7630006000011234567890189",
    "debited_account_identifier": "FR7630006000019876543210123",
    "subtype_code": "DETAIL",
    "contract_type_code": "CT",
    "delivery_terms.code": "DAP",
    "invoice_object_identifier.scheme_id": "AFL",
    "object_identifiers.scheme_id": "AFL",
}
# Where two fields compete for one place, the later one stays empty.
_EMPTY = {"non_vat_tax_code", "unread", "sub_lines", "nature"}


def full_invoice(**changes: Any) -> Invoice:
    """Every field filled, lists with two items each."""
    return _filled(Invoice, count(1), "").model_copy(update=changes)


def _filled(model: type[BaseModel], numbers: Any, name: str) -> Any:
    values = {}
    for key, hint in typing.get_type_hints(model, include_extras=True).items():
        if key in _EMPTY or key not in model.model_fields:
            continue
        values[key] = _value(hint, key, f"{name}.{key}", numbers)
    return model.model_construct(**values)


def _value(hint: Any, key: str, place: str, numbers: Any) -> Any:
    kind, repeats = _kind(hint)
    if repeats:
        return tuple(_single(kind, key, place, numbers) for _ in range(2))
    return _single(kind, key, place, numbers)


def _single(kind: Any, key: str, place: str, numbers: Any) -> Any:
    given = next((value for name, value in _GIVEN.items() if name == key or place.endswith(f".{name}")), None)
    if given is not None:
        return given
    number = next(numbers)
    if kind is str:
        return f"{key} {number}"
    if kind is Decimal:
        return Decimal(number) / 100
    if kind is date:
        return date(2026, 1, 1) + timedelta(days=number)
    if kind is bytes:
        return f"bytes {number}".encode()
    return _filled(kind, numbers, place)


def _kind(hint: Any) -> tuple[Any, bool]:
    """The plain type of an annotation, and whether it repeats."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _kind(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return _kind(next(each for each in arguments if each is not type(None)))
    if origin is tuple:
        return _kind(arguments[0])[0], True
    return hint, False
