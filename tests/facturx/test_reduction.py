from __future__ import annotations

from datetime import date
from functools import cache
from itertools import pairwise

import pytest
import samples as s
from folders import FIXTURES
from lxml import etree

from einvoice import cii
from einvoice.artefacts.installed import find
from einvoice.conversion.fitting import fit
from einvoice.draft import Draft
from einvoice.facturx.demands import lacking
from einvoice.model import Identifier, Invoice, Line, Note, Party, PaymentMeans, SupportingDocument
from einvoice.paths import Path
from einvoice.profiles import FACTURX_PROFILES, facturx_profile

DRAFTS = sorted((FIXTURES / "drafts").glob("*.json"))
NAMES = [profile.name for profile in FACTURX_PROFILES]

SIRET = Identifier(value="20000000800016", scheme_id="0009")
ROUTE = Identifier(value="ACHATS", scheme_id="0224")


@cache
def schema(profile):
    """The XML schema of a profile, from the installed official artefacts."""
    artefact = find(f"xsd-facturx-{profile}", on=date(2026, 11, 22))
    return etree.XMLSchema(etree.parse(artefact.main))


def invoice(name):
    """A completed draft of ours."""
    path = next(path for path in DRAFTS if path.stem == name)
    return Draft.model_validate_json(path.read_text(encoding="utf-8")).complete()


def reduced_to(invoice, profile):
    """The invoice as a profile of Factur-X can say it, and the paths of the values that it leaves out."""
    chosen = facturx_profile(profile).identifier
    fitted = fit(invoice.model_copy(update={"specification_identifier": chosen}), "facturx")
    return fitted.invoice, tuple(fitted.left_out)


@pytest.mark.parametrize("profile", NAMES)
@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_every_fixture_fits_every_profile(path, profile):
    """Reduced to a profile, each invoice of ours is written, valid against the profile's schema, and says its BT-24."""
    whole = Draft.model_validate_json(path.read_text(encoding="utf-8")).complete()
    assert lacking(whole, profile) == ()
    small = reduced_to(whole, profile)[0]
    root = etree.fromstring(cii.write(small))
    assert schema(profile).validate(root), schema(profile).error_log
    assert small.specification_identifier == next(each.identifier for each in FACTURX_PROFILES if each.name == profile)


def test_smaller_profiles_lose_more():
    """What a profile loses, every smaller one loses too; EXTENDED loses nothing of EXTENDED-CTC-FR."""
    whole = invoice("allowances-and-charges")
    lost = [set(reduced_to(whole, name)[1]) for name in NAMES]
    assert lost[4] == set()
    for small, large in pairwise(lost):
        assert all(any(place.within(whole) for whole in small) for place in large)
    assert Path.parse("lines[0]") in lost[1]
    assert not any(place.within(Path.parse("lines[0].item_name")) for place in lost[2])


def test_a_part_that_goes_as_a_whole_is_one_loss():
    """A line of which BASIC WL keeps nothing is told as a line; a seller that loses his contact keeps his name."""
    lost = reduced_to(invoice("sub-lines"), "basicwl")[1]
    assert {Path.parse(f"lines[{index}]") for index in range(4)} | {Path.parse("seller.contact")} <= set(lost)
    assert not [place for place in lost if place.within(Path.parse("lines[1]")) and place.name == "item_name"]


def test_reducing_twice_loses_nothing_more():
    """A reduced invoice fits its profile: nothing is left to lose."""
    for name in NAMES:
        assert reduced_to(reduced_to(invoice("mixed"), name)[0], name)[1] == ()


def test_groups_of_lines_go_where_lines_have_no_subtypes():
    """A GROUP line would be counted twice in EN 16931: it is a loss, its children stay. Places are the original's."""
    whole = invoice("sub-lines")
    assert [line.subtype_code for line in whole.lines] == ["GROUP", "DETAIL", "DETAIL", None]
    small = reduced_to(whole, "en16931")[0]
    assert [line.identifier for line in small.lines] == ["1.1", "1.2", "2"]
    assert sum(line.net_amount for line in small.lines) == small.totals.line_net_amount
    assert reduced_to(whole, "en16931")[1][0] == Path.parse("lines[0]")
    assert Path.parse("lines[2].parent_line_identifier") in reduced_to(whole, "en16931")[1]
    assert reduced_to(whole, "extended")[0].lines == whole.lines


def test_what_a_profile_demands_is_named_with_its_field():
    """A missing mandatory term is a finding with term, field and both languages, in the profiles that ask for it."""
    whole = invoice("services").model_copy(update={"number": None})
    assert [(finding.rule, finding.term, finding.field) for finding in lacking(whole, "minimum")] == [
        ("EI-FX-01", "BT-1", "number")
    ]
    finding = s.worded(lacking(whole, "minimum"))["EI-FX-01"]
    assert "Numéro de facture" in finding.message
    assert "Invoice number" in finding.message_en
    line = whole.lines[0].model_copy(update={"item_name": None})
    whole = whole.model_copy(update={"number": "F1", "lines": (line, *whole.lines[1:])})
    assert [finding.field for finding in lacking(whole, "basic")] == ["lines[0].item_name"]
    assert lacking(whole, "basicwl") == ()


def test_an_empty_invoice_lacks_its_parts_not_what_is_in_them():
    """Where a whole part is missing, the part is named once."""
    fields = [finding.field for finding in lacking(Invoice(), "basic")]
    assert "seller" in fields
    assert "lines" in fields
    assert "seller.name" not in fields


def test_optional_groups_are_demanded_whole_or_not_at_all():
    """An account name without account is incomplete; no account at all is not. A file needs its name and type."""
    named = invoice("services").model_copy(
        update={
            "payment_means": (PaymentMeans(means_code="58", account_name="Vendeur"), PaymentMeans(means_code="10")),
            "supporting_documents": (
                SupportingDocument(reference="A"),
                SupportingDocument(reference="B", attached_document=b"x"),
            ),
        }
    )
    assert [finding.field for finding in lacking(named, "en16931")] == [
        "payment_means[0].account_identifier",
        "supporting_documents[1].mime_code",
        "supporting_documents[1].filename",
    ]


def test_lines_that_only_group_have_no_price():
    """In EXTENDED a GROUP line lacks neither price nor quantity, a plain line does."""
    whole = invoice("sub-lines")
    bare = Line(identifier="9", item_name="x")
    assert lacking(whole, "extended") == ()
    lacks = lacking(whole.model_copy(update={"lines": (*whole.lines, bare)}), "extended")
    assert {finding.field for finding in lacks} >= {"lines[4].quantity", "lines[4].item_net_price"}


def test_an_address_needs_its_country():
    """What is mandatory within an optional part is demanded once the part is there."""
    whole = invoice("services")
    seller = whole.seller.model_copy(
        update={"postal_address": whole.seller.postal_address.model_copy(update={"country_code": None})}
    )
    assert [f.term for f in lacking(whole.model_copy(update={"seller": seller}), "minimum")] == ["BT-40"]
    assert lacking(whole.model_copy(update={"payee": Party(name="x")}), "basicwl") == ()


def test_a_name_that_is_no_profile():
    """Only the five profiles of Factur-X can be asked for."""
    with pytest.raises(ValueError, match="expected one of minimum"):
        reduced_to(Invoice(), "comfort")


@pytest.mark.parametrize("profile", NAMES)
def test_what_only_extended_repeats_stands_once_in_the_others(profile):
    """The first line note and the first identifier of the buyer stay; the others are told."""
    whole = invoice("services")
    line = whole.lines[0].model_copy(update={"notes": (Note(text="première"), Note(text="seconde"))})
    buyer = whole.buyer.model_copy(update={"identifiers": (SIRET, ROUTE)})
    whole = whole.model_copy(update={"lines": (line, *whole.lines[1:]), "buyer": buyer})
    small = reduced_to(whole, profile)[0]
    assert schema(profile).validate(etree.fromstring(cii.write(small))), schema(profile).error_log
    told = {"buyer.identifiers[1]", "lines[0].notes[1]"} & set(map(str, reduced_to(whole, profile)[1]))
    assert told == (set() if profile == "extended" else {"buyer.identifiers[1]", "lines[0].notes[1]"})
    if profile in ("basic", "en16931"):
        assert small.lines[0].notes == (Note(text="première"),)
        assert small.buyer.identifiers == (SIRET,)
