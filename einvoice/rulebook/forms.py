"""The few forms in which publishers say that an element is too often, not or wrongly there: said in our words.

    >>> form_of("Element 'ram:SellerTradeParty' must occur exactly 1 times.").id
    'EI-FORM-EXACTLY'

A rule set has hundreds of such rules, each about another element; a row for each would say the same.
Sources: Factur-X 1.09, EN 16931 1.3.16 (CII-SR, CII-DT, UBL-CR, UBL-SR, UBL-DT), XP Z12-012 annex A, their Schematron.
"""

from __future__ import annotations

import re
from functools import cache

from einvoice.rulebook.observation import Sentence

_QUOTED = r"(?:Element|Attribute)(?: variant)? '(?P<element>[^']+)'"
_FORMS = (
    (rf"{_QUOTED} must occur exactly (?P<times>\d+) times", "EXACTLY"),
    (rf"{_QUOTED} may occur at maximum (?P<times>\d+) times", "MOST"),
    (rf"{_QUOTED} must occur at least (?P<times>\d+) times", "LEAST"),
    (rf"{_QUOTED} is required in this context", "MISSING"),
    (rf"{_QUOTED} is marked as not used in the given context", "UNUSED"),
    (r"Value of '(?P<element>[^']+)' is not allowed", "VALUE"),
    (r"An? UBL invoice sh(?:ould|all) not include (?:the |an? )?(?P<element>\S.*)", "UNUSED"),
    (r"(?P<element>\S.*?) ?(?:should|shall|must) not be (?:present|used)", "UNUSED"),
    (r"(?P<element>\S.*?) (?:should|shall|must) (?:exist|occur) (?:at most|maximum) once(?: in \w+)?", "MOST"),
    (r"(?P<element>\S.*?) must exist exactly once", "EXACTLY"),
    (r"Only one (?P<element>\S.*?) (?:should|shall) be present", "MOST"),
    (r"Only one (?P<element>\S.*?) is allowed(?: on an invoice)?", "MOST"),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The forms, compiled when one is first looked for: most runs look for none."""
    return tuple((re.compile(rf"{form}\.?", re.IGNORECASE), f"EI-FORM-{kind}") for form, kind in _FORMS)


def form_of(published: str) -> Sentence | None:
    """The sentence that an official text of one of these forms is, with the name of the element in it."""
    for pattern, form in _patterns():
        if found := pattern.fullmatch(published):
            named = found.groupdict()
            return Sentence(form, {"element": _plain(named["element"]), "times": named.get("times") or "1"})
    return None


def _plain(element: str) -> str:
    """Without the prefixes of XML: SellerTradeParty for ram:SellerTradeParty."""
    return re.sub(r"\b\w+:(?=\w)", "", element)
