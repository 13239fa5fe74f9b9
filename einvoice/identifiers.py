"""Numbers that identify companies, establishments, taxpayers, accounts and electronic addresses.

    >>> SIREN.validate("100 000 009")
    '100000009'
    >>> SIRET.is_valid("10000000900017")
    True
    >>> SIRET.format("10000000900017")
    '100 000 009 00017'
    >>> FRENCH_VAT.fault("FR00100000009").expected
    'FR88100000009'
    >>> ELECTRONIC_ADDRESS.validate("100000009_10000000900017_ACHATS")
    '100000009_10000000900017_ACHATS'

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
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from stdnum import iban as stdnum_iban
from stdnum import luhn
from stdnum.eu import vat as stdnum_eu_vat
from stdnum.exceptions import InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret
from stdnum.fr import tva as stdnum_tva

from einvoice.errors import EInvoiceError
from einvoice.rulebook import Sentence, text

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
MAX_LENGTH = 125  # characters of an address
_LONGEST_KNOWN = 64  # characters of a number whose check is remembered


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a number, for the person who must put it right."""

    found: str
    expected: str | None  # the right number, where it can be known
    said: Sentence
    severity: Literal["error", "warning"] = "error"
    part: str = ""  # of an address: siren, siret, routing_identifier or suffix
    rule: str = ""  # the official sentence, where it has a number: G1.91

    @classmethod
    def of(cls, row: str, found: str, expected: str | None = None, **facts: str | Sentence) -> Fault:
        """The fault that a row of the rulebook words; the number found, and the right one, are among its facts."""
        figures = {"found": found} | ({} if expected is None else {"expected": expected})
        return cls(found, expected, Sentence(row, {**figures, **facts}))

    @property
    def message_fr(self) -> str:
        """What is wrong, in French."""
        return text(self.said, "fr")

    @property
    def message_en(self) -> str:
        """What is wrong, in English."""
        return text(self.said, "en")


class InvalidIdentifier(EInvoiceError, ValueError):
    """The number is not one of its kind; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.said.id, fault.said.facts)
        self.fault = fault

    def __reduce__(self) -> tuple[type[InvalidIdentifier], tuple[Fault]]:
        return type(self), (self.fault,)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of number: how it is written and what makes it right."""

    name: str
    compact: Callable[[str], str]  # without the spaces and points that people write
    format: Callable[[str], str]  # as people read it
    _fault: Callable[[str], Fault | None]

    def fault(self, number: str) -> Fault | None:
        """What is wrong with the number, `None` when it is right."""
        if len(number) > _LONGEST_KNOWN:
            return self._fault(self.compact(number))
        return _known_fault(self, number)

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


@lru_cache(maxsize=1_024)
def _known_fault(kind: Kind, number: str) -> Fault | None:
    """The same parties trade again and again, and the digits of a number take as long as a hundred elements."""
    return kind._fault(kind.compact(number))  # noqa: SLF001 - it is the kind's own


def french_vat_of(siren: str) -> str:
    """The VAT number that belongs to a SIREN, with the key of digits that companies have had so far."""
    return f"FR{stdnum_siren.to_tva(stdnum_siren.compact(siren))}"


def _not_digits(kind: str, number: str, length: int) -> Fault | None:
    if re.fullmatch(rf"[0-9]{{{length}}}", number):
        return None
    return Fault.of("EI-ID-DIGITS", number, kind=kind, length=str(len(number)), digits=str(length))


def _mistyped(kind: str, number: str, right: str) -> Fault:
    return Fault.of("EI-ID-KEY", number, right, kind=kind)


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
        return Fault.of("EI-ID-POSTE", number)
    return _mistyped("SIRET", number, number[:13] + luhn.calc_check_digit(number[:13]))


def _compact_french_vat(number: str) -> str:
    return f"FR{stdnum_tva.compact(number)}"


def _french_vat_fault(number: str) -> Fault | None:
    if not re.fullmatch(r"FR[0-9A-HJ-NP-Z]{2}[0-9]{9}", number):
        return Fault.of("EI-ID-VAT", number)
    if stdnum_tva.is_valid(number):
        return None
    siren = number[4:]
    if not siren.startswith("000") and (fault := _siren_fault(siren)):  # 000: Monaco, whose numbers hold no SIREN
        return fault
    right = french_vat_of(siren)
    return Fault.of("EI-ID-VAT-KEY", number, right, siren=siren)


def _compact_eu_vat(number: str) -> str:
    return re.sub(r"[\s.\-]", "", number).upper()


def _eu_vat_fault(number: str) -> Fault | None:
    if number.startswith("FR"):
        return _french_vat_fault(number)
    try:
        stdnum_eu_vat.validate(number)
    except InvalidComponent:
        return Fault.of("EI-ID-STATE", number)
    except ValidationError:
        return Fault.of("EI-ID-EU-VAT", number, state=number[:2])
    return None


def _iban_fault(number: str) -> Fault | None:
    try:
        stdnum_iban.validate(number)
    except InvalidComponent:
        reason = "COUNTRY"
    except (InvalidLength, InvalidFormat):
        reason = "FORM"
    except ValidationError:
        reason = "KEY"
    else:
        return None
    return Fault.of("EI-ID-IBAN", number, reason=Sentence(f"EI-ID-IBAN-{reason}"))


def _code_fault(row: str, number: str, characters: str) -> Fault | None:
    if re.fullmatch(rf"[A-Za-z0-9{re.escape(characters)}]{{1,100}}", number):
        return None
    fault = Fault.of(row, number, characters=" ".join(characters))
    # BR-FR-23 lets an invoice say "+", the directory does not (G1.95, G1.115)
    doubtful = re.fullmatch(rf"[A-Za-z0-9+{re.escape(characters)}]{{1,100}}", number)
    return replace(fault, severity="warning") if doubtful else fault


def _routing_code_fault(number: str) -> Fault | None:
    return _code_fault("EI-ID-ROUTING", number, "-_")


def _suffix_fault(number: str) -> Fault | None:
    if fault := _code_fault("EI-ID-SUFFIX", number, "-_."):
        return fault
    if not re.match(r"[0-9]{14}(_|$)", number):
        return None
    return replace(Fault.of("EI-ID-SUFFIX-SIRET", number), severity="warning")


def too_long(address: str) -> Fault:
    """The fault of an address that has more characters than are allowed."""
    return Fault.of("EI-BR-FR-25", address, length=str(len(address)), limit=str(MAX_LENGTH))


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
    if len(address) > MAX_LENGTH:
        return too_long(address)
    siren, siret, code, suffix = split_address(address)
    checks = ((SIREN, siren), (SIRET, siret), (ROUTING_CODE, code), (SUFFIX, suffix))
    return next((fault for kind, part in checks if part is not None and (fault := kind.fault(part))), None)


def _same(number: str) -> str:
    return number


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 3] for at in (0, 3, 6))


def _format_siren(number: str) -> str:
    return _grouped(stdnum_siren.compact(number))


def _format_siret(number: str) -> str:
    compact = stdnum_siret.compact(number)
    return f"{_grouped(compact)} {compact[9:]}"


def _format_french_vat(number: str) -> str:
    compact = _compact_french_vat(number)
    return f"{compact[:2]} {compact[2:4]} {_grouped(compact[4:])}"


SIREN = Kind("SIREN", stdnum_siren.compact, _format_siren, _siren_fault)
SIRET = Kind("SIRET", stdnum_siret.compact, _format_siret, _siret_fault)
FRENCH_VAT = Kind("French VAT number", _compact_french_vat, _format_french_vat, _french_vat_fault)
EU_VAT = Kind("EU VAT number", _compact_eu_vat, _compact_eu_vat, _eu_vat_fault)
IBAN = Kind("IBAN", stdnum_iban.compact, stdnum_iban.format, _iban_fault)
ROUTING_CODE = Kind("routing code (0224)", str.strip, _same, _routing_code_fault)
SUFFIX = Kind("address suffix", str.strip, _same, _suffix_fault)
ELECTRONIC_ADDRESS = Kind("electronic address (0225)", str.strip, _same, _address_fault)
