"""The payment means (BG-16) that an invoice needs to say when, or with what reference, it is paid.

A UBL credit note has its due date inside the payment means, and every UBL document its remittance information. A draft
that gives one of them and no means would lose it, so it gets the code 1, "instrument not defined": that says no more
than the draft does.

Sources: UBL 2.1 CreditNote (cac:PaymentMeans/cbc:PaymentDueDate); UNTDID 4461.
"""

from __future__ import annotations

from einvoice.codes import CREDIT_NOTES
from einvoice.draft.content import DraftContent
from einvoice.model import PaymentMeans

_NOT_DEFINED = "1"


def payment_means(draft: DraftContent, *, due: bool) -> tuple[PaymentMeans, ...]:
    """The means given, or one that is not defined where the invoice has something to say there."""
    needed = draft.remittance_information or (due and draft.type_code in CREDIT_NOTES)
    if draft.payment_means or not needed:
        return draft.payment_means
    return (PaymentMeans(means_code=_NOT_DEFINED),)
