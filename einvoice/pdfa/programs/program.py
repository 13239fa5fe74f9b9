"""What einvoice needs to know of a font program, whatever its format.

A font in a PDF says twice how wide its characters are: in the PDF, for layout, and in the font program, for drawing.
PDF/A asks that both agree and that every character shown is drawn. The three formats are read by `truetype`, `cff` and
`type1`; this is what they have in common. Outlines are never read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Program:
    """A font program."""

    count: int  # glyphs
    width: Callable[[int], float | None]  # of a glyph, in thousandths of the font size; None where it cannot be told
    names: Mapping[str, int] = field(default_factory=dict)  # glyph name -> glyph; {} where glyphs have no names
    cids: Mapping[int, int] | None = None  # CID -> glyph, in a font that is keyed by CID
    encoding: Mapping[int, str] = field(default_factory=dict)  # code -> glyph name
    cmaps: Mapping[tuple[int, int], Mapping[int, int]] = field(
        default_factory=dict
    )  # (platform, encoding): code -> glyph
