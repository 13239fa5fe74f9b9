"""French and European electronic invoices: build, validate and read UBL, CII and Factur-X, offline.

    import einvoice as ei

    report = ei.validate(data)                     # "valid", "invalid" or "not_run", with findings
    invoice = ei.parse(data)                       # one model for UBL, CII and Factur-X
    xml = ei.build(ei.Draft(lines=[…], …), "ubl")
    message = ei.lifecycle.status(invoice, 205, at=…, received_at=…)

Names are loaded when they are first used: importing the package costs nothing, and a program that only validates does
not load what only builds.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from einvoice import installation as _installation

_installation.check()

__version__ = _installation.VERSION

if TYPE_CHECKING:
    from einvoice import detect, france
    from einvoice.api import extract, parse, render, validate
    from einvoice.document import Document
    from einvoice.draft import Draft, DraftError
    from einvoice.draft.repairs import fix
    from einvoice.errors import EInvoiceError, Mismatch, MissingExtra, Unreadable, Unrecognised, Unwritable
    from einvoice.facturx.embedded import EmbeddedFile, Extracted
    from einvoice.france import ereporting, lifecycle
    from einvoice.json_text import load_json
    from einvoice.making import Converted, build, convert, losses
    from einvoice.many import validate_many
    from einvoice.meanings import explain
    from einvoice.model import Invoice
    from einvoice.report import DocumentReport, Finding, Report, Step
    from einvoice.reporting.text import headline, shown_values
    from einvoice.rulebook.explaining import Explanation
    from einvoice.validation.policy import HouseRules, Policy

_HOMES = {
    "Converted": "making",
    "Document": "document",
    "DocumentReport": "report",
    "Draft": "draft",
    "DraftError": "draft",
    "EInvoiceError": "errors",
    "EmbeddedFile": "facturx.embedded",
    "Explanation": "rulebook.explaining",
    "Extracted": "facturx.embedded",
    "Finding": "report",
    "HouseRules": "validation.policy",
    "Invoice": "model",
    "Mismatch": "errors",
    "MissingExtra": "errors",
    "Policy": "validation.policy",
    "Report": "report",
    "Step": "report",
    "Unreadable": "errors",
    "Unrecognised": "errors",
    "Unwritable": "errors",
    "build": "making",
    "convert": "making",
    "explain": "meanings",
    "fix": "draft.repairs",
    "extract": "api",
    "headline": "reporting.text",
    "load_json": "json_text",
    "losses": "making",
    "parse": "api",
    "render": "api",
    "shown_values": "reporting.text",
    "validate": "api",
    "validate_many": "many",
}

_BODIES = (
    "Invoice",
    "Report",
)  # web frameworks ask for the body of an endpoint as it stands; nobody else needs all of it

_MODULES = {
    "detect": "detect",
    "ereporting": "france.ereporting",
    "france": "france",
    "lifecycle": "france.lifecycle",
}

__all__ = [
    "Converted",
    "Document",
    "DocumentReport",
    "Draft",
    "DraftError",
    "EInvoiceError",
    "EmbeddedFile",
    "Explanation",
    "Extracted",
    "Finding",
    "HouseRules",
    "Invoice",
    "Mismatch",
    "MissingExtra",
    "Policy",
    "Report",
    "Step",
    "Unreadable",
    "Unrecognised",
    "Unwritable",
    "__version__",
    "build",
    "convert",
    "detect",
    "ereporting",
    "explain",
    "extract",
    "fix",
    "france",
    "headline",
    "lifecycle",
    "load_json",
    "losses",
    "parse",
    "render",
    "shown_values",
    "validate",
    "validate_many",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{home}"), name)
    if name in _BODIES:
        found.model_rebuild()
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})  # no module that we only use
