"""Is this PDF a PDF/A-3, the kind that archives take and that may hold other files? And if not, can it become one?

| module | what |
|---|---|
| `preflight` | all checks: `preflight` |
| `convert` | repairs what is not seen: `convert_to_pdfa3` |
| `rules` | the catalogue: id, clause of ISO 19005-3, text |
| `faults` | from rules broken at places to findings |
| `drawing`, `content`, `colours`, `jpeg2000` | what the pages draw |
| `fonts` | the fonts that text is shown in |
| `pages`, `structure`, `objects` | annotations; what a document has once; every object |
| `reading` | questions that several of them ask |
| `icc` | the sRGB profile |
"""
