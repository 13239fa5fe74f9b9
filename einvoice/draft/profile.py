"""Which profile an invoice needs: EN 16931 while that suffices, EXTENDED-CTC-FR for a French invoice that says more.

"More" is data: a term whose smallest profile is the extension (`einvoice.terms`), a second value where EN 16931 has
room for one, several exemption reasons within a VAT category (BR-E-01), or a sale outside VAT (O) by or to a company
with a VAT number: EN 16931 forbids to name it (BR-O-02 to -04), French law demands it (CGI ann. II art. 242 nonies A).
An invoice that is not French is never made an EXTENDED-CTC-FR one: it gets EN 16931, and the rules tell its excess.

Source: XP Z12-012 annex A V1.4.
"""

from __future__ import annotations

from itertools import chain

from pydantic import BaseModel

from einvoice.draft.exemptions import EXEMPT
from einvoice.draft.vat import Billed, Reason
from einvoice.paths import Path, walk
from einvoice.profiles import profile_named
from einvoice.terms import TERMS

_BASE, _EXTENSION = profile_named("en16931"), profile_named("extended-ctc-fr")

# A reason why a line is exempt is moved to the VAT breakdown where the profile is EN 16931: it does not need the
# extension.
_MOVED = ("vat_exemption_reason", "vat_exemption_reason_code")

_EXTENDED = frozenset(
    Path.parse(term.path)
    for term in TERMS
    if term.profile == _EXTENSION.terms and term.path and not term.path.endswith(_MOVED)
)
# EN 16931 has one of each; EXTENDED-CTC-FR several (BT-18, BT-46, BT-60, BT-127, BT-128).
_ONE_ONLY = frozenset(
    Path.parse(path)
    for path in (
        "invoice_object_identifier",
        "buyer.identifiers",
        "payee.identifiers",
        "lines.notes",
        "lines.object_identifiers",
    )
)
_LINES = Path(("lines",))
# The only fields that can lead there, of the invoice and of a line: most lines have none of them.
_OF_INVOICE = frozenset(path.names[0] for path in _EXTENDED | _ONE_ONLY) - {"lines"}
_OF_LINE = frozenset(path.names[1] for path in _EXTENDED | _ONE_ONLY if path.within(_LINES))


def specification(given: str | None, parts: BaseModel, billed: Billed, *, french: bool) -> str:
    """The specification identifier (BT-24): the one given, else the smallest that holds the invoice."""
    if given:
        return given
    if french and (_says_more(parts, billed) or _has_several_reasons(billed) or _is_outside_vat(parts, billed)):
        return _EXTENSION.identifier
    return _BASE.identifier


def _is_outside_vat(parts: BaseModel, billed: Billed) -> bool:
    """Whether something is outside VAT (O) and a VAT number is told."""
    named = (getattr(parts, name) for name in ("seller", "buyer", "seller_tax_representative"))
    numbers = any(party is not None and party.vat_identifier for party in named)
    return numbers and any(part.vat_category_code == "O" for part, _ in billed.taxed())


def _says_more(parts: BaseModel, billed: Billed) -> bool:
    lines = (_is_more(placed.line, _OF_LINE, _LINES) for placed in billed.lines)
    return _is_more(parts, _OF_INVOICE, Path()) or any(lines)


def _is_more(part: BaseModel, fields: frozenset[str], at: Path) -> bool:
    said = ((name, value) for name, value in vars(part).items() if name in fields and value is not None)
    walks = (walk(value, at / name, groups=True) for name, value in said)
    return any(
        path.plain in _EXTENDED or (path.plain in _ONE_ONLY and isinstance(value, tuple) and len(value) > 1)
        for path, value in chain.from_iterable(walks)
    )


def _has_several_reasons(billed: Billed) -> bool:
    """Whether a category without VAT has several reasons, one with VAT or at zero rate has any, or O is not alone."""
    reasons: dict[str | None, set[Reason]] = {}
    for part, _ in billed.taxed():
        reason = Reason(part.vat_exemption_reason_code, part.vat_exemption_reason)
        reasons.setdefault(part.vat_category_code, set()).update({reason} if any(reason) else ())
    told_apart = any(len(found) > 1 for category, found in reasons.items() if category != "AE")
    unusual = any(found for category, found in reasons.items() if category not in EXEMPT - {"Z"} and category)
    return told_apart or unusual or ("O" in reasons and len(reasons) > 1)
