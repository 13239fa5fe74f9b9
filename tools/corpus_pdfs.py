"""Every PDF of the corpus: what is in it, our verdict, and where that differs from what its source says.

    python tools/corpus_pdfs.py [--corpus ../shared/corpus] [--details]

The folder of a document says what its source thinks of it: `zugferd-pdf-correct` and `zugferd-pdf-fail` are verdicts,
the others are meant to be right. Ours is of today's schemas and rules, by which documents of 2014 to 2022 were not
written; the last column says which step and rules refuse. PDFs without an invoice are documentation.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from pathlib import Path

import einvoice as ei

CORPUS = Path(__file__).parents[1].parent / "shared" / "corpus"
PER_DOCUMENT = 4  # rules that are shown


def main() -> None:
    """Print a row for each PDF, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--details", action="store_true", help="every finding but information")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # the PDF library tells about damage on standard error; the report does too
    if not options.corpus.is_dir():
        print(f"skipped: there is no corpus at {options.corpus}")
        return
    sums: Counter[tuple[str, str, bool]] = Counter()
    started = time.perf_counter()
    for path in sorted(options.corpus.rglob("*.pdf")):
        said = path.parent.name
        report = ei.validate(path.read_bytes(), name=str(path.relative_to(options.corpus)))
        (document,) = report.documents
        sums[said, document.verdict, document.kind != "unknown"] += 1
        print(f"{document.verdict:8} {document.profile or '-':15} {document.source}: {_reason(document)}")
        if options.details:
            for finding in document.findings:
                if finding.severity != "information":
                    print(f"    {finding.severity:8} {finding.step:9} {finding.rule}: {finding.message_en[:160]}")
    print(f"\n{'source':22}{'invoice':9}{'verdict':9}count")
    for (said, verdict, is_invoice), count in sorted(sums.items()):
        print(f"{said:22}{'yes' if is_invoice else 'no':9}{verdict:9}{count:5}")
    print(f"{sum(sums.values())} PDFs in {time.perf_counter() - started:.1f} s")


def _reason(document: ei.DocumentReport) -> str:
    """Which rules refuse, by step; or why a step did not run; or which warnings there are about the pages."""
    steps = []
    for step in document.steps:
        rules = [f.rule for f in document.findings if f.step == step.name and f.severity == "error"]
        if rules:
            shown = ", ".join(dict.fromkeys(rules[:PER_DOCUMENT]))
            steps.append(f"{step.name}: {shown}{f' … ({len(rules)})' if len(rules) > PER_DOCUMENT else ''}")
        elif step.status == "not_run":
            steps.append(f"{step.name} not run: {step.reason}")
    pages = [f"{f.rule} {f.found} / {f.expected}" for f in document.findings if f.step == "visible"]
    return "; ".join(steps + pages)


if __name__ == "__main__":
    main()
