"""The first finding of a broken invoice names what is wrong with it; whatever follows from that stands under it."""

from __future__ import annotations

import pytest
from broken_invoices import BROKEN

import einvoice as ei


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_first_finding_is_the_cause(broken):
    """Of what a person reads, the first finding is about the one thing that was changed."""
    (document,) = ei.validate(broken.document(), language="fr").documents
    first = document.groups[0].same[0]
    assert broken.rule in (first.rule, *first.equivalents)
    assert (first.field or "").startswith(broken.field)
