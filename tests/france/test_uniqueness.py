from __future__ import annotations

from datetime import date

from french_samples import fixture

from einvoice.france.uniqueness import UniquenessKey, uniqueness_key


def test_the_key_is_seller_number_and_year():
    """G1.45: the SIREN, also where only a VAT number or a SIRET tells it, the number and the year of issue."""
    one = fixture("services")
    assert uniqueness_key(one) == UniquenessKey("100000009", one.number, one.issue_date.year)
    later = one.model_copy(update={"issue_date": date(one.issue_date.year + 1, 1, 2)})
    assert uniqueness_key(later) != uniqueness_key(one)


def test_what_has_no_number_has_no_key():
    """An invoice to be, or one of a foreign seller, is not told apart by this key."""
    assert uniqueness_key(fixture("services").model_copy(update={"number": None})) is None
    assert uniqueness_key(fixture("services").model_copy(update={"issue_date": None})) is None
    assert uniqueness_key(fixture("services").model_copy(update={"seller": None})) is None
