"""`einvoice directory`: is an electronic address right, and where does a buyer receive?

einvoice directory check 100000009_10000000900017_ACHATS
einvoice directory where annuaire.xml 100000009 --day 2026-11-22
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from einvoice.commands.language import labelled
from einvoice.commands.output import INVALID, VALID, add_verb, common_arguments, say, write
from einvoice.commands.types import day
from einvoice.france.addresses import SCHEME, ElectronicAddress
from einvoice.france.directory import DirectoryLine
from einvoice.france.directory_index import DirectoryIndex

_WORDS = {
    "fr": {
        "siren": "SIREN",
        "siret": "SIRET",
        "routing_identifier": "code de routage",
        "suffix": "suffixe",
        "write": "à écrire",
        "right": "l'adresse est bien formée",
        "nowhere": "aucune ligne de l'annuaire n'accepte de facture pour cette adresse ce jour-là",
        "no platform": "la ligne existe, mais l'entreprise n'a pas choisi de plateforme",
        "others": "autres lignes de l'entreprise",
    },
    "en": {
        "siren": "SIREN",
        "siret": "SIRET",
        "routing_identifier": "routing code",
        "suffix": "suffix",
        "write": "to be written",
        "right": "the address is well-formed",
        "nowhere": "no line of the directory accepts invoices for this address on that day",
        "no platform": "there is a line, but the company has chosen no platform",
        "others": "other lines of the company",
    },
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    purpose = "whether an electronic address (BT-34, BT-49) is right; exit status 1 if not"
    check = add_verb(verbs, "check", purpose, _check)
    check.add_argument("address", metavar="ADDRESS", help="SIREN, SIREN_SIRET, SIREN_SIRET_CODE or SIREN_SUFFIX")
    common_arguments(check)
    purpose = "where a buyer receives its invoices, by a file of the directory (F14); exit status 1 for nowhere"
    where = add_verb(verbs, "where", purpose, _where)
    where.add_argument("directory", metavar="FILE.xml", help="the directory as the public portal exports it")
    where.add_argument("address", metavar="ADDRESS", help="the buyer's electronic address")
    where.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="the day to ask for (default: today)")
    common_arguments(where)


def _check(options: argparse.Namespace) -> int:
    text, words = _normalised(options.address), _WORDS[options.lang]
    address = ElectronicAddress.parse(text)
    parts = {name: value for name, value in address.model_dump().items() if value is not None}
    lines = [labelled(words[name], value) + "\n" for name, value in parts.items()]
    if text != options.address:
        lines.insert(0, labelled(words["write"], text) + "\n")
    faults = address.faults()
    lines += [f"{each.rule}  {each.message_fr if options.lang == 'fr' else each.message_en}\n" for each in faults]
    write(options, "".join(lines) + ("" if faults else f"{words['right']}\n"))
    return INVALID if any(fault.severity == "error" for fault in faults) else VALID


def _normalised(text: str) -> str:
    """The address as BT-49 holds it: without the scheme before it, without the blanks that people print in numbers."""
    address = "".join(text.split())
    return address.partition(":")[2] if address.startswith(f"{SCHEME}:") else address


def _where(options: argparse.Namespace) -> int:
    address, words = ElectronicAddress.parse(options.address), _WORDS[options.lang]
    with Path(options.directory).open("rb") as file:
        index = DirectoryIndex.read(file, wanted=lambda siren: siren == address.siren)
    found = index.reception(address, options.day or date.today())  # noqa: DTZ011 - the day on the wall
    for each in found.others:
        say(labelled(words["others"], _shown(each)))
    if found.line is None:
        write(options, f"{words['nowhere']}\n")
        return INVALID
    write(options, f"{_shown(found.line)}\n" + ("" if found.reachable else f"{words['no platform']}\n"))
    return VALID if found.reachable else INVALID


def _shown(line: DirectoryLine) -> str:
    return f"{line.address} → {line.platform}  ({line.start_date or '…'} – {line.end_date or '…'})"
