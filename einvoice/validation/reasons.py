"""Why a document could not be read or a rule set not be run, in French: exceptions speak English, reports both.

    in_french("the document is empty")      # "le document est vide"

A reason that is not in this table, of a library or of the operating system, is kept as it is.
"""

from __future__ import annotations

import re

_PLACE = re.compile(r"line (\d+), column (\d+)")
_EXPECTED = (
    "Attendu : une facture UBL 2.1 (Invoice ou CreditNote) ou CII (Factur-X), un message de cycle de vie CDAR, une "
    "déclaration flux 10, un fichier d'annuaire, ou un PDF"
)
# English, as a regular expression -> French, with its groups. The first that fits counts.
_ROWS = tuple(
    (re.compile(english, re.DOTALL), french)
    for english, french in (
        (r"the document has (\d+) bytes; the limit is (\d+)", r"le document a \1 octets ; la limite est \2"),
        (r"the document is empty", r"le document est vide"),
        (r"the document is an HTML page.*", r"le document est une page HTML, pas une facture"),
        (
            r"the document declares a document type.*",
            r"le document déclare un type de document (<!DOCTYPE …>) ; par sécurité, il n'est pas lu",
        ),
        (r"the document is nested deeper than (\d+) levels", r"le document a plus de \1 niveaux d'imbrication"),
        (r"the document starts as UTF-16 but is not.*", r"le document commence comme de l'UTF-16, mais n'en est pas"),
        (
            r"the document declares the encoding (.+); save it as UTF-8",
            r"le document déclare l'encodage \1 ; enregistrez-le en UTF-8",
        ),
        (r"the document is not XML: it looks like a PDF.*", r"le document n'est pas du XML mais un PDF"),
        (r"the document is not XML: it looks like a ZIP archive", r"le document n'est pas du XML mais une archive ZIP"),
        (r"the document is not XML: it looks like JSON", r"le document n'est pas du XML mais du JSON"),
        (
            r"the document is not well-formed XML: there is white space before <\?xml",
            r"le document n'est pas du XML bien formé : des blancs précèdent <?xml",
        ),
        (r"the document is not well-formed XML.*", r"le document n'est pas du XML bien formé"),
        (r"this is a ZUGFeRD 1 invoice.*", rf"c'est une facture ZUGFeRD 1, format abandonné en 2017. {_EXPECTED}"),
        (r"this is an Order-X order.*", rf"c'est une commande Order-X, pas une facture. {_EXPECTED}"),
        (r"this is the report of a validator.*", rf"c'est le rapport d'un validateur, pas une facture. {_EXPECTED}"),
        (r"this is an Italian FatturaPA.*", rf"c'est une facture italienne FatturaPA. {_EXPECTED}"),
        (r"this is a Spanish Facturae.*", rf"c'est une facture espagnole Facturae. {_EXPECTED}"),
        (r"this is .*?\(root element (\S+?)(?: .*?)?\).*", rf"l'élément racine est « \1 ». {_EXPECTED}"),
        (
            r"a Standard Business Document envelope with (\d+) documents.*",
            r"une enveloppe Standard Business Document à \1 documents ; un seul est attendu",
        ),
        (r"No such file or directory", r"le fichier n'existe pas"),
        (r"Permission denied", r"le fichier ne peut pas être ouvert : accès refusé"),
        (r"Is a directory", r"c'est un dossier, pas un fichier"),
        (r"the schema cannot be used.*", r"le schéma installé est inutilisable"),
        (r"a PDF, whose invoice was not taken out", r"un PDF, dont la facture n'a pas été extraite"),
        (r".*optional package: (pip install .*)", r"un paquet facultatif manque : \1"),
        (r".*time.?(?:limit|out).*", r"le moteur de règles n'a pas répondu dans le temps imparti"),
    )
)


def in_french(reason: str) -> str:
    """The reason in French."""
    for english, french in _ROWS:
        if match := english.fullmatch(reason):
            place = _PLACE.search(reason)
            return match.expand(french) + (f" (ligne {place[1]}, colonne {place[2]})" if place else "")
    return reason


def in_language(reason: str, language: str) -> str:
    """The reason in a language."""
    return in_french(reason) if language == "fr" else reason
