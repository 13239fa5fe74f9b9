"""The exceptions of einvoice: raised only where there is nothing to return.

    EInvoiceError
      Unreadable     not XML, not a PDF, an entity attack, too large, too deep
      Unrecognised   well-formed, but no document that einvoice knows
      Unwritable     this invoice cannot be said in that syntax or profile; carries the findings
      Mismatch       documents that do not belong together, or one that lacks what the question is about
      MissingExtra   needs an optional extra, such as `pip install einvoice-fr[pdf]`

A fault in an invoice's *content* is never an exception: it is a `Finding` in a `Report`.

An exception carries a row of the rulebook and facts, as findings do: `str(error)` is the English sentence, and
`error.sentence()` goes into a report, which says it in the user's language.

    raise Unreadable("EI-NO-XML-01", {"limit": str(max_bytes)})
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # neither pydantic nor the rulebook is loaded for the sake of an exception
    from einvoice.report import Finding
    from einvoice.rulebook import Fact, Language, Observation, Sentence

__all__ = ["EInvoiceError", "Mismatch", "MissingExtra", "Unreadable", "Unrecognised", "Unwritable"]

_AS_SAID = "EI-NO-SAID"  # the row for a text that has none of its own


class EInvoiceError(Exception):
    """Root of the tree: catch this to catch all that einvoice raises for a document, a draft or what is installed.

    Arguments that are none (an unknown target, a path for bytes) are `ValueError` or `TypeError`, as Python has them.

    `rule` is a row of the rulebook, whose places `facts` fill; or, of a machine that knows no rulebook, such as the
    compiler of rules, the English text itself. All arguments are positional, so that workers can send exceptions.
    """

    def __init__(self, rule: str, facts: Mapping[str, Fact] | None = None, *more: Any) -> None:
        super().__init__(rule, dict(facts or {}), *more)

    def __str__(self) -> str:
        from einvoice.rulebook import text  # noqa: PLC0415 - loaded when something is said

        return text(self.sentence(), "en")

    def sentence(self) -> Sentence:
        """What is wrong, to be put into words at the edge."""
        from einvoice.rulebook import Sentence, row  # noqa: PLC0415 - as above

        rule, facts = self.args[:2]
        return Sentence(rule, facts) if row(rule) else Sentence(_AS_SAID, {"reason": rule})


class Unreadable(EInvoiceError):
    """The bytes are not a document that can be opened safely: no XML, PDF or JSON, damaged, too large, too deep."""


class Unrecognised(EInvoiceError):
    """The bytes are a well-formed document of a kind that einvoice does not read; the message names what was found."""


class Unwritable(EInvoiceError):
    """The invoice cannot be said in that syntax or profile: `findings` has one for each fault, at its field."""

    def __init__(
        self,
        rule: str,
        facts: Mapping[str, Fact] | None = None,
        observations: tuple[Observation, ...] = (),
        language: Language = "fr",
    ) -> None:
        super().__init__(rule, facts, observations, language)
        self.observations = observations
        self.language = language

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The faults in words, in `language`: that of the verb that refused, French unless asked otherwise."""
        from einvoice.rulebook import in_words  # noqa: PLC0415 - loaded when something is said

        return in_words(self.observations, self.language)

    def with_observations(self, observations: tuple[Observation, ...]) -> Unwritable:
        """The same refusal, its faults at other fields or with more about them."""
        rule, facts, _, language = self.args
        return Unwritable(rule, facts, observations, language)

    def in_language(self, language: Language) -> Unwritable:
        """The same refusal, its findings in that language."""
        rule, facts, observations, _ = self.args
        return Unwritable(rule, facts, observations, language)


class Mismatch(EInvoiceError, ValueError):
    """Documents that do not belong together, or one that lacks what was asked about."""


class MissingExtra(EInvoiceError):
    """The function needs a package of an optional extra that is not installed; `extra` is its name."""

    def __init__(self, extra: str) -> None:
        super().__init__(f"EI-NO-EXTRA-{extra.upper()}")
        self.extra = extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str]]:
        return type(self), (self.extra,)
