"""The garbage collector rests while a document is looked at, and works as before afterwards."""

from __future__ import annotations

import gc
import os
import threading

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.garbage import resting

GOOD = FIXTURES / "valid" / "services.ubl.xml"


@pytest.fixture(autouse=True)
def _as_it_was():
    yield
    gc.enable()


def test_it_rests_while_documents_are_looked_at():
    """Also where one ends before the other, and where something breaks inside."""
    with resting():
        assert not gc.isenabled()
        with resting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), resting():
        _ = 1 / 0
    assert gc.isenabled()


def test_a_host_that_does_without_it_keeps_doing_so():
    """What was switched off stays so."""
    gc.disable()
    with resting():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_the_last_of_several_threads_wakes_it():
    """Threads overlap; it works once all have ended."""
    inside, leave, seen = threading.Barrier(3), threading.Event(), []

    def look():
        with resting():
            inside.wait(30)
            leave.wait(30)

    threads = [threading.Thread(target=look, daemon=True) for _ in range(2)]
    for each in threads:
        each.start()
    inside.wait(30)
    seen.append(gc.isenabled())
    leave.set()
    for each in threads:
        each.join(30)
    assert (seen, gc.isenabled()) == ([False], True)


def test_a_large_document_leaves_no_circles():
    """What the collector would find afterwards does not grow with the document."""
    data = GOOD.read_bytes()
    note = data[data.index(b"<cbc:Note>") : data.index(b"</cbc:Note>") + len(b"</cbc:Note>")]
    large = data.replace(note, note * 4_000, 1)
    ei.validate(large)
    gc.collect()
    ei.validate(large)
    assert gc.isenabled()
    assert gc.collect() < 2_000


def test_it_works_again_where_there_is_always_a_document(monkeypatch):
    """Circles of the host are collected, though its threads never all pause."""
    now = [0.0]
    monkeypatch.setattr("einvoice.garbage.time.monotonic", lambda: now[0])
    with resting():
        with resting():
            assert not gc.isenabled()
        now[0] = 2.0
        with resting():
            assert gc.isenabled()
        assert gc.isenabled()


def test_what_a_document_was_is_gone_before_it_works_again():
    """Else the collector would sweep all of it once more."""
    data, swept = GOOD.read_bytes(), []

    def note(phase, info):
        swept.append(info["generation"]) if phase == "start" else None

    ei.validate(data)
    gc.collect()
    gc.callbacks.append(note)
    try:
        ei.validate(data)
    finally:
        gc.callbacks.remove(note)
    assert len(swept) <= 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_the_child_of_a_fork_collects():
    """Though a thread of its parent, which the child does not have, was looking at a document."""
    inside, leave = threading.Event(), threading.Event()

    def look():
        with resting():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    assert inside.wait(30)
    child = os.fork()
    if child == 0:
        os._exit(0 if gc.isenabled() else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    leave.set()
    thread.join(30)
    assert status == 0
