"""The PDF that is also the invoice: make one, take one apart, judge one (Factur-X, PDF/A-3).

| module | what |
|---|---|
| `profile` | the five profiles and their names |
| `embed` | a PDF/A-3 and a CII become a Factur-X: `embed` |
| `embedded` | the files inside a PDF: `extract` |
| `container` | the rules for the PDF around the invoice: `check_container` |
| `archival` | the rules of PDF/A-3, whose faults `einvoice.pdfa` finds |
| `visible`, `page_text` | do the pages say the same as the invoice: `compare_visible` |
| `rules`, `catalogue` | our rules |
| `reduction` | what a profile holds of an invoice, and what it demands |
"""
