"""A stylesheet that SchXslt 1 made of a `.sch` -> `RuleSet`.

OpenPeppol publishes in this form. One mode holds the rules of all patterns; a node hands on the list of the patterns in
which it has already fired a rule, so that in each pattern only its first rule fires:

    <xsl:template match="cac:TaxTotal" priority="57" mode="d12e162">
      <xsl:param name="schxslt:patterns-matched" as="xs:string*"/>
      <xsl:variable name="rate" select="..."/>
      <xsl:choose>
        <xsl:when test="$schxslt:patterns-matched[. = 'd12e174']">...      fired before: suppressed
        <xsl:otherwise>
          <schxslt:rule pattern="d12e174">
            <xsl:if test="not(TEST)"><svrl:failed-assert id="..." flag="...">...

It is read strictly: anything that SchXslt does not write is refused.

Source: SchXslt 1.9.5, compile-for-svrl.xsl (doi.org/10.5281/zenodo.1495494).
"""

from __future__ import annotations

import re

from einvoice.schematron.instructions import read_function, read_variable
from einvoice.schematron.iso_xslt import read_check
from einvoice.schematron.rule_file import (
    SVRL,
    XSL,
    RuleFile,
    check_attributes,
    children,
    line_of,
    namespaces,
    read_key,
    required,
)
from einvoice.schematron.rules import Check, Function, Key, Let, Pattern, Rule, RuleSet
from einvoice.xml import Element

SCHXSLT = "{https://doi.org/10.5281/zenodo.1495494}"

_NEGATED = re.compile(r"not\((.*)\)", re.DOTALL)
_OWN_PRIORITY = "-10"  # of the templates that only go down the document


def read_schxslt(file: RuleFile) -> RuleSet:
    """Read a stylesheet of SchXslt 1; its look-up documents are found later, by the importer.

    Raises RuleError for anything that SchXslt does not write.
    """
    check_attributes(file, file.root, "version exclude-result-prefixes")
    lets: list[Let] = []
    functions: list[Function] = []
    keys: list[Key] = []
    rules: list[tuple[float, str, Rule]] = []
    names: dict[str, str] = {}
    for child in children(file.root):
        if child.tag in (XSL + "variable", XSL + "param"):
            lets.append(read_variable(file, child))
        elif child.tag == XSL + "key":
            keys.append(read_key(file, child))
        elif child.tag == XSL + "function":
            if child.get("name") != "schxslt:location":
                functions.append(read_function(file, child))
        elif child.tag == XSL + "template" and child.get("name") is not None:
            names |= _pattern_names(file, child)
        elif child.tag == XSL + "template" and child.get("priority", _OWN_PRIORITY) != _OWN_PRIORITY:
            rules.append(_rule(file, child))
        elif child.tag.startswith(XSL) and child.tag not in (XSL + "template", XSL + "output"):
            raise file.refuse(child, "SchXslt writes no such thing")
    strangers = {pattern for _, pattern, _ in rules} - names.keys()
    if strangers or not names:
        raise file.refuse(file.root, f"rules of patterns that are never applied: {', '.join(sorted(strangers))}")
    ordered = sorted(rules, key=lambda item: -item[0])
    return RuleSet(
        source=file.source,
        namespaces=namespaces(file, {}),
        lets=tuple(lets),
        functions=tuple(functions),
        keys=tuple(keys),
        patterns=tuple(
            Pattern(name, (), tuple(rule for _, owner, rule in ordered if owner == pattern), visits_attributes=True)
            for pattern, name in names.items()
        ),
    )


def _pattern_names(file: RuleFile, element: Element) -> dict[str, str]:
    """The patterns that a group applies: SchXslt's own id -> the author's id."""
    for child in children(element):
        if child.tag != SCHXSLT + "document":
            raise file.refuse(child, "SchXslt groups with variables of their own are not supported")
    names = {}
    for pattern in element.iter(SCHXSLT + "pattern"):
        active = next(pattern.iter(SVRL + "active-pattern"), None)
        names[required(file, pattern, "id")] = active.get("id", "") if active is not None else ""
    for apply in element.iter(XSL + "apply-templates"):
        if apply.get("select") != "root()":
            raise file.refuse(apply, "patterns for other documents are not supported")
    return names


def _rule(file: RuleFile, element: Element) -> tuple[float, str, Rule]:
    """A rule, with its priority and SchXslt's id of its pattern."""
    check_attributes(file, element, "match priority mode")
    lets: list[Let] = []
    body: Element | None = None
    for child in children(element):
        if child.tag == XSL + "variable":
            lets.append(read_variable(file, child))
        elif child.tag == XSL + "choose":
            body = child.find(f"{XSL}otherwise/{SCHXSLT}rule")
        elif child.tag != XSL + "param" or child.get("name") != "schxslt:patterns-matched":
            raise file.refuse(child, "SchXslt writes no such thing in a rule")
    if body is None:
        raise file.refuse(element, "a rule without its checks")
    checks = tuple(_check(file, child) for child in children(body) if child.tag != SVRL + "fired-rule")
    rule = Rule(required(file, element, "match"), tuple(lets), checks, line_of(element))
    return float(required(file, element, "priority")), required(file, body, "pattern"), rule


def _check(file: RuleFile, element: Element) -> Check:
    """`<if test="not(TEST)">` around a failed assert, `<if test="TEST">` around a successful report."""
    if element.tag != XSL + "if":
        raise file.refuse(element, "SchXslt writes no such thing in a rule")
    test = required(file, element, "test")
    if element.find(SVRL + "successful-report") is not None:
        return read_check(file, element, SVRL + "successful-report", test)
    negated = _NEGATED.fullmatch(test)
    if negated is None:
        raise file.refuse(element, "not the form of an assert")
    return read_check(file, element, SVRL + "failed-assert", negated[1])
