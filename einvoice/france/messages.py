"""The French messages, read by what they are: lifecycle message, e-report, directory file.

    read_message(detect(data))       # LifecycleMessage | EReport | DirectoryUpdate | DirectoryExport

Source: DGFiP external specifications v3.2, general file §3.2 (flux 6, 10, 13 and 14).
"""

from __future__ import annotations

from collections.abc import Callable

from einvoice.detect import Detected
from einvoice.errors import Unrecognised
from einvoice.france.directory_files import DirectoryExport, DirectoryUpdate, read_export, read_update
from einvoice.france.ereporting import flux10
from einvoice.france.ereporting.report import EReport
from einvoice.france.lifecycle import cdar
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.xml import Element

Message = LifecycleMessage | EReport | DirectoryUpdate | DirectoryExport

MESSAGES = ("lifecycle", "ereport", "directory")  # Detected.kind

_READERS: dict[str, Callable[[Element], Message]] = {
    "lifecycle": cdar.read,
    "ereport": flux10.read,
    "AnnuaireActualisation": read_update,
    "AnnuaireConsultationF14": read_export,
}


def read_message(found: Detected) -> Message:
    """The message that was detected; what its model cannot hold is in `unread`. Raises `Unrecognised` for others."""
    root = found.root
    reader = None if root is None else _READERS.get(found.kind) or _READERS.get(root.tag)
    if root is None or reader is None:
        raise Unrecognised("EI-NO-READ-04", {"kind": found.kind})
    return reader(root)
