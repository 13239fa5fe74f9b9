"""Rules of the user may go on for ever, or need all memory; they get a deadline and a bound, in either engine."""

from __future__ import annotations

import pytest
from minimal import UBL, without

import einvoice as ei
from einvoice import bounded

SCHEMA = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    queryBinding="xslt2">
  <ns prefix="u" uri="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>
  <ns prefix="cbc" uri="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"/>
  <ns prefix="f" uri="urn:f"/>
  {functions}
  <pattern>{lets}<rule context="u:Invoice"><assert id="HOUSE-1" test="{test}">Never seen.</assert></rule></pattern>
</schema>"""
TWICE = """<xsl:function name="f:f" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:param name="n"/>
  <xsl:sequence select="if ($n lt 2) then 1 else f:f($n - 1) + f:f($n - 2)"/></xsl:function>"""
DOUBLED = "<let name='l0' value='&quot;abcdefgh&quot;'/>" + "".join(
    f'<let name="l{at}" value="concat($l{at - 1}, $l{at - 1}, $l{at - 1}, $l{at - 1})"/>' for at in range(1, 25)
)
SLOW = {
    "pattern": SCHEMA.format(functions="", lets="", test="matches('" + "a" * 200 + "', '" + "a*" * 30 + "b')"),
    "pattern of the invoice": SCHEMA.format(
        functions="", lets="", test="matches('" + "a" * 200 + "', string((//cbc:Name)[1]))"
    ),
    "loops": SCHEMA.format(
        functions="", lets="", test="some $a in 1 to 1000000, $b in 1 to 1000000 satisfies $a + $b = 0"
    ),
    "function": SCHEMA.format(functions=TWICE, lets="", test="f:f(60) = 1"),
}


def judged(data: bytes, content: str, **more) -> ei.DocumentReport:
    """A document judged, at the end by rules of the user."""
    rules = ({"name": "house.sch", "content": content.encode()},)
    policy = ei.Policy(date="2026-11-22", house_rules=rules, **more)
    (report,) = ei.validate(data, policy=policy).documents
    return report


@pytest.mark.parametrize("content", SLOW.values(), ids=SLOW)
def test_rules_that_go_on_for_ever_are_stopped(content):
    """The step did not run, and says for how long it was waited; no invoice is valid by it."""
    data = without(UBL, "Réglage d'une machine=>" + "a*" * 30 + "b")
    report = judged(data, content, time_limit=3)
    assert report.verdict == "not_run"
    assert "3 s" in (report.steps[-1].reason or "")


def test_rules_that_need_all_memory_are_stopped():
    """Variables, each four times as long as the one before, end their own process alone; others are answered."""
    report = judged(UBL.encode(), SCHEMA.format(functions="", lets=DOUBLED, test="string-length($l24) = 0"))
    assert report.verdict == "not_run"
    assert str(bounded.MEMORY // 1_000_000) in (report.steps[-1].reason or "")
    assert judged(UBL.encode(), SCHEMA.format(functions="", lets="", test="cbc:ID")).verdict == "valid"
