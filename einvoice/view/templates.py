"""HTML by templates: whatever a template is given is text, and it is escaped wherever it stands.

Texts of an invoice come from strangers, so escaping is the rule of the environment and no habit of whoever writes a
template: nothing in Python is marked as HTML, and the one `safe` of the templates is the style sheet of the page.

Sources: HTML Living Standard §13.3 (escaping).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from einvoice.view.formatting import FIXED
from einvoice.view.page import Beside, Cards, Entries, Look, Table
from einvoice.view.words import label

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).parents[1]  # templates are named from here: view/page.html
_LOOKS: dict[Look, str] = {"": "", "strong": "strong", "muted": "small", "code": "code"}  # the element of each


def filled(template: str, **values: Any) -> str:
    """The HTML that a template makes of these values; its name is a path below the package."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - loaded for HTML only

    environment = Environment(
        loader=FileSystemLoader(_PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,  # a name that is misspelt in a template is an error, not an empty text
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(label=label, FIXED=FIXED, LOOKS=_LOOKS)
    environment.tests.update((kind.__name__.lower(), _is(kind)) for kind in (Entries, Cards, Table, Beside))
    return environment


def _is(kind: type) -> Callable[[object], bool]:
    """What `block is table` asks in a template."""
    return lambda part: isinstance(part, kind)
