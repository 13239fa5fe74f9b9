from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from french_samples import CDAR, IBAN, NUMBER, PLATFORM, altered, assert_told_whole, changed, fixture, judged, told
from lxml import etree

import einvoice as ei
from einvoice.data import ruleset_text
from einvoice.france.lifecycle import Account, Correction, LifecycleMessage, Payment, cdar, check, ppf_copy
from einvoice.france.lifecycle.message import Actor, Characteristic, Detail, Remark, Subject
from einvoice.model import Identifier, SupportingDocument
from einvoice.xml import parse_xml

SERVICES = fixture("services")
PAID = told(SERVICES, 212, payment=Payment(Decimal("100.00")))
REFUSED = told(SERVICES, 210, reasons=("TX_TVA_ERR",), comment="Le taux est de 10 %.")
WRONG = told(SERVICES, 207, reasons=("AUTRE",), corrections=(Correction("BT-152", Decimal(20), Decimal(10)),))
MOVED = told(SERVICES, 227, account=Account(IBAN))
APPROVED = told(SERVICES, 205)
SELF_BILLED = told(fixture("self-billed"), 205)


def to_portal(message: LifecycleMessage) -> LifecycleMessage:
    """The portal's copy."""
    return ppf_copy(message, platform=PLATFORM, number=NUMBER)


def from_portal(guideline: str, code: str, **subject) -> LifecycleMessage:
    """A message that the public portal sends of one of its own objects."""
    sent = to_portal(told(SERVICES, 213, reasons=("DOUBLON",)))
    urn = f"urn.cpro.gouv.fr:1p0:CDV:{guideline}"
    about = sent.subject.model_copy(update={"object_type": urn, "status_code": code, **subject})
    portal = Actor(identifiers=(Identifier(value="0000", scheme_id="0238"),), role_code="DFH")
    return sent.model_copy(
        update={"guideline": urn, "sender": portal, "issuer": portal, "recipients": (sent.sender,), "subject": about}
    )


VALUE = "subject.details.0.characteristics.0"
LONG = "x" * 200
SIRENLESS = (Identifier(value="DE136695976", scheme_id="0223"),)

# rule -> a message that breaks it, the severity, and the field it is found at
BROKEN: dict[str, tuple[Callable[[], LifecycleMessage], str, str]] = {
    "EI-CDV-01": (lambda: altered(APPROVED, "phase_code", None), "error", "phase_code"),
    "EI-CDV-02": (lambda: altered(APPROVED, "name", LONG), "warning", "name"),
    "EI-CDV-03": (lambda: altered(APPROVED, "multiple_references", value=True), "warning", "multiple_references"),
    "EI-CDV-04": (lambda: altered(to_portal(PAID), "sender.identifiers", ()), "error", "sender.identifiers"),
    "EI-CDV-05": (lambda: altered(to_portal(PAID), "issuer.identifiers", SIRENLESS), "error", "issuer.identifiers"),
    "EI-CDV-06": (lambda: altered(to_portal(PAID), "subject.status_code", "211"), "error", "subject.status_code"),
    "EI-CDV-07": (lambda: altered(to_portal(PAID), "subject.object_type", "urn:x"), "error", "subject.object_type"),
    "EI-CDV-08": (
        lambda: altered(
            altered(to_portal(PAID), "subject.issue_time", None), "subject.issue_date", SERVICES.issue_date
        ),
        "warning",
        "subject.issue_date",
    ),
    "EI-CDV-09": (
        lambda: altered(APPROVED, "subject.issuer.identifiers", SIRENLESS),
        "warning",
        "subject.issuer.identifiers",
    ),
    "EI-CDV-10": (
        lambda: altered(APPROVED, "issuer.identifiers.0.value", "200000009"),
        "warning",
        "issuer.identifiers[0].value",
    ),
    "EI-CDV-11": (
        lambda: altered(PAID, f"{VALUE}.currency_code", None),
        "error",
        "subject.details[0].characteristics[0].currency_code",
    ),
    "EI-CDV-12": (
        lambda: altered(PAID, f"{VALUE}.percentage", Decimal(17)),
        "error",
        "subject.details[0].characteristics[0].percentage",
    ),
    "EI-CDV-13": (
        lambda: altered(PAID, f"{VALUE}.amount", Decimal("1.0000001")),
        "error",
        "subject.details[0].characteristics[0].amount",
    ),
    "EI-CDV-14": (
        lambda: altered(to_portal(PAID), f"{VALUE}.percentage", None),
        "error",
        "subject.details[0].characteristics[0].percentage",
    ),
    "EI-CDV-15": (
        lambda: altered(to_portal(PAID), f"{VALUE}.type_code", "MAP"),
        "error",
        "subject.details[0].characteristics[0].type_code",
    ),
    "EI-CDV-16": (lambda: altered(to_portal(REFUSED), "subject.details.0.remarks", ()), "error", "subject.details"),
    "EI-CDV-17": (lambda: altered(REFUSED, "subject.details.0.sequence", Decimal(2)), "warning", "subject.details"),
    "EI-CDV-18": (
        lambda: altered(to_portal(PAID), "subject.attachments", (SupportingDocument(filename="a.pdf"),)),
        "error",
        "subject.attachments",
    ),
    "EI-CDV-19": (lambda: altered(APPROVED, "issuer.name", None), "warning", "issuer.name"),
    "EI-CDV-20": (lambda: from_portal("einvoicingF1", "251", details=()), "error", "subject.details"),
    "EI-CDV-21": (
        lambda: altered(APPROVED, "recipients.0.electronic_address.scheme_id", None),
        "warning",
        "recipients[0].electronic_address.scheme_id",
    ),
    "EI-CDV-22": (lambda: altered(APPROVED, "phase_code", "305"), "warning", "phase_code"),
    "EI-CDV-23": (lambda: altered(APPROVED, "subject.condition_code", "47"), "warning", "subject.condition_code"),
    "EI-CDV-24": (lambda: altered(APPROVED, "issuer.role_code", "SE"), "warning", "issuer.role_code"),
    "EI-CDV-25": (
        lambda: altered(APPROVED, "created_at", APPROVED.set_at - timedelta(days=1)),
        "warning",
        "created_at",
    ),
    "EI-CDV-26": (
        lambda: altered(to_portal(PAID), f"{VALUE}.amount", Decimal("-1.00")),
        "error",
        "subject.details",
    ),
    "EI-CDV-27": (
        lambda: altered(WRONG, "subject.details.0.characteristics", WRONG.subject.details[0].characteristics[:1]),
        "warning",
        "subject.details[0].characteristics[0].term",
    ),
    "EI-CDV-28": (lambda: altered(MOVED, "subject.details", ()), "warning", "subject.details"),
}
GOOD = (APPROVED, SELF_BILLED, PAID, to_portal(PAID), REFUSED, to_portal(REFUSED), WRONG, MOVED)


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_finds_what_it_is_for(rule):
    """A message that breaks one rule is told so, in two languages, with field, severity and source."""
    make, severity, field = BROKEN[rule]
    found = [finding for finding in check(make()) if finding.rule == rule]
    assert_told_whole(found[0], severity, field)


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message.name)
def test_good_messages_have_nothing_to_say(message):
    """No rule speaks of a message as we build it."""
    assert check(message) == ()


def test_the_catalogue_and_the_tests_know_the_same_rules():
    """Every check has its texts and its example here; what the builder says is tested with the builder."""
    rules = {line.split("\t")[0].removesuffix("_{item}") for line in ruleset_text("messages.tsv").splitlines()}
    assert {rule for rule in rules if rule.startswith("EI-CDV-") and int(rule[-2:]) < 60} == set(BROKEN)


def test_what_the_portal_demands_is_advice_between_platforms():
    """A missing comment on a refusal is an error to the portal (G7.25) and a warning to the other platform."""
    found = check(altered(REFUSED, "subject.details.0.remarks", ()))
    assert [(finding.rule, finding.severity) for finding in found] == [("EI-CDV-16", "warning")]


def test_a_credit_note_paid_back_needs_no_comment_between_platforms():
    """Published examples have none; the builder writes one, for the portal's text wants it (P1.17)."""
    message = told(fixture("credit-note"), 212, payment=Payment(Decimal("-95.76")))
    bare = altered(message, "subject.details.0.remarks", ())
    assert [(finding.rule, finding.severity) for finding in check(bare)] == [("EI-CDV-26", "warning")]


def test_vat_of_another_country_is_advice_on_an_international_invoice():
    """17 % is no French rate: an error where French VAT is told, a warning where it is not."""
    foreign = altered(altered(PAID, f"{VALUE}.percentage", Decimal(17)), "business_process", "B2BINT")
    assert [(finding.rule, finding.severity) for finding in check(foreign)] == [("EI-CDV-12", "warning")]


def test_a_nearly_empty_message_is_not_valid():
    """Schema and published rules let it pass; ours name everything that is missing."""
    empty = LifecycleMessage(
        business_process="REGULATED",
        guideline="urn.cpro.gouv.fr:1p0:CDV:invoice",
        identifier="X",
        recipients=(Actor(role_code="WK"),),
        multiple_references=False,
        subject=Subject(
            issue_date=SERVICES.issue_date,
            status_code="212",
            details=(
                Detail(
                    sequence=Decimal(1),
                    characteristics=(Characteristic(type_code="MEN", amount=Decimal(1), percentage=Decimal(17)),),
                ),
            ),
        ),
    )
    report = judged(empty)
    assert report.verdict == "invalid"
    assert [step.status for step in report.steps] == ["passed", "passed", "passed", "failed"]
    missing = {finding.term for finding in report.findings if finding.rule == "EI-CDV-01"}
    assert {"MDT-8", "MDG-9", "MDT-77", "MDT-87", "MDG-40"} <= missing
    assert {"EI-CDV-11", "EI-CDV-12"} <= {finding.rule for finding in report.findings}


def test_a_message_without_anything_is_told_so_once_for_each_part():
    """Nothing is said of what would be inside a part that is missing."""
    found = check(LifecycleMessage())
    terms = [finding.term for finding in found]
    assert len(terms) == len(set(terms))
    assert "MDG-32" in terms
    assert "MDT-87" not in terms


@pytest.mark.parametrize(
    ("guideline", "code", "type_code"),
    [
        ("einvoicingF1", "250", "304"),
        ("ereportingF10", "300", "304"),
        ("annuaire", "400", "306"),
        ("flux", "500", "303"),
        ("messageCDV", "601", "305"),
    ],
)
def test_the_portals_own_messages_are_valid(guideline, code, type_code):
    """The published rules refuse them as such, so that they are not asked: schema and our own checks judge."""
    reasons = (Detail(sequence=Decimal(1), reason_code="REJ_RG", remarks=(Remark(code="G1.01", text="Non."),)),)
    message = from_portal(guideline, code, type_code=type_code, details=reasons if code == "601" else ())
    report = judged(message)
    assert (report.verdict, report.findings) == ("valid", ())
    assert [step.name for step in report.steps] == ["parse", "xsd", "lifecycle"]


def test_a_flow_that_cannot_be_read_needs_no_invoice_data():
    """501 has neither the seller nor the date of what could not be read."""
    message = told(SERVICES, 501, reasons=("IRR_SYNTAX",))
    bare = altered(altered(message, "subject.issuer", None), "subject.issue_date", None)
    assert check(bare) == ()


def test_what_a_published_rule_said_is_not_said_again():
    """MDT-4 is missing: BR-FR-CDV-03 finds it, and EI-CDV-01 keeps still in a report."""
    bare = altered(APPROVED, "identifier", None)
    assert [finding.rule for finding in check(bare)] == ["EI-CDV-01"]
    assert [finding.rule for finding in judged(bare).findings] == ["BR-FR-CDV-03_MDT-4"]


def test_what_the_published_rules_find_has_a_field():
    """The place in the XML is told as the place in the model."""
    message = altered(WRONG, "subject.details.0.reason_code", "XX")
    found = judged(message).findings
    assert {finding.rule[:15] for finding in found} == {"BR-FR-CDV-CL-09"}
    assert {finding.field for finding in found} == {"subject.details[0].reason_code"}


def test_the_package_offers_the_life_cycle_by_name():
    """`ei.lifecycle.status`, loaded when it is asked for."""
    assert ei.lifecycle.check is check
    assert ei.ereporting.REGIMES[0] == "real_normal_monthly"


def test_findings_speak_the_language_that_was_asked_for():
    """Message and hint."""
    (english,) = check(altered(APPROVED, "phase_code", None), language="en")
    assert english.message == english.message_en == "Missing: the phase (305 transmission, 23 processing) (MDT-77)."
    assert english.hint.startswith("Add it: the published rules")
    (french,) = check(altered(APPROVED, "phase_code", None))
    assert (french.rule, french.field, french.message_en) == (english.rule, english.field, english.message)
    assert french.message != english.message
    report = ei.validate(cdar.write(altered(APPROVED, "phase_code", None)), language="en")
    assert "Missing" in report.findings[-1].message


# Why published examples of version 1.2 are not valid by version 1.4: each is told here.
EXPLAINED = {
    "BR-FR-CDV-02_MDT-3": "the public portal is 9998 in V1.2, 0000 since V1.4",
    "BR-FR-CDV-CL-01_MDT-2": "the same: MDT-2 may be absent only to the portal, which 9998 is not",
    "BR-FR-CDV-16_MDT-124-2": "the number of a detail is mandatory since V1.4",
    "EI-CDV-16": "UC3: a refusal to the portal without comment (G7.25)",
    "EI-CDV-26": "UC5b: the credit note is called 380 and paid back without comment (P1.17)",
}


@pytest.mark.skipif(not CDAR.is_dir(), reason="needs ../shared/corpus")
def test_published_examples_have_no_surprising_error():
    """37 of 59 are valid; every error of the others is of a rule that changed after they were published."""
    verdicts, errors = [], set()
    for path in sorted(CDAR.glob("*.xml")):
        (report,) = ei.validate(path.read_bytes(), policy=ei.Policy(date=SERVICES.issue_date)).documents
        verdicts.append(report.verdict)
        errors |= {finding.rule for finding in report.findings if finding.severity == "error"}
        if not path.stem.endswith("PPF"):
            assert errors_of(report) <= {"BR-FR-CDV-16_MDT-124-2"}, path.name
    assert (len(verdicts), verdicts.count("valid")) == (59, 37)
    assert errors == set(EXPLAINED)


def errors_of(report: ei.DocumentReport) -> set[str]:
    """The rules that found an error."""
    return {finding.rule for finding in report.findings if finding.severity == "error"}


@pytest.mark.skipif(not CDAR.is_dir(), reason="needs ../shared/corpus")
def test_published_examples_are_written_back_equal():
    """Read, written, read again: the same message, and one that the schema takes."""
    schema = ei.Policy(date=SERVICES.issue_date)
    for path in sorted(CDAR.parent.glob("cdar*/*.xml")):
        message = cdar.read(parse_xml(path.read_bytes()))
        data = cdar.write(message)
        assert cdar.read(parse_xml(data)) == message.model_copy(update={"unread": ()}), path.name
        assert bool(message.unread) == (path.name == "invalid_cdar.xml"), path.name
        (report,) = ei.validate(data, policy=schema).documents
        assert report.steps[1].status == "passed", path.name


def test_what_the_model_cannot_hold_is_told():
    """An element that no row binds is in `unread`, and in the report."""
    root = parse_xml(cdar.write(APPROVED))
    etree.SubElement(root[1], "Strange").text = "x"
    data = etree.tostring(root)
    message = ei.parse(data)
    assert isinstance(message, LifecycleMessage)
    assert [(each.kind, each.text) for each in message.unread] == [("unknown", "x")]
    assert "EI-READ-01" in [finding.rule for finding in ei.validate(data).findings]


def test_a_changed_copy_is_another_message():
    """The helper of these tests changes what it says and nothing else."""
    assert altered(APPROVED, "name", APPROVED.name) == APPROVED
    assert altered(APPROVED, "recipients.0.name", "X").recipients[0].name == "X"
    assert changed(SERVICES, number="X").number == "X"
