"""Addresses and lines: what they mean, and which line receives for a buyer on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from french_samples import SIREN, SIRET
from hypothesis import given
from hypothesis import strategies as st

from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine, EffectivePeriod, definitions, reception
from einvoice.model import Identifier

OTHER_SIRET = "10000000900025"
DAY = date(2026, 9, 15)

addresses = st.one_of(
    st.just(ElectronicAddress(siren=SIREN)),
    st.sampled_from([SIRET, OTHER_SIRET]).map(lambda siret: ElectronicAddress(siren=SIREN, siret=siret)),
    st.text("AB-_1", min_size=1, max_size=4).map(
        lambda code: ElectronicAddress(siren=SIREN, siret=SIRET, routing_identifier=code)
    ),
    st.text("AB-_.1", min_size=1, max_size=4).map(lambda suffix: ElectronicAddress(siren=SIREN, suffix=suffix)),
)
days = st.dates(date(2026, 9, 1), date(2026, 9, 30))


def line(address: str, platform: str = "0007", **given) -> DirectoryLine:
    """A line in force from 1 September 2026, unless told otherwise."""
    parts = ElectronicAddress.parse(address).model_dump()
    return DirectoryLine(**{**parts, "nature": "D", "start_date": date(2026, 9, 1), "platform": platform, **given})


@given(addresses)
def test_an_address_survives_as_text(address):
    """Written as text and parsed again, an address is the same, and so it is through JSON."""
    assert ElectronicAddress.parse(str(address)) == address
    assert ElectronicAddress.model_validate_json(address.model_dump_json()) == address
    assert ElectronicAddress.model_validate(str(address)) == address
    assert ElectronicAddress.of(address.identifier) == address


@given(addresses)
def test_a_well_formed_address_has_no_faults(address):
    """What the strategies draw is right by every rule, but for a suffix that people might misread."""
    assert [fault for fault in address.faults() if fault.severity == "error"] == []


@given(addresses, addresses)
def test_containment_is_an_order(one, other):
    """An address contains itself; two that contain each other are the same; the company contains them all."""
    assert one.contains(one)
    assert ElectronicAddress(siren=SIREN).contains(one)
    if one.contains(other) and other.contains(one):
        assert one == other


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        (SIREN, f"{SIREN}_{SIRET}_A", True),
        (f"{SIREN}_{SIRET}", f"{SIREN}_{SIRET}_A", True),
        (f"{SIREN}_{SIRET}", f"{SIREN}_{OTHER_SIRET}_A", False),
        (f"{SIREN}_{SIRET}", SIREN, False),
        (f"{SIREN}_A", f"{SIREN}_A", True),
        (f"{SIREN}_A", f"{SIREN}_B", False),
        ("200000008", f"{SIREN}_{SIRET}", False),
    ],
)
def test_what_contains_what(outer, inner, expected):
    """A company contains its establishments, an establishment its services; a suffix stands alone."""
    assert ElectronicAddress.parse(outer).contains(ElectronicAddress.parse(inner)) is expected


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ({"siren": "100000008"}, ["G1.89"]),
        ({"siren": "200000008", "siret": SIRET}, ["G1.80"]),
        ({"siren": SIREN, "siret": "10000000900018"}, ["G2.07"]),
        ({"siren": SIREN, "routing_identifier": "A"}, ["G1.91"]),
        ({"siren": SIREN, "siret": SIRET, "suffix": "A"}, ["G1.93"]),
        ({"siren": SIREN, "siret": SIRET, "routing_identifier": "A.B"}, ["G1.95"]),
        ({"siren": SIREN, "suffix": "été"}, ["G1.115"]),
        ({"siren": SIREN, "siret": SIRET, "routing_identifier": "A" * 101}, ["G1.95", "BR-FR-25"]),
    ],
)
def test_a_fault_names_its_rule_and_part(given, rules):
    """Each fault says which official sentence speaks, and of which part of the address."""
    faults = ElectronicAddress(**given).faults()
    assert [fault.rule for fault in faults] == rules
    assert all(fault.part or fault.rule == "BR-FR-25" for fault in faults)


def test_an_identifier_of_another_scheme_is_no_french_address():
    """Only scheme 0225 is the French directory's."""
    assert ElectronicAddress.of(Identifier(value=SIREN, scheme_id="0002")) is None
    assert ElectronicAddress.of(Identifier(scheme_id="0225")) is None
    assert ElectronicAddress.of(None) is None


def test_the_first_day_counts_and_the_last_does_not():
    """A period includes its start and excludes its end; without end it never stops."""
    period = EffectivePeriod(date(2026, 9, 1), date(2026, 9, 3))
    assert [day in period for day in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert date(9999, 12, 31) in EffectivePeriod(date(2026, 9, 1))


@given(days, st.none() | days, days, st.none() | days, days)
def test_an_overlap_is_the_days_of_both(start, end, other_start, other_end, day):
    """A day is in the overlap exactly when it is in both periods."""
    one, other = EffectivePeriod(start, end), EffectivePeriod(other_start, other_end)
    shared = one.overlap(other)
    assert (day in one and day in other) == (shared is not None and day in shared)


@pytest.mark.parametrize(
    ("lines", "buyer", "expected"),
    [
        ([SIREN, f"{SIREN}_{SIRET}"], f"{SIREN}_{SIRET}", f"{SIREN}_{SIRET}"),
        ([SIREN, f"{SIREN}_{SIRET}_B", f"{SIREN}_{SIRET}_A"], f"{SIREN}_{SIRET}", f"{SIREN}_{SIRET}_A"),
        ([SIREN, f"{SIREN}_S"], f"{SIREN}_{SIRET}", SIREN),
        ([f"{SIREN}_T", f"{SIREN}_S"], f"{SIREN}_{SIRET}", f"{SIREN}_S"),
        ([f"{SIREN}_{OTHER_SIRET}"], f"{SIREN}_{SIRET}", None),
        ([SIREN, f"{SIREN}_{SIRET}"], SIREN, SIREN),
        ([f"{SIREN}_{SIRET}", f"{SIREN}_S"], SIREN, f"{SIREN}_S"),
        ([f"{SIREN}_{SIRET}"], SIREN, None),  # which establishment would be meant, nobody says
        ([SIREN, f"{SIREN}_{SIRET}"], f"{SIREN}_{SIRET}_A", None),  # that very door does not exist
        ([SIREN], f"{SIREN}_S", None),
        ([SIREN], "200000008", None),
        ([], SIREN, None),
    ],
)
def test_the_official_order_chooses_the_line(lines, buyer, expected):
    """Establishment, first routing code, company, first suffix; a code or a suffix is never replaced."""
    answer = reception([line(each) for each in lines], ElectronicAddress.parse(buyer), DAY)
    assert (str(answer.line.address) if answer.line else None) == expected
    of_company = [each for each in lines if each.startswith(buyer[:9])]
    assert len(answer.others) == len(of_company) - (expected is not None)


@pytest.mark.parametrize(
    ("start", "end", "effective_end", "receives"),
    [
        (DAY, None, None, True),
        (DAY + timedelta(1), None, None, False),
        (DAY - timedelta(1), DAY, None, False),
        (DAY - timedelta(1), DAY + timedelta(1), None, True),
        (DAY - timedelta(2), DAY + timedelta(1), DAY, True),  # stopped working, still accepts
        (DAY - timedelta(2), DAY, DAY - timedelta(1), False),
        (None, None, None, False),
    ],
)
def test_a_line_receives_from_its_start_until_before_its_end(start, end, effective_end, receives):
    """The start counts, the end does not; until its contractual end a line still accepts."""
    only = line(SIREN, start_date=start, end_date=end, effective_end_date=effective_end)
    assert (reception([only], ElectronicAddress(siren=SIREN), DAY).line is not None) == receives


def test_a_line_in_force_goes_before_one_that_still_accepts():
    """After a change of platform the new line is the answer, even while the old one would still take invoices."""
    old = line(SIREN, "0001", end_date=date(2026, 12, 31), effective_end_date=DAY)
    new = line(SIREN, "0002", start_date=DAY)
    answer = reception([old, new], ElectronicAddress(siren=SIREN), DAY)
    assert answer.line == new
    assert answer.others == (old,)


def test_a_masking_takes_a_line_back():
    """A masked line is gone; a repeated one has the end that was said last."""
    future = line(SIREN, start_date=DAY)
    masking = future.model_copy(update={"nature": "M"})
    shortened = future.model_copy(update={"end_date": DAY + timedelta(1)})
    assert definitions([future, masking]) == ()
    assert definitions([future, shortened]) == (shortened,)
    assert reception([future, masking], ElectronicAddress(siren=SIREN), DAY).line is None


def test_a_company_without_platform_is_not_reachable():
    """The default line of a company that chose no platform exists, but nobody receives there."""
    answer = reception([line(SIREN, "9998")], ElectronicAddress(siren=SIREN), DAY)
    assert answer.line is not None
    assert not answer.reachable
    assert reception([line(SIREN)], ElectronicAddress(siren=SIREN), DAY).reachable
    assert not reception([], ElectronicAddress(siren=SIREN), DAY).reachable
