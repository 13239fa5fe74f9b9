"""While a document is looked at, Python's garbage collector rests.

    @resting()
    def validate(...):
        ...

A document becomes thousands of objects, which all live until its verdict is there. The collector would sweep them again
and again for circles that they do not form: a seventh of the time that an invoice takes, a third of that of a hostile
one. It rests until the last object of the document is gone, which is why whole functions rest. Where threads always
look at some document it rests for a second and then works on; a host that has switched it off finds it switched off.
"""

from __future__ import annotations

import gc
import os
import time
from contextlib import ContextDecorator
from types import TracebackType

from einvoice.locks import Lock

_LONGEST = 1.0  # seconds of rest while one document after the other is begun before the last has ended


class _Rest:
    """How many documents are being looked at, in all threads: the collector works again after the last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._documents = 0
        self._worked = False
        self._since = 0.0

    def begin(self) -> None:
        with self._lock:
            if not self._documents:
                self._worked = gc.isenabled()
                self._since = time.monotonic()
                gc.disable()
            elif self._worked and time.monotonic() - self._since > _LONGEST:
                gc.enable()
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


class resting(ContextDecorator):  # noqa: N801 - written as the decorator of a function
    """No collection in the block, or in the function.

    Nothing is made after the collector works again: it would sweep the document, which is gone when the caller goes on.
    """

    def __enter__(self) -> None:
        _rest.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _rest.end()
