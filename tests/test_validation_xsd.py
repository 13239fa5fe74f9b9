from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from lxml import etree
from minimal import CII, UBL, without

from einvoice.artefacts.catalogue import catalogue
from einvoice.artefacts.installed import digest, find, needed_files
from einvoice.rulebook import row, text
from einvoice.validation.schema_files import without_annotations
from einvoice.validation.schema_messages import _MESSAGES, _TYPES
from einvoice.validation.xsd import Schema, Unusable, schema_of

NOVEMBER = date(2026, 11, 22)
SMALL = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="a"><xs:complexType><xs:sequence>
    <xs:element name="code" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="X"/><xs:enumeration value="Y"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="siren" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:pattern value="[0-9]{9}"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="short" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:maxLength value="3"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="long" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:minLength value="3"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="exact" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
      <xs:length value="3"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="money" minOccurs="0"><xs:simpleType><xs:restriction base="xs:decimal">
      <xs:fractionDigits value="2"/><xs:totalDigits value="5"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="few" minOccurs="0"><xs:simpleType><xs:restriction base="xs:decimal">
      <xs:totalDigits value="2"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="low" minOccurs="0"><xs:simpleType><xs:restriction base="xs:decimal">
      <xs:maxInclusive value="9"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="empty" minOccurs="0"><xs:complexType/></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""


def faults(name: str, document: str | bytes):
    """The faults of a document, by the schema of an artefact."""
    root = etree.fromstring(document.encode() if isinstance(document, str) else document)
    return schema_of(find(name, on=NOVEMBER)).faults(root)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A schema with each kind of restriction that the official ones use."""
    path = tmp_path_factory.mktemp("schema") / "small.xsd"
    path.write_text(SMALL)
    files = needed_files(path, "xsd")
    entry = replace(catalogue()["xsd-flux10"], versions=())
    artefact = replace(find("xsd-flux10", on=NOVEMBER), entry=entry, files=files, sha256=digest(files))
    return Schema(artefact)


def test_good_documents_have_no_faults():
    """The minimal invoices follow their schemas."""
    assert faults("xsd-ubl-invoice", UBL) == ()
    assert faults("xsd-cii", CII) == ()
    assert faults("xsd-facturx-en16931", CII) == ()


@pytest.mark.parametrize(
    ("changes", "message", "xpath", "found", "expected"),
    [
        (
            ["<cbc:ID>MIN-26-117</cbc:ID>"],
            "L'élément cbc:IssueDate n'a pas sa place ici ; attendu : cbc:ProfileExecutionID, cbc:ID.",
            "/Invoice/cbc:IssueDate",
            None,
            "cbc:ProfileExecutionID, cbc:ID",
        ),
        (
            ["276.00</cbc:Payable=>a lot</cbc:Payable"],
            "La valeur « a lot » de cbc:PayableAmount n'est pas admise.",
            "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
            "a lot",
            None,
        ),
        (
            ["<cbc:IssueDate>2026-11-03=><cbc:IssueDate>2026-02-30"],
            "La valeur « 2026-02-30 » de cbc:IssueDate n'est pas admise : une date AAAA-MM-JJ est attendue.",
            "/Invoice/cbc:IssueDate",
            "2026-02-30",
            None,
        ),
        (
            [' currencyID="EUR">276.00</cbc:Payable=>>276.00</cbc:Payable'],
            "L'attribut currencyID de cbc:PayableAmount est obligatoire et manque.",
            "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
            None,
            None,
        ),
        (
            ["<cbc:ID>1</cbc:ID>=><cbc:ID scheme='x'>1</cbc:ID>"],
            "L'attribut scheme n'est pas admis sur cbc:ID.",
            "/Invoice/cac:InvoiceLine/cbc:ID/@scheme",
            None,
            None,
        ),
        (
            ["<cac:InvoiceLine>=><cac:InvoiceLine>texte"],
            "cac:InvoiceLine contient du texte là où seuls d'autres éléments sont admis.",
            "/Invoice/cac:InvoiceLine",
            None,
            None,
        ),
        (
            ["<cbc:Name>Réglage=><cbc:Name><cbc:ID/>Réglage"],
            "cbc:Name ne peut contenir que du texte, pas d'autres éléments.",
            "/Invoice/cac:InvoiceLine/cac:Item/cbc:Name",
            None,
            None,
        ),
    ],
)
def test_faults_are_worded_for_people(changes, message, xpath, found, expected):
    """What is wrong, where, what was found and what was expected; names as the document writes them."""
    (fault,) = faults("xsd-ubl-invoice", without(UBL, *changes))
    figures = [fault.said.facts[name] or None for name in ("found", "expected")]
    assert (text(fault.said, "fr"), fault.xpath, *figures) == (message, xpath, found, expected)
    assert fault.line > 1
    assert "{" not in text(fault.said, "en")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<code>Z</code>", "La valeur « Z » de code n'est pas dans la liste admise : 'X', 'Y'."),
        ("<siren>12</siren>", "La valeur « 12 » de siren n'a pas la forme attendue ([0-9]{9})."),
        ("<short>abcd</short>", "short a 4 caractères ; 3 sont admis au plus."),
        ("<long>ab</long>", "long a 2 caractères ; il en faut au moins 3."),
        ("<exact>ab</exact>", "exact a 2 caractères ; il en faut exactement 3."),
        ("<money>1.234</money>", "Le nombre « 1.234 » de money a plus de 2 décimales."),
        ("<few>123</few>", "Le nombre « 123 » de few a plus de 2 chiffres."),
        ("<empty>x</empty>", "empty doit rester vide."),
    ],
)
def test_each_restriction_has_its_words(small, content, message):
    """Lists, patterns, lengths and digits: one fault each, not one for the facet and one for its type."""
    (fault,) = small.faults(etree.fromstring(f"<a>{content}</a>"))
    assert text(fault.said, "fr") == message


def test_a_fault_without_words_of_ours_keeps_those_of_libxml2(small):
    """Nothing is left unsaid, even where the catalogue has no row."""
    (fault,) = small.faults(etree.fromstring("<a><low>10</low></a>"))
    assert text(fault.said, "fr").startswith("Le schéma XML refuse cet élément : Element 'low'")


def test_a_value_of_nothing_but_braces_costs_no_more_than_another(small):
    """Names in braces are looked for in what libxml2 says, which quotes the value: in its beginning, once."""
    started = time.process_time()
    (fault,) = small.faults(etree.fromstring(f"<a><money>{'{' * 200_000}</money></a>"))
    assert 150 < len(text(fault.said, "en")) < 600  # libxml2 before 2.11 quotes less of it
    assert time.process_time() - started < 1


def test_a_document_of_another_kind_is_refused_by_its_first_element():
    """The schema knows which elements a document may start with."""
    (fault,) = faults("xsd-ubl-invoice", "<Facture/>")
    assert text(fault.said, "fr") == "Le document ne commence pas par un élément que le schéma connaît : Facture."


def test_long_lists_of_what_is_expected_are_cut():
    """UBL would allow dozens of elements in some places."""
    (fault,) = faults("xsd-ubl-invoice", without(UBL, "<cac:TaxTotal>=><cac:Foo/><cac:TaxTotal>"))
    assert fault.said.facts["expected"].endswith(", …")
    assert text(fault.said, "fr").endswith(", …")
    assert fault.said.facts["expected"].count(",") == 6


def test_a_schema_reaches_no_file_but_its_own(tmp_path):
    """An include that lies elsewhere finds nothing, on disk or on the network."""
    (tmp_path / "elsewhere.xsd").write_text('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>')
    for location in ("../elsewhere.xsd", "http://127.0.0.1:9/x.xsd", "file:///etc/passwd"):
        folder = tmp_path / "s"
        folder.mkdir(exist_ok=True)
        main = folder / "main.xsd"
        include = f'<xs:include schemaLocation="{location}"/>'
        main.write_text(
            f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{include}<xs:element name="a"/></xs:schema>'
        )
        artefact = replace(find("xsd-flux10", on=NOVEMBER), files=(main,), sha256=location)
        with pytest.raises(etree.XMLSchemaParseError):
            Schema(artefact)
        with pytest.raises(Unusable):
            schema_of(artefact)


NOTE = "<xs:annotation><xs:documentation>{}</xs:documentation></xs:annotation>"
NAMESPACED = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'
ELEMENT = '<xs:element name="{}"/>'


@pytest.mark.parametrize(
    "content",
    [
        f"<!-- <xs:annotation> --><a/>{NOTE}<!-- -->",
        f"<?made by <xs:annotation>?><a/>{NOTE}<?made?>",
        f"<a><![CDATA[<xs:annotation>]]></a>{NOTE}",
        f"<!DOCTYPE a [<!ENTITY b '<xs:annotation>'>]>{NOTE}",
        NOTE.format(NOTE.format("within")),
    ],
)
def test_what_may_be_no_annotation_is_kept(content):
    """Where the tag of an annotation may be text, all of the file is read."""
    assert without_annotations(content.encode()) == content.encode()


def test_a_schema_without_its_annotations_is_the_same_schema(tmp_path):
    """Annotations go, comments beside them do not matter; the lines of a mistake are those of the file."""
    main = tmp_path / "main.xsd"
    noted = NAMESPACED.format("<!-- one -->" + NOTE.format("1\n2\n3") + ELEMENT.format("a") + NOTE.format("<!--4-->"))
    bare = NAMESPACED.format("<!-- one -->" + ELEMENT.format("a"))
    assert without_annotations(noted.encode()) == bare.encode()
    artefact = replace(find("xsd-flux10", on=NOVEMBER), files=(main,), sha256="noted")
    main.write_text(noted)
    assert len(Schema(artefact).faults(etree.fromstring("<b/>"))) == 1
    assert Schema(artefact).faults(etree.fromstring("<a/>")) == ()
    main.write_text(NAMESPACED.format(NOTE.format("1\n2\n3") + ELEMENT.format("not a name")))
    with pytest.raises(etree.XMLSchemaParseError, match="not a name") as told:
        Schema(artefact)
    assert {each.line for each in told.value.error_log} == {3}


def test_every_installed_schema_compiles_from_its_own_files():
    """Offline, each schema of the packages needs nothing but the files that its digest covers."""
    for entry in catalogue().values():
        artefact = find(entry.id, on=NOVEMBER) if entry.kind == "xsd" else None
        if artefact is not None:
            assert schema_of(artefact).faults(etree.fromstring("<nothing/>"))


def test_every_pattern_names_a_row():
    """Each text of libxml2 that is known has words; the last pattern fits everything."""
    for _, number, _ in _MESSAGES:
        assert row(number) is not None, number
    assert _MESSAGES[-1][::2] == ("*", ".*")
    assert all(row(f"XSD-TYPE-{name.upper()}") for name in _TYPES)


def test_very_many_faults_side_by_side_are_counted_and_the_first_are_placed(monkeypatch):
    """The faults of a crowd are read from a stream: as many, in the same words, as where each is placed."""
    crowd = without(UBL, "276.00</cbc:Payable=>a lot</cbc:Payable").decode()
    crowd = crowd.replace("<cbc:Note>#PMT#", '<cbc:Note x="1"/>' * 6_000 + "<cbc:Note>#PMT#")
    every = faults("xsd-ubl-invoice", crowd)
    monkeypatch.setattr("einvoice.validation.xsd._MOST_STEPS", 6_001 * 300)
    some = faults("xsd-ubl-invoice", crowd)
    for found in (every, some):
        assert [fault.xpath for fault in found[:2]] == ["/Invoice/cbc:Note[1]/@x", "/Invoice/cbc:Note[2]/@x"]
        assert (len(found), [fault.more for fault in found if fault.more]) == (1_001, [5_000])
    assert [text(fault.said, "fr") for fault in some] == [text(fault.said, "fr") for fault in every]
    assert [fault.xpath for fault in every if fault.xpath not in {each.xpath for each in some}] == [
        *(f"/Invoice/cbc:Note[{number}]/@x" for number in range(295, 1_001)),
        "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount",
    ]
