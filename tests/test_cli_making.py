"""What the command line makes: invoices of drafts, the same in another syntax, a page to read."""

from __future__ import annotations

import json

import pytest
from folders import FIXTURES
from minimal import UBL, without
from programs import run

DRAFT = FIXTURES / "drafts" / "services.json"

pytestmark = pytest.mark.usefixtures("nothing_added")


def test_the_known_profiles_are_named(tmp_path, capsys):
    """A profile that einvoice does not know is refused with those it knows; a full URN is the user's own choice."""
    with pytest.raises(SystemExit):
        run("build", DRAFT, "--to", "ubl", "--profile", "bogus")
    assert "profil inconnu : 'bogus' ; possibles : minimum" in capsys.readouterr().err
    run("build", DRAFT, "--to", "ubl", "--profile", "urn:example:ours", "-o", tmp_path / "x.xml")
    assert "urn:example:ours" in (tmp_path / "x.xml").read_text(encoding="utf-8")
    capsys.readouterr()


@pytest.mark.parametrize(("name", "level"), [("xrechnung", "xrechnung_3.0"), ("peppol", "poacc:billing:3.0")])
def test_profiles_of_other_publishers_are_built_by_the_names_that_validate_gives_them(name, level, tmp_path, capsys):
    """Their BT-24 is written; what their own rules demand besides is for whoever has those rules."""
    target = tmp_path / "x.xml"
    assert run("build", DRAFT, "--to", "ubl", "--profile", name, "-o", target) == 0
    assert f"{level}</cbc:CustomizationID>" in target.read_text(encoding="utf-8")
    assert run("validate", target, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["documents"][0]["profile"] == name
    with pytest.raises(SystemExit):
        run("build", DRAFT, "--to", "facturx", "--profile", name)


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_a_draft_becomes_a_valid_invoice(tmp_path, syntax, capsys):
    """Build writes the file, and it is valid."""
    target = tmp_path / "invoice.xml"
    assert run("build", DRAFT, "--to", syntax, "-o", target) == 0
    assert run("validate", target) == 0
    capsys.readouterr()


def test_a_draft_that_cannot_be_an_invoice_is_status_1(tmp_path, capsys):
    """What is missing, or what is misspelt, is told; nothing is written."""
    draft = tmp_path / "draft.json"
    draft.write_text("{}")
    assert run("build", draft, "--to", "ubl", "-o", tmp_path / "x.xml") == 1
    assert "EI-WRITE-REQUIRED  number" in capsys.readouterr().err
    draft.write_text('{"sellr": {}}')
    assert run("build", draft, "--to", "ubl") == 1
    assert "vouliez-vous dire seller ?" in capsys.readouterr().err
    assert not (tmp_path / "x.xml").exists()


def test_a_given_figure_that_disagrees_is_told_when_building(tmp_path, capsys):
    """The invoice is written as given, and the contradiction is said beside it."""
    draft = json.loads(DRAFT.read_text(encoding="utf-8"))
    draft["totals"] = {"line_net_amount": "1.00"}
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    assert run("build", tmp_path / "draft.json", "--to", "ubl", "--no-check") == 0
    told = capsys.readouterr()
    assert told.err.startswith("einvoice: totals.line_net_amount : ")
    assert told.out.startswith("<?xml")


def test_what_was_built_is_judged(tmp_path, capsys):
    """Errors are told at the fields of the draft, the file is written all the same; --no-check leaves that out."""
    draft = json.loads(DRAFT.read_text(encoding="utf-8"))
    draft["currency_code"] = "EEE"
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    target = tmp_path / "x.xml"
    assert run("build", tmp_path / "draft.json", "--to", "ubl", "-o", target) == 1
    assert "BR-CL-04  currency_code  " in capsys.readouterr().err
    assert target.exists()
    assert run("build", tmp_path / "draft.json", "--to", "ubl", "-o", target, "--no-check") == 0
    assert "BR-CL-04" not in capsys.readouterr().err


def test_what_was_built_is_told_at_the_lines_of_the_draft(tmp_path, capsys):
    """A group that EN 16931 cannot hold is not in what was built, and counts all the same where an error is told."""
    draft = json.loads(DRAFT.with_name("sub-lines.json").read_text(encoding="utf-8"))
    group, line = draft["lines"]
    wrong = group["sub_lines"][1] | {"item_net_price": "-1"}
    draft["lines"] = [group, line, group | {"identifier": "L", "sub_lines": [line, wrong]}]
    draft["specification_identifier"] = "urn:cen.eu:en16931:2017"
    (tmp_path / "draft.json").write_text(json.dumps(draft))
    assert run("build", tmp_path / "draft.json", "--to", "ubl", "-o", tmp_path / "x.xml") == 1
    assert "BR-27  lines[2].sub_lines[1].item_net_price  " in capsys.readouterr().err


def test_an_invoice_is_converted_and_losses_are_told(tmp_path, capsys):
    """Convert writes the other syntax; what it cannot say is told on standard error."""
    (tmp_path / "in.xml").write_bytes(
        without(UBL, "<cbc:DueDate>=><cbc:IssueTime>10:00:00</cbc:IssueTime><cbc:DueDate>")
    )
    assert run("convert", tmp_path / "in.xml", "--to", "cii", "-o", tmp_path / "out.xml") == 0
    assert "EI-READ-01  /Invoice/cbc:IssueTime" in capsys.readouterr().err
    assert run("validate", tmp_path / "out.xml") == 0
    assert run("convert", tmp_path / "out.xml", "--to", "ubl") == 0
    told = capsys.readouterr()
    assert told.err == ""


def test_a_draft_is_rendered_and_an_invoice_is_not_built(tmp_path, capsys):
    """Render shows what a draft means, with its verdict; build says which command is for what is an invoice already."""
    drafts = FIXTURES / "drafts"
    assert run("render", drafts / "services.json", "--to", "html", "--check", "-o", tmp_path / "a.html") == 0
    assert "F2026-" in (tmp_path / "a.html").read_text(encoding="utf-8")
    (tmp_path / "a.xml").write_text(UBL, encoding="utf-8")
    with pytest.raises(SystemExit, match="2"):
        run("build", tmp_path / "a.xml", "--to", "cii")
    assert "einvoice convert" in capsys.readouterr().err
    assert run("status", tmp_path / "a.xml", "approuvée", "--received-at", "2026-11-02T15:10") == 1
    told = capsys.readouterr().err
    assert "205, " in told
    assert "vouliez-vous dire 205" in told


@pytest.mark.parametrize(
    ("command", "content"),
    [
        (["build", "--to", "ubl"], DRAFT.read_bytes()),
        (["fix"], DRAFT.read_bytes()),
        (["convert", "--to", "cii"], UBL.encode()),
        (["render", "--to", "html"], UBL.encode()),
        (["parse"], UBL.encode()),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else "",
)
def test_what_is_read_is_not_written_over(command, content, tmp_path, capsys):
    """A draft or an invoice that was named as the output too, also by another name of the file, stays as it is."""
    path, link = tmp_path / "facture.xml", tmp_path / "lien.xml"
    path.write_bytes(content)
    link.symlink_to(path)
    for output in (path, link, f"{tmp_path}/./facture.xml"):
        with pytest.raises(SystemExit) as stopped:
            run(*command, path, "-o", output, "--lang", "fr")
        told = capsys.readouterr()
        assert (stopped.value.code, told.out) == (2, "")
        assert "est le fichier lu et serait perdu" in told.err
    assert path.read_bytes() == content
    assert run(*command, path, "-o", tmp_path / "autre") in (0, 1, 3)
    assert path.read_bytes() == content
    capsys.readouterr()
