"""What strangers try first, and what they are told: each mistake is answered by what to do."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from folders import FIXTURES
from minimal import UBL

from einvoice import cli, validate
from einvoice.commands.language import speak

DRAFT = FIXTURES / "drafts" / "services.json"


pytestmark = pytest.mark.usefixtures("french_afterwards")


@pytest.fixture
def run(capsys):
    """The exit status of a command line, and all that it says on standard error."""

    def ran(*arguments):
        try:
            status = cli.run([str(each) for each in arguments])
        except SystemExit as end:
            status = end.code
        return status, capsys.readouterr().err

    return ran


def zipped(name):
    """A ZIP file with one file of that name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(name, UBL)
    return made.getvalue()


def mail():
    """An e-mail with an attachment."""
    made = EmailMessage()
    made["Subject"] = "Votre facture"
    made.set_content("ci-joint")
    made.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="facture.pdf")
    return bytes(made)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zipped("facture.xml"), "archive ZIP ; extrayez d'abord"),
        (zipped("[Content_Types].xml"), "document de bureautique"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "document de bureautique"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "c'est une image"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "c'est une image"),
        (mail(), "courriel ; enregistrez d'abord sa pièce jointe"),
        (b"BM is how this text begins, which is no bitmap", "ni du XML, ni un PDF, ni du JSON"),
        ("numéro;date\n1;2\n".encode("latin-1"), "ni du XML, ni un PDF, ni du JSON"),
        (b"[{}]", "« einvoice build »"),
        (DRAFT.read_text(encoding="utf-8").replace("é", "è").encode("latin-1"), "enregistrez le fichier en UTF-8"),
        (b'{"lines": ' + b"[" * 100_000, "imbriqués"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_is(data, words):
    """Nobody is told of the well-formedness of a photograph."""
    (found,) = validate(data).findings
    assert words in found.message.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_draft_may_have_any_encoding_of_json(encoding):
    """Windows saves "Unicode" as UTF-16 with a byte order mark."""
    mark = "\ufeff" if encoding.endswith("be") else ""
    assert validate((mark + DRAFT.read_text(encoding="utf-8")).encode(encoding)).verdict == "valid"


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["valider", "x.xml"], "validate"),
        (["validte", "x.xml"], "validate"),
        (["validate", "--formt", "json", "x.xml"], "--format"),
        (["validate", "--format", "jsn", "x.xml"], "json"),
        (["report", "calender"], "calendar"),
        (["help"], "--help"),
        ([DRAFT], f"einvoice validate {DRAFT}"),
    ],
)
def test_a_slip_is_told_what_was_meant(run, arguments, meant):
    """In both languages, as the last words."""
    for language, words in (("fr", "vouliez-vous dire"), ("en", "did you mean")):
        speak(language)
        status, told = run(*arguments, f"--lang={language}")
        assert status == 2
        assert words in told
        assert meant in told.rpartition(words)[2]


def test_without_a_command_the_commands_are_listed(run):
    """The first thing that anybody types."""
    status, told = run()
    assert status == 2
    assert all(name in told for name in cli.COMMANDS)


def test_a_folder_that_is_not_there_is_named(run, tmp_path):
    """Not the name of the part that would have been written in it."""
    status, told = run("build", DRAFT, "--to", "ubl", "-o", tmp_path / "nowhere" / "x.xml")
    assert status == 2
    assert "ce dossier n'existe pas" in told
    assert ".part" not in told


def test_a_name_with_blanks_wants_quotation_marks(run, tmp_path, monkeypatch):
    """A shell makes three names of one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ma facture été.xml").write_text(UBL, encoding="utf-8")
    status, told = run("validate", "ma", "facture", "été.xml")
    assert status == 2
    assert "entre guillemets" in told


@pytest.mark.parametrize(
    ("books", "words"),
    [
        ("{}", "declarant"),
        ('{"sales": [{"x": 1}]}', "sales[0].x"),
        ("{bad", "ligne 1"),
        ("[]", "un objet avec des champs nommés"),
    ],
)
def test_wrong_books_are_told_field_by_field(run, tmp_path, books, words):
    """With the words that drafts have, and no word of pydantic's."""
    file = tmp_path / "books.json"
    file.write_text(books)
    status, told = run("report", "make", file, "--year", "2026", "-o", tmp_path / "out")
    assert status == 1
    assert words in told
    assert "einvoice schema books" in told
    assert "pydantic" not in told


def test_a_status_is_doubted_where_it_cannot_be_meant(run, tmp_path):
    """Paid more than is owed, or approved though it is not valid: it is written, and told."""
    invoice = tmp_path / "invoice.xml"
    invoice.write_text(UBL, encoding="utf-8")
    given = ("--received-at", "2026-11-02T15:10", "-o", tmp_path / "status.xml")
    status, told = run("status", invoice, "212", *given, "--amount", "99999")
    assert status == 0
    assert "EI-LIFE-04" in told
    assert "99\u202f999,00\u00a0€ encaissés pour 276,00\u00a0€ dus" in told
    assert run("status", invoice, "212", *given, "--amount", "1") == (0, "")
    assert run("status", invoice, "205", *given) == (0, "")
    broken = FIXTURES / "broken" / "wrong-line-total.ubl.xml"
    assert "n'est pas valide" in run("status", broken, "205", *given)[1]


def test_a_status_list_is_in_one_language(capsys):
    """The help of `status` names each status in the language asked for."""
    for language, there, absent in (("fr", "Approuvée", "Approved"), ("en", "Approved", "Approuvée")):
        with pytest.raises(SystemExit):
            cli.run(["status", "--lang", language, "--help"])
        told = capsys.readouterr().out
        assert there in told
        assert absent not in told


def test_a_figure_that_was_computed_has_its_line():
    """EI-CALC-01 stands at the amount of its line, so that an editor and an annotation can show it."""
    data = (FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_bytes()
    found = next(each for each in validate(data).findings if each.rule == "EI-CALC-01")
    assert b"2406.00" in data.splitlines()[found.line - 1]
    assert found.xpath.endswith("/cbc:LineExtensionAmount")


@pytest.mark.parametrize(
    ("name", "cause", "consequence"),
    [("no-buyer-address.cii.xml", "BR-FR-12_BT-49", "BR-FR-21_BT-49")],
)
def test_what_is_not_there_is_told_once(name, cause, consequence):
    """That a missing address has the wrong scheme follows from its absence."""
    report = validate((FIXTURES / "broken" / name).read_bytes())
    assert next(each for each in report.findings if each.rule == consequence).caused_by
    assert not next(each for each in report.findings if each.rule == cause).caused_by
