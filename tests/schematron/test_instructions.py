"""Functions made of instructions give, compiled and written out for Saxon, what Saxon makes of the instructions."""

from __future__ import annotations

import importlib.util

import pytest
from lxml import etree

from einvoice.schematron import RuleError, compile_rules, read_rules

DOCUMENT = etree.fromstring("<r><v>-3</v><v>0</v><v>12.5</v><v>abc</v><v/><v><w>1</w><w>2</w></v></r>")


def stylesheet(body: str) -> bytes:
    """A published stylesheet whose one report tells what a function gives for each value."""
    return f"""<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:f="urn:f"
        xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="*" mode="schematron-select-full-path">/r</xsl:template>
  <xsl:variable name="part" select="'global'"/>
  <xsl:function name="f:given" as="xs:string*"><xsl:param name="n" as="element()"/>{body}</xsl:function>
  <xsl:template match="/"><svrl:schematron-output>
    <svrl:active-pattern/><xsl:apply-templates select="/" mode="M1"/></svrl:schematron-output></xsl:template>
  <xsl:template match="v" priority="1000" mode="M1"><svrl:fired-rule/>
    <xsl:if test="true()"><svrl:successful-report test="true()"><svrl:text>[<xsl:value-of
      select="string-join(for $each in f:given(.) return string($each), '|')"/>]</svrl:text></svrl:successful-report>
    </xsl:if><xsl:apply-templates select="*" mode="M1"/></xsl:template>
  <xsl:template match="@*|node()" priority="-2" mode="M1"><xsl:apply-templates select="*" mode="M1"/></xsl:template>
</xsl:stylesheet>""".encode()


CASES = {
    "choose": """<xsl:choose>
          <xsl:when test="not($n castable as xs:decimal)"><xsl:sequence select="'none'"/></xsl:when>
          <xsl:when test="xs:decimal($n) lt 0"><xsl:sequence select="'minus'"/></xsl:when>
          <xsl:otherwise><xsl:sequence select="'plus'"/></xsl:otherwise></xsl:choose>""",
    "no otherwise": """<xsl:choose><xsl:when test="$n = '0'"><xsl:sequence select="'zero'"/></xsl:when></xsl:choose>""",
    "an empty branch": """<xsl:choose><xsl:when test="$n = '0'"/>
        <xsl:otherwise><xsl:sequence select="'other'"/></xsl:otherwise></xsl:choose>""",
    "if": """<xsl:if test="$n = ''"><xsl:sequence select="'empty'"/></xsl:if>""",
    "one after the other": """<xsl:sequence select="'a', 'b'"/><xsl:if test="$n = '0'"><xsl:sequence select="'z'"/>
        </xsl:if><xsl:value-of select="$n/w" separator="+"/>""",
    "a variable of a branch": """<xsl:choose>
          <xsl:when test="$n castable as xs:decimal">
            <xsl:variable name="part" select="xs:decimal($n)"/><xsl:variable name="twice" select="$part * 2"/>
            <xsl:sequence select="string($twice), '$part', concat(&quot;$part&quot;, $part (: $part's :))"/>
          </xsl:when>
          <xsl:otherwise><xsl:sequence select="$part"/></xsl:otherwise></xsl:choose>""",
    "a variable made of instructions": """<xsl:variable name="size" as="xs:integer"><xsl:choose>
          <xsl:when test="$n/w"><xsl:variable name="w" select="$n/w"/><xsl:sequence select="count($w)"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="string-length($n)"/></xsl:otherwise></xsl:choose></xsl:variable>
        <xsl:sequence select="for $size in $size return string($size + 1)"/>""",
    "for-each": """<xsl:for-each select="$n/w"><xsl:if test=". != '1'"><xsl:sequence select="string(.)"/></xsl:if>
        <xsl:value-of select="name(..), ../w[1]"/></xsl:for-each>""",
    "for-each of numbers": """<xsl:for-each select="1 to 3">
        <xsl:sequence select="string(. * 2)"/></xsl:for-each>""",
    "for-each in for-each": """<xsl:for-each select="$n/w"><xsl:for-each select="../w, .">
        <xsl:sequence select="string()"/></xsl:for-each></xsl:for-each>""",
}


def answers(outcome) -> list[str]:
    """What the function gave for each value."""
    return [failure.message for failure in outcome.failures]


@pytest.mark.skipif(importlib.util.find_spec("saxonche") is None, reason="the Saxon engine is an optional extra")
@pytest.mark.parametrize("body", CASES.values(), ids=CASES)
def test_instructions_mean_what_they_mean_to_the_reference_engine(body):
    """Compiled, in our stylesheet for Saxon, and as Saxon runs the instructions themselves: the same values."""
    from einvoice.schematron import SaxonRules

    content = stylesheet(body)
    rules = read_rules("rules.xslt", content, {}.__getitem__)
    expected = answers(SaxonRules(rules, content).check(DOCUMENT))
    assert len(expected) == 6
    assert len(set(expected)) > 1 or "1 to 3" in body
    assert answers(compile_rules(rules).check(DOCUMENT)) == expected
    assert answers(SaxonRules(rules).check(DOCUMENT)) == expected


def test_a_branch_that_is_not_taken_harms_nobody():
    """A variable of a branch would be an error for other values; it is not computed for them."""
    body = """<xsl:choose><xsl:when test="$n castable as xs:decimal">
        <xsl:variable name="d" as="xs:decimal" select="xs:decimal($n)"/><xsl:sequence select="string($d + 1)"/>
        </xsl:when>
        <xsl:otherwise><xsl:sequence select="'none'"/></xsl:otherwise></xsl:choose>"""
    rules = read_rules("rules.xslt", stylesheet(body), {}.__getitem__)
    assert answers(compile_rules(rules).check(DOCUMENT)) == ["[-2]", "[1]", "[13.5]", "[none]", "[none]", "[13]"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<xsl:apply-templates/>", "function or variable: <apply-templates>"),
        ("<xsl:copy-of select='$n'/>", "no stylesheet made from a Schematron schema uses this: <copy-of"),
        ("<xsl:call-template name='x'/>", "function or variable: <call-template"),
        ("<xsl:for-each select='$n'><xsl:sort/><xsl:sequence select='1'/></xsl:for-each>", "uses this: <sort>"),
        (
            "<xsl:for-each select='$n'><xsl:variable name='x' select='.'/><xsl:sequence select='$x'/></xsl:for-each>",
            "a variable inside <xsl:for-each> is not supported: <variable",
        ),
        ("<xsl:variable name='x'><xsl:sequence select='1'/></xsl:variable>", "a variable without a type needs"),
        ("<xsl:choose><xsl:otherwise/></xsl:choose>", "a choice needs a condition: <choose>"),
        ("<xsl:choose><xsl:otherwise/><xsl:when test='1'/></xsl:choose>", "not expected in a choice: <when"),
        ("<xsl:choose><xsl:when/></xsl:choose>", "the attribute 'test' is missing: <when>"),
        ("<xsl:sequence select='1' xpath-default-namespace='x'/>", "attribute 'xpath-default-namespace'"),
        ("<xsl:if test='1'>text</xsl:if>", "text is not expected here: <if"),
        ("<v/>", "not supported in a function or variable: <v>"),
        ("<xsl:if test='$n'/><xsl:param name='late'/><xsl:if test='$n'><xsl:param name='x'/></xsl:if>", "<param"),
    ],
)
def test_what_stays_unsupported_is_refused_by_its_name(body, told):
    """A function with an instruction that is not known is refused, and the refusal names that instruction."""
    with pytest.raises(RuleError) as refused:
        read_rules("rules.xslt", stylesheet(body), {}.__getitem__)
    assert told in str(refused.value)
