"""Schematron in Python: rule sets compiled to Python functions, with SaxonC as the referee.

    from einvoice.schematron import compile_rules, read_rules

    rules = read_rules("house.sch", content, open_document)      # a RuleSet: .sch, or the XSLT made from one
    outcome = compile_rules(rules).check(root)                   # root: an lxml element
    outcome.failures[0]                                          # Failure(rule="R1", location="/order/line[2]", …)

Schematron (ISO/IEC 19757-3) states rules about XML documents in XPath; regulators and standard bodies publish their
rules in it. Elsewhere they are run by an XSLT processor, that is, on a Java or C++ run time. Here the XPath 2.0 of each
rule becomes a Python function: no other run time, some hundred documents a second, and for each failure the rule, the
place, the line, the message with its values, and the values compared. What is not understood is refused with file,
line and construct (`RuleError`): no rule is ever skipped in silence. Rules are data: they read the document and the
code lists beside them, and nothing else of the machine.

    load(sha256, lambda: read_rules(…), folder)                  # compiled once, then kept on disk
    document = RuleTree(root)                                    # once for several rule sets:
    rules.check_document(document)
    SaxonRules(rules, published=content).check(root)             # the same Outcome, by SaxonC in a child process

Both engines are an `Engine` and answer alike, so that one can be held against the other, rule by rule. A name on a
value of a message makes it a fact for programs, in `Failure.facts`, in both engines; elsewhere the attribute says
nothing: `<value-of select="@format" f:fact="found" xmlns:f="urn:einvoice:facts"/>`.

Nothing here knows an invoice: of einvoice it needs the exceptions, the XML parser and the pool of child processes.

| module | what |
|---|---|
| `importer`, `sch`, `sch_expand`, `iso_xslt`, `schxslt` | a published file → `RuleSet` |
| `instructions`, `lookups`, `rule_file` | what several forms of file have in common |
| `rules`, `rule_error` | what a rule set, an outcome and a refusal are |
| `generate`, `program`, `cache` | `RuleSet` → Python code, kept on disk |
| `engine`, `rule_tree`, `tree` | code and document → `Outcome` |
| `xpath` | XPath 2.0 → Python: parser, translator, what the code calls |
| `saxon`, `xslt_writer`, `saxon_pool`, `saxon_worker` | the referee |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from einvoice.schematron.cache import compile_rules, load
from einvoice.schematron.engine import CompiledRules
from einvoice.schematron.rule_error import EngineFailure, RuleError
from einvoice.schematron.rule_tree import RuleTree
from einvoice.schematron.rules import MOST_TOLD, Check, Engine, Failure, Outcome, RuleSet

if TYPE_CHECKING:
    from einvoice.schematron.importer import read_rules
    from einvoice.schematron.saxon import SaxonRules

__all__ = [
    "MOST_TOLD",
    "Check",
    "CompiledRules",
    "Engine",
    "EngineFailure",
    "Failure",
    "Outcome",
    "RuleError",
    "RuleSet",
    "RuleTree",
    "SaxonRules",
    "compile_rules",
    "load",
    "read_rules",
]


def __getattr__(name: str) -> Any:
    """`SaxonRules` and `read_rules`, loaded when they are asked for: rules that are compiled already need neither."""
    if name == "SaxonRules":
        from einvoice.schematron.saxon import SaxonRules  # noqa: PLC0415

        return SaxonRules
    if name == "read_rules":
        from einvoice.schematron.importer import read_rules  # noqa: PLC0415

        return read_rules
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
