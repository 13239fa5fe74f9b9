"""The reference pages of the documentation, generated from the code and its tables: a hook of mkdocs.

    mkdocs build            # `make docs`

They are virtual files of the build: nothing is written into `docs/`, and nothing can be out of date.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import einvoice as ei
from einvoice import cii, ubl
from einvoice.artefacts.catalogue import catalogue
from einvoice.cli import COMMANDS
from einvoice.codes import CODE_LISTS, code_list
from einvoice.commands.language import speak
from einvoice.data import ruleset_text
from einvoice.terms import TERMS

VERBS = ("parse", "build", "validate", "validate_many", "convert", "render", "extract", "losses", "explain", "fix")


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - mkdocs calls this; the pages can be made without it

    for name, text in pages().items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files


def pages() -> dict[str, str]:
    """The text of each page, by name."""
    makers = {
        "commands": _commands,
        "verbs": _verbs,
        "rules": _rules,
        "terms": _terms,
        "codes": _codes,
        "artefacts": _artefacts,
    }
    return {name: "\n".join(make()) + "\n" for name, make in makers.items()}


def _commands() -> Iterator[str]:
    speak("en")
    yield "# Commands\n\n`python -m einvoice COMMAND`, or `einvoice COMMAND` where it is installed."
    for name, purpose in COMMANDS.items():
        parser = argparse.ArgumentParser(prog=f"einvoice {name}", description=purpose)
        import_module(f"einvoice.commands.{name}").arguments(parser)
        yield f"\n## {name}\n\n{purpose[0].upper()}{purpose[1:]}.\n\n```text\n{parser.format_help().strip()}\n```"


def _verbs() -> Iterator[str]:
    yield "# Verbs\n\n`import einvoice as ei`. Bytes and values in, values out; none reads a file or the network."
    for name in VERBS:
        function = getattr(ei, name)
        shown = str(inspect.signature(function)).replace("einvoice.", "")
        yield f"\n## {name}\n\n```python\n{name}{shown}\n```\n\n{inspect.getdoc(function)}"


def _rules() -> Iterator[str]:
    yield "# Rules\n\nWhat each rule says in a report. `{…}` is filled with the facts of the document.\n"
    yield "| rule | terms | français | English | source |\n|---|---|---|---|---|"
    for line in ruleset_text("messages.tsv").splitlines()[1:]:
        rule, _, terms, fr, en, *_, source, _ = line.split("\t")
        if not rule.startswith(("EI-NO-", "EI-WHY-", "EI-EXPECTED-", "EI-FORM-", "XSD-")):
            yield _row(f"`{rule}`", terms, fr, en, source)


def _terms() -> Iterator[str]:
    yield "# Business terms\n\n| term | name | nom | field | UBL | CII |\n|---|---|---|---|---|---|"
    for term in TERMS:
        places = [
            f"`{each.xpath_of(term.path)}`" if term.path and each.xpath_of(term.path) else "" for each in (ubl, cii)
        ]
        yield _row(term.id, term.name_en, term.name_fr, f"`{term.path}`" if term.path else "", *places)


def _codes() -> Iterator[str]:
    yield "# Codes"
    for name, source in CODE_LISTS.items():
        codes = code_list(name)
        yield f"\n## {name}\n\n{source}\n\n| code | English | français |\n|---|---|---|"
        yield from (_row(f"`{code}`", codes.name_of(code, "en"), codes.name_of(code, "fr")) for code in codes.codes)


def _artefacts() -> Iterator[str]:
    yield "# Official artefacts\n\n| id | title | publisher | licence | versions known |\n|---|---|---|---|---|"
    for entry in catalogue().values():
        versions = ", ".join(dict.fromkeys(each.version for each in entry.versions))
        publisher = f"[{entry.publisher}]({entry.link})" if entry.link else entry.publisher
        yield _row(f"`{entry.id}`", entry.title, publisher, entry.licence, versions)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"
