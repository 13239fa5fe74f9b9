"""What a lifecycle message must say, although the published rules do not notice when it is absent.

    [finding.rule for finding in check(message)]      # ["EI-CDV-01", "EI-CDV-11"]

As coded, most BR-FR-CDV rules look at an element only where it is there: a message with no sender, no phase and a
payment without currency passes them. `schematron/einvoice-cdar.sch` has the sentences that they print, and those of the
public portal (PPF), to whose own messages they do not apply at all. An error is what a published text demands;
everything else is a warning. Check digits, which are no matter for XPath, are here.

Sources: those of the rule set; INSEE (key of a SIREN).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from einvoice import own_rules
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle.message import Actor, LifecycleMessage
from einvoice.identifiers import SIREN
from einvoice.own_rules import Engine, Place, Ran
from einvoice.paths import Path
from einvoice.report import Finding, Severity
from einvoice.rulebook import Language, Observation, in_words
from einvoice.schematron import RuleTree
from einvoice.terms import item
from einvoice.xml import parse_xml

PORTAL_AMOUNTS = frozenset({"RAP", "ESC", "RAB", "REM", "MPA", "MEN"})  # G7.12
_RULES, _STEP = "einvoice-cdar", "lifecycle"
_SIREN = "0002"


def check(message: LifecycleMessage, *, language: Language = "fr") -> tuple[Finding, ...]:
    """What is wrong with a message, `()` for a good one; in French unless `language` is "en".

    Raises `Unwritable` for a text that XML cannot hold.
    """
    return in_words(observations_on(message), language)


def observations_on(message: LifecycleMessage) -> tuple[Observation, ...]:
    """What our own rules find in a message that is no document yet: its places are fields alone."""
    root = parse_xml(cdar.write(message, incomplete=True))
    found = run_rules(RuleTree(root), message, cdar.fields(root).at).observations
    return tuple(replace(each, xpath="", line=None) for each in found)


def run_rules(tree: RuleTree, message: LifecycleMessage, place: Place, engine: Engine | None = None) -> Ran:
    """What our own rules find in a document, and in the message that was read from it."""
    ran = own_rules.run(_RULES, tree, step=_STEP, place=place, engine=engine)
    return replace(ran, observations=(*map(_at_its_item, ran.observations), *_sirens_are_sirens(message)))


def _at_its_item(observation: Observation) -> Observation:
    """At the field of the item, where that lies within what the rule looked at; a list is not looked into."""
    wanted = Path.parse(item(observation.term or "").path.replace("[]", "[0]"))
    here = Path.parse(observation.field) if observation.field else Path()
    if not wanted.plain.within(here.plain):
        return observation
    for step in wanted.steps[len(here.steps) :]:
        if isinstance(step, int):
            break
        here /= step
    return replace(observation, field=str(here))


def _actors(message: LifecycleMessage) -> Iterator[tuple[str, Actor]]:
    subject = message.subject
    named = [("sender", message.sender), ("issuer", message.issuer)]
    named += [("subject.issuer", subject.issuer if subject else None)]
    named += [(f"recipients[{index}]", each) for index, each in enumerate(message.recipients)]
    yield from ((field, actor) for field, actor in named if actor is not None)


def _sirens_are_sirens(message: LifecycleMessage) -> Iterator[Observation]:
    """EI-CDV-10: nine digits, of which the last is a key; a key alone may be the fault of whoever gave the number."""
    for field, actor in _actors(message):
        for index, identifier in enumerate(actor.identifiers):
            number = identifier.value or ""
            if identifier.scheme_id == _SIREN and (fault := SIREN.fault(number)):
                facts = {"found": number} | ({"expected": fault.expected} if fault.expected else {})
                severity: Severity = "warning" if re.fullmatch("[0-9]{9}", number) else "error"
                place = f"{field}.identifiers[{index}].value"
                yield Observation("EI-CDV-10", severity, _STEP, facts, field=place)
