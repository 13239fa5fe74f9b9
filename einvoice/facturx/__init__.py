"""The PDF that is also the invoice: make one, take one apart, validate one (Factur-X, PDF/A-3).

| module | what |
|---|---|
| `build` | an invoice becomes a Factur-X: `make_facturx` |
| `embed` | a PDF/A-3 and a CII become a Factur-X: `embed` |
| `embedded` | the files inside a PDF: `extract` |
| `container` | the rules for the PDF around the invoice: `check_container` |
| `observed` | what our rules, and those of PDF/A-3 (`einvoice.pdfa`), found |
| `visible`, `page_text` | do the pages say the same as the invoice: `compare_visible` |
| `demands` | what a profile demands of an invoice |
"""
