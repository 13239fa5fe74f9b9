"""What the layout gave no place: every other value, with the number and the name of its term.

The reform demands that a readable view shows all that the structured file says. So nothing is left to memory: whatever
the page does not show yet is listed here, a field that the model gets tomorrow included. Source: DGFiP external
specifications v3.2, general file (readable view of an invoice).
"""

from __future__ import annotations

from itertools import pairwise

from einvoice.data import Language, french
from einvoice.model import Invoice
from einvoice.paths import Path, walk
from einvoice.terms import nearest_term, term_at
from einvoice.values import Model
from einvoice.view.leaves import says_nothing
from einvoice.view.page import Column, Page, Row, Span, Table, spans_of
from einvoice.view.values import Writer
from einvoice.view.words import label


def other_information(invoice: Invoice, page: Page, writer: Writer) -> Table:
    """The values of the invoice that `page` does not show."""
    shown = {span.path for span in spans_of(page)}
    values = (path for path, value in walk(invoice) if str(path) not in shown and not says_nothing(path.name, value))
    rows = tuple(_row(path, path.parent.get(invoice), writer) for path in values)
    columns = (
        Column(label("term", writer.language), 16),
        Column(label("name", writer.language), 0),
        Column(label("value", writer.language), 44),
    )
    return Table("others", label("others", writer.language), columns, rows)


def _row(path: Path, owner: Model, writer: Writer) -> Row:
    """Number and name of the term, where it stands, and the value."""
    term = term_at(path)
    group = term or nearest_term(path)
    number = group.id if group else ""
    name = (french(group.name_fr) if writer.language == "fr" else group.name_en) if group else ""
    if not term:  # a field without a number of its own: its own name tells it from its neighbours
        name = f"{name} ({path.name.replace('_', ' ')})".lstrip()
    where = ((Span(position, look="muted"),),) if (position := _position(path, writer.language)) else ()
    value = writer.spans(owner, str(path.parent), f"{{{path.name}}}")
    return Row((((Span(number, look="code"),),), ((Span(name),), *where), (value,)), str(path))


def _position(path: Path, language: Language) -> str:
    """`lines[2].sub_lines[0].net_amount` as people count: `Ligne 3 · sous-ligne 1`."""
    return " · ".join(
        f"{label(f'at_{name}', language)} {index + 1}" for name, index in pairwise(path.steps) if isinstance(index, int)
    )
