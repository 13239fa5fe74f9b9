from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from folders import ROOT
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import einvoice as ei
from einvoice.draft import Draft, DraftError
from einvoice.draft.content import DRAFT_ONLY
from einvoice.draft.nesting import line_paths
from einvoice.identifiers import FRENCH_VAT, IBAN, SIREN, SIRET
from einvoice.paths import Path, walk
from einvoice.testing import drafts, french_drafts, ibans, parties, sirens, sirets, texts

TOOLS = ROOT / "tools"
MOVED = {"vat_exemption_reason", "vat_exemption_reason_code"}  # from lines to the breakdown, in EN 16931


def in_invoice(path: Path, places: list[Path]) -> Path:
    """The path in the invoice of a path in the draft: nested lines are flattened."""
    for index in range(len(places) - 1, -1, -1):
        if path.within(places[index]):
            return Path(("lines", index, *path.steps[len(places[index].steps) :]))
    return path


@settings(max_examples=40)
@given(drafts(), st.data())
def test_nothing_given_is_overwritten(draft, data):
    """Every value of a draft, also a wrong one, is in the invoice where it was in the draft."""
    draft.rounding = data.draw(st.sampled_from(["group", "line"]))
    for _ in range(data.draw(st.integers(0, 3))):
        numbers = [str(path) for path, value in walk(draft) if isinstance(value, Decimal)]
        draft.set(data.draw(st.sampled_from(numbers)), data.draw(st.decimals(-10, 10, places=3)))
    draft.set(data.draw(st.sampled_from(["totals.amount_due", "totals.vat_amount", "lines[0].net_amount"])), "1.23")
    invoice, places = draft.complete(), list(line_paths(draft.lines))
    for path, value in walk(draft):
        if path.names[0] not in DRAFT_ONLY and path.name not in MOVED | {"nature"}:
            assert in_invoice(path, places).get(invoice) == value, path


@settings(max_examples=50)
@given(drafts(), st.data())
def test_a_draft_in_any_state_completes(draft, data):
    """Whatever is missing, completing neither fails nor changes the draft, and every finding's path is a path."""
    for _ in range(data.draw(st.integers(1, 8))):
        path = data.draw(st.sampled_from([str(path) for path, _ in walk(draft)]))
        draft.set(path, "group" if path == "rounding" else None)
    before = draft.model_copy()
    draft.complete()
    for disagreement in draft.disagreements():
        held = Path.parse(disagreement.field).get(draft)
        assert ("" if held is None else held) == disagreement.given
    assert draft == before


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(drafts(), st.sampled_from(["ubl", "cii"]))
def test_drawn_drafts_are_valid(draft, syntax):
    """What is drawn satisfies the schema, EN 16931 and BR-FR where French; tools/random_drafts.py draws more."""
    report = ei.validate(ei.build(draft, syntax), policy=ei.Policy(date=date(2026, 11, 22)))
    assert [finding.message_en for finding in report.findings if finding.severity == "error"] == []
    assert report.verdict == "valid"


def test_a_draft_that_hangs_ends_the_tool_and_shows_where():
    """The tool that draws many waits so long for each, then prints the frames and ends: nobody watches it."""
    code = (
        "import sys, time, random_drafts as tool\n"
        "def hangs(*_, **__): time.sleep(60)\n"
        "tool.LONGEST, tool.ei.validate, sys.argv = 1, hangs, ['x', '--count', '1']\n"
        "sys.exit(tool.main())"
    )
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, timeout=40, check=False)  # noqa: S603 - our own code
    assert ended.returncode == 1
    assert "in hangs" in ended.stderr


@settings(max_examples=40)
@given(st.data())
def test_drawn_identifiers_have_right_checksums(data):
    """SIREN, SIRET, VAT number and IBAN pass their checks, and are in ranges that nobody has."""
    siren = data.draw(sirens())
    assert SIREN.is_valid(siren)
    assert siren.startswith("0000")
    assert SIRET.is_valid(data.draw(sirets(siren)))
    iban = data.draw(ibans())
    assert IBAN.is_valid(iban)
    assert iban[4:9] == "99999"
    assert FRENCH_VAT.is_valid(data.draw(parties())["vat_identifier"])


@settings(max_examples=50)
@given(texts())
def test_drawn_texts_survive_xml(text):
    """Every drawn text is one that XML can carry."""
    from lxml import etree

    element = etree.Element("note")
    element.text = text
    assert etree.fromstring(etree.tostring(element)).text == text


@settings(max_examples=20)
@given(french_drafts())
def test_a_draft_survives_its_own_json(draft):
    """A draft written as JSON and read again is the same draft."""
    assert Draft.model_validate_json(draft.model_dump_json(exclude_none=True)) == draft


def test_without_hypothesis_the_extra_is_named():
    """Where Hypothesis is not installed, importing the strategies says what to install."""
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from einvoice.errors import MissingExtra\n"
        "try:\n    import einvoice.testing\n"
        "except MissingExtra as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own code
    assert "einvoice-fr[testing]" in said


@pytest.mark.parametrize(
    "payload",
    [
        '{"number": "1", "number": "2"}',
        f'{{"number": {"9" * 5000}}}',
        '{"lines": [{"quantity": 1e99999999999999999999}]}',
    ],
)
def test_json_that_would_lose_something_is_refused(payload):
    """A name given twice and numbers without end are refused, not cut."""
    with pytest.raises(DraftError):
        Draft.model_validate_json(payload).complete()
