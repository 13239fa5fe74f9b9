"""The profiles of Factur-X: how each is called in the XML, in the metadata and in the PDF.

    profile_of("urn:factur-x.eu:1p0:minimum").name      # "minimum"
    profile("extended").level                           # "EXTENDED", as the XMP says it

A profile is a filter over the business terms, never a kind of invoice: which terms one holds is in `einvoice.terms`,
and `reduction` applies it. Sources: Factur-X 1.0 (1.09) §5 and §6; ZUGFeRD 2.0; XP Z12-012 (EXTENDED-CTC-FR).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROFILES", "Profile", "profile", "profile_of"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile."""

    name: str  # as in einvoice's own calls
    level: str  # fx:ConformanceLevel
    identifier: str  # BT-24
    relationship: str  # AFRelationship that we write
    usual: tuple[str, ...]  # those that are usual
    terms: str  # the profile of `einvoice.terms` that says which terms it holds


_PART = ("Data",)  # the XML holds a part of the invoice, the PDF is the invoice
_WHOLE = ("Alternative", "Source")  # the XML is the whole invoice

PROFILES: tuple[Profile, ...] = (
    Profile("minimum", "MINIMUM", "urn:factur-x.eu:1p0:minimum", "Data", _PART, "minimum"),
    Profile("basicwl", "BASIC WL", "urn:factur-x.eu:1p0:basicwl", "Data", _PART, "basicwl"),
    Profile(
        "basic",
        "BASIC",
        "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
        "Alternative",
        _WHOLE,
        "basic",
    ),
    Profile("en16931", "EN 16931", "urn:cen.eu:en16931:2017", "Alternative", _WHOLE, "en16931"),
    Profile(
        "extended",
        "EXTENDED",
        "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
        "Alternative",
        _WHOLE,
        "extended-ctc-fr",
    ),
)
_BY_NAME = {each.name: each for each in PROFILES}
_BY_IDENTIFIER = {each.identifier: each for each in PROFILES} | {
    # ZUGFeRD 2.0 said the same things with other words, in two spellings
    "urn:zugferd.de:2p0:minimum": _BY_NAME["minimum"],
    "urn:zugferd.de:2p0:basicwl": _BY_NAME["basicwl"],
    "urn:cen.eu:en16931:2017#compliant#urn:zugferd.de:2p0:basic": _BY_NAME["basic"],
    "urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:basic": _BY_NAME["basic"],
    "urn:cen.eu:en16931:2017#conformant#urn:zugferd.de:2p0:extended": _BY_NAME["extended"],
    "urn:cen.eu:en16931:2017:conformant:factur-x.eu:1p0:extended": _BY_NAME["extended"],
    "urn:cen.eu:en16931:2017:compliant:factur-x.eu:1p0:extended": _BY_NAME["extended"],
}
# The German usage specification: EN 16931 with rules of its own, under a level of its own.
_XRECHNUNG = Profile("xrechnung", "XRECHNUNG", "", "Alternative", _WHOLE, "en16931")


def profile(name: str) -> Profile:
    """The profile of a name; `ValueError` for one that is not in `PROFILES`."""
    if name not in _BY_NAME:
        raise ValueError(f"{name!r} is no Factur-X profile: expected one of {', '.join(_BY_NAME)}")
    return _BY_NAME[name]


def profile_of(identifier: str) -> Profile | None:
    """The profile that a specification identifier (BT-24) names; `None` where it is none of Factur-X."""
    if identifier.startswith("urn:cen.eu:en16931:2017#") and "xrechnung" in identifier:
        return _XRECHNUNG
    return _BY_IDENTIFIER.get(identifier)
