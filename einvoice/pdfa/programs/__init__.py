"""Font programs, as far as a PDF/A has to know them: which glyphs are there, under what name, how wide.

| module | format |
|---|---|
| `program` | what all have in common |
| `truetype` | TrueType and OpenType |
| `cff` | Compact Font Format |
| `type1` | Type 1 |
| `cmap` | CMaps: from bytes to characters |
| `glyph_names` | names of glyphs and the encodings that PDF knows |
"""
