"""An invoice as a target can say it: what the target's own rules refuse is put otherwise, or left out and told.

    fitted = fit(invoice, "ubl")
    fitted.invoice, fitted.left_out, fitted.told
    fitted.to_original()(Path.parse("lines[0]"))    # where the invoice has what stands there in the one that fits

The schema of a syntax holds more than the rules admit: two identifiers of a buyer, a group of lines that is counted
twice, the reason of an exemption where nothing is exempt. A target that is EXTENDED admits most of it; any other gets
the invoice as EN 16931 means it; a profile with a schema of its own gets no terms but its own. `left_out` are the paths
of values that the target has no place for; `told` is what else is said otherwise than in the invoice.

Sources: EN 16931-1:2017 §6.3 (cardinalities; BT-6, BT-46, BT-60, BT-82), BR-S-10, BR-Z-10, BR-AF-10, BR-AG-10,
BR-E-01 and its sisters (one group of each category), UBL-SR-16, UBL-SR-34, UBL-SR-46; Factur-X 1.0.8, BR-FXEXT-03;
XP Z12-012 annex A (lines).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from einvoice.conversion.files import mime_of, name_of
from einvoice.conversion.lines import DETAIL, counted, unnested
from einvoice.conversion.reduction import SUBTYPE, reduced
from einvoice.conversion.references import references_alone
from einvoice.data import Language
from einvoice.discounts import in_words, is_said, skonto
from einvoice.draft.parties import is_french_party
from einvoice.filled import filled
from einvoice.instalments import in_words as instalment_in_words
from einvoice.instalments import last_day
from einvoice.model import Identifier, Invoice, Line, Party, VatBreakdown
from einvoice.paths import Path, restorer
from einvoice.profiles import Profile, profile_of, terms_of
from einvoice.rulebook import Fact, Observation, severity_of
from einvoice.terms import nearest_number

_NEVER_EXEMPT = frozenset({"S", "Z", "L", "M"})  # VAT categories without a reason for exemption
_PAYING = ("buyer", "payee")  # whose identifiers (BT-46, BT-60) stand once
_OTHERS = ("buyer", "payee", "buyer_agent", "payer", "seller_agent", "invoicee", "invoicer")  # than the seller
_OF_GROUPS = ("subtype_code", "parent_line_identifier")  # mean nothing where the groups are gone
_LINES = Path(("lines",))
_PAYMENT_TERMS = "BT-20"
_TERMS, _DISCOUNTS = Path(("payment_terms",)), Path(("payment_discounts",))
_INSTALMENTS, _PRECEDING = Path(("payment_instalments",)), Path(("preceding_invoices",))
_CURRENCY = Path(("vat_accounting_currency_code",))
_TOTALS, _IN_CURRENCY = Path(("totals",)), "vat_amount_in_accounting_currency"


@dataclass(slots=True)
class Fitted:
    """An invoice that fits, and what became of what did not."""

    invoice: Invoice
    target: str  # how people call what it is written in: a syntax, or a profile of Factur-X
    profile: str  # and what it was made to fit: EN 16931 (UBL)
    left_out: list[Path] = field(default_factory=list)
    told: list[Observation] = field(default_factory=list)
    moved: dict[Path, Path] = field(default_factory=dict)  # lines that stand elsewhere in the one that fits

    def to_original(self) -> Callable[[Path], Path]:
        """Tells where the invoice has what stands at a place of the one that fits."""
        whole = restorer(self.left_out)

        def original(place: Path) -> Path:
            line = self.moved.get(Path(place.steps[:2]))
            return whole(place if line is None else Path((*line.steps, *place.steps[2:])))

        return original

    def change(self, **values: Any) -> None:
        """Put other values into the invoice."""
        given = self.invoice.model_fields_set | values.keys()
        self.invoice = filled(Invoice, {**self.invoice.__dict__, **values}, given)


def fit(invoice: Invoice, to: Literal["ubl", "cii", "facturx"]) -> Fitted:
    """The invoice as the syntax can say it in the profile that its BT-24 names."""
    profile = profile_of(invoice.specification_identifier)
    has_schema = to in profile.schemas
    target = f"Factur-X {profile.level}" if has_schema else to.upper()
    plain = profile.title and not has_schema and not _is_extended(profile, to)
    fitted = Fitted(invoice, target, f"{profile.title} ({target})" if plain else target)
    _one_currency(fitted)
    _named_references(fitted)
    _described_files(fitted, to)
    if _is_extended(profile, to):
        if to != "ubl":
            lines, fitted.moved = unnested(fitted.invoice.lines)
            fitted.change(lines=lines)
    else:
        _lines_that_count(fitted)
        if to != "ubl":
            _references_alone(fitted)
        _identifiers_once(fitted, to)
        _reasons_of_exemptions(fitted)
        _groups_once(fitted)
    if to == "ubl":
        _payment_text_once(fitted)
    else:
        _tax_numbers_of_sellers(fitted)
    terms = _terms(profile.name)
    if not has_schema or _PAYMENT_TERMS in terms:
        _discounts_in_words(fitted, to)
        _instalments_in_words(fitted, to)
    if has_schema:
        _only(terms, fitted)
    return fitted


@cache
def _terms(profile: str) -> frozenset[str]:
    return frozenset(each.id for each in terms_of(profile))


def _is_extended(profile: Profile, to: str) -> bool:
    """Whether the rules that judge the target know more than EN 16931."""
    return "extended" in profile.terms and to in profile.rules


def _one_currency(fitted: Fitted) -> None:
    """BT-6 names a currency that differs from that of the invoice; BT-111 is then the VAT in it."""
    invoice = fitted.invoice
    code = invoice.vat_accounting_currency_code
    if code is None or code != invoice.currency_code:
        return
    fitted.change(vat_accounting_currency_code=None)
    fitted.told.append(_said("EI-FIT-CURRENCY", _CURRENCY, found=code))
    totals = invoice.totals
    amount = totals.vat_amount_in_accounting_currency if totals else None
    if totals is None or amount is None:
        return
    if totals.vat_amount not in (None, amount):
        fitted.left_out.append(_TOTALS / _IN_CURRENCY)
    fitted.change(totals=totals.model_copy(update={_IN_CURRENCY: None, "vat_amount": totals.vat_amount or amount}))


def _named_references(fitted: Fitted) -> None:
    """What a reference says nothing of is none: an earlier invoice goes, a document is called by its name or place."""
    earlier, documents = fitted.invoice.preceding_invoices, list(fitted.invoice.supporting_documents)
    if not earlier and not documents:
        return
    fitted.left_out += [_PRECEDING / index for index, each in enumerate(earlier) if not each.reference]
    for index, document in enumerate(documents):
        if not document.reference:
            name = document.filename or document.description or str(index + 1)
            documents[index] = document.model_copy(update={"reference": name})
            place = Path(("supporting_documents", index, "reference"))
            fitted.told.append(_implied(place, name, "EI-IMPLIED-REFERENCE"))
    fitted.change(
        preceding_invoices=tuple(each for each in earlier if each.reference), supporting_documents=tuple(documents)
    )


def _described_files(fitted: Fitted, to: str) -> None:
    """A file says of which type it is (by its name, else by how it begins), and what it is called (UBL-DT-07)."""
    documents = list(fitted.invoice.supporting_documents)
    for index, document in enumerate(documents):
        content, place = document.attached_document, Path(("supporting_documents", index))
        if content is None:
            continue
        if not document.mime_code and (known := mime_of(document.filename, content, any_type=to != "cii")):
            mime, wording = known
            document = document.model_copy(update={"mime_code": mime})  # noqa: PLW2901 - what stands there from now on
            fitted.told.append(_implied(place / "mime_code", mime, wording, name=document.filename or "—"))
        if to != "cii" and not document.filename and (name := name_of(document.reference, document.mime_code)):
            document = document.model_copy(update={"filename": name})  # noqa: PLW2901 - as above
            fitted.told.append(_implied(place / "filename", name, "EI-IMPLIED-FILE"))
        documents[index] = document
    if documents:
        fitted.change(supporting_documents=tuple(documents))


def _implied(place: Path, text: str, wording: str, **facts: Fact) -> Observation:
    return _observed("EI-IMPLIED", place, {"text": text, "expected": text, **facts}, wording)


def _lines_that_count(fitted: Fitted) -> None:
    """Lines that only group or inform would be counted twice: they go, and with them what refers to them."""
    lines = fitted.invoice.lines
    kept, told = counted(lines)
    for index, owner in told.items():
        text = kept[owner].notes[0].text or ""
        fitted.told.append(_said("EI-FIT-LINE-NOTE", _LINES / index, line=kept[owner].identifier or "—", expected=text))
    ungrouped = len(kept) < len(lines)
    if ungrouped:
        fitted.left_out += [_LINES / index for index in range(len(lines)) if index not in kept]
    alone = {
        index: _line(line, _LINES / index, fitted, ungrouped)
        for index, line in kept.items()
        if ungrouped or len(line.notes) > 1 or len(line.object_identifiers) > 1
    }
    if ungrouped or alone:
        fitted.change(lines=tuple((kept | alone).values()))


def _line(line: Line, place: Path, fitted: Fitted, ungrouped: bool) -> Line:  # noqa: FBT001 - of one caller
    """The line with one BT-127 and one BT-128, and without its group where the groups are gone."""
    changed: dict[str, Any] = {}
    for name in ("notes", "object_identifiers"):
        values = getattr(line, name)
        changed[name] = values[:1]
        fitted.left_out += [place / name / index for index in range(1, len(values))]
    for name in _OF_GROUPS if ungrouped else ():
        value = getattr(line, name)
        changed[name] = None
        if value not in (None, DETAIL):  # which all lines are now
            fitted.left_out.append(place / name)
    return line.model_copy(update=changed)


def _references_alone(fitted: Fitted) -> None:
    """A reference has its number and no more."""
    original = fitted.to_original()
    fitted.invoice, gone = references_alone(fitted.invoice)
    fitted.left_out += map(original, gone)


def _identifiers_once(fitted: Fitted, to: str) -> None:
    """Of several identifiers of a party that has one, that with a scheme: it says what it is.

    CII has a place for one with a scheme beside one without.
    """
    for name in _PAYING:
        party: Party | None = getattr(fitted.invoice, name)
        if party is None or len(party.identifiers) <= 1:
            continue
        kept = _chosen(party.identifiers, both=to != "ubl")
        others = [index for index in range(len(party.identifiers)) if index not in kept]
        fitted.left_out += [Path((name, "identifiers", index)) for index in others]
        identifiers = tuple(party.identifiers[index] for index in kept)
        fitted.change(**{name: party.model_copy(update={"identifiers": identifiers})})


def _chosen(identifiers: tuple[Identifier, ...], *, both: bool) -> list[int]:
    """The positions of those that stay."""
    with_scheme = [index for index, each in enumerate(identifiers) if each.scheme_id]
    local = [index for index, each in enumerate(identifiers) if not each.scheme_id]
    return sorted(with_scheme[:1] + local[: 1 if both or not with_scheme else 0])


def _tax_numbers_of_sellers(fitted: Fitted) -> None:
    """Only a seller has a tax number beside that of VAT (BT-32); the rules of Factur-X refuse it for others."""
    for name in _OTHERS:
        party: Party | None = getattr(fitted.invoice, name)
        if party is not None and party.tax_registration_identifier is not None:
            fitted.left_out.append(Path((name, "tax_registration_identifier")))
            fitted.change(**{name: party.model_copy(update={"tax_registration_identifier": None})})


def _reasons_of_exemptions(fitted: Fitted) -> None:
    """Where nothing is exempt there is no reason for it."""
    groups = list(fitted.invoice.vat_breakdown)
    for index, group in enumerate(groups):
        given = {name: getattr(group, name) for name in ("exemption_reason", "exemption_reason_code")}
        given = {name: value for name, value in given.items() if value is not None}
        if not given or group.category_code not in _NEVER_EXEMPT:
            continue
        groups[index] = group.model_copy(update=dict.fromkeys(given))
        for name, value in given.items():
            place = Path(("vat_breakdown", index, name))
            fitted.told.append(_said("EI-LOSS-REASON", place, found=value, category=group.category_code))
    fitted.change(vat_breakdown=tuple(groups))


def _groups_once(fitted: Fitted) -> None:
    """One group for each category and rate: EXTENDED also tells the reasons apart, and their amounts add up."""
    groups: dict[tuple[str | None, Decimal | None], VatBreakdown] = {}
    for index, group in enumerate(fitted.invoice.vat_breakdown):
        place = Path(("vat_breakdown", index))
        kind = (group.category_code, group.rate)
        first = groups.get(kind)
        if first is None:
            groups[kind] = group
            continue
        amounts = {name: _sum(getattr(first, name), getattr(group, name)) for name in ("taxable_amount", "tax_amount")}
        groups[kind] = first.model_copy(update=amounts)
        rate = "" if group.rate is None else f"{group.rate:f}"
        told = _said("EI-FIT-GROUP", place, category=group.category_code or "—", rate=rate)
        fitted.told.append(told)
        names = ("exemption_reason", "exemption_reason_code")
        fitted.left_out += [place / name for name in names if getattr(group, name) not in (None, getattr(first, name))]
    if len(groups) < len(fitted.invoice.vat_breakdown):
        fitted.change(vat_breakdown=tuple(groups.values()))


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return one if other is None else other if one is None else one + other


def _payment_text_once(fitted: Fitted) -> None:
    """BT-82 stands once for all accounts: UBL repeats the means for each, and the text with the first."""
    said: str | None = None
    means = list(fitted.invoice.payment_means)
    for index, each in enumerate(means):
        if each.means_text is None:
            continue
        if said is None:
            said = each.means_text
            continue
        if each.means_text != said:
            fitted.left_out.append(Path(("payment_means", index, "means_text")))
        means[index] = each.model_copy(update={"means_text": None})
    if said is not None:
        fitted.change(payment_means=tuple(means))


def _discounts_in_words(fitted: Fitted, to: str) -> None:
    """The payment terms (BT-20) say a discount. Only Factur-X EXTENDED has elements for its parts as well."""
    invoice, discounts = fitted.invoice, fitted.invoice.payment_discounts
    if not discounts:
        return
    profile = profile_of(invoice.specification_identifier)
    terms = invoice.payment_terms or ""
    unsaid = {index: each for index, each in enumerate(discounts) if not is_said(each, terms)}
    said: list[str] = []
    if profile.name.startswith("xrechnung"):
        lines = {index: text for index, each in unsaid.items() if (text := skonto(each))}
        said = [f"{text}\n" for text in lines.values()]
        terms = _continued(terms) if said else terms
        unsaid = {index: each for index, each in unsaid.items() if index not in lines}
    elif not terms:
        said, unsaid = ["\n".join(in_words(each, _language_of(invoice)) for each in discounts)], {}
    if said:
        terms += "".join(said)
        fitted.change(payment_terms=terms)
        fitted.told.append(_said("EI-FIT-DISCOUNT", _TERMS, expected=terms))
    if to == "ubl" or profile.level != "EXTENDED":
        fitted.left_out += [_DISCOUNTS / index for index in unsaid]
        fitted.change(payment_discounts=())


def _instalments_in_words(fitted: Fitted, to: str) -> None:
    """The payment terms (BT-20) say the parts of the amount due. In Factur-X EXTENDED BT-9 stands with the last."""
    invoice, parts = fitted.invoice, fitted.invoice.payment_instalments
    if not parts:
        return
    if to != "ubl" and profile_of(invoice.specification_identifier).level == "EXTENDED":
        if invoice.due_date == last_day(parts) and all(each.amount is not None for each in parts):
            fitted.change(due_date=None)
        return
    terms, language = invoice.payment_terms or "", _language_of(invoice)
    unsaid = [text for each in parts if (text := instalment_in_words(each, language)) not in terms]
    terms = _continued(terms) + "\n".join(unsaid) if unsaid else terms
    fitted.change(payment_terms=terms, payment_instalments=())
    fitted.told.append(_said("EI-FIT-INSTALMENT", _INSTALMENTS, expected=terms))


def _continued(terms: str) -> str:
    """A text to which a line is added."""
    return f"{terms}\n" if terms and not terms.endswith("\n") else terms


def _language_of(invoice: Invoice) -> Language:
    return "fr" if is_french_party(invoice.seller) else "en"


def _only(terms: Collection[str], fitted: Fitted) -> None:
    """The schema of the profile has no place for other terms."""
    small, lost = reduced(fitted.invoice, terms, unnumbered=SUBTYPE in terms)
    fitted.left_out += map(fitted.to_original(), lost)
    fitted.invoice = small


def profile_change(stated: str | None, chosen: str | None, *, asked: bool) -> tuple[Observation, ...]:
    """What is said where BT-24 becomes another one: a warning where nobody `asked` and other rules are left behind."""
    if not stated or not chosen or stated == chosen:
        return ()
    before = profile_of(stated)
    harmless = asked or (before.terms == profile_of(chosen).terms and not before.foreign)
    told = _said("EI-FIT-PROFILE", Path(("specification_identifier",)), found=stated, expected=chosen)
    return (replace(told, severity="information" if harmless else "warning"),)


def at_original(observations: Iterable[Observation], fitted: Fitted) -> tuple[Observation, ...]:
    """The observations on the invoice that fits, at the fields of the one that it was made of."""
    original = fitted.to_original()
    return tuple(replace(each, field=str(original(Path.parse(each.field)))) for each in observations)


def _said(rule: str, place: Path, **facts: str) -> Observation:
    return _observed(rule, place, dict(facts))


def _observed(rule: str, place: Path, facts: dict[str, Fact], wording: str = "") -> Observation:
    term = nearest_number(place) or ""
    return Observation(rule, severity_of(rule), "convert", facts, wording=wording, term=term, field=str(place))
