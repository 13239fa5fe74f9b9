"""What any id or code that a user meets means: rules, business terms, and the codes of every list.

    explain("BR-CO-10").fr
    explain("BT-151").codes[0].code          # what may stand in a term
    explain("VATEX-EU-AE").fr                # a code, in each list that has it

Sources: those of `einvoice.codes` and of `einvoice/data/lifecycle.toml`; DGFiP external specifications v3.2, annex 6
(TT-81).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import NamedTuple

from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import Artefact, installed
from einvoice.codes import CODE_LISTS, code_list, lists_of
from einvoice.data import french
from einvoice.errors import Unrecognised
from einvoice.france.lifecycle.codes import ACTIONS, CHARACTERISTICS, REASONS, STATUSES
from einvoice.paths import Path
from einvoice.rulebook import equivalents, official
from einvoice.rulebook.explaining import Explanation, Listed, of_rule_or_term
from einvoice.rulebook.words import known_ids
from einvoice.schematron import read_rules
from einvoice.terms import ITEMS, TERMS, term_at

_OF_INVOICES = frozenset({"vat_category", "business_process", "invoice_type"})  # first: AE is a country, too
_LOOKS = str.maketrans("OIL", "011")
_ITEM = re.compile(r"(?:MD[TG]|T[TG]|D[TG]|D[AU]T)[-_ ]?\d+.*")  # of messages, e-reports and the directory
_OF_ITEMS = "DGFiP, spécifications externes v3.2, annexe 2"
_NEAR = 3  # proposals for what is not known


class _List(NamedTuple):
    fr: str
    en: str
    source: str
    codes: Mapping[str, tuple[str, str]]  # code -> French, English


_TITLES = {
    "allowance_reason": ("motif de remise", "reason for an allowance"),
    "attachment_label": ("libellé de pièce jointe", "label of an attachment"),
    "business_process": ("cadre de facturation", "business process"),
    "charge_reason": ("motif de frais", "reason for a charge"),
    "country": ("pays", "country"),
    "currency": ("devise", "currency"),
    "eas": ("schéma d'adresse électronique", "scheme of an electronic address"),
    "french_vat_rate": ("taux de TVA français", "French VAT rate"),
    "icd": ("schéma d'identifiant", "scheme of an identifier"),
    "incoterm": ("condition de livraison", "term of delivery"),
    "invoice_type": ("type de facture", "type of invoice"),
    "line_subtype": ("sous-type de ligne", "subtype of a line"),
    "mime": ("type de fichier", "type of file"),
    "non_vat_tax": ("taxe autre que la TVA", "tax other than VAT"),
    "note_subject": ("objet de note", "subject of a note"),
    "party_role": ("rôle", "role"),
    "payment_means": ("moyen de paiement", "means of payment"),
    "treatment": ("traitement", "treatment"),
    "unit": ("unité", "unit"),
    "vat_category": ("catégorie de TVA", "VAT category"),
    "vat_point_date": ("exigibilité de la TVA", "when VAT is due"),
    "vatex": ("motif d'exonération de TVA", "reason for exemption from VAT"),
}
_TRANSACTIONS = {  # TT-81
    "TLB1": ("livraisons de biens taxables en France", "supplies of goods, taxed in France"),
    "TPS1": ("prestations de services taxables en France", "services, taxed in France"),
    "TNT1": ("opérations non taxées en France", "not taxed in France"),
    "TMA1": ("régime de la marge", "margin scheme"),
}


@cache
def _lists() -> Mapping[str, _List]:
    """Every list of codes."""
    lists = {}
    for name, source in CODE_LISTS.items():
        codes = code_list(name)
        named = {code: (codes.name_of(code, "fr"), codes.name_of(code, "en")) for code in codes.codes}
        lists[name] = _List(*_TITLES[name], source, named)
    life = "XP Z12-012, annexe B ; BR-FR-CDV"
    for name, titles, of in (
        ("status", ("statut du cycle de vie (MDT-105)", "status of the life cycle (MDT-105)"), STATUSES),
        ("reason", ("motif d'un statut (MDT-113)", "reason for a status (MDT-113)"), REASONS),
        ("action", ("action attendue (MDT-121)", "action that is expected (MDT-121)"), ACTIONS),
        ("characteristic", ("donnée d'un statut (MDT-207)", "value of a status (MDT-207)"), CHARACTERISTICS),
    ):
        lists[name] = _List(*titles, life, {code: (each.name_fr, each.name_en) for code, each in of.items()})
    lists["transaction"] = _List(
        "catégorie de transaction e-reporting (TT-81)",
        "category of an e-reported transaction (TT-81)",
        "DGFiP, spécifications externes v3.2, annexe 6",
        _TRANSACTIONS,
    )
    return lists


def explain(rule_term_or_code: str) -> Explanation:
    """What a rule (BR-CO-10), a family of rules (BR-FR-05), a business term (BT-106) or a code (VATEX-EU-AE) means.

    `rule_term_or_code` is an id in any case, a code, or a field of the model (`totals.amount_due`). The explanation is
    in both languages. Of a term, `codes` has what may stand there; of a code, its meaning in each list that has it.

    Raises `Unrecognised` for anything else, with what is spelled alike.

    Source: that of each explanation (its `source`): the rule set, EN 16931-1:2017 §6.3, or the list of codes.
    """
    for spelling in _spellings(rule_term_or_code.strip()):
        found = of_rule_or_term(spelling) if spelling else None
        codes = tuple(_listed(spelling))
        if found is not None:
            of_term = tuple(_of_term(found.id)) if found.field or found.id.startswith(("BT-", "BG-")) else ()
            named = replace(found, codes=(*of_term, *codes))
            return _with_equals(named) if named.id.startswith("FX-") else named
        if codes:
            return _of_codes(codes)
        if of_number := tuple(_of_number(spelling)):
            return of_number[0]
    if near := _near(rule_term_or_code.strip().upper()):
        raise Unrecognised("EI-NO-EXPLAIN-NEAR", {"given": rule_term_or_code, "near": ", ".join(near)})
    raise Unrecognised("EI-NO-EXPLAIN", {"given": rule_term_or_code})


def _spellings(given: str) -> Iterator[str]:
    """What is asked for as it is, then as its list spells it: BRCO15, bt 112, #PMT#, 0225::100000009, a field."""
    yield given
    yield given.replace("/", "_")
    bare = given.partition("::")[0] if given[:4].isdigit() else given.rpartition("::")[2]
    plain = _plain(bare)
    yield _by_plain().get(plain, "") if plain else ""
    with suppress(ValueError):
        known = term_at(Path.parse(given).plain)
        yield known.id if known else ""


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()


@cache
def _by_plain() -> Mapping[str, str]:
    """Everything that can be asked for, by its letters and digits; what two ids have in common belongs to neither."""
    ids = (*_known(), *(code for each in _lists().values() for code in each.codes))
    found: dict[str, set[str]] = {}
    for each in ids:
        found.setdefault(_plain(each), set()).add(each)
    return {plain: next(iter(same)) for plain, same in found.items() if len(same) == 1}


def _of_number(number: str) -> Iterator[Explanation]:
    """The list whose codes stand in a number of a message or a report: TT-81, MDT-105. Else what is there: MDT-126."""
    for name, each in _lists().items():
        for found in re.findall(r"\(([A-Z]+-\d+)\)", each.fr):
            if _plain(found) == _plain(number):
                codes = tuple(Listed(name, code, *names) for code, names in each.codes.items())
                yield Explanation(found, each.fr, each.en, source=each.source, codes=codes)
    for item in ITEMS:
        if _plain(item.id) == _plain(number):
            yield Explanation(item.id, item.name_fr, item.name_en, field=item.path, source=_OF_ITEMS)


def _with_equals(found: Explanation) -> Explanation:
    """A rule of Factur-X that says in its text which rule of EN 16931 it is, in that one's words: by what is installed.

    Where the profiles number their rules differently, each of its meanings.
    """
    copies = (
        copy
        for name, entry in catalogue().items()
        if name.startswith("facturx-") and entry.kind == "rules"
        for copy in installed(name)
    )
    labels = dict.fromkeys(label for copy in copies for label in _labels(copy).get(found.id, ()))
    same = [each for label in labels if (each := of_rule_or_term(label))] or [
        each for label in equivalents(found.id, "") if (each := of_rule_or_term(label))
    ]
    if not same:
        return found
    return replace(
        found,
        fr="\n".join(french(f"= {each.id} : ") + each.fr for each in same),
        en="\n".join(f"= {each.id}: {each.en}" for each in same),
        hint_fr=same[0].hint_fr,
        hint_en=same[0].hint_en,
        terms=tuple(dict.fromkeys(term for each in same for term in each.terms)),
    )


@lru_cache(maxsize=8)  # of each profile one, and some that were added
def _labels(rules: Artefact) -> Mapping[str, tuple[str, ...]]:
    """The rules that a rule set names in its texts, by its own ids: FX-SCH-A-000121 -> BR-CO-15."""
    read = read_rules(rules.main.name, rules.main.read_bytes(), rules.open_document)
    labels: dict[str, tuple[str, ...]] = {}
    for check in (check for pattern in read.patterns for rule in pattern.rules for check in rule.checks):
        text = "".join(part if isinstance(part, str) else "…" for part in check.message)
        if label := official(text).label:
            labels[check.id] = (*labels.get(check.id, ()), label)
    return labels


def _near(given: str) -> list[str]:
    """What is spelled alike: first what looks the same (an O for a 0), then what begins alike.

    Nothing is near an item of a message or a report (TT-28): a term of the same number (BT-28) is something else.
    """
    if _ITEM.fullmatch(given):
        return []
    looks = given.translate(_LOOKS)
    same = [each for each in _known() if each.upper().translate(_LOOKS) == looks]
    alike = get_close_matches(given, _known(), n=30, cutoff=0.8)
    return list(dict.fromkeys((*same, *sorted(alike, key=lambda each: -_alike(each, given)))))[:_NEAR]


def _alike(one: str, other: str) -> int:
    """With how many characters both begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(one), len(other)))


def _listed(given: str) -> Iterator[Listed]:
    """The code in each list that has it, whatever its case."""
    for name, each in sorted(_lists().items(), key=lambda item: item[0] not in _OF_INVOICES):
        code = given if given in each.codes else given.upper()
        if code in each.codes:
            yield Listed(name, code, *each.codes[code])


def _of_term(number: str) -> Iterator[Listed]:
    """The codes that may stand in a term."""
    for each in lists_of(number):
        yield from (Listed(each.name, code, each.name_of(code, "fr"), each.name_of(code, "en")) for code in each.codes)


def _of_codes(found: tuple[Listed, ...]) -> Explanation:
    lists = _lists()
    return Explanation(
        found[0].code,
        "\n".join(french(f"{lists[each.list].fr} : {each.fr}") for each in found),
        "\n".join(f"{lists[each.list].en}: {each.en}" for each in found),
        terms=tuple(dict.fromkeys(term for each in found for term in _terms_of(lists[each.list].source))),
        source="; ".join(dict.fromkeys(lists[each.list].source for each in found)),
        codes=found,
    )


def _terms_of(source: str) -> list[str]:
    return re.findall(r"\b(?:BT|EXT-FR-FE)-\d+\b(?!-)", source)


@cache
def _known() -> tuple[str, ...]:
    """All that can be asked for, but what is too short to be meant by something spelled alike."""
    codes = (code for each in _lists().values() for code in each.codes if len(code) > 3)
    return tuple(dict.fromkeys((*known_ids(), *(each.id for each in TERMS), *codes)))
