"""Write an F14 directory of any size, to measure how einvoice reads it.

    python -m tools.big_directory 1000000 > /tmp/annuaire.xml
    python -m tools.big_directory --measure /tmp/annuaire.xml

The companies are fictional: their SIREN are counted up from 100000009, with the right check digit. One in ten has a
line for an establishment, one in twenty a routing code, one in twenty-five a suffix; each has a line for itself.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from stdnum import luhn

from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory_index import DirectoryIndex

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<AnnuaireConsultationF14>'
    "<HorodateProduction>20260906230000</HorodateProduction><TypeFlux>C</TypeFlux><BlocLignesAnnuaire>\n"
)
FOOT = "</BlocLignesAnnuaire></AnnuaireConsultationF14>\n"


def siren_of(number: int) -> str:
    """The SIREN of a fictional company."""
    eight = f"{10_000_000 + number:08d}"
    return eight + luhn.calc_check_digit(eight)


def line(instance: int, siren: str, door: str, platform: int) -> str:
    """One line of the directory, as text."""
    siret, _, code = door.partition("_") if door[:9] == siren else ("", "", "")
    parts = f'<IdLinSIREN qualifiant="0002">{siren}</IdLinSIREN>'
    parts += f'<IdLinSIRET qualifiant="0009">{siret}</IdLinSIRET>' if siret else ""
    parts += f'<IdLinRoutage qualifiant="0224">{code}</IdLinRoutage>' if code else ""
    parts += f"<Suffixe>{door}</Suffixe>" if door and not siret else ""
    identifier = f"{siren}_{door}" if door else siren
    return (
        f"<LigneAnnuaire><IdInstance>{instance}</IdInstance><MotifPresence>C</MotifPresence><Nature>D</Nature>"
        f"<DateEffet><DateDebut>20260901</DateDebut></DateEffet><InfoAdressage><Identifiant>{identifier}</Identifiant>"
        f"{parts}</InfoAdressage><IdPlateforme>{platform:04d}</IdPlateforme></LigneAnnuaire>\n"
    )


def lines(count: int) -> Iterator[str]:
    """As many lines as asked for, sorted as the public portal sorts them."""
    written = company = 0
    while written < count:
        siren = siren_of(company)
        head_office = siren + "0001" + luhn.calc_check_digit(siren + "0001")
        doors = [""]
        doors += [head_office] if company % 10 == 0 else []
        doors += [f"{head_office}_ACHATS"] if company % 20 == 0 else []
        doors += ["STATUTS"] if company % 25 == 0 else []
        for door in doors[: count - written]:
            written += 1
            yield line(written, siren, door, 7 + company % 90)
        company += 1


def measure(path: str) -> None:
    """Read the file into an index and ask it a hundred thousand times where somebody receives."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with Path(path).open("rb") as file:
        index = DirectoryIndex.read(file)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{len(index):,} lines read in {seconds:.1f} s; peak memory {peak / 1024:.0f} MB ({before / 1024:.0f} before)"
    )
    draw = random.Random(20260901)  # noqa: S311  (the same look-ups each time)
    buyers = [ElectronicAddress(siren=siren_of(draw.randrange(len(index)))) for _ in range(100_000)]
    began = time.perf_counter()
    found = sum(index.reception(buyer, date(2026, 9, 15)).line is not None for buyer in buyers)
    seconds = time.perf_counter() - began
    print(f"{len(buyers) / seconds:,.0f} look-ups a second; {found:,} of {len(buyers):,} buyers found")


def main() -> None:
    """Write or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", help="how many lines to write")
    parser.add_argument("--measure", metavar="FILE", help="read a file and say what it took")
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
        return
    sys.stdout.write(HEAD)
    sys.stdout.writelines(lines(given.count or 1_000_000))
    sys.stdout.write(FOOT)


if __name__ == "__main__":
    main()
