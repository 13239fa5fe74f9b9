"""What the rules of ours about PDFs found: observations, whose words and severity stand in the rulebook.

    observed("EI-PDF-12", "container", found="BASIC", expected="EN 16931")
    archival(preflight(pdf))[0].facts                 # {"found": "Helvetica (page 1)"}

No publisher issues rules for the PDF around a Factur-X invoice in a form that a program can run, so these are ours. An
id is public contract: it is never given another meaning. Nothing here is stricter than the standards: what is merely
unusual, or was right in an earlier version, is a warning.
"""

from __future__ import annotations

from einvoice.pdfa import Broken
from einvoice.rulebook import Observation, severity_of

_SHOWN = 6  # places named in a message; the rest are counted
_EMPTY = "—"


def observed(
    rule: str, step: str, *, found: str | None = None, expected: str | None = None, term: str = ""
) -> Observation:
    """What a rule found in a PDF; an empty text is shown as a dash."""
    facts = {name: fact or _EMPTY for name, fact in (("found", found), ("expected", expected)) if fact is not None}
    return Observation(rule, severity_of(rule), step, facts, term=term)


def archival(broken: tuple[Broken, ...]) -> tuple[Observation, ...]:
    """One observation for each fault that keeps a PDF from being a PDF/A-3, with its places."""
    return tuple(observed(each.fault.value, "container", found=_listed(each.places)) for each in broken)


def _listed(places: tuple[str, ...]) -> str | None:
    if not places:
        return None
    shown = ", ".join(places[:_SHOWN])
    return shown if len(places) <= _SHOWN else f"{shown} (+ {len(places) - _SHOWN})"
