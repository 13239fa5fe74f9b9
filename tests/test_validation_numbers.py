"""Check digits of the numbers on an invoice."""

import pytest

from einvoice.model import Identifier, Invoice, Party, PaymentMeans
from einvoice.rulebook import finding
from einvoice.validation.numbers import check_numbers

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
