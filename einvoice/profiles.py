"""The profiles of invoices: how each is named in the XML and in a PDF, which terms it holds, which rules apply.

    >>> profile_of(profile_named("basic").identifier).name  # however BT-24 spells it; `identifier` is as we write it
    'basic'
    >>> nearest_in_pdf(profile_named("extended-ctc-fr")).level
    'EXTENDED'
    >>> "BT-112" in {term.id for term in terms_of("basicwl")}  # the business terms that it may use
    True

A profile is a filter over the business terms, never a kind of invoice. All that is known of one is a row of
`profiles.tsv`; nothing else in einvoice knows an identifier. The columns, where they are not plain from `Profile`:

* `spellings`: BT-24 as published, now or in former versions; a `*` stands for anything, such as a version;
* `tail`: what may follow a spelling, and is read as this profile although nobody published it so (the first row that
  fits counts);
* `…_rules`: rule sets of a syntax, the best first: another one is run only where the better is not installed;
  `facturx` is the CII inside a PDF. Nothing: the profile does not exist in that syntax, and is validated as `other`;
* `…_xsd`: the schema of the profile, where it is not that of the document element (`policy.toml`).

BASIC says that it complies with EN 16931, and is judged by its publisher's rules for it all the same: they warn where
CEN's refuse (values that are empty), and nobody gains by two verdicts from one rule set. The reference page says more.

EXTENDED-CTC-FR has no place in a PDF (EI-PDF-20); there it is validated as what it says it is.

Sources: Factur-X 1.0 (1.09) §2.6, §5 and §6; ZUGFeRD 2.0, which said the same in other words and two spellings;
XP Z12-012 (EXTENDED-CTC-FR); KoSIT XRechnung 3.0; Peppol BIS Billing 3.0 and PINT.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from types import MappingProxyType

from einvoice.data import ruleset_text
from einvoice.terms import TERMS, Term


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile."""

    name: str  # as in einvoice's own calls: "basicwl"
    title: str  # as people read it: "Factur-X BASIC WL"; "" for one that we do not write
    identifier: str  # BT-24 that we write; "" for one that we do not
    spellings: tuple[str, ...]
    tail: str
    level: str  # fx:ConformanceLevel: "BASIC WL"; "" where it has no place in a PDF
    relationships: tuple[str, ...]  # AFRelationship: the first is written, all are usual
    terms: str  # the smallest set of terms that holds it
    french: bool  # whether it makes the invoice French
    foreign: bool  # whether it has rules of its own, which need not be installed
    rules: Mapping[str, tuple[str, ...]]  # syntax -> rule sets, of which one is run
    own: Mapping[str, tuple[str, ...]]  # syntax -> rule sets of its publisher, run after those where they are installed
    schemas: Mapping[str, str]  # syntax -> schema of the profile

    def is_spelled(self, identifier: str, tail: str = "") -> bool:
        """Whether BT-24 is one of the published spellings, or one with such a tail."""
        return any(fnmatchcase(identifier, f"{spelling}{tail}") for spelling in self.spellings)

    def is_meant(self, identifier: str) -> bool:
        """Whether BT-24 is read as this profile."""
        return self.is_spelled(identifier) or self.is_spelled(identifier, self.tail)


def _profile(row: Mapping[str, str]) -> Profile:
    def by_syntax(what: str) -> dict[str, str]:
        return {key.removesuffix(what): value for key, value in row.items() if key.endswith(what) and value}

    return Profile(
        name=row["name"],
        title=row["title"],
        identifier=row["identifier"],
        spellings=tuple(row["spellings"].split()),
        tail=row["tail"],
        level=row["level"],
        relationships=tuple(row["relationships"].split()),
        terms=row["terms"],
        french=row["french"] == "yes",
        foreign=row["foreign"] == "yes",
        rules={syntax: tuple(rules.split()) for syntax, rules in by_syntax("_rules").items()},
        own={syntax: tuple(rules.split()) for syntax, rules in by_syntax("_own").items()},
        schemas=by_syntax("_xsd"),
    )


def _table() -> dict[str, Profile]:
    names, *rows = (line.split("\t") for line in ruleset_text("profiles.tsv").splitlines())
    return {row[0]: _profile(dict(zip(names, row, strict=True))) for row in rows}


PROFILES: Mapping[str, Profile] = MappingProxyType(_table())  # name -> profile, the smaller first
OTHER = PROFILES["other"]
FACTURX_PROFILES = tuple(each for each in PROFILES.values() if "facturx" in each.schemas)  # those that Factur-X has
TERM_SETS = tuple(dict.fromkeys(each.terms for each in PROFILES.values()))  # each contains those before it


_LONGEST = 1_000  # characters of a BT-24 that is looked at
_SEPARATORS = re.compile(r"[^0-9a-z.]+")  # between the words of a BT-24


def profile_of(identifier: str | None) -> Profile:
    """The profile that a specification identifier (BT-24) names; `OTHER` for one that is not known here."""
    text = (identifier or "").strip()
    return _meant(text) if len(text) <= _LONGEST else OTHER


@lru_cache(maxsize=256)  # documents follow each other that say the same
def _meant(text: str) -> Profile:
    return next((each for each in PROFILES.values() if each.is_meant(text)), OTHER)


def published_spelling(identifier: str | None) -> str | None:
    """How its publisher spells a BT-24 that has other capitals or separators; None for one that is right or unknown."""
    text = (identifier or "").strip()
    said = profile_of(text)
    if said is not OTHER and said.is_spelled(text):
        return None
    small = text.lower()
    if any(each.is_spelled(small) for each in PROFILES.values()):
        return small
    spellings = (spelling for each in PROFILES.values() for spelling in each.spellings)
    return next((each for each in spellings if _plain(each) == _plain(text)), None)


def _plain(identifier: str) -> str:
    return _SEPARATORS.sub(":", identifier.lower()).strip(":")


def profile_named(name: str) -> Profile:
    """The profile of a name; `ValueError` where there is none."""
    return _chosen(name, PROFILES, "profile")


def facturx_profile(name: str) -> Profile:
    """The profile of Factur-X of a name; `ValueError` for one that Factur-X does not have, or that we cannot make."""
    return _chosen(name, {each.name: each for each in FACTURX_PROFILES}, "Factur-X profile")


def _chosen(name: str, profiles: Mapping[str, Profile], what: str) -> Profile:
    if name not in profiles:
        raise ValueError(f"unknown {what} {name!r}; expected one of {', '.join(profiles)}")
    return profiles[name]


def nearest_in_pdf(profile: Profile) -> Profile:
    """The profile itself if it is one that we put into a PDF, else the one that holds the same terms."""
    same = (each for each in FACTURX_PROFILES if each.terms == profile.terms)
    return profile if profile in FACTURX_PROFILES else next(same)


def title_of(identifier: str) -> str:
    """What people call a specification identifier as we write it; "" for another one."""
    return next((each.title for each in PROFILES.values() if each.identifier == identifier), "")


def terms_of(profile: str) -> tuple[Term, ...]:
    """The terms that a profile may use, in the order of the standard; `ValueError` for a name that is no profile."""
    smaller = TERM_SETS[: TERM_SETS.index(profile_named(profile).terms) + 1]
    return tuple(each for each in TERMS if each.profile in smaller)
