"""A lock that no child inherits: after a fork it is a new one, for whoever held the old one is not there any more."""

from __future__ import annotations

import os
import threading
from types import TracebackType


class Lock:
    """`with lock:` one thread of this process at a time."""

    def __init__(self) -> None:
        self._renew()

    def _renew(self) -> None:
        self._lock, self._process = threading.Lock(), os.getpid()

    def __enter__(self) -> None:
        if self._process != os.getpid():  # the first thread of a child; it has no other yet
            self._renew()
        self._lock.acquire()

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._lock.release()
