"""What may go on for ever, or need all memory, runs in a process of its own, for so long and in so much memory.

    run_bounded(judge, rules, xml, seconds=60.0)         # its result, or EngineFailure

Rules of a user are a program: `for $a in 1 to 100000, $b in 1 to 100000`, a function that calls itself twice, a regular
expression such as `a*a*a*a*b`, whose text or pattern may come from the invoice. Nothing that looks at them beforehand
can tell all of these from harmless ones, and Python cannot stop a regular expression from within.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Callable
from typing import TypeVar

from einvoice.once import Once
from einvoice.processes import Lost, Pool
from einvoice.schematron import EngineFailure
from einvoice.worker_processes import ask, call_pool

R = TypeVar("R")

MEMORY = 2_000_000_000  # bytes of address space, of which the interpreter and its libraries take about 0.2 GB
_GRACE = 5  # seconds after its deadline in which a process ends by itself, should its host be dead


@Once
def _pool() -> Pool:
    return call_pool(memory=MEMORY)


def run_bounded(function: Callable[..., R], *args: object, seconds: float) -> R:
    """Call a function that is importable by name. Raises `EngineFailure` for its time or memory, and what it raises."""
    try:
        return ask(_pool(), seconds, _with_alarm, math.ceil(seconds) + _GRACE, function, args)
    except Lost as lost:
        raise EngineFailure(f"the process of these rules {lost}") from None


def _with_alarm(seconds: int, function: Callable[..., R], args: tuple[object, ...]) -> R:
    if hasattr(signal, "alarm"):  # not caught: it ends the process, even within a regular expression
        signal.alarm(seconds)
    try:
        return function(*args)
    except MemoryError:
        raise EngineFailure(f"these rules need more than {MEMORY // 1_000_000} MB of memory") from None
    except RecursionError:
        raise EngineFailure("these rules are nested too deeply") from None
    finally:
        if hasattr(signal, "alarm"):
            signal.alarm(0)
