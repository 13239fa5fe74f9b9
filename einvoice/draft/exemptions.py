"""Why no VAT is charged: the VATEX codes, the VAT category each belongs to, and a text for each in French and English.

A French invoice must cite the provision that exempts it (CGI, annex II, art. 242 nonies A, I-12°), and XP Z12-012
wants the code and the text. A draft gives the code, or only the category where the category says it all (reverse
charge, intra-community supply, export, outside scope).

**Franchise en base** (CGI art. 293 B) is category E here, with VATEX-FR-FRANCHISE. EN 16931 knows an exemption reason
only for categories other than S and Z (BR-Z-10 forbids it for Z), so Z would be refused by every EN 16931 validator.
When a platform reports the invoice to the tax administration it turns E into Z itself (BR-FR-MAP-06). A draft that
says Z keeps it.

Sources: CEF VATEX code list; EN 16931-1 BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10, BR-Z-10; Directive
2006/112/EC; code général des impôts (CGI).
"""

from __future__ import annotations

from typing import NamedTuple

# Categories whose VAT is nil, whatever rate is written: UNTDID 5305 as EN 16931 restricts it.
EXEMPT = frozenset({"E", "AE", "G", "K", "O", "Z"})


class Exemption(NamedTuple):
    """A reason not to charge VAT."""

    code: str
    category: str
    fr: str
    en: str


_SAID_IN_FULL = (
    ("VATEX-EU-AE", "AE", "Autoliquidation, art. 283 du CGI", "Reverse charge"),
    (
        "VATEX-EU-IC",
        "K",
        "Livraison intracommunautaire exonérée, art. 262 ter, I du CGI",
        "Intra-community supply, exempt",
    ),
    (
        "VATEX-EU-G",
        "G",
        "Exportation hors de l'Union européenne, exonérée, art. 262, I du CGI",
        "Export outside the EU, exempt",
    ),
    ("VATEX-EU-O", "O", "Hors du champ d'application de la TVA", "Not subject to VAT"),
    ("VATEX-EU-D", "E", "Régime particulier - Agences de voyages", "Margin scheme - Travel agents"),
    ("VATEX-EU-F", "E", "Régime particulier - Biens d'occasion", "Margin scheme - Second-hand goods"),
    ("VATEX-EU-I", "E", "Régime particulier - Objets d'art", "Margin scheme - Works of art"),
    (
        "VATEX-EU-J",
        "E",
        "Régime particulier - Objets de collection et d'antiquité",
        "Margin scheme - Collectors' items and antiques",
    ),
    ("VATEX-FR-FRANCHISE", "E", "TVA non applicable, art. 293 B du CGI", "VAT not applicable, CGI art. 293 B"),
    ("VATEX-FR-CNWVAT", "E", "Avoir net de taxe", "Credit note without VAT"),
    ("VATEX-FR-AE", "AE", "Autoliquidation, art. 283-2 du CGI", "Reverse charge, CGI art. 283-2"),
)

# VATEX-FR-… → article of the CGI
_CGI = {
    "298SEXDECIESA": "298 sexdecies A",
    "CGI261-1": "261, 1",
    "CGI261-2": "261, 2",
    "CGI261-3": "261, 3",
    "CGI261-4": "261, 4",
    "CGI261-5": "261, 5",
    "CGI261-7": "261, 7",
    "CGI261-8": "261, 8",
    "CGI261A": "261 A",
    "CGI261B": "261 B",
    "CGI261C-1": "261 C, 1°",
    "CGI261C-2": "261 C, 2°",
    "CGI261C-3": "261 C, 3°",
    "CGI261D-1": "261 D, 1°",
    "CGI261D-1BIS": "261 D, 1° bis",
    "CGI261D-2": "261 D, 2°",
    "CGI261D-3": "261 D, 3°",
    "CGI261D-4": "261 D, 4°",
    "CGI261E-1": "261 E, 1°",
    "CGI261E-2": "261 E, 2°",
    "CGI275": "275",
    "CGI277A": "277 A",
    "CGI295": "295",
}

# VATEX-EU-… → article and paragraph or point of Directive 2006/112/EC
_DIRECTIVE = {
    "79-C": "79, c",
    "132": "132",
    **{f"132-1{point}": f"132, 1, {point.lower()}" for point in "ABCDEFGHIJKLMNOPQ"},
    "135-1": "135, 1",
    "143": "143",
    **{
        f"143-1{point}": f"143, 1, {point.lower()}"
        for point in ("A", "B", "C", "D", "E", "F", "FA", "G", "H", "I", "J", "K", "L")
    },
    "144": "144",
    "146-1E": "146, 1, e",
    "148": "148",
    **{f"148-{point}": f"148, {point.lower()}" for point in "ABCDEFG"},
    "151": "151",
    **{f"151-1{point}": f"151, 1, {point.lower()}" for point in ("A", "AA", "B", "C", "D", "E")},
    "153": "153",
    "159": "159",
    "309": "309",
}

_BY_CODE = {
    found.code: found
    for found in (
        *(Exemption(*row) for row in _SAID_IN_FULL),
        *(
            Exemption(
                f"VATEX-FR-{code}",
                "E",
                f"Exonération de TVA, art. {article} du CGI",
                f"Exempt from VAT, CGI art. {article}",
            )
            for code, article in _CGI.items()
        ),
        *(
            Exemption(
                f"VATEX-EU-{code}",
                "E",
                f"Exonération de TVA, directive 2006/112/CE, art. {article}",
                f"Exempt from VAT, Directive 2006/112/EC, art. {article}",
            )
            for code, article in _DIRECTIVE.items()
        ),
    )
}

# Categories that have only one reason.
_OF_CATEGORY = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}


def exemption(code: str | None, category: str | None) -> Exemption | None:
    """The exemption of that code, or, without code, the only one that the category has."""
    return _BY_CODE.get((code or _OF_CATEGORY.get(category or "", "")).upper())


def known_exemptions() -> tuple[Exemption, ...]:
    """All exemptions that have a text here, in the order of the list above."""
    return tuple(_BY_CODE.values())
