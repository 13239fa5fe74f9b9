"""The index of a large export: the same answers as the whole file gives, in little memory, from careful reading."""

from __future__ import annotations

import io
import random
import tracemalloc
from datetime import date

import pytest
from french_samples import SIREN, SIRET, when
from stdnum import luhn

from einvoice.errors import Unreadable, Unrecognised
from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine, reception
from einvoice.france.directory_files import (
    DirectoryExport,
    Establishment,
    LegalUnit,
    Platform,
    RoutingCode,
    write_export,
)
from einvoice.france.directory_index import DirectoryIndex, lines_of

DAY = date(2026, 9, 15)
STATE = {"instance_id": "1", "presence": "C", "status": "A"}


def line(address: str, platform: str = "0007", **given) -> DirectoryLine:
    """A line as an export holds it, in force from 1 September 2026 unless told otherwise."""
    parts = ElectronicAddress.parse(address).model_dump()
    facts = {"nature": "D", "start_date": date(2026, 9, 1), "platform": platform, "instance_id": "1", "presence": "C"}
    return DirectoryLine(**{**parts, **facts, **given})


def export(*lines: DirectoryLine, day: str = "2026-09-10", **blocks) -> io.BytesIO:
    """An F14 file."""
    return io.BytesIO(write_export(DirectoryExport(produced_at=when(day), kind="C", lines=lines, **blocks)))


def ask(index: DirectoryIndex, address: str, day: date = DAY) -> str | None:
    """The platform that receives."""
    found = index.reception(ElectronicAddress.parse(address), day).line
    return found.platform if found else None


def drawn(seed: int, count: int) -> list[DirectoryLine]:
    """Lines of many grains, periods and platforms."""
    draw = random.Random(seed)  # noqa: S311  (the same lines each time)
    lines = []
    for _ in range(count):
        eight = f"{draw.randrange(10_000_000, 10_000_015):08d}"
        siren = eight + luhn.calc_check_digit(eight)
        siret = f"{siren}0001"
        siret += luhn.calc_check_digit(siret)
        door = draw.choice(["", f"_{siret}", f"_{siret}_A", f"_{siret}_B_C", "_S", "_S.1"])
        start = date(2026, 9, draw.randrange(1, 29))
        end = draw.choice([None, date(2026, 10, draw.randrange(1, 28))])
        lines.append(line(siren + door, f"{draw.randrange(10000):04d}", start_date=start, end_date=end))
    return lines


@pytest.mark.parametrize("seed", range(3))
def test_the_index_answers_as_the_lines_do(seed):
    """Sorted or not, the index finds what `reception` finds among all lines."""
    lines = drawn(seed, 60)
    index = DirectoryIndex.read(export(*lines))
    assert len(index) == len(lines)
    for each in lines:
        for buyer in (each.address, ElectronicAddress(siren=each.siren)):
            for day in (date(2026, 9, 10), DAY, date(2026, 10, 10)):
                whole = reception(lines, buyer, day)
                found = index.reception(buyer, day)
                assert (found.line and (found.line.address, found.line.period, found.line.platform)) == (
                    whole.line and (whole.line.address, whole.line.period, whole.line.platform)
                )


def test_lines_come_back_as_they_were():
    """A line that went through the columns is the line of the file, less its place in the export."""
    kept = line(f"{SIREN}_{SIRET}_A_B", end_date=date(2027, 1, 1), effective_end_date=date(2026, 12, 1))
    index = DirectoryIndex.read(export(kept))
    expected = kept.model_copy(
        update={
            "instance_id": None,
            "presence": None,
            "routing_identifier_type": "0224",
            "identifier": f"{SIREN}_{SIRET}_A_B",
        }
    )
    assert index.lines(SIREN) == (expected,)


def test_odd_lines_are_kept_too():
    """A line whose SIREN or platform has no usual form, or with a wrong date, is found as the file says it."""
    data = export(line("ABC"), line(SIREN, "0007")).getvalue()
    index = DirectoryIndex.read(io.BytesIO(data.replace(b"20260901", b"20260931", 1)))
    assert len(index) == 2
    assert [each.start_date for each in index.lines("ABC")] == [None]
    assert index.unread_count == 1
    assert index.unread[0].kind == "unparsable"
    assert ask(index, SIREN) == "0007"


@pytest.mark.parametrize(
    "blocks",
    [
        {
            "legal_units": (
                LegalUnit(**{**STATE, "status": "I"}, siren=SIREN, name="V", entity_type="A", diffusion="O"),
            )
        },
        {
            "establishments": (
                Establishment(**{**STATE, "status": "I"}, siret=SIRET, kind="P", name="V", diffusion="O"),
            )
        },
        {"routing_codes": (RoutingCode(**{**STATE, "status": "I"}, siret=SIRET, routing_identifier="A", name="V"),)},
        {
            "platforms": (
                Platform(**{**STATE, "status": "I"}, kind="PDP", number="0007", name="P", start_date=date(2026, 1, 1)),
            )
        },
    ],
    ids=lambda blocks: next(iter(blocks)),
)
def test_nothing_is_received_behind_something_inactive(blocks):
    """A company, establishment, routing code or platform that is inactive makes its lines unusable."""
    address = f"{SIREN}_{SIRET}_A"
    assert ask(DirectoryIndex.read(export(line(address))), address) == "0007"
    assert ask(DirectoryIndex.read(export(line(address), **blocks)), address) is None


def test_a_differential_changes_the_answer():
    """A new line, a shorter one, a masking: after the differential the answer is the new one."""
    index = DirectoryIndex.read(export(line(SIREN, "0001"), line(f"{SIREN}_S", "0002", start_date=DAY)))
    changes = export(
        line(SIREN, "0001", end_date=DAY, instance_id="7", presence="N"),
        line(SIREN, "0003", start_date=DAY, instance_id="8", presence="N"),
        line(f"{SIREN}_S", "0002", start_date=DAY, nature="M", instance_id="9", presence="N"),
        day="2026-09-11",
    )
    assert ask(index, SIREN) == "0001"
    assert ask(index, f"{SIREN}_S") == "0002"
    index.update(changes)
    assert ask(index, SIREN, date(2026, 9, 14)) == "0001"
    assert ask(index, SIREN) == "0003"
    assert ask(index, f"{SIREN}_S") is None


def test_a_new_version_of_a_company_is_not_its_end():
    """When a company's data change, the old version goes out and the new one comes in: the newest counts."""
    unit = {"siren": SIREN, "name": "V", "entity_type": "A", "diffusion": "O", "status": "A"}
    index = DirectoryIndex.read(export(line(SIREN)))
    index.update(
        export(
            legal_units=(
                LegalUnit(**unit, instance_id="12", presence="P"),
                LegalUnit(**unit, instance_id="11", presence="S"),
            ),
            day="2026-09-11",
        )
    )
    assert ask(index, SIREN) == "0007"
    index.update(export(legal_units=(LegalUnit(**unit, instance_id="12", presence="S"),), day="2026-09-12"))
    assert ask(index, SIREN) is None
    index.update(export(legal_units=(LegalUnit(**unit, instance_id="13", presence="P"),), day="2026-09-13"))
    assert ask(index, SIREN) == "0007"


def test_an_older_file_is_refused():
    """Differentials are taken in the order of their production."""
    index = DirectoryIndex.read(export(line(SIREN)))
    with pytest.raises(ValueError, match="older than 20260910000000"):
        index.update(export(line(SIREN), day="2026-09-09"))


def test_only_the_wanted_companies_are_kept():
    """Whoever trades with few needs to keep few."""
    index = DirectoryIndex.read(export(line(SIREN), line("200000008")), wanted={SIREN}.__contains__)
    assert len(index) == 1
    assert index.lines("200000008") == ()


def test_the_stream_holds_nothing():
    """Reading ten times as many lines takes no more memory: the peak stays under one megabyte."""

    def peak(count: int) -> int:
        file = export(*(line(SIREN, instance_id=str(number)) for number in range(count)))
        tracemalloc.start()
        assert sum(1 for _ in lines_of(file)) == count
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = peak(300), peak(3000)
    assert large < small + 500_000


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", Unrecognised, "not a directory export"),
        (b"<Report/>", Unrecognised, "not a directory export"),
        (b"<AnnuaireConsultationF14><BlocLignesAnnuaire>", Unreadable, "not well-formed"),
        (
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><AnnuaireConsultationF14>&x;</AnnuaireConsultationF14>',
            Unreadable,
            "document type",
        ),
        ("<?xml version='1.0'?><AnnuaireConsultationF14/>".encode("utf-16"), Unreadable, "UTF-8"),
    ],
)
def test_hostile_files_are_refused(data, error, message):
    """Only two of our errors may come out, whatever is handed in."""
    with pytest.raises(error, match=message):
        DirectoryIndex.read(io.BytesIO(data))
    with pytest.raises(error, match=message):
        list(lines_of(io.BytesIO(data)))


def test_an_export_without_lines_is_an_empty_index():
    """No company, no answer."""
    index = DirectoryIndex.read(export())
    assert len(index) == 0
    assert ask(index, SIREN) is None
    assert index.produced_at == "20260910000000"
