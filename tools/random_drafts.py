"""Random drafts, each completed, written as UBL and as CII, and judged by every official rule: none may fail.

    python tools/random_drafts.py                       # 1,000 drafts
    python tools/random_drafts.py --count 50 --seed 7   # others, fewer

Exit status 0 when all documents are valid, and no draft says a figure that does not follow from its others. Otherwise
each rule that fired is printed with how often, and the first draft that broke it as JSON: what to put into a test.

A draft is drawn and judged within seconds. One that takes a minute hangs: the tool then prints where, and ends.
"""

import argparse
import faulthandler
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import hypothesis
from hypothesis import HealthCheck, Phase

import einvoice as ei
from einvoice.draft import Draft
from einvoice.errors import Unwritable
from einvoice.testing import drafts

POLICY = ei.Policy(date=date(2026, 11, 22), direction="sending")
SYNTAXES = ("ubl", "cii")
LONGEST = 60  # seconds for one draft, from the end of the last: the rules are compiled for the first


@dataclass
class Tally:
    """What was judged, and what failed."""

    drafts: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def fail(self, what: str, draft: Draft) -> None:
        """Count a failure and keep the first draft that shows it."""
        self.failures[what] += 1
        self.examples.setdefault(what, draft.model_dump_json(exclude_none=True))

    def judge(self, draft: Draft) -> None:
        """Build a draft in both syntaxes and count the verdicts."""
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        self.drafts += 1
        invoice = draft.complete()
        profile = "EXTENDED-CTC-FR" if "extended" in (invoice.specification_identifier or "") else "EN 16931"
        self.seen.update(
            (profile, f"type {invoice.type_code}", f"rounding {draft.rounding}", invoice.currency_code or "")
        )
        if any(each.computed is not None for each in draft.disagreements()):  # else it is worth a look, no more
            self.fail("disagreement", draft)
        for syntax in SYNTAXES:
            try:
                data = ei.build(invoice, syntax)
            except Unwritable as error:
                self.fail(f"{syntax}: unwritable: {error}", draft)
                continue
            report = ei.validate(data, policy=POLICY)
            self.seen[f"{syntax} {report.verdict}"] += 1
            for step in report.documents[0].steps:
                self.seen[f"{syntax} step {step.name} {step.ruleset or ''} {step.status}"] += 1
            for finding in report.findings:
                if finding.severity == "error":
                    self.fail(f"{syntax}: {finding.rule}: {finding.message_en}", draft)


def main() -> int:
    """Judge the drafts; 0 when every document is valid."""
    parser = argparse.ArgumentParser(description="Random drafts, built and judged in both syntaxes.")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=16931)
    arguments = parser.parse_args()
    tally = Tally()

    @hypothesis.seed(arguments.seed)
    @hypothesis.settings(
        max_examples=arguments.count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(drafts())
    def run(draft: Draft) -> None:
        tally.judge(draft)

    started = time.perf_counter()
    faulthandler.dump_traceback_later(LONGEST, exit=True)
    run()
    faulthandler.cancel_dump_traceback_later()
    print(f"{tally.drafts} drafts, {len(SYNTAXES)} syntaxes, {time.perf_counter() - started:.0f} s")
    for what, count in sorted(tally.seen.items()):
        print(f"{count:6} {what}")
    shown = set()
    for what, count in tally.failures.most_common():
        print(f"FAILED {count} times: {what}", file=sys.stderr)
        if tally.examples[what] not in shown:
            print(f"       {tally.examples[what]}", file=sys.stderr)
        shown.add(tally.examples[what])
    judged = sum(tally.seen[f"{syntax} valid"] for syntax in SYNTAXES)
    return 0 if judged == tally.drafts * len(SYNTAXES) and not tally.failures else 1


if __name__ == "__main__":
    sys.exit(main())
