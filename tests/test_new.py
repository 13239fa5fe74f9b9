"""`new`: the example drafts, from a clone and from an installed wheel."""

from __future__ import annotations

import json

import pytest

import einvoice as ei
from einvoice import cli
from einvoice.data import EXAMPLES, data_text

NAMES = [line.split("\t")[0] for line in data_text("examples.tsv").splitlines()[1:]]


def test_every_example_is_described():
    """In both languages, and none is missing."""
    assert sorted(NAMES) == sorted(path.stem for path in EXAMPLES.glob("*.json"))
    assert all(len(line.split("\t")) == 3 for line in data_text("examples.tsv").splitlines())


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_a_draft_with_a_comment(name, tmp_path):
    """It builds a valid invoice as it is."""
    path = tmp_path / "draft.json"
    assert cli.run(["new", name, "-o", str(path), "--lang", "en"]) == 0
    assert json.loads(path.read_text())["$comment"]
    assert ei.validate(path.read_bytes(), policy=ei.Policy(rules="auto")).verdict in ("valid", "not_run")
    assert ei.build(ei.Draft.model_validate_json(path.read_bytes()), "ubl")


def test_all_are_written_and_nothing_is_overwritten(tmp_path, capsys):
    """A draft of the user's own stays."""
    (tmp_path / "services.json").write_text("mine")
    assert cli.run(["new", "--all", str(tmp_path)]) == 0
    assert (tmp_path / "services.json").read_text() == "mine"
    assert "services.json" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == len(NAMES)


def test_situations_are_listed_and_others_refused(capsys):
    """With what each is."""
    assert cli.run(["new", "--lang", "fr"]) == 0
    assert "Prestation de services, le cas ordinaire" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli.run(["new", "nonsense", "--lang", "en"])
    assert "expected one of allowances-and-charges" in capsys.readouterr().err


def test_a_comment_is_no_field_of_the_invoice():
    """Nor is the schema that an editor checks by; other unknown names are refused."""
    assert ei.Draft.model_validate({"$comment": "x", "$schema": "y", "number": "F1"}).number == "F1"
    with pytest.raises(ei.DraftError):
        ei.Draft.model_validate({"$other": "x"})
