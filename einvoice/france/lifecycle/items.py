"""The items of a lifecycle message: those that must be there are, and none is too long.

Which they are is data: `[item.*]` in `lifecycle.toml`.

Sources: BR-FR-CDV V1.4.0 (texts of 01 to 16); DGFiP external specifications v3.2, annex 2.
"""

from __future__ import annotations

from collections.abc import Iterator

from einvoice.france.lifecycle.checked import GUIDELINES, Checked, say
from einvoice.france.lifecycle.codes import ITEMS, Item
from einvoice.report import Finding, Severity

_FLOWS = ("500", "501")  # of a flow that could not be read, little is known


def items_are_there(checked: Checked) -> Iterator[Finding]:
    """What is missing: an error where a published text demands it of this message, a warning otherwise."""
    for item in ITEMS.values():
        if item.objects and (checked.about if checked.about in GUIDELINES else "invoice") not in item.objects:
            continue
        if not (item.flows or checked.code not in _FLOWS) or not (item.rule or item.ppf):
            continue
        severity: Severity = "error" if item.rule or checked.portal else "warning"
        alternatives = [list(_at(checked.message, path)) for path in item.paths]
        for index, (field, value) in enumerate(alternatives[0]):
            others = [each[index][1] for each in alternatives[1:]]
            if all(found in (None, (), "") for found in (value, *others)):
                yield _item("EI-CDV-01", severity, field, item)


def items_are_short(checked: Checked) -> Iterator[Finding]:
    """What is longer than the public portal reads."""
    for item in ITEMS.values():
        for field, value in _at(checked.message, item.paths[0]) if item.length else ():
            if isinstance(value, str) and len(value) > (item.length or 0):
                yield _item("EI-CDV-02", checked.strict, field, item, found=len(value), expected=item.length)


def _item(rule: str, severity: Severity, field: str, item: Item, **facts: object) -> Finding:
    words = {"what_fr": item.name_fr, "what_en": item.name_en, "item": item.number}
    return say(rule, severity, field, item.number, **words, **facts)


def _at(part: object, path: str, place: str = "") -> Iterator[tuple[str, object]]:
    """The values at a path, each with its field; nothing inside a part that is absent."""
    if part is None:
        return
    name, _, rest = path.partition(".")
    field = f"{place}.{name.removesuffix('[]')}".lstrip(".")
    value = getattr(part, name.removesuffix("[]"))
    if name.endswith("[]"):
        for index, each in enumerate(value):
            yield from _at(each, rest, f"{field}[{index}]")
    elif rest:
        yield from _at(value, rest, field)
    else:
        yield field, value
