"""`make million COUNT=…`: many invoices, judged by one process, by two, interrupted, killed, and by a cluster.

    python tools/million.py [--count 2000] [--folder DIR] [--only one,two,killed,interrupted,cluster]

Each file has its own number and differs from most others; the verdict on it is known. Every run must give each document
once, with this verdict, whatever was killed in the middle: one process of two; the command by an interrupt and by
force, then resumed; one worker of a cluster. Memory must not grow: the table says what each process took after a tenth
of the documents and at the end (Linux). Exit status 1 if a document is lost, told twice or told wrongly, if memory
grew, or if an interrupted command left a process behind.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import einvoice as ei

ROOT = Path(__file__).resolve().parents[1]
VALID = sorted((ROOT / "fixtures/valid").glob("*.xml"))
DISTINCT = 5_000  # contents: what exceeds them are further names of the same files
IN_A_FOLDER = 1_000
GROWTH, SLACK = 1.15, 20  # what memory may be at the end, times that after a tenth, and megabytes more
KILOBYTES = re.compile(r"^VmRSS:\s+(\d+)", re.MULTILINE)


class Measured(NamedTuple):
    """What a run took, and what was wrong with it."""

    seconds: float
    early: list[int]  # megabytes of the command and of each of its processes, after a tenth of the documents
    late: list[int]  # ... and at the end
    faults: list[str]


def make_folder(folder: Path, count: int) -> dict[str, str]:
    """The files, and the verdict on each: one in fifty does not add up."""
    templates = [path.read_text(encoding="utf-8") for path in VALID]
    expected: dict[tuple[int, bool], str] = {}
    verdicts: dict[str, str] = {}
    for number in range(count):
        kind, broken = number % DISTINCT % len(VALID), number % DISTINCT % 50 == 0
        if (kind, broken) not in expected:
            content = _content(templates[kind], 0, broken=broken)
            expected[kind, broken] = ei.validate(content).verdict
        path = folder / f"{number // IN_A_FOLDER:04}" / f"F{number:07}.xml"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if number < DISTINCT:
                path.write_bytes(_content(templates[kind], number, broken=broken))
            else:
                first = number % DISTINCT
                path.hardlink_to(folder / f"{first // IN_A_FOLDER:04}" / f"F{first:07}.xml")
        verdicts[str(path)] = expected[kind, broken]
    return verdicts


def _content(xml: str, number: int, *, broken: bool) -> bytes:
    """The invoice under another number, with another buyer's name and, where it is to be broken, another total."""
    found = re.search(r"(?:<cbc:ID>|<rsm:ExchangedDocument>\s*<ram:ID>)([^<]+)", xml)
    if found is None:
        raise ValueError("an invoice has a number")
    xml = xml.replace(f">{found[1]}<", f">F{number:07}<")  # also where a sub-line names its own invoice
    xml = re.sub(r"(<(?:cbc:RegistrationName|ram:Name)>[^<]+)", rf"\g<1> {number:07}", xml, count=1)
    if broken:
        xml = re.sub(r"(<(?:cbc:TaxInclusiveAmount|ram:GrandTotalAmount)[^>]*>)", r"\g<1>1", xml, count=1)
    return xml.encode()


def family(process: int) -> list[int]:
    """A process, and those that it and its threads started."""
    started = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            with contextlib.suppress(OSError):
                started += [int(each) for each in (task / "children").read_text().split()]
    return [process, *sorted(started)]


def megabytes(processes: list[int]) -> list[int]:
    """What each takes of the machine's memory."""
    taken = []
    for process in processes:
        with contextlib.suppress(OSError):
            found = KILOBYTES.search(Path(f"/proc/{process}/status").read_text())
            taken.append(int(found[1]) // 1024 if found else 0)
    return taken


class Command:
    """`einvoice validate FOLDER --format jsonl -o RESULTS` while it runs."""

    def __init__(self, folder: Path, results: Path, *options: str) -> None:
        line = [sys.executable, "-m", "einvoice", "validate", str(folder), "--lang", "en", "--format", "jsonl"]
        self.results, self.started = results, time.monotonic()
        self.popen = subprocess.Popen(  # noqa: S603 - our own program
            [*line, "-o", str(results), *options],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that an interrupt reaches all of its processes, as on a terminal
        )

    def done(self) -> int:
        """Documents that are told: about, from the length of a line, for the file grows to hundreds of megabytes."""
        if not self.results.exists():
            return 0
        with self.results.open("rb") as file:
            head = file.read(200_000)
        return self.results.stat().st_size * (head.count(b"\n") or 1) // (len(head) or 1)

    def until(self, documents: int) -> None:
        """Wait until so many are told, or it ended."""
        while self.popen.poll() is None and self.done() < documents:
            time.sleep(0.1)

    def end(self) -> str:
        """Wait for its end: what it said."""
        return self.popen.communicate()[1]


def judged(folder: Path, verdicts: dict[str, str], work: Path, jobs: int, *, kill: bool = False) -> Measured:
    """One run from begin to end; `kill` ends one of its processes in the middle."""
    results = work / f"jobs-{jobs}{'-killed' * kill}.jsonl"
    results.unlink(missing_ok=True)
    command = Command(folder, results, "--jobs", str(jobs))
    faults = []
    command.until(len(verdicts) // 10)
    early = megabytes(family(command.popen.pid))
    if kill:
        command.until(len(verdicts) // 2)
        if jobs > 1 and (workers := family(command.popen.pid)[1:]):
            os.kill(workers[0], signal.SIGKILL)
        else:
            faults.append("no process could be killed")
    command.until(len(verdicts) * 97 // 100)
    late = megabytes(family(command.popen.pid))
    said = command.end()
    seconds = time.monotonic() - command.started
    faults += compared(results, verdicts) + grown(early, late)
    if "Traceback" in said or command.popen.returncode != ei_status(verdicts):
        faults.append(f"status {command.popen.returncode}: {said[-300:]}")
    return Measured(seconds, early, late, faults)


def ei_status(verdicts: dict[str, str]) -> int:
    """The exit status that the documents ask for."""
    return int("invalid" in verdicts.values())


def interrupted(folder: Path, verdicts: dict[str, str], work: Path) -> Measured:
    """Interrupted after a third, killed after two, and resumed each time."""
    results = work / "interrupted.jsonl"
    results.unlink(missing_ok=True)
    faults: list[str] = []
    begun = time.monotonic()
    early: list[int] = []
    for part, sign in ((1, signal.SIGINT), (2, signal.SIGKILL)):
        command = Command(folder, results, "--jobs", "2", "--resume")
        command.until(len(verdicts) * part // 3)
        processes = family(command.popen.pid)
        early = early or megabytes(processes)
        sent = time.monotonic()
        os.killpg(command.popen.pid, sign) if sign == signal.SIGINT else command.popen.kill()
        said = command.end()
        if sign == signal.SIGINT and (command.popen.returncode != 130 or said):
            faults.append(f"interrupt: status {command.popen.returncode}, said {said[-300:]!r}")
        ended = time.monotonic() - sent
        deadline = time.monotonic() + 10
        while (left := [each for each in processes if Path(f"/proc/{each}").exists()]) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            faults.append(f"{len(left)} processes outlive {sign.name}")
        print(f"  {sign.name} ends it in {ended:.1f} s", flush=True)
    command = Command(folder, results, "--jobs", "2", "--resume")
    resumed = time.monotonic()
    size = results.stat().st_size
    while command.popen.poll() is None and results.stat().st_size <= size:
        time.sleep(0.05)
    print(f"  resumed after {time.monotonic() - resumed:.1f} s", flush=True)
    command.until(len(verdicts) * 97 // 100)
    late = megabytes(family(command.popen.pid))
    said = command.end()
    faults += compared(results, verdicts)
    if "Traceback" in said or command.popen.returncode != ei_status(verdicts):
        faults.append(f"status {command.popen.returncode}: {said[-300:]}")
    begin = time.monotonic()
    before = results.read_bytes() if results.stat().st_size < 2**30 else b""
    again = Command(folder, results, "--jobs", "2", "--resume")
    print(f"  {again.end().strip()} ({time.monotonic() - begin:.1f} s for nothing to do)", flush=True)
    if before and results.read_bytes() != before:
        faults.append("a run with nothing to do changed the results")
    return Measured(begin - begun, early, late, faults)


os.environ["DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH"] = "0"  # else scheduler and client keep messages
SCHEDULER = "import distributed.cli.dask_scheduler as cli; cli.main()"
WORKER = "import distributed.cli.dask_worker as cli; cli.main()"


def by_cluster(folder: Path, verdicts: dict[str, str], work: Path) -> Measured:
    """A scheduler and two workers in processes of their own, one of which is killed in the middle."""
    import distributed  # noqa: PLC0415 - the extra `cluster`

    del folder
    address = work / "scheduler.json"
    address.unlink(missing_ok=True)
    started: list[subprocess.Popen[bytes]] = []

    def start(program: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-c", program, "--scheduler-file", str(address), *options]
        process = subprocess.Popen(  # noqa: S603 - our own words
            command, cwd=work, env=os.environ | {"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL, stdout=-3
        )
        started.append(process)
        return process

    found: Counter[tuple[str, str]] = Counter()
    early: list[int] = []
    late: list[int] = []
    try:
        start(SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        while not address.exists():
            time.sleep(0.1)
        workers = [start(WORKER, "--nthreads", "1", "--no-dashboard", "--no-nanny") for _ in range(2)]
        with distributed.Client(scheduler_file=str(address), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            begun = time.monotonic()
            documents = ((name, Path(name).read_bytes()) for name in verdicts)
            reports = ei.validate_many(documents, executor=client.get_executor(pure=False), jobs=4, ordered=False)
            for report in reports:
                found[str(report.source), report.verdict] += 1
                at = found.total()
                if at == len(verdicts) // 10:
                    early = megabytes([os.getpid(), *(each.pid for each in started)])
                if at == len(verdicts) // 2:
                    workers[0].kill()
                if at == len(verdicts) * 97 // 100:
                    late = megabytes([os.getpid(), *(each.pid for each in started if each is not workers[0])])
            seconds = time.monotonic() - begun
    finally:
        for process in started:
            process.kill()
            process.wait(timeout=30)
    return Measured(seconds, early, late, differing(found, verdicts))


def told(results: Path) -> Iterator[tuple[str, str]]:
    """Source and verdict of each line."""
    with results.open(encoding="utf-8") as lines:
        for each in lines:
            line = json.loads(each)
            yield line["source"], line["verdict"]


def compared(results: Path, verdicts: dict[str, str]) -> list[str]:
    """What is wrong with the lines."""
    return differing(Counter(told(results)), verdicts)


def differing(found: Counter[tuple[str, str]], verdicts: dict[str, str]) -> list[str]:
    """What is not told, told otherwise, or told twice."""
    wanted = Counter(verdicts.items())
    faults = []
    if lost := wanted - found:
        faults.append(f"{len(lost)} not told, such as {next(iter(lost))}")
    if more := found - wanted:
        faults.append(f"{len(more)} told twice or otherwise, such as {next(iter(more))}")
    return faults


def grown(early: list[int], late: list[int]) -> list[str]:
    """Where memory is not flat."""
    if sum(late) > sum(early) * GROWTH + SLACK * len(late):
        return [f"memory grew from {early} to {late} MB"]
    return []


RUNS: dict[str, Callable[[Path, dict[str, str], Path], Measured]] = {
    "one": lambda folder, verdicts, work: judged(folder, verdicts, work, 1),
    "two": lambda folder, verdicts, work: judged(folder, verdicts, work, 2),
    "killed": lambda folder, verdicts, work: judged(folder, verdicts, work, 2, kill=True),
    "interrupted": interrupted,
    "cluster": by_cluster,
}


def main() -> int:
    """Make the folder, run, and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--folder", type=Path, help="where the invoices are made, and kept (default: for this run)")
    parser.add_argument("--only", default=",".join(RUNS))
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a program in the background hands on that it ignores it
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        work = options.folder or Path(temporary)
        folder = work / "invoices"
        verdicts = make_folder(folder, options.count)
        print(f"{len(verdicts)} documents, {Counter(verdicts.values())}", flush=True)
        for name in options.only.split(","):
            found = RUNS[name](folder, verdicts, work)
            rate = len(verdicts) / found.seconds
            memory = f"{found.early} MB after a tenth, {found.late} MB at the end"
            print(f"{name:<12}{found.seconds:8.1f} s {rate:8.0f} documents/s   {memory}", flush=True)
            for fault in found.faults:
                failed = True
                print(f"  WRONG: {fault}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
