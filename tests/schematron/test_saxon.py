import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from folders import ROOT
from lxml import etree

pytest.importorskip("saxonche", reason="the Saxon engine is an optional extra")

from einvoice.errors import MissingExtra
from einvoice.schematron import EngineFailure, RuleError, SaxonRules, compile_rules, read_rules
from einvoice.schematron.saxon import shared_pool
from einvoice.schematron.saxon_pool import SaxonPool

HOUSE = b"""<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"
    xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <ns prefix="i" uri="urn:i"/><ns prefix="f" uri="urn:f"/><ns prefix="ei" uri="urn:not-ours"/>
  <let name="limit" value="sum(/i:invoice/i:line[. != ''])"/>
  <xsl:function name="f:twice" as="xs:decimal">
    <xsl:param name="n" as="xs:decimal"/><xsl:variable name="two" select="2"/><xsl:sequence select="$n * $two"/>
  </xsl:function>
  <xsl:key name="codes" match="code" use="@v"/>
  <pattern id="lines">
    <let name="first" value="i:invoice/i:line[1]"/>
    <rule context="i:line[. = '']"><assert id="EMPTY" test="false()" flag="warning">Empty.</assert></rule>
    <rule context="i:line">
      <let name="n" value="xs:decimal(.)"/><let name="n2" value="f:twice($n)"/>
      <assert id="TWICE" test="$n2 lt $limit" flag="fatal" role="sum">Twice <value-of select="$n"/> is
        <value-of select="$n2"/>, { not } below <value-of select="$limit"/> in <name/>.</assert>
      <report id="FIRST" test=". is $first">The first.</report>
    </rule>
    <rule context="*"><report id="OTHER" test="false()">Never.</report></rule>
  </pattern>
  <pattern id="places">
    <rule context="@unit"><assert id="UNIT" test="key('codes', ., document('codes.xml'))">No such unit.</assert></rule>
    <rule context="/"><assert id="DOC" test="*/@ok">Not ok.</assert></rule>
  </pattern>
</schema>"""
CODES = {"codes.xml": b'<codes><code v="EA"/></codes>'}

INVOICE = """<p:invoice xmlns:p="urn:i">
  <p:line>1</p:line>
  <p:line unit="EA">4</p:line>
  <p:line unit="XX"></p:line>
  <p:line>ten</p:line>
</p:invoice>"""


def house():
    """The house rules, read."""
    return read_rules("house.sch", HOUSE, CODES.__getitem__)


def iso(test, match="i:line"):
    """A published stylesheet with one rule, in the form of the ISO skeleton."""
    return f"""<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:i="urn:i"
        xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">
  <xsl:template match="*" mode="schematron-select-full-path">
    <xsl:apply-templates select="." mode="schematron-get-full-path"/>
  </xsl:template>
  <xsl:template match="*" mode="schematron-get-full-path">
    <xsl:apply-templates select="parent::*" mode="schematron-get-full-path"/>
    <xsl:value-of select="concat('/*:', local-name(), '[namespace-uri()=''', namespace-uri(), '''][',
        1 + count(preceding-sibling::*[local-name() = local-name(current())]), ']')"/>
  </xsl:template>
  <xsl:template match="@*" mode="schematron-get-full-path">
    <xsl:apply-templates select="parent::*" mode="schematron-get-full-path"/>/@<xsl:value-of select="name()"/>
  </xsl:template>
  <xsl:template match="/"><svrl:schematron-output>
    <svrl:active-pattern/><xsl:apply-templates select="/" mode="M1"/></svrl:schematron-output></xsl:template>
  <xsl:template match="{match}" priority="1000" mode="M1">
    <svrl:fired-rule/>
    <xsl:choose><xsl:when test="{test}"/><xsl:otherwise><svrl:failed-assert test="x">
      <xsl:attribute name="id">ONE</xsl:attribute>
      <xsl:attribute name="location">
        <xsl:apply-templates select="." mode="schematron-select-full-path"/></xsl:attribute>
      <svrl:text>One.</svrl:text></svrl:failed-assert></xsl:otherwise></xsl:choose>
    <xsl:apply-templates select="@*|*" mode="M1"/>
  </xsl:template>
  <xsl:template match="@*|node()" priority="-2" mode="M1"><xsl:apply-templates select="@*|*" mode="M1"/></xsl:template>
</xsl:stylesheet>""".encode()


def run_python(program):
    """A host process of its own."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)  # noqa: S603


def published(content, **options):
    """Saxon on a published stylesheet."""
    return SaxonRules(read_rules("rules.xslt", content, CODES.__getitem__), content, **options)


def test_house_rules():
    """A `.sch` runs in Saxon: one rule a pattern and node, lets, functions, keys, code lists, places."""
    outcome = SaxonRules(house()).check(etree.fromstring(INVOICE.replace("ten", "9")))
    assert (outcome.checks, outcome.fired) == (6, 8)
    assert [(f.rule, f.kind, f.flag, f.role, f.location, f.line) for f in outcome.failures] == [
        ("FIRST", "report", "", "", "/p:invoice/p:line[1]", 2),
        ("EMPTY", "assert", "warning", "", "/p:invoice/p:line[3]", 4),
        ("TWICE", "assert", "fatal", "sum", "/p:invoice/p:line[4]", 5),
        ("DOC", "assert", "", "", "/", None),
        ("UNIT", "assert", "", "", "/p:invoice/p:line[3]/@unit", 4),
    ]


def test_a_message_is_filled_in():
    """Values stand where the author put them, braces are text, white space is single."""
    outcome = SaxonRules(house()).check(
        etree.fromstring('<invoice xmlns="urn:i" ok=""><line>2</line><line>1</line></invoice>')
    )
    (failure,) = [f for f in outcome.failures if f.kind == "assert"]
    assert failure.message == "Twice 2 is 4, { not } below 3 in line."
    assert (failure.rule, failure.location) == ("TWICE", "/invoice/line[1]")


def test_a_dynamic_error_is_one_finding():
    """A text that is no number makes its checks errors, with Saxon's reason, and the others go on."""
    root = etree.fromstring('<invoice xmlns="urn:i"><line>ten</line><line unit="XX">1</line></invoice>')
    rules = house()
    without_total = read_rules("h.sch", HOUSE.replace(b"sum(/i:invoice/i:line[. != ''])", b"100"), CODES.__getitem__)
    outcome = SaxonRules(without_total).check(root)
    assert [(f.rule, f.kind, f.location) for f in outcome.failures] == [
        ("TWICE", "error", "/invoice/line[1]"),
        ("FIRST", "report", "/invoice/line[1]"),
        ("DOC", "assert", "/"),
        ("UNIT", "assert", "/invoice/line[2]/@unit"),
    ]
    assert "ten" in outcome.failures[0].message
    assert [f.kind for f in SaxonRules(rules).check(root).failures if f.rule == "TWICE"] == ["error", "error"]


def test_a_dynamic_error_in_a_published_stylesheet_is_a_failure():
    """Saxon then gives no report at all: the engine says so, with Saxon's words, and gives no verdict."""
    with pytest.raises(EngineFailure, match='Cannot convert string "" to xs:decimal'):
        published(iso("xs:decimal(.) gt 0")).check(etree.fromstring(INVOICE))


def test_an_attribute_has_a_place():
    """The ISO skeleton names an attribute by its value; here it is named by its path."""
    outcome = published(iso("false()", match="@unit")).check(etree.fromstring(INVOICE))
    assert [f.location for f in outcome.failures] == ["/p:invoice/p:line[2]/@unit", "/p:invoice/p:line[3]/@unit"]


def test_no_network():
    """Saxon itself reads no document from the network, whatever a stylesheet names."""
    pool = shared_pool()
    sheet = b"""<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
      <xsl:template match="/"><xsl:value-of select="document('http://localhost:9/x')"/></xsl:template></xsl:stylesheet>"""
    with pytest.raises(EngineFailure, match="prohibited"):
        pool.run(sheet, {}, "<a/>", 20)


def test_a_stylesheet_that_does_not_compile():
    """Saxon's words about it reach the caller, and the process lives on."""
    with pytest.raises(EngineFailure, match="nosuch"):
        published(iso("nosuch(.)")).check(etree.fromstring(INVOICE))
    assert published(iso("true()")).check(etree.fromstring(INVOICE)).fired == 4


def test_a_process_killed_while_idle_costs_nothing():
    """Whoever kills Saxon's idle process costs no verdict: the next document gets a new process."""
    pool = SaxonPool()
    try:
        sheet = iso("true()")
        pool.run(sheet, {}, INVOICE, 20)
        (process,) = pool._pool._idle.queue
        os.kill(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        assert "fired-rule" in pool.run(sheet, {}, INVOICE, 20)
    finally:
        pool.close()


def test_a_process_killed_at_work_costs_one_verdict():
    """The document that it judged is told as not judged, and the next one gets a new process."""
    pool = SaxonPool()
    try:
        pool.run(iso("true()"), {}, INVOICE, 20)
        (process,) = pool._pool._idle.queue
        killer = threading.Timer(0.5, os.kill, (process.popen.pid, signal.SIGKILL))
        killer.start()
        slow = iso("count(for $a in 1 to 100000, $b in 1 to 100000 return .[$a = $b + 200000]) = 0")
        with pytest.raises(EngineFailure, match="Saxon's process ended"):
            pool.run(slow, {}, INVOICE, 20)
        killer.join()
        assert "fired-rule" in pool.run(iso("true()"), {}, INVOICE, 20)
    finally:
        pool.close()


def test_time_is_limited():
    """A document that takes too long is given up, and the next one is judged."""
    slow = iso("count(for $a in 1 to 100000, $b in 1 to 100000 return .[$a = $b + 200000]) = 0")
    with pytest.raises(EngineFailure, match=r"^Saxon's process took more than 1\.5 s"):
        published(slow, timeout=1.5).check(etree.fromstring(INVOICE))
    assert published(iso("true()")).check(etree.fromstring(INVOICE)).fired == 4


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bound no memory of this kind")
def test_memory_is_limited():
    """A document that needs too much is given up, and the next one is judged."""
    pool = SaxonPool(memory=600_000_000)
    much = iso("count(distinct-values(for $a in 1 to 90000000 return concat('aaaaaaaaaaaaaaaaaaaa', $a))) = 0")
    try:
        with pytest.raises(EngineFailure, match=r"^Saxon needs more than 600 MB of memory$"):
            pool.run(much, {}, INVOICE, 120)
        assert "fired-rule" in pool.run(iso("true()"), {}, INVOICE, 120)
    finally:
        pool.close()


def test_threads_have_their_own_process():
    """Four threads judge at once, each with its own document, and each gets its own answer."""
    engine = published(iso("string(.) ne 'bad'"))
    barrier = threading.Barrier(4)

    def judge(number):
        barrier.wait()
        root = etree.fromstring('<invoice xmlns="urn:i">' + "<line>bad</line>" * number + "</invoice>")
        return [len(engine.check(root).failures) for _ in range(5)]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(judge, range(4))) == [[number] * 5 for number in range(4)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_host_starts_its_own_process():
    """A fork of the host uses a process of its own and leaves its parent's alone."""
    program = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from lxml import etree
from einvoice.schematron import compile_rules
from einvoice.schematron import read_rules
from einvoice.schematron import SaxonRules
from einvoice.schematron.saxon import shared_pool
content = {iso("true()")!r}
engine = SaxonRules(read_rules("r.xslt", content, dict().__getitem__), content)
root = etree.fromstring({INVOICE!r})
engine.check(root)
(mine,) = [p.popen.pid for p in shared_pool()._pool._idle.queue]
child = os.fork()
if child == 0:
    fired = engine.check(root).fired
    (own,) = [p.popen.pid for p in shared_pool()._pool._idle.queue]
    sys.exit(0 if fired == 4 and own != mine else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert engine.check(root).fired == 4
assert [p.popen.pid for p in shared_pool()._pool._idle.queue] == [mine]
print("done", mine, *shared_pool()._folders.values())
"""
    run = run_python(program)
    assert (run.returncode, run.stderr) == (0, "")
    done, pid, folder = run.stdout.split()
    assert done == "done"
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the address space is limited by ulimit -v")
def test_a_limited_address_space_does_not_end_the_host():
    """Where Saxon's run time cannot start, the host is told so and goes on."""
    program = f"""
import resource, sys
sys.path.insert(0, {str(ROOT)!r})
resource.setrlimit(resource.RLIMIT_AS, (4_000_000 * 1024,) * 2)
from einvoice.schematron import EngineFailure, RuleError
from einvoice.schematron.saxon_pool import SaxonPool
try:
    SaxonPool().run({iso("true()")!r}, {{}}, {INVOICE!r}, 30)
except EngineFailure as failure:
    print("not run:", failure.reason)
"""
    run = run_python(program)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "" or run.stdout.startswith("not run: Saxon's process ended")  # a later Saxon may need less


def test_without_saxonche(monkeypatch):
    """Where the optional package is missing, the error says what to install."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"einvoice-fr\[saxon\]"):
        SaxonPool()


FACTS = b"""<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2" xmlns:f="urn:einvoice:facts">
  <pattern><rule context="v">
    <assert id="LOW" test="number(.) ge 10">Too low: <value-of select="." f:fact="found"/>, not
      <value-of select="(10, ' or  more')" f:fact="expected"/> of <value-of select="../v"/>, as
      <value-of select="xs:decimal(@n) + 1" f:fact="next"/> is.</assert>
    <assert id="ODD" test="@n = '1'">Not one.</assert>
  </rule></pattern>
</schema>"""


def test_values_with_a_name_are_facts_in_both_engines():
    """A value of a message that has a name is a fact; one that cannot be evaluated is none; the text stays whole."""
    rules = read_rules("facts.sch", FACTS, CODES.__getitem__)
    root = etree.fromstring('<r><v n="1"> 9\n </v><v n="x">8</v><v n="2">11</v></r>')
    compiled, saxon = compile_rules(rules).check(root), SaxonRules(rules).check(root)
    expected = [
        ("LOW", {"found": "9", "expected": "10 or more", "next": "2"}, "9", "10 or more"),
        ("LOW", {"found": "8", "expected": "10 or more"}, "8", "10 or more"),
        ("ODD", {}, None, None),
        ("ODD", {}, None, None),
    ]
    for outcome in (compiled, saxon):
        said = [(each.rule, each.facts, each.found, each.expected) for each in outcome.failures]
        assert sorted(said, key=lambda each: each[0]) == expected
    assert compiled.failures[0] in saxon.failures
    assert compiled.failures[0].message == "Too low: 9 , not 10 or more of 9 8 11, as 2 is."


def test_facts_of_a_message_have_different_names():
    """Two values of one message cannot be the same fact."""
    with pytest.raises(RuleError, match="a message names two values alike"):
        read_rules("facts.sch", FACTS.replace(b'"expected"', b'"found"'), CODES.__getitem__)


@pytest.mark.parametrize(
    ("match", "found"),
    [
        ("b", "b1 b2 b3 b4"),
        ("a/b", "b1 b2"),
        ("/r/a/b", "b1 b2"),
        ("/r/b", ""),
        ("r//b", "b1 b2 b3 b4"),
        ("//b", "b1 b2 b3 b4"),
        ("c/b[. = 'b3'] | a/b", "b1 b2 b3"),
        ("a/b[1] | /r/c/b[2]", "b1 b4"),
        ("b/@k", "x x x x"),
        ("b[parent::c]", "b3 b4"),
    ],
)
def test_keys_match_paths_in_both_engines(match, found):
    """A key may be of nodes with a certain parent, as any pattern says it."""
    content = f"""<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"
        xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:key name="k" match="{match}" use="(@k, string(.))[1]"/>
        <pattern><rule context="r"><report test="true()"><value-of select="key('k', 'x')"/></report></rule></pattern>
        </schema>""".encode()
    rules = read_rules("keys.sch", content, CODES.__getitem__)
    root = etree.fromstring("<r><a><b k='x'>b1</b><b k='x'>b2</b></a><c><b k='x'>b3</b><b k='x'>b4</b></c></r>")
    for engine in (compile_rules(rules), SaxonRules(rules)):
        assert [failure.message for failure in engine.check(root).failures] == [found]
