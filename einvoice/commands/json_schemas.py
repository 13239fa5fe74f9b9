"""The JSON Schemas of what goes in and out: draft, books, invoice, report and French messages.

    json_schema("report")["title"]      # "Report"

`schemas/` in the repository holds them as files; `tools/schemas.py` writes and checks those. The fields of drafts and
invoices are described by their business terms, from `einvoice.terms`: "BT-131 Invoice line net amount". A part that
stands in several places (a party, an address) has a term for each. `$id` names a schema wherever a copy of it lies.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from einvoice.draft import Draft
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.ereporting.report import EReport
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.model import Identifier, Invoice
from einvoice.paths import walk_types
from einvoice.report import Report
from einvoice.terms import item, term_at

_ITEM = re.compile(r"MDT-\d+(?:-\d+)?")
_MODELS: dict[str, type[BaseModel]] = {
    "draft": Draft,
    "invoice": Invoice,
    "report": Report,
    "lifecycle": LifecycleMessage,
    "ereport": EReport,
    "books": BooksFile,
}
_INPUTS = (Draft, BooksFile)
NAMES = tuple(_MODELS)
# Undecided, like the public address: a name of nowhere until there is one. It changes here, or never.
_ID = "urn:x-einvoice-fr:schema:"


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of `NAMES`; `KeyError` for another name."""
    model = _MODELS[name]
    schema = model.model_json_schema(mode="validation" if model in _INPUTS else "serialization")
    _describe(schema, model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{_ID}{name}", **schema}


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Put the business terms of each field before what its description says, and names behind the numbers of items."""
    parts = {model.__name__: schema, **schema["$defs"]}
    found = _terms(Draft if model is Draft else Invoice)
    for part_name, part in parts.items():
        for name, field in part.get("properties", {}).items():
            said = field.get("description")
            terms = found.get((part_name, name))
            if terms and part_name != Identifier.__name__:  # it stands in thirty places, which are described
                field["description"] = "; ".join(terms) + (f". {said}" if said else "")
            elif said:
                field["description"] = _ITEM.sub(_named, said)


def _terms(model: type[BaseModel]) -> dict[tuple[str, str], dict[str, None]]:
    """Part and field -> the business terms that it stands for."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for part, name, path in walk_types(model):
        if term := term_at(path):
            found.setdefault((part.__name__, name), {})[f"{term.id} {term.name_en}"] = None
    return found


def _named(match: re.Match[str]) -> str:
    """The number of an item of a lifecycle message, with its name where nothing else is said of it."""
    if match[0] != match.string:
        return match[0]
    try:
        return f"{match[0]}: {item(match[0]).name_en}"
    except KeyError:
        return match[0]
