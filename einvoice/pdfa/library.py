"""The PDF library that this package stands on, and the version from which it bounds what a hostile file may cost."""

from __future__ import annotations

import re

import pypdf

from einvoice.errors import Unreadable

NEEDED = (7, 1)  # the first pypdf whose limits of memory and work can be set (pypdf.apply_configuration)


class OldLibrary(Unreadable):
    """The pypdf that is installed cannot open a stranger's PDF safely; XML needs none of it."""


def check_version(found: str = pypdf.__version__) -> None:
    """Raise `OldLibrary` unless pypdf is recent enough.

    einvoice sets no bound on pypdf, so that it can be installed beside programs that pin an older one.
    """
    if tuple(map(int, re.findall(r"\d+", found)[:2])) < NEEDED:
        raise OldLibrary("EI-NO-PDF-LIBRARY", {"found": found, "needed": ".".join(map(str, NEEDED))})
