"""Pictures of the readable view: every sample invoice as PDF and HTML, and both as PNG, to be looked at.

    python tools/render_gallery.py [--to build/gallery] [name ...]

Needs `pdftoppm` (poppler-utils) for the pages of the PDF and `chromium` for the HTML, its picture and its own print as
PDF; what is not installed is skipped. Prints times and sizes, and how many of all business terms the view shows.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "view")]

import view_samples as samples  # noqa: E402 - found by the line above

from einvoice.terms import TERMS, term_at  # noqa: E402
from einvoice.view import render_html, render_pdf  # noqa: E402
from einvoice.view.layout import page_of  # noqa: E402
from einvoice.view.page import spans_of  # noqa: E402

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


def main() -> int:
    """Write the gallery; 0 when every invoice could be drawn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "gallery")
    parser.add_argument("names", nargs="*", default=[*samples.GALLERY, "services-en", "services-findings"])
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    for name in arguments.names:
        _draw(name, arguments.to)
    _count_terms()
    return 0


def _count_terms() -> None:
    """How many business terms there are, and how many the page of an invoice with all of them shows."""
    everything = {each.id for each in TERMS if not each.is_group}
    page = page_of(samples.full_invoice(), "fr")
    shown = {found.id for span in spans_of(page) if span.path and (found := term_at(span.path))}
    print(f"terms shown: {len(shown & everything)} of {len(everything)}")


def _draw(name: str, folder: Path) -> None:
    kind, _, variant = name.partition("services-")
    invoice = samples.GALLERY[kind or "services"]()
    language = "en" if variant == "en" else "fr"
    findings = samples.FINDINGS if variant == "findings" else ()
    logo = samples.logo() if name in {"services", "full"} else None
    started = time.perf_counter()
    pdf = render_pdf(invoice, language=language, findings=findings, logo=logo)
    between = time.perf_counter()
    html = render_html(invoice, language=language, findings=findings, logo=logo)
    ended = time.perf_counter()
    (folder / f"{name}.pdf").write_bytes(pdf)
    (folder / f"{name}.html").write_bytes(html)
    print(
        f"{name:18} PDF {(between - started) * 1000:6.1f} ms {len(pdf) / 1000:6.1f} kB"
        f"   HTML {(ended - between) * 1000:6.1f} ms {len(html) / 1000:6.1f} kB"
    )
    _pictures(folder / name)


def _pictures(stem: Path) -> None:
    """Each page of the PDF, the HTML in a window, and the HTML as it prints."""
    if shutil.which("pdftoppm"):
        _run("pdftoppm", "-r", "80", "-png", f"{stem}.pdf", f"{stem}.page")
    if shutil.which("chromium"):
        with tempfile.TemporaryDirectory() as profile:
            browser = ("chromium", *CHROMIUM, f"--user-data-dir={profile}")
            address = stem.with_suffix(".html").resolve().as_uri()
            _run(*browser, "--window-size=1000,1500", f"--screenshot={stem}.html.png", address)
            _run(*browser, "--no-pdf-header-footer", f"--print-to-pdf={stem}.print.pdf", address)
        if shutil.which("pdftoppm"):
            _run("pdftoppm", "-r", "80", "-png", f"{stem}.print.pdf", f"{stem}.print")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - our own commands


if __name__ == "__main__":
    sys.exit(main())
