"""A Schematron schema as its author wrote it (`.sch`) -> `RuleSet`.

    <schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2">
      <pattern id="totals">
        <rule context="/invoice">
          <assert id="SUM" flag="fatal" test="total = sum(line)">The total is <value-of select="total"/>.</assert>

Includes, abstract patterns and abstract rules are written out first, by `sch_expand`; here every element has its plain
meaning. What is not known is refused: an attribute or element that changes the meaning must not be passed over.

Source: ISO/IEC 19757-3:2016, sections 5 (syntax) and 6 (semantics), annex H (query binding xslt2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from einvoice.schematron.instructions import read_function
from einvoice.schematron.rule_file import (
    SCH,
    XSL,
    RuleFile,
    check_attributes,
    children,
    collapse,
    line_of,
    namespaces,
    read_key,
    read_value,
    refuse_text,
    required,
    required_name,
)
from einvoice.schematron.rules import Check, Function, Key, Let, Pattern, Rule, RuleSet, Value
from einvoice.schematron.sch_expand import expand
from einvoice.xml import Element

_BINDINGS = ("xslt2", "xpath2", "xslt3", "xpath3")  # an expression beyond XPath 2.0 is refused when it is compiled
_TITLES = {SCH + name for name in ("title", "p")}
_DOCUMENTATION = "id fpi icon see xml:lang xml:space"


def read_sch(file: RuleFile, open_document: Callable[[str], bytes]) -> RuleSet:
    """Read a `sch:schema`; its look-up documents are found later, by the importer.

    Raises RuleError for what is not understood.
    """
    schema = expand(file, open_document)
    check_attributes(file, schema, f"{_DOCUMENTATION} schemaVersion queryBinding defaultPhase")
    _check_binding(file, schema)
    _activate(file, schema)
    declared: dict[str, str] = {}
    lets: list[Let] = []
    functions: list[Function] = []
    keys: list[Key] = []
    patterns: list[Pattern] = []
    diagnostics = _diagnostics(file, schema)
    refuse_text(file, schema)
    for child in children(schema):
        if child.tag == SCH + "ns":
            declared[required_name(file, child, "prefix")] = required(file, child, "uri")
        elif child.tag == SCH + "let":
            lets.append(_let(file, child))
        elif child.tag == SCH + "pattern":
            patterns.append(_pattern(file, child, diagnostics))
        elif child.tag == XSL + "function":
            functions.append(read_function(file, child))
        elif child.tag == XSL + "key":
            keys.append(read_key(file, child))
        elif child.tag not in {*_TITLES, SCH + "phase", SCH + "diagnostics", SCH + "properties"}:
            raise file.refuse(child, "not supported in a schema")
    shared = _lets_for_all(lets, patterns)
    return RuleSet(
        source=file.source,
        namespaces=namespaces(file, declared),
        lets=(*lets, *shared),
        functions=tuple(functions),
        keys=tuple(keys),
        patterns=tuple(replace(p, lets=tuple(let for let in p.lets if let not in shared)) for p in patterns),
    )


def _lets_for_all(schema: list[Let], patterns: list[Pattern]) -> list[Let]:
    """The variables of patterns that other patterns may use as well.

    The standard keeps a pattern's variable to itself; the ISO skeleton makes it one of the whole stylesheet, and
    published rules rely on that (BR-FR-MV-03 uses the $invoiceID of BR-FR-MV-01). It means the same for both, unless
    two patterns declare the same name.
    """
    names = Counter(let.name for let in (*schema, *(let for pattern in patterns for let in pattern.lets)))
    return [let for pattern in patterns for let in pattern.lets if names[let.name] == 1]


def _check_binding(file: RuleFile, schema: Element) -> None:
    binding = schema.get("queryBinding")
    if binding is None:
        raise file.refuse(schema, "no queryBinding means XPath 1.0; write queryBinding='xslt2'")
    if binding.lower() not in _BINDINGS:
        raise file.refuse(schema, f"the query binding '{binding}' is not supported, only xslt2")


def _activate(file: RuleFile, schema: Element) -> None:
    """Take out the patterns that the default phase does not name; without one, all are active (6.4)."""
    name = schema.get("defaultPhase", "#ALL")
    if name == "#ALL":
        return
    phase = next((each for each in schema.iterchildren(SCH + "phase") if each.get("id") == name), None)
    if phase is None:
        raise file.refuse(schema, f"there is no phase '{name}'")
    active = set()
    for child in children(phase):
        if child.tag == SCH + "active":
            active.add(required(file, child, "pattern"))
        elif child.tag not in _TITLES:
            raise file.refuse(child, "not supported in a phase")
    patterns = list(schema.iterchildren(SCH + "pattern"))
    missing = active - {pattern.get("id") for pattern in patterns}
    if missing:
        raise file.refuse(phase, f"there is no pattern '{min(missing)}'")
    for pattern in patterns:
        if pattern.get("id") not in active:
            schema.remove(pattern)


def _diagnostics(file: RuleFile, schema: Element) -> dict[str, list[str | Value]]:
    found = schema.iterfind(f"{SCH}diagnostics/{SCH}diagnostic")
    return {required(file, item, "id"): _message(file, item) for item in found}


def _let(file: RuleFile, element: Element) -> Let:
    check_attributes(file, element, "name value as")
    if len(element) or (element.text or "").strip():
        raise file.refuse(element, "a let is supported with its value attribute only")
    declared = element.get("as", "").strip()
    return Let(required_name(file, element, "name"), required(file, element, "value"), line_of(element), declared)


def _pattern(file: RuleFile, element: Element, diagnostics: dict[str, list[str | Value]]) -> Pattern:
    check_attributes(file, element, f"{_DOCUMENTATION}")
    refuse_text(file, element)
    lets: list[Let] = []
    rules: list[Rule] = []
    for child in children(element):
        if child.tag == SCH + "let":
            lets.append(_let(file, child))
        elif child.tag == SCH + "rule":
            rules.append(_rule(file, child, diagnostics))
        elif child.tag not in _TITLES:
            raise file.refuse(child, "not supported in a pattern")
    # The standard offers every node to the rules, attributes too (6.5).
    return Pattern(element.get("id", ""), tuple(lets), tuple(rules), visits_attributes=True)


def _rule(file: RuleFile, element: Element, diagnostics: dict[str, list[str | Value]]) -> Rule:
    check_attributes(file, element, f"{_DOCUMENTATION} context flag role")
    refuse_text(file, element)
    lets: list[Let] = []
    checks: list[Check] = []
    for child in children(element):
        if child.tag == SCH + "let":
            lets.append(_let(file, child))
        elif child.tag == SCH + "assert":
            checks.append(_check(file, child, "assert", diagnostics))
        elif child.tag == SCH + "report":
            checks.append(_check(file, child, "report", diagnostics))
        elif child.tag not in _TITLES:
            raise file.refuse(child, "not supported in a rule")
    names = [let.name for let in lets]
    if len(set(names)) < len(names):
        raise file.refuse(element, "a rule declares one variable twice")
    return Rule(required(file, element, "context"), tuple(lets), tuple(checks), line_of(element))


def _check(
    file: RuleFile,
    element: Element,
    kind: Literal["assert", "report"],
    diagnostics: dict[str, list[str | Value]],
) -> Check:
    check_attributes(file, element, f"{_DOCUMENTATION} test flag role diagnostics")
    message = _message(file, element)
    for name in element.get("diagnostics", "").split():
        if name not in diagnostics:
            raise file.refuse(element, f"the diagnostic '{name}' is not declared")
        message += [" ", *diagnostics[name]]
    facts = [part.fact for part in message if isinstance(part, Value) and part.fact]
    if len(set(facts)) < len(facts):
        raise file.refuse(element, "a message names two values alike")
    return Check(
        id=element.get("id", ""),
        kind=kind,
        test=required(file, element, "test"),
        flag=element.get("flag", ""),
        role=element.get("role", ""),
        message=collapse(message),
        line=line_of(element),
    )


def _message(file: RuleFile, element: Element) -> list[str | Value]:
    """The text of an assert, a report or a diagnostic, with the places where values go."""
    parts: list[str | Value] = [element.text or ""]
    for child in children(element):
        if child.tag in (SCH + "value-of", XSL + "value-of"):
            check_attributes(file, child, "select")
            parts.append(read_value(file, child))
        elif child.tag == SCH + "name":
            check_attributes(file, child, "path")
            parts.append(Value(f"name({child.get('path', '.')})"))
        elif child.tag in (SCH + "emph", SCH + "span", SCH + "dir"):
            parts.extend(_message(file, child))
        else:
            raise file.refuse(child, "not supported in a message")
        parts.append(child.tail or "")
    return parts
