"""The JSON Schemas of what goes in and out: draft, books, invoice, report and French messages.

    json_schema("report")["title"]      # "Report"

`schemas/` in the repository holds them as files; `tools/schemas.py` writes and checks those.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from einvoice.draft import Draft
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.ereporting.report import EReport
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.model import Invoice
from einvoice.report import Report

__all__ = ["NAMES", "json_schema"]

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


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of `NAMES`; `KeyError` for another name."""
    model = _MODELS[name]
    schema = model.model_json_schema(mode="validation" if model in _INPUTS else "serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
