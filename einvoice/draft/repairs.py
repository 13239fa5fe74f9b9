"""Repairs of a draft that are certain: proposed with their reasons, made by whoever asks for them.

    repaired = fix(payload)                      # bytes, text or a mapping: a draft in JSON
    for each in repaired.repairs:
        print(each.field, each.before, "->", each.after, each.explanation_fr)
    repaired.content                             # the draft as a dict, with all repairs made

What is repaired: the spelling of codes (`eur`, ` hur `), IBANs and VATEX; figures that do not follow from the rest, and
are computed anew; and what French law and the reform answer (mandatory notes, BT-23, SIREN, directory addresses): to
complete the draft would add it anyway, and so its author sees it. Nothing that could be meant otherwise is touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from einvoice.codes import code_list, lists_of, plain_iban, plain_vatex
from einvoice.draft.draft import Draft
from einvoice.draft.editing import put
from einvoice.errors import Unreadable
from einvoice.json_text import load_json
from einvoice.paths import Path, walk
from einvoice.rulebook import Sentence, text
from einvoice.terms import nearest_term

_ROUNDS = 4  # of figures: each may be the base of others
_ACCOUNTS = ("account_identifier", "debited_account_identifier")
_ANSWERED = (  # what completing a French draft answers
    "business_process_type",
    "notes",
    "seller.legal_registration_identifier",
    "seller.electronic_address",
    "buyer.legal_registration_identifier",
    "buyer.electronic_address",
)


class Number(str):
    """A number with a point, as the JSON has it: 50.00 is not 50.0, nor are its last digits lost."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Repair:
    """One value that becomes another; `before` is None where nothing stood."""

    field: str  # lines[0].unit_code
    before: Any
    after: Any
    because: Sentence

    @property
    def explanation_fr(self) -> str:
        """The reason in French."""
        return text(self.because, "fr")

    @property
    def explanation_en(self) -> str:
        """The reason in English."""
        return text(self.because, "en")


@dataclass(frozen=True, slots=True)
class Repaired:
    """A draft with all its repairs made."""

    content: dict[str, Any]
    repairs: tuple[Repair, ...]


def fix(payload: bytes | str | Mapping[str, Any]) -> Repaired:
    """The repairs of a draft in JSON that are certain: codes spelled otherwise, figures that do not follow.

    `payload` is the draft as JSON, in bytes or text, or as the values of it. Gives the repaired values as `content`,
    and each of the `repairs` with its field, the value before and after, and why, in both languages; what only its
    author can answer is left. Raises `Unreadable` for JSON that is no object, `DraftError` for what is no draft.

    Source: the code lists of EN 16931 (`einvoice.codes`); EN 16931-1:2017 §6.4 (how totals follow).
    """
    content = payload if isinstance(payload, Mapping) else _loaded(payload)
    found: dict[str, Repair] = {}
    made = dict(content)
    for _ in range(_ROUNDS):
        proposed = [*_spelled(made), *_figures(made)]
        if not proposed:
            break
        made = _with(made, proposed, found)
    made = _with(made, list(_answered(made)), found)
    return Repaired(made, tuple(found.values()))


def _loaded(payload: bytes | str) -> dict[str, Any]:
    Draft.model_validate_json(payload)  # says in words what is no draft
    loaded = load_json(payload, number=Number)
    if not isinstance(loaded, dict):
        raise Unreadable("EI-NO-DRAFT-JSON")
    return loaded


def _with(content: dict[str, Any], repairs: list[Repair], found: dict[str, Repair]) -> dict[str, Any]:
    """The content with these repairs, which are noted; of two of one place, from the first value to the last."""
    for each in repairs:
        content, _ = put(content, Path.parse(each.field).steps, each.after, Path())
        first = found.get(each.field, each)
        found[each.field] = Repair(each.field, first.before, each.after, each.because)
    return content


def _spelled(content: dict[str, Any]) -> Iterator[Repair]:
    """Codes that are spelled otherwise than in their list, but can mean one of it only."""
    for path, value in walk(Draft.model_validate(content)):
        if not isinstance(value, str):
            continue
        right = _spelling(path, value)
        if right != value:
            yield Repair(str(path), value, right, Sentence("EI-FIX-CODE", {"found": value, "expected": right}))


def _spelling(path: Path, value: str) -> str:
    about = nearest_term(path)
    if about is None:
        return value
    if path.name in _ACCOUNTS:
        return plain_iban(value)
    if "exemption_reason_code" in path.name:
        return plain_vatex(value)
    lists = lists_of(about.id) if path.name.endswith(("code", "scheme_id")) else ()
    if path.name == "country_code":  # of any party
        lists = (code_list("country"),)
    if not lists or any(value in each.codes for each in lists):
        return value
    meant = {code for each in lists for code in each.codes if code.upper() == value.strip().upper()}
    return meant.pop() if len(meant) == 1 else value


def _figures(content: dict[str, Any]) -> Iterator[Repair]:
    """Figures that do not follow from the others."""
    for each in Draft.model_validate(content).disagreements():
        if each.computed is not None:
            yield Repair(each.field, str(each.given), f"{each.computed:f}", each.reason)


def _answered(content: dict[str, Any]) -> Iterator[Repair]:
    """What completing the draft fills in, where its author left it open."""
    draft = Draft.model_validate(content)
    invoice = draft.complete()
    for name in _ANSWERED:
        path = Path.parse(name)
        before, after = path.get(draft), path.get(invoice)
        if after and after != before:
            yield Repair(name, _plain(before), _plain(after), Sentence("EI-FIX-FILLED"))


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
