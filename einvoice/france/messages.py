"""The French messages, read by what they are: lifecycle message, e-report, directory file.

    read_message(detect(data))       # LifecycleMessage | EReport | DirectoryUpdate | DirectoryExport

Source: DGFiP external specifications v3.2, general file §3.2 (flux 6, 10, 13 and 14).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from einvoice.detect import Detected
from einvoice.errors import Unrecognised
from einvoice.france.directory_files import DirectoryExport, DirectoryUpdate, read_export, read_update
from einvoice.france.directory_update import observations_on_lines
from einvoice.france.ereporting import checks as ereport_checks
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.report import EReport
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle import checks as lifecycle_checks
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.own_rules import Engine, Place, Ran
from einvoice.rulebook import Observation
from einvoice.schematron import RuleTree
from einvoice.xml import Element

Message = LifecycleMessage | EReport | DirectoryUpdate | DirectoryExport

_READERS: dict[str, Callable[[Element], Message]] = {
    "lifecycle": cdar.read,
    "ereport": flux10.read,
    "AnnuaireActualisation": read_update,
    "AnnuaireConsultationF14": read_export,
}


def fields_of(found: Detected) -> Callable[[str], str | None]:
    """Where in the model an XPath of the message leads."""
    fields = {"lifecycle": cdar.fields, "ereport": flux10.fields}.get(found.kind)
    if fields is None or found.root is None:
        return lambda _: None
    return fields(found.root).at


def run_own_rules(
    message: Message, tree: RuleTree, place: Place, today: date, engine: Engine | None = None
) -> tuple[Ran | None, tuple[Observation, ...]]:
    """What our own rules find in a message that the published ones do not look at, and the rule set that ran, if any.

    `tree` is the document that the message was read from, `place` leads from there to the field of the message.
    """
    if isinstance(message, LifecycleMessage):
        ran = lifecycle_checks.run_rules(tree, message, place, engine)
        return ran, ran.observations
    if isinstance(message, EReport):
        ran = ereport_checks.run_rules(tree, message, place, engine=engine)
        return ran, ran.observations
    if isinstance(message, DirectoryUpdate):
        return None, observations_on_lines(message, today)
    return None, ()


def read_message(found: Detected) -> Message:
    """The message that was detected; what its model cannot hold is in `unread`. Raises `Unrecognised` for others."""
    root = found.root
    reader = None if root is None else _READERS.get(found.kind) or _READERS.get(root.tag)
    if root is None or reader is None:
        raise Unrecognised("EI-NO-READ-04", {"kind": found.called})
    return reader(root)
