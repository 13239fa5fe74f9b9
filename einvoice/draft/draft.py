"""A draft: partial, edited freely, completed on demand, immutable once finalised."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from pydantic import ConfigDict, PrivateAttr, ValidationError, model_validator
from pydantic.functional_validators import ModelWrapValidatorHandler

from einvoice.draft.completion import completed
from einvoice.draft.content import DraftContent
from einvoice.draft.editing import place_of, put
from einvoice.draft.ledger import Disagreement
from einvoice.draft.nesting import field_in, line_paths
from einvoice.draft.problems import DraftError, Problem, described, not_json, reworded, unknown_field
from einvoice.draft.renames import renamed
from einvoice.json_text import load_json
from einvoice.model import Invoice
from einvoice.paths import Path
from einvoice.rulebook import Sentence


class Draft(DraftContent):
    """What is known of an invoice to be: `Draft(lines=[…], seller=…)` or `Draft.model_validate_json(payload)`.

    Every field may be missing. Amounts, prices and quantities are `Decimal` (JSON: a number or a text), in the currency
    of the invoice and without VAT unless `rounding` is "gross"; rates are percent ("20" is 20 %); days are ISO 8601
    (2026-11-30); files are base64; codes are those of the lists of EN 16931. A text of nothing or blanks is none.

    A name or a value that cannot be held raises `DraftError`, which says where, what was found and which known name is
    nearest. Assigning to a field checks the value in the same way.

    Source: EN 16931-1:2017 §6.3; XP Z12-012 annex A V1.4 (what EXTENDED-CTC-FR adds).
    """

    model_config = ConfigDict(defer_build=False)  # a web framework asks for the body of an endpoint as it stands

    __hash__ = None  # type: ignore[assignment] # a draft changes, so it is no key; its frozen base class would make it one

    _final: bool = PrivateAttr(default=False)

    # As a part of another model, or as the body of a request, a draft fails as all models of pydantic do: by a
    # `ValidationError`, with these same words at their places. Only what Python calls raises `DraftError`.

    if not TYPE_CHECKING:  # type checkers know the fields from pydantic's own

        def __init__(self, **data: Any) -> None:
            with _as_draft_error():
                super().__init__(**data)

        __init__.__pydantic_base_init__ = True  # pydantic validates without calling it, and so meets no DraftError

    @model_validator(mode="wrap")
    @classmethod
    def _explained(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(renamed(data))
        except ValidationError as error:
            raise reworded(error, cls) from None

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Read a draft from values. Raises `DraftError`."""
        with _as_draft_error():
            return super().model_validate(obj, **options)

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Read a draft from JSON; its numbers are kept to the last digit. Raises `DraftError`."""
        try:
            data = load_json(json_data)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise DraftError(not_json(error)) from None
        return cls.model_validate(data, **options)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "_final" and self._final:
            raise DraftError(Problem(name, Sentence("EI-NO-DRAFT-FINAL")))
        with _as_draft_error():
            super().__setattr__(name, value)

    def set(self, path: str, value: Any) -> str:
        """Put a value at the place that a finding names, such as `lines[2].quantity`; `lines[+]` is a new last line.

        None empties a field, or takes an element out of its list. Returns the place, with `[+]` resolved. Raises
        `DraftError` where there is no such place, or where it cannot hold the value; the draft is then unchanged.
        """
        first, *rest = place_of(path).steps
        name, place = str(first), Path((first,))
        if name not in type(self).model_fields:
            raise DraftError(unknown_field(place, type(self)))
        held = getattr(self, name)
        changed, place = put(held, tuple(rest), value, place)
        setattr(self, name, () if changed is None and isinstance(held, tuple) else changed)
        return str(place)

    def complete(self) -> Invoice:
        """The invoice this draft means: everything computed and filled in that follows from it, nothing given changed.

        What is missing and cannot be known stays empty. The draft is left as it is.
        """
        return completed(self).invoice

    def disagreements(self) -> tuple[Disagreement, ...]:
        """The given figures that do not follow from the other ones, each where it stands in the draft."""
        return completed(self).disagreements

    def field_of(self, invoice_field: str) -> str:
        """Where the draft holds what a field of the completed invoice says.

        The two paths are equal, except for lines that the draft nests: `lines[3].net_amount` of the invoice may be
        `lines[0].sub_lines[2].net_amount` of the draft.
        """
        return field_in(tuple(line_paths(self.lines)), invoice_field)

    @property
    def is_final(self) -> bool:
        """Whether the draft was finalised."""
        return self._final

    def finalise(self, number: str | None = None) -> Invoice:
        """Complete the draft for good, under the number given or the one it has: it changes no more.

        Raises `DraftError` where there is no number, or another one already.
        """
        known = self.number if (self.number or "").strip() else None
        if number and known and number != known:
            raise DraftError(Problem("number", Sentence("EI-NO-DRAFT-NUMBERED", {"number": known}), number))
        if number and not known:  # a final draft may be asked again, by its number or without
            self.number = number
        invoice = self.complete()
        if invoice.number is None:
            raise DraftError(Problem("number", Sentence("EI-NO-DRAFT-NUMBER")))
        self._final = True
        return invoice


@contextmanager
def _as_draft_error() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise described(error) from None
