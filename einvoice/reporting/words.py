"""The words of reports for people, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from einvoice.data import Language, french
from einvoice.report import Severity

WORDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "fr": MappingProxyType(
            {
                "valid": "VALIDE",
                "invalid": "NON VALIDE",
                "not_run": "NON JUGÉ",
                "error": "ERREUR",
                "warning": "AVERTISSEMENT",
                "information": "INFORMATION",
                "errors": ("erreur", "erreurs"),
                "warnings": ("avertissement", "avertissements"),
                "informations": ("information", "informations"),
                "line": ("ligne", "lignes"),
                "field": ("champ", "champs"),
                "times": "fois",
                "found": "trouvé",
                "expected": "attendu",
                "documents": ("document", "documents"),
                "n_valid": ("valide", "valides"),
                "n_invalid": ("non valide", "non valides"),
                "n_not_run": ("non jugé", "non jugés"),
                "colon": "\N{NO-BREAK SPACE}: ",
                "so": "il en découle",
                "titles": MappingProxyType(  # of our own rules; those of others are proper names
                    {
                        "einvoice-b2g": french("einvoice : factures à des organismes publics"),
                        "einvoice-cdar": french("einvoice : messages de cycle de vie"),
                        "einvoice-flux10": french("einvoice : déclarations d'e-reporting"),
                    }
                ),
                "page": MappingProxyType(
                    {
                        "title": "Rapport de contrôle",
                        "verdicts": "Verdicts",
                        "filters": "Filtres",
                        "file": "Nom de fichier",
                        "rule": "Règle",
                        "rules": ("règle en cause", "règles en cause"),
                        "demands": "Ce qu’elle demande",
                        "verdict": "Verdict",
                        "all": "Tous",
                        "every": "Toutes",
                        "clear": "Tout afficher",
                        "shown": french("Documents affichés : {shown} sur {all}"),
                        "documents": "Documents",
                        "findings": "Constats",
                        "view": "La facture, avec les constats à leur place",
                        "see": "voir sur la facture",
                        "others": french("Autres constats, que « --format json » donne : {count}"),
                        "left_out": french(
                            "Pour qu’elle s’ouvre partout, cette page ne détaille pas tout."
                            " Il y manque : {what}. Les comptes et les règles portent sur tous les documents."
                            " Le résultat de chacun :"
                        ),
                        "command": "einvoice validate DOSSIER --format jsonl -o resultats.jsonl",
                        "views": ("vue de facture non valide", "vues de factures non valides"),
                    }
                ),
                "invoice": "Facture",
                "credit_note": "Avoir",
                "lifecycle": "Message de cycle de vie",
                "ereport": "Déclaration e-reporting",
                "directory": "Fichier d'annuaire",
                "unknown": "Document",
                "profile": "profil",
                "checked": "Contrôlé avec",
                "newer": french("{version} est publiée : einvoice artefacts fetch {rules}"),
                "steps": MappingProxyType(
                    {
                        "parse": "lecture",
                        "xsd": "schéma",
                        "profile": "règles",
                        "french": "règles françaises",
                        "container": "PDF",
                        "visible": "pages",
                        "write": "écriture",
                        "draft": "brouillon",
                        "house": "règles maison",
                        "lifecycle": "message",
                        "ereport": "déclaration",
                        "directory": "annuaire",
                    }
                ),
            }
        ),
        "en": MappingProxyType(
            {
                "valid": "VALID",
                "invalid": "INVALID",
                "not_run": "NOT RUN",
                "error": "ERROR",
                "warning": "WARNING",
                "information": "INFORMATION",
                "errors": ("error", "errors"),
                "warnings": ("warning", "warnings"),
                "informations": ("note", "notes"),
                "line": ("line", "lines"),
                "field": ("field", "fields"),
                "times": "times",
                "found": "found",
                "expected": "expected",
                "documents": ("document", "documents"),
                "n_valid": ("valid", "valid"),
                "n_invalid": ("invalid", "invalid"),
                "n_not_run": ("not run", "not run"),
                "colon": ": ",
                "so": "from this follows",
                "titles": MappingProxyType(
                    {
                        "einvoice-b2g": "einvoice: invoices to French public bodies",
                        "einvoice-cdar": "einvoice: lifecycle messages",
                        "einvoice-flux10": "einvoice: e-reports",
                    }
                ),
                "page": MappingProxyType(
                    {
                        "title": "Validation report",
                        "verdicts": "Verdicts",
                        "filters": "Filters",
                        "file": "File name",
                        "rule": "Rule",
                        "rules": ("rule involved", "rules involved"),
                        "demands": "What it demands",
                        "verdict": "Verdict",
                        "all": "All",
                        "every": "All",
                        "clear": "Show all",
                        "shown": "Documents shown: {shown} of {all}",
                        "documents": "Documents",
                        "findings": "Findings",
                        "view": "The invoice, with the findings at their place",
                        "see": "see on the invoice",
                        "others": "More findings, which “--format json” gives: {count}",
                        "left_out": "So that it opens everywhere, this page does not detail everything."
                        " Left out: {what}. The counts and rules are those of all documents."
                        " The result of each:",
                        "command": "einvoice validate FOLDER --format jsonl -o results.jsonl",
                        "views": ("view of an invalid invoice", "views of invalid invoices"),
                    }
                ),
                "invoice": "Invoice",
                "credit_note": "Credit note",
                "lifecycle": "Lifecycle message",
                "ereport": "E-reporting declaration",
                "directory": "Directory file",
                "unknown": "Document",
                "profile": "profile",
                "checked": "Checked with",
                "newer": "{version} is published: einvoice artefacts fetch {rules}",
                "steps": MappingProxyType(
                    {
                        "parse": "reading",
                        "xsd": "schema",
                        "profile": "rules",
                        "french": "French rules",
                        "container": "PDF",
                        "visible": "pages",
                        "write": "writing",
                        "draft": "draft",
                        "house": "house rules",
                        "lifecycle": "message",
                        "ereport": "declaration",
                        "directory": "directory",
                    }
                ),
            }
        ),
    }
)


def severity_word(severity: Severity, language: Language) -> str:
    """The severity in words."""
    return str(WORDS[language][severity])


def counted(number: int, forms: tuple[str, str]) -> str:
    """`1 erreur`, `2 erreurs`."""
    one, several = forms
    return f"{number} {several if number > 1 else one}"
