"""Known defects of published rules: which rule, in which versions, what is wrong, and what we do about it.

The official verdict stands: by default a defect only adds a hint to the finding. A user who knows better may have such
errors softened to warnings (`Policy(overlay="apply")`); the finding then says so. Data: `overlays.toml`; what
is wrong, with the publisher's own thread about it, is a row of the rulebook.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from einvoice.artefacts.catalogue import ordinal
from einvoice.data import ruleset_text


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect of a published rule."""

    id: str  # ours: EI-DEFECT-...
    ruleset: str
    rules: tuple[str, ...]  # ids, or patterns with *
    first: str  # the versions that have it, both included; "" for no end
    last: str
    softens: bool  # whether the finding is wrong, so that a user may have it softened

    def concerns(self, ruleset: str, version: str, rule: str) -> bool:
        """Whether a finding of this rule, in this version of the rule set, is touched by the defect."""
        if ruleset != self.ruleset or not any(fnmatchcase(rule, pattern) for pattern in self.rules):
            return False
        number = ordinal(version)
        return (not self.first or ordinal(self.first) <= number) and (not self.last or number <= ordinal(self.last))


@cache
def _defects() -> tuple[Defect, ...]:
    rows = tomllib.loads(ruleset_text("overlays.toml"))["defect"]
    return tuple(
        Defect(
            id=name,
            ruleset=row["ruleset"],
            rules=tuple(row["rules"]),
            first=row.get("first", ""),
            last=row.get("last", ""),
            softens=row["softens"],
        )
        for name, row in rows.items()
    )


def known_defect(ruleset: str, version: str, rule: str) -> Defect | None:
    """The known defect that touches a finding, None if there is none."""
    return next((defect for defect in _defects() if defect.concerns(ruleset, version, rule)), None)
