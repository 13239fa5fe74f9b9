"""The verbs of einvoice: parse, build, validate, convert, explain. Bytes and values in, values out.

    invoice = parse(data)
    report = validate(data, policy=Policy(direction="receiving"))
    xml = build(draft, "ubl")
    converted = convert(data, "cii"); converted.losses
    explain("BR-CO-10").fr

No function here reads a file or the network (the rule sets aside, which are files of installed packages).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from einvoice import __version__, cii, ubl
from einvoice.binding import differences
from einvoice.detect import Detected, detect, read_detected
from einvoice.draft import Disagreement, Draft
from einvoice.errors import Unrecognised
from einvoice.judgement import judge_bytes
from einvoice.model import Invoice
from einvoice.report import DocumentReport, Finding, Report
from einvoice.terms import nearest_term, term
from einvoice.validation.chain import judge_invoice, unread_finding
from einvoice.validation.findings import own_finding
from einvoice.validation.policy import Policy
from einvoice.validation.wording import wording

if TYPE_CHECKING:
    from einvoice.france.documents import Message

__all__ = ["Converted", "Explanation", "build", "convert", "explain", "parse", "validate"]

Target = Literal["ubl", "cii"]

_WRITERS: dict[str, Callable[[Invoice], bytes]] = {"ubl": ubl.write, "cii": cii.write}
_SPECIFICATIONS = {
    "minimum": "urn:factur-x.eu:1p0:minimum",
    "basicwl": "urn:factur-x.eu:1p0:basicwl",
    "basic": "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
    "en16931": "urn:cen.eu:en16931:2017",
    "extended": "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
    "extended-ctc-fr": "urn:cen.eu:en16931:2017#conformant#urn.cpro.gouv.fr:1p0:extended-ctc-fr",
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A converted document, and what it does not say although the source did."""

    data: bytes
    losses: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a rule or a business term means; a text is "" where there is none."""

    id: str
    fr: str
    en: str
    hint_fr: str = ""
    hint_en: str = ""
    terms: tuple[str, ...] = ()  # of a rule: the terms it is about
    field: str = ""  # of a term: where it stands in the model
    source: str = ""


def parse(data: bytes) -> Invoice | Message:
    """What a document says, by its content; what the model cannot hold is in its `unread`.

    UBL, CII and a Factur-X PDF give an `Invoice`, French messages a `LifecycleMessage`, an `EReport`, a
    `DirectoryUpdate` or a `DirectoryExport`. Raises `Unreadable` for what cannot be opened safely, `Unrecognised` for
    any other document.
    """
    found = _opened(data)
    if found.kind in ("lifecycle", "ereport", "directory"):
        from einvoice.france.documents import read_message  # noqa: PLC0415 - loaded for messages only

        return read_message(found)
    return read_detected(found)


def _opened(data: bytes) -> Detected:
    """What the bytes are; of a PDF, the invoice inside."""
    found = detect(data)
    if found.syntax == "facturx":
        from einvoice.facturx.embedded import extract  # noqa: PLC0415 - the PDF library is loaded for PDFs only

        return detect(extract(data).xml)
    return found


def validate(source: bytes | Draft | Invoice, *, policy: Policy | None = None, name: str | None = None) -> Report:
    """The verdict on a document, a draft or an invoice; never raises for their content.

    Findings about a draft point at its fields. `name` is shown in the report as the source.
    """
    chosen = policy or Policy()
    if isinstance(source, Draft):
        document = _judge_draft(source, chosen, name)
    elif isinstance(source, Invoice):
        document = judge_invoice(source, chosen, name=name)
    else:
        document = judge_bytes(source, chosen, name=name)
    return Report(einvoice=__version__, verdict=document.verdict, documents=(document,))


def _judge_draft(draft: Draft, policy: Policy, name: str | None) -> DocumentReport:
    disagreements = tuple(_disagreement(each, policy) for each in draft.disagreements())
    return judge_invoice(draft.complete(), policy, name=name, disagreements=disagreements, draft_field=draft.field_of)


def _disagreement(each: Disagreement, policy: Policy) -> Finding:
    rule = "EI-DRAFT-02" if each.computed is None else "EI-DRAFT-01"
    reason = each.explanation_fr if policy.language == "fr" else each.explanation_en
    finding = own_finding(
        rule,
        "warning",
        "draft",
        policy,
        facts={"reason": reason},
        term=each.term,
        field=each.field,
        found=str(each.given),
        expected=None if each.computed is None else str(each.computed),
    )
    english = wording(rule, reason=each.explanation_en)
    return finding.model_copy(update={"message_en": english.en if english else finding.message_en})


def build(source: Draft | Invoice, to: Target, *, profile: str | None = None) -> bytes:
    """The XML of a draft or an invoice. `profile` is a BT-24, which replaces the invoice's own.

    Raises `Unwritable`, with findings, where the syntax demands what the invoice lacks.
    """
    invoice = source.complete() if isinstance(source, Draft) else source
    if profile is not None:
        invoice = invoice.model_copy(update={"specification_identifier": _specification(profile)})
    return _WRITERS[to](invoice)


def _specification(profile: str) -> str:
    """BT-24 of a profile given by its short name; any other text is taken as BT-24 itself."""
    return _SPECIFICATIONS.get(profile, profile)


def convert(data: bytes, to: Target, *, policy: Policy | None = None) -> Converted:
    """The same invoice in another syntax, with an account of what is lost on the way.

    `policy` chooses the language of the account. Raises as `parse` and `build` do.
    """
    invoice = read_detected(_opened(data))
    chosen = policy or Policy()
    made = _WRITERS[to](invoice)
    kept = read_detected(detect(made))
    unread = tuple(unread_finding(each, chosen) for each in invoice.unread)
    lost = tuple(_loss(invoice, path, to, chosen) for path in differences(invoice, kept))
    return Converted(made, (*unread, *lost))


def _loss(invoice: Invoice, path: str, to: Target, policy: Policy) -> Finding:
    about = nearest_term(path)
    shown = _shown(invoice, path)
    facts = {"target": to.upper(), "text": shown}
    return own_finding(
        "EI-LOSS", "warning", "convert", policy, facts=facts, field=path, found=shown, term=about.id if about else None
    )


def _shown(invoice: Invoice, path: str) -> str:
    """The value at a path, as text; of a whole group, its JSON."""
    value: Any = invoice
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        value = getattr(value, name) if name else value[int(index)]
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_defaults=True)
    return str(value)


def explain(rule_or_term: str) -> Explanation:
    """What a rule (BR-CO-10, BR-FR-05_BT-22-1) or a business term (BT-106) means.

    Raises `Unrecognised` for anything else.
    """
    try:
        found = term(rule_or_term)
    except KeyError:
        words = wording(rule_or_term)
    else:
        return Explanation(found.id, found.name_fr, found.name_en, field=found.path, source="EN 16931-1:2017 §6.3")
    if words is None:
        raise Unrecognised(f"{rule_or_term!r} is no rule and no business term that einvoice can explain")
    return Explanation(
        words.rule, words.fr, words.en, words.hint_fr, words.hint_en, terms=words.terms, source=words.source
    )
