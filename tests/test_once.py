"""What takes long to make is made once, however many threads ask."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from einvoice.artefacts.installed import find
from einvoice.once import Once
from einvoice.schematron import generate
from einvoice.validation import engines
from einvoice.validation.policy import Policy


def test_threads_that_ask_at_once_share_one_result():
    """Eight threads ask for two things before either is made: each is made once."""
    made = []
    everybody = threading.Barrier(8)

    @Once
    def slow(name):
        made.append(name)
        return object()

    def ask(number):
        everybody.wait(10)
        return slow(number % 2)

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(ask, range(8)))
    assert sorted(made) == [0, 1]
    assert len(set(map(id, results))) == 2


def test_a_failure_is_not_kept():
    """What failed is tried again, and what was forgotten is made again."""
    tries = []

    @Once
    def fragile(name):
        tries.append(name)
        if len(tries) == 1:
            raise OSError(name)
        return name

    with pytest.raises(OSError, match="x"):
        fragile("x")
    assert [fragile("x"), fragile("x"), len(tries)] == ["x", "x", 2]
    fragile.cache_clear()
    assert [fragile("x"), len(tries)] == ["x", 3]


def test_a_rule_set_is_compiled_by_one_thread(tmp_path, monkeypatch):
    """Where nothing is compiled yet, threads that need the same rules wait for the one that compiles them."""
    compiled, make = [], generate.make_program

    def counted(rules):
        compiled.append(rules)
        return make(rules)

    monkeypatch.setattr(generate, "make_program", counted)
    monkeypatch.setenv("EINVOICE_CACHE", str(tmp_path))
    engines._compiled.cache_clear()
    artefact = find("einvoice-b2g", on=Policy().day)
    with ThreadPoolExecutor(8) as threads:
        checks = list(threads.map(engines.warm, [artefact] * 8))
    assert (len(compiled), len(set(checks))) == (1, 1)
