"""A rule set as a stylesheet for Saxon, so that the reference engine can run what was published as `.sch`.

    write_xslt(rules)                   # bytes of a stylesheet that answers with SVRL

The meaning is the ISO skeleton's: for each pattern one mode, in which the earlier rule has the higher priority. One
thing is better than there: each check has an `xsl:try` of its own. A dynamic error, such as a text where a number is
expected, becomes an `error` element beside the SVRL, and the other checks go on. That is also what the compiled engine
does, so the two can be compared on documents that make the published stylesheets stop. The variables a check needs are
declared inside its `xsl:try`, because an error in a variable outside would not be caught (XSLT 3.0, section 8.3).

Source: ISO/IEC 19757-3:2016, section 6 and annex D (SVRL); XSLT 3.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from einvoice.schematron.rule_file import SVRL, XSL
from einvoice.schematron.rules import Check, Function, Key, Let, Param, Pattern, Rule, RuleSet, Value
from einvoice.xml import Element

NAMED = "{urn:einvoice:facts}fact"  # around a value of a message that has a name
ERROR = "{urn:einvoice:schematron}error"  # a check that could not be evaluated: id, flag, role, location; the reason

_NAMED = re.compile(r"\$\s*([\w.:-]+)")

# Names of our own are written with their namespace, Q{...}: the rules may use any prefix.
_OWN = "urn:einvoice:schematron"
_LOCATION = f"Q{{{_OWN}}}location"
_STEP = f"Q{{{_OWN}}}step"
_PATH = f"""string-join(('', $node/ancestor-or-self::*/{_STEP}(.),
    $node[self::attribute()]/concat('@Q{{', namespace-uri(.), '}}', local-name(.))), '/')"""
_PATH_STEP = """concat('Q{', namespace-uri($node), '}', local-name($node), '[',
    1 + count($node/preceding-sibling::*[node-name(.) = node-name($node)]), ']')"""
_REASON = "$Q{http://www.w3.org/2005/xqt-errors}description"


def write_xslt(rules: RuleSet) -> bytes:
    """A stylesheet (XSLT 3.0) that runs the rules and answers with SVRL.

    `rules.documents` must lie beside it under their names when it runs.
    """
    prefixes = {"xsl": XSL[1:-1], "svrl": SVRL[1:-1], **rules.namespaces}
    sheet = etree.Element(XSL + "stylesheet", version="3.0", nsmap=prefixes)
    for name, result in ((_LOCATION, _PATH), (_STEP, _PATH_STEP)):
        _write_function(sheet, Function(name, (Param("node", "node()"),), (), result, 0, ""))
    for let in rules.lets:
        _add(sheet, "variable", **_let(let, let.select))
    for function in rules.functions:
        _write_function(sheet, function)
    for key in rules.keys:
        _write_key(sheet, key)
    start = _add(sheet, "template", match="/")
    output = etree.SubElement(start, SVRL + "schematron-output")
    for number, pattern in enumerate(rules.patterns):
        mode = f"P{number}"
        _add(output, "apply-templates", select=".", mode=mode)
        _write_pattern(sheet, mode, pattern, (*rules.lets, *pattern.lets))
    return etree.tostring(sheet, encoding="UTF-8", xml_declaration=True)


def _add(parent: Element, tag: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, XSL + tag, attributes)


def _let(let: Let, select: str) -> dict[str, str]:
    return {"name": let.name, "select": select} | ({"as": let.type} if let.type else {})


def _write_function(sheet: Element, function: Function) -> None:
    element = _add(sheet, "function", name=function.name, **({"as": function.type} if function.type else {}))
    for param in function.params:
        _add(element, "param", name=param.name, **({"as": param.type} if param.type else {}))
    for let in function.lets:
        _add(element, "variable", **_let(let, let.select))
    _add(element, "sequence", select=function.result)


def _write_key(sheet: Element, key: Key) -> None:
    _add(sheet, "key", name=key.name, match=key.match, use=key.use)


def _write_pattern(sheet: Element, mode: str, pattern: Pattern, outer: Sequence[Let]) -> None:
    """One template for each rule, and those that only go down the document."""
    onward = "@*|*" if pattern.visits_attributes else "*"
    for position, rule in enumerate(pattern.rules):
        template = _add(sheet, "template", match=rule.context, mode=mode, priority=str(len(pattern.rules) - position))
        etree.SubElement(template, SVRL + "fired-rule")
        for check in rule.checks:
            _write_check(template, check, outer, rule)
        if rule.descends:
            _add(template, "apply-templates", select=onward, mode=mode)
    through = _add(sheet, "template", match="/|*", mode=mode, priority="0")
    _add(through, "apply-templates", select=onward, mode=mode)
    _add(sheet, "template", match="@*", mode=mode, priority="0")


def _write_check(template: Element, check: Check, outer: Sequence[Let], rule: Rule) -> None:
    attempt = _add(template, "try")
    values = [part.select for part in check.message if isinstance(part, Value)]
    for let in _needed([check.test, *values], (*outer, *rule.lets)):
        # What the pattern or the schema declares is evaluated at the document node (ISO/IEC 19757-3, 5.4.6).
        inner = any(let is own for own in rule.lets)
        _add(attempt, "variable", **_let(let, let.select if inner else f"root(.) ! ({let.select})"))
    choose = _add(attempt, "choose")
    when, otherwise = _add(choose, "when", test=check.test), _add(choose, "otherwise")
    name, parent = ("failed-assert", otherwise) if check.kind == "assert" else ("successful-report", when)
    spoken = _write_answer(parent, SVRL + name, check)
    text = etree.SubElement(spoken, SVRL + "text")
    for part in check.message:
        if isinstance(part, Value):
            _write_value(text, part)
        else:
            _add(text, "text").text = part
    caught = _add(attempt, "catch", errors="*")
    error = _write_answer(caught, ERROR, check)
    _add(error, "value-of", select=_REASON)


def _needed(expressions: Iterable[str], lets: Sequence[Let]) -> list[Let]:
    """The variables that the expressions name, and those that these name, in the order of their declaration."""
    named = {name for expression in expressions for name in _NAMED.findall(expression)}
    found: list[Let] = []
    for let in reversed(lets):
        if let.name in named:
            found.insert(0, let)
            named.update(_NAMED.findall(let.select))
    return found


def _write_answer(parent: Element, tag: str, check: Check) -> Element:
    """The element that reports a check."""
    answer = etree.SubElement(parent, tag)
    for name, text in (("id", check.id), ("flag", check.flag), ("role", check.role)):
        if text:
            _add(answer, "attribute", name=name).text = text
    _add(answer, "attribute", name="location", select=f"{_LOCATION}(.)")
    return answer


def _write_value(text: Element, value: Value) -> None:
    """A value in a message; one that cannot be evaluated is left out, the finding is still true."""
    attempt = _add(text, "try")
    parent = etree.SubElement(attempt, NAMED, name=value.fact) if value.fact else attempt
    _add(parent, "value-of", select=value.select)
    _add(attempt, "catch", errors="*")
