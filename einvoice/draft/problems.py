"""Why a draft could not be read or edited, said so that the person who wrote it can repair it.

    DraftError: lines[0].quantiti: there is no such field; did you mean quantity?

A draft refuses only what it cannot hold: a name it does not know, a number that is none. Everything else (a missing
buyer, a wrong total) is accepted and becomes a finding when the draft is validated.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from einvoice.errors import Unreadable
from einvoice.paths import Path, models_in


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a draft that could not be held."""

    path: str  # lines[2].quantity
    message: str
    found: str | None = None
    nearest: str | None = None  # the known name that is most like the unknown one


class DraftError(Unreadable):
    """The draft, or a change to it, cannot be held. `problems` has one entry for each place."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(
            "; ".join(f"{problem.path}: {problem.message}" if problem.path else problem.message for problem in problems)
        )
        self.problems = problems

    def __reduce__(self) -> tuple[type[DraftError], tuple[Problem, ...]]:
        return type(self), self.problems


_EXPECTED = {
    "decimal_parsing": "a number such as 12.50",
    "decimal_type": "a number such as 12.50",
    "finite_number": "a finite number",
    "date_parsing": "a date such as 2026-11-02",
    "date_from_datetime_parsing": "a date such as 2026-11-02",
    "date_from_datetime_inexact": "a date without time, such as 2026-11-02",
    "date_type": "a date such as 2026-11-02",
    "string_type": "text",
    "model_type": "an object with named fields",
    "model_attributes_type": "an object with named fields",
    "tuple_type": "a list",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
}


# What other programs call a field of ours; the first of these that the part at hand has is meant.
_ALSO_CALLED = {
    "amount": ("net_amount", "amount_due"),
    "currency": ("currency_code",),
    "date": ("issue_date",),
    "description": ("item_description",),
    "id": ("identifier", "number"),
    "invoice_date": ("issue_date",),
    "invoice_number": ("number",),
    "items": ("lines",),
    "label": ("item_name",),
    "name": ("item_name",),
    "price": ("item_net_price",),
    "qty": ("quantity",),
    "tax_rate": ("vat_rate",),
    "tva": ("vat_rate", "vat_identifier"),
    "tva_rate": ("vat_rate",),
    "unit": ("unit_code",),
    "unit_price": ("item_net_price",),
    "vat": ("vat_rate", "vat_identifier"),
}


def reworded(error: ValidationError, model: type[BaseModel]) -> ValidationError:
    """What pydantic refused, in our words, with the nearest known name for each unknown one."""
    return ValidationError.from_exception_data(
        error.title, [_line(details, _problem(details, model)) for details in error.errors(include_url=False)]
    )


def _line(details: Any, problem: Problem) -> InitErrorDetails:
    said = {"message": problem.message, "found": problem.found, "nearest": problem.nearest}
    kind = PydanticCustomError(details["type"], "{message}", said)
    return InitErrorDetails(type=kind, loc=details["loc"], input=details["input"])


def described(error: ValidationError) -> DraftError:
    """The refusal of a draft, as `reworded` left it, as the exception of this library."""
    return DraftError(*(_told(details) for details in error.errors(include_url=False)))


def _told(details: Any) -> Problem:
    said = details.get("ctx", {})
    return Problem(str(Path(details["loc"])), details["msg"], said.get("found"), said.get("nearest"))


def _problem(details: Any, model: type[BaseModel]) -> Problem:
    location, kind = Path(details["loc"]), details["type"]
    if kind in {"extra_forbidden", "no_such_attribute"}:
        return unknown_field(location, model)
    found = _shown(details["input"])
    if kind == "literal_error":
        expected = f"one of {details['ctx']['expected']}"
    elif kind == "value_error":
        return Problem(str(location), str(details["ctx"]["error"]), found)
    else:
        expected = _EXPECTED.get(kind, details["msg"])
    return Problem(str(location), f"expected {expected}, found {found}", found)


def unknown_field(location: Path, model: type[BaseModel]) -> Problem:
    """A name that the part of the draft at that place does not have."""
    nearest = _nearest(location.name, _model_at(location.parent, model))
    hint = f"; did you mean {nearest}?" if nearest else ""
    return Problem(str(location), f"there is no such field{hint}", nearest=nearest)


def _nearest(name: str, model: type[BaseModel]) -> str | None:
    """The field of that model, or one level below it, whose name is most like `name`."""
    own = list(model.model_fields)
    called = next((field for field in _ALSO_CALLED.get(name.lower(), ()) if field in own), None)
    if called:
        return called
    below: dict[str, str] = {}
    for field, info in model.model_fields.items():
        for part in models_in(info.annotation) if get_origin(info.annotation) is not tuple else ():
            for inner in part.model_fields:
                below.setdefault(inner, f"{field}.{inner}")
    if name in below and name not in own:
        return below[name]
    close = difflib.get_close_matches(name.lower(), own, n=1, cutoff=0.6)
    if close:
        return close[0]
    close = difflib.get_close_matches(name.lower(), below, n=1, cutoff=0.8)
    containing = [field for field in own if name.lower() in field.split("_") or field in name.lower()]
    return below[close[0]] if close else next(iter(containing), None)


def _model_at(location: Path, model: type[BaseModel]) -> type[BaseModel]:
    """The part of the draft whose fields are known at that place."""
    for name in location.names:
        model = next(models_in(model.model_fields[name].annotation))
    return model


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
