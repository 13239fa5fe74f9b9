"""Flux 1: what a platform tells the public portal of each invoice exchanged, in UBL or CII like the invoice itself.

    data = extract(invoice, "ubl", content="base")     # Base_<name>.xml
    data = extract(invoice, "cii", content="full")     # Full_<name>.xml
    ei.france.validate_extract(data, content="full")   # by the portal's own schema and rules

BASE, since 1 September 2026, holds the head of the invoice without the parties' names; FULL, from 1 September 2027,
adds the lines and where things were delivered.

Sources: DGFiP external specifications v3.2, annex 1 (fields of BASE and FULL) and annex 7 (G1.01, G1.02, G1.44);
mapping corrections BR-FR-MAP of XP Z12-012, as far as they are known.
"""

from __future__ import annotations

from itertools import compress
from typing import Literal

from einvoice import cii, ubl
from einvoice.conversion.reduction import reduced
from einvoice.errors import Unwritable
from einvoice.france.mapping import billed_lines, in_france, mapped
from einvoice.france.treatment import has_flux1_process, is_outside_the_reform, treatment
from einvoice.model import Invoice, Line, Party
from einvoice.rulebook import observation
from einvoice.xml import parse_xml, without

__all__ = ["Content", "Syntax", "extract", "extract_of", "file_name"]

Content = Literal["base", "full"]
Syntax = Literal["ubl", "cii"]

_BASE = """
    BT-1 BT-2 BT-3 BT-5 BT-6 BT-8 BT-9 BT-21 BT-22 BT-23 BT-24 BT-25 BT-29 BT-29-1 BT-30 BT-30-1 BT-31 BT-40 BT-47
    BT-47-1 BT-48 BT-55 BT-63 BT-72 BT-73 BT-74 BT-109 BT-110 BT-111 BT-116 BT-117 BT-118 BT-119 BT-120 BT-121
"""
_FULL = """
    BT-26 BT-75 BT-76 BT-165 BT-77 BT-78 BT-79 BT-80 BT-92 BT-95 BT-96 BT-99 BT-102 BT-103 BT-127 EXT-FR-FE-183 BT-129
    BT-130 EXT-FR-FE-136 EXT-FR-FE-138 EXT-FR-FE-149 EXT-FR-FE-151 EXT-FR-FE-152 EXT-FR-FE-153 EXT-FR-FE-154
    EXT-FR-FE-155 EXT-FR-FE-156 EXT-FR-FE-157 EXT-FR-FE-158 BT-134 BT-135 BT-136 BT-141 BT-146 BT-147 BT-148 BT-153
"""
_TERMS: dict[Content, frozenset[str]] = {
    "base": frozenset(_BASE.split()),
    "full": frozenset((_BASE + _FULL).split()),
}
_SINGLE_TAXABLE_PERSON = "0231"  # the only private identifier of the seller that the tax office takes


def extract(invoice: Invoice, syntax: Syntax, *, content: Content = "base") -> bytes:
    """The extract as XML, in UBL or CII.

    Raises `Unwritable` for an invoice that flux 1 does not take: one that is not exchanged between French companies,
    multi-seller (x8), bidirectional (x9), payment request of a subcontractor (S3), or one that is outside VAT or exempt
    by its activity as a whole (G2.32).
    """
    write = ubl.write if syntax == "ubl" else cii.write
    data = write(extract_of(invoice, content=content), incomplete=True)
    if invoice.vat_accounting_currency_code is None:
        return data
    root = parse_xml(data)  # flux 1 has no BT-6: each VAT total says its own currency
    return without(root, "{*}TaxCurrencyCode")


def extract_of(invoice: Invoice, *, content: Content = "base") -> Invoice:
    """The invoice as the tax office wants it: its terms only, with the known corrections of mapping."""
    if not has_flux1_process(invoice.business_process_type):
        raise _refused("EI-F1-01", "business_process_type", invoice.business_process_type or "")
    if is_outside_the_reform(invoice):
        categories = ", ".join(group.category_code or "" for group in invoice.vat_breakdown)
        raise _refused("EI-F1-02", "vat_breakdown", categories)
    if (about := treatment(invoice)) != "B2B":
        raise _refused("EI-F1-03", "notes", about)
    told = mapped(invoice)
    small, _ = reduced(told, _TERMS[content])
    billed = compress(small.lines, billed_lines(told.lines[: len(small.lines)]))
    return small.model_copy(
        update={
            "seller": _party(invoice.seller, small.seller),
            "buyer": _party(invoice.buyer, small.buyer),
            "lines": tuple(_line(line) for line in billed),
        }
    )


def file_name(name: str, content: Content) -> str:
    """How a flux 1 file is named: the prefix says what it holds."""
    return f"{'Base' if content == 'base' else 'Full'}_{name}.xml"


def _party(whole: Party | None, small: Party | None) -> Party | None:
    """In country FR if French; of private identifiers only the single taxable person is told."""
    told = in_france(whole, small)
    if told is None:
        return None
    kept = tuple(each for each in told.identifiers if each.scheme_id == _SINGLE_TAXABLE_PERSON)
    return told.model_copy(update={"identifiers": kept})


def _line(line: Line) -> Line:
    """A line without gross price has the net price as such (BR-FR-MAP-22)."""
    if line.item_gross_price is not None:
        return line
    return line.model_copy(update={"item_gross_price": line.item_net_price})


def _refused(rule: str, field: str, found: str) -> Unwritable:
    refusal = observation(rule, "error", "flux1", field=field, found=found)
    return Unwritable(rule, {"found": found}, (refusal,))
