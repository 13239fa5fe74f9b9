"""Names of glyphs: the encodings that PDF knows by name, and what the names mean.

    ENCODINGS["WinAnsiEncoding"]     # {32: "space", ..., 128: "Euro", ...}
    unicode_of("eacute")             # "é"

Sources: Adobe Technical Note 5176 appendix A and B (standard strings and encodings) and the Adobe Glyph List, as
fontTools carries them; ISO 32000-1:2008 annex D (encodings).
"""

from __future__ import annotations

import re

from fontTools.agl import LEGACY_AGL2UV
from fontTools.cffLib import cffStandardStrings
from fontTools.encodings.StandardEncoding import StandardEncoding

_LATIN = (*cffStandardStrings[:229], "Euro")  # the ISO Adobe set, in which each character has one name
_UNIVERSAL = re.compile(r"uni([0-9A-F]{4})|u([0-9A-F]{4,6})")


def unicode_of(name: str) -> str | None:
    """The text that a glyph name stands for; `None` where it is no name of the Adobe Glyph List."""
    plain = name.partition(".")[0]
    known = LEGACY_AGL2UV.get(plain)
    if known is not None:
        return "".join(map(chr, known))
    match = _UNIVERSAL.fullmatch(plain)
    return chr(int(match[1] or match[2], 16)) if match and int(match[1] or match[2], 16) < 0x110000 else None


_NAME_OF = {unicode_of(name): name for name in reversed(_LATIN)}


def _named(codec: str, codes: range) -> dict[int, str]:
    texts = {code: bytes([code]).decode(codec, "ignore") for code in codes}
    return {code: _NAME_OF[text] for code, text in texts.items() if text in _NAME_OF}


STANDARD_ENCODING = {code: name for code, name in enumerate(StandardEncoding) if name != ".notdef"}

ENCODINGS: dict[str, dict[int, str]] = {
    "StandardEncoding": STANDARD_ENCODING,
    # 0xA0, 0xAD and the codes without a character are spaces, hyphens and bullets (ISO 32000-1, D.2, notes 3, 5, 6).
    "WinAnsiEncoding": dict.fromkeys(range(127, 160), "bullet")
    | _named("cp1252", range(32, 256))
    | {160: "space", 173: "hyphen"},
    "MacRomanEncoding": _named("mac_roman", range(32, 256)) | {202: "space", 219: "currency"},
}
