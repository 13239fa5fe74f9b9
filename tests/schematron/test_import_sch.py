import pytest
from small_rules import no_documents

from einvoice.schematron import Check, RuleError, read_rules
from einvoice.schematron.rule_file import SCH, XSL
from einvoice.schematron.rules import Let, Param, Value


def schema(body, attributes='queryBinding="xslt2"'):
    """A schema around `body`, which starts on its second line."""
    spaces = f'xmlns="{SCH[1:-1]}" xmlns:xsl="{XSL[1:-1]}"'
    start = f"<schema {spaces} {attributes}>"
    return f"{start}\n{body}\n</schema>".encode()


def read(body, attributes='queryBinding="xslt2"', open_document=no_documents):
    """The rule set of a schema around `body`."""
    return read_rules("house.sch", schema(body, attributes), open_document)


def rule(body, context="a"):
    """A pattern with one rule."""
    return f'<pattern><rule context="{context}">{body}</rule></pattern>'


def test_a_whole_schema():
    """Namespaces, variables at each level, functions, keys, asserts and reports arrive as they were written."""
    rules = read(
        """<title>House rules</title>
        <ns prefix="cbc" uri="urn:cbc"/>
        <let name="limit" value="35"/>
        <xsl:function name="cbc:short" as="xs:boolean">
          <xsl:param name="text" as="xs:string?"/>
          <xsl:variable name="length" as="xs:integer" select="string-length($text)"/>
          <xsl:sequence select="$length le $limit"/>
        </xsl:function>
        <xsl:key name="by-id" match="line" use="@id"/>
        <phase id="some"><active pattern="ids"/></phase>
        <pattern id="ids">
          <title>Identifiers</title>
          <let name="all" value="//cbc:ID"/>
          <rule context="cbc:ID | cbc:UUID" flag="x">
            <let name="v" value="string(.)"/>
            <assert id="R1" test="cbc:short($v)" flag="fatal" role="must">At most <value-of select="$limit"/>
              characters in <name/>, not <emph>this</emph>.</assert>
            <report id="R2" test="$v = ''">Empty.</report>
          </rule>
        </pattern>"""
    )
    assert rules.namespaces["cbc"] == "urn:cbc"
    assert rules.namespaces["xs"] == "http://www.w3.org/2001/XMLSchema"
    assert rules.lets == (Let("limit", "35", 4), Let("all", "//cbc:ID", 14))
    (function,) = rules.functions
    assert (function.name, function.type, function.params) == (
        "cbc:short",
        "xs:boolean",
        (Param("text", "xs:string?"),),
    )
    assert function.lets == (Let("length", "string-length($text)", 7, "xs:integer"),)
    assert function.result == "$length le $limit"
    assert [(key.name, key.match, key.use) for key in rules.keys] == [("by-id", "line", "@id")]
    (pattern,) = rules.patterns
    assert (pattern.id, pattern.lets, pattern.visits_attributes) == ("ids", (), True)
    (only,) = pattern.rules
    assert (only.context, only.lets) == ("cbc:ID | cbc:UUID", (Let("v", "string(.)", 16),))
    message = ("At most ", Value("$limit"), " characters in ", Value("name(.)"), ", not this.")
    assert only.checks == (
        Check("R1", "assert", "cbc:short($v)", "fatal", "must", message, 17),
        Check("R2", "report", "$v = ''", "", "", ("Empty.",), 19),
    )
    assert rules.checks == 2


def test_a_variable_of_one_pattern_serves_all():
    """Published rules use a variable of another pattern; only one that two patterns declare stays with each."""
    rules = read(
        """<pattern><let name="one" value="1"/><let name="both" value="2"/><rule context="a"/></pattern>
        <pattern><let name="both" value="3"/>
          <rule context="b"><assert test="$one">B</assert></rule></pattern>"""
    )
    assert [let.name for let in rules.lets] == ["one"]
    assert [[let.select for let in pattern.lets] for pattern in rules.patterns] == [["2"], ["3"]]


def test_abstract_patterns_are_written_out():
    """Each `is-a` gives the abstract pattern with its parameters; a `$` that is no parameter stays a variable."""
    rules = read(
        """<pattern abstract="true" id="currency">
             <rule context="$place"><let name="n" value="3"/>
               <assert id="$name" test="string-length($what) = $n and $place-x">In <value-of select="$what"/></assert>
             </rule>
           </pattern>
           <pattern is-a="currency" id="one"><param name="place" value="a/b"/><param name="what" value="@c"/>
             <param name="name" value="R-A"/></pattern>
           <pattern is-a="currency" id="two"><param name="place" value="d"/><param name="what" value="."/>
             <param name="name" value="R-D"/></pattern>"""
    )
    found = [(p.id, p.rules[0].context, p.rules[0].checks[0]) for p in rules.patterns]
    assert [(name, context, check.id, check.test) for name, context, check in found] == [
        ("one", "a/b", "R-A", "string-length(@c) = $n and $place-x"),
        ("two", "d", "R-D", "string-length(.) = $n and $place-x"),
    ]
    assert found[0][2].message == ("In ", Value("@c"))


def test_abstract_rules_are_written_out():
    """`extends` gives the checks and variables of the abstract rule, at its place, and of what that one extends."""
    rules = read(
        """<pattern>
             <rule abstract="true" id="deep"><assert id="R1" test="x">1</assert></rule>
             <rule abstract="true" id="shared"><let name="v" value="2"/><extends rule="deep"/>
               <assert id="R2" test="y">2</assert></rule>
             <rule context="a"><extends rule="shared"/><assert id="R3" test="z">3</assert></rule>
           </pattern>"""
    )
    (only,) = rules.patterns[0].rules
    assert [check.id for check in only.checks] == ["R1", "R2", "R3"]
    assert [let.name for let in only.lets] == ["v"]


def test_includes_come_from_open_document_only():
    """A file is asked for by its path seen from the main file, wherever the one that includes it lies."""
    files = {
        "../part.sch": f'<pattern xmlns="{SCH[1:-1]}"><include href="more/rules.sch#two"/></pattern>',
        "../more/rules.sch": f"""<pattern xmlns="{SCH[1:-1]}"><rule id="one" context="a"/><rule id="two" context="b">
            <extends href="../more/shared.sch#dates"/><assert test="c">C</assert></rule></pattern>""",
        "../more/shared.sch": f"""<pattern xmlns="{SCH[1:-1]}"><rule abstract="true" id="dates">
            <assert id="D" test="d">D</assert></rule></pattern>""",
    }
    asked = []

    def open_document(name):
        asked.append(name)
        return files[name].encode()

    rules = read('<include href="..\\part.sch"/>', open_document=open_document)
    assert asked == list(files)
    (only,) = rules.patterns[0].rules
    assert (only.context, [check.test for check in only.checks]) == ("b", ["d", "c"])


def test_a_refusal_names_the_included_file():
    """What is not understood in an included file is told with that file's name and line."""
    part = f'<pattern xmlns="{SCH[1:-1]}">\n<rule context="a"><magic/></rule></pattern>'.encode()
    with pytest.raises(RuleError, match=r"^parts/a\.sch, line 2: not supported in a rule: <magic>$"):
        read('<include href="parts/a.sch"/>', open_document={"parts/a.sch": part}.__getitem__)


def test_abstract_patterns_and_rules_may_lie_in_other_files():
    """What is abstract in an included file is written out where the main file names it, as CEN does."""
    part = f"""<pattern xmlns="{SCH[1:-1]}" abstract="true" id="currency">
        <rule abstract="true" id="length"><assert id="L" test="string-length($what) = 3">L</assert></rule>
        <rule context="$place"><extends rule="length"/></rule></pattern>""".encode()
    rules = read(
        """<include href="abstract/part.sch"/><pattern is-a="currency" id="one">
             <param name="place" value="a"/><param name="what" value="@c"/></pattern>""",
        open_document={"abstract/part.sch": part}.__getitem__,
    )
    assert [(p.id, p.rules[0].context, p.rules[0].checks[0].test) for p in rules.patterns] == [
        ("one", "a", "string-length(@c) = 3")
    ]


def test_a_default_phase_says_which_patterns_are_active():
    """Only the patterns that the phase names judge; without a default phase all do."""
    body = f"""<phase id="some"><active pattern="two"/></phase>
        {rule('<assert test="b">B</assert>').replace("<pattern>", '<pattern id="one">')}
        {rule('<assert test="c">C</assert>').replace("<pattern>", '<pattern id="two">')}"""
    assert [pattern.id for pattern in read(body).patterns] == ["one", "two"]
    assert [pattern.id for pattern in read(body, 'queryBinding="xslt2" defaultPhase="some"').patterns] == ["two"]


def test_diagnostics_follow_the_message():
    """The text of a diagnostic is appended to the message of the check that names it."""
    rules = read(
        rule('<assert test="b" diagnostics="d1">Wrong.</assert>')
        + '<diagnostics><diagnostic id="d1">Found <value-of select="c"/>.</diagnostic></diagnostics>'
    )
    assert rules.patterns[0].rules[0].checks[0].message == ("Wrong. Found ", Value("c"), ".")


def test_code_lists_travel_with_the_rules():
    """What `document('name')` looks up is asked for once, by the name as written, wherever it is used."""
    lookup = "document('codes.xml')/codes"
    rules = read(
        rule(f'<assert test="{lookup}/a = .">A</assert><assert test="\'document(x)\' != {lookup}">B</assert>'),
        open_document={"codes.xml": b"<codes/>"}.__getitem__,
    )
    assert rules.documents == {"codes.xml": b"<codes/>"}


@pytest.mark.parametrize(
    ("body", "line", "told"),
    [
        pytest.param(rule('<assert test="b">B</assert><magic/>'), 2, "not supported in a rule: <magic>", id="element"),
        pytest.param(rule('<assert test="b" subject="c">B</assert>'), 2, "attribute 'subject'", id="attribute"),
        pytest.param("\n\n" + rule('<assert id="X">B</assert>'), 4, "the attribute 'test' is missing", id="no-test"),
        pytest.param(rule('<assert test="b">B <foo/></assert>'), 2, "not supported in a message", id="message"),
        pytest.param(rule('<let name="x"><y/></let>'), 2, "value attribute only", id="let"),
        pytest.param(
            rule('<let name="x" value="1"/><let name="x" value="2"/>'), 2, "declares one variable twice", id="twice"
        ),
        pytest.param(rule('<extends rule="none"/>'), 2, "no abstract rule 'none'", id="extends"),
        pytest.param('<pattern is-a="none"/>', 2, "no abstract pattern 'none'", id="is-a"),
        pytest.param('<pattern abstract="true" id="p" is-a="p"/>', 2, "not made of another", id="is-a itself"),
        pytest.param(
            '<pattern><rule abstract="true" id="r"><extends rule="r"/></rule>'
            '<rule context="a"><extends rule="r"/></rule></pattern>',
            2,
            "extends itself",
            id="circle",
        ),
        pytest.param(rule('<let name="\'); import os" value="1"/>'), 2, "must be a name", id="let-name"),
        pytest.param('<ns prefix="x(" uri="urn:x"/>', 2, "must be a name", id="prefix"),
        pytest.param('<include href="gone.sch"/>', 2, "the included file is not there", id="include"),
        pytest.param('<include href="a.sch#b"/>', 2, "the included file is not there", id="include-part"),
        pytest.param('<include href="#b"/>', 2, "named by its place", id="include-itself"),
        pytest.param('<include href="/etc/a.sch"/>', 2, "named by its place", id="include-root"),
        pytest.param('<include href="file:///etc/a.sch"/>', 2, "named by its place", id="include-url"),
        pytest.param('<pattern documents="x"/>', 2, "the attribute 'documents'", id="documents"),
        pytest.param("<xsl:include href='x.xsl'/>", 2, "not supported in a schema", id="xsl-include"),
        pytest.param("stray" + rule('<assert test="b">B</assert>'), 1, "text is not expected here", id="text"),
        pytest.param(
            "<xsl:function name='f:x'><xsl:copy-of select='a'/></xsl:function>",
            2,
            "not supported in a function",
            id="f",
        ),
        pytest.param("<xsl:function name='f:x'/>", 2, "a function needs a result", id="function-empty"),
        pytest.param("<title>no rules</title>", 1, "no assert and no report", id="empty"),
        pytest.param(
            rule("<assert test=\"document('gone.xml')/a\">B</assert>"), 2, "is not there: gone.xml", id="gone"
        ),
        pytest.param(rule("<assert test=\"document('/etc/passwd')\">B</assert>"), 2, "beside the rules", id="path"),
        pytest.param(rule("<assert test=\"doc(concat('a', @b))\">B</assert>"), 2, "a fixed name only", id="computed"),
        pytest.param(rule("<assert test=\"unparsed-text('x')\">B</assert>"), 2, "rules may look at", id="way-out"),
    ],
)
def test_what_is_not_understood_is_refused(body, line, told):
    """A refusal names the file, the line and the construct; nothing is left out in silence."""
    with pytest.raises(RuleError) as refusal:
        read(body)
    assert told in str(refusal.value)
    assert str(refusal.value).startswith(f"house.sch, line {line}: ")
    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ("", "no queryBinding means XPath 1.0"),
        ('queryBinding="xslt"', "the query binding 'xslt'"),
        ('queryBinding="xslt2" defaultPhase="some"', "there is no phase 'some'"),
        ('queryBinding="xslt2" unknown="some"', "the attribute 'unknown'"),
    ],
)
def test_other_languages_and_phases_are_refused(attributes, told):
    """XPath 1.0 means other things by the same words, and a phase that is not there would switch all rules off."""
    with pytest.raises(RuleError, match=told):
        read(rule('<assert test="b">B</assert>'), attributes)


@pytest.mark.parametrize(
    "content",
    [
        b"no xml",
        b"",
        b"<html/>",
        b'<!DOCTYPE schema [<!ENTITY b "c">]>' + schema("&b;"),
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="2.0"/>',
    ],
)
def test_other_files_are_refused(content):
    """Text, other XML, a document type and other stylesheets are not rule files."""
    with pytest.raises(RuleError, match=r"^x\.sch"):
        read_rules("x.sch", content, no_documents)
