"""Rules, variables, functions, keys and documents of compiled rule sets."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from lxml import etree
from small_rules import check, failure, failures, holds, let, rule, rule_set

from einvoice.schematron import RuleError, RuleSet, RuleTree, compile_rules
from einvoice.schematron.rules import Function, Key, Param, Pattern, Value

LINES = '<r xmlns="urn:a"><line n="1"><id>A</id></line><line n="2"><id>B</id></line><note>x</note></r>'


def test_the_first_rule_that_matches_judges_a_node_and_no_other_of_its_pattern():
    """A node that two rules are for is judged by the first, the others by the second."""
    rules = rule_set(
        rule("a:line[@n = '2']", check("false()", name="second")), rule("a:line", check("false()", name="any"))
    )
    assert [(found.rule, found.location) for found in failures(rules, LINES)] == [
        ("second", "/r/line[2]"),
        ("any", "/r/line[1]"),
    ]


def test_a_rule_without_checks_keeps_nodes_from_later_rules():
    """A first rule that asks for nothing is how exceptions are written."""
    assert failures(rule_set(rule("a:line"), rule("a:line", check("false()"))), LINES) == []


def test_patterns_do_not_know_of_each_other():
    """A node is judged once in each pattern."""
    one = rule_set(rule("a:note", check("false()", name="one"))).patterns[0]
    two = Pattern("q", (), rule_set(rule("a:*", check("false()", name="two"))).patterns[0].rules, False)
    rules = RuleSet("test.sch", {"a": "urn:a"}, (), (), (), (one, two))
    found = [each.rule for each in failures(rules, '<r xmlns="urn:a"><note/></r>')]
    assert found == ["one", "two", "two"]


def test_contexts_that_fired_are_counted():
    """An outcome tells how many checks there are and how many contexts fired."""
    rules = compile_rules(
        rule_set(rule("a:line", check("true()"), check("true()")), rule("a:nothing", check("true()")))
    )
    outcome = rules.check(etree.fromstring(LINES))
    assert (outcome.checks, outcome.fired, outcome.failures) == (3, 2, ())


def test_reports_speak_when_they_are_true():
    """A report whose test is true is a failure of kind report."""
    (found,) = failures(rule_set(rule("/*", check("a:note", kind="report"), check("a:no", kind="report"))), LINES)
    assert found.kind == "report"


def test_failures_come_in_the_order_of_the_rule_set():
    """Two runs give the same order: by check, then by place."""
    rules = rule_set(rule("a:line", check("false()", name="b"), check("false()", name="a")))
    assert [found.rule for found in failures(rules, LINES)] == ["b", "b", "a", "a"]


@pytest.mark.parametrize(
    ("context", "places"),
    [
        ("/", ["/"]),
        ("/a:r", ["/r"]),
        ("/*", ["/r"]),
        ("a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("a:line/a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("/a:r/a:line/a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("/a:r//a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("//a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("/a:line", []),
        ("a:other/a:id", []),
        ("a:r/a:line[2]/a:id", ["/r/line[2]/id"]),
        ("a:line[2]", ["/r/line[2]"]),
        ("a:line[@n='1'] | a:note", ["/r/line[1]", "/r/note"]),
        ("(a:line | a:note)[@n]", ["/r/line[1]", "/r/line[2]"]),
        ("(a:line[@n='2'] | a:other)/a:id", ["/r/line[2]/id"]),
        ("a:*[ends-with(name(), 'ote')]", ["/r/note"]),
        ("*[not(ancestor::a:line) and not(*)]", ["/r/note"]),
        ("a:line[@n = '2']//a:id", ["/r/line[2]/id"]),
        ("a:r[a:note]//a:line[@n='1']/a:id", ["/r/line[1]/id"]),
        ("/a:r[a:note]//a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("/a:line[a:id]//a:id", []),
        ("//a:*//a:id", ["/r/line[1]/id", "/r/line[2]/id"]),
        ("/*/a:*[a:id = 'B']", ["/r/line[2]"]),
        ("*:note", ["/r/note"]),
        ("a:line[xs:integer(@n) div 0 = 1]", []),
        ("a:line[a:id = //a:line[2]/a:id]", ["/r/line[2]"]),
    ],
)
def test_contexts_match_as_patterns_do(context, places):
    """Each form of match pattern finds its nodes; an error inside one means that it does not match."""
    assert [found.location for found in failures(rule_set(rule(context, check("false()"))), LINES)] == places


def test_attributes_are_contexts_where_the_rule_set_visits_them():
    """An attribute is judged like an element, unless the published form passes attributes by."""
    checked = rule("a:line/@n | @m", check(". = '1'"))
    found = failures(rule_set(checked, attributes=True), LINES)
    assert [(each.location, each.line) for each in found] == [("/r/line[2]/@n", 1)]
    assert failures(rule_set(checked), LINES) == []


@pytest.mark.parametrize(
    "context", ["a:line[position() = 1]", "a:line/..", "text()", "a:line[last()]", "$x", "a:line[count(*)]", "a:line//"]
)
def test_contexts_that_are_no_pattern_or_not_supported_are_refused(context):
    """A context that is not understood is refused, never skipped."""
    with pytest.raises(RuleError) as refused:
        compile_rules(rule_set(rule(context, check("true()"))))
    assert refused.value.source == "test.sch"
    assert refused.value.line == 5
    assert refused.value.construct == context


def test_a_test_that_is_not_supported_is_refused_with_file_line_and_construct():
    """The error names where the construct is, so that it can be found."""
    with pytest.raises(RuleError, match=r"test.sch, line 7: the function id\(\) is not supported: id\('x'\)"):
        compile_rules(rule_set(rule("/*", check("id('x')"))))


def test_variables_see_the_context_of_their_rule():
    """A variable of a rule is computed for each context; it may use those before it."""
    lets = [let("id", "string(a:id)"), let("both", "concat($id, @n)")]
    rules = rule_set(rule("a:line", check("$both = 'A1'", Value("$both")), lets=lets))
    assert [found.message for found in failures(rules, LINES)] == ["B2"]


def test_variables_are_computed_only_when_they_are_asked_for():
    """A variable that would be an error harms nobody who does not use it."""
    lets = [let("bad", "xs:decimal(a:id)")]
    assert failures(rule_set(rule("a:line", check("@n or $bad"), lets=lets)), LINES) == []


def test_global_variables_are_evaluated_at_the_root_and_in_any_order():
    """A variable of the rule set may use one that is declared after it."""
    lets = [let("twice", "$count * 2"), let("count", "count(a:r/a:line)")]
    assert failures(rule_set(rule("a:note", check("$twice = 4")), lets=lets), LINES) == []


def test_a_variable_that_nobody_declared_is_refused():
    """A misspelt variable is an error when the rules are compiled."""
    with pytest.raises(RuleError, match=r"\$x is not known here"):
        compile_rules(rule_set(rule("/*", check("$x = 1"))))


def test_a_declared_type_converts_the_value_of_a_variable():
    """as="xs:decimal": a node gives a number."""
    rules = rule_set(rule("a:line", check("$n = 1"), lets=[let("n", "@n", "xs:decimal")]))
    assert [found.location for found in failures(rules, LINES)] == ["/r/line[2]"]


def function(name: str, result: str, *params: tuple[str, str], kind: str = "xs:boolean", lets=()) -> Function:
    """A function of the rule set."""
    return Function(f"f:{name}", tuple(Param(*param) for param in params), tuple(lets), result, 2, kind)


def test_functions_take_their_arguments_by_declared_type():
    """xs:string? takes a node's text, or nothing; element() takes the node."""
    functions = [
        function("short", "string-length($x) = 1", ("x", "xs:string?")),
        function("first", "$e/@n = '1'", ("e", "element()?")),
    ]
    rules = rule_set(
        rule("a:line", check("f:short(a:id) and f:short(a:none) = false() and f:first(.)")), functions=functions
    )
    assert [found.location for found in failures(rules, LINES)] == ["/r/line[2]"]


def test_functions_may_call_themselves():
    """Recursion with a variable: the sum of the digits of a number."""
    digits = function(
        "digits",
        "if ($text = '') then 0 else $first + f:digits(substring($text, 2))",
        ("text", "xs:string"),
        kind="xs:integer",
        lets=[let("first", "xs:integer(substring($text, 1, 1))")],
    )
    assert failure("f:digits('1234') = 11", LINES, Value("f:digits('1234')"), functions=[digits]).message == "10"


def test_functions_that_call_themselves_for_ever_are_an_error_finding():
    """A loop without end does not take the process with it."""
    loop = function("loop", "f:loop($x)", ("x", "xs:string"))
    found = failure("f:loop('a')", LINES, functions=[loop])
    assert (found.kind, found.message) == (
        "error",
        "The rule could not be evaluated: its functions call each other too deeply",
    )


def test_variables_of_functions_are_computed_only_when_they_are_asked_for():
    """is-valid-date: the month of a text that is no date is never made a number."""
    valid = function(
        "valid",
        "matches($d, '^[0-9]{2}$') and $n le 12",
        ("d", "xs:string?"),
        lets=[let("n", "xs:decimal($d)")],
    )
    assert failure("f:valid('abc')", LINES, functions=[valid]).kind == "assert"


def test_two_items_for_a_parameter_of_one_are_an_error_finding():
    """The finding says that there were two, and where."""
    functions = [function("same", "$x = $x", ("x", "xs:string?"))]
    found = failure("f:same(a:line/a:id)", LINES, functions=functions)
    assert found.kind == "error"
    assert found.message.startswith("The rule could not be evaluated: 2 items where one at most is expected: 'A', 'B'")


def test_keys_find_nodes_by_value():
    """key() of an xsl:key: the line with an identifier."""
    keys = [Key("by-id", "a:line", "a:id", 4)]
    rules = rule_set(rule("/*", check("key('by-id', 'B')/@n = 2 and not(key('by-id', 'C'))")), keys=keys)
    assert failures(rules, LINES) == []


def test_documents_are_those_of_the_rule_set_only():
    """document() finds the code lists that came with the rules, and nothing else."""
    codes = {"codes.xml": b"<codes><list id='1'><code v='A'/></list><list id='2'><code v='B'/></list></codes>"}
    test = "document('codes.xml')/codes/list[@id=1]/code[@v=$id]"
    rules = rule_set(rule("a:line", check(test), lets=[let("id", "string(a:id)")]), documents=codes)
    assert [found.location for found in failures(rules, LINES)] == ["/r/line[2]"]
    for name in ("'other.xml'", "'/etc/passwd'", "a:note"):
        with pytest.raises(RuleError):
            compile_rules(rule_set(rule("/*", check(f"document({name})")), documents=codes))


def test_messages_are_filled_with_the_values_of_expressions():
    """Several items stand side by side, and white space is that of one line; a no-break space is text."""
    found = failure(
        "false()", LINES, "Lines\n   ", Value("a:line/a:id"), " of ", Value("count(a:line) + 0.50"), " \u00a0!"
    )
    assert found.message == "Lines A B of 2.5 \u00a0!"


def test_a_value_that_is_an_error_does_not_hide_the_message():
    """The publisher's text is still said, with the reason in place of the value."""
    assert (
        failure("false()", LINES, "Sum: ", Value("xs:decimal(a:note)")).message == "Sum: ('x' is not a decimal number)"
    )


def test_locations_use_the_prefixes_of_the_document():
    """A number tells siblings of one name apart, and is left out where there is none."""
    document = '<x:r xmlns:x="urn:a" xmlns="urn:b"><x:line/><x:line><id/></x:line></x:r>'
    rules = rule_set(rule("*:id", check("false()")))
    assert [found.location for found in failures(rules, document)] == ["/x:r/x:line[2]/id"]


def test_failures_tell_the_line_of_the_document():
    """The line is that of the context's start tag."""
    assert [
        found.line for found in failures(rule_set(rule("a:b", check("false()"))), '<r xmlns="urn:a">\n\n<b/></r>')
    ] == [3]


def test_one_document_serves_several_rule_sets():
    """What one rule set computed about a document is not taken for what another computes."""
    document = RuleTree(etree.fromstring(LINES))
    one = compile_rules(rule_set(rule("a:line", check("count(//a:line[@n > 0]) = 1"))))
    two = compile_rules(rule_set(rule("a:line", check("count(//a:id[. > '']) = 2"))))
    assert [len(rules.check_document(document).failures) for rules in (one, two, one)] == [2, 0, 2]


def test_a_rule_set_serves_many_documents():
    """What is remembered of one document does not show in the next."""
    rules = compile_rules(rule_set(rule("/*", check("count(//a:line) = 2"))))
    documents = [LINES, '<r xmlns="urn:a"/>', LINES]
    assert [len(failures(rules, document)) for document in documents] == [0, 1, 0]


def test_comments_and_processing_instructions_are_not_elements():
    """They neither hide text nor count."""
    document = '<r xmlns="urn:a"><!--x--><id>A<!--y-->B</id><?pi z?><id>C</id></r>'
    assert holds(
        "count(*) = 2 and a:id[1] = 'AB' and a:id[2] = 'C' and string(.) = 'ABC' and a:id[1]/text() = 'A'", document
    )


def test_an_element_of_a_larger_tree_is_judged_as_a_document_of_its_own():
    """Only what is inside the given root is seen."""
    tree = etree.fromstring('<all xmlns="urn:a"><note/><r><line/></r><line/></all>')
    rules = compile_rules(rule_set(rule("/*", check("count(//a:line) = 1 and not(..//a:note) and name() = 'r'"))))
    assert rules.check(tree[1]).failures == ()


def test_a_rule_that_does_not_descend_hides_what_is_inside_from_its_pattern():
    """Some published stylesheets stop at a node by accident: their verdict is kept."""
    stop = replace(rule("a:line[@n = '1']", check("true()")), descends=False)
    every = rule("a:id | a:note", check("false()"))
    rules = rule_set(stop, every)
    assert [found.location for found in failures(rules, LINES)] == ["/r/line[2]/id", "/r/note"]
    other = replace(rules, patterns=(*rules.patterns, Pattern("q", (), (every,), visits_attributes=False)))
    assert [found.location for found in failures(other, LINES)].count("/r/line[1]/id") == 1


def test_the_work_for_failures_follows_their_number():
    """Finding the place and line of each does not look through its siblings again and again."""
    rules = compile_rules(rule_set(rule("a:line/a:id", check("false()"))))

    def steps(lines: int) -> int:
        document = '<r xmlns="urn:a">' + "<line><id/></line>" * lines + "</r>"
        assert len(rules.check(etree.fromstring(document)).failures) == lines
        return executed(rules, document)

    steps(10)
    assert steps(1600) < 9 * steps(200)


def test_of_a_check_that_fails_very_often_the_first_are_told():
    """The last that is told knows how many more there are; errors and failures are counted apart."""
    rules = compile_rules(rule_set(rule("a:id", check("number(.) gt 9 or xs:integer(.) gt 0", name="R"))))
    root = etree.fromstring('<r xmlns="urn:a">' + "<id>0</id><id>x</id><id>1</id>" * 10 + "</r>")
    whole = rules.check(root).failures
    assert (len(whole), {each.more for each in whole}) == (20, {0})
    told = rules.check_document(RuleTree(root), {"R": 3}.__getitem__).failures
    assert [(each.kind, each.location, each.more) for each in told] == [
        ("assert", "/r/id[1]", 0),
        ("error", "/r/id[2]", 0),
        ("assert", "/r/id[4]", 0),
        ("error", "/r/id[5]", 0),
        ("assert", "/r/id[7]", 7),
        ("error", "/r/id[8]", 7),
    ]


def executed(rules, document):
    """The instructions of Python that are executed: the same on every machine, however busy."""
    counted = 0

    def trace(frame, event, _):
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        rules.check(etree.fromstring(document))
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize(
    ("context", "test"),
    [
        ("/a:r/a:in", "not(a:old = a:new)"),
        ("/a:r/a:in", "a:old != a:old or not(a:old > a:new) or true()"),
        ("/a:r/a:in", "count(//a:old[not(preceding::a:old/. = .)]) le 1"),
        ("/a:r/a:in/a:old", "not(../a:new = 'z')"),
    ],
)
def test_comparing_many_values_takes_time_in_proportion(context, test):
    """Each of a list is not compared with each of another, nor what stands beside looked through for each sibling."""
    rules = compile_rules(rule_set(rule(context, check(test))))

    def steps(count):
        return executed(rules, '<r xmlns="urn:a"><in>' + "<old>x</old><new>y</new>" * count + "</in></r>")

    steps(10)
    assert steps(1600) < 9 * steps(200)


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(("old", "new"), [("b" * 50, "b"), ("ab" * 30, "abc" * 20), ("c" * 50, "ab"), ("b" * 50, "")])
def test_long_lists_compare_as_short_ones(sign, old, new):
    """A general comparison holds for one pair, however it is found."""
    long, short = (
        '<r xmlns="urn:a">' + "".join(f"<old>{x}</old>" for x in xs) + "".join(f"<new>{y}</new>" for y in new) + "</r>"
        for xs in (old, sorted(set(old)))
    )
    assert holds(f"a:old {sign} a:new", long) == holds(f"a:old {sign} a:new", short)


def test_a_value_that_was_there_before_is_told_from_one_around():
    """preceding:: has no ancestors, also where the compiler asks who had the value first."""
    test = "count(//a:x[not(preceding::a:x/. = .)]) = 2"
    assert holds(test, '<r xmlns="urn:a"><x>1</x><x>1</x><x>2</x></r>')
    assert holds(test, '<r xmlns="urn:a"><x><x>1</x></x></r>')
    assert holds(test, '<r xmlns="urn:a"><x><x>1</x></x><x>1</x></r>')
