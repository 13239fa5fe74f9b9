"""What a terminal that is not set to Unicode gets: letters without accents and plain marks, instead of an error.

    speak_plainly(sys.stderr)      # erreur : « été » … -> erreur : "ete" ...

Results are UTF-8 wherever they go; this is about help and what is said beside them.
"""

from __future__ import annotations

import codecs
import unicodedata
from io import TextIOWrapper

_NAME = "einvoice-plain"
_PLAIN = {  # what the normal form of Unicode leaves as it is
    **dict.fromkeys("«»", '"'),
    **dict.fromkeys("—–−·", "-"),
    "’": "'",
    "×": "x",
    "œ": "oe",
    "€": "EUR",
    "→": "->",
    "⇒": "=>",
    "✓": "ok",
    "✗": "x",
}


def speak_plainly(stream: object) -> None:
    """Let a stream replace what its encoding does not have."""
    if isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
        codecs.register_error(_NAME, _replaced)
        stream.reconfigure(errors=_NAME)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_letter, error.object[error.start : error.end])), error.end


def _letter(character: str) -> str:
    """The character in ASCII: é is e, a no-break blank a blank, … three points; ? for what has nothing like it."""
    known = _PLAIN.get(character) or unicodedata.normalize("NFKD", character)
    return known.encode("ascii", "ignore").decode() or "?"
