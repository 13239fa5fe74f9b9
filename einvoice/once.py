"""What takes long to make is made once, whichever thread asks first; the others wait for it, and then share it.

    @Once
    def compiled(source): ...

`functools.cache` lets each thread that comes before the first result make its own: sixteen threads on a cold cache
compiled a rule set sixteen times. What fails is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

from einvoice.locks import Lock

P = ParamSpec("P")
T = TypeVar("T")


class Once(Generic[P, T]):
    """A function whose results are kept for the life of the process."""

    def __init__(self, make: Callable[P, T]) -> None:
        self._make = make
        self._made: dict[Hashable, T] = {}
        self._locks: dict[Hashable, Lock] = {}
        self._adding = Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result, made unless it is there."""
        key = (*args, *kwargs.items())
        if key not in self._made:
            with self._adding:
                lock = self._locks.setdefault(key, Lock())
            with lock:
                if key not in self._made:
                    self._made[key] = self._make(*args, **kwargs)
        return self._made[key]

    def cache_clear(self) -> None:
        """Forget what was made."""
        self._made.clear()
