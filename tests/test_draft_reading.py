from __future__ import annotations

import base64
import json
from decimal import Decimal

import pytest
from folders import FIXTURES
from pydantic import TypeAdapter, ValidationError, create_model

from einvoice.commands.json_schemas import json_schema
from einvoice.draft import Draft, DraftError, DraftLine
from einvoice.draft.content import DRAFT_ONLY, DraftContent
from einvoice.errors import Unreadable
from einvoice.model import Invoice, Line, Note

DRAFTS = sorted((FIXTURES / "drafts").glob("*.json"))


def problems(payload: object) -> list[tuple[str, str]]:
    """What a draft refuses in a payload: path and message."""
    with pytest.raises(DraftError) as caught:
        Draft.model_validate(payload)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def test_a_draft_has_the_fields_of_the_invoice():
    """Every invoice field is a draft field of the same name; the rest is listed as draft-only."""
    shared = {name for name in DraftContent.model_fields if name not in DRAFT_ONLY}
    assert shared == {name for name in Invoice.model_fields if name != "unread"}


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_the_fixtures_are_drafts(path):
    """Each draft of ours is read, completes to something, and survives a trip through its own JSON."""
    draft = Draft.model_validate_json(path.read_bytes())
    assert draft.complete().totals is not None
    assert Draft.model_validate_json(draft.model_dump_json(exclude_none=True)) == draft


def test_an_empty_draft_is_a_draft():
    """Nothing is required; what was not given stays empty."""
    invoice = Draft().complete()
    assert (invoice.number, invoice.seller, invoice.totals, invoice.vat_breakdown) == (None, None, None, ())
    assert invoice.business_process_type is None


def test_json_numbers_keep_every_digit():
    """A JSON number is the decimal that was written, not its nearest double."""
    draft = Draft.model_validate_json('{"lines": [{"quantity": 12345678901234.123456789, "item_net_price": 0.10}]}')
    assert draft.lines[0].quantity == Decimal("12345678901234.123456789")
    assert str(draft.lines[0].item_net_price) == "0.10"


@pytest.mark.parametrize("day", [0, 86400, 20261102, "1728000000", "20261102", True])
def test_a_number_is_no_day(day):
    """It was counted in seconds from 1970, and the draft had a day that nobody wrote."""
    said = f"expected a date such as 2026-11-02, found {day!r}"
    assert problems({"due_date": day, "lines": [{"delivery": {"actual_delivery_date": day}}]}) == [
        ("due_date", said),
        ("lines[0].delivery.actual_delivery_date", said),
    ]


@pytest.mark.parametrize("flag", [0, 1, 2.0])
def test_a_number_is_no_flag(flag):
    """The schema has true and false; words for them are read, for a command line has nothing else."""
    assert [path for path, _ in problems({"vat_on_debits": flag, "public_buyer": flag})] == [
        "public_buyer",
        "vat_on_debits",
    ]
    assert Draft.model_validate({"vat_on_debits": "true"}).vat_on_debits is True


def test_an_unknown_name_is_refused_with_its_place_and_the_nearest_one():
    """The message says where the unknown name stands and which known one was probably meant."""
    assert problems({"lines": [{"quantity": "1"}, {"quantiti": "1"}]}) == [
        ("lines[1].quantiti", "there is no such field; did you mean quantity?")
    ]
    assert problems({"seler": {}}) == [("seler", "there is no such field; did you mean seller?")]


def test_of_many_unknown_names_the_first_get_a_proposal():
    """To look for the nearest name takes a while: a hundred are enough to see what is wrong."""
    found = problems({f"seler{number}": 1 for number in range(150)})
    assert len(found) == 150
    assert sum(reason.endswith("did you mean seller?") for _, reason in found) == 100


@pytest.mark.parametrize(
    ("payload", "nearest"),
    [
        ({"seller": {"city_name": "PARIS"}}, "postal_address.city_name"),
        ({"seller": {"siret": "1"}}, None),
        ({"buyer": {"vat_id": "FR1"}}, "vat_identifier"),
        ({"paid_amount": "1"}, "totals.paid_amount"),
        ({"lines": [{"sub_lines": [{"net_price": "1"}]}]}, "item_net_price"),
        ({"lines": [{"unitcode": "C62"}]}, "unit_code"),
        ({"xyzzy": 1}, None),
        ({"notes": [{"text": "a", "subject": {"code": 1}}]}, "subject_code"),
        ({"postal_address": {}}, "seller.postal_address"),
    ],
)
def test_the_nearest_name_is_looked_for_where_it_could_stand(payload, nearest):
    """Suggestions come from the part at hand and one level below it, and are left out where nothing is near."""
    with pytest.raises(DraftError) as caught:
        Draft.model_validate(payload)
    assert caught.value.problems[0].nearest == nearest


def test_wrong_values_are_refused_with_what_was_expected():
    """All faults are told at once, each with what was expected and found."""
    assert problems({"issue_date": "2/11/2026", "lines": [{"quantity": "three"}], "rounding": "up"}) == [
        ("issue_date", "expected a date such as 2026-11-02, found '2/11/2026'"),
        ("rounding", "expected one of 'group', 'line' or 'gross', found 'up'"),
        ("lines[0].quantity", "expected a number such as 12.50, found 'three'"),
    ]


def test_shapes_that_do_not_fit_are_refused():
    """An object where text is meant, and text where an object is meant, are said as such."""
    assert problems({"number": {"value": "1"}, "seller": "VENDEUR", "lines": "one"}) == [
        ("number", "expected text, found {'value': '1'}"),
        ("seller", "expected an object with named fields, found 'VENDEUR'"),
        ("lines", "expected a list, found 'one'"),
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", '"1e5x"', "true", "[]"])
def test_what_is_no_number_is_refused(number):
    """Not a number, infinite, or another kind of value: none of them is a quantity."""
    with pytest.raises(DraftError):
        Draft.model_validate_json(f'{{"lines": [{{"quantity": {number}}}]}}')


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"[" * 100_000])
def test_what_is_no_draft_is_unreadable(payload):
    """Anything but a JSON object raises the one exception that a caller expects."""
    with pytest.raises(Unreadable):
        Draft.model_validate_json(payload)


def test_deeply_nested_sub_lines_are_read_or_refused():
    """Nesting without end neither crashes nor is a special case for the caller."""
    payload = '{"lines":[' + '{"sub_lines":[' * 5000 + "]}" * 5000 + "]}"
    with pytest.raises(Unreadable):
        Draft.model_validate_json(payload)


@pytest.mark.parametrize(
    "number",
    [
        '"1_000"',
        '"１２"',
        '"1e3"',
        '"0x10"',
        "1e99",
        '"1e-99999999"',
        "9" * 41,
        f'"{"9" * 41}"',
        f'"0.{"0" * 40}1"',
        '" "',
    ],
)
def test_a_number_is_spelled_as_in_xml_and_of_a_size_that_can_be_written(number):
    """No underscores, full-width digits or powers of ten; at most 40 digits before the point and 30 behind it."""
    with pytest.raises(DraftError, match="expected a number"):
        Draft.model_validate_json(f'{{"lines": [{{"quantity": {number}}}]}}')


@pytest.mark.parametrize("number", ['" +12.50 "', '"-.5"', '"5."', "12.5", "9" * 40])
def test_numbers_as_xml_spells_them_are_read(number):
    """Signs, blanks around, and digits on one side of the point only."""
    assert Draft.model_validate_json(f'{{"lines": [{{"quantity": {number}}}]}}').lines[0].quantity


def test_numbers_too_large_to_calculate_with_are_said():
    """Computing with numbers of forty digits is refused in words."""
    draft = Draft(lines=[{"quantity": "9" * 40, "item_net_price": "9" * 40, "vat_rate": "20"}])
    with pytest.raises(DraftError, match="too large"):
        draft.complete()


def test_names_of_other_programs_are_understood():
    """Tax registrations by scheme are the VAT number and the tax registration; the long name of BT-7 is BT-7."""
    registrations = [{"scheme_id": "VA", "value": "FR88100000009"}, {"scheme_id": "FC", "value": "100000009"}]
    draft = Draft.model_validate(
        {"seller": {"name": "V", "tax_registrations": registrations}, "value_added_tax_point_date": "2026-11-02"}
    )
    assert draft.seller.vat_identifier == "FR88100000009"
    assert draft.seller.tax_registration_identifier == "100000009"
    assert draft.tax_point_date.isoformat() == "2026-11-02"


@pytest.mark.parametrize(
    "seller",
    [
        {"vat_identifier": "FR1", "tax_registrations": [{"scheme_id": "VA", "value": "FR2"}]},
        {"tax_registrations": [{"scheme_id": "VA", "value": "FR1"}, {"scheme_id": "VAT", "value": "FR2"}]},
        {"tax_registrations": [{"scheme_id": "VA", "value": "FR1", "country": "FR"}]},
        {"tax_registrations": "FR1"},
    ],
)
def test_names_of_other_programs_never_hide_a_contradiction(seller):
    """Where the other name says more than the model holds, or says it twice, it is refused as unknown."""
    assert (
        "seller.tax_registrations",
        "there is no such field; did you mean tax_registration_identifier?",
    ) in problems({"seller": seller})


def test_parts_may_be_given_as_objects():
    """A draft is built from the model's own parts as well; an invoice line becomes a draft line."""
    draft = Draft(lines=[Line(item_name="Conseil", quantity=Decimal(2))], notes=[Note(text="Merci"), "Encore"])
    assert draft.lines[0] == DraftLine(item_name="Conseil", quantity=Decimal(2))
    assert [note.text for note in draft.notes] == ["Merci", "Encore"]


def test_an_attachment_is_base64_text():
    """The bytes of an attached document travel as base64; other text is refused."""
    data = base64.b64encode(b"%PDF").decode()
    draft = Draft.model_validate_json(json.dumps({"supporting_documents": [{"attached_document": data}]}))
    assert draft.supporting_documents[0].attached_document == b"%PDF"
    assert problems({"supporting_documents": [{"attached_document": "§"}]})[0][0] == (
        "supporting_documents[0].attached_document"
    )


@pytest.mark.parametrize(
    ("payload", "nearest"),
    [
        ({"invoice_number": "F1"}, "number"),
        ({"lines": [{"qty": "1"}]}, "quantity"),
        ({"lines": [{"unit_price": "1"}]}, "item_net_price"),
        ({"lines": [{"price": "1"}]}, "item_net_price"),
        ({"lines": [{"vat": "20"}]}, "vat_rate"),
        ({"lines": [{"tva_rate": "20"}]}, "vat_rate"),
        ({"lines": [{"name": "Lampe"}]}, "item_name"),
        ({"seller": {"vat": "FR88100000009"}}, "vat_identifier"),
    ],
)
def test_common_names_of_other_programs_are_known(payload, nearest):
    """What most programs call a field leads to ours, by the part it stands in."""
    with pytest.raises(DraftError) as caught:
        Draft.model_validate(payload)
    assert caught.value.problems[0].nearest == nearest


def test_the_schema_describes_fields_by_their_terms():
    """Every field that has a business term says its number and name, once for each place where its part may stand."""
    parts = json_schema("draft")["$defs"]
    assert parts["DraftLine"]["properties"]["net_amount"]["description"] == "BT-131 Invoice line net amount"
    assert parts["ExchangeRate"]["properties"]["rate"]["description"].endswith("BT-111 = BT-110 x rate")
    name = parts["Party"]["properties"]["name"]["description"]
    assert name.startswith("BT-27 Seller name; BT-44 Buyer name; ")
    assert "BR-FR-08" in json_schema("draft")["properties"]["nature"]["description"]


@pytest.mark.parametrize(
    ("payload", "place", "said"),
    [
        ({"lines": [{"quantity": "two"}]}, ("lines", 0, "quantity"), "expected a number such as 12.50, found 'two'"),
        ({"typo": 1}, ("typo",), "there is no such field; did you mean type_code?"),
        ({"issue_date": "02/11/2026"}, ("issue_date",), "expected a date such as 2026-11-02, found '02/11/2026'"),
        ([], (), "expected an object with named fields, found []"),
    ],
)
def test_a_draft_inside_another_model_fails_as_models_do(payload, place, said):
    """A web framework or an enclosing model gets pydantic's own exception, with our words, and can answer by place."""
    envelope = create_model("Envelope", invoice_data=(Draft, ...))
    with pytest.raises(ValidationError) as inside:
        envelope.model_validate({"invoice_data": payload})
    with pytest.raises(ValidationError) as alone:
        TypeAdapter(Draft).validate_python(payload)
    assert [(each["loc"], each["msg"]) for each in inside.value.errors()] == [(("invoice_data", *place), said)]
    assert [(each["loc"], each["msg"]) for each in alone.value.errors()] == [(place, said)]


@pytest.mark.parametrize(
    "said",
    [
        {"seller": {"electronic_address": "100000009"}},
        {"seller": {"identifiers": {"value": "1"}}, "buyer": {"identifiers": ["1", {"value": "2"}]}},
        {"notes": "Merci", "lines": [{"notes": [{"text": "a"}, "b"], "object_identifiers": "7"}]},
        {"payment_means": {"means_code": "30"}, "preceding_invoices": {"reference": "F1"}},
    ],
)
def test_the_schema_allows_what_is_read(said):
    """A text for an identifier or a note, one thing for a list of one; nothing else in their place."""
    jsonschema = pytest.importorskip("jsonschema", reason="a tool of the extra dev brings it")
    schema = Draft.model_json_schema()
    jsonschema.validate(said, schema)
    assert Draft.model_validate(said).complete()
    for wrong in ({"notes": 7}, {"seller": {"electronic_address": ["1"]}}, {"payment_means": "30"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        with pytest.raises(DraftError):
            Draft.model_validate(wrong)
