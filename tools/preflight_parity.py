"""The pre-flight for the public portal against the portal's own rules: on how many invoices do they agree?

    python tools/preflight_parity.py --artefacts FOLDER        # 600 invoices; the folder holds the portal's release

Invoices: the published French examples, where they are at hand, those of the fixtures, and random drafts, some of which
lose what the portal demands (the buyer's VAT number, the code or the text of an exemption, the reference of a credit
note). An invoice agrees where both say that it is taken, or both that it is not. What is left out: the length of the
number, of which the rules of the portal know nothing yet. Every difference is printed with what spoke.

The release goes into a folder of its own, never into the user's: `einvoice artefacts add` takes it in there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, seed, settings

if TYPE_CHECKING:  # einvoice is loaded once the environment says where its artefacts are
    from einvoice import Draft, Finding, Invoice

ROOT = Path(__file__).parents[1]
_PUBLISHED = ROOT.parent / "shared" / "corpus" / "fr-ctc-examples" / "invoices"
_UNKNOWN_TO_THE_PORTAL = "EI-PRE-06"  # the length of the number


@dataclass
class Tally:
    """What the comparisons gave."""

    both_take: int = 0
    both_refuse: int = 0
    defects: int = 0  # refused by the portal's rules only for a known defect of theirs
    differences: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def compare(self, invoice: Invoice, name: str) -> None:
        """Hold the two against each other."""
        from einvoice.errors import Unwritable  # noqa: PLC0415 - after the environment is set
        from einvoice.france import flux1, preflight, validate_extract  # noqa: PLC0415
        from einvoice.france.treatment import is_exchanged  # noqa: PLC0415

        if not is_exchanged(invoice):
            return
        ours = {each.rule for each in preflight.check(invoice)} - {_UNKNOWN_TO_THE_PORTAL}
        try:
            report = validate_extract(flux1.extract(invoice, "cii"))
            wrong = [each for each in report.findings if each.severity == "error"]
            theirs = {each.rule for each in wrong if not _is_defect(each, invoice)}
            self.defects += bool(wrong) and not theirs
            if report.verdict == "not_run":
                theirs.add("not run")
        except Unwritable as error:
            theirs = {each.rule for each in error.observations}
        if bool(ours) == bool(theirs):
            self.both_refuse += bool(ours)
            self.both_take += not ours
            return
        what = f"pre-flight {sorted(ours) or 'takes it'}, portal {sorted(theirs) or 'takes it'}"
        self.differences[what] += 1
        self.examples.setdefault(what, name)


def _is_defect(finding: Finding, invoice: Invoice) -> bool:
    """Whether a rule of the portal is wrong here, as the overlay knows; a buyer needs his VAT number indeed."""
    rightly = finding.rule == "G2.33" and not (invoice.buyer and invoice.buyer.vat_identifier)
    return "EI-DEFECT" in (finding.hint or "") and not rightly


def damaged(invoice: Invoice, chance: Random) -> Invoice:
    """The invoice, of three in ten without something that the portal demands."""
    kind = chance.randrange(10)
    if kind == 0 and invoice.buyer is not None:
        return invoice.model_copy(update={"buyer": invoice.buyer.model_copy(update={"vat_identifier": None})})
    if kind == 1:
        return invoice.model_copy(update={"preceding_invoices": ()})
    if kind == 2:
        groups = tuple(each.model_copy(update={"exemption_reason_code": None}) for each in invoice.vat_breakdown)
        return invoice.model_copy(update={"vat_breakdown": groups})
    return invoice


def invoices(count: int, start: int) -> Iterator[tuple[str, Invoice]]:
    """The invoices, each with a name."""
    import einvoice as ei  # noqa: PLC0415 - after the environment is set
    from einvoice.testing import drafts  # noqa: PLC0415

    made = 0
    for path in [*sorted(_PUBLISHED.glob("**/*.xml")), *sorted((ROOT / "fixtures" / "valid").glob("*.xml"))]:
        found = ei.parse(path.read_bytes())
        if isinstance(found, ei.Invoice):
            made += 1
            yield path.name, found
    for path in sorted((ROOT / "fixtures" / "drafts").glob("*.json")):
        made += 1
        yield path.name, ei.Draft.model_validate_json(path.read_bytes()).complete()
    drawn: list[Draft] = []

    @seed(start)
    @settings(
        max_examples=max(count - made, 1),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drafts())
    def draw(draft: Draft) -> None:
        drawn.append(draft)

    draw()
    chance = Random(start)  # noqa: S311 - no secrets
    for number, draft in enumerate(drawn):
        yield f"draft {number}", damaged(draft.complete(), chance)


def main() -> int:
    """Compare and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artefacts", type=Path, required=True, help="folder with the portal's rules and schemas")
    parser.add_argument("--schemas", type=Path, help="folder with the schemas, where they lie elsewhere")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=7)
    given_ = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="einvoice-portal-") as folder:
        os.environ["EINVOICE_ARTEFACTS"] = folder
        for source in filter(None, (given_.artefacts, given_.schemas)):
            command = [sys.executable, "-m", "einvoice", "artefacts", "add", str(source)]
            subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command line
        tally = Tally()
        for name, invoice in invoices(given_.count, given_.seed):
            tally.compare(invoice, name)
    compared = tally.both_take + tally.both_refuse + tally.differences.total()
    print(
        f"{compared} exchanged invoices: both take {tally.both_take}, both refuse {tally.both_refuse}; "
        f"{tally.defects} are refused for known defects of the portal's rules alone, which do not count"
    )
    for what, number in tally.differences.most_common():
        print(f"{number:5}  {what}   ({tally.examples[what]})")
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
