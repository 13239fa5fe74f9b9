"""Small rule sets for tests: one rule, a few checks, a document in a line."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from einvoice.schematron import Check, CompiledRules, Failure, RuleSet, compile_rules
from einvoice.schematron.rules import Function, Key, Let, Pattern, Rule, Value

NAMESPACES = {"a": "urn:a", "xs": "http://www.w3.org/2001/XMLSchema", "f": "urn:functions"}


def check(test: str, *message: str | Value, name: str = "T", kind: str = "assert", flag: str = "") -> Check:
    """One assert, or a report."""
    return Check(name, kind, test, flag, "", message or ("failed",), 7)  # type: ignore[arg-type]  # a test's literal


def rule(context: str, *checks: Check, lets: Iterable[Let] = ()) -> Rule:
    """One rule."""
    return Rule(context, tuple(lets), checks, 5)


def rule_set(
    *rules: Rule,
    lets: Iterable[Let] = (),
    functions: Iterable[Function] = (),
    keys: Iterable[Key] = (),
    documents: dict[str, bytes] | None = None,
    attributes: bool = False,
) -> RuleSet:
    """One pattern of rules."""
    pattern = Pattern("p", (), rules, visits_attributes=attributes)
    return RuleSet("test.sch", NAMESPACES, tuple(lets), tuple(functions), tuple(keys), (pattern,), documents or {})


def let(name: str, select: str, kind: str = "") -> Let:
    """A variable."""
    return Let(name, select, 3, kind)


def failures(rules: RuleSet | CompiledRules, document: str) -> list[Failure]:
    """What a rule set finds in a document."""
    compiled = rules if isinstance(rules, CompiledRules) else compile_rules(rules)
    return list(compiled.check(etree.fromstring(document)).failures)


def failure(test: str, document: str, *message: str | Value, context: str = "/*", **more: Iterable[Let]) -> Failure:
    """The one failure of one assert."""
    (found,) = failures(rule_set(rule(context, check(test, *message)), **more), document)  # type: ignore[arg-type]
    return found


def holds(test: str, document: str, context: str = "/*") -> bool:
    """Whether an assert holds."""
    return not failures(rule_set(rule(context, check(test))), document)


def literal(text: str) -> str:
    """A text as an XPath string."""
    return "'" + text.replace("'", "''") + "'"


def no_documents(name: str) -> bytes:
    """A place where nothing lies."""
    raise KeyError(name)
