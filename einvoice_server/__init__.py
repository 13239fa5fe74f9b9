"""The platform sandbox: a reference transport over `einvoice`, for tests of sponsors, ERP makers and platforms.

    from einvoice_server import Sandbox

    with Sandbox() as box:
        box.platforms[0].url, box.platforms[0].sponsor_token

`python -m einvoice_server sandbox` starts the same for people. The library never imports this package, and this package
knows no business rule: what an invoice, a status or a report must be, it asks the library by its public names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from einvoice_server.sandbox import Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> Any:
    if name == "Sandbox":
        from einvoice_server.sandbox import Sandbox  # noqa: PLC0415 - the web server is loaded when it is wanted

        return Sandbox
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
