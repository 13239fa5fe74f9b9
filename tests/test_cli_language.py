"""One language at a time: help, usage errors and what is said beside a result."""

from __future__ import annotations

import argparse
import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

import einvoice
from einvoice import cli
from einvoice.commands.language import chosen, said, speak, translate
from einvoice.commands.parsing import Parser, synopsis
from einvoice.commands.plain import speak_plainly
from einvoice.data import data_text

PACKAGE = Path(einvoice.__file__).parent
ROWS = dict(line.replace("\\n", "\n").split("\t") for line in data_text("command_line.tsv").splitlines()[1:])
PLACES = re.compile(r"%(?:\(\w+\))?[sr]|\{\w+(?:!r)?\}")

pytestmark = pytest.mark.usefixtures("french_afterwards")


def texts(parser):
    """What a parser says of itself, and the parsers of its verbs."""
    yield from filter(None, (parser.description, parser.epilog))
    for action in parser._actions:
        if action.help:
            yield action.help
        if isinstance(action, argparse._SubParsersAction):
            yield from filter(None, (choice.help for choice in action._choices_actions))
            for verb in action.choices.values():
                yield from texts(verb)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_all_help_is_there_in_french(name):
    """Of every command, of every argument: nobody reads half of a help in English."""
    parser = argparse.ArgumentParser(description=cli.COMMANDS[name])
    import_module(f"einvoice.commands.{name}").arguments(parser)
    lacking = [text for text in texts(parser) if text not in ROWS and text not in ROWS.values()]
    known = [text for text in lacking if not re.search(r"régime de TVA|exemples|pour Factur-X", text)]
    assert not known


def test_every_row_is_said_somewhere():
    """No translation outlives its text: the program or argparse has it."""
    written = {
        node.value
        for path in (*PACKAGE.rglob("*.py"), Path(argparse.__file__))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not [english for english in ROWS if english not in written]


@pytest.mark.parametrize("english", ROWS)
def test_both_languages_have_the_same_places(english):
    """A fact that one language shows, the other shows too."""
    assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(ROWS[english]))


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "fr"),
        ([], {"LANG": "C.UTF-8"}, "fr"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"EINVOICE_LANG": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        (["--lang", "fr"], {"EINVOICE_LANG": "en"}, "fr"),
        (["--lang=en"], {}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(arguments, environment, language):
    """The option, the variable, the locale, French: the first that says something."""
    assert chosen(arguments, environment) == language


def test_usage_errors_are_in_one_language(capsys):
    """Argparse's own words as well as ours."""
    for language, words in (("fr", "n'est pas une date"), ("en", "is not a day")):
        with pytest.raises(SystemExit) as end:
            cli.run(["validate", "--lang", language, "--date", "demain", "x.xml"])
        told = capsys.readouterr().err
        assert end.value.code == 2
        assert words in told
        assert ("en dit plus" in told, "erreur" in told) == (language == "fr",) * 2


def test_a_text_without_french_is_said_in_english():
    """Better English than nothing; the test above finds it."""
    speak("fr")
    assert said("{x} is new here", x=1) == "1 is new here"


SAME = re.compile(r"SIREN|A\.xml|B\.xml|CODE|DOC|IBAN|ID|ID\|VERSION|IMAGE|MATRICULE|N|PDF|TABLE|VERSION|SHELL")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_what_stands_for_a_value_is_in_french_too(name):
    """PATH is CHEMIN: in the help, in the usage, and where it is missing."""
    parser = Parser(prog=name)
    import_module(f"einvoice.commands.{name}").arguments(parser)
    english = {each.metavar for each in actions(parser) if isinstance(each.metavar, str)}
    assert {each for each in english if each not in ROWS and not SAME.fullmatch(each)} == set()
    unnamed = [each.dest for each in actions(parser) if each.metavar is None and not each.choices and each.nargs != 0]
    assert unnamed == []  # argparse would show the name of the option, in English
    speak("fr")
    translate(parser)
    text = parser.format_help()
    assert "arguments:" not in text
    assert "options:" not in text


def actions(parser):
    """The arguments of a parser, and of those of its verbs."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from actions(verb)


def test_usage_is_what_must_be_given():
    """Not every option there is: the one line that a person needs first."""
    parser = Parser(prog="einvoice validate")
    import_module("einvoice.commands.validate").arguments(parser)
    assert synopsis(parser) == "einvoice validate [options] PATH…"
    parser = Parser(prog="einvoice build")
    import_module("einvoice.commands.build").arguments(parser)
    assert synopsis(parser) == "einvoice build --to {ubl,cii,facturx} [options] DRAFT.json"


@pytest.mark.parametrize(("encoding", "accents"), [("ascii", "arreter"), ("latin-1", "arrêter"), ("utf-8", "arrêter…")])
def test_a_terminal_without_unicode_is_spoken_to_plainly(encoding, accents):
    """Help and errors are said in what the terminal has: nobody is told of a UnicodeEncodeError."""
    stream = TextIOWrapper(BytesIO(), encoding=encoding)
    speak_plainly(stream)
    stream.write("arrêter… → « 5 € »\u202f; ☃")
    stream.flush()
    said_so = stream.buffer.getvalue().decode(encoding)
    assert said_so.startswith(accents)
    if encoding == "ascii":
        assert said_so == 'arreter... -> " 5 EUR " ; ?'
    own = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": encoding}
    for arguments in (["validate", "--help"], ["valider"], ["validate", "été.xml"]):
        words = [sys.executable, "-m", "einvoice", *arguments]
        path = {"PYTHONPATH": str(PACKAGE.parent)}
        done = subprocess.run(words, env=os.environ | own | path, capture_output=True, check=False, timeout=60)  # noqa: S603
        assert done.returncode in {0, 2}
        assert b"UnicodeEncodeError" not in done.stderr
        assert b"interne" not in done.stderr
