"""Numbers that identify companies, establishments, taxpayers, accounts and electronic addresses.

    SIREN.validate("100 000 009")             # "100000009"
    SIRET.is_valid("10000000900017")          # True
    SIRET.format("10000000900017")            # "100 000 009 00017"
    FRENCH_VAT.fault("FR00100000009")         # Fault(expected="FR88100000009", ...)
    ELECTRONIC_ADDRESS.validate("100000009_10000000900017_ACHATS")

A wrong number sends an invoice to nobody, or to somebody else; and the official French rules check digits and lengths,
not keys. Every kind offers the same four functions as python-stdnum, which has most of the arithmetic, and `fault`,
which says in both languages what was found, what was expected and what to do. A number that is doubtful but allowed is
a fault of severity "warning": it is valid.

Sources: INSEE, SIRENE (Luhn; La Poste's establishments sum to a multiple of 5); CGI annex II (VAT key of France);
ISO 13616 (IBAN); DGFiP external specifications v3.2, G1.80, G1.89 to G1.95, G1.115, and BR-FR-23 and 25 (address 0225).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.eu import vat as stdnum_eu_vat
from stdnum.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret
from stdnum.fr import tva as stdnum_tva

__all__ = [
    "ELECTRONIC_ADDRESS",
    "EU_VAT",
    "FRENCH_VAT",
    "IBAN",
    "ROUTING_CODE",
    "SIREN",
    "SIRET",
    "SUFFIX",
    "Fault",
    "InvalidIdentifier",
    "Kind",
    "french_vat_of",
    "split_address",
]

LA_POSTE = "356000000"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a number, for the person who must put it right."""

    found: str
    expected: str | None  # the right number, where it can be known
    message_fr: str
    message_en: str
    severity: Literal["error", "warning"] = "error"
    part: str = ""  # of an address: siren, siret, routing_identifier or suffix
    rule: str = ""  # the official sentence, where it has a number: G1.91


class InvalidIdentifier(ValueError):
    """The number is not one of its kind; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message_en)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of number: how it is written and what makes it right."""

    name: str
    compact: Callable[[str], str]  # without the spaces and points that people write
    format: Callable[[str], str]  # as people read it
    _fault: Callable[[str], Fault | None]

    def fault(self, number: str) -> Fault | None:
        """What is wrong with the number, `None` when it is right."""
        return self._fault(self.compact(number))

    def validate(self, number: str) -> str:
        """The compact number; `InvalidIdentifier` (a `ValueError`) when it is wrong."""
        fault = self.fault(number)
        if fault is not None and fault.severity == "error":
            raise InvalidIdentifier(fault)
        return self.compact(number)

    def is_valid(self, number: str) -> bool:
        """Whether the number is right."""
        fault = self.fault(number)
        return fault is None or fault.severity == "warning"


def french_vat_of(siren: str) -> str:
    """The VAT number that belongs to a SIREN, with the key of digits that companies have had so far."""
    return f"FR{stdnum_siren.to_tva(stdnum_siren.compact(siren))}"


def _not_digits(kind: str, number: str, length: int) -> Fault | None:
    if re.fullmatch(rf"[0-9]{{{length}}}", number):
        return None
    return Fault(
        number,
        None,
        f"« {number} » ({len(number)} caractères) n'est pas un {kind} : il faut {length} chiffres.",
        f"{number!r} ({len(number)} characters) is no {kind}: expected {length} digits.",
    )


def _mistyped(kind: str, number: str, right: str) -> Fault:
    return Fault(
        number,
        right,
        f"La clé du {kind} {number} est fausse (ce serait {right} si l'erreur est dans la clé) : vérifiez la saisie.",
        f"The check digit of {kind} {number} is wrong ({right}, if that digit is the mistake): check what was typed.",
    )


def _siren_fault(number: str) -> Fault | None:
    if fault := _not_digits("SIREN", number, 9):
        return fault
    if luhn.is_valid(number):
        return None
    return _mistyped("SIREN", number, number[:8] + luhn.calc_check_digit(number[:8]))


def _siret_fault(number: str) -> Fault | None:
    if fault := _not_digits("SIRET", number, 14):
        return fault
    if fault := _siren_fault(number[:9]):
        return fault
    if stdnum_siret.is_valid(number):
        return None
    if number.startswith(LA_POSTE):
        return Fault(
            number,
            None,
            f"Le SIRET {number} de La Poste est faux : la somme de ses chiffres doit être un multiple de 5.",
            f"SIRET {number} of La Poste is wrong: its digits must sum to a multiple of 5.",
        )
    return _mistyped("SIRET", number, number[:13] + luhn.calc_check_digit(number[:13]))


def _compact_french_vat(number: str) -> str:
    return f"FR{stdnum_tva.compact(number)}"


def _french_vat_fault(number: str) -> Fault | None:
    if not re.fullmatch(r"FR[0-9A-HJ-NP-Z]{2}[0-9]{9}", number):
        return Fault(
            number,
            None,
            f"« {number} » n'est pas un numéro de TVA français : il faut FR, une clé de 2 caractères et le SIREN.",
            f"{number!r} is no French VAT number: expected FR, a key of 2 characters and the SIREN.",
        )
    if stdnum_tva.is_valid(number):
        return None
    siren = number[4:]
    if not siren.startswith("000") and (fault := _siren_fault(siren)):  # 000: Monaco, whose numbers hold no SIREN
        return fault
    right = french_vat_of(siren)
    return Fault(
        number,
        right,
        f"La clé du numéro de TVA {number} ne correspond pas au SIREN {siren} : le numéro attendu est {right}.",
        f"The key of VAT number {number} does not belong to SIREN {siren}: expected {right}.",
    )


def _compact_eu_vat(number: str) -> str:
    return re.sub(r"[\s.\-]", "", number).upper()


def _eu_vat_fault(number: str) -> Fault | None:
    if number.startswith("FR"):
        return _french_vat_fault(number)
    try:
        stdnum_eu_vat.validate(number)
    except InvalidComponent:
        return Fault(
            number,
            None,
            f"« {number} » ne commence pas par le code d'un État membre (la Grèce est EL, l'Irlande du Nord XI).",
            f"{number!r} does not start with the code of a member state (Greece is EL, Northern Ireland XI).",
        )
    except ValidationError:
        return Fault(
            number,
            None,
            f"« {number} » n'est pas un numéro de TVA de {number[:2]} : longueur, caractères ou clé ne vont pas.",
            f"{number!r} is no VAT number of {number[:2]}: its length, characters or check digits do not fit.",
        )
    return None


def _iban_fault(number: str) -> Fault | None:
    try:
        stdnum_iban.validate(number)
    except InvalidComponent:
        reason_fr, reason_en = "le pays est inconnu ou le compte n'y est pas possible", "no such country or account"
    except (InvalidLength, InvalidFormat):
        reason_fr, reason_en = "la longueur ou les caractères ne sont pas ceux du pays", "not the country's form"
    except ValidationError:
        reason_fr, reason_en = "la clé est fausse", "the check digits are wrong"
    else:
        return None
    return Fault(
        number,
        None,
        f"« {number} » n'est pas un IBAN : {reason_fr}. Vérifiez-le sur le RIB.",
        f"{number!r} is no IBAN: {reason_en}. Check it against the bank's document.",
    )


def _code_fault(number: str, *, kind_fr: str, kind_en: str, characters: str) -> Fault | None:
    if re.fullmatch(rf"[A-Za-z0-9{re.escape(characters)}]{{1,100}}", number):
        return None
    shown = " ".join(characters)
    return Fault(
        number,
        None,
        f"« {number} » n'est pas un {kind_fr} : 1 à 100 lettres sans accent, chiffres et {shown}.",
        f"{number!r} is no {kind_en}: 1 to 100 letters without accent, digits and {shown}.",
        # BR-FR-23 lets an invoice say "+", the directory does not (G1.95, G1.115)
        severity="warning" if re.fullmatch(rf"[A-Za-z0-9+{re.escape(characters)}]{{1,100}}", number) else "error",
    )


def _routing_code_fault(number: str) -> Fault | None:
    return _code_fault(number, kind_fr="code de routage", kind_en="routing code", characters="-_")


def _suffix_fault(number: str) -> Fault | None:
    if fault := _code_fault(number, kind_fr="suffixe d'adresse", kind_en="address suffix", characters="-_."):
        return fault
    if not re.match(r"[0-9]{14}(_|$)", number):
        return None
    return Fault(
        number,
        None,
        f"Le suffixe « {number} » ressemble à un SIRET qui ne serait pas celui de l'entreprise : vérifiez l'adresse.",
        f"The suffix {number!r} looks like a SIRET, but not one of that company: check the address.",
        severity="warning",
    )


def split_address(address: str) -> tuple[str, str | None, str | None, str | None]:
    """An address 0225 in its four parts: SIREN, SIRET, routing code, suffix.

    A code and a suffix may hold "_" themselves. What follows the SIREN is a SIRET when it is 14 digits that start with
    that SIREN, for then it cannot be meant as anything else.
    """
    siren, _, rest = address.partition("_")
    if not rest:
        return siren, None, None, "" if address.endswith("_") else None
    siret, separator, code = rest.partition("_")
    if re.fullmatch(r"[0-9]{14}", siret) and siret.startswith(siren):
        return siren, siret, code if separator else None, None
    return siren, None, None, rest


def _address_fault(address: str) -> Fault | None:
    if len(address) > 125:
        return Fault(
            address,
            None,
            f"L'adresse « {address} » a {len(address)} caractères ; 125 au plus sont permis.",
            f"The address {address!r} has {len(address)} characters; at most 125 are allowed.",
        )
    siren, siret, code, suffix = split_address(address)
    checks = ((SIREN, siren), (SIRET, siret), (ROUTING_CODE, code), (SUFFIX, suffix))
    return next((fault for kind, part in checks if part is not None and (fault := kind.fault(part))), None)


def _same(number: str) -> str:
    return number


def _format_french_vat(number: str) -> str:
    compact = _compact_french_vat(number)
    return f"{compact[:2]} {compact[2:4]} {stdnum_siren.format(compact[4:])}"


SIREN = Kind("SIREN", stdnum_siren.compact, stdnum_siren.format, _siren_fault)
SIRET = Kind("SIRET", stdnum_siret.compact, stdnum_siret.format, _siret_fault)
FRENCH_VAT = Kind("French VAT number", _compact_french_vat, _format_french_vat, _french_vat_fault)
EU_VAT = Kind("EU VAT number", _compact_eu_vat, _compact_eu_vat, _eu_vat_fault)
IBAN = Kind("IBAN", stdnum_iban.compact, stdnum_iban.format, _iban_fault)
ROUTING_CODE = Kind("routing code (0224)", str.strip, _same, _routing_code_fault)
SUFFIX = Kind("address suffix", str.strip, _same, _suffix_fault)
ELECTRONIC_ADDRESS = Kind("electronic address (0225)", str.strip, _same, _address_fault)
