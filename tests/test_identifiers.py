"""Numbers: what is right, what is wrong, and whether the message helps. All numbers are fictional."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from einvoice.identifiers import (
    ELECTRONIC_ADDRESS,
    EU_VAT,
    FRENCH_VAT,
    IBAN,
    ROUTING_CODE,
    SIREN,
    SIRET,
    SUFFIX,
    InvalidIdentifier,
    french_vat_of,
    split_address,
)

KINDS = (SIREN, SIRET, FRENCH_VAT, EU_VAT, IBAN, ROUTING_CODE, SUFFIX, ELECTRONIC_ADDRESS)

sirens = st.integers(min_value=1, max_value=99_999_999).map(lambda n: f"{n:08d}" + luhn.calc_check_digit(f"{n:08d}"))


@pytest.mark.parametrize(
    ("kind", "number", "compact", "shown"),
    [
        (SIREN, "100 000 009", "100000009", "100 000 009"),
        (SIREN, "100\u00a0000\u202f009", "100000009", "100 000 009"),
        (SIRET, "100.000.009 00017", "10000000900017", "100 000 009 00017"),
        (SIRET, "35600000000048", "35600000000048", "356 000 000 00048"),  # La Poste, head office: Luhn
        (SIRET, "35600000000006", "35600000000006", "356 000 000 00006"),  # La Poste: digits sum to 20
        (FRENCH_VAT, "fr 88 100000009", "FR88100000009", "FR 88 100 000 009"),
        (FRENCH_VAT, "88100000009", "FR88100000009", "FR 88 100 000 009"),
        (EU_VAT, "FR 88 100 000 009", "FR88100000009", "FR88100000009"),
        (EU_VAT, "DE 100.000.008", "DE100000008", "DE100000008"),
        (IBAN, "FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189", "FR76 3000 6000 0112 3456 7890 189"),
        (ROUTING_CODE, "SERVICE-1_B", "SERVICE-1_B", "SERVICE-1_B"),
        (SUFFIX, "achats.paris", "achats.paris", "achats.paris"),
        (ELECTRONIC_ADDRESS, " 100000009 ", "100000009", "100000009"),
        (ELECTRONIC_ADDRESS, "100000009_10000000900017", *["100000009_10000000900017"] * 2),
        (ELECTRONIC_ADDRESS, "100000009_10000000900017_A_B", *["100000009_10000000900017_A_B"] * 2),
        (ELECTRONIC_ADDRESS, "100000009_STATUTS", *["100000009_STATUTS"] * 2),
    ],
)
def test_a_right_number_is_accepted_however_it_is_typed(kind, number, compact, shown):
    """Spaces and points do not matter; the compact form goes into the invoice, the formatted one to people."""
    assert kind.is_valid(number)
    assert kind.fault(number) is None
    assert kind.validate(number) == compact
    assert kind.format(number).strip() == shown


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        (SIREN, "100000008", "100000009"),
        (SIREN, "10000000", None),
        (SIREN, "10000000A", None),
        (SIREN, "", None),
        (SIREN, "١٠٠٠٠٠٠٠٩", None),  # digits of another script
        (SIRET, "10000000900018", "10000000900017"),
        (SIRET, "10000000800018", "100000009"),  # its SIREN is wrong already
        (SIRET, "35600000000007", None),
        (FRENCH_VAT, "FR00100000009", "FR88100000009"),
        (FRENCH_VAT, "FR88100000008", "100000009"),
        (FRENCH_VAT, "FRIO100000009", None),
        (FRENCH_VAT, "", None),
        (EU_VAT, "FR00100000009", "FR88100000009"),
        (EU_VAT, "US100000009", None),
        (EU_VAT, "DE100000003", None),
        (EU_VAT, "", None),
        (IBAN, "FR7630006000011234567890188", None),
        (IBAN, "FR76", None),
        (IBAN, "", None),
        (ROUTING_CODE, "SERVICE.1", None),  # a point is for suffixes only
        (ROUTING_CODE, "", None),
        (ROUTING_CODE, "A" * 101, None),
        (SUFFIX, "achats/paris", None),
        (SUFFIX, "événement", None),
        (ELECTRONIC_ADDRESS, "100000008", "100000009"),
        (ELECTRONIC_ADDRESS, "100000009_", None),
        (ELECTRONIC_ADDRESS, "100000009_10000000900018", "10000000900017"),
        (ELECTRONIC_ADDRESS, "100000009_10000000900017_", None),
        (ELECTRONIC_ADDRESS, "100000009_" + "A" * 116, None),
        (ELECTRONIC_ADDRESS, "vendeur@example.org", None),
        (ELECTRONIC_ADDRESS, "", None),
    ],
)
def test_a_wrong_number_says_what_was_found_and_expected(kind, number, expected):
    """The error carries the number found and, where it can be known, the right one; its text names the number."""
    assert not kind.is_valid(number)
    with pytest.raises(InvalidIdentifier) as caught:
        kind.validate(number)
    fault = caught.value.fault
    assert fault == kind.fault(number)
    assert fault.severity == "error"
    assert fault.expected == expected
    assert str(caught.value) == fault.message_en
    for message in (fault.message_fr, fault.message_en):
        assert fault.found in message
        if expected:
            assert expected in message


def test_a_monegasque_vat_number_needs_no_siren():
    """Monaco's VAT numbers are French ones whose nine digits start with 000 and are no SIREN."""
    number = french_vat_of("000012345")
    assert FRENCH_VAT.is_valid(number)
    assert not SIREN.is_valid("000012345")


@pytest.mark.parametrize("address", ["100000009_20000000800016", "100000009_a+b"])
def test_a_doubtful_address_is_valid_with_a_warning(address):
    """A suffix that looks like another company's SIRET, or that says "+", is allowed by some rule."""
    assert ELECTRONIC_ADDRESS.is_valid(address)
    assert ELECTRONIC_ADDRESS.validate(address) == address
    assert ELECTRONIC_ADDRESS.fault(address).severity == "warning"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("100000009", ("100000009", None, None, None)),
        ("100000009_10000000900017", ("100000009", "10000000900017", None, None)),
        ("100000009_10000000900017_A_B", ("100000009", "10000000900017", "A_B", None)),
        ("100000009_A_B", ("100000009", None, None, "A_B")),
        ("100000009_20000000800016", ("100000009", None, None, "20000000800016")),
        ("100000009_", ("100000009", None, None, "")),
        ("", ("", None, None, None)),
    ],
)
def test_an_address_splits_into_its_parts(address, parts):
    """SIREN, SIRET, routing code, suffix: what is 14 digits of the same company is a SIRET, the rest a suffix."""
    assert split_address(address) == parts


@given(sirens)
def test_every_siren_has_its_vat_number(siren):
    """The VAT number made from a SIREN is valid, and so is the address made of it."""
    assert SIREN.is_valid(siren)
    assert EU_VAT.is_valid(french_vat_of(siren)) == FRENCH_VAT.is_valid(french_vat_of(siren)) is True
    assert ELECTRONIC_ADDRESS.validate(siren) == siren


@given(sirens, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(siren, position, shift):
    """Luhn finds every single wrong digit."""
    wrong = str((int(siren[position]) + shift) % 10)
    assert not SIREN.is_valid(siren[:position] + wrong + siren[position + 1 :])


@given(st.sampled_from(KINDS), st.text(max_size=130))
def test_no_text_makes_a_check_crash(kind, text):
    """Whatever is typed, a check answers, and all four functions agree."""
    fault = kind.fault(text)
    assert kind.is_valid(text) == (fault is None or fault.severity == "warning")
    assert isinstance(kind.compact(text), str)
    assert isinstance(kind.format(text), str)
