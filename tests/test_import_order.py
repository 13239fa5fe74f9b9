from __future__ import annotations

import ast
from pathlib import Path

import pytest

import einvoice

PACKAGE = Path(einvoice.__file__).parent

# The layout of the architecture, top to bottom: a module imports only from the lines above and, within its own line,
# from those written before it. The lines: what is said, and how; an invoice; XML; machines that know no invoice; a
# syntax is a table; drafts; from a model to something else; France, the PDF; any document; verdicts; the verbs; files
# and terminals.
LAYERS = (
    (
        "installation",
        "cached",
        "data",
        "visible",
        "filled",
        "report",
        "paths",
        "terms",
        "rulebook",
        "json_text",
        "errors",
    ),
    ("values", "model", "codes", "identifiers", "profiles", "discounts", "instalments"),
    ("xml", "copies", "processes", "worker_processes", "disk", "locks", "once", "garbage"),
    ("binding", "schematron", "bounded", "pdfa", "artefacts"),
    ("forms", "ubl", "cii", "detect"),
    ("draft",),
    ("conversion", "view", "own_rules"),
    ("france", "facturx"),
    ("document",),
    ("validation",),
    ("meanings", "api", "making", "testing", "many"),
    ("reporting", "commands", "cli", "__main__"),
)
# `rulebook.explaining` raises, and exceptions take their words from the rulebook; it is loaded when asked.
CIRCLES = {("rulebook", "errors")}
KNOWING_LXML = {
    "xml.py",
    "validation/schema_files.py",
    "validation/xsd.py",
    "schematron/engine.py",
    "schematron/saxon.py",
    "schematron/xslt_writer.py",
}
RANK = {name: rank for rank, name in enumerate(name for names in LAYERS for name in names)}
# `einvoice.__version__` is the one thing that everybody may take from the package itself.
ALLOWED_FROM_PACKAGE = {"__version__"}


def modules():
    """Every module of the package, with the name of its layer."""
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if first != "__init__":
            yield path, first


def imports(path: Path):
    """The layers that a module imports, at run time: imports for type checkers are no dependency."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "einvoice":
            yield from (alias.name for alias in node.names if alias.name not in ALLOWED_FROM_PACKAGE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("einvoice."):
            yield (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("einvoice."))


def test_every_module_has_its_layer():
    """A new module or package takes its place in the layout."""
    assert {layer for _, layer in modules()} <= set(RANK)


def test_modules_import_only_from_layers_above():
    """Data flows one way: from words and model at the top to the command line at the bottom, without a circle."""
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path, layer in modules()
        for name in imports(path)
        if RANK.get(name, len(RANK)) > RANK.get(layer, -1) and (layer, name) not in CIRCLES
    ]
    assert not wrong, "\n".join(wrong)


# What could stand alone, and all that it takes of this package.
INDEPENDENT = {
    "pdfa": {"pdfa", "errors", "xml"},
    "schematron": {"schematron", "errors", "xml", "processes", "locks"},
}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_what_could_stand_alone_imports_nearly_nothing(name):
    """A part that others may use without the rest imports no more of the package than it says."""
    taken = {layer for path, own in modules() if own == name for layer in imports(path)}
    assert taken <= INDEPENDENT[name]
    assert name in taken


def test_few_modules_know_the_library_that_reads_xml():
    """The parser, the schema check, and what parses or builds for rules; everywhere else `xml.Element` is enough."""
    knowing = {
        path.relative_to(PACKAGE).as_posix()
        for path, _ in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lxml")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "lxml" for alias in node.names))
    }
    assert knowing == KNOWING_LXML


def test_the_test_can_fail(tmp_path):
    """An import from below is seen, wherever in the file it stands."""
    path = tmp_path / "bad.py"
    path.write_text(
        "def f():\n    from einvoice.cli import main\n    import einvoice.reporting\n    from einvoice import api\n"
    )
    assert list(imports(path)) == ["cli", "reporting", "api"]
