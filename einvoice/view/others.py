"""What the layout gave no place: every other value, with the number and the name of its term.

The reform demands that a readable view shows all that the structured file says. So nothing is left to memory: whatever
the page does not show yet is listed here, a field that the model gets tomorrow included. Source: DGFiP external
specifications v3.2, general file (readable view of an invoice).
"""

from __future__ import annotations

import re

from einvoice.data import Language
from einvoice.model import Invoice
from einvoice.terms import nearest_term, term_at
from einvoice.view.leaves import Leaf, leaves
from einvoice.view.page import Column, Page, Row, Span, Table, spans_of
from einvoice.view.values import Writer
from einvoice.view.words import label

__all__ = ["other_information"]


def other_information(invoice: Invoice, page: Page, writer: Writer) -> Table:
    """The values of the invoice that `page` does not show."""
    shown = {span.path for span in spans_of(page)}
    rows = tuple(_row(leaf, writer) for leaf in leaves(invoice) if leaf.path not in shown)
    columns = (
        Column(label("term", writer.language), 16),
        Column(label("name", writer.language), 0),
        Column(label("value", writer.language), 44),
    )
    return Table("others", label("others", writer.language), columns, rows)


def _row(leaf: Leaf, writer: Writer) -> Row:
    """Number and name of the term, where it stands, and the value."""
    term = term_at(leaf.path)
    group = term or nearest_term(leaf.path)
    number = group.id if group else ""
    name = (group.name_fr if writer.language == "fr" else group.name_en) if group else ""
    if not term:  # a field without a number of its own: its own name tells it from its neighbours
        name = f"{name} ({leaf.field.replace('_', ' ')})".lstrip()
    where = ((Span(_position(leaf.path, writer.language), look="muted"),),) if "[" in leaf.path else ()
    value = writer.spans(leaf.owner, leaf.path.rpartition(".")[0], f"{{{leaf.field}}}")
    return Row((((Span(number, look="code"),),), ((Span(name),), *where), (value,)), leaf.path)


def _position(path: str, language: Language) -> str:
    """`lines[2].sub_lines[0].net_amount` as people count: `Ligne 3 · sous-ligne 1`."""
    steps = re.findall(r"(\w+)\[(\d+)\]", path)
    return " · ".join(f"{label(f'at_{name}', language)} {int(index) + 1}" for name, index in steps)
