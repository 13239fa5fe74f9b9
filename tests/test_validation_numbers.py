"""Check digits of the numbers on an invoice."""

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.draft import Draft
from einvoice.model import Identifier, Invoice, Party, PaymentMeans
from einvoice.rulebook import finding
from einvoice.validation.numbers import check_numbers

DRAFTS = FIXTURES / "drafts"
RIGHT = Invoice(
    seller=Party(
        legal_registration_identifier=Identifier(value="100000009", scheme_id="0002"),
        identifiers=(Identifier(value="10000000900017", scheme_id="0009"), Identifier(value="anything")),
        vat_identifier="FR88100000009",
    ),
    buyer=Party(vat_identifier="DE000"),
    payment_means=(
        PaymentMeans(account_identifier="FR7630001007941234567890185"),
        PaymentMeans(account_identifier="12"),
    ),
)


def changed(**parts):
    """The invoice with another seller or other payment means."""
    seller = RIGHT.seller.model_copy(update={key: value for key, value in parts.items() if key != "payment_means"})
    means = parts.get("payment_means", RIGHT.payment_means)
    return RIGHT.model_copy(update={"seller": seller, "payment_means": means})


def test_right_numbers_say_nothing():
    """Numbers that pass, other countries' numbers and accounts that are no IBAN are not remarked on."""
    assert list(check_numbers(RIGHT)) == []


@pytest.mark.parametrize(
    ("parts", "field", "term"),
    [
        (
            {"legal_registration_identifier": Identifier(value="100000008", scheme_id="0002")},
            "seller.legal_registration_identifier.value",
            "BT-30",
        ),
        (
            {"identifiers": (Identifier(value="10000000900018", scheme_id="0009"),)},
            "seller.identifiers[0].value",
            "BT-29",
        ),
        ({"vat_identifier": "FR89100000009"}, "seller.vat_identifier", "BT-31"),
        (
            {"payment_means": (PaymentMeans(account_identifier="FR7630001007941234567890186"),)},
            "payment_means[0].account_identifier",
            "BT-84",
        ),
    ],
)
def test_a_wrong_key_is_a_warning_where_it_is(parts, field, term):
    """A mistyped SIREN, SIRET, VAT number or IBAN is a warning at its field, in both languages."""
    (seen,) = check_numbers(changed(**parts))
    french, english = finding(seen, "fr"), finding(seen, "en")
    assert (french.rule, french.severity, french.field, french.term) == ("EI-ID-01", "warning", field, term)
    assert french.message != english.message == french.message_en
    assert french.found


@pytest.mark.parametrize("number", ["Z", "D 123456789", "-1"])
def test_a_vat_number_without_a_country_is_a_warning_where_the_rule_for_ubl_passes_it(number):
    """BR-CO-09 of UBL takes a letter and a blank for a country, that of CII does not: a draft is told before."""
    draft = Draft.model_validate_json((DRAFTS / "services.json").read_bytes())
    draft.set("buyer.vat_identifier", number)
    for source in (draft, ei.build(draft, "ubl"), ei.build(draft, "cii")):
        told = {
            each.rule: each.severity for each in ei.validate(source).findings if each.field == "buyer.vat_identifier"
        }
        assert told in ({"EI-ID-03": "warning"}, {"BR-CO-09": "error"})
    assert ei.validate(ei.build(draft, "cii")).verdict == "invalid"


@pytest.mark.parametrize("number", ["EL123456789", "1A1", "XI123", "FR88100000009", " "])
def test_a_vat_number_with_its_country_says_nothing(number):
    """Greece, Northern Ireland and Kosovo have prefixes of their own; an empty number is told otherwise."""
    assert not [each for each in check_numbers(changed(vat_identifier=number)) if each.rule == "EI-ID-03"]
