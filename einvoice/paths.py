"""Where a value stands in an invoice, a draft, a report or a message, as a value of its own.

    >>> path = Path.parse("lines[2].net_amount")
    >>> str(path.plain)  # how business terms are keyed
    'lines.net_amount'
    >>> str(path.parent / "quantity")
    'lines[2].quantity'

    path.get(invoice)                       # Decimal("120.00"), or None where there is nothing
    [str(path) for path, _ in walk(invoice)]   # every value: ["number", "issue_date", ..., "lines[0].item_name", ...]
    differences(invoice, read_back)         # what is lost: (lines[0].amount_with_vat, delivery_terms.code)

Positions count from 0. Findings and JSON hold the text; only what takes a path apart needs a `Path`. The reader and the
writer of XML write the text themselves: they pass each element of each document.
"""

from __future__ import annotations

import re
import types
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

APPEND = "+"  # the position after the last one, `lines[+]`: a place to put something, where nothing stands yet
NESTED = "sub_lines"  # lines within a line; by meaning each is a line
UNWRITTEN = frozenset({"nature"})  # what we know of an invoice and no document says

_WHOLE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[(?:\d+|\+)\])*")
_STEP = re.compile(r"[A-Za-z_]\w*|\d+|\+")


@dataclass(frozen=True, slots=True)
class Path:
    """The names and positions that lead from a model to something in it; without steps, the model itself."""

    steps: tuple[str | int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Path:
        """The path of a text such as `lines[2].net_amount`; `ValueError` where it is none."""
        return _parsed(text)

    def __str__(self) -> str:
        return _text(self.steps)

    def __truediv__(self, step: str | int) -> Path:
        return Path((*self.steps, step))

    @property
    def parent(self) -> Path:
        """What holds it; a path without steps is its own parent."""
        return Path(self.steps[:-1])

    @property
    def name(self) -> str:
        """The name of the field that it leads to or, for an element of a list, of the list; "" without steps."""
        for step in reversed(self.steps):
            if isinstance(step, str):
                return step
        return ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names on the way, without positions."""
        return tuple(step for step in self.steps if isinstance(step, str) and step != APPEND)

    @property
    def plain(self) -> Path:
        """The path without positions, a line within a line as a line: as business terms are keyed."""
        return _plain(self.steps)

    def within(self, other: Path) -> bool:
        """Whether it is the other path or leads further."""
        return self.steps[: len(other.steps)] == other.steps

    def get(self, model: BaseModel) -> Any:
        """What stands there in the model; None where there is nothing, or no such place."""
        value: Any = model
        for step in self.steps:
            if isinstance(step, str):
                value = getattr(value, step, None)
            else:
                value = value[step] if isinstance(value, tuple) and step < len(value) else None
        return value

    def each(self, model: BaseModel) -> Iterator[tuple[Path, Any]]:
        """Everything that stands there, each with its own path: `lines` leads to lines[0], lines[1], ..."""
        found: list[tuple[Path, Any]] = [(Path(), model)]
        for step in self.names:
            found = [at for path, part in found for at in _elements(path / step, getattr(part, step))]
        yield from found


def _elements(path: Path, value: Any) -> list[tuple[Path, Any]]:
    if isinstance(value, tuple):
        return [(path / index, each) for index, each in enumerate(value)]
    return [] if value is None else [(path, value)]


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Path:
    if text and not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is not a path; expected something like lines[2].quantity")
    return Path(tuple(int(step) if step.isdecimal() else step for step in _STEP.findall(text)))


@lru_cache(maxsize=4096)
def _text(steps: tuple[str | int, ...]) -> str:
    written = (f"[{step}]" if isinstance(step, int) or step == APPEND else f".{step}" for step in steps)
    return "".join(written).removeprefix(".")


@lru_cache(maxsize=4096)
def _plain(steps: tuple[str | int, ...]) -> Path:
    return Path(tuple(step for step in steps if isinstance(step, str) and step not in {APPEND, NESTED}))


def restorer(left_out: Iterable[Path]) -> Callable[[Path], Path]:
    """Tells where a path leads in the model that still has what was `left_out` of its lists.

    >>> original = restorer([Path.parse("lines[0]"), Path.parse("lines[2]")])
    >>> str(original(Path.parse("lines[1].quantity")))
    'lines[3].quantity'
    """
    gone: dict[Path, set[int]] = {}
    for path in left_out:
        if path.steps and isinstance(position := path.steps[-1], int):
            gone.setdefault(path.parent, set()).add(position)
    # Of each element that went, how many stand before it: as many elements are where they were.
    staying = {path: [at - number for number, at in enumerate(sorted(places))] for path, places in gone.items()}

    def original(path: Path) -> Path:
        found = Path()
        for step in path.steps:
            before = staying.get(found) if isinstance(step, int) else None
            found /= step + bisect_right(before, step) if before and isinstance(step, int) else step
        return found

    return original if staying else lambda path: path


def walk(value: Any, at: Path = Path(), *, groups: bool = False) -> Iterator[tuple[Path, Any]]:
    """Every value in a model, a list or another value that stands `at` a path, in the order of the fields.

    With `groups` the models and filled lists too, each before what is in it. Lines may nest deeply, so this never
    calls itself.
    """
    waiting: list[tuple[Path, Any]] = [(at, value)]
    while waiting:
        path, part = waiting.pop()
        inner = _inside(part)
        if inner is None:
            if part is not None:
                yield path, part
            continue
        if groups and inner:
            yield path, part
        waiting += [(path / step, each) for step, each in reversed(inner) if each is not None]


def _inside(part: Any) -> list[tuple[str | int, Any]] | None:
    """What a model or a list holds, by name or position; None for a value."""
    if isinstance(part, BaseModel):
        return [(name, getattr(part, name)) for name in type(part).model_fields]
    return list(enumerate(part)) if isinstance(part, tuple) else None


def walk_types(model: type[BaseModel], at: Path = Path()) -> Iterator[tuple[type[BaseModel], str, Path]]:
    """Every field of a type of model and of those in it: its owner, its name, its plain path.

    A line within a line is a line, so not entered again.
    """
    for name, info in model.model_fields.items():
        yield model, name, at / name
        for part in models_in(info.annotation) if name != NESTED else ():
            yield from walk_types(part, at / name)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The types of models that a field of that type may hold, one or many."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, types.UnionType, tuple, Annotated}:
        for argument in get_args(annotation):
            yield from models_in(argument)


def differences(item: BaseModel, other: BaseModel, *, ignore: tuple[str, ...] = ("unread",)) -> tuple[Path, ...]:
    """The paths of values that `item` has and `other` lacks or has otherwise; some fields at the top may be ignored.

    An element of a list that stands elsewhere in it is no difference; what is left over is compared in order. What no
    document says is none either.
    """
    return tuple(_of_models(item, other, Path(), ignore))


def _of_models(item: BaseModel, other: BaseModel, at: Path, ignore: tuple[str, ...] = ()) -> Iterator[Path]:
    for name in type(item).model_fields:
        value, found = getattr(item, name), getattr(other, name)
        if name in ignore or name in UNWRITTEN or value is None or value == found:
            continue
        if isinstance(value, tuple):
            yield from _of_lists(value, found, at / name)
        else:
            yield from _of_values(value, found, at / name)


def _of_values(value: Any, found: Any, at: Path) -> Iterator[Path]:
    if isinstance(value, BaseModel):
        yield from _of_models(value, found if isinstance(found, type(value)) else type(value)(), at)
    else:
        yield at


def _of_lists(values: tuple[Any, ...], found: tuple[Any, ...], at: Path) -> Iterator[Path]:
    left = list(found)
    rest = []
    for index, value in enumerate(values):
        if value in left:
            left.remove(value)
        else:
            rest.append((index, value))
    for position, (index, value) in enumerate(rest):
        if position < len(left):
            yield from _of_values(value, left[position], at / index)
        else:
            yield at / index
