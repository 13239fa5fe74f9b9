"""Changes of the directory: each official sentence has a case that breaks it, and the order of lines counts."""

from __future__ import annotations

from datetime import date

import pytest
from french_samples import SIREN, SIRET

from einvoice.france.addresses import ElectronicAddress
from einvoice.france.directory import DirectoryLine
from einvoice.france.directory_files import DirectoryUpdate, RoutingCode
from einvoice.france.directory_update import apply_update, line_findings

TODAY = date(2026, 9, 10)
TOMORROW = date(2026, 9, 11)
NEXT_YEAR = date(2027, 9, 10)


def line(address: str = SIREN, **given) -> DirectoryLine:
    """A line that starts tomorrow, unless told otherwise."""
    parts = ElectronicAddress.parse(address).model_dump()
    return DirectoryLine(**{**parts, "nature": "D", "start_date": TOMORROW, "platform": "0007", **given})


IN_FORCE = line(start_date=date(2026, 9, 1))


@pytest.mark.parametrize(
    ("given", "rule", "field"),
    [
        ({"siren": "100000008"}, "EI-G1.89", "siren"),
        ({"siren": "200000008", "siret": SIRET}, "EI-G1.80", "siret"),
        (
            {"siret": SIRET, "routing_identifier": "A", "routing_identifier_type": "0088"},
            "EI-G1.83",
            "routing_identifier_type",
        ),
        ({"routing_identifier": "A"}, "EI-G1.91", "siret"),
        ({"siret": SIRET, "suffix": "A"}, "EI-G1.93", "suffix"),
        ({"siret": SIRET, "routing_identifier": "A.B"}, "EI-G1.95", "routing_identifier"),
        ({"suffix": "é"}, "EI-G1.115", "suffix"),
        ({"nature": "X"}, "EI-DT-7-2", "nature"),
        ({"start_date": None}, "EI-G1.87", "start_date"),
        ({"end_date": TOMORROW}, "EI-G1.113", "end_date"),
        ({"start_date": date(2026, 9, 1), "end_date": TODAY}, "EI-G1.88", "end_date"),
        ({"platform": "7"}, "EI-G1.94", "platform"),
        ({"platform": None}, "EI-G1.94", "platform"),
        ({"platform": "0099"}, "EI-G1.94", "platform"),
        ({"platform": "9998"}, "EI-G1.112", "platform"),
    ],
)
def test_a_wrong_line_breaks_its_rule(given, rule, field):
    """One mistake, one finding: its rule, its field, both languages and its source."""
    (finding,) = line_findings(line(**given), today=TODAY, platforms=frozenset({"0007"}))
    assert (finding.rule, finding.field) == (rule, field)
    assert finding.severity == "error"
    assert finding.message != finding.message_en
    assert finding.source.endswith(rule.removeprefix("EI-"))


def test_a_right_line_has_no_findings():
    """A line that starts tomorrow on a registered platform is right."""
    assert line_findings(line(end_date=NEXT_YEAR), today=TODAY, platforms=frozenset({"0007"})) == ()


@pytest.mark.parametrize(
    ("existing", "changes", "rules", "after"),
    [
        ([], [line()], [], [line()]),
        ([], [line(start_date=TODAY)], ["EI-G1.87"], []),
        ([line()], [line(platform="0008")], [], [line(platform="0008")]),  # to come: its platform may change
        ([IN_FORCE], [IN_FORCE.model_copy(update={"end_date": NEXT_YEAR})], [],
         [IN_FORCE.model_copy(update={"end_date": NEXT_YEAR})]),
        ([IN_FORCE], [IN_FORCE.model_copy(update={"platform": "0008"})], ["EI-G1.87"], [IN_FORCE]),
        ([IN_FORCE], [line()], ["EI-G1.86"], [IN_FORCE]),
        ([IN_FORCE], [IN_FORCE.model_copy(update={"end_date": TOMORROW}), line(platform="0008")], [],
         [IN_FORCE.model_copy(update={"end_date": TOMORROW}), line(platform="0008")]),  # closed, then replaced
        ([IN_FORCE], [line(platform="0008"), IN_FORCE.model_copy(update={"end_date": TOMORROW})], ["EI-G1.86"],
         [IN_FORCE.model_copy(update={"end_date": TOMORROW})]),  # the other way round
        ([line()], [line(nature="M")], [], []),
        ([line()], [line(nature="M", platform="0008")], ["EI-G1.84"], [line()]),
        ([], [line(nature="M")], ["EI-G1.84"], []),
        ([IN_FORCE], [IN_FORCE.model_copy(update={"nature": "M"})], ["EI-G1.85"], [IN_FORCE]),
        ([line()], [line(nature="M"), line(start_date=date(2026, 9, 12))], [], [line(start_date=date(2026, 9, 12))]),
        ([IN_FORCE], [line(f"{SIREN}_{SIRET}")], [], [IN_FORCE, line(f"{SIREN}_{SIRET}")]),  # another address
    ],
)  # fmt: skip
def test_a_change_is_judged_against_the_directory(existing, changes, rules, after):
    """What may be changed depends on what is there, and on what was changed before it in the file."""
    lines, findings = apply_update(DirectoryUpdate(lines=tuple(changes)), existing, today=TODAY)
    assert [finding.rule for finding in findings] == rules
    assert list(lines) == after


def test_findings_point_at_their_line():
    """The field of a finding names the line by its position in the file."""
    _, findings = apply_update(DirectoryUpdate(lines=(line(), line(f"{SIREN}_A", platform="9999"))), [], today=TODAY)
    assert [finding.field for finding in findings] == ["lines[1].platform"]


def test_a_doubtful_suffix_does_not_stop_the_change():
    """A warning is said and the line is taken."""
    lines, findings = apply_update(DirectoryUpdate(lines=(line(f"{SIREN}_20000000800016"),)), [], today=TODAY)
    assert [finding.severity for finding in findings] == ["warning"]
    assert len(lines) == 1


def test_routing_codes_are_judged_too():
    """A routing code needs a SIRET, a name of allowed characters, and scheme 0224."""
    code = RoutingCode(status="A", siret="123", routing_identifier="A/B", routing_identifier_type="0002", name="x")
    _, findings = apply_update(DirectoryUpdate(routing_codes=(code,)), [], today=TODAY)
    assert [(finding.rule, finding.field) for finding in findings] == [
        ("EI-G2.07", "routing_codes[0].siret"),
        ("EI-G1.95", "routing_codes[0].routing_identifier"),
        ("EI-G1.83", "routing_codes[0].routing_identifier_type"),
    ]


def test_a_line_of_a_platform_that_is_gone_may_be_closed():
    """G1.94 is about new lines: who takes over from a platform that is registered no longer ends its lines."""
    old = line(start_date=date(2026, 9, 1), platform="0099")
    closed = old.model_copy(update={"end_date": NEXT_YEAR})
    registered = frozenset({"0007"})
    after, found = apply_update(DirectoryUpdate(lines=(closed,)), (old,), today=TODAY, platforms=registered)
    assert (found, [each.end_date for each in after]) == ((), [NEXT_YEAR])
    _, found = apply_update(DirectoryUpdate(lines=(closed,)), (), today=TODAY, platforms=registered)
    assert "EI-G1.94" in [each.rule for each in found]
