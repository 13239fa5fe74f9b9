"""A small model and its table, with every construct of the language, for the tests of the binding engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from einvoice.binding import Codec, Grammar, Syntax, binary, binary_text, iso_date, number


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(_Model):
    """A code and who issues it."""

    value: str | None = None
    scheme: str | None = None


class Buyer(_Model):
    """Who orders."""

    name: str | None = None
    code: Code | None = None
    codes: tuple[Code, ...] = ()


class Totals(_Model):
    """A group that is 0..1 and has no element of its own."""

    net: Annotated[Decimal, "Money"] | None = None
    gross: Annotated[Decimal, "Money"] | None = None


class Change(_Model):
    """A cut or a rise."""

    by: Decimal | None = None


class Item(_Model):
    """Something ordered, or a group of such things."""

    name: str | None = None
    code: str | None = None
    items: tuple[Item, ...] = ()


class Order(_Model):
    """The document."""

    number: str | None = None
    parent: str | None = None
    family: str | None = None
    day: date | None = None
    currency: str | None = None
    basis: str | None = None
    hint: str | None = None
    agent: Buyer | None = None
    account: str | None = None
    totals: Totals | None = None
    buyer: Buyer | None = None
    items: tuple[Item, ...] = ()
    cuts: tuple[Change, ...] = ()
    rises: tuple[Change, ...] = ()
    tags: tuple[str, ...] = ()
    file: bytes | None = None
    file_name: str | None = None
    tax_code: str | None = None
    reason_code: str | None = None


def _account(text: str) -> str | None:
    return text if text[:1].isalpha() else None


CODECS = {
    "str": Codec(empty=True),
    "date": Codec(iso_date, str, safe=True),
    "Decimal": number(),
    "Money": number({"currency": "|{currency}"}),
    "bytes": Codec(binary, binary_text, empty=True, safe=True),
    "account": Codec(None, _account, choosy=True),
}
ORDER = """
  # a line that starts with # is a remark
  number!          Number
  ?number          OldNumber
  parent=NA        Family/Parent
  family           Family/Name
  day              Day
  currency         Currency
  account          Iban                account
  account          Account
  totals.net!      Sum/Net
  totals.gross     Sum/Gross
  'VAT|tva'        Scheme/Name
  reason_code      Scheme/Reason[tax]
  =T               Scheme/Reason[tax]/@list
  tax_code         Scheme/Reason[else]
  buyer            Buyer               BUYER
  !                Delivery
  items*           Item                ITEM
  cuts*            Change[cut]         CUT
  rises*           Change[rise]        RISE
  tags*            Tag
  file             File
  file_name        File/@name
"""
TABLES = {
    "INVOICE": (Order, ORDER),
    "BUYER": (
        Buyer,
        """
  name             Name
  code             Code                CODE
  codes*           Local               LOCAL
  codes*           Global              CODE
  /agent           Agent               AGENT
""",
    ),
    "AGENT": (Buyer, "name!  Name"),
    "CODE": (Code, "value .\n scheme @scheme"),
    "LOCAL": (Code, "value ."),
    "ITEM": (
        Item,
        """
  name!={code}     Name
  code             Code
  /basis           Basis
  ^hint            Hint
  items*           Item                ITEM
""",
    ),
    "CUT": (Change, "=false|0 Up\n by! By"),
    "RISE": (Change, "=true|1 Up\n by! By"),
}


def syntax(**tables: str) -> Syntax[Order]:
    """The syntax, with the rows of the tables named in `tables` replaced."""
    replaced = {name: (TABLES[name][0], rows) for name, rows in tables.items()}
    return Syntax("Order", Grammar(TABLES | replaced, {"": "", "o": "urn:o"}, CODECS))
