"""`cached_property` without a lock.

Before Python 3.12 that of `functools` has one lock for all objects of a class. A fork inherits it as it is: where a
thread was just computing the property of some other document, its child waits for ever.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property as cached_property  # noqa: PLC0414 - given on
else:

    class cached_property:  # noqa: N801 - it stands in for that of `functools`
        """A property that is computed when it is first asked for; two threads that ask at once may both compute it."""

        def __init__(self, function: Any) -> None:
            self.function = function
            self.__doc__ = function.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            return instance.__dict__.setdefault(self.name, self.function(instance))
