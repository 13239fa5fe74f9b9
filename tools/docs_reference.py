"""The reference pages of the documentation, generated from the code and its tables: a hook of mkdocs.

    mkdocs build            # `make docs`

They are virtual files of the build: nothing is written into `docs/`, and nothing can be out of date.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import einvoice as ei
from einvoice import cii, ubl
from einvoice.artefacts.catalogue import catalogue
from einvoice.cli import COMMANDS
from einvoice.codes import CODE_LISTS, code_list
from einvoice.commands.language import said, speak, translate
from einvoice.commands.parsing import Parser
from einvoice.data import Language, french, ruleset_text
from einvoice.profiles import PROFILES, Profile
from einvoice.terms import TERMS

sys.path.append(str(Path(__file__).parent))  # mkdocs loads this file by its path
from dependencies import packages
from rule_examples import E_REPORT, LIFECYCLE, Example, kept

VERBS = (
    "parse",
    "build",
    "validate",
    "validate_many",
    "convert",
    "render",
    "extract",
    "losses",
    "explain",
    "fix",
    "load_json",
)
_ROOT = Path(__file__).parents[1]
_TABLES = ("rules", "terms", "profiles", "artefacts", "limits", "dependencies")
_WIDE = "---\nhide: [toc]\n---\n\n"  # a table of many columns needs the whole page
_LONGEST = 60  # letters of a value that is shown
_HOLE = re.compile(r"\{\w+\}")
_CODE = re.compile(r"(```.*?```|`[^`]*`|<svg.*?</svg>|<[^>]*>|\]\([^)]*\))", re.DOTALL)
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "commands": "# Commands\n\n`python -m einvoice COMMAND`, or `einvoice COMMAND` where it is installed.",
        "verbs": "# Verbs\n\n`import einvoice as ei`. Bytes and values in, values out; none reads a file or the"
        " network.",
        "rules": "# Rules\n\nWhat each rule says in a report, and what to do. `{…}` is filled with the facts of"
        " the document.\n"
        " An example is a change to a document of ours that breaks the rule (`tools/rule_examples.py`;"
        " the tests try them).\n"
        "\n| rule | terms | what it says | what to do | example | source |\n|---|---|---|---|---|---|",
        "removed": "left out",
        "repeated": "given twice",
        "empty": "empty",
        "terms": "# Business terms\n\n| term | name | field | UBL | CII |\n|---|---|---|---|---|",
        "codes": "# Codes",
        "code": "| code | meaning |\n|---|---|",
        "profiles": "# Profiles\n\nBT-24 names the profile of an invoice, and so the rules that judge it: of those in a"
        " cell the first that is installed, then, after `+`, those of the profile's own publisher where they are.\n\n"
        "**Factur-X BASIC** says that it complies with EN 16931 (`#compliant#`), and is judged by the rules that its"
        " publisher makes for it, not by CEN's besides. The two differ in empty values alone: a name, a number, a date,"
        " a code or a scheme of nothing or blanks (BR-02, BR-06, BR-07, BR-21, BR-25, BR-55, BR-CL-06 to BR-CL-26,"
        " CII-DT-097), found by breaking 42 valid documents in 794 ways. The publisher weighs an empty element as a"
        ' warning, "still" as its text says, and so does einvoice, at the place of each; an empty attribute is an'
        " information. Were they errors here, two tools with the same official rules would give two verdicts. Of 24"
        " published BASIC invoices, 23 pass CEN's rules too. `--fail-on warning` is the stricter answer.\n\n"
        "| profile | BT-24 | UBL | CII | CII in a PDF |\n|---|---|---|---|---|",
        "artefacts": "# Official artefacts\n\n| id | title | publisher | licence | versions known"
        " |\n|---|---|---|---|---|",
        "dependencies": "# Dependencies\n\nEvery package that is installed with einvoice or with an extra of it,"
        " also those that packages ask for, as `tools/dependencies.py table` prints them.\n"
        "\n| package | comes with | licence |\n|---|---|---|",
        "always": "always",
        "limits": "# Limits\n\nWhat exceeds a limit is refused with its name, or is `not_run`.\n",
    },
    "fr": {
        "commands": "# Commandes\n\n`python -m einvoice COMMANDE`, ou `einvoice COMMANDE` une fois installé.",
        "verbs": "# Fonctions\n\n`import einvoice as ei`. Des octets et des valeurs en entrée, des valeurs en"
        " sortie ; aucune fonction"
        " ne lit de fichier ni n’utilise le réseau. Leur description est celle du code, en anglais.",
        "rules": "# Règles\n\nCe que dit chaque règle dans un rapport, et que faire. `{…}` est remplacé par les"
        " données du document.\n"
        " Un exemple est une modification de l’un de nos documents qui enfreint la règle"
        " (`tools/rule_examples.py` ; les tests la vérifient).\n"
        "\n| règle | termes | ce qu’elle dit | que faire | exemple | source |\n|---|---|---|---|---|---|",
        "removed": "supprimé",
        "repeated": "donné deux fois",
        "empty": "vide",
        "terms": "# Termes métier\n\n| terme | nom | champ | UBL | CII |\n|---|---|---|---|---|",
        "codes": "# Codes\n\nUn code sans libellé français garde celui de sa liste d’origine.",
        "code": "| code | signification |\n|---|---|",
        "profiles": "# Profils\n\nLe BT-24 nomme le profil d’une facture, et donc les règles qui la jugent : parmi"
        " celles d’une case, la première installée, puis, après `+`, celles de l’éditeur du profil si elles le sont."
        "\n\n"
        "**Factur-X BASIC** se dit conforme à EN 16931 (`#compliant#`), et il est jugé par les règles que son éditeur"
        " écrit pour lui, sans y ajouter celles du CEN. Les deux ne diffèrent que sur les valeurs vides : un nom, un"
        " numéro, une date, un code ou un type d’identifiant vides ou faits de blancs (BR-02, BR-06, BR-07, BR-21,"
        " BR-25, BR-55, BR-CL-06 à BR-CL-26, CII-DT-097), comme le montrent 794 altérations de 42 documents valides."
        " L’éditeur fait d’un élément vide un avertissement, « still » dit son texte, et einvoice aussi, à l’endroit de"
        " chacun ; un attribut vide est une information. S’ils étaient ici des erreurs, deux outils dotés des mêmes"
        " règles officielles rendraient deux verdicts. Sur 24 factures BASIC publiées, 23 passent aussi les règles du"
        " CEN. Pour plus de rigueur : `--fail-on warning`.\n\n"
        "| profil | BT-24 | UBL | CII | CII dans un PDF |\n|---|---|---|---|---|",
        "artefacts": "# Fichiers officiels\n\n| identifiant | titre | éditeur | licence | versions connues"
        " |\n|---|---|---|---|---|",
        "dependencies": "# Dépendances\n\nTous les paquets installés avec einvoice ou avec l’un de ses"
        " extras, y compris ceux que d’autres paquets demandent, tels que `tools/dependencies.py table` les affiche.\n"
        "\n| paquet | vient avec | licence |\n|---|---|---|",
        "always": "toujours",
        "limits": "# Limites\n\nCe qui dépasse une limite est refusé en la nommant, ou n’est pas jugé (`not_run`).\n",
    },
}


def on_files(files: Any, config: Any) -> Any:
    """Add the generated pages."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - mkdocs calls this; the pages can be made without it

    for language in _WORDS:
        for name, text in pages(language).items():
            files.append(File.generated(config, f"{language}/reference/{name}.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """A French page with the blanks of French, but in its code."""
    if not page.file.src_uri.startswith("fr/"):
        return markdown
    return "".join(part if at % 2 else french(part) for at, part in enumerate(_CODE.split(markdown)))


def on_page_context(context: Any, page: Any, config: Any, **_: Any) -> Any:
    """A page's frame in the language of the page."""
    config.theme["language"] = "en" if page.file.src_uri.startswith("en/") else "fr"
    return context


def pages(language: Language = "en") -> dict[str, str]:
    """The text of each page, by name."""
    makers = {
        "commands": _commands,
        "verbs": _verbs,
        "rules": _rules,
        "terms": _terms,
        "codes": _codes,
        "profiles": _profiles,
        "artefacts": _artefacts,
        "limits": _limits,
        "dependencies": _dependencies,
    }
    words = _WORDS[language]
    heads = {name: _WIDE + words[name] if name in _TABLES else words[name] for name in makers}
    return {name: "\n".join((heads[name], *make(language))) + "\n" for name, make in makers.items()}


def _commands(language: Language) -> Iterator[str]:
    speak(language)
    for name, purpose in COMMANDS.items():
        parser = Parser(prog=f"einvoice {name}", description=purpose)
        import_module(f"einvoice.commands.{name}").arguments(parser)
        translate(parser)
        what = said(purpose)
        yield f"\n## {name}\n\n{what[0].upper()}{what[1:]}.\n\n```text\n{parser.format_help().strip()}\n```"


def _verbs(_: Language) -> Iterator[str]:
    for name in VERBS:
        function = getattr(ei, name)
        shown = str(inspect.signature(function)).replace("einvoice.", "")
        yield f"\n## {name}\n\n```python\n{name}{shown}\n```\n\n{inspect.getdoc(function)}"


def _rules(language: Language) -> Iterator[str]:
    examples = kept()
    for line in ruleset_text("messages.tsv").splitlines()[1:]:
        rule, _, terms, fr, en, hint_fr, hint_en, source, _ = line.split("\t")
        if not rule.startswith(("EI-NO-", "EI-WHY-", "EI-EXPECTED-", "EI-FORM-", "XSD-")):
            told = (fr, hint_fr) if language == "fr" else (en or fr, hint_en)
            pattern = re.compile(
                "".join(".+" if at % 2 else re.escape(part) for at, part in enumerate(_HOLE.split(rule)))
            )
            example = next((each for each in examples if pattern.fullmatch(each.rule)), None)
            yield _row(f"`{rule}`", terms, *told, _example(example, language) if example else "", source)


def _example(example: Example, language: Language) -> str:
    """What is changed in which kind of document: `UBL …/cac:Price/cbc:PriceAmount: 50.00 → -50.00`"""
    words = _WORDS[language]
    place = "/".join(example.xpath.split("/")[-2:])
    before = f"`{example.before}` → " if example.before else ""
    after = (
        words.get(example.after) or f"`{example.after if len(example.after) <= _LONGEST else example.after[:9] + '…'}`"
    )
    form = example.form if example.form in (LIFECYCLE, E_REPORT) else example.form.upper()
    return f"{form} `…/{place}` : {before}{after}" if language == "fr" else f"{form} `…/{place}`: {before}{after}"


def _terms(language: Language) -> Iterator[str]:
    for term in TERMS:
        places = [
            f"`{each.xpath_of(term.path)}`" if term.path and each.xpath_of(term.path) else "" for each in (ubl, cii)
        ]
        name = term.name_fr if language == "fr" else term.name_en
        yield _row(term.id, name, f"`{term.path}`" if term.path else "", *places)


def _codes(language: Language) -> Iterator[str]:
    for name, source in CODE_LISTS.items():
        codes = code_list(name)
        yield f"\n## {name}\n\n{source}\n\n{_WORDS[language]['code']}"
        yield from (_row(f"`{code}`", codes.name_of(code, language)) for code in codes.codes)


def _profiles(_: Language) -> Iterator[str]:
    for each in PROFILES.values():
        spelled = f"`{each.identifier or each.spellings[0]}`" if each.spellings else ""
        rules = (_rules_of(each, syntax) for syntax in ("ubl", "cii", "facturx"))
        yield _row(f"{each.title} (`{each.name}`)" if each.title else f"`{each.name}`", spelled, *rules)


def _rules_of(profile: Profile, syntax: str) -> str:
    own = "".join(f" + `{each}`" for each in profile.own.get(syntax, ()))
    return ", ".join(f"`{each}`" for each in profile.rules.get(syntax, ())) + own


def _artefacts(_: Language) -> Iterator[str]:
    for entry in catalogue().values():
        versions = ", ".join(dict.fromkeys(each.version for each in entry.versions))
        publisher = f"[{entry.publisher}]({entry.link})" if entry.link else entry.publisher
        yield _row(f"`{entry.id}`", entry.title, publisher, entry.licence, versions)


def _dependencies(language: Language) -> Iterator[str]:
    for each in packages():
        extras = ", ".join(f"`{extra}`" if extra else _WORDS[language]["always"] for extra in each.extras)
        yield _row(each.name, extras, each.licence)


def _limits(language: Language) -> Iterator[str]:
    """The table of SECURITY.md, which a test holds against the code; its French stands in `limits_fr.tsv`."""
    rows = (_ROOT / "tools" / "limits_fr.tsv").read_text(encoding="utf-8").splitlines()
    words = {f"`einvoice.{place}`": told for place, told in (row.split("\t") for row in rows)}
    words["where"] = "quoi"
    section = (_ROOT / "SECURITY.md").read_text(encoding="utf-8").partition("## Limits")[2].partition("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("|---") or (line.startswith("|") and language == "en"):
            yield line
        elif line.startswith("|"):
            _, limit, place = line.strip("| ").split(" | ")
            yield _row(words[place], limit.replace("limit", "limite"), place.replace("where", "où"))


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"
