from __future__ import annotations

import os
from argparse import ArgumentTypeError
from datetime import date, datetime
from decimal import Decimal

import pytest

from einvoice.commands.types import amount, day, moment, processes, seconds, year


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (day, "2026-11-22", date(2026, 11, 22)),
        (moment, "2026-11-02T16:10", datetime(2026, 11, 2, 16, 10)),  # noqa: DTZ001 - French time, as it is typed
        (amount, "-1200,50", Decimal("-1200.50")),
        (seconds, "0.5", 0.5),
        (year, "2027", 2027),
        (processes, "3", 3),
        (processes, "0", os.cpu_count()),
    ],
)
def test_an_argument_is_read(read, text, value):
    """A text of the command line becomes the value that it says."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "texts"),
    [
        (day, ("22/11/2026", "2026-02-30", "")),
        (moment, ("four o'clock", "")),
        (amount, ("1 200", "1.200", "1,200", "1_200", "1e3", "NaN", "Infinity", "")),
        (seconds, ("0", "-1", "inf", "nan", "soon")),
        (year, ("0", "1999", "999999", "-2026", "²", "soon")),
        (processes, ("-1", "two", "1.5", "")),
    ],
)
def test_a_wrong_argument_is_named(read, texts):
    """What cannot be read is said with the text itself, never taken for something else."""
    for text in texts:
        with pytest.raises(ArgumentTypeError) as refused:
            read(text)
        assert repr(text) in str(refused.value)
