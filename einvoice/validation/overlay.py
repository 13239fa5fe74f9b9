"""Known defects of published rules: which rule, in which versions, what is wrong, and what we do about it.

The official verdict stands: by default a defect only adds a hint to the finding. A user who knows better may have such
errors softened to warnings (`Policy(overlay="apply")`); the finding then says so. What the publisher corrected since,
or took from a rule set that is not as severe, is softened unless the user wants none of this (`overlay="off"`). Data:
`overlays.toml`; what is wrong, with the publisher's own thread about it, is a row of the rulebook.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Literal

from einvoice.artefacts.catalogue import ordinal
from einvoice.cii import NAMESPACES
from einvoice.data import ruleset_text
from einvoice.report import Severity
from einvoice.schematron import Failure
from einvoice.validation.policy import policy_data
from einvoice.xml import Element, finder

ElementAt = Callable[[str], Element]


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect of a published rule."""

    id: str  # ours: EI-DEFECT-...
    ruleset: str  # its id, or a pattern with *
    rules: tuple[str, ...]  # ids, or patterns with *
    first: str = ""  # the versions that have it, both included; "" for no end
    last: str = ""
    at: str = "*"  # the end of the XPath where it shows
    says: str = ""  # a pattern of what is said where it shows
    where: str = ""  # what holds there, in XPath 1.0 on CII
    softens: Literal["never", "asked", "always"] = "never"
    to: Severity = "warning"

    def concerns(self, ruleset: str, version: str, rule: str) -> bool:
        """Whether findings of this rule, in this version of the rule set, may be touched by the defect."""
        if not fnmatchcase(ruleset, self.ruleset) or not any(fnmatchcase(rule, pattern) for pattern in self.rules):
            return False
        number = ordinal(version)
        return (not self.first or ordinal(self.first) <= number) and (not self.last or number <= ordinal(self.last))

    def shows_in(self, failure: Failure, element_at: ElementAt | None) -> bool:
        """Whether this very finding is touched: its place, what stands there, and what it says."""
        said = failure.reason if failure.kind == "error" else failure.message
        if self.where:
            if element_at is None or failure.more:  # one that stands for others is at places that nobody looked at
                return False
            if not _finder(self.where)(element_at(failure.location)):
                return False
        return fnmatchcase(failure.location, self.at) and re.search(self.says, said or "") is not None


@cache
def _defects() -> tuple[Defect, ...]:
    rows = tomllib.loads(ruleset_text("overlays.toml"))["defect"]
    return tuple(Defect(id=name, **{**row, "rules": tuple(row["rules"])}) for name, row in rows.items())


@cache
def _finder(where: str) -> Callable[[Element], object]:
    return finder(where, NAMESPACES)


def hangs_on_place(ruleset: str, version: str, rule: str) -> bool:
    """Whether what a failure of a rule counts for may hang on its place and what it says."""
    if any(each.softens != "never" for each in _concerning(ruleset, version, rule)):
        return True
    known = policy_data()["stand_in"].get(ruleset)
    if known is None:
        return False
    allowed = any(rule in row.get("rules", ("",)) for row in known["allowed"])
    return allowed or rule in known["doubtful"] or rule in known["left_out_where"]


def known_defect(
    ruleset: str, version: str, rule: str, failure: Failure, element_at: ElementAt | None = None
) -> Defect | None:
    """The known defect that touches a finding, None if there is none; the rule may have its id from us.

    `element_at` gives what stands at an XPath.
    """
    concerning = _concerning(ruleset, version, rule)
    return next((defect for defect in concerning if defect.shows_in(failure, element_at)), None)


@lru_cache(maxsize=1_024)  # a rule may fail on each of thousands of lines
def _concerning(ruleset: str, version: str, rule: str) -> tuple[Defect, ...]:
    return tuple(defect for defect in _defects() if defect.concerns(ruleset, version, rule))
