"""The table of terms against the model: each finds its place in the other."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from einvoice.model import Invoice
from einvoice.profiles import TERM_SETS, terms_of
from einvoice.terms import TERMS, nearest_term, term, term_at

FLAT_GROUPS = {  # groups whose terms the model keeps in the part around them
    "BG-2", "BG-17", "BG-18", "BG-19", "BG-29", "BG-30", "BG-31",
    "BG-X-47", "BG-X-83", "EXT-FR-FE-BG-07", "EXT-FR-FE-BG-08", "EXT-FR-FE-BG-09", "EXT-FR-FE-BG-11",
}  # fmt: skip

WITHOUT_TERM = {  # pattern of a path -> why the standard has no number for it
    r"unread\..*": "what the source said and the model could not hold is not part of the invoice",
    r".*\.scheme_version_id": "an attribute that only BT-158 has; kept where a syntax carries it",
    r"(.*\.)?(\w*identifiers?|electronic_address)\.name": "of a classification (BT-158), that is BT-X-13",
    r"advance_payments\.preceding_invoice\.line_reference": "it refers to a whole invoice",
    r".*\.contact\.department_name": "CII splits BT-41 (contact point) into person and department",
    r"(seller|buyer|seller_tax_representative)\.role_code": "their place in the invoice says their role",
    r"(buyer|payee|seller_tax_representative|buyer_agent|payer|seller_agent|invoicee|invoicer)"
    r"\.(tax_registration_identifier|additional_legal_information)": "BT-32 and BT-33 are the seller's only",
    r"seller_tax_representative\.(trading_name|(identifiers|legal_registration_identifier|electronic_address)\..*"
    r"|contact\..*)": "BG-11 has a name, a VAT identifier and an address",
    r"payee\.trading_name": "BG-10 has none",
    r"payment_instalments\.due_date": "in a group with a partial amount, BT-9 is the day on which it is due",
    r"payment_discounts\.due_date": "in a group with a discount, BT-9 is the day until which it is offered",
    r"lines\.nature": "what a line sells: no document says it, it is kept for e-reporting",
    r"lines\.seller\..*": "EXT-FR-FE-BG-12: the numbers of these fields are not public",
    r"(lines\.)?(preceding_invoices)\.line_reference": "a header reference (BG-3) is to a whole invoice",
    r"(lines\.)?allowances\.non_vat_tax_code": "a tax other than VAT is a charge, never an allowance",
    r"lines\.(allowances|charges)\.vat_.*": "the VAT of a line's allowance or charge is that of the line",
}


class Field(typing.NamedTuple):
    """What the model says of one place."""

    leaf: bool
    mark: str  # the name of its semantic data type ("Amount", "Quantity"), where the model gives one


def unwrapped(annotation: object) -> tuple[object, str]:
    """What a field holds without `| None` and `tuple[...]`, and the mark that `Annotated` put on it."""
    mark = ""
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            mark = next((each for each in annotation.__metadata__ if isinstance(each, str)), mark)
            annotation = annotation.__origin__
        elif origin is tuple:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
        else:
            return annotation, mark


def fields(model: type[BaseModel], before: str = "", *, seen: tuple[type, ...] = ()) -> Iterator[tuple[str, Field]]:
    """Every path below a model; a part that holds its own kind is not entered twice."""
    for name, annotation in typing.get_type_hints(model, include_extras=True).items():
        if name not in model.model_fields:
            continue
        kind, mark = unwrapped(annotation)
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        yield before + name, Field(not is_model, mark)
        if is_model and kind not in seen:
            yield from fields(kind, f"{before}{name}.", seen=(*seen, kind))


FIELDS = dict(fields(Invoice, seen=(Invoice,)))


def test_every_path_of_a_term_is_in_the_model():
    """A term that names a path names one that exists: a value for a term, a part for a group."""
    for each in TERMS:
        if each.path:
            assert each.path in FIELDS, each
            assert FIELDS[each.path].leaf is not each.is_group, each


def test_every_field_of_the_model_has_a_term_or_a_reason():
    """No field is left without a number unless we can say why."""
    unexplained = [
        path
        for path, field in FIELDS.items()
        if field.leaf and term_at(path) is None and not any(re.fullmatch(known, path) for known in WITHOUT_TERM)
    ]
    assert unexplained == []


def test_every_reason_is_needed():
    """A reason that explains no field any more is removed."""
    for known in WITHOUT_TERM:
        assert any(
            re.fullmatch(known, path) and term_at(path) is None for path, field in FIELDS.items() if field.leaf
        ), known


def test_only_flat_groups_have_no_path():
    """Every term has a place; only groups that the model flattens have none."""
    assert {each.id for each in TERMS if not each.path} == FLAT_GROUPS


def test_the_standard_is_complete():
    """EN 16931-1 has BT-1 to BT-165 without BT-4, and BG-1 to BG-32."""
    numbers = {each.id for each in TERMS}
    assert {f"BT-{n}" for n in range(1, 166) if n != 4} <= numbers
    assert {f"BG-{n}" for n in range(1, 33)} <= numbers


def test_ids_and_paths_are_unique():
    """One number, one place."""
    ids = [each.id for each in TERMS] + [each.alias for each in TERMS if each.alias]
    paths = [each.path for each in TERMS if each.path]
    assert len(set(ids)) == len(ids)
    assert len(set(paths)) == len(paths)


def test_a_term_stands_below_its_parent():
    """A parent is a group, listed before its members, of the same profile or a smaller one."""
    order = [each.id for each in TERMS]
    for each in TERMS:
        if each.parent:
            parent = term(each.parent)
            assert parent.is_group, each
            assert order.index(parent.id) < order.index(each.id), each
            assert TERM_SETS.index(parent.profile) <= TERM_SETS.index(each.profile), each


def test_columns_hold_known_words():
    """Cardinalities and data types come from closed lists, and nothing lacks a name."""
    types_of_en16931 = {
        "", "Amount", "Unit price amount", "Quantity", "Percentage", "Rate", "Identifier", "Document reference",
        "Code", "Date", "Text", "Binary object",
    }  # fmt: skip
    for each in TERMS:
        assert each.cardinality in {"0..1", "1..1", "0..n", "1..n"}, each
        assert each.data_type in types_of_en16931, each
        assert each.name_en, each
        assert each.name_fr, each


def test_data_types_agree_with_the_model():
    """An amount of the table is an Amount of the model, and so on for every kind of number, both ways."""
    numbers = {"UnitPrice": "Unit price amount"} | {each: each for each in ("Amount", "Quantity", "Percentage", "Rate")}
    for each in TERMS:
        if each.path and each.data_type:
            mark = FIELDS[each.path].mark
            expected = each.data_type if each.data_type in numbers.values() else ""
            assert numbers.get(mark, "") == expected, each


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("number", "BT-1"),
        ("lines[2].net_amount", "BT-131"),
        ("lines[0].sub_lines[1].net_amount", "BT-131"),
        ("lines[0].item_attributes[3].value", "BT-161"),
        ("seller.identifiers[0].scheme_id", "BT-29-1"),
        ("seller.electronic_address", "BT-34"),
        ("vat_breakdown[1]", "BG-23"),
    ],
)
def test_positions_do_not_matter(path, number):
    """A finding's path with positions leads to the term of its field."""
    assert term_at(path).id == number


def test_a_field_without_term_answers_with_its_group():
    """`term_at` is exact; `nearest_term` climbs to the closest part that has a number."""
    assert term_at("lines[0].seller.trading_name") is None
    assert nearest_term("lines[0].seller.trading_name").id == "EXT-FR-FE-BG-12"
    assert nearest_term("nowhere") is None


def test_an_alias_finds_the_same_term():
    """A term that the coming standard renumbered answers to both numbers."""
    assert term("EXT-FR-FE-187") is term("BT-173")
    assert term("BT-194").path == "lines.vat_exemption_reason"


def test_an_unknown_number_is_a_key_error():
    """BT-4 does not exist."""
    with pytest.raises(KeyError, match="BT-4"):
        term("BT-4")


def test_profiles_grow():
    """Each profile has the terms of the smaller ones and more; the last has all."""
    sizes = [len(terms_of(profile)) for profile in TERM_SETS]
    assert sizes == sorted(set(sizes))
    assert terms_of("extended-ctc-fr") == TERMS
    assert "lines.net_amount" not in {each.path for each in terms_of("basicwl")}


def test_an_unknown_profile_is_refused():
    """A profile that is not in the list has no terms to answer with."""
    with pytest.raises(ValueError, match="comfort"):
        terms_of("comfort")
