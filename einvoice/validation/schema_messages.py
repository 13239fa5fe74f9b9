"""What libxml2 says of a fault, in words of ours.

    said_of("SCHEMAV_ELEMENT_CONTENT", "Element '{urn:…}Foo': This element is not expected.", {"urn:…": "cbc"})
    # (Sentence("XSD-02", {"name": "cbc:Foo", …}), "")

libxml2 words its messages for programmers; those that occur are taken apart here, and worded for people by rows of the
rulebook.

Source: W3C XML Schema 1.0, appendix C (the names of the rules that libxml2 cites).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from einvoice.rulebook import Fact, Sentence

_QUALIFIED = re.compile(r"\{([^{}]*)\}([\w.-]+)")
_MOST_EXPECTED = 6  # names to list; the schema may allow fifty
_MOST_SHOWN = 200  # characters of a value
_MOST_SAID = 500  # characters of a message that is not taken apart: libxml2's own are cut at 64,000
_ALLOWED, _TYPED = "XSD-16", "XSD-TYPED"  # a value that is not of its type: without and with what its type wants
_TYPES = frozenset({"date", "time", "dateTime", "decimal", "integer", "boolean", "base64Binary"})  # that have words

_ELEMENT = r"Element '(?P<name>[^']*)'"
_ATTRIBUTE = rf"{_ELEMENT}, attribute '(?P<attribute>[^']*)'"
_EITHER = rf"{_ELEMENT}(?:, attribute '(?P<attribute>[^']*)')?"
_LISTED = r"Expected is(?: one of)? \( (?P<expected>.*) \)\."
_LENGTH = r"The value(?: '(?P<found>.*)')? has a length of '(?P<length>\d+)'"
_NUMBER = r"'(?P<expected>\d+)'"
# The kind, the row that says it for people, and the text. The first that fits counts; the last fits all.
_MESSAGES = (
    ("SCHEMAV_ELEMENT_CONTENT", "XSD-01", rf"{_ELEMENT}: This element is not expected\. {_LISTED}"),
    ("SCHEMAV_ELEMENT_CONTENT", "XSD-02", rf"{_ELEMENT}: This element is not expected\."),
    ("SCHEMAV_ELEMENT_CONTENT", "XSD-03", rf"{_ELEMENT}: Missing child element\(s\)\. {_LISTED}"),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_4",
        "XSD-04",
        rf"{_ELEMENT}: The attribute '(?P<attribute>[^']*)' is required but missing\.",
    ),
    ("SCHEMAV_CVC_COMPLEX_TYPE_3_2_1", "XSD-05", rf"{_ATTRIBUTE}: The attribute '[^']*' is not allowed\."),
    ("SCHEMAV_CVC_TYPE_3_1_1", "XSD-05", rf"{_ATTRIBUTE}: The attribute '[^']*' is not allowed\."),
    (
        "SCHEMAV_CVC_TYPE_3_1_2",
        "XSD-06",
        rf"{_ELEMENT}: Element content is not allowed, because the type definition is simple\.",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_1",
        "XSD-07",
        (
            rf"{_ELEMENT}: (?:Character content is not allowed|Element content is not allowed), because the content "
            r"type is empty\."
        ),
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_2",
        "XSD-06",
        rf"{_ELEMENT}: Element content is not allowed, because the content type is a simple type definition\.",
    ),
    (
        "SCHEMAV_CVC_COMPLEX_TYPE_2_3",
        "XSD-08",
        (
            rf"{_ELEMENT}: Character content other than whitespace is not allowed because the content type is "
            r"'element-only'\."
        ),
    ),
    (
        "SCHEMAV_CVC_ENUMERATION_VALID",
        "XSD-09",
        (
            rf"{_EITHER}: \[facet 'enumeration'\] The value '(?P<found>.*?)' is not an element of the set "
            r"\{(?P<expected>.*)\}\."
        ),
    ),
    (
        "SCHEMAV_CVC_PATTERN_VALID",
        "XSD-10",
        (
            rf"{_EITHER}: \[facet 'pattern'\] The value '(?P<found>.*)' is not accepted by the pattern "
            r"'(?P<expected>.*)'\."
        ),
    ),
    (
        "SCHEMAV_CVC_MAXLENGTH_VALID",
        "XSD-11",
        rf"{_EITHER}: \[facet 'maxLength'\] {_LENGTH}; this exceeds the allowed maximum length of {_NUMBER}\.",
    ),
    (
        "SCHEMAV_CVC_MINLENGTH_VALID",
        "XSD-12",
        rf"{_EITHER}: \[facet 'minLength'\] {_LENGTH}; this underruns the allowed minimum length of {_NUMBER}\.",
    ),
    (
        "SCHEMAV_CVC_LENGTH_VALID",
        "XSD-13",
        rf"{_EITHER}: \[facet 'length'\] {_LENGTH}; this differs from the allowed length of {_NUMBER}\.",
    ),
    (
        "SCHEMAV_CVC_TOTALDIGITS_VALID",
        "XSD-14",
        (
            rf"{_EITHER}: \[facet 'totalDigits'\] The value '(?P<found>.*)' has more digits than are allowed "
            rf"\({_NUMBER}\)\."
        ),
    ),
    (
        "SCHEMAV_CVC_FRACTIONDIGITS_VALID",
        "XSD-15",
        (
            rf"{_EITHER}: \[facet 'fractionDigits'\] The value '(?P<found>.*)' has more fractional digits than are "
            rf"allowed \({_NUMBER}\)\."
        ),
    ),
    (
        "SCHEMAV_CVC_DATATYPE_VALID_1_2_1",
        "XSD-16",
        rf"{_EITHER}: '(?P<found>.*)' is not a valid value of the (?:local )?atomic type(?: '(?P<type>[^']*)')?\.",
    ),
    (
        "SCHEMAV_CVC_ELT_1",
        "XSD-17",
        rf"{_ELEMENT}: No matching global declaration available for the validation root\.",
    ),
    ("*", "XSD-18", r".*"),
)


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """The messages, compiled when there is one to take apart: most documents have none."""
    return tuple((kind, row, re.compile(pattern, re.DOTALL)) for kind, row, pattern in _MESSAGES)


def said_of(kind: str, message: str, prefixes: Mapping[str, str]) -> tuple[Sentence, str]:
    """What an error says, in words of ours, and the attribute that it is about; `prefixes` are those of namespaces."""
    match, row = next(
        (match, row)
        for known, row, pattern in _patterns()
        if known in (kind, "*") and (match := pattern.match(message))
    )
    values = {key: value or "" for key, value in match.groupdict().items()}
    name, attribute = _short(values.get("name", ""), prefixes), values.get("attribute", "")
    type_name = values.pop("type", "").removeprefix("xs:")
    facts: dict[str, Fact] = {
        **values,
        "name": name,
        "place": f"{name}/@{attribute}" if attribute else name,
        "found": values.get("found", "")[:_MOST_SHOWN],
        "expected": _expected(values.get("expected", ""), prefixes),
        "message": _short(_beginning(message), prefixes),
    }
    if row == _ALLOWED and type_name in _TYPES:
        row, facts["type"] = _TYPED, Sentence(f"XSD-TYPE-{type_name.upper()}")
    return Sentence(row, facts), attribute


def _short(name: str, prefixes: Mapping[str, str]) -> str:
    """`{urn:...}ID` as the document would write it: `cbc:ID`."""

    def short(match: re.Match[str]) -> str:
        prefix = prefixes.get(match[1])
        return f"{prefix}:{match[2]}" if prefix else match[2]

    return _QUALIFIED.sub(short, name)


def _beginning(message: str) -> str:
    return message if len(message) <= _MOST_SAID else f"{message[:_MOST_SAID]}…"


def _expected(listed: str, prefixes: Mapping[str, str]) -> str:
    names = [_short(name.strip(), prefixes) for name in listed.split(", ")]
    shown = ", ".join(names[:_MOST_EXPECTED])
    return f"{shown}, …" if len(names) > _MOST_EXPECTED else shown
