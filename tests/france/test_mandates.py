"""Mandates: which one covers an invoice, where two claim one address, where nobody does."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from french_samples import SIREN, SIRET, when
from hypothesis import given
from hypothesis import strategies as st

from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine
from einvoice.france.mandates import (
    Mandate,
    MandateCreate,
    Span,
    check,
    covering,
    gaps,
    may_become,
    overlaps,
    receiving_address,
)
from einvoice.model import Identifier, Invoice, Party

SERVICE = f"{SIREN}_{SIRET}_ACHATS"


MOMENT = when("2026-09-15")


def mandate(address: str = SIREN, start: str = "2026-09-01", end: str | None = None, **given) -> Mandate:
    """An active mandate from 1 September 2026, unless told otherwise."""
    entry = {"name": "Client fictif", **ElectronicAddress.parse(address).model_dump()}
    facts = {"id": address, "client_id": "client_1", "status": "active", "created_at": "2026-08-01T10:00:00Z"}
    return Mandate.model_validate({**facts, "start_date": start, "end_date": end, "directory_entry": entry, **given})


def invoice(address: str, type_code: str = "380") -> Invoice:
    """An invoice whose receiver has that address."""
    party = Party(electronic_address=Identifier(value=address, scheme_id="0225"))
    if type_code == "389":
        return Invoice(type_code=type_code, seller=party, buyer=Party(name="x"))
    return Invoice(type_code=type_code, buyer=party, seller=Party(name="x"))


def test_a_payload_of_the_api_is_read_and_given_back():
    """Known fields are typed, unknown ones kept, so that what came in goes out."""
    payload = {
        "id": "mdt_abc123",
        "client_id": "client_abc123",
        "start_date": "2026-09-01T00:00:00Z",
        "end_date": None,
        "file_attachment": {"name": "mandat.pdf"},
        "status": "pending_kyc",
        "directory_entry": {"siren": SIREN, "name": "Client fictif", "siret": SIRET, "addressable": True, "new": 1},
        "created_at": "2026-08-01T10:00:00Z",
        "updated_at": None,
        "smp_recipient_status": "ok",
    }
    read = Mandate.model_validate_json(json.dumps(payload))
    assert str(read.scope) == f"{SIREN}_{SIRET}"
    given_back = json.loads(read.model_dump_json(exclude_unset=True))
    assert given_back == payload


def test_a_new_mandate_needs_a_start_and_an_entity():
    """Siren and name are required, as the API requires them."""
    entry = {"siren": SIREN, "name": "Client fictif"}
    assert MandateCreate(start_date=MOMENT, directory_entry=entry).scope == ElectronicAddress(siren=SIREN)
    with pytest.raises(ValueError, match="start_date"):
        MandateCreate(directory_entry=entry)
    with pytest.raises(ValueError, match="name"):
        MandateCreate(start_date=MOMENT, directory_entry={"siren": SIREN})


@pytest.mark.parametrize(
    ("scopes", "address", "covered_by", "exact"),
    [
        ([SIREN], SIREN, SIREN, True),
        ([SIREN], SERVICE, SIREN, False),
        ([SIREN, f"{SIREN}_{SIRET}"], SERVICE, f"{SIREN}_{SIRET}", False),
        ([SIREN, f"{SIREN}_{SIRET}", SERVICE], SERVICE, SERVICE, True),
        ([SERVICE], SIREN, None, None),
        ([f"{SIREN}_S"], f"{SIREN}_S", f"{SIREN}_S", True),
        (["200000008"], SIREN, None, None),
        ([], SIREN, None, None),
    ],
)
def test_the_finest_mandate_covers(scopes, address, covered_by, exact):
    """Among the mandates that contain an address the finest counts; whether it is that very address is said."""
    mandates = [mandate(scope) for scope in scopes]
    line = DirectoryLine(**ElectronicAddress.parse(address).model_dump())
    for what in (ElectronicAddress.parse(address), invoice(address), line):
        coverage = covering(mandates, what, MOMENT)
        assert (coverage.mandate.id if coverage else None) == covered_by
        assert (coverage.exact if coverage else None) == exact


@pytest.mark.parametrize(
    ("given", "covers"),
    [
        ({"start": "2026-09-15"}, True),
        ({"start": "2026-09-16"}, False),
        ({"end": "2026-09-15"}, False),
        ({"end": "2026-09-15T23:59:59Z"}, True),
        ({"end": "2026-09-16T00:00:00+02:00"}, True),
        ({"status": "created"}, False),
        ({"status": "pending_kyc"}, False),
        ({"status": "expired"}, False),
        ({"status": "error"}, False),
    ],
)
def test_only_an_active_mandate_in_its_time_covers(given, covers):
    """The start counts, the end does not, and nothing but an active mandate covers."""
    assert (covering([mandate(**given)], ElectronicAddress(siren=SIREN), MOMENT) is not None) == covers


def test_of_equal_mandates_the_last_begun_counts():
    """Two mandates for one address: the newer one answers."""
    old, new = mandate(id="old"), mandate(start="2026-09-10", id="new")
    assert covering([new, old], ElectronicAddress(siren=SIREN), MOMENT).mandate.id == "new"


def test_a_self_billed_invoice_is_received_by_the_seller():
    """In self-billing the buyer writes the invoice, and the seller receives it."""
    assert receiving_address(invoice(SERVICE, "389")) == ElectronicAddress.parse(SERVICE)
    assert receiving_address(invoice(SERVICE)) == ElectronicAddress.parse(SERVICE)


def test_an_invoice_without_french_address_is_covered_by_none():
    """Another scheme, or no buyer at all, leads to no mandate."""
    foreign = Invoice(buyer=Party(electronic_address=Identifier(value=SIREN, scheme_id="0088")))
    assert covering([mandate()], foreign, MOMENT) is None
    assert covering([mandate()], Invoice(), MOMENT) is None


def test_overlaps_are_found():
    """Two living mandates for one address that share a time; not those that follow each other, ended, or are finer."""
    first = mandate(end="2026-12-01", id="first")
    second = mandate(start="2026-11-01", id="second")
    others = [
        mandate(end="2026-09-01", start="2026-01-01", id="before"),
        mandate(id="ended", status="expired"),
        mandate(f"{SIREN}_{SIRET}"),
    ]
    (found,) = overlaps([first, second, *others])
    assert (found.first, found.second) == (first, second)
    assert found.span == Span(when("2026-11-01"), when("2026-12-01"))


def test_a_mandate_on_its_way_overlaps_too():
    """A second mandate that waits for its signature is a claim already."""
    assert len(overlaps([mandate(), mandate(status="pending_kyc")])) == 1


def test_gaps_are_found():
    """Before the first, between two, after the last; a wider mandate fills a gap, a pending one does not."""
    address = ElectronicAddress.parse(SERVICE)
    mandates = [
        mandate(SERVICE, "2026-02-01", "2026-03-01"),
        mandate(SERVICE, "2026-04-01", "2026-06-01"),
        mandate(SERVICE, "2026-01-01", None, status="created"),
        mandate(f"{SIREN}_{SIRET}", "2026-05-01", "2026-07-01"),
    ]
    since, until = when("2026-01-01"), when("2026-12-31")
    assert gaps(mandates, address, since, until) == (
        Span(when("2026-01-01"), when("2026-02-01")),
        Span(when("2026-03-01"), when("2026-04-01")),
        Span(when("2026-07-01"), when("2026-12-31")),
    )
    assert gaps([mandate(start="2026-01-01")], address, since, until) == ()
    assert gaps([], address, since, until) == (Span(since, until),)


spans = st.tuples(st.integers(0, 30), st.none() | st.integers(1, 12))


@given(st.lists(spans, max_size=6), st.integers(0, 20), st.integers(1, 20))
def test_every_moment_is_covered_or_in_a_gap(drawn, offset, length):
    """A moment of the span asked for is in a gap exactly when no mandate covers it."""
    origin = when("2026-01-01")

    def day(days: int) -> str:
        return (origin + timedelta(days)).isoformat()

    mandates = [mandate(start=day(start), end=day(start + size) if size else None) for start, size in drawn]
    address = ElectronicAddress(siren=SIREN)
    since, until = origin + timedelta(offset), origin + timedelta(offset + length)
    missing = gaps(mandates, address, since, until)
    for hour in range(0, length * 24, 12):
        moment = since + timedelta(hours=hour)
        assert (covering(mandates, address, moment) is None) == any(moment in span for span in missing)
    assert all(span.start < span.end for span in missing)


@pytest.mark.parametrize(
    ("moment", "covers"),
    [
        ("2026-08-31T21:59:59+00:00", True),  # a second before midnight in Paris
        ("2026-08-31T22:00:00+00:00", False),
        ("2026-08-31T22:30:00+00:00", False),
        ("2026-09-01T00:30:00+02:00", False),
        ("2026-08-31T23:59:59", True),  # without zone, on the French clock
    ],
)
def test_moments_are_compared_as_moments(moment, covers):
    """A mandate that ends at midnight in Paris has ended at 22:30 UTC in summer."""
    ended = mandate(start="2026-01-01", end="2026-09-01T00:00:00+02:00")
    address = ElectronicAddress.parse(SIREN)
    assert (covering((ended,), address, datetime.fromisoformat(moment)) is not None) is covers
    whole = gaps((ended,), address, when("2026-08-01"), datetime.fromisoformat("2026-08-31T22:00:00+00:00"))
    assert whole == ()


@pytest.mark.parametrize(
    ("address", "given", "rules"),
    [
        (SIREN, {}, []),
        (f"{SIREN}_10000000900017", {}, []),
        (f"{SIREN}_10000000900017_ACHATS", {}, []),
        (f"{SIREN}_ACHATS", {}, []),
        ("100000008", {}, [("EI-G1.89", "directory_entry.siren")]),
        (f"{SIREN}_10000000900017_A B", {}, [("EI-G1.95", "directory_entry.routing_identifier")]),
        (SIREN, {"end": "2026-09-01"}, [("EI-MDT-01", "end_date")]),
        (SIREN, {"end": "2026-08-01"}, [("EI-MDT-01", "end_date")]),
        (SIREN, {"end": "2026-09-02"}, []),
        (SIREN, {"end": "9999-12-31T23:59:59Z"}, []),
        (SIREN, {"start": "0001-01-01T00:00:00+14:00", "end": "9999-12-31T23:59:59-11:00"}, []),
    ],
)
def test_a_mandate_is_checked_before_it_is_asked_for(address, given, rules):
    """One of four scopes, a SIRET of its SIREN, allowed characters, an end after the start."""
    found = check(mandate(address, **given))
    assert [(each.rule, each.field) for each in found] == rules
    assert all(each.message != each.message_en for each in found)


def test_a_mandate_for_an_establishment_of_another_company_is_told():
    """G1.80: the SIRET begins with the SIREN."""
    entry = mandate().directory_entry.model_copy(update={"siret": "20000000800017"})
    (found,) = check(mandate().model_copy(update={"directory_entry": entry}))
    assert (found.rule, found.field) == ("EI-G1.80", "directory_entry.siret")


def test_a_mandate_without_name_is_told():
    """Whoever gives it has one."""
    entry = mandate().directory_entry.model_copy(update={"name": " "})
    nameless = mandate().model_copy(update={"directory_entry": entry})
    assert [each.rule for each in check(nameless)] == ["EI-MDT-02"]


def test_a_mandate_goes_its_way():
    """Made, checked, active, expired; never back, and an error is tried again."""
    way = ("processing", "created", "pending_kyc", "active", "expired")
    assert all(may_become(before, after) for before, after in pairwise(way))
    assert not any(may_become(after, before) for before, after in pairwise(way))
    assert may_become("created", "active")
    assert may_become("active", "active")
    assert may_become("error", "processing")
    assert not may_become("expired", "active")
