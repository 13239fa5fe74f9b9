from __future__ import annotations

import json
from datetime import date

import icalendar
import pytest
from folders import ROOT
from french_samples import IBAN, NUMBER, fixture, when
from programs import run

import einvoice as ei
from einvoice.commands.output import INVALID, VALID
from einvoice.france.directory import DirectoryLine
from einvoice.france.directory_files import DirectoryExport, DirectoryUpdate, write_export, write_update
from einvoice.france.ereporting import EReport
from einvoice.france.ereporting.books_file import BooksFile
from einvoice.france.lifecycle import LifecycleMessage
from einvoice.model import Address, Invoice, Note, Party

ARRIVED = ("--received-at", "2026-11-02T16:10")
AT = ("--at", "2026-11-03T10:00")
BOOKS = {
    "declarant": {"identifier": {"value": "100000009", "scheme_id": "0002"}, "name": "VENDEUR EXEMPLE"},
    "platform": {"identifier": {"value": "0123", "scheme_id": "0238"}, "name": "PA EXEMPLE"},
    "regime": "real_normal_monthly",
    "invoice_files": ["k.xml"],
    "sales": [
        {
            "day": "2026-11-03",
            "category_code": "TLB1",
            "count": 12,
            "rates": [{"rate": 20, "taxable_amount": 500.00, "tax_amount": 100.00}],
        }
    ],
    "receipts": [{"day": "2026-11-04", "parts": [{"rate": 20, "amount": 240.00}]}],
}


# A mixed invoice to a person, nothing in which tells goods from services.
_OF_UNKNOWN_NATURE = {
    "number": "M1",
    "buyer": Party(name="CLIENT EXEMPLE", postal_address=Address(country_code="FR")),
    "notes": (Note(subject_code="BAR", text="B2C"),),
    "lines": tuple(line.model_copy(update={"unit_code": "C62"}) for line in fixture("mixed").lines),
}


pytestmark = pytest.mark.usefixtures("nothing_added")


@pytest.fixture
def invoice(tmp_path):
    """An invoice as a file."""
    path = tmp_path / "f.xml"
    path.write_bytes(ei.build(fixture("services"), "ubl"))
    return path


@pytest.fixture
def books(tmp_path):
    """Books as a file, with an invoice beside it."""
    (tmp_path / "k.xml").write_bytes(ei.build(fixture("intra-community"), "cii"))
    path = tmp_path / "books.json"
    path.write_text(json.dumps(BOOKS), encoding="utf-8")
    return path


def told(out) -> LifecycleMessage:
    """The message in a file."""
    message = ei.parse(out.read_bytes())
    assert isinstance(message, LifecycleMessage)
    return message


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("205",), "205"),
        (("207", "--reason", "TX_TVA_ERR", "--action", "NIN", "--wrong", "BT-152:20:10"), "207"),
        (("210", "--reason", "TX_TVA_ERR", "--comment", "Le taux est de 10 %."), "210"),
        (("211", "--amount", "100", "--paid-on", "2026-11-03"), "211"),
        (("212", "--amount", "700,50", "--paid-before", "500", "--discount", "10"), "212"),
        (("206", "--reason", "PU_ERR", "--approved", "100.00"), "206"),
        (("227", "--account", IBAN), "227"),
        (("213", "--by", "receiving_platform", "--reason", "REJ_SEMAN"), "213"),
    ],
)
def test_status_writes_a_valid_message(invoice, tmp_path, arguments, code):
    """Each kind of status from the command line is one that `validate` accepts."""
    out = tmp_path / "status.xml"
    assert run("status", invoice, *arguments, *ARRIVED, *AT, "-o", out) == VALID
    assert told(out).subject.status_code == code
    assert run("validate", out, "--date", "2026-11-22", "-o", tmp_path / "report.txt") == VALID


def test_status_makes_the_portals_copy(invoice, tmp_path):
    """--ppf names the platform and the number of the message."""
    out = tmp_path / "ppf.xml"
    portal = ("--ppf", f"0123:AAA123:{NUMBER}", "--platform-name", "PA EXEMPLE")
    assert run("status", invoice, "212", "--amount", "100", *ARRIVED, *AT, *portal, "-o", out) == VALID
    assert told(out).identifier == f"FFE0614A_AAA123_{NUMBER}"
    assert run("validate", out, "--date", "2026-11-22", "-o", tmp_path / "report.txt") == VALID


@pytest.mark.parametrize(("language", "words"), [("fr", "exige un motif"), ("en", "requires a reason")])
def test_status_says_why_it_cannot_be_told(invoice, capsys, language, words):
    """In the language asked for, without writing anything; exit status 1."""
    assert run("status", invoice, "210", *ARRIVED, "--lang", language) == INVALID
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "wrong",
    [
        ("205",),  # without --received-at
        ("205", "--received-at", "yesterday"),
        ("212", *ARRIVED, "--amount", "much"),
        ("212", *ARRIVED, "--amount", "NaN"),
        ("211", *ARRIVED, "--paid-on", "3/11"),
        ("200", *ARRIVED, "--ppf", "12:AAA123:1"),
        ("200", *ARRIVED, "--ppf", "0123:AAA123:1"),
    ],
)
def test_wrong_usage_is_told(invoice, wrong, capsys):
    """Exit status 2, and what was expected."""
    with pytest.raises(SystemExit) as error:
        run("status", invoice, *wrong)
    assert error.value.code == 2
    assert "einvoice status : erreur :" in capsys.readouterr().err


def test_a_status_is_told_of_an_invoice(invoice, tmp_path, capsys):
    """Not of another message."""
    out = tmp_path / "status.xml"
    run("status", invoice, "205", *ARRIVED, "-o", out)
    assert run("status", out, "205", *ARRIVED) == INVALID
    assert "invoice" in capsys.readouterr().err


def test_the_help_of_status_lists_the_codes(capsys):
    """Who sets each and what it wants, for someone who has no table at hand."""
    with pytest.raises(SystemExit):
        run("status", "--help")
    out = capsys.readouterr().out
    assert "210  Refusée : receiver ; exige : commentaire, motif ; PPF" in out


def test_parse_writes_messages_as_json(invoice, tmp_path, capsys):
    """What `parse` writes can be read back into the model."""
    out, as_json = tmp_path / "status.xml", tmp_path / "status.json"
    run("status", invoice, "205", *ARRIVED, *AT, "-o", out)
    assert run("parse", out, "-o", as_json) == VALID
    assert LifecycleMessage.model_validate_json(as_json.read_bytes()) == told(out)
    assert capsys.readouterr().err == ""


# -- report ------------------------------------------------------------------------------------------------------------


def test_report_make_writes_the_reports_of_a_year(books, tmp_path, capsys):
    """One file for each, all valid, and a line that tells period, deadline and sums."""
    folder = tmp_path / "reports"
    assert run("report", "make", books, "--year", "2026", "-o", folder) == VALID
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["PAY-100000009-SE-20261101.xml", "TX-100000009-SE-20261101.xml"]
    out = capsys.readouterr().out
    assert "à déposer le 20/11/2026" in out
    assert "(500,00\u00a0€ + 100,00\u00a0€)" in out
    assert run("validate", folder, "--date", "2026-11-22", "-o", tmp_path / "report.txt") == VALID
    report = ei.parse((folder / names[1]).read_bytes())
    assert isinstance(report, EReport)
    assert len(report.transactions.invoices) == 1


def test_report_make_files_the_rest(books, tmp_path, capsys):
    """An invoice that lacks something and one that the rules refuse are told with number and remedy; exit status 1."""
    lacking = fixture("mixed").model_copy(update=_OF_UNKNOWN_NATURE)
    refused = fixture("intra-community").model_copy(update={"number": "K1", "type_code": "381"})
    for name, wrong in (("m.xml", lacking), ("k1.xml", refused)):
        (tmp_path / name).write_bytes(ei.build(wrong, "ubl"))
    given = BOOKS | {"invoice_files": ["k.xml", "m.xml", "k1.xml"]}
    books.write_text(json.dumps(given), encoding="utf-8")
    folder = tmp_path / "reports"
    assert run("report", "make", books, "--year", "2026", "-o", folder, "--lang", "en") == INVALID
    said = capsys.readouterr().err
    assert "not reported  EI-FRR-38" in said
    assert "known, line_natures" in said
    assert "K1  not reported  G1.32" in said
    report = ei.parse((folder / "TX-100000009-SE-20261101.xml").read_bytes())
    assert [each.number for each in report.transactions.invoices] == [fixture("intra-community").number]
    assert run("validate", folder, "--date", "2026-11-22", "-o", tmp_path / "report.txt") == VALID


def test_report_make_is_invalid_where_its_output_is(books, tmp_path, capsys):
    """Daily sales in a category that does not exist: written, and told; the exit status does not call it success."""
    wrong = BOOKS["sales"][0] | {"category_code": "TXX1"}
    books.write_text(json.dumps(BOOKS | {"sales": [wrong]}), encoding="utf-8")
    assert run("report", "make", books, "--year", "2026", "-o", tmp_path / "reports") == INVALID
    assert "G1.68" in capsys.readouterr().err


def test_report_make_takes_another_regime(books, tmp_path, capsys):
    """--regime goes before what the books say."""
    folder = tmp_path / "reports"
    assert (
        run("report", "make", books, "--year", "2026", "--regime", "franchise", "-o", folder, "--lang", "en") == VALID
    )
    assert "2026-11-01 – 2026-12-31" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"regime": None}, "regime"),
        ({"sales": [{"day": "soon"}]}, "books"),
        ({"invoice_files": ["books.json"]}, "JSON"),
        ({"declarant": {"identifier": {"value": "300000007", "scheme_id": "0002"}, "name": "X"}}, "EI-FRR-33"),
    ],
)
def test_report_make_says_what_is_wrong_with_the_books(books, tmp_path, capsys, change, words):
    """Exit status 1 and a sentence, no traceback."""
    books.write_text(json.dumps(BOOKS | change), encoding="utf-8")
    assert run("report", "make", books, "--year", "2026", "-o", tmp_path / "reports") == INVALID
    assert words in capsys.readouterr().err


def test_report_calendar_lists_periods_by_deadline(capsys):
    """The last day to file of each; none before the law, nor of a regime that is no more."""
    assert run("report", "calendar", "real_normal_quarterly", "2026", "--lang", "en") == VALID
    told = capsys.readouterr()
    assert told.out.splitlines()[:2] == [
        "2026-09-01 – 2026-09-30  payments      due 2026-10-10",
        "2026-09-01 – 2026-09-30  transactions  due 2026-10-10",
    ]
    assert len(told.out.splitlines()) == 8
    assert "e-reporting begins on 2026-09-01" in told.err
    assert run("report", "calendar", "real_normal_quarterly", "2026", "--size", "small") == VALID
    told = capsys.readouterr()
    assert told.out == ""
    assert "commence le 01/09/2027" in told.err
    assert run("report", "calendar", "simplified", "2027") == VALID
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 8
    assert "le régime simplifié est supprimé au 01/01/2027" in told.err
    assert run("report", "calendar", "simplified", "2028") == VALID
    assert capsys.readouterr().out == ""


def test_report_calendar_is_read_by_programs(capsys):
    """JSON holds when the portal closes; iCalendar has a day for each deadline, under an identifier that stays."""
    assert run("report", "calendar", "franchise", "2028", "--format", "json") == VALID
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["closes_at"] == "2028-04-01T08:00:00"
    assert len(rows) == 12
    texts = []
    for _ in range(2):
        assert run("report", "calendar", "franchise", "2028", "--format", "ics") == VALID
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    events = icalendar.Calendar.from_ical(texts[0]).walk("VEVENT")
    assert [str(event.decoded("DTSTART")) for event in events] == [row["due"] for row in rows]
    assert len({str(event["UID"]) for event in events}) == 12
    assert str(events[0]["SUMMARY"]).startswith("e-reporting à déposer : ")
    assert all(len(line.encode()) <= 75 for line in texts[0].splitlines())


def test_report_diff_tells_what_changed(books, tmp_path, capsys):
    """Exit status 1 where something differs, 0 where nothing does."""
    run("report", "make", books, "--year", "2026", "-o", tmp_path / "a")
    more = BOOKS | {"sales": [*BOOKS["sales"], BOOKS["sales"][0] | {"category_code": "TPS1"}]}
    books.write_text(json.dumps(more), encoding="utf-8")
    run("report", "make", books, "--year", "2026", "-o", tmp_path / "b")
    capsys.readouterr()
    name = "TX-100000009-SE-20261101.xml"
    assert run("report", "diff", tmp_path / "a" / name, tmp_path / "b" / name) == INVALID
    assert "transactions.sales[2026-11-03 TPS1 EUR].vat_amount  — → 100.00" in capsys.readouterr().out
    assert run("report", "diff", tmp_path / "a" / name, tmp_path / "a" / name) == VALID
    assert capsys.readouterr().out == "aucun écart\n"
    assert run("report", "diff", tmp_path / "a" / name, tmp_path / "k.xml") == INVALID


def test_the_books_example_is_one():
    """The JSON in the module's text is what the model reads."""
    text = (ROOT / "einvoice/france/ereporting/books_file.py").read_text(encoding="utf-8")
    example = text[text.index("    {") : text.index("\n\n`invoice_files`")]
    assert BooksFile.model_validate_json(example).sales[0].count == 12


# -- directory ---------------------------------------------------------------------------------------------------------


def test_directory_check_takes_an_address_apart(capsys):
    """Its parts, and what is wrong with them."""
    assert run("directory", "check", "100000009_10000000900017_ACHATS") == VALID
    out = capsys.readouterr().out
    assert "SIRET : 10000000900017" in out
    assert "code de routage : ACHATS" in out
    assert run("directory", "check", "100000008", "--lang", "en") == INVALID
    assert "G1.89" in capsys.readouterr().out


def test_directory_where_finds_the_platform(tmp_path, capsys):
    """The line that receives on that day; exit status 1 for nowhere, and for a company without platform."""
    path = tmp_path / "annuaire.xml"
    lines = tuple(
        DirectoryLine(
            siren=siren, nature="D", start_date=date(2026, 9, 1), platform=platform, instance_id="1", presence="C"
        )
        for siren, platform in (("100000009", "0007"), ("200000008", "9998"))
    )
    path.write_bytes(write_export(DirectoryExport(produced_at=when("2026-09-10"), kind="C", lines=lines)))
    assert run("directory", "where", path, "100000009", "--day", "2026-11-22") == VALID
    assert "100000009 → 0007" in capsys.readouterr().out
    assert run("directory", "where", path, "200000008", "--day", "2026-11-22") == INVALID
    assert "plateforme" in capsys.readouterr().out
    assert run("directory", "where", path, "300000007", "--day", "2026-11-22", "--lang", "en") == INVALID
    assert "no line" in capsys.readouterr().out


def test_directory_files_go_through_the_same_doors():
    """F13 and F14 are parsed by content; a wrong line of an update is an error, its schema is not installed."""
    line = DirectoryLine(siren="100000008", nature="D", start_date=date(2026, 12, 1), platform="0007")
    data = write_update(DirectoryUpdate(lines=(line,)))
    assert isinstance(ei.parse(data), DirectoryUpdate)
    (report,) = ei.validate(data, policy=ei.Policy(date=date(2026, 11, 22)), language="en").documents
    assert (report.kind, report.verdict) == ("directory", "invalid")
    assert [finding.rule for finding in report.findings] == ["EI-G1.89"]
    assert report.findings[0].message == report.findings[0].message_en


def test_an_invoice_is_still_an_invoice(invoice):
    """Recognition of messages takes nothing away."""
    assert isinstance(ei.parse(invoice.read_bytes()), Invoice)


@pytest.mark.parametrize("typed", ["100 000 009", "0225:100000009", " 100000009 "])
def test_an_address_is_shown_as_it_is_written(typed, capsys):
    """Blanks and the scheme do not belong to it: the command says what BT-49 holds."""
    assert run("directory", "check", typed, "--lang", "en") == VALID
    assert capsys.readouterr().out.startswith("to be written: 100000009\n")
