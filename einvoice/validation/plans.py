"""The schema and rule sets that a document is validated by: looked up in `profiles.tsv`, for messages in `policy.toml`.

    plan_for("ubl", root.tag, "en16931").rules     # ("en16931-ubl",)

Source: FNFE-MPE, note on the validation artefacts V1.4.0 (the chain of schema, profile rules and French rules).
"""

from __future__ import annotations

from dataclasses import dataclass

from einvoice.draft.parties import FRENCH_COUNTRIES
from einvoice.model import Invoice
from einvoice.profiles import OTHER, PROFILES
from einvoice.validation.policy import Policy, policy_data


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document is validated by. Rule sets are alternatives, the best first."""

    xsd: str | None  # artefact id; None: there is no schema for such a document
    rules: tuple[str, ...]  # () where a syntax has a schema only
    french: bool = False  # whether the profile itself is French
    foreign: bool = False  # whether the profile has rules of its own
    own: tuple[str, ...] = ()  # these: run after the others where they are installed
    profile: str = ""


def plan_for(syntax: str, tag: str, profile: str | None) -> Plan:
    """The plan for a document of a syntax and document element; a profile that is not known is validated as "other"."""
    data = policy_data()
    schema = data["schema"].get(tag)
    if syntax not in OTHER.rules:
        subjects = data["message_rules"].get(syntax, {"other": ()})
        return Plan(schema, tuple(subjects.get(profile, subjects["other"])))
    known = PROFILES.get(profile or "", OTHER)
    if syntax not in known.rules:
        known = OTHER
    own = known.own.get("cii" if syntax == "facturx" else syntax, ())
    return Plan(known.schemas.get(syntax, schema), known.rules[syntax], known.french, known.foreign, own, known.name)


def french_rules_of(syntax: str) -> tuple[str, ...]:
    """The French rule sets of a syntax of invoices."""
    return tuple(policy_data()["french_rules"].get(syntax, ()))


def is_french(invoice: Invoice, plan: Plan, policy: Policy) -> bool:
    """Whether the French rules are run: as the policy says, else by profile, business process and seller."""
    if policy.rules != "auto":
        return policy.rules == "fr"
    known = policy_data()["french"]
    address = invoice.seller.postal_address if invoice.seller else None
    return (
        plan.french
        or invoice.business_process_type in known["business_processes"]
        or (address is not None and address.country_code in FRENCH_COUNTRIES)
    )
