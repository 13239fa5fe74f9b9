"""The business terms: their numbers, names, data types and places in the model.

    >>> term("BT-131").name_en
    'Invoice line net amount'
    >>> term("BT-131").path
    'lines.net_amount'
    >>> term_at("lines[2].net_amount").id
    'BT-131'
    >>> nearest_term("lines[2].seller.trading_name").id  # no term of its own, so its group
    'EXT-FR-FE-BG-12'
    >>> item("MDT-87").name_en
    'the identifier of the object (invoice number)'

Official rules, forms and help desks speak in numbers (BT-131); people and programs speak in names. This table is the
one bridge between the two, in both directions. A profile (`einvoice.profiles`) is a filter over it, never another
model.

Where `data/terms.tsv` comes from:

* numbers, English names, cardinalities and data types of BT-1 to BT-165 and BG-1 to BG-32: EN 16931-1:2017 §6.3;
* French names: DGFiP external specifications v3.2, annexes 1 and 7; the rest translated by us;
* BT-167 and BT-173 to BT-195: terms of the coming EN 16931-1 that EXTENDED-CTC-FR already uses; `alias` holds the
  second number of a term that has two;
* EXT-FR-FE terms: XP Z12-012 annex A V1.4, the French extension. Address and contact groups of the French parties
  carry the number left free between their neighbours, as EXT-FR-FE-150 does in annex 1. EXT-FR-FE-165, 166 and 168
  to 176 (the rest of the seller of a line) have no public list: those fields answer with their group;
* BG-X and BT-X terms: Factur-X 1.09 EXTENDED, of which the model has what real invoices use; BT-84-0 is its number for
  an account that is no IBAN;
* smallest profile: what the Factur-X 1.09 XML schemas allow, less what their rules mark as not used.

Cardinalities are those of EN 16931-1, within the parent group; EXTENDED-CTC-FR lets some repeat (BT-18, BT-46, BT-60,
BT-127, BT-128).

What terms are to an invoice, items (MDT, MDG) are to a lifecycle message: `data/items.tsv` names those that our rules
speak of, in our words, as parts of a sentence. Which must be there and how long they may be is there too: the rules are
made of it (`schematron/einvoice-cdar-items.sch`). Source: DGFiP external specifications v3.2, annex 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from einvoice.data import data_text
from einvoice.paths import Path

__all__ = ["ITEMS", "TERMS", "Item", "Term", "item", "nearest_term", "term", "term_at"]


@dataclass(frozen=True, slots=True)
class Term:
    """A business term (BT), a group of them (BG), or a French extension of either (EXT-FR-FE)."""

    id: str
    path: str  # "lines.net_amount"; "" for a group that the model keeps flat (BG-2, BG-17, ...)
    cardinality: str  # "1..1", within its parent
    data_type: str  # "Amount", "Code", ...; "" for a group
    name_en: str
    name_fr: str
    profile: str  # the smallest one that has it
    parent: str | None  # id of its group; None at the top
    alias: str | None  # a second number for the same term

    @property
    def is_group(self) -> bool:
        """Whether it holds other terms instead of a value."""
        return not self.data_type

    @property
    def is_money(self) -> bool:
        """Whether it is said in a currency."""
        return self.data_type in {"Amount", "Unit price amount"}


def _term(line: str) -> Term:
    number, path, cardinality, data_type, name_en, name_fr, profile, parent, alias = line.split("\t")
    return Term(number, path, cardinality, data_type, name_en, name_fr, profile, parent or None, alias or None)


TERMS: tuple[Term, ...] = tuple(map(_term, data_text("terms.tsv").splitlines()[1:]))  # in the order of the standard
_BY_ID = {each.id: each for each in TERMS} | {each.alias: each for each in TERMS if each.alias}
_BY_PATH = {Path.parse(each.path): each for each in TERMS if each.path}


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a lifecycle message (MDT) or a group of them (MDG), and who demands it."""

    id: str  # MDT-4
    path: str  # "subject.details[].reason_code"; the first of several that say the same
    name_fr: str
    name_en: str
    length: int | None  # characters that the public portal reads at most
    rule: str  # the BR-FR-CDV rule whose text demands it of every message; as coded, it passes when there is none
    portal: bool  # whether the public portal demands it
    objects: tuple[str, ...]  # the guidelines (MDT-3) that it is demanded for, by their last part; empty: all
    flows: bool  # whether it is demanded of a flow that could not be read, too (500, 501)


def _item(line: str) -> Item:
    number, path, name_fr, name_en, length, rule, portal, objects, flows = line.split("\t")
    demanded = tuple(objects.split())
    return Item(
        number, path, name_fr, name_en, int(length) if length else None, rule, portal == "yes", demanded, flows != "no"
    )


ITEMS: tuple[Item, ...] = tuple(map(_item, data_text("items.tsv").splitlines()[1:]))  # in the order of annex 2
_ITEM_BY_ID = {each.id: each for each in ITEMS}


def item(number: str) -> Item:
    """The item of a number such as "MDT-87" or "MDG-40"; `KeyError` where there is none."""
    return _ITEM_BY_ID[number]


def term(number: str) -> Term:
    """The term of a number such as "BT-131", "BG-25" or "EXT-FR-FE-163"; `KeyError` where there is none."""
    return _BY_ID[number]


def term_at(path: str | Path) -> Term | None:
    """The term that stands exactly at a place of the model, `None` where there is none.

    Positions say nothing about meaning, so indices are ignored, and a sub-line is a line:
    "lines[0].sub_lines[1].net_amount" is BT-131 too. So is the difference between an identifier and its value: an
    identifier without its `.value` is the term of the value.
    """
    plain = (Path.parse(path) if isinstance(path, str) else path).plain
    return _BY_PATH.get(plain) or _BY_PATH.get(plain / "value")


def nearest_number(path: str | Path) -> str | None:
    """The number of the nearest term."""
    found = nearest_term(path)
    return found.id if found else None


def nearest_term(path: str | Path) -> Term | None:
    """The term at a place of the model or, where the field has none of its own, at the closest part that holds it."""
    path = Path.parse(path) if isinstance(path, str) else path
    while path.steps:
        if found := term_at(path):
            return found
        path = path.parent
    return None
