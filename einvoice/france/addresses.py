"""The French electronic address: who, and at which door (scheme 0225).

    >>> address = ElectronicAddress.parse("100000009_10000000900017_ACHATS")
    >>> address.siren, address.siret, address.routing_identifier
    ('100000009', '10000000900017', 'ACHATS')
    >>> ElectronicAddress(siren="100000009").contains(address)
    True
    >>> address.faults()  # every number and character is right
    ()
    >>> str(address)
    '100000009_10000000900017_ACHATS'

A French invoice travels to BT-49, not to a platform: the directory says which platform serves that address today. An
address has one of four grains: the company, one of its establishments, a service inside an establishment, or a suffix
that the company chose (for a bank, a brand, the statuses of what it sends).

Sources: DGFiP external specifications v3.2, annex 3 (DT-7-5-1) and annex 7 (G1.80, G1.89 to G1.95, G1.115).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, Self

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from einvoice.identifiers import MAX_LENGTH, ROUTING_CODE, SIREN, SIRET, SUFFIX, Fault, split_address, too_long
from einvoice.model import Identifier
from einvoice.values import Model, or_text

__all__ = ["SCHEME", "ElectronicAddress", "Grain"]

SCHEME = "0225"

Grain = Literal["siren", "siret", "routing_code", "suffix"]


class ElectronicAddress(Model):
    """SIREN, SIREN_SIRET, SIREN_SIRET_CODE or SIREN_SUFFIX. Plain text is read as `parse` does."""

    siren: str
    siret: str | None = None
    routing_identifier: str | None = None
    suffix: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return cls._parts(value) if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_text(schema, handler)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that a text says. Nothing is refused: `faults` tells what is wrong with it."""
        return cls(**cls._parts(text.strip()))

    @classmethod
    def of(cls, identifier: Identifier | None) -> Self | None:
        """The address that BT-34, BT-49 or a similar term holds; `None` where it is none of scheme 0225."""
        if identifier is None or identifier.scheme_id != SCHEME or not identifier.value:
            return None
        return cls.parse(identifier.value)

    @staticmethod
    def _parts(text: str) -> dict[str, str | None]:
        siren, siret, code, suffix = split_address(text)
        return {"siren": siren, "siret": siret, "routing_identifier": code, "suffix": suffix}

    def __str__(self) -> str:
        parts = (self.siren, self.siret, self.routing_identifier, self.suffix)
        return "_".join(part for part in parts if part is not None)

    @property
    def grain(self) -> Grain:
        """How fine the address is."""
        if self.suffix is not None:
            return "suffix"
        if self.routing_identifier is not None:
            return "routing_code"
        return "siret" if self.siret is not None else "siren"

    @property
    def identifier(self) -> Identifier:
        """The address as BT-49 holds it."""
        return Identifier(value=str(self), scheme_id=SCHEME)

    def contains(self, other: ElectronicAddress) -> bool:
        """Whether the other is this address or a finer one of it: a company contains all that is its own.

        This compares names only. Each address is a door of its own in the directory: that a company has a line says
        nothing of who receives at its establishments.
        """
        if self.siren != other.siren:
            return False
        if self.grain == "siren":
            return True
        return self == other if self.grain != "siret" else self.siret == other.siret

    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the address: each number and text on its own, then how they go together."""
        parts = (
            ("siren", self.siren, SIREN, "G1.89"),
            ("siret", self.siret, SIRET, "G2.07"),
            ("routing_identifier", self.routing_identifier, ROUTING_CODE, "G1.95"),
            ("suffix", self.suffix, SUFFIX, "G1.115"),
        )
        alone = (
            replace(fault, part=part, rule=rule)
            for part, text, kind, rule in parts
            if text is not None and (fault := kind.fault(text))
        )
        return (*alone, *self._structure())

    def _structure(self) -> Iterator[Fault]:
        text = str(self)
        if self.siret is not None and not self.siret.startswith(self.siren):
            yield _rule("G1.80", "siret", self.siret, siren=self.siren)
        if self.routing_identifier is not None and self.siret is None:
            yield _rule("G1.91", "siret", text)
        if self.suffix is not None and self.siret is not None:
            yield _rule("G1.93", "suffix", text)
        if len(text) > MAX_LENGTH:
            yield replace(too_long(text), rule="BR-FR-25")


def _rule(rule: str, part: str, found: str, **facts: str) -> Fault:
    return replace(Fault.of(f"EI-{rule}", found, **facts), part=part, rule=rule)
