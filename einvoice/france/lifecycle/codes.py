"""The codes of the French invoice life cycle: statuses, reasons, actions, roles, characteristics.

    STATUSES["212"].name_fr              # "Encaissée"
    STATUSES["210"].reasons              # the reason codes that a refusal may give
    REASONS["TX_TVA_ERR"].name_en        # "Wrong VAT rate"

They are data (`einvoice/data/lifecycle.toml`), where the sources are told. Programs must go by codes and never by
labels: published English labels call 210 "Rejected" and 212 "Received".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from einvoice.codes import Code
from einvoice.data import data_text

Phase = Literal["transmission", "processing", ""]
Portal = Literal["always", "vat_on_payment", "never"]

PHASE_CODES: Mapping[Phase, str] = MappingProxyType({"transmission": "305", "processing": "23"})  # MDT-77, UNTDID 1001


@dataclass(frozen=True, slots=True)
class Status:
    """A status of the life cycle (MDT-105)."""

    code: str
    name_fr: str
    name_en: str
    phase: Phase
    condition: str  # MDT-88; "" where none is known
    set_by: tuple[str, ...]
    sent_to: tuple[str, ...]
    ppf: Portal  # whether the public portal must be told, within 24 hours
    reasons: frozenset[str]  # allowed with it (MDT-113)
    needs: frozenset[str]  # "reason", "amounts", "comment", "account"


_DATA: dict[str, dict[str, Any]] = tomllib.loads(data_text("lifecycle.toml"))


def _codes(section: str) -> Mapping[str, Code]:
    return MappingProxyType({code: Code(code, row["en"], row["fr"]) for code, row in _DATA[section].items()})


REASONS = _codes("reason")
ACTIONS = _codes("action")
CHARACTERISTICS = _codes("characteristic")
ROLES = _codes("role")  # UNTDID 3035
_OWN_REASONS = frozenset(code for code, row in _DATA["reason"].items() if "by" not in row)


def _status(code: str, row: dict[str, Any]) -> Status:
    return Status(
        code=code,
        name_fr=row["fr"],
        name_en=row["en"],
        phase=row.get("phase", ""),
        condition=row.get("condition", ""),
        set_by=tuple(row["set_by"]),
        sent_to=tuple(row.get("sent_to", ())),
        ppf=row.get("ppf", "never"),
        reasons=frozenset(row.get("reasons", _OWN_REASONS)),
        needs=frozenset(row.get("needs", ())),
    )


STATUSES: Mapping[str, Status] = MappingProxyType({code: _status(code, row) for code, row in _DATA["status"].items()})

# What may follow each status; "start" stands for nothing yet. After 203, processing statuses come in any order.
FOLLOWS: Mapping[str, frozenset[str]] = MappingProxyType(
    {code: frozenset(following) for code, following in _DATA["follows"].items()}
)
