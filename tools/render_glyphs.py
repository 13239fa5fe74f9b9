"""Rebuild `einvoice/view/data/glyphs.txt`: which characters the fonts of the PDF view can draw.

    python tools/render_glyphs.py        # needs typst and fontTools; seconds

PDF/A forbids a character without a glyph, and Typst then refuses the document. So the view must know beforehand. For
Inter its own table says it; for the fonts inside Typst, Typst is asked, character by character.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import typst
from fontTools.ttLib import TTFont

RENDER = Path(__file__).parents[1] / "einvoice" / "view"
FONTS = RENDER / "fonts"
PLAIN = b"""
#set document(title: "x")
#set text(font: ("Inter", "Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))
#for it in json(bytes(sys.inputs.all)) [#it #parbreak()]
"""


def main() -> None:
    """Write the file."""
    inter = set.intersection(*(set(TTFont(path).getBestCmap()) for path in sorted(FONTS.glob("*.ttf"))))
    candidates = [
        code
        for code in range(0x20, 0x1F000)
        if unicodedata.category(chr(code)) not in {"Cc", "Cs", "Cn", "Co", "Cf"} and code not in inter
    ]
    drawn = {code for start in range(0, len(candidates), 2000) for code in _drawn(candidates[start : start + 2000])}
    lines = [
        "# Which characters the fonts of the PDF view can draw, as hexadecimal ranges (tools/render_glyphs.py).",
        f"inter {_ranges(inter)}",
        f"fallback {_ranges(drawn)}",
    ]
    (RENDER / "data" / "glyphs.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"Inter {len(inter)}, other fonts {len(drawn)} characters")


def _drawn(codes: list[int]) -> set[int]:
    """Those characters that Typst does not complain about."""
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[FONTS])
    left = list(codes)
    while left:
        texts = json.dumps([chr(code) for code in left])
        try:
            typst.compile(PLAIN, font_paths=fonts, sys_inputs={"all": texts}, pdf_standards=["a-3a"], timestamp=0)
        except typst.TypstError as error:
            missing = {_character(found) for found in re.findall(r'text `"(.*?)"` could not', error.diagnostic)}
            if not missing & set(left):
                raise
            left = [code for code in left if code not in missing]
        else:
            break
    return set(left)


def _character(text: str) -> int:
    r"""The first character of what Typst quotes: itself or `\\u{4e2d}`."""
    escaped = re.match(r"\\u\{([0-9a-f]+)\}", text)
    return int(escaped[1], 16) if escaped else ord(text.removeprefix("\\")[0])


def _ranges(codes: Iterable[int]) -> str:
    found: list[list[int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return " ".join(f"{first:x}-{last:x}" if last > first else f"{first:x}" for first, last in found)


if __name__ == "__main__":
    main()
