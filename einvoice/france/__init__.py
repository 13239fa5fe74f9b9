"""What the French reform adds to an invoice: who can be reached where, what happens next, what the tax office is told.

| module | what |
|---|---|
| `addresses` | the electronic address 0225, as a value |
| `directory` | lines of the directory, and which one receives for a buyer on a day |
| `directory_update` | whether a change of the directory (F13) follows its rules |
| `directory_files` | F13 and F14 files, read and written |
| `directory_index` | an F14 of millions of lines, read as a stream, answering look-ups |
| `mandates` | what a client lets its provider receive: which mandate covers an invoice, overlaps and gaps |
| `treatment` | how the reform treats an invoice, and whether VAT falls due when it is paid |
| `preflight` | what the portal would refuse of a valid invoice |
| `uniqueness` | the key that no two invoices share |
| `payments` | what was received of an invoice, split by VAT rate |
| `lifecycle` | CDAR messages: what happens to an invoice |
| `ereporting` | flux 10: what the tax office is told of trade outside e-invoicing, and of payments |
| `flux1`, `mapping` | what the public portal is told of each invoice, and the corrections that flux 10 shares |
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from einvoice.api import validate_extract
    from einvoice.france import (
        addresses,
        directory,
        directory_files,
        directory_index,
        directory_update,
        ereporting,
        flux1,
        lifecycle,
        mandates,
        payments,
        preflight,
        treatment,
        uniqueness,
    )

__all__ = [
    "addresses",
    "directory",
    "directory_files",
    "directory_index",
    "directory_update",
    "ereporting",
    "flux1",
    "lifecycle",
    "mandates",
    "payments",
    "preflight",
    "treatment",
    "uniqueness",
    "validate_extract",
]


def __getattr__(name: str) -> Any:
    if name == "validate_extract":
        return import_module("einvoice.api").validate_extract
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
