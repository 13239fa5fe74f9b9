"""The seed's words for statuses and roles, the portal's codes, and what pages and refusals say in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

from einvoice.france import lifecycle

__all__ = ["TEXTS", "ObjectType", "code_of", "emitter_of", "word_of"]

TEXTS: dict[str, dict[str, str]] = tomllib.loads(
    (files("einvoice_server") / "templates" / "texts.toml").read_text(encoding="utf-8")
)

ObjectType = Literal[
    "invoice", "mandate", "directory_entry", "regulatory_data", "flow", "transaction_data", "lifecycle_status"
]

_INVOICE: Mapping[str, str] = {
    "200": "DEPOSITED",
    "201": "TRANSMITTED_BY_PLATFORM",
    "202": "RECEIVED_BY_PLATFORM",
    "203": "MADE_AVAILABLE",
    "204": "ACKNOWLEDGED",
    "205": "APPROVED",
    "206": "PARTIALLY_APPROVED",
    "207": "IN_DISPUTE",
    "208": "SUSPENDED",
    "209": "COMPLETED",
    "210": "REFUSED",
    "211": "PAYMENT_TRANSMITTED",
    "212": "COLLECTED",
    "213": "REJECTED",
}
_PORTAL: Mapping[str, str] = {
    "250": "DEPOSITED",
    "251": "REJECTED",
    "300": "DEPOSITED",
    "301": "REJECTED",
    "400": "ACCEPTED",
    "401": "REJECTED",
    "500": "RECEIVABLE",
    "501": "UNACCEPTABLE",
    "601": "REJECTED",
}


def word_of(object_type: str, code: str) -> str:
    """A status in the seed's words; one that it has no word for, in the words of the reform."""
    if object_type == "invoice" and code in _INVOICE:
        return _INVOICE[code]
    if code in _PORTAL:
        return _PORTAL[code]
    status = lifecycle.STATUSES.get(code)
    return re.sub(r"\W+", "_", status.name_en.upper()) if status else code


def code_of(word: str) -> str:
    """The code of a status of an invoice, given as code or as word, with or without the name of its enum."""
    plain = word.rpartition(".")[2]
    known = {each: code for code, each in _INVOICE.items()}
    known |= {word_of("invoice", code): code for code in lifecycle.STATUSES if code not in _INVOICE}
    return known.get(plain.upper(), plain)


def emitter_of(code: str, role_code: str) -> str:
    """Who set a status: PDPE and PDPR for the platforms of issuer and receiver, PPF, or the role of a party."""
    if role_code != "WK":
        return role_code
    status = lifecycle.STATUSES.get(code)
    return "PDPR" if status and status.set_by[0] == "receiving_platform" else "PDPE"
