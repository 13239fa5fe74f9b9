"""The instructions of XSLT that functions and variables are written with, as XPath.

    <xsl:function name="u:half" as="xs:decimal">          Function("u:half", (Param("n", "xs:decimal"),),
      <xsl:param name="n" as="xs:decimal"/>                   (Let("part·1", "$n div 2", "xs:decimal"),),
      <xsl:choose>                                            "if ($n lt 0) then (0) else ($part·1)", "xs:decimal")
        <xsl:when test="$n lt 0"><xsl:sequence select="0"/></xsl:when>
        <xsl:otherwise>
          <xsl:variable name="part" as="xs:decimal" select="$n div 2"/><xsl:sequence select="$part"/>
    ...

Both engines then need to know expressions only. A variable inside a branch becomes one of the whole function, under a
name that nothing else has: variables are computed when they are asked for, so that one of a branch not taken harms
nobody. Anything else in a function is refused.

Source: XSLT 2.0, sections 5.7 (sequence constructors), 7 (for-each), 8 (conditions), 9 (variables), 10.3 (functions).
"""

from __future__ import annotations

import re

from einvoice.schematron.rule_file import (
    XSL,
    RuleFile,
    check_attributes,
    children,
    line_of,
    refuse_text,
    required,
)
from einvoice.schematron.rules import Function, Let, Param
from einvoice.xml import Element

_NOTHING = "()"
_QUOTED_OR_NAMED = r"""'[^']*'|"[^"]*"|\(:.*?:\)|\$\s*(?P<name>{})(?![\w.:·-])"""


def read_function(file: RuleFile, element: Element) -> Function:
    """An `xsl:function`. Raises RuleError for an instruction that is not known."""
    check_attributes(file, element, "name as override")
    name, declared = required(file, element, "name"), element.get("as", "").strip()
    params: list[Param] = []
    for child in element.iterchildren(XSL + "param"):
        check_attributes(file, child, "name as")
        params.append(Param(required(file, child, "name"), child.get("as", "").strip()))
    body = _Body(file, declared)
    result = body.read(element, {}, nested=False)
    if result == _NOTHING:
        raise file.refuse(element, "a function needs a result")
    return Function(name, tuple(params), tuple(body.lets), result, line_of(element), declared)


def read_variable(file: RuleFile, element: Element) -> Let:
    """An `xsl:variable` or `xsl:param`: its `select`, its text, or what its instructions give.

    Raises RuleError where it holds other elements, or instructions without a declared type: what they give is then a
    document of its own.
    """
    return _variable(file, element, _Body(file, "", inside="a variable"), {})


def _variable(file: RuleFile, element: Element, body: _Body, names: dict[str, str]) -> Let:
    check_attributes(file, element, "name as select")
    name, declared, select = required(file, element, "name"), element.get("as", "").strip(), element.get("select")
    if select is not None:
        select = _renamed(select.strip(), names)
    elif len(element):
        if not declared:
            raise file.refuse(element, "a variable without a type needs a select or a text")
        select = body.of_type(declared).read(element, names)
    elif element.text:
        select = f"{(declared or 'xs:untypedAtomic').rstrip('?*+')}({_literal(element.text)})"
    else:
        raise file.refuse(element, "a variable needs a select, a text or instructions")
    return Let(name, select, line_of(element), declared)


class _Body:
    """The instructions of one function or variable, and the variables among them."""

    def __init__(self, file: RuleFile, declared: str, *, inside: str = "") -> None:
        self.file = file
        self.declared = declared  # the type that texts are converted to
        self.inside = inside  # what cannot hold variables, if the instructions are in such a thing
        self.lets: list[Let] = []

    def of_type(self, declared: str) -> _Body:
        """The instructions of a variable, whose own variables are kept with the function's."""
        body = _Body(self.file, declared, inside=self.inside)
        body.lets = self.lets
        return body

    def read(self, parent: Element, names: dict[str, str], *, nested: bool = True) -> str:
        """What the instructions inside an element give. `names` tells new names of variables declared before."""
        refuse_text(self.file, parent)
        names = dict(names)
        results: list[str] = []
        for child in children(parent):
            if child.tag == XSL + "variable":
                self._declare(child, names, nested=nested)
            elif nested or child.tag != XSL + "param":
                results.append(self._instruction(child, names))
        return results[0] if len(results) == 1 else f"({', '.join(results)})"

    def _declare(self, element: Element, names: dict[str, str], *, nested: bool) -> None:
        if self.inside:
            raise self.file.refuse(element, f"a variable inside {self.inside} is not supported")
        let = _variable(self.file, element, self, names)
        if nested:
            names[let.name] = f"{let.name}·{len(self.lets)}"
            let = Let(names[let.name], let.select, let.line, let.type)
        self.lets.append(let)

    def _instruction(self, element: Element, names: dict[str, str]) -> str:
        name = str(element.tag)
        if name == XSL + "sequence":
            check_attributes(self.file, element, "select")
            return self._expression(element, "select", names)
        if name == XSL + "value-of":
            return self._text(element, names)
        if name == XSL + "choose":
            return self._choose(element, names)
        if name == XSL + "if":
            check_attributes(self.file, element, "test")
            return f"(if ({self._expression(element, 'test', names)}) then {self._branch(element, names)} else ())"
        if name == XSL + "for-each":
            return self._for_each(element, names)
        raise self.file.refuse(element, "not supported in a function or variable")

    def _expression(self, element: Element, attribute: str, names: dict[str, str]) -> str:
        return _renamed(required(self.file, element, attribute), names)

    def _branch(self, element: Element, names: dict[str, str]) -> str:
        """The instructions inside an element, in brackets."""
        made = self.read(element, names)
        return made if made == _NOTHING else f"({made})"

    def _text(self, element: Element, names: dict[str, str]) -> str:
        """What `xsl:value-of` gives: one text, converted to the declared type as untyped text is."""
        check_attributes(self.file, element, "select separator")
        select, separator = self._expression(element, "select", names), _literal(element.get("separator", " "))
        joined = f"string-join(for $item in ({select}) return string($item), {separator})"
        atomic = self.declared.rstrip("?*+")
        return f"{atomic if atomic.startswith('xs:') else 'xs:untypedAtomic'}({joined})"

    def _choose(self, element: Element, names: dict[str, str]) -> str:
        check_attributes(self.file, element, "")
        refuse_text(self.file, element)
        conditions: list[str] = []
        otherwise: str | None = None
        for child in children(element):
            if otherwise is not None or child.tag not in (XSL + "when", XSL + "otherwise"):
                raise self.file.refuse(child, "not expected in a choice")
            if child.tag == XSL + "when":
                check_attributes(self.file, child, "test")
                test = self._expression(child, "test", names)
                conditions.append(f"if ({test}) then {self._branch(child, names)} else ")
            else:
                otherwise = self._branch(child, names)
        if not conditions:
            raise self.file.refuse(element, "a choice needs a condition")
        return f"({''.join(conditions)}{otherwise or _NOTHING})"

    def _for_each(self, element: Element, names: dict[str, str]) -> str:
        check_attributes(self.file, element, "select")
        outside, self.inside = self.inside, "<xsl:for-each>"  # it would see the item, and a function's does not
        each = f"(({self._expression(element, 'select', names)}) ! {self._branch(element, names)})"
        self.inside = outside
        return each


def _renamed(expression: str, names: dict[str, str]) -> str:
    """An expression with new names of variables; what stands in quotes and comments stays."""
    if not names:
        return expression
    wanted = re.compile(_QUOTED_OR_NAMED.format("|".join(map(re.escape, names))), re.DOTALL)
    return wanted.sub(lambda found: f"${names[found['name']]}" if found["name"] else found[0], expression)


def _literal(text: str) -> str:
    """A text as an XPath string literal."""
    return "'" + text.replace("'", "''") + "'"
