"""A rule set between its published form and its running form, and what running it gives.

Importers (`.sch`, and the XSLT that the ISO skeleton or SchXslt made of one) produce a `RuleSet`; the compiler turns
it into Python, `xslt_writer` turns it back into a stylesheet for Saxon. Both engines answer with the same `Outcome`, so
the two can be held against each other, rule by rule.

Source: ISO/IEC 19757-3:2016 (Schematron), query binding xslt2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from einvoice.xml import Element

MOST_TOLD = 200  # failures of a check that are told, for a report that lists a hundred of a rule; others are counted
UNEVALUATED = "The rule could not be evaluated: "  # the compiled engine's words before the reason


@dataclass(frozen=True, slots=True)
class Value:
    """A place in a message that is filled when the check fails: the string value of an XPath expression.

    `fact` names the value for programs, as the author wrote it: `<value-of select="@format" f:fact="found"/>`.
    """

    select: str
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Let:
    """A named value: of the whole rule set, of a pattern, of a rule or of a function."""

    name: str  # as written, with its prefix if any
    select: str  # XPath expression
    line: int
    type: str = ""  # the declared sequence type, as xsl:variable has it: "xs:string"; "" where none is declared


@dataclass(frozen=True, slots=True)
class Check:
    """One `assert` (fails when the test is false) or `report` (speaks when the test is true)."""

    id: str  # as published; "" where the publisher gave none
    kind: Literal["assert", "report"]
    test: str  # XPath expression
    flag: str  # "fatal", "warning", ... as published; "" where there is none
    role: str
    message: tuple[str | Value, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A context and what must hold there."""

    context: str  # XSLT match pattern
    lets: tuple[Let, ...]
    checks: tuple[Check, ...]
    line: int
    descends: bool = True  # False: what is inside the node is not offered to this pattern (published by accident)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Rules tried in order: a node fires the first whose context matches it, and no other of this pattern."""

    id: str
    lets: tuple[Let, ...]
    rules: tuple[Rule, ...]
    visits_attributes: bool  # whether attributes are offered to the rules (some stylesheets offer elements only)


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a function; an argument is converted to `type` by the function conversion rules of XPath."""

    name: str
    type: str  # sequence type: "xs:string?", "element()?"; "" where none is declared: item()*


@dataclass(frozen=True, slots=True)
class Function:
    """An `xsl:function` made of parameters, variables and one result."""

    name: str  # as written: prefix:local
    params: tuple[Param, ...]
    lets: tuple[Let, ...]
    result: str  # XPath expression
    line: int
    type: str  # sequence type of the result: "xs:boolean"; "" where none is declared


@dataclass(frozen=True, slots=True)
class Key:
    """An `xsl:key`: the nodes that match, looked up by the value of `use`."""

    name: str
    match: str
    use: str
    line: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A whole Schematron schema; `source` names the file it came from, for messages about it."""

    source: str
    namespaces: Mapping[str, str]  # prefix -> URI, as the expressions use them
    lets: tuple[Let, ...]
    functions: tuple[Function, ...]
    keys: tuple[Key, ...]
    patterns: tuple[Pattern, ...]
    documents: Mapping[str, bytes] = field(default_factory=dict)  # what document('name') finds: code lists

    @property
    def checks(self) -> int:
        """How many asserts and reports the rule set holds."""
        return sum(1 for _ in self.all_checks())

    @property
    def names_facts(self) -> bool:
        """Whether a value of a message has a name: then the engines need not guess what was found and expected."""
        return any(isinstance(part, Value) and part.fact for check in self.all_checks() for part in check.message)

    def all_checks(self) -> Iterator[Check]:
        """The checks, in the order in which they are written."""
        return (check for pattern in self.patterns for rule in pattern.rules for check in rule.checks)


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that spoke: a failed assert, a successful report, or a check that could not be evaluated."""

    rule: str  # Check.id
    kind: Literal["assert", "report", "error"]
    flag: str
    role: str
    message: str  # the publisher's text, its values filled in; for "error", why it could not be evaluated
    location: str  # XPath of the context node: /Invoice/cac:InvoiceLine[2]/cbc:ID, with the document's own prefixes
    line: int | None
    found: str | None = None  # the facts of these names; where no fact has a name, the two values compared
    expected: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)  # the values of the message that have a name
    more: int = 0  # at how many nodes after this one the check failed too, of which no more than their number is told
    node: int | None = field(default=None, compare=False)  # the context node in the tree, where the engine has one

    @property
    def reason(self) -> str:
        """Of an error: why the check could not be evaluated."""
        return self.message.removeprefix(UNEVALUATED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule set says of one document. `fired` of 0 means that no rule looked at it: not a valid document."""

    checks: int  # asserts and reports in the rule set
    fired: int  # contexts that fired: (rule, node) pairs
    failures: tuple[Failure, ...]


class Engine(Protocol):
    """A rule set ready to run."""

    def check(self, root: Element) -> Outcome:
        """Validate a document, given its root element."""
