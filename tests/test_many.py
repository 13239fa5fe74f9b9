"""Many documents: the same verdicts as one by one, whatever works, and whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.many import Work, chunked, in_parallel
from einvoice.worker_processes import WorkerProcesses

FILES = sorted([*(FIXTURES / "valid").glob("*.xml"), *(FIXTURES / "broken").iterdir()])
DOCUMENTS = [(path.name, path.read_bytes()) for path in FILES]
ALONE = {name: ei.validate(data).verdict for name, data in DOCUMENTS}


def verdicts(reports):
    """Source and verdict of each report."""
    return [(report.source, report.verdict) for report in reports]


@pytest.mark.parametrize("ordered", [True, False])
def test_processes_give_the_verdicts_of_one_by_one(ordered):
    """Every document once; in its order, where that is asked for."""
    found = verdicts(ei.validate_many(iter(DOCUMENTS), jobs=2, ordered=ordered))
    assert dict(found) == ALONE
    assert len(found) == len(DOCUMENTS)
    if ordered:
        assert [name for name, _ in found] == [name for name, _ in DOCUMENTS]


def test_any_executor_will_do():
    """Threads, for one; a document without a name has its position."""
    with ThreadPoolExecutor(2) as threads:
        reports = list(ei.validate_many([data for _, data in DOCUMENTS], executor=threads, jobs=2, language="en"))
    assert [report.source for report in reports] == [str(number) for number in range(len(DOCUMENTS))]
    assert [report.verdict for report in reports] == list(ALONE.values())
    assert all(found.message == found.message_en for report in reports for found in report.findings)


def test_a_caller_that_leaves_ends_the_work():
    """Only what is held is done: a generator of endless documents is read no further."""
    read = []

    def endless():
        while True:
            read.append(1)
            yield DOCUMENTS[0]

    reports = ei.validate_many(endless(), jobs=1)
    assert next(reports).source == DOCUMENTS[0][0]
    reports.close()
    assert len(read) <= 3 * 8 + 1


def deadly(chunk):
    """What a worker does with numbers, of which 7 kills it, and 8 fails."""
    for number in chunk:
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 8:
            raise ValueError(number)
    return [number * number for number in chunk]


def test_only_the_item_at_fault_is_lost():
    """Its chunk is tried again item by item, by a process that takes the place of the dead one."""
    chunks = [[1, 2, 3], [6, 7, 8, 9], [10]]
    with WorkerProcesses(2) as executor:
        work = Work(deadly, (), lambda _, error: type(error).__name__)
        found = list(in_parallel(executor, chunks, work, jobs=2))
    assert found == [1, 4, 9, 36, "Lost", "ValueError", 81, 100]


class Breaking(Executor):
    """Breaks for good with its second task, as `ProcessPoolExecutor` does."""

    def __init__(self):
        self.tasks = 0

    def submit(self, fn, /, *args, **kwargs):
        """Do it at once, or refuse."""
        self.tasks += 1
        if self.tasks > 1:
            raise BrokenExecutor("a process died")
        done = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def test_what_a_broken_executor_loses_is_not_run():
    """No exception reaches the caller: there is a report on every document."""
    reports = list(ei.validate_many(DOCUMENTS[:20], executor=Breaking(), jobs=1))
    assert len(reports) == 20
    assert [report.verdict for report in reports[:8]] == [ALONE[name] for name, _ in DOCUMENTS[:8]]
    assert {report.verdict for report in reports[8:]} == {"not_run"}
    assert "BrokenExecutor" in reports[-1].steps[0].reason


def test_large_documents_are_sent_alone():
    """A chunk is bounded in number and in size."""
    sizes = [len(chunk) for chunk in chunked([("a", b"x" * 600_000)] * 3 + [("b", b"x")] * 20)]
    assert sizes == [2, 8, 8, 5]


def test_whatever_breaks_inside_is_a_verdict(monkeypatch):
    """A defect of ours, or memory that ends, is told by type and place; nothing of the document is."""
    for error in (MemoryError(), RecursionError(), KeyError("secret")):

        def broken(*_, error=error, **__):
            raise error

        with monkeypatch.context() as patched:
            patched.setattr("einvoice.api.validated", broken)
            report = ei.validate(DOCUMENTS[0][1], name="a.xml", language="en")
        (step,) = report.documents[0].steps
        assert (report.verdict, report.documents[0].source) == ("not_run", "a.xml")
        assert step.reason.startswith(f"the validation broke off ({type(error).__name__}, ")
        assert "secret" not in step.reason


SCHEDULER = "import distributed.cli.dask_scheduler as cli; cli.main()"
WORKER = "import distributed.cli.dask_worker as cli; cli.main()"


def test_a_cluster_goes_on_when_a_worker_dies(tmp_path):
    """A real scheduler and two workers in processes of their own, one of which is killed in the middle."""
    distributed = pytest.importorskip("distributed", reason="the extra einvoice-fr[cluster] is not installed")
    address = tmp_path / "scheduler.json"
    started = []

    def start(program, *options):
        command = [sys.executable, "-W", "ignore", "-c", program, "--scheduler-file", str(address), *options]
        environment = os.environ | {"PYTHONPATH": str(FIXTURES.parent)}
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=-3, stdout=-3)  # noqa: S603 - ours
        started.append(process)
        return process

    try:
        start(SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        until(address.exists)
        workers = [start(WORKER, "--nthreads", "1", "--no-dashboard", "--no-nanny") for _ in range(2)]
        with distributed.Client(scheduler_file=str(address), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            found = []
            for report in ei.validate_many(DOCUMENTS * 6, executor=client.get_executor(pure=False), jobs=4):
                found.append((report.source, report.verdict))
                if len(found) == len(DOCUMENTS):
                    workers[0].kill()
    finally:
        for process in started:
            process.kill()
            process.wait(timeout=30)
    assert found == [(name, ALONE[name]) for name, _ in DOCUMENTS] * 6


def until(what, seconds=60):
    """Wait for something, not for ever."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
