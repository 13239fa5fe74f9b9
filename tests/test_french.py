"""One language at a time, set as each is: every text that einvoice says, wherever it is kept."""

from __future__ import annotations

import argparse
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from folders import ROOT

import einvoice as ei
from einvoice import cli
from einvoice.commands.language import said, speak, translate
from einvoice.commands.parsing import Parser
from einvoice.data import data_text, french, ruleset_text, two_languages
from einvoice.reporting import FORMATS, Look, render
from einvoice.reporting.words import WORDS
from einvoice.rulebook import row
from einvoice.rulebook.words import opened

ROWS = [line.split("\t") for line in ruleset_text("messages.tsv").splitlines()[1:]]
# What is neither French nor English: code, commands, addresses, names of elements, values that are quoted.
CODE = re.compile(
    r"`[^`]*`"
    r"|« ?(?:einvoice|python|pip)[^»]*»|https?://\S+|\{[^}]*\}|pip install \S+(?: \S+)*|einvoice \w+ \S+|--\w[\w-]*"
    r"|\b\w+:\w+|[A-Z][a-z]+[A-Z]\w+|'[^']*'(?=\W)|\([^()]*(?:=…|BT-X)[^()]*\)|\b\w+_\w+\b|%\(?\w*\)?[sr]"
)
ENGLISH = re.compile(
    r"\b(?:[Tt]he|must|shall|should|with|without|allowed|invoice|which|whose|found|missing|from|this|that|these|not|unless|"
    r"only|each|where|when|what|are|was|were|has|have|of|and|or|be|by)\b"
)
FRENCH = re.compile(
    r"(?i)\b(?:le|les|du|des|une|est|sont|dans|avec|sans|pour|doit|doivent|manque|facture|acheteur|vendeur|qui|aucune?|"
    r"cette?|ces|sur|mais|ne|pas|selon)\b"
)
NAMES = re.compile(
    r"Cross Industry Invoice|Bearer"
    r"|Factures? de |[Ll]e Havre|Prises? en charge|«[^»]*»|\"[^\"]*\"|“[^”]*”|cadre de facturation"
)
PLACES = {"{vat}": "S", "{term}": "BT-1", "{other}": "BT-2", "{item}": "MDT-4", "{n}": "1", "{any}": "X"}
PLAIN = re.compile(r"\S [:;!?»](?:\s|$)|« (?=\S)|[\d}] [%€](?![\w(])")

pytestmark = pytest.mark.usefixtures("french_afterwards")


def labels(column):
    """The texts of the view in a language: the last column is English, the one before it French."""
    for name in ("labels.txt", "meanings.txt"):
        for line in (Path(ei.__file__).parent / "view" / "data" / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield line.split("|")[column].strip()


def strings(held):
    """All texts of a nested table."""
    if isinstance(held, str):
        yield held
    elif not isinstance(held, int):
        for each in held.values() if hasattr(held, "values") else held:
            yield from strings(each)


def helps(language):
    """The help of all commands in a language, without what the user types."""
    speak(language)
    for name, purpose in cli.COMMANDS.items():
        parser = Parser(prog=f"einvoice {name}", description=purpose)
        import_module(f"einvoice.commands.{name}").arguments(parser)
        translate(parser)
        yield from said_by(parser)


def said_by(parser):
    """What a parser and the parsers of its verbs say."""
    yield parser.description or ""
    for action in parser._actions:
        yield action.help or ""
        if isinstance(action, argparse._SubParsersAction):
            yield from (choice.help for choice in action._choices_actions)
            for verb in action.choices.values():
                yield from said_by(verb)


def prose(page):
    """A page of the documentation without its code."""
    text = re.sub(r"(?s)```.*?```|<svg.*?</svg>|\]\([^)]*\)", "", page.read_text(encoding="utf-8"))
    return re.sub(r"`[^`]*`", "", text).splitlines()


def texts(language):
    """Every text of a language, with the place where it is kept."""
    columns = {"fr": (3, 5), "en": (4, 6)}[language]
    yield from ((cells[0], cells[column]) for cells in ROWS for column in columns)
    yield from (("view", text) for text in labels(-2 if language == "fr" else -1))
    yield from (("report", text) for text in strings(WORDS[language]))
    yield from (("help", text) for text in helps(language))
    rows = (line.split("\t") for line in data_text("command_line.tsv").splitlines()[1:])
    yield from (("command line", cells[1 if language == "fr" else 0]) for cells in rows)
    pages = tomllib.loads((ROOT / "einvoice_server/templates/texts.toml").read_text(encoding="utf-8"))
    yield from (("sandbox", text) for text in strings(pages[language]))
    yield from ((page.name, line) for page in (ROOT / "docs" / language).glob("*.md") for line in prose(page))


@pytest.mark.parametrize(("language", "other"), [("fr", ENGLISH), ("en", FRENCH)])
def test_each_text_is_in_one_language(language, other):
    """No word of English in a French text, none of French in an English one."""
    strange = {
        (place, text): found[0]
        for place, text in texts(language)
        if (found := other.search(NAMES.sub(" ", CODE.sub(" ", text.replace("\u00a0", " ").replace("\u202f", " ")))))
    }
    assert not strange, "\n".join(f"{word}: {at}" for at, word in strange.items())


def test_french_blanks_do_not_break():
    """Whatever is shown in French has no-break blanks at its marks: rows, labels, reports, help, the sandbox."""
    shown = [(cells[0], text) for cells in ROWS for text in (opened(row(cells[0]) or bare(cells)).fr, cells[5] and "")]
    shown += [("report", text) for text in strings(WORDS["fr"])]
    shown += [("view", french(text)) for text in labels(-2)]
    pages = tomllib.loads((ROOT / "einvoice_server/templates/texts.toml").read_text(encoding="utf-8"))
    shown += [("sandbox", text) for text in strings(pages["fr"])]
    speak("fr")
    shown += [("command line", said(line.split("\t")[0])) for line in data_text("command_line.tsv").splitlines()[1:]]
    assert not [(place, text) for place, text in shown if PLAIN.search(text)]


def bare(cells):
    """The row of a family, which no id is."""
    member = cells[0]
    for place, value in PLACES.items():
        member = member.replace(place, value)
    found = row(member)
    assert found is not None, cells[0]
    return found


@pytest.mark.parametrize(
    ("given", "set_as"),
    [
        ("trouvé : 1 ; attendu : 2 !", "trouvé\u00a0: 1\u202f; attendu\u00a0: 2\u202f!"),
        ("« oui » à 20 % ou 5 €", "«\u00a0oui\u00a0» à 20\u00a0% ou 5\u00a0€"),
        ("de {rate:figure} % ?", "de {rate:figure}\u00a0%\u202f?"),
        ("https://x.fr:80 %(prog)s a:b %s", "https://x.fr:80 %(prog)s a:b %s"),
    ],
)
def test_where_french_blanks_stand(given, set_as):
    """Before : » % € and after « a no-break space, before ; ! ? a narrow one; nowhere else."""
    assert french(given) == set_as


def test_a_figure_and_a_mark_stay_together_in_every_form():
    """Text, JSON, JUnit, SARIF, GitHub, HTML: the same blanks, and nothing spelled out as hidden."""
    report = ei.validate((ROOT / "fixtures/broken/wrong-line-total.ubl.xml").read_bytes(), name="f.xml")
    for form in FORMATS:
        text = render(report, form, language="fr")
        assert "[U+" not in text, form
        assert form == "statistics" or "\u00a0" in text, form


@pytest.mark.parametrize(("currency", "shown"), [("EUR", "2\u202f406,00\u00a0€"), ("USD", "2\u202f406,00\u00a0USD")])
def test_an_amount_has_its_figures_and_its_currency(currency, shown):
    """What was found, what was expected and the reason: as French accounts have them, in every form and on the view."""
    broken = (ROOT / "fixtures/broken/wrong-line-total.ubl.xml").read_text(encoding="utf-8").replace("EUR", currency)
    report = ei.validate(broken.encode(), name="f.xml")
    told = next(each for each in report.findings if each.rule == "EI-CALC-01")
    reason = shown.replace("2\u202f406", "2\u202f460")
    assert told.message.endswith(f"donnent {reason}")
    assert told.found == "2406.00"
    assert told.currency == currency
    for form in ("github", "sarif", "text", "html"):
        assert shown in render(report, form, language="fr"), form
    assert "found: 2406.00" in render(ei.validate(broken.encode(), name="f.xml", language="en"), "text", language="en")


def test_what_is_no_amount_stays_as_it_is_written():
    """A rate whose spelling is what is wrong is shown as it is spelled; so is any value that is no amount."""
    report = ei.validate((ROOT / "fixtures/broken/vat-rate-spelling.ubl.xml").read_bytes(), name="f.xml")
    (rate,) = [each for each in report.findings if each.found == "20.000" and each.rule.startswith("BR-FR-16")]
    assert rate.currency is None
    assert "trouvé\u00a0: 20.000" in render(report, "text", language="fr")


def test_a_narrow_terminal_gets_lines_that_fit():
    """Words are wrapped, headings too; only what has no blank, such as a path, may be longer."""
    report = ei.validate((ROOT / "fixtures/broken/wrong-vat.cii.xml").read_bytes(), name="f.xml")
    for width in (40, 60, 100):
        lines = render(report, "text", language="fr", look=Look(width=width)).splitlines()
        assert [line for line in lines if len(line) > width and " " in line.strip()] == []


def test_what_cannot_be_used_is_told_in_french(tmp_path, capsys):
    """A file of rules that is none, a logo that is none, a value that is missing, the names of our own rules."""
    none = tmp_path / "g.sch"
    none.write_text("garbage", encoding="utf-8")
    good = str(ROOT / "fixtures/valid/services.ubl.xml")
    assert cli.run(["validate", good, "--schematron", str(none)]) == 3
    told = " ".join(capsys.readouterr().out.split(" ")).replace("\n", " ")
    assert re.search(
        "le fichier de règles .*g.sch ne peut pas être lu\u00a0: ce n'est ni du XML", re.sub(" +", " ", told)
    )
    assert cli.run(["render", good, "--to", "html", "--logo", str(none)]) == 1
    assert "commence par «\u00a0garbage\u00a0»" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.run(["schema"])
    assert "il manque\u00a0: {draft,invoice" in capsys.readouterr().err
    status = ["status", good, "205", "--received-at", "2026-11-02T15:10", "-o", str(tmp_path / "s.xml")]
    assert cli.run(status) == 0
    assert cli.run(["validate", str(tmp_path / "s.xml")]) == 0
    assert "einvoice\u00a0: messages de cycle de vie" in " ".join(capsys.readouterr().out.split("\n      "))


@pytest.mark.parametrize(("table", "least"), [("report_words.txt", 50), ("payment_words.txt", 6)])
def test_words_of_a_table_have_the_same_forms_and_places_in_both_languages(table, least):
    """Where one language has a word for one and another for several, so has the other; facts stand in both."""
    rows = two_languages(data_text(table))
    for key, told in rows.items():
        assert told["fr"].count(" / ") == told["en"].count(" / "), key
        assert re.findall(r"\{\w+\}|[][]", told["fr"]) == re.findall(r"\{\w+\}|[][]", told["en"]), key
    assert len(rows) >= least
