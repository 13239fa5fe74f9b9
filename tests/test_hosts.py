"""Hosts of every kind: threads on a cold cache, forks while another thread works, asyncio, spawn, pipes and signals."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from folders import FIXTURES, ROOT

GOOD = FIXTURES / "valid" / "services.ubl.xml"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

COLD = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
from einvoice.schematron import generate
made, real, lock = [], generate.make_program, threading.Lock()
def counted(rules):
    with lock:
        made.append(1)
    return real(rules)
generate.make_program = counted
import einvoice
data = open(sys.argv[1], "rb").read()
start = threading.Barrier(16)
def judge(_):
    start.wait()
    return einvoice.validate(data).verdict
with ThreadPoolExecutor(16) as pool:
    verdicts = set(pool.map(judge, range(16)))
report = einvoice.validate(data)
sets = {step.sha256 for step in report.documents[0].steps if step.engine == "compiled"}
print(sorted(verdicts), len(made) == len(sets), len(sets))
"""
FORK = """
import os, sys, threading, time, einvoice
from einvoice.validation import engines, xsd
data = open(sys.argv[1], "rb").read()
einvoice.validate(data)
held = [*engines._compiled._locks.values(), engines._compiled._adding]
held += [each._lock for each in xsd.schema_of._made.values()]
def hold():
    for lock in held:
        lock.__enter__()
    time.sleep(60)
threading.Thread(target=hold, daemon=True).start()
time.sleep(0.2)
child = os.fork()
if child == 0:
    os._exit(0 if einvoice.validate(data).verdict == "valid" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), len(held) > 0, flush=True)
os._exit(0)
"""
FORKS = """
import os, signal, sys, threading, einvoice
data = open(sys.argv[1], "rb").read()
bad = data.replace(b"</", b"<zz/></", 3)
einvoice.validate(bad)
def work():
    while True:
        einvoice.validate(bad)
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
lost = 0
for _ in range(12):
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        einvoice.validate(bad)
        os._exit(0)
    lost += os.waitpid(child, 0)[1] != 0
print(lost, flush=True)
os._exit(0)
"""
ASYNC = """
import asyncio, sys, einvoice
data = open(sys.argv[1], "rb").read()
async def main():
    reports = await asyncio.gather(*(asyncio.to_thread(einvoice.validate, data) for _ in range(8)))
    print({report.verdict for report in reports})
asyncio.run(main())
"""
SPAWN = """
import multiprocessing, sys, einvoice
def judge(data):
    return einvoice.validate(data).verdict
if __name__ == "__main__":
    data = open(sys.argv[1], "rb").read()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(set(pool.map(judge, [data] * 4)))
"""


def program(tmp_path, source, **variables):
    """What a program prints; it has a minute."""
    path = tmp_path / "host.py"
    path.write_text(source)
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(path), str(GOOD)],
        env={**ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_sixteen_threads_on_a_cold_cache_compile_once(tmp_path):
    """Each rule set is compiled by one thread; the others wait for it."""
    told = program(tmp_path, COLD, EINVOICE_CACHE=str(tmp_path / "cache"))
    assert told.startswith("['valid'] True ")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_inherits_no_lock(tmp_path):
    """A child judges at once, though a thread of its parent was inside when it was forked."""
    assert program(tmp_path, FORK) == "0 True"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_children_of_a_host_whose_threads_are_at_work_judge(tmp_path):
    """At whatever point of the work they were forked: no lock, of any library, is left closed in them."""
    assert program(tmp_path, FORKS) == "0"


@pytest.mark.parametrize("source", [ASYNC, SPAWN], ids=["asyncio", "spawn"])
def test_other_hosts(tmp_path, source):
    """Threads of an event loop, and processes that begin anew."""
    assert program(tmp_path, source) == "{'valid'}"


def shell(line):
    """What the shell says of a command line, in which `einvoice` is ours; it has a minute."""
    line = line.replace("einvoice ", f'"{sys.executable}" -m einvoice ')
    done = subprocess.run(  # noqa: S603 - our own words
        ["/bin/sh", "-c", line], cwd=ROOT, env=ENVIRONMENT, capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stdout.decode()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
@pytest.mark.parametrize("form", ["text", "html", "jsonl"])
def test_pipes_with_names_and_standard_input_as_a_file(tmp_path, form):
    """`<(…)` of a shell and /dev/stdin are documents like others, and are read once."""
    pipe = tmp_path / "pipe.xml"
    os.mkfifo(pipe)
    status, out = shell(f'cat "{GOOD}" > "{pipe}" & einvoice validate "{pipe}" --skip-unknown --format {form}')
    assert status == 0
    assert "pipe.xml" in out
    assert shell(f'cat "{GOOD}" | einvoice validate /dev/stdin --format {form}')[0] == 0
    assert shell(f'einvoice validate /dev/stdin --format {form} < "{GOOD}"')[0] == 0
    status, _ = shell(f'printf "" | einvoice validate /dev/stdin --skip-unknown --format {form}')
    assert status == 1


@pytest.mark.skipif(os.name != "posix", reason="the words are those of a POSIX shell")
def test_a_reader_that_leaves_and_outputs_that_are_closed():
    """No traceback, and no other word; the exit status is that of the verdict where nobody listens."""
    assert shell(f'einvoice validate "{GOOD}" >&-')[0] == 0
    assert shell(f'einvoice validate "{GOOD}" 2>&-')[0] == 0
    assert shell(f'einvoice validate "{GOOD}" --show all fixtures | head -c 10')[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
def test_an_interrupt_ends_quietly(tmp_path):
    """Ctrl-C while a document is awaited: status 130, no traceback."""
    status, _ = shell(f'cd "{tmp_path}" && (sleep 5 | timeout -s INT 2 einvoice validate - ); exit $?')
    assert status in (124, 130)
