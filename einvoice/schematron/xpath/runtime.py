"""The names that generated code may use: nothing else is in its reach, Python's own functions included.

Source: the functions themselves name their sections of the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from einvoice.schematron.rule_tree import RuleTree
from einvoice.schematron.tree import NOTHING
from einvoice.schematron.xpath import casts, compare, numbers, strings
from einvoice.schematron.xpath.dates import Date, DateTime, Duration, to_date, to_date_time, to_duration
from einvoice.schematron.xpath.memory import by_text, remembered
from einvoice.schematron.xpath.regex import Regex
from einvoice.schematron.xpath.values import Fault, NodeItem, Untyped, at_most_one, exactly_one, type_name

MOST_NUMBERS = 10_000_000  # a longer range is an accident or an attack
_UNSET: Any = object()


class Lazy:
    """A variable of a function: computed when first asked for, if at all."""

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._value = _UNSET

    def __call__(self) -> Any:
        """The value."""
        if self._value is _UNSET:
            self._value = self._make()
        return self._value


# --- sequences ------------------------------------------------------------------------------------------------


def optional(value: Any) -> Sequence[Any]:
    """A single value or nothing, as a sequence."""
    return () if value is None else (value,)


def in_order(nodes: Iterable[int]) -> list[int]:
    """Nodes in document order, without repeats."""
    return sorted(set(nodes))


def nth(items: Sequence[Any], position: int) -> Any:
    """`items[position]`, None if there is none."""
    return items[position - 1] if 0 < position <= len(items) else None


def holds(values: Sequence[Any], position: int) -> bool:
    """Whether a predicate whose type is known now only accepts the item at a position."""
    if (
        len(values) == 1
        and isinstance(values[0], (int, float, Decimal))
        and not isinstance(values[0], (bool, NodeItem))
    ):
        return bool(values[0] == position)
    return compare.truth(values)


def some_items(items: Sequence[Any]) -> Sequence[Any]:
    """The items; a Fault if there are none."""
    if not items:
        raise Fault("XPTY0004", "nothing where one item at least is expected")
    return items


def subsequence(items: Sequence[Any], start: Any, length: Any = float("inf")) -> Sequence[Any]:
    """fn:subsequence"""
    if start is None or length is None:
        raise Fault("XPTY0004", "nothing where a position is expected")
    first = numbers.round_half_up(casts.to_double(start))
    end = first + numbers.round_half_up(casts.to_double(length))
    return [item for at, item in enumerate(items, 1) if first <= at < end]


def whole_numbers(first: int | None, last: int | None) -> Sequence[int]:
    """`first to last`"""
    if first is None or last is None:
        return ()
    if last - first >= MOST_NUMBERS:
        raise Fault("FOAR0002", f"a range of more than {MOST_NUMBERS} numbers")
    return range(first, last + 1)


def present(document: RuleTree, forbidden: dict[str, tuple[int, ...]]) -> set[int]:
    """The checks whose forbidden ways occur in the document."""
    return {check for way in document.ways.keys() & forbidden.keys() for check in forbidden[way]}


def atom(document: RuleTree, item: Any) -> Any:
    """The typed value of an item whose type is known now only."""
    return Untyped(document.value(item)) if isinstance(item, NodeItem) else item


# --- logic of checks that failed ------------------------------------------------------------------------------


def every_side(*sides: Callable[[], bool]) -> bool:
    """`and`: false when one side is false, whatever error another side makes."""
    fault: Fault | ArithmeticError | None = None
    for side in sides:
        try:
            if not side():
                return False
        except (Fault, ArithmeticError) as error:
            fault = fault or error
    if fault is not None:
        raise fault
    return True


def one_side(*sides: Callable[[], bool]) -> bool:
    """`or`: true when one side is true, whatever error another side makes."""
    fault: Fault | ArithmeticError | None = None
    for side in sides:
        try:
            if side():
                return True
        except (Fault, ArithmeticError) as error:
            fault = fault or error
    if fault is not None:
        raise fault
    return False


# --- operands of checks that failed ---------------------------------------------------------------------------


def only_item(items: Sequence[Any]) -> Any:
    """The item of a sequence of one, else None."""
    return items[0] if len(items) == 1 else None


def common(pairs: Sequence[tuple[Any, Any] | None]) -> tuple[Any, Any] | None:
    """What explanations agree on: a value found may be expected to be one of several."""
    known = [pair for pair in pairs if pair is not None]
    if not known or any(pair[0] != known[0][0] for pair in known):
        return None
    same = all(pair[1] == known[0][1] for pair in known)
    return known[0] if same else (known[0][0], None)


def nearest(alternatives: Sequence[tuple[int, Callable[[], tuple[Any, Any] | None]]]) -> tuple[Any, Any] | None:
    """The explanation of the alternative that came nearest to being true."""
    best = max(near for near, _ in alternatives)
    return common([explain() for near, explain in alternatives if near == best])


# --- dates ----------------------------------------------------------------------------------------------------


def part_of(day: Date | None, part: str) -> int | None:
    """The year, month or day of a date."""
    return None if day is None else int(getattr(day.start, part))


def days_of(duration: Duration | None) -> int | None:
    """The whole days of a duration."""
    return None if duration is None else int(duration.span.total_seconds() / 86400)


def today(_: RuleTree) -> Date | None:
    """fn:current-date, the same for a whole document."""
    return to_date(datetime.now(UTC).date().isoformat() + "Z")


def now(_: RuleTree) -> DateTime | None:
    """fn:current-dateTime, the same for a whole document."""
    return to_date_time(datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z")


# --- conversion of values whose type is known now only ----------------------------------------------------------


def _converter(types: tuple[type, ...], cast: Callable[[Any], Any], name: str) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if value is None:
            return None
        fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
        if not fits and not isinstance(value, Untyped):
            raise Fault("XPTY0004", f"{type_name(value)} where {name} is expected")
        return cast(value)

    return convert


def names() -> dict[str, Any]:
    """The global names of a generated module, without builtins but a few functions that can do no harm."""
    return {
        "__builtins__": {
            "bool": bool,
            "enumerate": enumerate,
            "float": float,
            "frozenset": frozenset,
            "len": len,
            "sorted": sorted,
        },
        "Decimal": Decimal,
        "Lazy": Lazy,
        "NOTHING": NOTHING,
        "NodeItem": NodeItem,
        "Regex": Regex,
        "Untyped": Untyped,
        "by_text": by_text,
        "remembered": remembered,
        "to_date": to_date,
        "to_date_time": to_date_time,
        "to_duration": to_duration,
        "converted_boolean": _converter((bool,), casts.to_boolean, "true or false"),
        "converted_date": _converter((Date,), to_date, "a date"),
        "converted_datetime": _converter((DateTime,), to_date_time, "a date and time"),
        "converted_decimal": _converter((int, Decimal), casts.to_decimal, "a decimal number"),
        "converted_double": _converter((int, Decimal, float), casts.to_double, "a number"),
        "converted_duration": _converter((Duration,), to_duration, "a duration"),
        "converted_integer": _converter((int,), casts.to_integer, "a whole number"),
        "converted_string": _converter((str,), casts.to_string, "text"),
        **{
            function.__name__: function
            for function in (
                optional,
                in_order,
                nth,
                holds,
                some_items,
                subsequence,
                whole_numbers,
                atom,
                present,
                every_side,
                only_item,
                common,
                nearest,
                one_side,
                part_of,
                days_of,
                today,
                now,
                at_most_one,
                exactly_one,
            )
        },
        **{
            name: getattr(module, name)
            for module in (casts, compare, numbers, strings)
            for name in module.__all__
            if callable(getattr(module, name))
        },
    }
