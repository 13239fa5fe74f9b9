"""The expressions of a rule set as syntax trees.

parsed = Parsed(rules)
parsed("cac:TaxTotal/cbc:TaxAmount")      # Path(Step("child", NameTest(...)), Step(...)), parsed once
everywhere(parsed("cac:TaxTotal"))        # //cac:TaxTotal
"""

from __future__ import annotations

from einvoice.schematron.rules import RuleSet
from einvoice.schematron.xpath.parser import parse
from einvoice.schematron.xpath.steps import clark
from einvoice.schematron.xpath.syntax import AnyKind, Binary, Filter, NameTest, Path, Root, Step, Syntax, walk

_EVERYWHERE = Path(Root(), Step("descendant-or-self", AnyKind))


class Parsed:
    """The syntax trees of all expressions of a rule set, each parsed once."""

    def __init__(self, rules: RuleSet) -> None:
        self._namespaces = rules.namespaces
        self._trees: dict[str, Syntax] = {}

    def __call__(self, text: str) -> Syntax:
        """The tree of an expression. Raises XPathError."""
        if text not in self._trees:
            self._trees[text] = parse(text, self._namespaces)
        return self._trees[text]

    def document_elements(self) -> frozenset[str]:
        """The tags that expressions look for right below the root."""
        found: set[str] = set()
        for syntax in self._trees.values():
            for part in walk(syntax):
                match part:
                    case Path(Root(), Step("child", NameTest(str(), str()) as test)):
                        found.add(clark(test))
                    case Path(Root(), Filter(Step("child", NameTest(str(), str()) as test))):
                        found.add(clark(test))
        return frozenset(found)


def everywhere(pattern: Syntax) -> Syntax:
    """The expression for all nodes of a document that match a pattern: `A/B` is `//A/B`, `/A` stays as it is."""
    match pattern:
        case Root():
            return pattern
        case Path(left, right):
            return Path(everywhere(left), right)
        case Binary("|", left, right):
            return Binary("|", everywhere(left), everywhere(right))
    return Path(_EVERYWHERE, pattern)
