"""What the user chooses when a document is validated, and how severe a failed rule then is.

    Policy(direction="receiving", date=date(2026, 9, 15))

The French rules were published twice, as errors and as warnings, for a start in steps: on the sending side they are
errors from 1 September 2026, on the receiving side from 1 October 2026 at the latest. Data: `policy.toml`.

Sources: FNFE-MPE, note on the validation artefacts V1.4.0 (30 June 2026), page 6; France_RFE issue 7.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
import warnings
from collections.abc import Mapping
from functools import cache
from posixpath import normpath
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from einvoice.data import Language, ruleset_text
from einvoice.report import Severity
from einvoice.schematron import Failure

_FLAGS: Mapping[str, Severity] = {
    "warning": "warning",
    "warn": "warning",
    "information": "information",
    "info": "information",
}


SECONDS = 60.0  # for one rule set that may go on for ever, and one document
_ALWAYS = frozenset({"XSD"})  # rules that cannot be ignored; nor can a step that ends the validation


class HouseRules(BaseModel):
    """A Schematron schema of the user's own, run after the official rules; its content, bytes, is read by the caller.

    `beside` are the files that it includes or looks up, as pairs of name (its path seen from the schema) and content.
    Of the rule sets of one `release`, those that find nothing to look at in a document are passed over, unless all do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = Field(description="as shown in the report: house-rules.sch")
    content: bytes = Field(repr=False, description="the schema itself")
    beside: tuple[tuple[str, bytes], ...] = Field(
        default=(), repr=False, description="the files that it includes or looks up: name and content"
    )
    release: str = Field(default="", description="the folder or zip file that it came with others in")

    @property
    def sha256(self) -> str:
        """What identifies the content, that of the files beside it included."""
        digest = hashlib.sha256(self.content)
        for name, content in self.beside:
            digest.update(name.encode() + b"\0" + content)
        return digest.hexdigest()

    def open_beside(self, name: str) -> bytes:
        """The content of a file beside it. Raises `FileNotFoundError`."""
        for known, content in self.beside:
            if known == normpath(name):
                return content
        raise FileNotFoundError(f"{self.name} looks up {name!r}, which was not given with it")


class Policy(BaseModel):
    """What a verdict depends on besides the document: the user's choices. The defaults are the strict ones.

    `date` is a day, as `datetime.date` or ISO 8601; `time_limit` is in seconds; `ignored` maps a rule to the reason.
    Raises pydantic's `ValidationError` for a choice that is none, and for ignoring the schema or without a reason.

    Source: FNFE-MPE, note on the validation artefacts V1.4.0 (what the receiving side forgives, and until when).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    date: dt.date | None = Field(default=None, description="the day the invoice is exchanged; today unless given")
    direction: Literal["sending", "receiving"] = Field(
        default="sending", description="which side of the exchange we are"
    )
    rules: Literal["auto", "en16931", "fr"] = Field(
        default="auto", description="whether the French rules are run: as the invoice demands, never, or always"
    )
    engine: Literal["auto", "compiled", "saxon", "both"] = Field(
        default="auto", description="what runs the rules: compiled in this process, or Saxon in its own"
    )
    language: Language | None = Field(default=None, description="deprecated: give `language` to the verb", exclude=True)
    report_severity: Severity = Field(default="error", description="of a Schematron report that carries no flag")
    overlay: Literal["off", "hint", "apply"] = Field(
        default="hint",
        description="known defects of published rules: say nothing, add a hint (and soften what the publisher has "
        "corrected, or took from rules that only warn), or soften all that are wrong",
    )
    time_limit: float = Field(
        default=SECONDS,
        gt=0,
        description="seconds that Saxon, or rules of your own in either engine, may take for one rule set and document",
    )
    house_rules: tuple[HouseRules, ...] = Field(default=(), description="rules of your own, run after the others")
    public_buyer: bool | None = Field(
        default=None,
        description="whether the buyer is a French public body, as its directory line (platform 9999) tells; by its "
        "SIREN unless told",
    )
    ignored: dict[str, str] = Field(
        default_factory=dict,
        description="rules that do not count here, each with the reason: what they find stays in the report, as "
        "information with that reason. BR-FR-05 means BR-FR-05_BT-22 too. The schema, and that a document can be read, "
        "always count",
    )

    @field_validator("ignored")
    @classmethod
    def _check_ignored(cls, ignored: dict[str, str]) -> dict[str, str]:
        for rule, reason in ignored.items():
            if rule in _ALWAYS or not reason.strip():
                raise ValueError(f"{rule} cannot be ignored" if rule in _ALWAYS else f"{rule}: give the reason")
        return ignored

    def reason_to_ignore(self, rule: str) -> str | None:
        """Why what a rule finds does not count; `None` where it does."""
        return self.ignored.get(rule) or self.ignored.get(rule.partition("_")[0])

    @model_validator(mode="after")
    def _warn_of_language(self) -> Self:
        if self.language is not None:
            warnings.warn(
                "Policy(language=…) is deprecated: give language=… to the verb", DeprecationWarning, stacklevel=3
            )
        return self

    @property
    def day(self) -> dt.date:
        """The day whose rules are in force."""
        return self.date or dt.date.today()  # noqa: DTZ011 - the day on the wall


def stand_in(ruleset: str, wanted: str | None) -> Mapping[str, Any]:
    """What is known of a rule set where it stands in for another; nothing where it does not."""
    row: Mapping[str, Any] = policy_data()["stand_in"].get(ruleset, {})
    return row if row and row["for"] == wanted else {}


def is_own_of_stand_in(failure: Failure, known: Mapping[str, Any]) -> bool:
    """Whether a rule is one that the rule set for which another stands in does not have."""
    return any(failure.rule.startswith(start) if start else not failure.rule for start in known["own"])


@cache
def policy_data() -> Mapping[str, Any]:
    """The data file, read once."""
    return tomllib.loads(ruleset_text("policy.toml"))


def is_lenient(ruleset: str, policy: Policy) -> bool:
    """Whether on this day, in this direction, the publisher's variant that only warns is the one in force."""
    row = policy_data()["leniency"].get(ruleset)
    return row is not None and policy.day <= row[policy.direction]


def severity_of(failure: Failure, ruleset: str, policy: Policy, *, wanted: str | None = None) -> Severity:
    """How severe a failed check is: its flag, then what the policy says of checks without one, then the date.

    `wanted` is the rule set that this one stands in for, if it does.
    """
    if failure.kind == "error":
        return "error"
    severity = _FLAGS.get(failure.flag)
    if severity is None:
        severity = policy.report_severity if failure.kind == "report" and not failure.flag else "error"
    known = stand_in(ruleset, wanted)
    if severity == "error" and known and (failure.rule in known["warnings"] or is_own_of_stand_in(failure, known)):
        return "warning"
    if severity == "error" and is_lenient(ruleset, policy):
        still_fatal = tuple(policy_data()["leniency"][ruleset]["still_fatal"])
        return "error" if failure.rule.startswith(still_fatal) else "warning"
    return severity
