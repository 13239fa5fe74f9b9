"""Collecting what keeps a PDF from being a PDF/A-3: one finding a rule, that names each place once."""

from __future__ import annotations

from dataclasses import dataclass, field

from einvoice.facturx.pdfa.rules import PDFA_RULES
from einvoice.facturx.rules import made
from einvoice.report import Finding

__all__ = ["STEP", "Faults"]

STEP = "container"
_RULES = {rule.id: rule for rule in PDFA_RULES}
_SHOWN = 6  # places named in a message; the rest are counted


@dataclass(slots=True)
class Faults:
    """Rules that a PDF breaks, and where."""

    places: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, rule: str, place: str = "") -> None:
        """Note that a rule is broken at a place; saying it twice changes nothing."""
        self.places.setdefault(rule, {})[place] = None

    def findings(self) -> tuple[Finding, ...]:
        """One finding for each broken rule, by number."""
        return tuple(made(_RULES[rule], STEP, found=_listed(tuple(self.places[rule]))) for rule in sorted(self.places))


def _listed(places: tuple[str, ...]) -> str:
    shown = ", ".join(places[:_SHOWN])
    return shown if len(places) <= _SHOWN else f"{shown} (+ {len(places) - _SHOWN})"
