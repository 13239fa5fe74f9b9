"""The PDF that is also the invoice: make one, take one apart, judge one (Factur-X, PDF/A-3).

| module | what |
|---|---|
| `profile` | the five profiles and their names |
| `embedded` | the files inside a PDF: `extract` |
| `container` | the rules for the PDF around the invoice: `check_container` |
| `xmp` | its metadata |
| `rules` | the catalogue of our rules |
| `pdf` | opening a PDF from a stranger, in bounded time and memory |
"""
