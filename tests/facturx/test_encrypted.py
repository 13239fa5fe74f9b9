"""PDFs that open without a password and are yet enciphered: the extra that reads them is named."""

from __future__ import annotations

import importlib.util
import pickle

import pytest
from folders import SHARED
from pypdf.errors import DependencyError

import einvoice as ei
from einvoice.errors import MissingExtra, Unreadable
from einvoice.pdfa import pdf as reading
from einvoice.pdfa.pdf import Locked, NoCipher, opened

CASE = SHARED / "cases" / "invoices" / "22-owner-password.pdf"
PDF = b"%PDF-1.7\nstartxref\n0\n%%EOF"


def fails_with(message):
    """A reader of PDFs that lacks something."""

    def refuse(*_, **__):
        raise DependencyError(message)

    return refuse


def test_a_missing_cipher_names_the_extra(monkeypatch):
    """The words are ours and say what to install; what catches unreadable or locked PDFs still does."""
    monkeypatch.setattr(reading, "Reader", fails_with("cryptography>=3.1 is required for AES algorithm"))
    with pytest.raises(MissingExtra, match=r"einvoice-fr\[encrypted\]") as refused:
        ei.extract(PDF)
    assert isinstance(refused.value, Unreadable)
    assert isinstance(refused.value, Locked)
    assert refused.value.extra == "encrypted"


def test_something_else_that_is_missing_is_not_the_extra(monkeypatch):
    """A cipher that no package of ours brings."""
    monkeypatch.setattr(reading, "Reader", fails_with("something else is required"))
    with pytest.raises(Locked, match="something else") as refused, opened(PDF):
        pass
    assert not isinstance(refused.value, MissingExtra)


def test_a_report_says_that_an_invoice_may_not_be_encrypted(monkeypatch):
    """Whatever is installed: PDF/A forbids it."""
    monkeypatch.setattr(reading, "Reader", fails_with("cryptography>=3.1 is required for AES algorithm"))
    (report,) = ei.validate(PDF).documents
    assert (report.verdict, [each.rule for each in report.findings]) == ("invalid", ["EI-PDF-18"])


def test_the_exception_crosses_processes():
    """As every exception of ours."""
    again = pickle.loads(pickle.dumps(NoCipher()))  # noqa: S301 - our own bytes
    assert (type(again), again.extra) == (NoCipher, "encrypted")


@pytest.mark.skipif(not CASE.is_file(), reason="the cases of others are not there")
def test_an_owner_password_alone_keeps_nobody_out():
    """With the extra the invoice is read; without it, the extra is named."""
    data = CASE.read_bytes()
    if importlib.util.find_spec("cryptography"):
        assert ei.parse(data).number
    else:
        with pytest.raises(MissingExtra, match=r"einvoice-fr\[encrypted\]"):
            ei.parse(data)
