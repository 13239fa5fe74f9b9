"""A stylesheet that the ISO Schematron skeleton made of a `.sch` -> `RuleSet`.

FNFE, the Factur-X project and CEN publish their rules in this form. The skeleton is regular: one mode `Mn` for each
pattern, one template for each rule, the earlier rule with the higher priority:

    <xsl:template match="cac:TaxTotal" priority="1001" mode="M24">
      <svrl:fired-rule context="cac:TaxTotal"/>
      <xsl:variable name="rate" select="..."/>
      <xsl:choose><xsl:when test="TEST"/><xsl:otherwise><svrl:failed-assert test="TEST">...      an assert
      <xsl:if test="TEST"><svrl:successful-report test="TEST">...                                 a report
      <xsl:apply-templates select="*" mode="M24"/>

It is read strictly: anything that the skeleton does not write is refused.

Source: iso_schematron_skeleton_for_saxon.xsl and iso_svrl_for_xslt2.xsl (github.com/Schematron/schematron).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from einvoice.schematron.instructions import read_function, read_variable
from einvoice.schematron.rule_file import (
    SVRL,
    XSL,
    RuleFile,
    check_attributes,
    children,
    collapse,
    line_of,
    namespaces,
    read_key,
    read_value,
    required,
)
from einvoice.schematron.rules import Check, Function, Key, Let, Pattern, Rule, RuleSet, Value
from einvoice.xml import SPACE, Element

_PATTERN_MODE = re.compile(r"M\d+")
_OWN_VARIABLES = {
    "archiveDirParameter",
    "archiveNameParameter",
    "document-uri",
    "fileDirParameter",
    "fileNameParameter",
}
_OWN_MODES = ("schematron-", "generate-id-")  # templates that write locations, not rules


@dataclass
class _Mode:
    """The templates of one pattern, while they are collected."""

    rules: list[tuple[float, Rule]] = field(default_factory=list)
    visits_attributes: bool | None = None


def read_iso_xslt(file: RuleFile) -> RuleSet:
    """Read a stylesheet of the ISO skeleton; its look-up documents are found later, by the importer.

    Raises RuleError for anything that the skeleton does not write.
    """
    check_attributes(file, file.root, "version exclude-result-prefixes")
    lets: list[Let] = []
    functions: list[Function] = []
    keys: list[Key] = []
    modes: dict[str, _Mode] = {}
    for child in children(file.root):
        if child.tag == XSL + "template":
            if _PATTERN_MODE.fullmatch(child.get("mode", "")):
                _template(file, child, modes.setdefault(child.get("mode", ""), _Mode()))
        elif child.tag == XSL + "function":
            functions.append(read_function(file, child))
        elif child.tag == XSL + "key":
            keys.append(read_key(file, child))
        elif child.tag in (XSL + "variable", XSL + "param"):
            if child.get("name") not in _OWN_VARIABLES:
                lets.append(read_variable(file, child))
        elif child.tag.startswith(XSL) and child.tag != XSL + "output":
            raise file.refuse(child, "not supported in a stylesheet of the ISO skeleton")
    return RuleSet(
        source=file.source,
        namespaces=namespaces(file, {}),
        lets=tuple(lets),
        functions=tuple(functions),
        keys=tuple(keys),
        patterns=tuple(_patterns(file, _setup(file), modes)),
    )


def _setup(file: RuleFile) -> Element:
    """The template for the document node; one that is neither it, nor a rule, nor the skeleton's is refused."""
    found = None
    for template in file.root.iterchildren(XSL + "template"):
        mode, match = template.get("mode", ""), template.get("match")
        if match == "/" and not mode:
            found = template
        elif not _PATTERN_MODE.fullmatch(mode) and not mode.startswith(_OWN_MODES) and match != "text()":
            raise file.refuse(template, "the ISO skeleton writes no such template")
    if found is None:
        raise file.refuse(file.root, "no template for the document node: this is not a stylesheet of the ISO skeleton")
    return found


def _patterns(file: RuleFile, setup: Element, modes: dict[str, _Mode]) -> Iterator[Pattern]:
    """The patterns in the order in which the set-up template applies them, with their ids."""
    waiting = dict(modes)
    name = ""
    for element in setup.iter(SVRL + "active-pattern", XSL + "apply-templates"):
        mode_name = element.get("mode")
        if element.tag == SVRL + "active-pattern":
            name = _attribute(element, "id")
        elif mode_name is not None:
            mode = waiting.pop(mode_name, None)
            if mode is None or element.get("select") != "/":
                raise file.refuse(element, "a pattern is applied that is not there, or not from the document node")
            rules = sorted(mode.rules, key=lambda item: -item[0])
            yield Pattern(name, (), tuple(rule for _, rule in rules), visits_attributes=bool(mode.visits_attributes))
    if waiting:
        raise file.refuse(setup, f"patterns that are never applied: {', '.join(sorted(waiting))}")


def _template(file: RuleFile, element: Element, mode: _Mode) -> None:
    check_attributes(file, element, "match priority mode")
    fired = next(children(element), None)
    if fired is not None and fired.tag == SVRL + "fired-rule":
        priority = float(required(file, element, "priority"))
        if any(priority == other for other, _ in mode.rules):
            raise file.refuse(element, "two rules of a pattern have the same priority")
        mode.rules.append((priority, _rule(file, element, mode)))
    elif element.get("match") == "@*|node()":
        _note_descent(file, element, mode)
    elif element.get("match") != "text()" or len(element):
        raise file.refuse(element, "the ISO skeleton writes no such template")


def _note_descent(file: RuleFile, element: Element, mode: _Mode) -> None:
    """Remember which children a template hands on to the rules: elements only, or attributes as well."""
    for apply in element.iterchildren(XSL + "apply-templates"):
        steps = set(apply.get("select", "").split("|"))
        if "*" not in steps or not steps <= {"*", "@*", "comment()", "processing-instruction()"}:
            raise file.refuse(apply, "the ISO skeleton does not go down this way")
        if mode.visits_attributes not in (None, "@*" in steps):
            raise file.refuse(apply, "some rules of a pattern go down to attributes and some do not")
        mode.visits_attributes = "@*" in steps


def _rule(file: RuleFile, element: Element, mode: _Mode) -> Rule:
    lets: list[Let] = []
    checks: list[Check] = []
    for child in children(element):
        if child.tag == XSL + "variable":
            lets.append(read_variable(file, child))
        elif child.tag == XSL + "choose":
            checks.append(_assert(file, child))
        elif child.tag == XSL + "if":
            checks.append(read_check(file, child, SVRL + "successful-report", required(file, child, "test")))
        elif child.tag not in (SVRL + "fired-rule", XSL + "apply-templates"):
            raise file.refuse(child, "the ISO skeleton writes no such thing in a rule")
    _note_descent(file, element, mode)
    # The skeleton takes a context in which an @ occurs for an attribute, even if it is in a predicate of an element.
    descends = element.find(XSL + "apply-templates") is not None
    if not descends and "@" not in element.get("match", ""):
        raise file.refuse(element, "a rule for elements must go on to their children")
    return Rule(required(file, element, "match"), tuple(lets), tuple(checks), line_of(element), descends)


def _assert(file: RuleFile, element: Element) -> Check:
    """`<choose><when test="TEST"/><otherwise><svrl:failed-assert>`."""
    when, otherwise = element.find(XSL + "when"), element.find(XSL + "otherwise")
    if len(element) != 2 or when is None or otherwise is None or len(when):
        raise file.refuse(element, "not the form of an assert")
    return read_check(file, otherwise, SVRL + "failed-assert", required(file, when, "test"))


def read_check(file: RuleFile, parent: Element, tag: str, test: str) -> Check:
    """The check that an SVRL element reports: its id, flag, role and message; the test is what guards it.

    Raises RuleError for anything else inside `parent`.
    """
    element = parent[0] if len(parent) == 1 else None
    if element is None or element.tag != tag:
        raise file.refuse(parent, f"exactly one {tag[len(SVRL) :]} is expected here")
    message: list[str | Value] = []
    for child in children(element):
        if child.tag == SVRL + "text":
            message += _message(file, child)
        elif child.tag == SVRL + "diagnostic-reference":
            message += [" ", *_message(file, child)]
        elif child.tag != XSL + "attribute":
            raise file.refuse(child, "not supported in a check")
    kind: Literal["assert", "report"] = "assert" if tag == SVRL + "failed-assert" else "report"
    return Check(
        id=_attribute(element, "id"),
        kind=kind,
        test=test,
        flag=_attribute(element, "flag"),
        role=_attribute(element, "role"),
        message=collapse(message),
        line=line_of(element),
    )


def _attribute(element: Element, name: str) -> str:
    """An attribute, written as such or by `xsl:attribute`."""
    for child in element.iterchildren(XSL + "attribute"):
        if child.get("name") == name:
            return (child.text or "").strip()
    return element.get(name, "")


def _message(file: RuleFile, element: Element) -> list[str | Value]:
    parts: list[str | Value] = [_text(element.text)]
    for child in children(element):
        if child.tag == XSL + "value-of":
            parts.append(read_value(file, child))
        elif child.tag == XSL + "text":
            parts.append(child.text or "")
        else:
            raise file.refuse(child, "not supported in a message")
        parts.append(_text(child.tail))
    return parts


def _text(text: str | None) -> str:
    """A text in a stylesheet, where white space alone is layout (XSLT 2.0, section 4.2)."""
    return text if text and text.strip(SPACE) else ""
