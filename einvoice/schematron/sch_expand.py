"""Schematron's three abbreviations written out: includes, abstract patterns and abstract rules.

    <include href="../common.sch"/>                    the root element of that file, or with #id the element of that id
    <extends href="shared.sch#dates"/>                 the content of that element

    <pattern id="currency" abstract="true">            <pattern id="document-currency" is-a="currency">
      <rule context="$place">                             <param name="place" value="cbc:DocumentCurrencyCode"/>
        <assert test="string-length(.) = 3">...        </pattern>

CEN binds its abstract rules to UBL and to CII with the second of these.

A name says where a file lies, seen from the file that holds it: `open_document` decides what may be opened.

Source: ISO/IEC 19757-3:2016, 5.4.4 (extends), 5.4.7 (include), 5.4.10 and 6.3 (abstract patterns).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from copy import deepcopy

from einvoice.schematron.rule_file import FILE, SCH, RuleFile, check_attributes, file_of, open_rule_file, required
from einvoice.xml import Element

_MOST_INCLUDES = 50  # a file that includes itself ends here
_ELSEWHERE = re.compile(r"/|[A-Za-z][A-Za-z0-9+.-]*:")  # an absolute path, a drive, a URL
_PARAMETER = re.compile(r"\$([\w.-]+)")


def expand(file: RuleFile, open_document: Callable[[str], bytes]) -> Element:
    """The schema of a file, with nothing abstract left in it and no include.

    Raises RuleError for a reference that leads nowhere or round in a circle.
    """
    schema = deepcopy(file.root)
    _include(file, schema, open_document)
    _write_patterns(file, schema)
    _write_rules(file, schema)
    return schema


def _include(file: RuleFile, schema: Element, open_document: Callable[[str], bytes]) -> None:
    """Put in the place of each reference to a file what it names."""
    for _ in range(_MOST_INCLUDES):
        references = schema.iter(SCH + "include", SCH + "extends")
        reference = next((each for each in references if each.tag == SCH + "include" or "href" in each.attrib), None)
        if reference is None:
            return
        check_attributes(file, reference, "href")
        included = _named(file, reference, open_document)
        _replace(reference, [included] if reference.tag == SCH + "include" else list(included))
    raise file.refuse(schema, f"more than {_MOST_INCLUDES} includes")


def _named(file: RuleFile, reference: Element, open_document: Callable[[str], bytes]) -> Element:
    """The element of another file that a reference names; it, and what is in it, knows its file."""
    name, _, part = required(file, reference, "href").replace("\\", "/").partition("#")
    if not name or _ELSEWHERE.match(name):
        raise file.refuse(reference, "a file to include is named by its place, seen from this one")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file_of(reference)), name))
    try:
        root = open_rule_file(path, open_document(path)).root
    except (KeyError, OSError):
        raise file.refuse(reference, "the included file is not there") from None
    found = next((each for each in root.iter(SCH + "*") if each.get("id") == part), None) if part else root
    if found is None:
        raise file.refuse(reference, f"the included file has no element '{part}'")
    if found.tag == SCH + "schema":
        raise file.refuse(reference, "a whole schema cannot be included in another")
    for element in (found, *found):  # the parts of an extended rule are taken out of it
        if isinstance(element.tag, str):
            element.set(FILE, path)
    return found


def _replace(element: Element, others: list[Element]) -> None:
    parent = element.getparent()
    if parent is None:
        raise ValueError("the root element is never replaced")
    position = parent.index(element)
    parent.remove(element)
    for other in reversed(others):
        other.tail = None
        parent.insert(position, other)


def _write_patterns(file: RuleFile, schema: Element) -> None:
    """Replace each `is-a` by the rules of the abstract pattern, its parameters filled in as text."""
    abstract = {item.get("id"): item for item in schema.iter(SCH + "pattern") if item.get("abstract") == "true"}
    for pattern in list(schema.iter(SCH + "pattern")):
        is_a = pattern.get("is-a")
        if is_a is None:
            continue
        if pattern.get("abstract") == "true":
            raise file.refuse(pattern, "an abstract pattern is not made of another")
        del pattern.attrib["is-a"]
        if is_a not in abstract:
            raise file.refuse(pattern, f"there is no abstract pattern '{is_a}'")
        values = {}
        for param in pattern.iterchildren(SCH + "param"):
            check_attributes(file, param, "name value")
            values[required(file, param, "name")] = required(file, param, "value")
        written = deepcopy(abstract[is_a])
        del written.attrib["abstract"]
        for name, value in pattern.attrib.items():
            written.set(name, value)
        for element in written.iter():
            _fill(element, values)
        _replace(pattern, [written])
    for pattern in abstract.values():
        _replace(pattern, [])


def _fill(element: Element, values: dict[str, str]) -> None:
    """Fill parameters in every attribute; a `$name` that is no parameter is a variable and stays."""
    for name, text in element.attrib.items():
        element.set(name, _PARAMETER.sub(lambda found: values.get(found[1], found[0]), str(text)))


def _write_rules(file: RuleFile, schema: Element) -> None:
    """Replace each `extends` by the content of the abstract rule it names."""
    abstract = {item.get("id"): item for item in schema.iter(SCH + "rule") if item.get("abstract") == "true"}
    for rule in abstract.values():
        if rule.get("context") is not None:
            raise file.refuse(rule, "an abstract rule has no context")
    for rule in [item for item in schema.iter(SCH + "rule") if item.get("abstract") != "true"]:
        _extend(file, rule, abstract, ())
    for rule in abstract.values():
        _replace(rule, [])
    for element in schema.iter():
        if element.attrib.get("abstract") == "false":
            del element.attrib["abstract"]


def _extend(file: RuleFile, rule: Element, abstract: dict[str | None, Element], above: tuple[str, ...]) -> None:
    for extends in list(rule.iterchildren(SCH + "extends")):
        check_attributes(file, extends, "rule")
        name = required(file, extends, "rule")
        if name not in abstract:
            raise file.refuse(extends, f"there is no abstract rule '{name}'")
        if name in above:
            raise file.refuse(extends, f"the abstract rule '{name}' extends itself")
        written = deepcopy(abstract[name])
        _extend(file, written, abstract, (*above, name))
        _replace(extends, list(written))
