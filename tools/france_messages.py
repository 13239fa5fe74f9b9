"""Lifecycle messages and e-reports against everything that judges them: schema, published rules, our own checks.

    python tools/france_messages.py statuses      # every status of an invoice, both copies, and what each needs
    python tools/france_messages.py corpus        # published examples: read, written back, judged

Exit status 0 when every message built has no error, and every example comes back equal.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import einvoice as ei
from einvoice.draft import Draft
from einvoice.france.ereporting import flux10
from einvoice.france.lifecycle import Account, Approval, Payment, Platform, cdar, ppf_copy, status
from einvoice.france.lifecycle.codes import STATUSES, Status
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.model import Identifier, Invoice, Party
from einvoice.report import DocumentReport
from einvoice.xml import parse_xml

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
POLICY = ei.Policy(date=date(2026, 11, 22))
AT, ARRIVED = datetime(2026, 11, 3, 10, 0), datetime(2026, 11, 2, 16, 10)  # noqa: DTZ001 - messages have no zone
PLATFORM = Platform("0123", "PLATEFORME EXEMPLE", "AAA123")
IBAN = "FR7630006000011234567890189"  # the example of the banking association


def sample() -> Invoice:
    """An invoice with several VAT rates, a buyer's agent and a factor."""
    invoice = Draft.model_validate_json((ROOT / "fixtures/drafts/goods-several-rates.json").read_bytes()).complete()
    third = Party(
        name="TIERS EXEMPLE",
        legal_registration_identifier=Identifier(value="300000007", scheme_id="0002"),
        electronic_address=Identifier(value="300000007", scheme_id="0225"),
    )
    return invoice.model_copy(update={"buyer_agent": third, "payee": third})


def told_with(kind: Status) -> dict[str, Any]:
    """What the status has to say, and may say."""
    given: dict[str, Any] = {}
    if "reason" in kind.needs:
        given["reasons"] = (min(kind.reasons),)
    if "comment" in kind.needs:
        given["comment"] = "Voir le bon de commande."
    if kind.code in ("211", "212"):
        given["payment"] = Payment(Decimal("500.00"), day=date(2026, 11, 3))
    if kind.code == "206":
        given["approval"] = Approval(Decimal("100.00"))
    if "account" in kind.needs:
        given["account"] = Account(IBAN)
    return given


def copies(kind: Status, by: str) -> Iterator[tuple[str, LifecycleMessage]]:
    """The message between platforms and, where the portal takes it, the portal's copy."""
    message = status(sample(), kind.code, at=AT, received_at=ARRIVED, by=by, **told_with(kind))
    yield "platforms", message
    if kind.ppf != "never":
        yield "PPF", ppf_copy(message, platform=PLATFORM, number="0000000000000000001")


def judged(data: bytes) -> DocumentReport:
    """The verdict of schema, published rules and our own checks."""
    (report,) = ei.validate(data, policy=POLICY).documents
    return report


def statuses() -> int:
    """Build and judge a message for every status."""
    print(
        "code  name                             set by                            needs                 copies  errors"
    )
    wrong = 0
    for kind in (each for each in STATUSES.values() if each.phase):
        reports = [judged(cdar.write(message)) for by in kind.set_by for _, message in copies(kind, by)]
        errors = sum(finding.severity == "error" for report in reports for finding in report.findings)
        wrong += errors + sum(report.verdict != "valid" for report in reports)
        needs = ", ".join(sorted(kind.needs)) or "—"
        told = " + PPF" if kind.ppf != "never" else ""
        setters = ", ".join(kind.set_by)
        print(f"{kind.code}   {kind.name_fr:<32} {setters:<33} {needs:<21} {len(reports)}{told:<7} {errors}")
    return 1 if wrong else 0


def corpus() -> int:
    """Read the published examples, write them back, judge them."""
    different = 0
    verdicts: Counter[tuple[str, ...]] = Counter()
    for folder, syntax in (("fr-ctc-examples/cdar", cdar), ("fr-ctc-examples/cdar-other", cdar), ("fr-flux10", flux10)):
        for path in sorted((CORPUS / folder).glob("*.xml")):
            data = path.read_bytes()
            message = syntax.read(parse_xml(data))
            written = syntax.read(parse_xml(syntax.write(message)))
            equal = written == message.model_copy(update={"unread": ()})
            different += not equal
            report = judged(data)
            rules = sorted({finding.rule for finding in report.findings if finding.severity == "error"})
            verdicts[folder, report.verdict, *rules] += 1
            if not equal:
                print(f"not equal: {path.name}")
    for (folder, verdict, *rules), count in sorted(verdicts.items()):
        print(f"{count:4}  {folder:<28} {verdict:<8} {' '.join(rules)}")
    print(f"{sum(verdicts.values())} read, {different} not equal when written back")
    return 1 if different else 0


def main() -> int:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("statuses", "corpus"))
    return {"statuses": statuses, "corpus": corpus}[parser.parse_args().what]()


if __name__ == "__main__":
    sys.exit(main())
