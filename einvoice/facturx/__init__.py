"""The PDF that is also the invoice: make one, take one apart, judge one (Factur-X, PDF/A-3).

| module | what |
|---|---|
| `profile` | the five profiles and their names |
| `embed` | a PDF/A-3 and a CII become a Factur-X: `embed` |
| `embedded` | the files inside a PDF: `extract` |
| `container` | the rules for the PDF around the invoice: `check_container` |
| `pdfa/` | is a PDF a PDF/A-3, and how does it become one: `preflight`, `convert_to_pdfa3` |
| `fonts/` | what the font programs in a PDF say of their glyphs |
| `rules` | the catalogue of our container rules |
| `xmp`, `metadata` | what the PDF says about itself |
| `pdf`, `writing` | opening a PDF from a stranger in bounded time and memory; writing one, always the same |
"""
