"""`einvoice render`: an invoice as a page for people, HTML or PDF.

einvoice render invoice.xml --to html -o invoice.html
einvoice render invoice.xml --to pdf --lang en --check -o invoice.pdf
"""

from __future__ import annotations

import argparse

from einvoice.api import render, validate
from einvoice.commands.inputs import read_document
from einvoice.commands.output import STATUSES, VALID, common_arguments, write
from einvoice.document import Document


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("document", metavar="DOC", help="UBL, CII, Factur-X or a draft (JSON); - for standard input")
    parser.add_argument("--to", choices=("html", "pdf"), required=True, help="the form")
    parser.add_argument("--logo", metavar="IMAGE", help="a PNG or JPEG image for the head of the page")
    parser.add_argument(
        "--check",
        action="store_true",
        help="validate, show the findings at their place, and exit with the verdict",
    )
    common_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Write the page."""
    data = read_document(options.document)
    source = Document(data).draft or data
    logo = read_document(options.logo) if options.logo else None
    report = validate(source, language=options.lang) if options.check else None
    findings, verdict = (report.findings, report.verdict) if report else ((), None)
    write(options, render(source, options.to, language=options.lang, findings=findings, verdict=verdict, logo=logo))
    return STATUSES[report.verdict] if report else VALID
