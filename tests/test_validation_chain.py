from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

import pytest
from judging import POLICY, errors, finding
from judging import judged as judged_in
from minimal import CII, UBL, without

import einvoice as ei
from einvoice.artefacts.installed import find
from einvoice.document import Document
from einvoice.profiles import PROFILES
from einvoice.rulebook import in_words
from einvoice.schematron import EngineFailure, Outcome
from einvoice.validation import engines, rule_steps, steps
from einvoice.validation.task import Task

pytestmark = pytest.mark.usefixtures("nothing_added")
judged = partial(judged_in, language="fr")


@pytest.mark.parametrize(("document", "syntax"), [(UBL, "ubl"), (CII, "cii")])
def test_a_minimal_invoice_is_valid_by_every_step(document, syntax):
    """Schema, profile rules and French rules all pass, and the report names each with version and digest."""
    report = judged(document)
    assert (report.verdict, report.kind, report.syntax, report.profile) == ("valid", "invoice", syntax, "en16931")
    assert [(step.name, step.status) for step in report.steps] == [
        ("parse", "passed"),
        ("xsd", "passed"),
        ("profile", "passed"),
        ("french", "passed"),
    ]
    for step in report.steps[1:]:
        artefact = find(step.ruleset, on=POLICY.day)
        assert (step.version, step.sha256) == (artefact.version, artefact.sha256)
    assert all(step.fired > 10 and step.rules > 100 for step in report.steps[2:])
    assert errors(report) == []


def test_a_wrong_total_is_found_where_it_is():
    """The finding has both languages, the term, the field, the place and the line."""
    report = judged(without(UBL, "276.00</cbc:TaxInclusive=>277.00</cbc:TaxInclusive"))
    assert sorted(errors(report)) == ["BR-CO-15", "BR-CO-16"]
    wrong = finding(report, "BR-CO-15")
    assert wrong.message.startswith("Le total TTC (BT-112) doit être égal à")
    assert wrong.message_en.startswith("The total with VAT (BT-112) must equal")
    assert wrong.official.startswith("Invoice total amount with VAT (BT-112) =")
    assert (wrong.term, wrong.field, wrong.step) == ("BT-112", "totals.amount_with_vat", "profile")
    assert wrong.xpath.startswith("/Invoice")
    assert wrong.source == "EN 16931-1:2017 §6.4.2"


def test_a_finding_on_a_line_names_the_line():
    """A rule on the first line points at `lines[0]`."""
    report = judged(without(UBL, '<cbc:InvoicedQuantity unitCode="HUR">2</cbc:InvoicedQuantity>'))
    assert finding(report, "BR-22").field == "lines[0].quantity"
    assert finding(report, "BR-22").term == "BT-129"


def test_messages_come_in_the_language_asked_for():
    """`language` chooses the message; the English one is always there."""
    document = without(UBL, "#PMT#")
    french, english = judged(document), judged(document, ei.Policy(date=POLICY.date), language="en")
    rule = "BR-FR-05_BT-22-1"
    assert "frais de recouvrement" in finding(french, rule).message
    assert finding(english, rule).message == finding(english, rule).message_en == finding(french, rule).message_en
    assert "recovery fee" in finding(english, rule).message


def test_steps_run_on_after_a_failed_one():
    """A document that breaks schema, profile and French rules shows all three in one run."""
    report = judged(
        without(UBL, "<cbc:DueDate>2026-12-03=><cbc:DueDate>demain", "<cbc:ID>MIN-26-117</cbc:ID>", "#PMD#")
    )
    assert {"XSD", "BR-02", "BR-FR-05_BT-22-2"} <= set(errors(report))
    assert [step.status for step in report.steps] == ["passed", "failed", "failed", "failed"]
    assert report.verdict == "invalid"


def test_what_the_schema_refuses_is_said_in_words():
    """An XML schema fault has the rule id XSD, a line, a place, a field and a message for people."""
    wrong = finding(judged(without(UBL, "2026-11-03</cbc:IssueDate=>03/11/2026</cbc:IssueDate")), "XSD")
    assert (
        wrong.message
        == "La valeur « 03/11/2026 » de cbc:IssueDate n'est pas admise : une date AAAA-MM-JJ est attendue."
    )
    assert (wrong.field, wrong.xpath, wrong.line, wrong.found) == (
        "issue_date",
        "/Invoice/cbc:IssueDate",
        8,
        "03/11/2026",
    )


@pytest.mark.parametrize(
    ("changes", "rules", "french"),
    [
        ((), "auto", True),
        (("<cbc:ProfileID>S1</cbc:ProfileID>",), "auto", True),  # the seller is in France
        (
            ("NANTES</cbc:CityName>=>NANTES</cbc:CityName><!---->", ">FR</cbc:Ident=>>DE</cbc:Ident"),
            "auto",
            True,
        ),  # BT-23
        (("<cbc:ProfileID>S1</cbc:ProfileID>", ">FR</cbc:Ident=>>DE</cbc:Ident"), "auto", False),
        (("<cbc:ProfileID>S1</cbc:ProfileID>", ">FR</cbc:Ident=>>DE</cbc:Ident"), "fr", True),
        ((), "en16931", False),
    ],
)
def test_the_french_rules_are_run_for_french_invoices(changes, rules, french):
    """By business process or by the seller's country, unless the policy says always or never."""
    report = judged(without(UBL, *changes), ei.Policy(rules=rules, date=POLICY.date))
    assert ("french" in [step.name for step in report.steps]) is french


@pytest.mark.parametrize(
    ("identifier", "profile", "rule"),
    [
        ("urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0", "xrechnung", "EI-PROFILE-01"),
        ("urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0", "peppol", "EI-PROFILE-01"),
        ("urn:cen.eu:en16931:2017#compliant#urn:example:ours", "other", "EI-PROFILE-02"),
    ],
)
def test_rules_of_others_are_announced_as_not_run(identifier, profile, rule):
    """A usage specification gets the EN 16931 rules, and a notice that its own were not run."""
    report = judged(without(UBL, f"urn:cen.eu:en16931:2017</=>{identifier}</"))
    assert (report.profile, finding(report, rule).severity, report.verdict) == (profile, "information", "valid")
    assert report.steps[2].ruleset == "en16931-ubl"


@pytest.mark.parametrize("level", ["minimum", "basicwl", "basic", "extended"])
def test_a_profile_of_factur_x_is_none_of_ubl(level):
    """Factur-X is CII: a UBL invoice that says to be one gets a warning, for no receiver has rules for it."""
    report = judged(without(UBL, f"urn:cen.eu:en16931:2017</=>{PROFILES[level].identifier}</"))
    told = finding(report, "EI-PROFILE-04")
    assert (report.profile, told.severity, told.term, report.verdict) == (level, "warning", "BT-24", "valid")
    assert PROFILES[level].title in told.message


def test_an_invoice_without_profile_is_not_valid():
    """BT-24 missing: judged by EN 16931, which demands it."""
    report = judged(without(UBL, "<cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>"))
    assert "BR-01" in errors(report)


def test_a_stand_in_for_missing_rules_is_announced():
    """No package carries the EN 16931 rules for CII: the Factur-X ones judge, and the report says so."""
    report = judged(CII)
    assert report.steps[2].ruleset == "facturx-en16931"
    assert finding(report, "EI-RULES-01").severity == "information"


def test_a_stand_in_is_not_more_severe_than_what_it_stands_for():
    """A contact with person and department is a warning to CEN, so it is one here."""
    person, department = "<ram:PersonName>A</ram:PersonName>", "<ram:DepartmentName>B</ram:DepartmentName>"
    contact = f"<ram:DefinedTradeContact>{person}{department}</ram:DefinedTradeContact>"
    address = "<ram:PostalTradeAddress>\n          <ram:PostcodeCode>44000"
    report = judged(without(CII, f"{address}=>{contact}{address}"))
    assert finding(report, "CII-SR-465").severity == "warning"
    assert report.verdict == "valid"


ID, CODE = "<ram:IssuerAssignedID>X</ram:IssuerAssignedID>", "<ram:TypeCode>999</ram:TypeCode>"
REFERENCE = f"<ram:AdditionalReferencedDocument>{ID}{CODE}</ram:AdditionalReferencedDocument>"
AFTER_BUYER = f"</ram:BuyerTradeParty>=></ram:BuyerTradeParty>{REFERENCE}"


@pytest.mark.parametrize("change", ['unitCode="HUR"=>unitCode="???"', AFTER_BUYER])
def test_what_only_the_stand_in_refuses_is_not_judged(change):
    """Rules that only the stand-in has prove nothing: neither valid nor invalid, but not run, with the reason."""
    report = judged(without(CII, change))
    assert (report.verdict, errors(report)) == ("not_run", [])
    assert "remplace en16931-cii et refuse (1 fois) ce que" in report.steps[2].reason


@pytest.mark.parametrize("missing", ["xsd-ubl-invoice", "en16931-ubl", "br-fr-ubl"])
def test_without_a_rule_set_the_verdict_is_never_valid(monkeypatch, missing):
    """A missing schema or rule set is a step that did not run, with the way to repair it."""
    monkeypatch.setattr(rule_steps, "in_use", lambda name, on: None if name == missing else find(name, on=on))
    report = judged(UBL)
    assert report.verdict == "not_run"
    (step,) = [step for step in report.steps if step.status == "not_run"]
    assert step.ruleset == missing
    assert "einvoice artefacts add" in step.reason


def test_a_missing_rule_set_does_not_hide_an_error(monkeypatch):
    """What another step found wrong stands: the document is invalid, not only not run."""
    monkeypatch.setattr(rule_steps, "in_use", lambda name, on: None if name == "en16931-ubl" else find(name, on=on))
    assert judged(without(UBL, "#AAB#")).verdict == "invalid"


def test_an_engine_that_fails_means_not_run(monkeypatch):
    """A dead or late engine gives no verdict; its reason is in the report."""

    def fail(*_):
        raise EngineFailure("no answer within 60 seconds")

    monkeypatch.setattr(engines, "_run", fail)
    report = judged(UBL)
    assert report.verdict == "not_run"
    assert report.steps[-1].reason == "no answer within 60 seconds"


def test_rules_of_which_none_fired_mean_not_run(monkeypatch):
    """A rule set that looked at nothing has judged nothing."""
    monkeypatch.setattr(engines, "_run", lambda *_: engines.Run(Outcome(checks=979, fired=0, failures=()), "compiled"))
    report = judged(UBL)
    assert report.verdict == "not_run"
    assert report.steps[2].reason == "aucune règle ne s'applique à ce document"


def test_an_envelope_does_not_keep_the_rules_from_firing():
    """An invoice in a Standard Business Document is judged as the invoice that it is."""
    body = UBL.partition("?>")[2]
    space = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
    wrapped = (
        f'<StandardBusinessDocument xmlns="{space}"><StandardBusinessDocumentHeader/>{body}</StandardBusinessDocument>'
    )
    assert judged(wrapped).verdict == "valid"
    assert "BR-16" in errors(
        judged(without(wrapped, wrapped[wrapped.index("<cac:InvoiceLine>") : wrapped.index("</Invoice>")]))
    )


@pytest.mark.parametrize("data", [b"", b"not xml", b"<a>", b"<!DOCTYPE a><a/>", b"\x00\x01\x02"])
def test_what_cannot_be_read_is_invalid(data):
    """Unreadable bytes are a finding, never an exception."""
    report = judged(data)
    assert (report.verdict, report.kind, errors(report)) == ("invalid", "unknown", ["EI-PARSE-01"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "le document est vide"),
        (b"<a>", "n'est pas du XML bien formé (ligne 1, colonne"),
        (b"<!DOCTYPE a><a/>", "par sécurité, il n'est pas lu"),
        (b"<project/>", "(élément racine « project », sans espace de noms). Attendu : une facture UBL 2.1"),
    ],
)
def test_a_reason_is_told_in_the_language_of_the_report(data, words):
    """A French report gives French reasons; the English message keeps the English one."""
    (told,) = judged(data).findings
    assert words in told.message
    assert not {"the", "this", "not"} & set(told.message.split())
    assert words not in told.message_en


def test_a_document_of_another_kind_is_not_judged():
    """A well-formed document that is no invoice has no verdict, and a warning says what it is."""
    report = judged("<project><name>x</name></project>")
    assert (report.verdict, report.kind) == ("not_run", "unknown")
    assert finding(report, "EI-PARSE-02").severity == "warning"


def test_a_pdf_without_invoice_is_no_electronic_invoice():
    """Not even a readable PDF is judged valid without an invoice inside."""
    report = judged(b"%PDF-1.7\n%%EOF")
    assert report.syntax == "facturx"
    assert report.verdict != "valid"


def test_what_the_model_cannot_hold_is_listed():
    """Elements that reading leaves out, and values that it cannot read, are findings and never lost in silence."""
    report = judged(without(UBL, "<cbc:DueDate>=><cbc:IssueTime>10:00:00</cbc:IssueTime><cbc:DueDate>"))
    left_out = finding(report, "EI-READ-01")
    assert "« cbc:IssueTime »" in left_out.message
    assert (left_out.severity, left_out.step, left_out.xpath) == ("information", "read", "/Invoice/cbc:IssueTime")
    unread = finding(judged(without(UBL, "<cbc:DueDate>2026-12-03=><cbc:DueDate>bientôt")), "EI-READ-03")
    assert (unread.severity, unread.found) == ("error", "bientôt")


DRAFT = """{"number": "D-1", "issue_date": "2026-11-03",
  "seller": {"name": "VENDEUR EXEMPLE", "legal_registration_identifier": {"value": "100000009", "scheme_id": "0002"},
    "vat_identifier": "FR88100000009", "postal_address": {"city_name": "NANTES", "country_code": "FR"}},
  "buyer": {"name": "ACHETEUR EXEMPLE", "legal_registration_identifier": {"value": "200000008", "scheme_id": "0002"},
    "postal_address": {"city_name": "BREST", "country_code": "FR"}},
  "due_date": "2026-12-03",
  "lines": [{"item_name": "Réglage", "quantity": "2", "unit_code": "HUR", "item_net_price": "115.00",
    "vat_category_code": "S", "vat_rate": "20"}]}"""


def test_a_draft_is_completed_and_judged():
    """A draft with what a person knows is a valid invoice."""
    draft = ei.Draft.model_validate_json(DRAFT)
    assert ei.validate(draft, policy=POLICY).verdict == "valid"


def test_findings_about_a_draft_point_at_its_fields():
    """No line or path of XML that nobody wrote, but the field to repair; the draft is left as it was."""
    draft = ei.Draft.model_validate_json(DRAFT.replace('"name": "ACHETEUR EXEMPLE", ', ""))
    before = draft.model_dump()
    (report,) = ei.validate(draft, policy=POLICY, name="d.json").documents
    missing = finding(report, "BR-07")
    assert (missing.field, missing.line, missing.xpath, report.source) == ("buyer.name", None, None, "d.json")
    assert draft.model_dump() == before


def test_a_given_figure_that_disagrees_is_told_at_its_cause():
    """A total that does not follow from the lines stands, and is a finding with both figures."""
    draft = ei.Draft.model_validate_json(
        DRAFT.replace('"due_date"', '"totals": {"line_net_amount": "9.00"}, "due_date"')
    )
    (report,) = ei.validate(draft, policy=POLICY).documents
    told = finding(report, "EI-DRAFT-01")
    assert (told.field, told.found, told.expected) == ("totals.line_net_amount", "9.00", "230.00")
    assert told.message.startswith("Le montant donné ne correspond pas au calcul : ")
    assert told.message_en.startswith("The figure given does not agree with the others: ")
    assert finding(report, "BR-CO-10").field == "totals.line_net_amount"


def test_a_draft_without_number_is_judged_whole():
    """The number comes when a draft is finalised: until then a good one is valid, and a bad one says what is wrong."""
    draft = ei.Draft.model_validate_json(DRAFT)
    draft.number = None
    (good,) = ei.validate(draft, policy=POLICY).documents
    assert good.verdict == "valid"
    told = finding(good, "EI-DRAFT-03")
    assert (told.severity, told.term, told.field) == ("information", "BT-1", "number")
    draft.set("totals", {"line_net_amount": "9.00"})
    (bad,) = ei.validate(draft, policy=POLICY).documents
    assert bad.verdict == "invalid"
    assert finding(bad, "BR-CO-10").field == "totals.line_net_amount"


def test_an_invoice_without_number_is_invalid():
    """Only a draft gets its number later."""
    invoice = ei.Draft.model_validate_json(DRAFT).complete().model_copy(update={"number": None})
    (report,) = ei.validate(invoice, policy=POLICY).documents
    assert report.verdict == "invalid"
    assert finding(report, "BR-02").field == "number"


def test_what_a_draft_lacks_is_named_and_the_rest_is_judged():
    """Each missing value is told once, by the published rule where there is one, beside all other faults."""
    draft = ei.Draft.model_validate_json(DRAFT)
    draft.issue_date = None
    draft.set("seller.vat_identifier", None)
    (report,) = ei.validate(draft, policy=POLICY).documents
    told = [each.rule for each in report.findings if each.term == "BT-2"]
    assert told == ["BR-03"]
    assert "BR-S-02" in {each.rule for each in report.findings}
    assert {step.name: step.status for step in report.steps} == {
        "write": "failed",
        "xsd": "not_run",
        "parse": "passed",
        "profile": "failed",
        "french": "passed",
    }


def test_a_missing_value_is_named_by_its_business_term():
    """What the schema demands is told by the writer in the words of the term, where no published rule speaks."""
    result = steps.write(Task(Document.of(ei.Draft()), POLICY))
    told = {each.term: each for each in in_words(result.observations, "fr")}
    assert set(told) >= {"BT-1", "BT-2", "BG-25"}
    assert told["BT-1"].severity == "information"
    assert told["BT-2"].message.startswith("Il manque : ")
    assert "(BT-2)" in told["BT-2"].message_en


def test_a_draft_that_xml_cannot_say_is_not_judged():
    """A character that XML forbids leaves nothing to look at."""
    draft = ei.Draft.model_validate_json(DRAFT)
    draft.set("lines[0].item_name", "\x01")
    (report,) = ei.validate(draft, policy=POLICY).documents
    assert report.verdict == "invalid"
    assert [step.status for step in report.steps] == ["failed", "not_run"]


def test_an_invoice_of_a_facturx_profile_is_judged_as_cii():
    """BASIC exists in CII only, so that is what is written and judged."""
    identifier = "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic"
    invoice = ei.parse(CII.encode()).model_copy(update={"specification_identifier": identifier})
    (report,) = ei.validate(invoice, policy=POLICY).documents
    assert (report.syntax, report.profile, report.verdict) == ("cii", "basic", "valid")


def test_many_threads_get_the_same_verdict():
    """Judging is safe in threads: compiled schemas and rules are shared."""
    wrong = without(UBL, "#PMT#", "<cbc:DueDate>2026-12-03=><cbc:DueDate>demain")
    judged(wrong)
    seen: list[tuple[str, ...]] = []

    def work():
        seen.extend(tuple(errors(judged(wrong))) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 20
    assert len(set(seen)) == 1


HOUSE = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
  <ns prefix="cbc" uri="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"/>
  <ns prefix="u" uri="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>
  <pattern><rule context="u:Invoice">
    <assert id="HOUSE-1" test="starts-with(cbc:ID, 'MIN-')">Our numbers start with MIN-.</assert>
    <assert id="HOUSE-2" flag="warning" test="cbc:BuyerReference">We want a buyer reference.</assert>
  </rule></pattern>
</schema>"""


def with_house_rules(content: str, engine: str = "auto") -> ei.Policy:
    """A policy with rules of the user's own."""
    return ei.Policy(date=POLICY.date, engine=engine, house_rules=({"name": "house.sch", "content": content.encode()},))


@pytest.mark.parametrize("engine", ["compiled", "saxon", "both"])
def test_rules_of_the_user_are_run_after_the_official_ones(engine):
    """A house rule is one more step, with its own digest; its errors make the invoice invalid."""
    policy = with_house_rules(HOUSE, engine)
    report = judged(UBL, policy)
    assert report.verdict == "valid"
    assert (report.steps[-1].name, report.steps[-1].ruleset, report.steps[-1].rules) == ("house", "house.sch", 2)
    assert finding(report, "HOUSE-2").severity == "warning"
    broken = judged(without(UBL, "MIN-26-117=>X-1"), policy)
    assert errors(broken) == ["HOUSE-1"]
    assert finding(broken, "HOUSE-1").message == "Our numbers start with MIN-."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HOUSE.replace("u:Invoice", "u:CreditNote"), "aucune règle ne s'applique"),
        (HOUSE.replace("starts-with(", "no-such-function("), "house.sch"),
        (HOUSE.replace("cbc:BuyerReference", "document('/etc/passwd')"), "house"),
        ("not a schema", "house.sch"),
    ],
)
def test_rules_of_the_user_that_cannot_run_make_no_invoice_valid(content, reason):
    """Whatever is wrong with them is a step that did not run, with the reason."""
    report = judged(UBL, with_house_rules(content))
    assert report.verdict == "not_run"
    assert reason in report.steps[-1].reason


@pytest.mark.parametrize(("artefact", "step"), [("en16931-ubl", "profile"), ("xsd-ubl-invoice", "xsd")])
def test_changed_rules_judge_nothing(artefact, step, monkeypatch):
    """A rule set or schema whose file was changed inside its package makes no invoice valid, and is named."""
    real = rule_steps.in_use

    def changed(name, on):
        copy = real(name, on=on)
        return replace(copy, sha256="0" * 64) if name == artefact else copy

    monkeypatch.setattr(rule_steps, "in_use", changed)
    document = judged(UBL)
    assert document.verdict == "not_run"
    (stopped,) = [each for each in document.steps if each.status == "not_run"]
    assert stopped.name == step
    assert "modifié" in (stopped.reason or "")
