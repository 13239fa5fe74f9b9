"""Where what a person gave and what follows from it differ.

A figure that a person gives is never overwritten: it stays in the invoice, everything after it is computed from it,
and the difference is kept here, to be said once and at its cause. Figures nobody gave are filled in. So is kept what
no figure contradicts but a second look may: see `einvoice.draft.remarks`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from einvoice.rulebook import Sentence, text


class Figure(NamedTuple):
    """A figure of the draft: where it stands and its business term."""

    field: str  # totals.line_net_amount
    term: str | None  # BT-106


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something given that does not follow from the rest, or is worth a second look."""

    field: str  # totals.line_net_amount, of the draft
    term: str | None  # BT-106
    given: Decimal | dt.date | str  # "" where it is what is missing
    computed: Decimal | None  # None where the draft has nothing to compute it from
    because: Sentence
    currency: str = ""  # of the amounts that the reason names

    @property
    def reason(self) -> Sentence:
        """Why, with the currency of its amounts: put in when it is said, for a draft may have a hundred thousand."""
        if not self.currency:
            return self.because
        return Sentence(self.because.id, {"currency": self.currency, **self.because.facts})

    @property
    def explanation_en(self) -> str:
        """The reason in English."""
        return text(self.reason, "en")

    @property
    def explanation_fr(self) -> str:
        """The reason in French."""
        return text(self.reason, "fr")


@dataclass(slots=True)
class Ledger:
    """Collects the disagreements of one completion; a reason with amounts says in which currency they are."""

    currency: str = ""
    entries: list[Disagreement] = field(default_factory=list)

    def settle(
        self,
        figure: Figure,
        given: Decimal | None,
        computed: Decimal | None,
        because: Sentence,
        *,
        slack: Decimal = Decimal(),
    ) -> Decimal | None:
        """The figure that stands: the given one if there is one, else the computed one.

        A given figure further than `slack` from the computed one is noted, with the reason.
        """
        if given is None:
            return computed
        if computed is not None and abs(given - computed) > slack:
            self.entries.append(Disagreement(*figure, given, computed, because, self.currency))
        return given

    def remark(self, figure: Figure, given: Decimal | dt.date | str, because: Sentence) -> None:
        """Note what is given, and no computation of ours can replace; "" for what is missing."""
        self.entries.append(Disagreement(*figure, given, None, because, self.currency))


def because(reason: str, **facts: object) -> Sentence:
    """The reason of that row (`EI-WHY-…`), with its figures."""
    return Sentence(f"EI-WHY-{reason}", {name: str(fact) for name, fact in facts.items()})
