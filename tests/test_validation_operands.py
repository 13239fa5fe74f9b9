"""The two figures of a finding are values of the invoice."""

from decimal import Decimal

import pytest

from einvoice.model import Identifier, Invoice, Party, Totals, Unread, VatBreakdown
from einvoice.rulebook import Observation
from einvoice.validation.operands import Values

INVOICE = Invoice(
    type_code="380",
    seller=Party(identifiers=(Identifier(value="20000000800016", scheme_id="0009"),)),
    totals=Totals(amount_with_vat=Decimal("240.00"), line_net_amount=Decimal("200.00")),
    vat_breakdown=(VatBreakdown(category_code="S", taxable_amount=Decimal("200.00"), tax_amount=Decimal("40.00")),),
    unread=(Unread(kind="unparsable", xpath="/Invoice/cbc:IssueDate", text="2 novembre"),),
)


def seen(field, found, expected, message="…"):
    """An observation as an engine's operands make it."""
    facts = {name: fact for name, fact in (("found", found), ("expected", expected)) if fact is not None}
    return Observation("R", "error", "profile", facts, official=message, field=field)


@pytest.mark.parametrize(
    ("field", "found", "expected", "shown"),
    [
        ("totals.amount_with_vat", "240.00", "241.00", ("240.00", "241.00")),  # the figure itself
        ("totals.amount_with_vat", "240", "241.00", ("240", "241.00")),  # spelled otherwise
        ("vat_breakdown[0].taxable_amount", "199", "180", ("200.00", "180.00")),  # less the rule's tolerance
        ("totals.amount_with_vat", "2", "1", ("240.00", None)),  # a count
        ("totals.amount_with_vat", "180.00", "240.00", ("240.00", "180.00")),  # the wrong way round
        ("vat_breakdown[0].rate", "S", "O", (None, None)),  # a code that decides whether the rule applies
        ("issue_date", "2 novembre", None, ("2 novembre", None)),  # what could not be read
        ("vat_accounting_currency_code", None, "EUR", (None, "EUR")),  # what is missing, and what it should be
        ("seller", "20000000800016", None, (None, None)),  # of a group whose term nobody names
    ],
)
def test_figures_are_values_of_the_invoice(field, found, expected, shown):
    """What is found stands at the field; a count, a length or a guarding code is not told."""
    told = Values(INVOICE).told(seen(field, found, expected))
    assert (told.facts.get("found"), told.facts.get("expected")) == shown
    assert told.field == field


@pytest.mark.parametrize(
    ("field", "found", "message", "place", "term"),
    [
        (
            "vat_breakdown[0].category_code",
            "40.00",
            "VAT category tax amount (BT-117)",
            "vat_breakdown[0].tax_amount",
            "BT-117",
        ),
        ("seller", "20000000800016", "SIRET (BT-29)", "seller.identifiers[0].value", "BT-29"),
    ],
)
def test_a_finding_moves_to_the_named_term_that_has_the_value(field, found, message, place, term):
    """Where a field of a term that the message names has the found value, the finding is about that field."""
    told = Values(INVOICE).told(seen(field, found, "1", message))
    assert (told.field, told.term, told.facts["found"]) == (place, term, found)
