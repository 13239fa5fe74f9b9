"""The values of a model: amounts to the last digit, files as bytes, one object where a list may stand; and its base.

    class Line(Model):
        net_amount: Amount | None = None
        notes: Annotated[tuple[Note, ...], SEVERAL] = ()

Source: EN 16931-1:2017 §6.5 (semantic data types); XML Schema 1.0 part 2, §3.3.3 (how a number is spelled).
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from einvoice.json_text import load_json


def _decoded(value: Any) -> Any:
    """Base64 text, as JSON carries it, to bytes; bytes stay as they are."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"expected base64 text: {error}") from error


class _Several:
    """Marks a list for which a single object may stand: it is a list of one. The JSON Schema says so."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler(schema)
        return made if handler.mode == "serialization" else {"anyOf": [made, made["items"]]}

    @staticmethod
    def _listed(value: Any) -> Any:
        return value if value is None or isinstance(value, (list, tuple)) else (value,)


SEVERAL = _Several()


def or_text(schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
    """The JSON Schema of a model that a plain text may stand for when it is read."""
    made = handler(schema)
    if handler.mode == "validation":
        whole = handler.resolve_ref_schema(made)
        described = {name: whole.pop(name) for name in ("title", "description") if name in whole}
        parts = {"anyOf": [{"type": "string"}, dict(whole)]}
        whole.clear()
        whole.update(described | parts)
    return made


# How XML Schema spells a decimal number (part 2, §3.3.3), and how large or fine it may be: more than anybody bills.
_NUMBER = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*", re.ASCII)
MOST_DIGITS = 40
_MOST_CHARACTERS, _FINEST = 60, -30


def _writable(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST and number.adjusted() < MOST_DIGITS


def _bounded(value: Any) -> Any:
    """A number that can be calculated with and written: no 1e99999999, which a hundred bytes are enough for."""
    if isinstance(value, str):
        right = len(value) <= _MOST_CHARACTERS and _NUMBER.fullmatch(value) is not None and _writable(Decimal(value))
    elif isinstance(value, Decimal):
        right = _writable(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        right = abs(value) < 10**MOST_DIGITS  # false for what is no number
    else:
        return value
    if not right:
        raise PydanticCustomError("decimal_parsing", "expected a number such as 12.50, of at most 40 digits")
    return value


def _written(value: Any) -> Any:
    """A day as 2026-11-02 or as a date: a number, or its text, is none, though pydantic would count from 1970."""
    if isinstance(value, (int, float, Decimal)) or (isinstance(value, str) and "-" not in value.strip()[1:]):
        raise PydanticCustomError("date_type", "expected a day such as 2026-11-02, as text")
    return value


def _said(value: Any) -> Any:
    """Yes or no, as such or as text: a number is neither, though pydantic would take 0 and 1."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        raise PydanticCustomError("bool_type", "expected true or false")
    return value


_BOUNDED = BeforeValidator(_bounded)
_SPELLED = WithJsonSchema(
    {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*$"}]}
)
# The names of EN 16931-1 §6.5 (semantic data types); syntax codecs are chosen by them.
Text = Annotated[str, "Text"]  # words for people, kept as they stand; codes and identifiers are plain `str`
# An amount is money, in the invoice currency unless its name says otherwise.
Amount = Annotated[Decimal, "Amount", _BOUNDED, _SPELLED]
UnitPrice = Annotated[Decimal, "UnitPrice", _BOUNDED, _SPELLED]  # money for one price base quantity
Quantity = Annotated[Decimal, "Quantity", _BOUNDED, _SPELLED]
Percentage = Annotated[Decimal, "Percentage", _BOUNDED, _SPELLED]  # 20 means 20 %
Rate = Annotated[Decimal, "Rate", _BOUNDED, _SPELLED]  # an exchange rate
Flag = Annotated[bool, BeforeValidator(_said)]
Day = Annotated[date, "date", BeforeValidator(_written)]
Binary = Annotated[
    bytes,
    BeforeValidator(_decoded),
    PlainSerializer(lambda value: base64.b64encode(value).decode("ascii"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]


class Model(BaseModel):
    """What every part shares: immutable, closed to unknown names, JSON numbers kept to the last digit."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Read JSON; a number such as 1234567890.12 becomes that very `Decimal`, not its nearest double."""
        return cls.model_validate(load_json(json_data), **options)
