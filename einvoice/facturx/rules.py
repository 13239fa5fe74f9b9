"""The container rules of einvoice: what each is called, how bad it is, where it comes from, what it says.

    rule("EI-PDF-05").source                          # "ISO 19005-3 §6.8"
    finding("EI-PDF-12", found="BASIC", expected="EN 16931")

No publisher issues rules for the PDF around a Factur-X invoice in a form that a program can run, so these are ours. An
id is public contract: it is never given another meaning. Nothing here is stricter than the standards: what is merely
unusual, or was right in an earlier version, is a warning. The rules about PDF/A itself are in `pdfa.rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

from einvoice.report import Finding, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of ours. Texts may name `{found}` and `{expected}`."""

    id: str
    severity: Severity
    source: str
    fr: str
    en: str
    hint_fr: str = ""
    hint_en: str = ""


def made(rule: Rule, step: str, *, found: str | None = None, expected: str | None = None, term: str = "") -> Finding:
    """What a rule found in a document."""
    values = {"found": found or "—", "expected": expected or "—"}
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        step=step,
        message=rule.fr.format(**values),
        message_en=rule.en.format(**values),
        term=term or None,
        found=found,
        expected=expected,
        hint=rule.hint_fr or None,
        source=rule.source,
    )


_FACTURX = "Factur-X 1.0"

CONTAINER_RULES: tuple[Rule, ...] = (
    Rule(
        "EI-PDF-01",
        "error",
        f"{_FACTURX} §6 ; ISO 19005-3 §6.8",
        fr="Ce PDF ne contient pas de facture XML ; il contient : {found}.",
        en="This PDF holds no XML invoice; it holds: {found}.",
        hint_fr="Un PDF seul n'est pas une facture électronique : demandez à l'émetteur une facture Factur-X.",
        hint_en="A PDF alone is no electronic invoice: ask the sender for a Factur-X invoice.",
    ),
    Rule(
        "EI-PDF-02",
        "error",
        f"{_FACTURX} §6",
        fr="La facture XML s'appelle « {found} » : le nom doit être exactement {expected}.",
        en="The XML invoice is named “{found}”: the name has to be exactly {expected}.",
        hint_fr="Un logiciel qui cherche le nom exact ne trouvera pas la facture.",
        hint_en="A program that looks for the exact name will not find the invoice.",
    ),
    Rule(
        "EI-PDF-03",
        "warning",
        f"{_FACTURX} §6 ; ZUGFeRD 1.0 et 2.0",
        fr="La facture XML porte le nom « {found} » d'une ancienne version de ZUGFeRD ; le nom actuel est {expected}.",
        en="The XML invoice has the name “{found}” of an earlier version of ZUGFeRD; today it is {expected}.",
    ),
    Rule(
        "EI-PDF-04",
        "error",
        f"{_FACTURX} §6",
        fr="Le PDF contient plusieurs factures XML ({found}) : on ne sait pas laquelle compte.",
        en="The PDF holds several XML invoices ({found}): which one counts is not said.",
        hint_fr="N'y laisser qu'une facture ; les autres fichiers sont des pièces jointes, sous un autre nom.",
        hint_en="Leave one invoice in it; other files are attachments, under another name.",
    ),
    Rule(
        "EI-PDF-05",
        "error",
        "ISO 19005-3 §6.8",
        fr="Le PDF ne dit pas ce que {found} est pour lui (AFRelationship manque).",
        en="The PDF does not say what {found} is to it (AFRelationship is missing).",
    ),
    Rule(
        "EI-PDF-06",
        "warning",
        f"{_FACTURX} §6.2",
        fr="Le lien entre le PDF et la facture XML est « {found} » ; dans ce profil on attend {expected}.",
        en="The relationship of the XML invoice to the PDF is “{found}”; in this profile it is usually {expected}.",
        hint_fr="Data : le XML ne porte qu'une partie de la facture. Alternative ou Source : il la porte tout entière.",
        hint_en="Data: the XML carries a part of the invoice. Alternative or Source: it carries the whole.",
    ),
    Rule(
        "EI-PDF-07",
        "error",
        "ISO 19005-3 §6.8",
        fr="{found} n'est pas dans la liste des fichiers associés du document (/AF).",
        en="{found} is not in the document's list of associated files (/AF).",
    ),
    Rule(
        "EI-PDF-08",
        "error",
        "ISO 19005-3 §6.8",
        fr="Le type MIME de {found} manque ou n'en est pas un ; attendu : {expected}.",
        en="The MIME type of {found} is missing or is none; expected: {expected}.",
    ),
    Rule(
        "EI-PDF-09",
        "warning",
        f"{_FACTURX} §6.2",
        fr="Le type MIME de la facture XML est {found} ; attendu : {expected}.",
        en="The MIME type of the XML invoice is {found}; expected: {expected}.",
    ),
    Rule(
        "EI-PDF-10",
        "error",
        f"{_FACTURX} §6.3",
        fr="Les métadonnées (XMP) du PDF ne disent pas qu'il s'agit d'une facture Factur-X ; il y manque : {found}.",
        en="The metadata (XMP) of the PDF do not say that it is a Factur-X invoice; they lack: {found}.",
    ),
    Rule(
        "EI-PDF-11",
        "error",
        "ISO 19005-3 §6.6.2.3",
        fr="Les métadonnées emploient le schéma {found} sans le décrire (schéma d'extension PDF/A).",
        en="The metadata use the schema {found} without describing it (PDF/A extension schema).",
    ),
    Rule(
        "EI-PDF-12",
        "error",
        f"{_FACTURX} §6.3",
        fr="Le profil annoncé par le PDF est {found}, celui du XML est {expected}.",
        en="The profile that the PDF announces is {found}, that of the XML is {expected}.",
        hint_fr="Le profil du XML est dans BT-24 ; celui du PDF dans fx:ConformanceLevel.",
        hint_en="The profile of the XML is in BT-24, that of the PDF in fx:ConformanceLevel.",
    ),
    Rule(
        "EI-PDF-13",
        "error",
        f"{_FACTURX} §6.3",
        fr="Les métadonnées annoncent le fichier {found}, la facture s'appelle {expected}.",
        en="The metadata announce the file {found}, the invoice is named {expected}.",
    ),
    Rule(
        "EI-PDF-14",
        "warning",
        f"{_FACTURX} §6.3",
        fr="La version annoncée par le PDF est {found} ; pour ce XML on attend {expected}.",
        en="The version that the PDF announces is {found}; for this XML {expected} is expected.",
    ),
    Rule(
        "EI-PDF-15",
        "error",
        "ISO 19005-3 §6.6.4",
        fr="Le PDF ne se dit pas PDF/A : une facture Factur-X est un PDF/A-3.",
        en="The PDF does not say that it is a PDF/A: a Factur-X invoice is a PDF/A-3.",
    ),
    Rule(
        "EI-PDF-16",
        "error",
        f"{_FACTURX} §6 ; ISO 19005-3 §6.6.4, §6.8",
        fr="Le PDF est un PDF/A-{found} ; seul le PDF/A-3 peut contenir une facture XML.",
        en="The PDF is a PDF/A-{found}; only PDF/A-3 may hold an XML invoice.",
    ),
    Rule(
        "EI-PDF-17",
        "error",
        "ISO 19005-3 §6.2.3, §6.2.4.3",
        fr="Le PDF n'a pas de profil de sortie (OutputIntent), et ses couleurs n'ont de sens qu'avec lui : {found}.",
        en="The PDF has no output profile (OutputIntent), and its colours mean nothing without one: {found}.",
        hint_fr="Sans lui, les couleurs DeviceGray, DeviceRGB et DeviceCMYK ne sont pas permises.",
        hint_en="Without it, the colours DeviceGray, DeviceRGB and DeviceCMYK are not allowed.",
    ),
    Rule(
        "EI-PDF-18",
        "error",
        "ISO 19005-3 §6.1.3",
        fr="Le PDF est chiffré : une facture doit pouvoir être lue sans mot de passe.",
        en="The PDF is encrypted: an invoice has to be readable without a password.",
    ),
    Rule(
        "EI-PDF-19",
        "error",
        f"{_FACTURX} §5 (BT-24)",
        fr="Le profil de la facture XML, « {found} », n'est pas un profil de Factur-X.",
        en="The profile of the XML invoice, “{found}”, is no Factur-X profile.",
    ),
    Rule(
        "EI-PDF-20",
        "error",
        "XP Z12-012 ; FNFE-MPE, France_RFE n° 66",
        fr="EXTENDED-CTC-FR est un profil pour UBL et CII seuls : dans un PDF, le profil doit être {expected}.",
        en="EXTENDED-CTC-FR is a profile for UBL and CII alone: inside a PDF the profile has to be {expected}.",
        hint_fr="Factur-X EXTENDED contient les mêmes données.",
        hint_en="Factur-X EXTENDED holds the same data.",
    ),
    Rule(
        "EI-PDF-21",
        "warning",
        f"{_FACTURX} §6.2 ; ISO 32000-1 §7.11.4",
        fr="{found} n'est pas dans la liste des fichiers joints du document (EmbeddedFiles).",
        en="{found} is not in the document's list of embedded files (EmbeddedFiles).",
        hint_fr="Beaucoup de logiciels ne cherchent la facture que là.",
        hint_en="Many programs look for the invoice only there.",
    ),
    Rule(
        "EI-PDF-22",
        "error",
        "ISO 19005-3 §6.6.2.1",
        fr="Les métadonnées (XMP) du PDF ne sont pas lisibles : {found}.",
        en="The metadata (XMP) of the PDF cannot be read: {found}.",
    ),
    Rule(
        "EI-PDF-23",
        "error",
        f"{_FACTURX} §6",
        fr="Le fichier {found} du PDF n'est pas un document XML lisible.",
        en="The file {found} in the PDF is no readable XML document.",
    ),
)
