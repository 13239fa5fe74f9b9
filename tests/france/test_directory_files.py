"""F13 and F14 files: written as the official schema wants them, read back equal, nothing dropped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from folders import SHARED
from french_samples import when
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from einvoice.errors import Unwritable
from einvoice.france.directory import DirectoryLine
from einvoice.france.directory_files import (
    DirectoryExport,
    DirectoryUpdate,
    Establishment,
    LegalUnit,
    Platform,
    PublicBuyer,
    RoutingCode,
    read_export,
    read_update,
    write_export,
    write_update,
)
from einvoice.model import Address
from einvoice.xml import parse_xml

F13_XSD = SHARED / "artefacts/dgfip-xsd-annuaire/actualisation/Annuaire_Actualisation_F12-F13.xsd"
F14_XSD = SHARED / "artefacts/dgfip-xsd-annuaire/consultation/Annuaire_Consultation_F14.xsd"
EXAMPLE = SHARED / "corpus/fr-annuaire/annuaire-f14-minimal.xml"

ADDRESS = Address(
    street_name="1 rue de la Paix", additional_street_name="Bât. B", address_line_3="3e", city_name="Paris",
    postal_zone="75002", country_subdivision="Île-de-France", country_code="FR",
)  # fmt: skip
LINE = DirectoryLine(
    siren="100000009", siret="10000000900017", routing_identifier="ACHATS", routing_identifier_type="0224", nature="D",
    start_date=date(2026, 9, 1), end_date=date(2027, 9, 1), platform="0007",
)  # fmt: skip
CODE = RoutingCode(
    status="A", siret="10000000900017", routing_identifier="ACHATS", routing_identifier_type="0224", name="Achats & co",
    address=ADDRESS,
)  # fmt: skip


STATE = {"instance_id": "12", "presence": "C"}
EXPORT = DirectoryExport(
    produced_at=when("2026-09-10T23:00:01"),
    previous_at=when("2026-09-09T23:00:00"),
    kind="D",
    legal_units=(LegalUnit(**STATE, status="A", siren="100000009", name="Vendeur", entity_type="A", diffusion="M"),),
    establishments=(
        Establishment(
            **STATE, status="A", siret="10000000900017", kind="P", name="Siège", address=ADDRESS, diffusion="O",
            public_buyer=PublicBuyer(
                legal_commitment=True, service=False, legal_commitment_or_service=False, contracting_authority=True,
                only_contracting_authority=False, payment_status=True,
            ),
        ),
    ),
    routing_codes=(CODE.model_copy(update={**STATE, "legal_commitment": False}),),
    platforms=(
        Platform(
            **STATE, status="A", kind="PDP", number="0007", siren="200000008", name="Plateforme", trading_name="PF",
            contact="contact@example.org", start_date=date(2026, 1, 1), end_date=date(2029, 1, 1),
        ),
    ),
    lines=(
        LINE.model_copy(
            update={**STATE, "effective_end_date": date(2027, 1, 1), "identifier": "100000009_10000000900017_ACHATS"}
        ),
    ),
)  # fmt: skip
UPDATE = DirectoryUpdate(routing_codes=(CODE,), lines=(LINE,))


def assert_valid(data: bytes, schema: Path) -> None:
    """The document is valid by the official schema, where that is at hand."""
    if not schema.exists():
        pytest.skip("needs the directory schemas next to the repository (shared/artefacts)")
    rules = etree.XMLSchema(file=str(schema))
    assert rules.validate(parse_xml(data)), rules.error_log


def test_an_update_with_everything_is_read_back_equal():
    """Every field of an F13 survives the file."""
    assert read_update(parse_xml(write_update(UPDATE))) == UPDATE


def test_an_export_with_everything_is_read_back_equal():
    """Every field of an F14 survives the file."""
    assert read_export(parse_xml(write_export(EXPORT))) == EXPORT


def test_an_update_is_valid_by_the_official_schema():
    """What is written passes the F12-F13 XSD."""
    assert_valid(write_update(UPDATE), F13_XSD)


def test_an_export_is_valid_by_the_official_schema():
    """What is written passes the F14 XSD."""
    assert_valid(write_export(EXPORT), F14_XSD)


def test_the_example_is_read_and_written_back_valid():
    """The known F14 example is read whole, and its copy is valid."""
    if not EXAMPLE.exists():
        pytest.skip("needs the corpus next to the repository (shared/corpus)")
    export = read_export(parse_xml(EXAMPLE.read_bytes()))
    assert export.unread == ()
    assert [str(line.address) for line in export.lines] == ["123456789"]
    assert read_export(parse_xml(write_export(export))) == export
    assert_valid(write_export(export), F14_XSD)


def test_the_scheme_of_a_routing_code_need_not_be_given():
    """A routing code is always of scheme 0224, and F14 repeats the whole address: both are filled in."""
    bare = LINE.model_copy(update={"routing_identifier_type": None, **STATE})
    update = read_update(parse_xml(write_update(DirectoryUpdate(lines=(bare,)))))
    assert update.lines[0].routing_identifier_type == "0224"
    export = DirectoryExport(produced_at=when("2026-09-10"), kind="C", lines=(bare,))
    assert read_export(parse_xml(write_export(export))).lines[0].identifier == "100000009_10000000900017_ACHATS"


def test_what_cannot_be_read_is_listed():
    """An unknown element, an impossible date and a wrong scheme are reported, not dropped."""
    data = (
        write_update(UPDATE).replace(b"20260901", b"20260931").replace(b"<Nature>D</Nature>", b"<Nature>D</Nature><X/>")
    )
    data = data.replace(b'qualifiant="0002"', b'qualifiant="0088"')
    update = read_update(parse_xml(data))
    assert update.lines[0].start_date is None
    assert {(each.kind, each.xpath.rpartition("/")[2]) for each in update.unread} == {
        ("unparsable", "DateDebut"), ("unknown", "X"), ("unknown", "@qualifiant"),
    }  # fmt: skip


def test_what_the_schema_demands_is_demanded():
    """A line without platform cannot be written; the finding names its field."""
    with pytest.raises(Unwritable) as caught:
        write_update(DirectoryUpdate(lines=(LINE, LINE.model_copy(update={"platform": None}))))
    assert [finding.field for finding in caught.value.findings] == ["lines[1].platform"]


@given(
    st.lists(
        st.builds(
            DirectoryLine,
            siren=st.just("100000009"),
            siret=st.none() | st.just("10000000900017"),
            suffix=st.none() | st.text("ABC-_.", min_size=1, max_size=9),
            nature=st.sampled_from("DM"),
            start_date=st.dates(date(2020, 1, 1), date(2099, 1, 1)),
            end_date=st.none() | st.dates(date(2020, 1, 1), date(2099, 1, 1)),
            platform=st.from_regex("[0-9]{4}", fullmatch=True),
        ),
        max_size=4,
    )
)
def test_any_update_is_read_back_equal(lines):
    """Whatever the lines say, the file says it too."""
    update = DirectoryUpdate(lines=tuple(lines))
    assert read_update(parse_xml(write_update(update))) == update
