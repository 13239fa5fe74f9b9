"""What a Factur-X profile demands of an invoice.

    lacking(invoice, "en16931")         # what the profile demands and the invoice does not have

What it leaves out is in `einvoice.conversion.reduction`.

Sources: Factur-X 1.0 (1.09), the XML schema of each profile; EN 16931-1:2017 §6.3 (cardinalities); XP Z12-012 annex A
(line subtypes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from einvoice.conversion.lines import NOT_COUNTED
from einvoice.conversion.reduction import SUBTYPE
from einvoice.model import Invoice, Line
from einvoice.paths import Path
from einvoice.profiles import facturx_profile, terms_of
from einvoice.rulebook import Fact, Observation, Sentence, severity_of
from einvoice.terms import Term, term
from einvoice.values import Model

_RULE, _STEP = "EI-FX-01", "write"
# Where lines have subtypes, one that is not a detail has neither price nor quantity; and an attribute may have a code
# instead of a name, a measure instead of a value (XP Z12-012 annex A).
_RELAXED = {"BT-129", "BT-130", "BT-131", "BT-146", "BT-151"}
_ALTERNATIVES = {"BT-160": "code", "BT-161": "measured_value"}
_PART_OF_TERM = re.compile(r"(BT-\d+)-\d+")  # BT-34-1 is the scheme of BT-34


def lacking(invoice: Invoice, profile: str) -> tuple[Observation, ...]:
    """One observation for each term that the profile demands and the invoice does not have."""
    chosen = facturx_profile(profile)
    terms = terms_of(chosen.name)
    has_subtypes = any(each.id == SUBTYPE for each in terms)
    found = []
    for each in terms:
        if each.path and each.cardinality.startswith("1"):
            for place in _missing(invoice, each, has_subtypes=has_subtypes):
                facts: dict[str, Fact] = {"name": Sentence(each.id), "expected": chosen.level}
                found.append(Observation(_RULE, severity_of(_RULE), _STEP, facts, term=each.id, field=str(place)))
    return tuple(found)


def _missing(invoice: Invoice, wanted: Term, *, has_subtypes: bool) -> Iterator[Path]:
    """The places where a mandatory term is missing: in each part that should have it."""
    path = Path.parse(wanted.path)
    name = path.name
    for place, part in path.parent.each(invoice):
        if _has(part, name) or not _is_demanded(part, wanted, name):
            continue
        if _is_relaxed(part, wanted, has_subtypes=has_subtypes):
            continue
        yield place / name


def _has(part: Model, name: str) -> bool:
    return getattr(part, name) not in (None, ())


def _is_demanded(part: Model, wanted: Term, name: str) -> bool:
    """A part of a term is demanded with the term; a term of an optional group with the rest of its group."""
    if match := _PART_OF_TERM.fullmatch(wanted.id):
        whole = _name(term(match[1]))
        return hasattr(part, whole) and _has(part, whole)
    group = term(wanted.parent) if wanted.parent else None
    if group is None or group.path or group.cardinality.startswith("1"):
        return True
    siblings = (_name(each) for each in terms_of("extended-ctc-fr") if each.parent == group.id)
    return any(sibling != name and hasattr(part, sibling) and _has(part, sibling) for sibling in siblings)


def _name(about: Term) -> str:
    return Path.parse(about.path).name


def _is_relaxed(part: Model, wanted: Term, *, has_subtypes: bool) -> bool:
    if isinstance(part, Line) and part.subtype_code in NOT_COUNTED:  # which goes where there are no subtypes
        return wanted.id in _RELAXED or not has_subtypes
    other = _ALTERNATIVES.get(wanted.id)
    return has_subtypes and other is not None and _has(part, other)
