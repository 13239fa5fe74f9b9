"""Changing a draft at the place a finding names.

    draft.set("lines[2].quantity", "3")
    draft.set("lines[+]", {"item_name": "Port", "quantity": "1", "item_net_price": "9.90"})

A path is that of a finding: names joined by dots, positions in brackets counted from 0, `[+]` for a new last element.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from einvoice.draft.problems import DraftError, Problem
from einvoice.paths import APPEND, Path
from einvoice.rulebook import Sentence


def place_of(text: str) -> Path:
    """The path of a text such as `lines[2].quantity` or `lines[+]`; raises `DraftError` for text that is none."""
    try:
        path = Path.parse(text)
    except ValueError:
        path = Path()
    if not path.steps:
        raise DraftError(Problem(text, Sentence("EI-NO-DRAFT-PATH")))
    return path


def put(part: Any, steps: tuple[int | str, ...], value: Any, above: Path) -> tuple[Any, Path]:
    """A copy of a part with `value` at the place the steps name, and that place with `[+]` resolved.

    A None takes an element out of its list, and empties a field. Raises `DraftError` where there is no such place.
    """
    if not steps:
        return value, above
    step, rest = steps[0], steps[1:]
    if isinstance(step, int) or step == APPEND:
        return _put_in_list(part, step, rest, value, above)
    if part is not None and not isinstance(part, (BaseModel, dict)):
        reason = "EI-NO-DRAFT-WHICH" if isinstance(part, (tuple, list)) else "EI-NO-DRAFT-PLAIN"
        raise DraftError(Problem(str(above / step), Sentence(reason, {"path": str(above)})))
    fields = {name: held for name, held in dict(part or {}).items() if held is not None}
    fields[step], place = put(fields.get(step), rest, value, above / step)
    return fields, place


def _put_in_list(part: Any, step: int | str, rest: tuple[int | str, ...], value: Any, above: Path) -> tuple[Any, Path]:
    if part is not None and not isinstance(part, (tuple, list)):
        raise DraftError(Problem(str(above), Sentence("EI-NO-DRAFT-NO_LIST")))
    held = list(part or ())
    index = len(held) if isinstance(step, str) else step
    if index > len(held) or (index == len(held) and isinstance(step, int)):
        facts = {"count": str(len(held)), "path": str(above)}
        raise DraftError(Problem(str(above / index), Sentence("EI-NO-DRAFT-COUNT", facts)))
    if value is None and not rest:
        return held[:index] + held[index + 1 :], above / index
    element, place = put(held[index] if index < len(held) else None, rest, value, above / index)
    return [*held[:index], element, *held[index + 1 :]], place
