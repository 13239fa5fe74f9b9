"""The life cycle of an invoice: statuses told between platforms, companies and the public portal (flux 6, CDAR).

    from einvoice.france.lifecycle import Lifecycle, Payment, check, read, status, write

    message = status(invoice, 212, at=now, received_at=arrival, payment=Payment(Decimal("1200.00")))
    data = write(message)                        # CDAR, for the other platform
    life = Lifecycle(invoice).with_message(message)
    life.due, life.next, life.duties

| module | what |
|---|---|
| `codes` | statuses, reasons, actions, roles, characteristics and items of a message, as data, French and English |
| `message`, `cdar` | the model, and the XML that is read and written |
| `builder` | messages filled from an invoice: `status`, and `ppf_copy` for the public portal |
| `request`, `actors`, `content` | what may be asked for, who says it to whom, and what is said |
| `answers` | `acknowledge`: what is said of anything but an invoice |
| `checks` | what a message must say although the published rules do not notice |
| `life`, `events` | the state of an invoice, what may follow, duties and what is due, from its messages |
| `plain`, `together` | a life as plain values; what several lives tell together |
"""

from __future__ import annotations

from einvoice.france.lifecycle.answers import acknowledge
from einvoice.france.lifecycle.builder import Platform, ppf_copy, status
from einvoice.france.lifecycle.cdar import read, write
from einvoice.france.lifecycle.checks import check
from einvoice.france.lifecycle.codes import ACTIONS, CHARACTERISTICS, REASONS, ROLES, STATUSES
from einvoice.france.lifecycle.events import Event
from einvoice.france.lifecycle.life import Duty, Lifecycle, NextStatus
from einvoice.france.lifecycle.message import LifecycleMessage
from einvoice.france.lifecycle.plain import Summary, summary
from einvoice.france.lifecycle.request import Account, Approval, Correction, Payment
from einvoice.france.lifecycle.together import remarks

__all__ = [
    "ACTIONS",
    "CHARACTERISTICS",
    "REASONS",
    "ROLES",
    "STATUSES",
    "Account",
    "Approval",
    "Correction",
    "Duty",
    "Event",
    "Lifecycle",
    "LifecycleMessage",
    "NextStatus",
    "Payment",
    "Platform",
    "Summary",
    "acknowledge",
    "check",
    "ppf_copy",
    "read",
    "remarks",
    "status",
    "summary",
    "write",
]
