"""Code lists: the values that the standards allow, and what they mean in French and English.

    >>> "S1" in code_list("business_process").codes
    True
    >>> code_list("payment_means").name_of("58")
    'Virement SEPA'
    >>> code_list("payment_means").name_of("58", "en")
    'SEPA credit transfer'
    >>> code_list("unit").name_of("E19")  # a code without a name stands for itself
    'E19'
    >>> french_vat_rate(Decimal("5.500"))  # as BR-FR-16 wants it spelled
    '5.5'
    >>> "389" in INVOICE_TYPES["self_billed"]
    True

The official rules check codes; these lists serve whoever writes or shows an invoice. A name is for people: short, in
our words where the publisher's is long, and missing where it would say nothing. Loaded when first asked for.

Sources: the values of the EN 16931 lists are those of the CEN rules 1.3.16 (BR-CL-01 to BR-CL-26) and of
EXTENDED-CTC-FR V1.4.0 (non-VAT taxes, Incoterms, MIME); English names from DGFiP external specifications v3.2, annex 7;
French ones of currencies from ISO 4217 and CLDR, of other codes translated. The French lists are those of BR-FR V1.4.0:
business process (BR-FR-08), treatment (BR-FR-20), VAT rates (BR-FR-16), attachment labels (BR-FR-17).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from einvoice.data import Language, data_text

__all__ = [
    "CODE_LISTS",
    "CREDIT_NOTES",
    "INVOICE_TYPES",
    "Code",
    "CodeList",
    "code_list",
    "french_vat_rate",
    "lists_of",
    "plain_iban",
    "plain_vatex",
]

CODE_LISTS: Mapping[str, str] = MappingProxyType(
    {  # name -> where the list comes from, and the terms that use it
        "allowance_reason": "UNTDID 5189, EN 16931 (BT-98, BT-140)",
        "attachment_label": "XP Z12-012, BR-FR-17 (BT-123)",
        "business_process": "XP Z12-012, BR-FR-08: cadre de facturation (BT-23)",
        "charge_reason": "UNTDID 7161 (BT-105, BT-145)",
        "country": "ISO 3166-1 alpha-2, EN 16931: 1A, XI, XK (BT-40, BT-55, BT-69, BT-80, BT-159)",
        "currency": "ISO 4217 (BT-5, BT-6)",
        "eas": "CEF Electronic Address Scheme (BT-34-1, BT-49-1)",
        "french_vat_rate": "XP Z12-012, BR-FR-16 (BT-96, BT-103, BT-119, BT-152)",
        "icd": "ISO/IEC 6523, SEPA (BT-29-1, BT-30-1, BT-46-1, BT-47-1, BT-60-1, BT-61-1, BT-71-1, BT-90)",
        "incoterm": "Incoterms 2020, UNTDID 4053 (EXT-FR-FE-185)",
        "invoice_type": "UNTDID 1001, EN 16931 (BT-3)",
        "line_subtype": "XP Z12-012, BR-FREXT-05 (EXT-FR-FE-163)",
        "mime": "EN 16931, EXTENDED-CTC-FR (BT-125-1)",
        "non_vat_tax": "UNTDID 5153, EXTENDED-CTC-FR (BT-177, BT-193)",
        "note_subject": "UNTDID 4451 (BT-21)",
        "party_role": "UNTDID 3035 (EXT-FR-FE-04, EXT-FR-FE-26, EXT-FR-FE-44, EXT-FR-FE-67, EXT-FR-FE-90, …)",
        "payment_means": "UNTDID 4461 (BT-81)",
        "treatment": "XP Z12-012, BR-FR-20",
        "unit": "UN/ECE Rec. 20, 21 (BT-130, BT-150)",
        "vat_category": "UNTDID 5305, EN 16931 (BT-95, BT-102, BT-118, BT-151)",
        "vat_point_date": "UNTDID 2005, EN 16931 (BT-8)",
        "vatex": "CEF VATEX (BT-121)",
    }
)

# BT-3, all that EN 16931 takes for credit notes (UNTDID 1001); the French ones are fewer.
CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})

# BT-3 by what kind of invoice it is: France's sixteen types (BR-FR-04), in the groups that its rules speak of.
INVOICE_TYPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ordinary": frozenset({"380", "389", "393", "501"}),
        "prepayment": frozenset({"386", "500", "503"}),
        "corrective": frozenset({"384", "471", "472", "473"}),
        "credit_note": frozenset({"261", "262", "381", "396", "502", "503"}),
        "self_billed": frozenset({"261", "389", "471", "473", "500", "501", "502"}),
        "factored": frozenset({"393", "396", "472", "473", "501", "502"}),
    }
)


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list; a name is "" where it would say no more than the value."""

    value: str
    name_en: str
    name_fr: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes, in the order of its publisher."""

    name: str
    source: str
    codes: Mapping[str, Code]

    def name_of(self, value: str, language: Language = "fr") -> str:
        """What a code means; the English name where there is no French one, the code itself where there is neither."""
        code = self.codes.get(value)
        if code is None:
            return value
        return (code.name_fr if language == "fr" else "") or code.name_en or value


@cache
def code_list(name: str) -> CodeList:
    """The list of that name (a key of `CODE_LISTS`); `KeyError` where there is none."""
    source = CODE_LISTS[name]
    rows = (line.split("\t") for line in data_text("codes_units.tsv" if name == "unit" else "codes.tsv").splitlines())
    codes = {value: Code(value, name_en, name_fr) for of, value, name_en, name_fr in rows if of == name}
    return CodeList(name, source, MappingProxyType(codes))


@cache
def lists_of(term: str) -> tuple[CodeList, ...]:
    """The lists whose codes may stand in a business term (BT-151); () where it is no code."""
    return tuple(code_list(name) for name, source in CODE_LISTS.items() if re.search(rf"\b{re.escape(term)}\b", source))


def french_vat_rate(rate: Decimal) -> str | None:
    """The shortest accepted spelling of a rate: BR-FR-16 compares texts, so that "20.000" is refused where "20" is not.

    `None` where the rate is none of those that French rules know.
    """
    same = [spelling for spelling in code_list("french_vat_rate").codes if Decimal(spelling) == rate]
    return min(same, key=len, default=None)


_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}").fullmatch


def plain_iban(account: str) -> str:
    """An IBAN in capitals, as its register spells it; an account of another kind as it stands.

    >>> plain_iban("fr14 2004 1010 0505 0001 3m02 606")
    'FR14 2004 1010 0505 0001 3M02 606'
    >>> plain_iban("12 345")
    '12 345'
    """
    text = "".join(account.split()).upper()
    if not _IBAN(text):
        return account
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return account.upper() if int(number) % 97 == 1 else account


def plain_vatex(code: str) -> str:
    """A VATEX code in capitals, as its list has it; the rules take any case (BR-CL-22). Other codes as they stand."""
    capitals = code.upper()
    return capitals if capitals.startswith("VATEX-") else code
