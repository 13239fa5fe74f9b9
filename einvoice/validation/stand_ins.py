"""A rule set that stands in for one that is not installed: which of its refusals prove something.

    is_left_out(failure, Standing("facturx-en16931", "en16931-cii"), document.element_at)

Rules of both refuse as ever. What only the stand-in refuses is doubtful, unless the other is known to allow it: then
nothing is said. Which those are, with the reason, is data: `[stand_in]` of `policy.toml`; each row was tried on mutants
of the corpus with both rule sets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from einvoice.cii import NAMESPACES
from einvoice.codes import code_list
from einvoice.schematron import Failure
from einvoice.validation.overlay import ElementAt
from einvoice.validation.policy import Policy, is_own_of_stand_in, severity_of, stand_in
from einvoice.xml import SPACE, Element, finder, local_name

_UNUSED_ATTRIBUTE = re.compile(r"^\s*Attribute @(\w+)")  # how a rule without id says that an attribute has no place
_NOT_NAMES = re.compile(r"\[[^\]]*\]|(?<=[/@])[\w.-]+:")  # of the XPath of an element, what is not its local names


class Standing(NamedTuple):
    """A rule set, and the one that should have been run."""

    used: str
    wanted: str


def is_doubtful(failure: Failure, standing: Standing, policy: Policy) -> bool:
    """Whether a failure is an error here that the rule set for which this one stands in does not know."""
    known = stand_in(*standing)
    if not known:
        return False
    if place := known["doubtful"].get(failure.rule):
        return bool(_ends(place).search(_names(failure)))
    return is_own_of_stand_in(failure, known) and severity_of(failure, standing.used, policy) == "error"


def is_left_out(failure: Failure, standing: Standing, element_at: ElementAt) -> bool:
    """Whether the rule set for which this one stands in is known to allow what failed.

    `element_at` gives what stands at an XPath.
    """
    known = stand_in(*standing)
    if not known:
        return False
    if failure.rule in known["left_out"]:
        return True
    if failure.more:  # it stands for others, at places that nobody looked at
        return False
    if less := _finders(standing, "left_out_where").get(failure.rule):
        return bool(less(element_at(failure.location)))
    rows = [row for row in known["allowed"] if failure.rule in row.get("rules", ("",))]
    if not rows or not is_own_of_stand_in(failure, known):
        return False
    names = _names(failure)  # once: a rule may fail at thousands of places
    return any(_allows(row, failure, names, element_at) for row in rows)


def overlooked(standing: Standing, root: Element) -> tuple[str, ...]:
    """The rules of the rule set for which this one stands in that refuse what this one lets pass, in a document."""
    return tuple(rule for rule, finds in _finders(standing, "overlooked").items() if finds(root))


@cache
def _finders(standing: Standing, table: str) -> Mapping[str, Callable[[Element], object]]:
    return {rule: finder(place, NAMESPACES) for rule, place in stand_in(*standing).get(table, {}).items()}


def _names(failure: Failure) -> str:
    """Where a failure is, by local names alone: /CrossIndustryInvoice/ExchangedDocument/ID"""
    return _NOT_NAMES.sub("", failure.location)


def _allows(row: Mapping[str, Any], failure: Failure, names: str, element_at: ElementAt) -> bool:
    """Whether a row of the table is about a failure, whose place has these names, and its conditions are met."""
    unused = _UNUSED_ATTRIBUTE.search(failure.message) if not failure.rule else None
    attribute = unused[1] if unused else row.get("attribute", "")
    if not _ends(row.get("at", "")).search(f"{names}/@{attribute}" if unused else names):
        return False
    there = element_at(failure.location)
    if "children" in row and not set(map(local_name, there.iterchildren("*"))) <= set(row["children"]):
        return False
    if row.get("bare") and any(each.attrib for each in there.iter("*")):
        return False
    if "codes" not in row:
        return True
    value = ((there.get(attribute) if attribute else there.text) or "").strip(SPACE)
    value = value.upper() if row.get("upper") else value
    return value in code_list(row["codes"]).codes and value not in row.get("but", ())


@cache
def _ends(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?:^|/)(?:{pattern})$" if pattern else "")
