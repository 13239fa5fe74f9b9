from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from folders import FIXTURES

import einvoice

PACKAGE = Path(einvoice.__file__).parent
FRANCE = ("addresses", "directory", "directory_files", "directory_index", "directory_update", "flux1", "mandates")
PARTS = (  # modules that users import; a package's public names are those of its __init__
    *("api", "making", "codes", "detect", "errors", "identifiers", "model", "report", "terms", "testing"),
    *(f"france.{name}" for name in (*FRANCE, "payments", "preflight", "treatment", "uniqueness")),
)

CALLED = tuple(f"schematron.xpath.{name}" for name in ("casts", "compare", "numbers", "strings"))


def test_all_is_sorted_and_every_name_is_there():
    """`__all__` lists the public names once each, in order, and each can be had."""
    assert einvoice.__all__ == sorted(set(einvoice.__all__))
    for name in einvoice.__all__:
        assert getattr(einvoice, name) is not None


def test_all_is_complete():
    """What the package announces to type checkers, what it loads on demand, and `__all__` are the same names."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    announced = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "einvoice"
        for alias in node.names
        if not (alias.asname or "").startswith("_")
    }
    assert announced | {"__version__"} == set(einvoice.__all__)
    assert set(einvoice.__all__) <= set(dir(einvoice))


def test_the_french_parts_are_public():
    """`einvoice.france` is the second public face: it lists its parts, loads each on demand, and nothing else."""
    from einvoice import france

    assert france.__all__ == sorted(set(france.__all__))
    for name in set(france.__all__) - {"validate_extract"}:
        assert getattr(france, name).__name__ == f"einvoice.france.{name}"
    assert france.validate_extract is einvoice.api.validate_extract
    assert set(france.__all__) <= set(dir(france))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = france.nothing


def test_the_five_verbs_are_public():
    """The verbs of the architecture that are there so far."""
    assert {"parse", "build", "validate", "convert", "explain"} <= set(einvoice.__all__)


def test_an_unknown_name_is_an_attribute_error():
    """The lazy look-up fails as any module does."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = einvoice.nothing


def test_what_an_editor_offers_is_what_is_public():
    """After `ei.` stand the public names, none of a module that is only used inside."""
    assert {name for name in dir(einvoice) if not name.startswith("_")} == set(einvoice.__all__) - {"__version__"}


def test_importing_the_package_loads_nothing_else():
    """`import einvoice` is free: neither pydantic nor lxml is loaded before a name is used."""
    code = "import sys, einvoice; assert not {'pydantic', 'lxml', 'einvoice.api'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own program


def test_judging_a_document_loads_what_it_needs():
    """Neither drafts, conversions, PDFs, processes nor the reading of rule sets: one file waits for none of them."""
    file = FIXTURES / "valid" / "services.ubl.xml"
    code = (
        f"import sys, einvoice as ei; assert ei.validate(open({str(file)!r}, 'rb').read()).verdict == 'valid'\n"
        "parts = 'draft.draft draft.completion conversion making facturx pdfa view processes bounded'\n"
        "parts += ' artefacts.adding'\n"
        "assert not {f'einvoice.{each}' for each in parts.split()} & set(sys.modules)\n"
        "assert not {'pypdf', 'rich', 'concurrent.futures'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)  # noqa: S603 - ours
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("part", PARTS)
def test_modules_say_what_is_public(part):
    """Each public module has an `__all__` of names that exist, each once (the linter keeps it sorted)."""
    module = importlib.import_module(f"einvoice.{part}")
    assert len(module.__all__) == len(set(module.__all__))
    assert all(hasattr(module, name) for name in module.__all__)


def test_what_earlier_versions_had_in_one_module_is_still_found_there():
    """`einvoice.api` had every verb; a name that it never had is still none."""
    api, making = (importlib.import_module(f"einvoice.{name}") for name in ("api", "making"))
    for name in ("PROFILES", "Converted", "build", "convert", "losses"):
        assert getattr(api, name) is getattr(making, name)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = api.nothing


def test_private_modules_list_nothing():
    """Elsewhere an underscore says what stays inside; of four modules the list is what compiled rules may call."""
    listing = {
        path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py" and re.search("^__all__", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert listing == {*PARTS, *CALLED}


def test_models_that_web_frameworks_take_are_whole_when_they_are_asked_for_by_name():
    """`Invoice`, `Report` and `Draft` have their validators, which others get when they are first used."""
    assert all(model.__pydantic_complete__ for model in (einvoice.Invoice, einvoice.Report, einvoice.Draft))


def test_a_valid_invoice_is_told_without_a_validator_of_a_model():
    """The command line builds no validator of pydantic for a valid invoice: they take as long as all its rules."""
    code = (
        "import sys; from einvoice.cli import run; print(run(sys.argv[1:]), 'pydantic.plugin._loader' in sys.modules)"
    )
    invoice = PACKAGE.parent / "fixtures" / "valid" / "allowances-and-charges.ubl.xml"
    command = [sys.executable, "-c", code, "validate", str(invoice)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    assert done.stdout.splitlines()[-1] == "0 False"
