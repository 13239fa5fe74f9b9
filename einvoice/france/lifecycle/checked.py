"""A lifecycle message under examination: what the checks ask of it, and how they speak.

Source: DGFiP external specifications v3.2, annex 7 (S1.06: what a message is about).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from einvoice.france.findings import finding
from einvoice.france.lifecycle.message import Characteristic, Detail, LifecycleMessage, Subject
from einvoice.report import Finding, Severity

_URN = "urn.cpro.gouv.fr:1p0:CDV:"
# What a message may be about (MDT-3, S1.06); all but "invoice" are messages to or from the public portal.
GUIDELINES = frozenset({"invoice", "einvoicingF2", "einvoicingF1", "ereportingF10", "annuaire", "flux", "messageCDV"})


class Checked:
    """A message and what the checks ask of it."""

    def __init__(self, message: LifecycleMessage) -> None:
        self.message = message
        self.subject = message.subject or Subject()
        self.code = self.subject.status_code or ""

    @cached_property
    def about(self) -> str:
        """The last part of the guideline: invoice, einvoicingF2, ..."""
        return (self.message.guideline or "").removeprefix(_URN)

    @cached_property
    def portal(self) -> bool:
        """Whether the public portal sends or receives it."""
        return self.about in GUIDELINES - {"invoice"} or "DFH" in self.roles

    @cached_property
    def to_portal(self) -> bool:
        """Whether it is a status of an invoice on its way to the public portal alone."""
        return self.about == "einvoicingF2"

    @cached_property
    def regulated(self) -> bool:
        """Whether it is of an invoice that French companies exchange, as far as it says (MDT-2)."""
        return self.portal or self.message.business_process in (None, "REGULATED")

    @cached_property
    def roles(self) -> tuple[str | None, ...]:
        """The roles of the sender and of a recipient that stands alone."""
        sender = self.message.sender
        alone = self.message.recipients if len(self.message.recipients) == 1 else ()
        return (sender.role_code if sender else None, *(each.role_code for each in alone))

    @cached_property
    def strict(self) -> Severity:
        """What the portal demands is an error to the portal, advice to anyone else."""
        return "error" if self.portal else "warning"

    def values(self) -> Iterator[tuple[str, Detail, Characteristic]]:
        """The characteristics, each with its field and its detail."""
        for i, detail in enumerate(self.subject.details):
            for j, value in enumerate(detail.characteristics):
                yield f"subject.details[{i}].characteristics[{j}]", detail, value


def say(rule: str, severity: Severity, field: str, term: str = "", **facts: object) -> Finding:
    """A finding about the message; further facts fill its text."""
    texts = {key: str(value) for key, value in facts.items() if key not in ("found", "expected")}
    found, expected = facts.get("found"), facts.get("expected")
    return finding(rule, severity, "lifecycle", field=field, found=found, expected=expected, term=term or None, **texts)
