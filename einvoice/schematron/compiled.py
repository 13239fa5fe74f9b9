"""Rule sets that run: compiled to Python, kept on disk, and applied to documents.

    rules = load(sha256, lambda: read_rules(name, content, open_document), cache_folder)
    document = RuleTree(root)                  # once for all rule sets
    outcome = rules.check_document(document)   # Outcome(checks=979, fired=214, failures=())

The official rules are the only rules for what the officials regulate, and they change every month. So they are not
written anew in Python but compiled: the verdict is that of the published file, rule by rule, in this process.

Source: ISO/IEC 19757-3:2016 (Schematron), XPath 2.0.
"""

from __future__ import annotations

from einvoice.schematron.cache import compile_rules, load
from einvoice.schematron.engine import CompiledRules
from einvoice.schematron.rule_tree import RuleTree

__all__ = ["CompiledRules", "RuleTree", "compile_rules", "load"]
