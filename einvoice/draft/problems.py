"""Why a draft could not be read or edited, said so that the person who wrote it can repair it.

    DraftError: lines[0].quantiti: there is no such field; did you mean quantity?

A draft refuses only what it cannot hold: a name it does not know, a number that is none. Everything else (a missing
buyer, a wrong total) is accepted and becomes a finding when the draft is validated.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from functools import reduce
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from einvoice.errors import Unreadable
from einvoice.json_text import NotRead
from einvoice.paths import Path, models_in
from einvoice.rulebook import Fact, Sentence, text

_ROW = "row:"  # marks a fact that is a row itself, on its way through pydantic


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in a draft that could not be held."""

    path: str  # lines[2].quantity
    reason: Sentence
    found: str | None = None
    nearest: str | None = None  # the known name that is most like the unknown one

    @property
    def message(self) -> str:
        """What is wrong, in English; `einvoice.rulebook.text(problem.reason, "fr")` says it in French."""
        return text(self.reason, "en")


class DraftError(Unreadable):
    """The draft, or a change to it, cannot be held. `problems` has one entry for each place."""

    def __init__(self, *problems: Problem) -> None:
        said = reduce(_and, map(_at_its_place, problems))
        super().__init__(said.id, said.facts)
        self.problems = problems

    def __reduce__(self) -> tuple[type[DraftError], tuple[Problem, ...]]:
        return type(self), self.problems


def _and(first: Sentence, rest: Sentence) -> Sentence:
    return Sentence("EI-NO-DRAFT-AND", {"first": first, "rest": rest})


def _at_its_place(problem: Problem) -> Sentence:
    if not problem.path:
        return problem.reason
    return Sentence("EI-NO-DRAFT-AT", {"path": problem.path, "reason": problem.reason})


# What pydantic calls a fault -> the row that says what was expected.
_EXPECTED = {
    "decimal_parsing": "EI-EXPECTED-NUMBER",
    "decimal_type": "EI-EXPECTED-NUMBER",
    "finite_number": "EI-EXPECTED-FINITE",
    "date_parsing": "EI-EXPECTED-DATE",
    "date_from_datetime_parsing": "EI-EXPECTED-DATE",
    "date_from_datetime_inexact": "EI-EXPECTED-DATE-ONLY",
    "date_type": "EI-EXPECTED-DATE",
    "string_type": "EI-EXPECTED-TEXT",
    "model_type": "EI-EXPECTED-OBJECT",
    "model_attributes_type": "EI-EXPECTED-OBJECT",
    "tuple_type": "EI-EXPECTED-LIST",
    "bool_parsing": "EI-EXPECTED-BOOLEAN",
    "bool_type": "EI-EXPECTED-BOOLEAN",
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


MOST_TOLD = 1_000  # faults of a draft
_MOST_SEARCHED = 100  # unknown names for which the nearest known one is looked for, which takes a while


def reworded(error: ValidationError, model: type[BaseModel]) -> ValidationError:
    """What pydantic refused, in our words, with the nearest known name for each unknown one."""
    found = error.errors(include_url=False)
    lines = [
        _line(details, _problem(details, model if at < _MOST_SEARCHED else None))
        for at, details in enumerate(found[:MOST_TOLD])
    ]
    if len(found) > MOST_TOLD:
        more = Problem("", Sentence("EI-NO-DRAFT-MORE", {"count": str(len(found) - MOST_TOLD)}))
        lines.append(_line({"type": "too_many", "loc": (), "input": None}, more))
    return ValidationError.from_exception_data(error.title, lines)


def _line(details: Any, problem: Problem) -> InitErrorDetails:
    said = {
        "message": problem.message,
        "row": problem.reason.id,
        "facts": {name: _carried(fact) for name, fact in problem.reason.facts.items()},
        "found": problem.found,
        "nearest": problem.nearest,
    }
    kind = PydanticCustomError(details["type"], "{message}", said)
    return InitErrorDetails(type=kind, loc=details["loc"], input=details["input"])


def _carried(fact: Fact) -> str:
    """A fact on its way through pydantic, which carries plain values only."""
    return f"{_ROW}{fact.id}" if isinstance(fact, Sentence) else str(fact)


def _unpacked(fact: str) -> Fact:
    return Sentence(fact.removeprefix(_ROW)) if fact.startswith(_ROW) else fact


def not_json(error: Exception) -> Problem:
    """Why JSON could not be read: no JSON, wrong bytes, endless numbers, endless nesting, a crowd of nothing."""
    if isinstance(error, NotRead):
        return Problem("", error.sentence)
    if isinstance(error, json.JSONDecodeError):
        facts: dict[str, Fact] = {"detail": error.msg, "line": str(error.lineno), "column": str(error.colno)}
        return Problem("", Sentence("EI-NO-DRAFT-JSON", facts))
    why = Sentence("EI-NO-DRAFT-WHY-SIZE")
    if isinstance(error, UnicodeDecodeError):
        why = Sentence("EI-NO-DRAFT-WHY-BYTES", {"position": str(error.start)})
    return Problem("", Sentence("EI-NO-DRAFT-UNREADABLE", {"reason": why}))


def described(error: ValidationError) -> DraftError:
    """The refusal of a draft, as `reworded` left it, as the exception of this library."""
    return DraftError(*(_told(details) for details in error.errors(include_url=False)))


def _told(details: Any) -> Problem:
    said = details["ctx"]
    facts = {name: _unpacked(fact) for name, fact in said["facts"].items()}
    return Problem(str(Path(details["loc"])), Sentence(said["row"], facts), said["found"], said["nearest"])


def _problem(details: Any, model: type[BaseModel] | None) -> Problem:
    location, kind = Path(details["loc"]), details["type"]
    if kind in {"extra_forbidden", "no_such_attribute"}:
        return unknown_field(location, model) if model else Problem(str(location), Sentence("EI-NO-DRAFT-FIELD"))
    if kind == "missing":
        return Problem(str(location), Sentence("EI-NO-DRAFT-MISSING"))
    found = _shown(details["input"])
    if kind == "literal_error":
        reason = Sentence("EI-NO-DRAFT-CHOICE", {"options": details["ctx"]["expected"], "found": found})
    elif kind in _EXPECTED:
        reason = Sentence("EI-NO-DRAFT-FORM", {"expected": Sentence(_EXPECTED[kind]), "found": found})
    else:
        detail = str(details["ctx"]["error"]) if kind == "value_error" else details["msg"]
        reason = Sentence("EI-NO-DRAFT-VALUE", {"detail": detail, "found": found})
    return Problem(str(location), reason, found)


def unknown_field(location: Path, model: type[BaseModel]) -> Problem:
    """A name that the part of the draft at that place does not have."""
    nearest = _nearest(location.name, _model_at(location.parent, model))
    reason = Sentence("EI-NO-DRAFT-NEAREST", {"nearest": nearest}) if nearest else Sentence("EI-NO-DRAFT-FIELD")
    return Problem(str(location), reason, nearest=nearest)


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
