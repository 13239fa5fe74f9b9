"""Putting an invoice into a PDF, beside factur-x's `generate_from_binary`, in one run.

    python bench/facturx_pdf.py [--rounds 30] [--pdf ANY.pdf]

Both get the same PDF/A-3 and the same XML; without --pdf our own view of a fixture is the PDF. factur-x neither judges
the PDF nor, with the XSD check off, the XML, so it is measured beside `embed` alone; what judging costs is told apart.
Processor time of this process, the best of the rounds; sizes in bytes.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from einvoice.draft import Draft
from einvoice.facturx.build import facturx_xml, make_facturx
from einvoice.facturx.container import check_container
from einvoice.facturx.embed import embed
from einvoice.facturx.visible import compare_visible
from einvoice.pdfa import convert_to_pdfa3, preflight
from einvoice.profiles import profile_named

FIXTURE = Path(__file__).parents[1] / "fixtures" / "drafts" / "services.json"
DATE = datetime(2026, 9, 2, 10, 15, tzinfo=UTC)


def measured(task: Callable[[], object], rounds: int) -> float:
    """The shortest of some runs, in milliseconds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        task()
        best = min(best, time.process_time() - started)
    return best * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--pdf", type=Path)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    invoice = Draft.model_validate_json(FIXTURE.read_text(encoding="utf-8")).complete()
    xml, _ = facturx_xml(invoice, profile_named("en16931"))
    view = options.pdf.read_bytes() if options.pdf else make_facturx(invoice, profile="en16931", date=DATE).pdf
    view = convert_to_pdfa3(view, date=DATE).pdf
    made = embed(view, xml, profile="en16931", date=DATE, preflighted=True)

    def row(name: str, task: Callable[[], object], result: bytes | None = None) -> None:
        size = f"{len(result):>9}" if result is not None else " " * 9
        print(f"{name:<52}{measured(task, options.rounds):8.1f} ms {size}")

    print(f"PDF of {len(view)} bytes, XML of {len(xml)} bytes")
    row("einvoice embed", lambda: embed(view, xml, profile="en16931", date=DATE, preflighted=True), made)
    if find_spec("facturx"):
        from facturx import generate_from_binary  # noqa: PLC0415 - the peer, where it is installed

        def peer() -> bytes:
            made: bytes = generate_from_binary(
                view, xml, flavor="factur-x", level="en16931", check_xsd=False, check_schematron=False
            )
            return made

        row("factur-x generate_from_binary, XSD check off", peer, peer())
    row("einvoice preflight (is it a PDF/A-3?)", lambda: preflight(view))
    row("einvoice preflight and embed", lambda: embed(view, xml, profile="en16931", date=DATE), made)
    row("einvoice convert_to_pdfa3 (judged before and after)", lambda: convert_to_pdfa3(view, date=DATE))
    row("einvoice check_container (with extract)", lambda: check_container(made))
    row("einvoice compare_visible (page against XML)", lambda: compare_visible(made, invoice))
    row("einvoice make_facturx, view included", lambda: make_facturx(invoice, profile="en16931", date=DATE))


if __name__ == "__main__":
    main()
