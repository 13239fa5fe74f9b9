"""While a large document is looked at, Python's garbage collector rests.

    with resting(len(data)):
        ...

A document becomes some hundred thousand objects, which all live until its verdict is there. The collector would sweep
them again and again for circles that they do not form: a seventh of the time that an invoice of 4,000 lines takes, a
third of that of a hostile one. It rests for one document at a time, for seconds at most, and a host that has switched
it off finds it switched off.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

from einvoice.locks import Lock

_LARGE = 100_000  # bytes of a document: some 50 lines


class _Rest:
    """How many documents are being looked at, in all threads: the collector works again after the last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._documents = 0
        self._worked = False

    def begin(self) -> None:
        with self._lock:
            if not self._documents:
                self._worked = gc.isenabled()
                gc.disable()
            self._documents += 1

    def end(self) -> None:
        with self._lock:
            self._documents = max(0, self._documents - 1)
            if not self._documents and self._worked:
                gc.enable()

    def is_over(self) -> None:
        """In the child of a fork: the threads that looked at documents are not there any more."""
        if self._documents:
            self._documents = 1
            self.end()


_rest = _Rest()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_rest.is_over)


@contextmanager
def resting(size: int) -> Iterator[None]:
    """No collection in the block, for a document of so many bytes, if it is a large one."""
    if size < _LARGE:
        yield
        return
    _rest.begin()
    try:
        yield
    finally:
        _rest.end()
