from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256

import pytest
from folders import FIXTURES
from lxml import html as lxml_html
from programs import run

import einvoice as ei
from einvoice.commands.extract import _file_name

DRAFT = FIXTURES / "drafts" / "services.json"
UBL = FIXTURES / "valid" / "services.ubl.xml"


pytestmark = pytest.mark.usefixtures("nothing_added")


@pytest.fixture(scope="module")
def facturx(tmp_path_factory):
    """A Factur-X file."""
    path = tmp_path_factory.mktemp("facturx") / "invoice.pdf"
    assert run("build", DRAFT, "--to", "facturx", "-o", path) == 0
    return path


def test_a_draft_is_built_judged_and_taken_apart(facturx, tmp_path, capsys):
    """build, validate, extract: the XML that comes out is the one that went in, untouched."""
    assert run("validate", facturx) == 0
    assert "PDF ✓" in capsys.readouterr().out
    target = tmp_path / "out.xml"
    assert run("extract", facturx, "-o", target) == 0
    assert target.read_bytes() == ei.extract(facturx.read_bytes()).xml


def test_what_a_small_profile_loses_is_told_once_each(tmp_path, capsys):
    """All lines go: one message, with the number of times."""
    draft = FIXTURES / "drafts" / "goods-several-rates.json"
    target = tmp_path / "small.pdf"
    assert run("build", draft, "--to", "facturx", "--profile", "minimum", "--no-check", "-o", target) == 0
    told = [line for line in capsys.readouterr().err.splitlines() if " lines[" in line]
    assert len(told) == 1
    assert "(×" in told[0]
    assert run("validate", target, "--rules", "en16931") == 0
    assert run("build", draft, "--to", "facturx", "--profile", "minimum", "--strict", "-o", tmp_path / "no.pdf") == 1
    assert not (tmp_path / "no.pdf").exists()


def test_an_invoice_goes_into_the_given_pdf(facturx, tmp_path, capsys):
    """--pdf: its pages, our XML; a PDF that cannot be archived is refused with the reasons."""
    target = tmp_path / "out.pdf"
    assert run("build", DRAFT, "--to", "facturx", "--profile", "basic", "--pdf", facturx, "-o", target) == 0
    assert ei.validate(target.read_bytes()).documents[0].profile == "basic"
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert run("build", DRAFT, "--to", "facturx", "--pdf", tmp_path / "bad.pdf", "-o", tmp_path / "no.pdf") == 1
    assert "tronqué" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", DRAFT, "--to", "facturx", "--profile", "comfort"],
        ["build", DRAFT, "--to", "ubl", "--pdf", "x.pdf"],
        ["convert", UBL, "--to", "facturx", "--profile", "extended-ctc-fr"],
        ["render", UBL],
        ["render", UBL, "--to", "docx"],
        ["extract"],
    ],
)
def test_wrong_usage_is_status_2(arguments, capsys):
    """Options that contradict each other or name nothing."""
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_xml_is_written_to_be_read(tmp_path, facturx):
    """Build and convert indent, so that lines in findings mean something; it says the same."""
    for source, arguments in ((DRAFT, ["build", DRAFT]), (facturx, ["convert", facturx])):
        target = tmp_path / f"{source.name}.xml"
        assert run(*arguments, "--to", "ubl", "-o", target) == 0
        data = target.read_bytes()
        assert data.count(b"\n") > 100
        assert ei.parse(data) == ei.parse(UBL.read_bytes())
        assert ei.validate(data).verdict == "valid"


def test_convert_goes_to_facturx_and_back(tmp_path):
    """UBL becomes a PDF, the PDF becomes the same UBL."""
    assert run("convert", UBL, "--to", "facturx", "-o", tmp_path / "a.pdf") == 0
    assert run("convert", tmp_path / "a.pdf", "--to", "ubl", "-o", tmp_path / "a.xml") == 0
    assert ei.parse((tmp_path / "a.xml").read_bytes()) == ei.parse(UBL.read_bytes())


def test_render_makes_pages_with_the_findings_on_them(tmp_path):
    """HTML and PDF, in a language, with what a check found."""
    broken = FIXTURES / "broken" / "wrong-line-total.ubl.xml"
    assert run("render", broken, "--to", "html", "--lang", "en", "--check", "-o", tmp_path / "a.html") == 1
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert 'lang="en"' in page
    assert "BR-CO-10" in page
    assert run("render", broken, "--to", "pdf", "-o", tmp_path / "a.pdf") == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_a_folder_may_hold_xml_and_pdf(facturx, tmp_path, capsys):
    """One report on all of them; a PDF without an invoice is invalid, one that cannot be read was not run."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "invoice.PDF").write_bytes(facturx.read_bytes())
    (tmp_path / "ubl.xml").write_bytes(UBL.read_bytes())
    assert run("validate", tmp_path, "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert [document["syntax"] for document in report["documents"]] == ["facturx", "ubl"]
    (tmp_path / "torn.pdf").write_bytes(facturx.read_bytes()[:9000])
    assert run("validate", tmp_path, "--format", "json") == 3
    torn = json.loads(capsys.readouterr().out)["documents"][1]
    assert (torn["verdict"], torn["steps"][0]["name"]) == ("not_run", "container")
    assert "tronqué" in torn["steps"][0]["reason"]
    assert run("render", UBL, "--to", "pdf", "-o", tmp_path / "view.pdf") == 0
    assert run("validate", tmp_path) == 1
    assert "EI-PDF-01" in capsys.readouterr().out


def test_the_html_report_shows_findings_on_the_pages(facturx, capsys):
    """A part for each document; numbers of findings are unique; nothing is fetched, and one script run: its own."""
    broken = FIXTURES / "broken" / "wrong-line-total.ubl.xml"
    assert run("validate", broken, facturx, FIXTURES / "broken" / "truncated.ubl.xml", "--format", "html") == 1
    page = lxml_html.document_fromstring(capsys.readouterr().out)
    assert len(page.xpath('//details[starts-with(@class, "document ")]')) == 3
    targets = page.xpath('//@id[starts-with(., "finding-")]')
    assert len(targets) == len(set(targets)) >= 3
    assert page.xpath("//mark")
    (script,) = page.xpath("//script/text()")
    (policy,) = page.xpath("""//meta[starts-with(@content, "default-src 'none'")]/@content""")
    assert b64encode(sha256(script.encode()).digest()).decode() in policy


def test_attachments_stay_in_their_folder(tmp_path, capsys):
    """The names are a stranger's: no way out of the folder, nothing replaced; without a folder they are only named."""
    path, folder = tmp_path / "a.pdf", tmp_path / "attached"
    assert run("build", FIXTURES / "drafts" / "attachment.json", "--to", "facturx", "-o", path) == 0
    assert run("extract", path, "-o", tmp_path / "a.xml") == 0
    assert "--attachments" in capsys.readouterr().err
    for count in (1, 2):
        assert run("extract", path, "-o", tmp_path / "a.xml", "--attachments", folder) == 0
        assert len(list(folder.iterdir())) == count


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        (".bashrc", "bashrc"),
        ("..", "attachment"),
        ("", "attachment"),
        ("a\x00b\x1b[31m.txt", "a_b_[31m.txt"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
        ("é" * 400 + ".pdf", "é" * 90 + ".pdf"),
    ],
)
def test_file_names_of_strangers_are_made_safe(name, safe):
    """What is left is one file name that every file system takes."""
    assert _file_name(name) == safe


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.4\n" + b"%%EO\n" * 100_000, b"<a/>", b"\x00\xff"])
@pytest.mark.parametrize(
    "command", [["extract"], ["render", "--to", "html"], ["convert", "--to", "facturx"], ["parse"]]
)
def test_hostile_files_end_in_one_line(command, data, tmp_path, capsys):
    """No traceback, no output, a status that is not 0, and one line that says why."""
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    assert run(command[0], path, *command[1:]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1


def test_the_program_itself_shows_no_traceback():
    """As its own process, with a broken PDF on standard input."""
    command = [sys.executable, "-m", "einvoice", "extract", "-"]
    done = subprocess.run(command, input=b"%PDF-1.7\nx", capture_output=True, check=False, timeout=600)  # noqa: S603
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr
