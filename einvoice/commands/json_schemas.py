"""The JSON Schemas of what goes in and out: draft, books, invoice, report and French messages.

    json_schema("report")["title"]      # "Report"

`schemas/` in the repository holds them as files; `tools/schemas.py` writes and checks those. The fields of drafts and
invoices are described by their business terms, from `einvoice.terms`: "BT-131 Invoice line net amount". A part that
stands in several places (a party, an address) has a term for each.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from einvoice.draft import Draft
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.ereporting.report import EReport
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.model import Identifier, Invoice
from einvoice.paths import walk_types
from einvoice.report import Report
from einvoice.terms import term_at

_MODELS: dict[str, type[BaseModel]] = {
    "draft": Draft,
    "invoice": Invoice,
    "report": Report,
    "lifecycle": LifecycleMessage,
    "ereport": EReport,
    "books": BooksFile,
}
_BY_TERM = (Draft, Invoice)
_INPUTS = (Draft, BooksFile)
NAMES = tuple(_MODELS)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of `NAMES`; `KeyError` for another name."""
    model = _MODELS[name]
    schema = model.model_json_schema(mode="validation" if model in _INPUTS else "serialization")
    if model in _BY_TERM:
        _describe(schema, model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Put the business terms of each field before what its description says."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for part, name, path in walk_types(model):
        term = term_at(path)
        if term:
            found.setdefault((part.__name__, name), {})[f"{term.id} {term.name_en}"] = None
    parts = {model.__name__: schema, **schema["$defs"]}
    for (part_name, name), terms in found.items():
        if part_name == Identifier.__name__:  # stands in thirty places; the fields that hold it are described
            continue
        field = parts[part_name]["properties"][name]
        said = field.get("description")
        field["description"] = "; ".join(terms) + (f". {said}" if said else "")
