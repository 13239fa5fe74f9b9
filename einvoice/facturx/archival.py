"""What to say of each fault that keeps a PDF from being a PDF/A-3: the rules by clause of ISO 19005-3.

archival_findings(preflight(pdf))[0].message      # Police non incorporée : Helvetica (page 1).
"""

from __future__ import annotations

from einvoice.facturx.rules import Rule, made
from einvoice.pdfa import Broken
from einvoice.report import Finding

_STEP = "container"
_SHOWN = 6  # places named in a message; the rest are counted

_REMAKE_FR = "À corriger dans le logiciel qui produit le PDF : l'exporter en PDF/A-3 (ou PDF/A)."
_REMAKE_EN = "To be mended in the program that makes the PDF: export it as PDF/A-3 (or PDF/A)."
_REPAIR_FR = "Réparable automatiquement, sans changer l'aspect."
_REPAIR_EN = "Repairable automatically, without changing the appearance."


def _rule(number: int, clause: str, fr: str, en: str, *, hint: tuple[str, str] = (_REMAKE_FR, _REMAKE_EN)) -> Rule:
    return Rule(f"EI-PDF-{number}", "error", f"ISO 19005-3 {clause}", fr, en, *hint)


_REPAIRABLE = (_REPAIR_FR, _REPAIR_EN)

PDFA_RULES: tuple[Rule, ...] = (
    _rule(
        30,
        "§6.1.3",
        "Le PDF est chiffré ou protégé.",
        "The PDF is encrypted or protected.",
        hint=("L'exporter sans mot de passe ni restriction.", "Export it without password or restriction."),
    ),
    _rule(
        31,
        "§6.1.7.1",
        "Des données du PDF se trouvent dans un autre fichier : {found}.",
        "Data of the PDF are in another file: {found}.",
    ),
    _rule(32, "§6.1.7.2", "Compression LZW : {found}.", "LZW compression: {found}.", hint=_REPAIRABLE),
    _rule(
        33,
        "§6.1.7.2",
        "Filtre inconnu, interdit ou illisible : {found}.",
        "A filter that is unknown, forbidden or unreadable: {found}.",
    ),
    _rule(34, "§6.1.13", "Valeur hors des limites du PDF/A : {found}.", "A value beyond PDF/A's limits: {found}."),
    _rule(
        35,
        "§6.2.2",
        "Contenu de page qui n'est pas du PDF valide : {found}.",
        "Page content that is not valid PDF: {found}.",
    ),
    _rule(
        36,
        "§6.2.2",
        "Une page emprunte ses ressources à son parent : {found}.",
        "A page borrows its resources from its parent: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        37,
        "§6.2.4.3",
        "Couleurs dépendantes de l'appareil sans profil de sortie (OutputIntent) : {found}.",
        "Device-dependent colours without an output profile (OutputIntent): {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        38,
        "§6.2.4.3",
        "Couleurs que le profil de sortie ne définit pas : {found}.",
        "Colours that the output profile does not define: {found}.",
    ),
    _rule(39, "§6.2.3", "Profil de sortie (OutputIntent) incorrect : {found}.", "Wrong output intent: {found}."),
    _rule(40, "§6.2.4.2", "Profil de couleur ICC incorrect : {found}.", "Wrong ICC colour profile: {found}."),
    _rule(41, "§6.2.4.4", "Couleur d'accompagnement mal définie : {found}.", "Spot colour wrongly defined: {found}."),
    _rule(
        42,
        "§6.2.5",
        "Réglage d'impression interdit dans un état graphique : {found}.",
        "A forbidden print setting in a graphics state: {found}.",
    ),
    _rule(43, "§6.2.6", "Mode de rendu des couleurs inconnu : {found}.", "Unknown rendering intent: {found}."),
    _rule(44, "§6.2.8", "Image contenant une entrée interdite : {found}.", "An image with a forbidden entry: {found}."),
    _rule(
        45,
        "§6.2.8",
        "Image à lisser à l'affichage (Interpolate) : {found}.",
        "An image to be smoothed on display (Interpolate): {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(46, "§6.2.8.3", "Image JPEG 2000 non conforme : {found}.", "JPEG 2000 image out of bounds: {found}."),
    _rule(
        47,
        "§6.2.9",
        "Contenu externe ou PostScript : {found}.",
        "External or PostScript content: {found}.",
    ),
    _rule(48, "§6.2.10", "Transparence non conforme : {found}.", "Transparency that is not allowed: {found}."),
    _rule(
        49,
        "§6.2.11.4.1",
        "Police non incorporée : {found}.",
        "Font not embedded: {found}.",
        hint=(
            "Incorporer toutes les polices à l'export ; les polices standard du PDF (Helvetica, Times, Courier) aussi.",
            "Embed all fonts on export; also the standard fonts of PDF (Helvetica, Times, Courier).",
        ),
    ),
    _rule(50, "§6.2.11.2, §6.2.11.3", "Police mal décrite : {found}.", "Font wrongly described: {found}."),
    _rule(
        51,
        "§6.2.11.3.2",
        "Correspondance des glyphes absente (CIDToGIDMap) : {found}.",
        "Glyph mapping missing (CIDToGIDMap): {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        52,
        "§6.2.11.4.1, §6.2.11.8",
        "Caractères sans dessin dans la police : {found}.",
        "Characters that the font does not draw: {found}.",
    ),
    _rule(
        53,
        "§6.2.11.5",
        "Largeurs de caractères qui diffèrent de celles de la police : {found}.",
        "Character widths that differ from those of the font: {found}.",
    ),
    _rule(
        54,
        "§6.2.11.4.2",
        "Liste des glyphes d'une police incomplète (CIDSet, CharSet) : {found}.",
        "Incomplete list of a font's glyphs (CIDSet, CharSet): {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(55, "§6.2.11.6", "Codage d'une police TrueType : {found}.", "Encoding of a TrueType font: {found}."),
    _rule(
        56,
        "§6.3.1",
        "Annotation d'un type interdit (multimédia, 3D…) : {found}.",
        "Annotation of a forbidden type (multimedia, 3D…): {found}.",
    ),
    _rule(
        57,
        "§6.3.2",
        "Annotation qui ne s'imprime pas : {found}.",
        "Annotation that is not printed: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(58, "§6.3.2", "Annotation cachée : {found}.", "Hidden annotation: {found}."),
    _rule(59, "§6.3.3", "Annotation sans aspect défini : {found}.", "Annotation without a set appearance: {found}."),
    _rule(
        60,
        "§6.3.3",
        "Annotation dont l'aspect change sous la souris : {found}.",
        "Annotation that changes its appearance under the mouse: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        61,
        "§6.4.1, §6.4.2",
        "Formulaire dont l'aspect n'est pas fixé : {found}.",
        "A form whose appearance is not set: {found}.",
        hint=("Aplatir le formulaire à l'export.", "Flatten the form on export."),
    ),
    _rule(
        62,
        "§6.4.3",
        "Le PDF est signé : y joindre la facture romprait la signature.",
        "The PDF is signed: embedding the invoice would break the signature.",
        hint=("Signer après avoir joint la facture.", "Sign after the invoice is embedded."),
    ),
    _rule(63, "§6.5.1", "JavaScript : {found}.", "JavaScript: {found}.", hint=_REPAIRABLE),
    _rule(64, "§6.5.1", "Action interdite : {found}.", "Forbidden action: {found}.", hint=_REPAIRABLE),
    _rule(65, "§6.5.2", "Action automatique : {found}.", "Automatic action: {found}.", hint=_REPAIRABLE),
    _rule(
        66,
        "§6.6.2.1, §6.6.4",
        "Les métadonnées (XMP) ne disent pas que le PDF est un PDF/A-3 : {found}.",
        "The metadata (XMP) do not say that the PDF is a PDF/A-3: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        67,
        "§6.8",
        "Fichier joint mal décrit : {found}.",
        "Embedded file wrongly described: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        68,
        "§6.9",
        "Calques (contenu optionnel) mal décrits : {found}.",
        "Layers (optional content) wrongly described: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        69,
        "§6.9",
        "Calques qui changent selon l'usage (AS) : {found}.",
        "Layers that change with the usage (AS): {found}.",
    ),
    _rule(
        70,
        "§6.10, §6.11",
        "Diaporama ou exigences de lecteur : {found}.",
        "Slide show or demands on the reader: {found}.",
        hint=_REPAIRABLE,
    ),
    _rule(
        71,
        "§6.7, §6.2.11.7",
        "Le PDF se dit de niveau {found} sans en remplir les conditions.",
        "The PDF claims level {found} without meeting its conditions.",
        hint=_REPAIRABLE,
    ),
    _rule(
        72,
        "§6.1.3",
        "Le fichier n'a pas d'identifiant (ID).",
        "The file has no identifier (ID).",
        hint=_REPAIRABLE,
    ),
    _rule(
        73,
        "§6.6.2.3",
        "Métadonnées d'un objet (police, image) : {found}.",
        "Metadata of an object (font, image): {found}.",
        hint=_REPAIRABLE,
    ),
)

_RULES = {rule.id: rule for rule in PDFA_RULES}


def archival_findings(broken: tuple[Broken, ...]) -> tuple[Finding, ...]:
    """One finding for each fault of a PDF, that names its places."""
    return tuple(made(_RULES[each.fault.value], _STEP, found=_listed(each.places)) for each in broken)


def _listed(places: tuple[str, ...]) -> str:
    shown = ", ".join(places[:_SHOWN])
    return shown if len(places) <= _SHOWN else f"{shown} (+ {len(places) - _SHOWN})"
