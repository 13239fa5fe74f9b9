"""PDF/A-3 in pure Python: is this PDF one, the kind that archives take and that may hold other files, and if not, why?

    from einvoice.pdfa import REPAIRED, convert_to_pdfa3, preflight

    for broken in preflight(pdf_bytes):               # () for a PDF/A-3
        print(broken.fault.name, broken.places)       # FONT_NOT_EMBEDDED ('Helvetica (page 1)',)
    if all(broken.fault in REPAIRED for broken in preflight(pdf_bytes)):
        archived = convert_to_pdfa3(pdf_bytes, date=datetime.now(UTC)).pdf

`preflight` names what ISO 19005-3 (level B, and A or U where they are claimed) forbids and where it stands; `Fault`
lists all that it knows. `convert_to_pdfa3` removes what can be removed without changing what is seen, and refuses the
rest (`Irreparable`). `opened` and `written` open a PDF from a stranger in bounded time and memory (`Limits`) and write
one, always the same bytes for the same content; `describe` sets what it says about itself. Nothing is executed, no
program is started, no network is used.

Nothing here knows an invoice: of einvoice it needs the exceptions and the XML parser, beside it pypdf and fontTools.
Codes and places come out, no sentences.

| module | what |
|---|---|
| `inspection` | all checks: `preflight`, `inspect` |
| `convert` | repairs what is not seen: `convert_to_pdfa3` |
| `fault` | the name of each fault, which of them are repaired |
| `drawing`, `content`, `colours`, `jpeg2000` | what the pages draw |
| `fonts`, `font_programs`, `glyph_names`, `cmap` | the fonts that text is shown in |
| `pages`, `structure`, `objects` | annotations; what a document has once; every object |
| `reading` | questions that several of them ask |
| `icc` | the sRGB profile |
| `xmp`, `metadata` | what the PDF says about itself |
| `library` | the PDF library, and the version that is needed |
| `pdf`, `writing` | opening a PDF, writing one |
| `packed`, `as_written`, `watched`, `spelling` | reading its objects, and telling what others may read otherwise |
"""

# ruff: noqa: E402 - the version is checked before the first import that an older library does not have

from einvoice.pdfa.library import check_version  # isort: split

check_version()

from einvoice.pdfa.convert import Converted, convert_to_pdfa3
from einvoice.pdfa.fault import REPAIRED, Broken, Fault, Irreparable, NotArchival
from einvoice.pdfa.inspection import Inspection, inspect, preflight
from einvoice.pdfa.metadata import Properties, describe
from einvoice.pdfa.pdf import Limits, Locked, Pdf, Spent, opened
from einvoice.pdfa.writing import written

__all__ = [
    "REPAIRED",
    "Broken",
    "Converted",
    "Fault",
    "Inspection",
    "Irreparable",
    "Limits",
    "Locked",
    "NotArchival",
    "Pdf",
    "Properties",
    "Spent",
    "convert_to_pdfa3",
    "describe",
    "inspect",
    "opened",
    "preflight",
    "written",
]
