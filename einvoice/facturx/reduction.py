"""What a Factur-X profile can hold of an invoice, what it leaves out, and what it demands.

    losses(invoice, "basicwl")          # (lines[0].item_name, ...), as paths
    small = reduce(invoice, "basicwl")  # to be written by einvoice.cii
    lacking(invoice, "en16931")         # findings for what the profile demands and the invoice does not have

A profile is a filter over the business terms (`einvoice.profiles`). A line that only groups others (GROUP) or only
informs is none where the profile knows no such lines: its amount would be counted twice, so it goes, and is listed.

Sources: Factur-X 1.0 (1.09), the XML schema of each profile; EN 16931-1:2017 §6.3 (cardinalities); XP Z12-012 annex A
(line subtypes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from einvoice.facturx.rules import Rule, made
from einvoice.model import Invoice, Line, Model
from einvoice.paths import Path
from einvoice.profiles import facturx_profile, terms_of
from einvoice.reduction import reduced
from einvoice.report import Finding
from einvoice.terms import Term, term

PROFILE_RULES: tuple[Rule, ...] = (
    Rule(
        "EI-FX-01",
        "error",
        "Factur-X 1.0 §5 ; EN 16931-1 §6.3",
        fr="Le profil {expected} demande « {found} », qui manque.",
        en="The profile {expected} demands “{found}”, which is missing.",
    ),
)
M = TypeVar("M", bound=Model)

_STEP = "write"
_SUBTYPE = "EXT-FR-FE-163"
_PAYING = ("buyer", "payee")  # whose identifiers (BT-46, BT-60) stand once
_ONCE_A_LINE = ("notes", "object_identifiers")  # BT-127, BT-128
_NOT_DETAIL = {"GROUP", "INFORMATION"}
_LINES = Path(("lines",))
# Where lines have subtypes, one that is not a detail has neither price nor quantity; and an attribute may have a code
# instead of a name, a measure instead of a value (XP Z12-012 annex A).
_RELAXED = {"BT-129", "BT-130", "BT-131", "BT-146", "BT-151"}
_ALTERNATIVES = {"BT-160": "code", "BT-161": "measured_value"}
_PART_OF_TERM = re.compile(r"(BT-\d+)-\d+")  # BT-34-1 is the scheme of BT-34


def losses(invoice: Invoice, profile: str) -> tuple[Path, ...]:
    """The fields of the invoice that the profile cannot hold; `ValueError` for a name that is no profile."""
    return _reduced(invoice, profile)[1]


def reduce(invoice: Invoice, profile: str) -> Invoice:
    """The invoice as the profile can say it, with the profile's identifier as BT-24."""
    small, _ = _reduced(invoice, profile)
    return small.model_copy(update={"specification_identifier": facturx_profile(profile).identifier})


def _reduced(invoice: Invoice, profile: str) -> tuple[Invoice, tuple[Path, ...]]:
    terms = {each.id for each in terms_of(facturx_profile(profile).name)}
    if _SUBTYPE in terms:
        return reduced(invoice, terms, unnumbered=True)
    details = {index: line for index, line in enumerate(invoice.lines) if line.subtype_code not in _NOT_DETAIL}
    dropped = [_LINES / index for index in range(len(invoice.lines)) if index not in details]
    parties = ((name, getattr(invoice, name)) for name in _PAYING)
    once = {name: _once(part, ("identifiers",), Path((name,)), dropped) for name, part in parties if part}
    lines = tuple(_once(line, _ONCE_A_LINE, _LINES / index, dropped) for index, line in details.items())
    small, lost = reduced(invoice.model_copy(update={**once, "lines": lines}), terms)
    return small, (*dropped, *(_renumbered(path, list(details)) for path in lost))


def _renumbered(path: Path, lines: list[int]) -> Path:
    """The path in the invoice that had all its lines: `lines` are the positions of those that were kept."""
    match path.steps:
        case ("lines", int(index), *rest):
            return Path(("lines", lines[index], *rest))
    return path


def _once(part: M, names: tuple[str, ...], place: Path, lost: list[Path]) -> M:
    """The part with the first of each of these values, which only EXTENDED lets repeat."""
    repeated = {name: values for name in names if len(values := getattr(part, name)) > 1}
    lost += [place / name / index for name, values in repeated.items() for index in range(1, len(values))]
    return part.model_copy(update={name: values[:1] for name, values in repeated.items()})


def lacking(invoice: Invoice, profile: str) -> tuple[Finding, ...]:
    """One finding for each term that the profile demands and the invoice does not have."""
    chosen = facturx_profile(profile)
    terms = terms_of(chosen.name)
    has_subtypes = any(each.id == _SUBTYPE for each in terms)
    found = []
    for each in terms:
        if each.path and each.cardinality.startswith("1"):
            for place in _missing(invoice, each, has_subtypes=has_subtypes):
                finding = made(PROFILE_RULES[0], _STEP, found=each.name_fr, expected=chosen.level, term=each.id)
                english = PROFILE_RULES[0].en.format(found=each.name_en, expected=chosen.level)
                found.append(finding.model_copy(update={"message_en": english, "field": str(place), "found": None}))
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
    if isinstance(part, Line) and part.subtype_code in _NOT_DETAIL:  # which goes where there are no subtypes
        return wanted.id in _RELAXED or not has_subtypes
    other = _ALTERNATIVES.get(wanted.id)
    return has_subtypes and other is not None and _has(part, other)
