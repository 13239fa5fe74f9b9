"""Child processes: answers, death, time, memory, threads, forks, and programs of every kind as hosts."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from folders import ROOT

from einvoice.processes import Lost, Pool

WORKER = """
import os, sys, time

def answerer(setting):
    seen = []
    def answer(question):
        seen.append(question)
        if question == b"die":
            print("the last word", file=sys.stderr)
            os._exit(7)
        if question == b"sleep":
            time.sleep(60)
        if question == b"fill":
            return b"x" * 400_000_000
        print("chatter that is no answer")
        return b"%s %d %d" % (setting, len(seen), os.getpid())
    return answer
"""


@pytest.fixture
def worker(tmp_path):
    """A file with a worker that can be told to misbehave."""
    path = tmp_path / "worker.py"
    path.write_text(WORKER)
    return path


def numbers(answer: bytes) -> tuple[int, int]:
    """How many questions a process was asked, and which process it is."""
    _, asked, pid = answer.split()
    return int(asked), int(pid)


def test_a_process_is_kept_for_the_next_question(worker):
    """It starts when it is first needed, gets its setting, and what it prints is no part of an answer."""
    with Pool(worker, b"set") as pool:
        first, second = pool.ask(b"a"), pool.ask(b"b" * 1_000_000)
    assert first.startswith(b"set 1 ")
    assert numbers(second) == (2, numbers(first)[1])
    assert numbers(first)[1] != os.getpid()


def test_a_death_costs_one_answer_and_is_told(worker):
    """The reason holds the last words and the exit status; the next question gets a new process."""
    with Pool(worker, b"set") as pool:
        with pytest.raises(Lost, match=r"^ended: the last word \(exit status 7\)$") as lost:
            pool.ask(b"die", 30)
        assert lost.value.status == 7
        assert numbers(pool.ask(b"a"))[0] == 1
    assert pickle.loads(pickle.dumps(lost.value)).status == 7  # noqa: S301 - our own


def test_time_is_limited(worker):
    """A question that takes too long costs its process, and no more than its time."""
    started = time.monotonic()
    with Pool(worker, b"set") as pool:
        with pytest.raises(Lost, match=r"^took more than 0\.5 s and was stopped$"):
            pool.ask(b"sleep", 0.5)
        assert numbers(pool.ask(b"a", 30))[0] == 1
    assert time.monotonic() - started < 30


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not bound the address space")
def test_memory_is_limited(worker):
    """A question that needs too much costs its process; without a limit the same question is answered."""
    with Pool(worker, b"set", memory=300_000_000) as pool:
        with pytest.raises(Lost, match="MemoryError"):
            pool.ask(b"fill", 60)
        assert numbers(pool.ask(b"a"))[0] == 1
    with Pool(worker, b"set") as pool:
        assert len(pool.ask(b"fill", 60)) == 400_000_000


def test_a_process_that_cannot_be_started(worker, monkeypatch):
    """Where the system starts no process, the reason says so."""
    monkeypatch.setattr(sys, "executable", str(worker / "none"))
    with Pool(worker) as pool, pytest.raises(Lost, match=r"^could not be started: ") as lost:
        pool.ask(b"a")
    assert lost.value.status is None


def test_a_worker_that_cannot_be_loaded(tmp_path):
    """A mistake in the worker's file reaches the host as words."""
    (tmp_path / "broken.py").write_text("import no_such_module")
    with Pool(tmp_path / "broken.py") as pool, pytest.raises(Lost, match="no_such_module"):
        pool.ask(b"a", 30)


def test_every_thread_has_its_own_process(worker):
    """Four questions at once are answered by four processes."""
    barrier = threading.Barrier(4)

    def ask(_):
        barrier.wait()
        return pool.ask(b"a", 30)

    with Pool(worker, b"set") as pool:
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(ask, range(4)))
        assert sum(numbers(answer)[0] == 1 for answer in answers) == len({numbers(answer)[1] for answer in answers})
        assert len(pool._idle.queue) == len({numbers(answer)[1] for answer in answers})


def test_closing_tells_whoever_waits(worker):
    """A question under way is lost, its process ends, and a later question starts anew."""
    pool = Pool(worker, b"set")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(pool.ask, b"sleep")
        while not pool._busy:
            time.sleep(0.01)
        (process,) = pool._busy
        pool.close()
        with pytest.raises(Lost):
            waiting.result(20)
    assert process.popen.poll() is not None
    assert numbers(pool.ask(b"a"))[0] == 1
    pool.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("way", ["a program without a __main__ guard", "python -c"])
def test_any_program_may_be_the_host(worker, tmp_path, way):
    """No guard is needed; a fork starts its own process and leaves its parent's; nothing outlives the host."""
    program = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from einvoice.processes import Pool
        pool = Pool(Path({str(worker)!r}), b"set")
        mine = pool.ask(b"a").split()[2]
        child = os.fork()
        if child == 0:
            own = pool.ask(b"a").split()
            sys.exit(0 if own[1] == b"1" and own[2] != mine else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert pool.ask(b"a").split()[1:] == [b"2", mine]
        print(mine.decode())
        """)
    (tmp_path / "host.py").write_text(program)
    command = ["-c", program] if way == "python -c" else [str(tmp_path / "host.py")]
    run = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")
    with pytest.raises(ProcessLookupError):
        os.kill(int(run.stdout), 0)


def host(tmp_path: Path, worker: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program that has a pool; it cannot start a fresh interpreter."""
    head = f"""
        import os, signal, sys, threading, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from einvoice.processes import Lost, Pool
        pool = Pool(Path({str(worker)!r}), b"set")
        sys.executable = "/none"
        """
    (tmp_path / "host.py").write_text(textwrap.dedent(head) + textwrap.dedent(program))
    command = [sys.executable, str(tmp_path / "host.py")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not say who has threads")


@linux
def test_a_copy_of_the_host_answers_as_a_fresh_interpreter(worker, tmp_path):
    """What it prints is no answer, and what its host has not written yet is not written twice; its death is told."""
    program = """
        print("said once")
        pool.copy_host(2)
        one, two = (pool._process() for _ in range(2))
        for process in (one, two):
            pool._idle.put(process)
        assert pool.ask(b"a").split() == [b"set", b"1", b"%d" % two.popen.pid]
        for question, reason in ((b"die", "ended: the last word (exit status 7)"), (b"sleep", "took more than 0.2 s")):
            try:
                pool.ask(question, 0.2 if question == b"sleep" else 30)
            except Lost as lost:
                assert str(lost).startswith(reason), lost
            else:
                raise AssertionError("an answer")
        assert (one.popen.poll(), two.popen.wait(0)) == (-signal.SIGKILL, 7)
        try:
            pool.ask(b"a")
        except Lost as lost:
            assert "could not be started" in str(lost)
        """
    run = host(tmp_path, worker, program)
    assert (run.returncode, run.stderr, run.stdout) == (0, "", "said once\n")


@linux
def test_a_host_with_threads_is_not_copied(worker, tmp_path):
    """A lock that its thread holds would never be released in the copy."""
    program = """
        leave = threading.Event()
        threading.Thread(target=leave.wait).start()
        pool.copy_host(2)
        leave.set()
        assert pool._idle.empty()
        """
    run = host(tmp_path, worker, program)
    assert (run.returncode, run.stderr) == (0, "")


@linux
def test_a_host_that_cannot_be_copied_starts_fresh_processes(worker, tmp_path):
    """The system may have no memory for another such program; nothing is left open, and nobody is told."""
    program = """
        def no_memory():
            raise OSError(12, "Cannot allocate memory")

        before = len(os.listdir("/proc/self/fd"))
        os.fork = no_memory
        pool.copy_host(2)
        assert pool._idle.empty()
        assert len(os.listdir("/proc/self/fd")) == before
        """
    run = host(tmp_path, worker, program)
    assert (run.returncode, run.stderr) == (0, "")


@linux
def test_copies_end_with_their_host(worker, tmp_path):
    """Also where it is killed: none keeps the pipes of another open."""
    program = """
        pool.copy_host(3)
        print(*(process.popen.pid for process in pool._idle.queue), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
        """
    run = host(tmp_path, worker, program)
    assert run.stderr == ""
    for pid in map(int, run.stdout.split()):
        until = time.monotonic() + 20
        while Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
            assert time.monotonic() < until
            time.sleep(0.01)
