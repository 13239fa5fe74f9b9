"""`fix`: repairs that are certain, each with its reason; nothing is changed that could be meant."""

from __future__ import annotations

import json
import subprocess
from shutil import which

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice import cli

DRAFTS = sorted((FIXTURES / "drafts").glob("*.json"))
DRAFT = {
    "number": "F2026-0001",
    "issue_date": "2026-11-02",
    "due_date": "2026-12-02",
    "nature": "services",
    "currency_code": "eur",
    "seller": {"name": "V", "vat_identifier": "FR88100000009", "postal_address": {"country_code": "fr"}},
    "buyer": {"name": "A", "vat_identifier": "FR37200000008", "postal_address": {"country_code": "FR"}},
    "payment_means": [{"means_code": "58", "account_identifier": "fr76 3000 6000 0112 3456 7890 189"}],
    "lines": [
        {"item_name": "Conseil", "quantity": "2", "unit_code": " hur", "item_net_price": "50.00", "vat_rate": "20"},
        {
            "item_name": "Port",
            "quantity": "1",
            "unit_code": "C62",
            "item_net_price": "9.90",
            "vat_rate": "20",
            "net_amount": "9.00",
        },
    ],
    "totals": {"amount_with_vat": "120.00"},
}


def test_codes_figures_and_what_the_law_answers():
    """Each repair is told with what stood there; the result is valid and agrees with itself."""
    repaired = ei.fix(DRAFT)
    made = {each.field: (each.before, each.after) for each in repaired.repairs}
    assert made["currency_code"] == ("eur", "EUR")
    assert made["seller.postal_address.country_code"] == ("fr", "FR")
    assert made["lines[0].unit_code"] == (" hur", "HUR")
    assert made["payment_means[0].account_identifier"][1] == "FR76 3000 6000 0112 3456 7890 189"
    assert made["lines[1].net_amount"] == ("9.00", "9.90")
    assert made["totals.amount_with_vat"][1] == "131.88"
    assert made["business_process_type"] == (None, "S1")
    assert {note["subject_code"] for note in repaired.content["notes"]} >= {"PMT", "PMD", "AAB"}
    assert repaired.content["buyer"]["electronic_address"]
    draft = ei.Draft.model_validate(repaired.content)
    assert draft.disagreements() == ()
    assert ei.validate(draft).verdict == "valid"
    assert all(each.explanation_fr and each.explanation_en for each in repaired.repairs)
    assert DRAFT["currency_code"] == "eur"


def test_a_repaired_draft_needs_no_repair():
    """Fixing twice changes nothing more."""
    again = ei.fix(json.dumps(ei.fix(DRAFT).content))
    assert again.repairs == ()


@pytest.mark.parametrize("path", DRAFTS, ids=lambda path: path.stem)
def test_a_repaired_draft_makes_the_same_invoice(path):
    """Of a draft that was right, nothing but what completing it would have added is put in."""
    payload = path.read_bytes()
    before = ei.Draft.model_validate_json(payload).complete()
    repaired = ei.fix(payload)
    assert {each.because.id for each in repaired.repairs} <= {"EI-FIX-FILLED"}
    assert ei.Draft.model_validate(repaired.content).complete() == before


def test_what_could_be_meant_otherwise_stays():
    """A code of no list, and one that two lists could mean, are left to the rules."""
    odd = {**DRAFT, "lines": [{**DRAFT["lines"][0], "unit_code": "hours"}]}
    assert "lines[0].unit_code" not in {each.field for each in ei.fix(odd).repairs}


def test_the_command_shows_a_difference_and_writes_it(tmp_path, capsys):
    """Status 1 while repairs are proposed, 0 once they are made; standard input cannot be written."""
    path = tmp_path / "draft.json"
    path.write_text(json.dumps(DRAFT))
    assert cli.run(["fix", str(path), "--lang", "en"]) == 1
    told = capsys.readouterr()
    assert '-  "currency_code": "eur",' in told.out
    assert '+  "currency_code": "EUR",' in told.out
    assert "currency_code: The code is spelled" in told.err
    assert cli.run(["fix", str(path), "--write"]) == 0
    capsys.readouterr()
    assert cli.run(["fix", str(path)]) == 0
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        cli.run(["fix", "-", "--write"])


FILES = {
    "two": json.dumps(DRAFT, indent=2) + "\n",
    "four, no end": json.dumps(DRAFT, indent=4),
    "tabs, accents": json.dumps({**DRAFT, "number": "É-1"}, indent="\t", ensure_ascii=False) + "\n",
    "windows": json.dumps({**DRAFT, "number": "É-1"}, indent=2, ensure_ascii=False).replace("\n", "\r\n") + "\r\n",
    "its own": json.dumps(DRAFT, separators=(",\n", " : ")) + "\n\n",
    "numbers": json.dumps(DRAFT, indent=2).replace('"50.00"', "50.000").replace('"9.90"', "9.9000000000000000001"),
}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.skipif(which("patch") is None, reason="there is no patch(1)")
def test_the_difference_applies_to_the_file(tmp_path, form, capsysbinary):
    """`patch` makes of the file what --write makes of it; and then there is nothing left to repair."""
    written, patched = tmp_path / "written.json", tmp_path / "patched.json"
    for path in (written, patched):
        path.write_bytes(FILES[form].encode())
    assert cli.run(["fix", str(patched)]) == 1
    difference = capsysbinary.readouterr().out
    assert patched.read_bytes() == FILES[form].encode()
    patch = [which("patch"), "--binary", "--silent", str(patched)]
    subprocess.run(patch, input=difference, check=True, capture_output=True)  # noqa: S603 - our own words
    assert cli.run(["fix", str(written), "--write"]) == 0
    assert patched.read_bytes() == written.read_bytes()
    assert cli.run(["fix", str(written)]) == 0
    assert written.read_bytes() == patched.read_bytes()


def test_what_needs_no_repair_is_written_as_it_was(tmp_path):
    """Indentation, comments and the digits of numbers."""
    path = tmp_path / "draft.json"
    text = json.dumps({"$comment": "ours", **DRAFT}, indent=4).replace('"50.00"', "50.000")
    path.write_text(text)
    assert cli.run(["fix", str(path), "--write"]) == 0
    made = path.read_text()
    assert made.startswith('{\n    "$comment": "ours",\n')
    assert '"item_net_price": 50.000,' in made


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_line_ends_and_encoding_are_those_of_the_file(tmp_path, encoding, capsys):
    """A draft that an editor of Windows wrote: only the lines that are repaired change."""
    path = tmp_path / "draft.json"
    before = FILES["windows"]
    path.write_bytes(before.encode(encoding))
    assert cli.run(["fix", str(path), "--write"]) == 0
    after = path.read_bytes()
    assert after.startswith(before.encode(encoding)[:3])
    text = after.decode(encoding)
    assert text.count("\n") == text.count("\r\n") > before.count("\n")
    kept = set(before.splitlines()) & set(text.splitlines())
    assert len(kept) > len(set(before.splitlines())) * 3 / 4
    assert json.loads(text)["number"] == "É-1"
    capsys.readouterr()


@pytest.mark.parametrize("payload", [b"[]", b"{", b"null", b'{"lines": 3}'])
def test_what_is_no_draft_is_told(tmp_path, payload, capsys):
    """In words, with status 1."""
    path = tmp_path / "draft.json"
    path.write_bytes(payload)
    assert cli.run(["fix", str(path)]) == 1
    assert capsys.readouterr().err.startswith("einvoice: ")
