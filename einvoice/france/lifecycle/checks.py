"""What a lifecycle message must say, although the published rules do not notice when it is absent.

    [finding.rule for finding in check(message)]      # ["EI-CDV-01", "EI-CDV-11"]

As coded, most BR-FR-CDV rules look at an element only where it is there: a message with no sender, no phase and a
payment without currency passes them. Here are the sentences that they print, and those of the public portal (PPF),
whose own messages they cannot judge at all. An error is what a published text demands; everything else is a warning.

Sources: BR-FR-CDV V1.4.0 (texts of 01 to 16); DGFiP external specifications v3.2, annex 2 (column PPF) and annex 7
(G1.24, G6.26, G7.06 to G7.54, P1.14 to P1.18); XP Z12-012 annex B.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from einvoice.codes import INVOICE_TYPES, french_vat_rate
from einvoice.france.lifecycle.checked import Checked, say
from einvoice.france.lifecycle.codes import PHASE_CODES, STATUSES
from einvoice.france.lifecycle.items import items_are_short, items_are_there
from einvoice.france.lifecycle.message import Actor, LifecycleMessage
from einvoice.identifiers import SIREN
from einvoice.report import Finding, Severity

PORTAL_AMOUNTS = frozenset({"RAP", "ESC", "RAB", "REM", "MPA", "MEN"})  # G7.12
_PORTAL_STATUSES = ("200", "210", "212", "213")  # G7.44
_PORTAL_REJECTIONS = ("251", "301", "401", "601")  # G7.08; 210, 213 and 501 are in BR-FR-CDV-15
_UNNAMED = ("WK", "DFH")  # platforms need no name (G7.46)
_SIREN, _PLATFORM = "0002", "0238"
_CREDIT_NOTES = INVOICE_TYPES["credit_note"]
# Who may speak for the two sides of an ordinary invoice (UNTDID 3035); they change places when it is self-billed.
_SELLING, _BUYING = frozenset({"SE", "SR", "II", "PE", "DL"}), frozenset({"BY", "AB", "IV", "PR"})


def check(message: LifecycleMessage) -> tuple[Finding, ...]:
    """What is wrong with a message, `()` for a good one. Messages are French."""
    checked = Checked(message)
    return tuple(found for rule in _RULES for found in rule(checked))


# -- who ---------------------------------------------------------------------------------------------------------------


def _actors(checked: Checked) -> Iterator[tuple[str, Actor]]:
    message = checked.message
    named = [("sender", message.sender), ("issuer", message.issuer), ("subject.issuer", checked.subject.issuer)]
    named += [(f"recipients[{index}]", each) for index, each in enumerate(message.recipients)]
    yield from ((field, actor) for field, actor in named if actor is not None)


def _actors_have_names(checked: Checked) -> Iterator[Finding]:
    for field, actor in _actors(checked):
        if field != "subject.issuer" and actor.role_code not in _UNNAMED and not actor.name:  # G7.46
            yield say("EI-CDV-19", checked.strict, f"{field}.name")


def _sirens_are_sirens(checked: Checked) -> Iterator[Finding]:
    for field, actor in _actors(checked):
        for index, identifier in enumerate(actor.identifiers):
            number = identifier.value or ""
            if identifier.scheme_id == _SIREN and (fault := SIREN.fault(number)):
                severity: Severity = "warning" if re.fullmatch("[0-9]{9}", number) else "error"
                place = f"{field}.identifiers[{index}].value"
                yield say("EI-CDV-10", severity, place, found=number, expected=fault.expected)


def _seller_has_one_siren(checked: Checked) -> Iterator[Finding]:
    issuer = checked.subject.issuer
    if checked.about not in ("invoice", "einvoicingF2", "einvoicingF1", "messageCDV") or issuer is None:
        return
    sirens = sum(each.scheme_id == _SIREN for each in issuer.identifiers)
    if issuer.identifiers and sirens != 1:  # G7.17; a foreign seller has none between platforms
        yield say("EI-CDV-09", checked.strict, "subject.issuer.identifiers", "MDT-129", found=sirens)


def _sender_is_a_platform(checked: Checked) -> Iterator[Finding]:
    sender = checked.message.sender
    if checked.portal and sender is not None and not _is_platform(sender):  # G7.54
        yield say("EI-CDV-04", "error", "sender.identifiers", "MDT-19", found=_shown(sender))


def _setter_is_known(checked: Checked) -> Iterator[Finding]:
    issuer = checked.message.issuer
    if not checked.portal or issuer is None or _is_platform(issuer):
        return
    if not any(re.fullmatch("[0-9]{9}", each.value or "") for each in issuer.identifiers if each.scheme_id == _SIREN):
        yield say("EI-CDV-05", "error", "issuer.identifiers", "MDT-38", found=_shown(issuer))  # G6.26


def _is_platform(actor: Actor) -> bool:
    ours = [each.value or "" for each in actor.identifiers if each.scheme_id == _PLATFORM]
    return any(re.fullmatch("[0-9]{4}", each) for each in ours)


def _shown(actor: Actor) -> str | None:
    return ", ".join(f"{each.scheme_id or '?'}:{each.value}" for each in actor.identifiers) or None


def _addresses_have_schemes(checked: Checked) -> Iterator[Finding]:
    for index, each in enumerate(checked.message.recipients):
        address = each.electronic_address
        if address is not None and address.value and not address.scheme_id:
            place = f"recipients[{index}].electronic_address.scheme_id"
            yield say("EI-CDV-21", "warning", place, "MDT-73-1", found=address.value)


def _setter_is_on_the_right_side(checked: Checked) -> Iterator[Finding]:
    kind, issuer = STATUSES.get(checked.code), checked.message.issuer
    if kind is None or issuer is None or checked.subject.type_code is None:
        return
    self_billed = checked.subject.type_code in INVOICE_TYPES["self_billed"]
    wrong = {"receiver": _SELLING, "issuer": _BUYING, "seller": _BUYING}.get(kind.set_by[0], frozenset())
    if self_billed and kind.set_by[0] in ("receiver", "issuer"):
        wrong = _BUYING if wrong is _SELLING else _SELLING
    if len(kind.set_by) == 1 and issuer.role_code in wrong:
        yield say("EI-CDV-24", "warning", "issuer.role_code", "MDT-40", found=issuer.role_code)


# -- when and what -----------------------------------------------------------------------------------------------------


def _it_is_about_one_object(checked: Checked) -> Iterator[Finding]:
    if checked.message.multiple_references:  # P1.14
        yield say("EI-CDV-03", checked.strict, "multiple_references", "MDT-74")


def _phase_and_condition_fit(checked: Checked) -> Iterator[Finding]:
    kind, message = STATUSES.get(checked.code), checked.message
    if kind is None or not kind.phase or checked.about not in ("invoice", "einvoicingF2"):
        return
    phase, condition = PHASE_CODES[kind.phase], checked.subject.condition_code
    if message.phase_code and message.phase_code != phase:
        yield say("EI-CDV-22", "warning", "phase_code", "MDT-77", found=message.phase_code, expected=phase)
    if kind.condition and condition and condition != kind.condition:
        place = "subject.condition_code"
        yield say("EI-CDV-23", "warning", place, "MDT-88", found=condition, expected=kind.condition)


def _times_follow(checked: Checked) -> Iterator[Finding]:
    received, set_at, created = checked.subject.received_at, checked.message.set_at, checked.message.created_at
    if received and set_at and set_at < received:
        yield say("EI-CDV-25", "warning", "set_at", "MDT-78", found=set_at, expected=f">= {received}")
    if set_at and created and created < set_at:
        yield say("EI-CDV-25", "warning", "created_at", "MDT-8", found=created, expected=f">= {set_at}")


def _portal_takes_the_status(checked: Checked) -> Iterator[Finding]:
    subject = checked.subject
    if not checked.to_portal:
        return
    if checked.code and checked.code not in _PORTAL_STATUSES:  # G7.44
        expected = ", ".join(_PORTAL_STATUSES)
        yield say("EI-CDV-06", "error", "subject.status_code", "MDT-105", found=checked.code, expected=expected)
    if subject.issue_date is not None and subject.issue_time is None:  # G7.31
        yield say("EI-CDV-08", "error", "subject.issue_date", "MDT-100", found="102", expected="204")
    if subject.attachments:  # G7.49
        yield say("EI-CDV-18", "error", "subject.attachments", "MDT-96", found=len(subject.attachments))


def _object_is_of_the_guideline(checked: Checked) -> Iterator[Finding]:
    stated = checked.subject.object_type
    if checked.portal and stated and stated != checked.message.guideline:  # G7.14
        expected = checked.message.guideline
        yield say("EI-CDV-07", "error", "subject.object_type", "MDT-97", found=stated, expected=expected)


def _rejection_has_a_reason(checked: Checked) -> Iterator[Finding]:
    reasons = [detail.reason_code for detail in checked.subject.details if detail.reason_code]
    if checked.code in _PORTAL_REJECTIONS and not reasons:  # G7.08
        yield say("EI-CDV-20", "error", "subject.details", "MDT-113", found=checked.code)


def _refusal_has_a_comment(checked: Checked) -> Iterator[Finding]:
    if checked.code in ("208", "210") and not _has_comment(checked):  # G7.25
        yield say("EI-CDV-16", checked.strict, "subject.details", "MDT-126", found=checked.code)


def _has_comment(checked: Checked) -> bool:
    return any(remark.text for detail in checked.subject.details for remark in detail.remarks)


def _details_are_numbered(checked: Checked) -> Iterator[Finding]:
    numbers = [detail.sequence for detail in checked.subject.details]
    if None not in numbers and numbers != [Decimal(index + 1) for index in range(len(numbers))]:
        found = ", ".join(str(number) for number in numbers)
        yield say("EI-CDV-17", "warning", "subject.details", "MDT-124-2", found=found, expected=len(numbers))


# -- values ------------------------------------------------------------------------------------------------------------


def _amounts_are_complete(checked: Checked) -> Iterator[Finding]:
    for field, _, value in checked.values():
        if value.type_code == "MEN" and value.amount is not None and not value.currency_code:  # P1.15
            yield say("EI-CDV-11", "error", f"{field}.currency_code", "MDT-216")
        if value.percentage is not None and value.type_code not in ("DIV", "DVA"):  # G1.24: a wrong rate may be shown
            if french_vat_rate(value.percentage) is None:
                severity: Severity = "error" if checked.regulated else "warning"  # abroad, other rates are right
                yield say("EI-CDV-12", severity, f"{field}.percentage", "MDT-224", found=value.percentage)
        elif checked.to_portal and value.amount is not None and value.percentage is None:  # P1.18
            yield say("EI-CDV-14", "error", f"{field}.percentage", "MDT-224", found=value.type_code)
        if value.amount is not None and not _fits(value.amount):  # G7.07
            yield say("EI-CDV-13", "error", f"{field}.amount", "MDT-215", found=value.amount)
        if checked.to_portal and value.type_code and value.type_code not in PORTAL_AMOUNTS:  # G7.12
            expected = ", ".join(sorted(PORTAL_AMOUNTS))
            yield say("EI-CDV-15", "error", f"{field}.type_code", "MDT-207", found=value.type_code, expected=expected)


def _fits(amount: Decimal) -> bool:
    """19 characters, a minus sign counting as one and the point as none, and six decimals."""
    text = format(amount, "f")
    return len(text.replace(".", "")) <= 19 and len(text.partition(".")[2]) <= 6


def _payback_has_a_comment(checked: Checked) -> Iterator[Finding]:
    back = [field for field, _, value in checked.values() if value.type_code == "MEN" and (value.amount or 0) < 0]
    if checked.code == "212" and back and not _has_comment(checked):  # P1.17
        credit = checked.subject.type_code in _CREDIT_NOTES
        yield say("EI-CDV-26", "warning" if credit else checked.strict, "subject.details", "MDT-126")


def _wrong_fields_are_pairs(checked: Checked) -> Iterator[Finding]:
    found: dict[str | None, list[str]] = {}
    for _, _, value in checked.values():
        if value.type_code in ("DIV", "DVA"):
            found.setdefault(value.term, []).append(value.type_code)
    for term, types in found.items():
        if term is None or types.count("DIV") != types.count("DVA"):
            shown = f"{term or '?'}: {', '.join(types)}"
            yield say("EI-CDV-27", "warning", "subject.details", "MDT-206", found=shown)


def _new_account_is_told(checked: Checked) -> Iterator[Finding]:
    types = {value.type_code for _, _, value in checked.values()}
    if checked.code == "227" and "CBB" not in types:
        yield say("EI-CDV-28", "warning", "subject.details", "MDT-207", found=checked.code, expected="CBB")


_RULES: tuple[Callable[[Checked], Iterator[Finding]], ...] = (
    items_are_there,
    items_are_short,
    _actors_have_names,
    _sirens_are_sirens,
    _seller_has_one_siren,
    _sender_is_a_platform,
    _setter_is_known,
    _addresses_have_schemes,
    _setter_is_on_the_right_side,
    _it_is_about_one_object,
    _phase_and_condition_fit,
    _times_follow,
    _portal_takes_the_status,
    _object_is_of_the_guideline,
    _rejection_has_a_reason,
    _refusal_has_a_comment,
    _details_are_numbered,
    _amounts_are_complete,
    _payback_has_a_comment,
    _wrong_fields_are_pairs,
    _new_account_is_told,
)
