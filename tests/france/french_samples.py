"""Invoices and messages that the tests of the French messages share, and what judges them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from folders import ROOT, SHARED

import einvoice as ei
from einvoice.draft import Draft
from einvoice.france.ereporting import Declarant, EReport, flux10
from einvoice.france.lifecycle import LifecycleMessage, Platform, cdar, status
from einvoice.model import Address, Identifier, Invoice, Party
from einvoice.report import DocumentReport

CDAR = SHARED / "corpus/fr-ctc-examples/cdar"
FLUX10 = SHARED / "corpus/fr-flux10"


def when(text: str) -> datetime:
    """A moment as the clock on a French wall shows it."""
    return datetime.fromisoformat(text)


AT, ARRIVED = when("2026-11-03T10:00"), when("2026-11-02T16:10")
POLICY = ei.Policy(date=date(2026, 11, 22))
PLATFORM = Platform("0123", "PLATEFORME EXEMPLE", "AAA123")
NUMBER = "0000000000000000001"
SIREN, SIRET = "100000009", "10000000900017"  # of the seller of our fixtures
DECLARANT = Declarant(identifier=Identifier(value=SIREN, scheme_id="0002"), name="VENDEUR EXEMPLE")
FILING = Declarant(identifier=Identifier(value="0123", scheme_id="0238"), name="PLATEFORME EXEMPLE")
PERSON = Party(name="CLIENT EXEMPLE", postal_address=Address(country_code="FR"))
IBAN = "FR7630006000011234567890189"
THIRD = Party(
    name="TIERS EXEMPLE",
    legal_registration_identifier=Identifier(value="300000007", scheme_id="0002"),
    electronic_address=Identifier(value="300000007", scheme_id="0225"),
)


@cache
def fixture(name: str) -> Invoice:
    """A fixture draft, completed."""
    return Draft.model_validate_json((ROOT / f"fixtures/drafts/{name}.json").read_bytes()).complete()


def changed(invoice: Invoice, **update) -> Invoice:
    """The invoice with other values."""
    return invoice.model_copy(update=update)


def told(invoice: Invoice, code: int | str, **given) -> LifecycleMessage:
    """A status of an invoice, at the usual times."""
    return status(invoice, code, **{"at": AT, "received_at": ARRIVED, **given})


def judged(message: LifecycleMessage | EReport) -> DocumentReport:
    """The verdict of schema, published rules and our own checks on a message as written."""
    data = cdar.write(message) if isinstance(message, LifecycleMessage) else flux10.write(message)
    (report,) = ei.validate(data, policy=POLICY).documents
    return report


def rules(report: DocumentReport, severity: str = "error") -> list[str]:
    """The rules that found something of that severity, in order."""
    return [finding.rule for finding in report.findings if finding.severity == severity]


def altered(whole, path, value):
    """A message or report with another value at a path; names and positions are joined by dots."""

    def put(part, names):
        if not names:
            return value
        if isinstance(part, tuple):
            index = int(names[0])
            return (*part[:index], put(part[index], names[1:]), *part[index + 1 :])
        return part.model_copy(update={names[0]: put(getattr(part, names[0]), names[1:])})

    return put(whole, path.split("."))


def assert_told_whole(found: ei.Finding, severity: str, field: str) -> None:
    """A finding of a rule of ours has its severity, its field, both languages and its source."""
    assert (found.severity, found.field) == (severity, field)
    for text in (found.message, found.message_en):
        assert text
        assert "…" not in text
        assert "{" not in text
    assert found.source
