"""The table of profiles: one place that knows how BT-24 is spelled, and what follows from it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from folders import FIXTURES, ROOT, SHARED

import einvoice as ei
from einvoice.artefacts.catalogue import catalogue
from einvoice.detect import detect
from einvoice.profiles import (
    FACTURX_PROFILES,
    OTHER,
    PROFILES,
    TERM_SETS,
    facturx_profile,
    nearest_in_pdf,
    profile_named,
    profile_of,
    published_spelling,
    title_of,
)
from einvoice.terms import TERMS

CORPUS = SHARED / "corpus"
CEN = "urn:cen.eu:en16931:2017"
PUBLISHED = {  # BT-24, now or in former versions -> profile
    "urn:factur-x.eu:1p0:minimum": "minimum",
    "urn:zugferd.de:2p0:minimum": "minimum",
    "urn:factur-x.eu:1p0:basicwl": "basicwl",
    "urn:zugferd.de:2p0:basicwl": "basicwl",
    f"{CEN}#compliant#urn:factur-x.eu:1p0:basic": "basic",
    f"{CEN}#compliant#urn:zugferd.de:2p0:basic": "basic",
    f"{CEN}:compliant:factur-x.eu:1p0:basic": "basic",
    CEN: "en16931",
    f"{CEN}#conformant#urn:factur-x.eu:1p0:extended": "extended",
    f"{CEN}#conformant#urn:zugferd.de:2p0:extended": "extended",
    f"{CEN}:conformant:factur-x.eu:1p0:extended": "extended",
    f"{CEN}:compliant:factur-x.eu:1p0:extended": "extended",
    f"{CEN}#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr": "extended-ctc-fr",
    f"{CEN}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0": "xrechnung",
    f"{CEN}#compliant#urn:xoev-de:kosit:standard:xrechnung_2.1": "xrechnung",
    f"{CEN}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0": "peppol",
    "urn:peppol:pint:billing-1@sg-1": "peppol",
}
MEANT = {  # what nobody published, and is read as the nearest -> profile
    f"{CEN}#": "en16931",
    "urn:factur-x.eu:1p0:minimum_1.0": "minimum",
    f"{CEN}#compliant#urn:factur-x.eu:1p0:basic:1.09": "basic",
    f"{CEN}:conformant:factur-x.eu:1p0:extended#conformant#urn:example.com:more": "extended",
}
UNKNOWN = ("", "urn:example.com:cius", f"{CEN}#compliant#urn:example.com:cius", f"{CEN}:", "urn:cen.eu:en16931:2026")


@pytest.mark.parametrize(("identifier", "name"), PUBLISHED.items())
def test_every_published_spelling_is_known(identifier, name):
    """Each is one of its profile's own spellings and of no other's, with or without space around it."""
    assert profile_of(f" {identifier}\n").name == name
    assert [each.name for each in PROFILES.values() if each.is_spelled(identifier)] == [name]


@pytest.mark.parametrize(("identifier", "name"), MEANT.items())
def test_what_resembles_a_spelling_is_read_as_its_profile(identifier, name):
    """It is judged as the profile that it means, but it is none of its spellings."""
    assert profile_of(identifier).name == name
    assert not profile_of(identifier).is_spelled(identifier)


@pytest.mark.parametrize("identifier", [None, *UNKNOWN])
def test_anything_else_is_another_profile(identifier):
    """A usage specification that is not known here is never taken for EN 16931 itself."""
    assert profile_of(identifier) is OTHER


def test_what_we_write_is_read_as_the_same_profile():
    """The identifier of a row belongs to that row, and has a title for people."""
    written = [each for each in PROFILES.values() if each.identifier]
    names = ["minimum", "basicwl", "basic", "en16931", "extended", "extended-ctc-fr", "xrechnung", "peppol"]
    assert [each.name for each in written] == names
    assert [each.name for each in FACTURX_PROFILES] == names[:5]
    for each in written:
        assert profile_of(each.identifier) is each
        assert each.is_spelled(each.identifier)
        assert title_of(each.identifier) == each.title != ""
    assert title_of("urn:example.com:cius") == ""


def test_every_profile_is_judged_by_what_the_catalogue_knows():
    """Rule sets and schemas of the table are artefacts, and `other` has rules for every syntax of invoices."""
    known = catalogue()
    for each in PROFILES.values():
        assert each.rules
        for rules in each.rules.values():
            assert {known[name].kind for name in rules} == {"rules"}
        assert {known[name].kind for name in each.schemas.values()} <= {"xsd"}
        assert each.schemas.keys() <= each.rules.keys() <= OTHER.rules.keys()
    assert set(OTHER.rules) == {"ubl", "cii", "facturx"}


def test_every_term_belongs_to_a_set_of_the_table():
    """The sets of terms that profiles name are those that the table of terms names, the smaller first."""
    assert {each.profile for each in TERMS} == set(TERM_SETS)


def test_profiles_of_factur_x_are_those_that_a_pdf_may_hold():
    """Another one goes into a PDF as the profile with the same terms; asking for it by name is an error."""
    assert [each.name for each in FACTURX_PROFILES] == ["minimum", "basicwl", "basic", "en16931", "extended"]
    nearest = {each.name: nearest_in_pdf(each).name for each in PROFILES.values() if each not in FACTURX_PROFILES}
    german, peppol = ("xrechnung", "xrechnung-extension", "xrechnung-cvd"), ("peppol", "peppol-self-billing")
    assert nearest == {"extended-ctc-fr": "extended"} | dict.fromkeys((*german, *peppol, "other"), "en16931")
    assert all(nearest_in_pdf(each) is each for each in FACTURX_PROFILES)
    with pytest.raises(
        ValueError, match="unknown Factur-X profile 'xrechnung'; expected one of minimum, basicwl, basic"
    ):
        facturx_profile("xrechnung")
    with pytest.raises(ValueError, match="unknown profile 'comfort'"):
        profile_named("comfort")


def test_nothing_else_knows_an_identifier():
    """BT-24 is spelled in the table alone; a namespace of XMP is not BT-24, and a sentence may give an example."""
    spelled = re.compile(r"urn:(cen|factur-x|zugferd)(?!:pdfa:)")
    files = [
        path
        for folder in ("einvoice", "schematron", "tools", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml", ".tsv", ".txt", ".sch", ".typ"} and path.name != "messages.tsv"
    ]
    assert [path.name for path in files if spelled.search(path.read_text(encoding="utf-8"))] == ["profiles.tsv"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("urn:cen.eu:EN16931:2017", "urn:cen.eu:en16931:2017"),
        ("URN:cen.eu:en16931:2017#", "urn:cen.eu:en16931:2017"),
        ("urn:cen.eu:en16931:2017", None),
        ("urn:example:of:nobody", None),
        (None, None),
    ],
)
def test_another_spelling_of_a_profile_is_told(stated, expected):
    """BT-24 with other capitals or separators is read, with a warning that says how its publisher spells it."""
    assert published_spelling(stated) == expected
    if stated and expected:
        data = (FIXTURES / "valid" / "services.ubl.xml").read_bytes()
        assert b">urn:cen.eu:en16931:2017<" in data
        report = ei.validate(data.replace(b">urn:cen.eu:en16931:2017<", f">{stated}<".encode()), language="en")
        (found,) = [each for each in report.findings if each.rule == "EI-PROFILE-03"]
        assert (found.severity, found.term, found.found, found.expected) == ("warning", "BT-24", stated, expected)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the repository")
def test_published_spellings_are_not_doubted():
    """No file of those who publish the rules is told that it spells its profile wrongly."""
    doubted = set()
    for path in CORPUS.rglob("*.xml"):
        with suppress(ei.EInvoiceError):
            identifier = detect(path.read_bytes()).specification_identifier
            if published_spelling(identifier):
                doubted.add((path.relative_to(CORPUS).parts[0], identifier))
    assert doubted == set()
