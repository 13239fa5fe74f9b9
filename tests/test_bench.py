"""The table of `make bench`: kept, read again, and compared."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from folders import ROOT

pytest.importorskip("resource", reason="bench needs a system that tells what a program took")
TABLE = ROOT / "bench" / "table.py"


@pytest.fixture
def table(tmp_path, monkeypatch):
    """The script, with a table of its own and two rows that are quick to measure."""
    specification = importlib.util.spec_from_file_location("bench_table", TABLE)
    module = importlib.util.module_from_spec(specification)
    monkeypatch.setitem(sys.modules, "bench_table", module)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "RESULTS", tmp_path / "RESULTS.md")
    rows = [module.Row("validate", 4.0, "SaxonC", 20.0), module.Row("read", 1_000.0, "lxml", 250.0)]
    monkeypatch.setattr(module, "_rows", lambda *_args, **_options: iter(rows))
    monkeypatch.setattr(module.logging, "disable", lambda _: None)
    module.rows = rows
    return module


def run(table, monkeypatch, *arguments):
    """Run the script."""
    monkeypatch.setattr(sys, "argv", ["table.py", *arguments])
    table.main()


def test_ratios_are_compared_with_those_kept(table, monkeypatch, capsys):
    """A ratio that is a little worse passes; one that is a third worse fails, with both named."""
    run(table, monkeypatch, "--write")
    assert table._kept() == {("validate", "SaxonC"): 5.0, ("read", "lxml"): 0.25}
    table.rows[0] = table.Row("validate", 4.8, "SaxonC", 20.0)
    run(table, monkeypatch, "--check")
    table.rows[0] = table.Row("validate", 6.0, "SaxonC", 20.0)
    with pytest.raises(SystemExit, match=r"validate, SaxonC: 3\.33, kept 5\.00"):
        run(table, monkeypatch, "--check")
    assert "| read | 1,000.00 | lxml | 250.00 | 0.25 |" in capsys.readouterr().out


def test_the_table_kept_is_whole():
    """What is kept has a ratio for each work, and names what it was measured on."""
    text = (TABLE.parent / "RESULTS.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert all(float(row.strip("| ").split(" | ")[-1]) > 0 for row in rows)
    assert "einvoice" in text
    assert "saxonche" in text
