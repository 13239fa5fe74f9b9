"""Nothing of a stranger's PDF comes into the log of the program that reads it."""

from __future__ import annotations

import contextlib
import io
import logging
import threading

import samples as s
from pypdf import PdfReader
from pypdf.errors import PyPdfError

import einvoice as ei
from einvoice.pdfa.pdf import opened

SECRET = b"CONFIDENTIAL"
GOOD = s.pdf(s.embedding(s.cii()))
DAMAGED = GOOD.replace(b"<</Type/Catalog", b"<</X @(" + SECRET + b")/Type/Catalog")


def read_by_pypdf() -> None:
    """What a program does that uses the PDF library itself."""
    with contextlib.suppress(PyPdfError):
        _ = PdfReader(io.BytesIO(DAMAGED)).root_object


def test_what_the_pdf_library_remarks_is_dropped(caplog):
    """Whatever level the program has set; the library does remark it, to those who use it themselves."""
    caplog.set_level(logging.DEBUG)
    assert ei.validate(DAMAGED).verdict == "not_run"
    assert not caplog.records
    read_by_pypdf()
    assert SECRET.decode() in caplog.text


def test_other_threads_log_as_ever(caplog):
    """While one thread reads with us, another one's own use of the library is not silenced."""
    with opened(GOOD):
        theirs = threading.Thread(target=read_by_pypdf)
        theirs.start()
        theirs.join()
        assert SECRET.decode() in caplog.text
