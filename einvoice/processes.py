"""Child processes that answer one question after the other: kept warm, bounded, replaced when one dies.

    with Pool(Path("worker.py"), b"how to work") as pool:
        pool.ask(b"a question", timeout=30)            # b"the answer", or Lost

A document from a stranger, or a run time that ends the process in which it fails, then takes nothing else down with it.
A worker is a Python file with a function `answerer(setting: bytes)` that gives the function from a question to its
answer, both bytes. It runs in a fresh interpreter that shares nothing with its host but `sys.path`: the host may be a
notebook, have threads, or be a program without a `__main__` guard.

Each question takes an idle process, or starts one, and gives it back; so every thread of the host has its own while it
asks. After `os.fork` the child of the host leaves its parent's processes alone and starts its own. The end of the host
is the end of its processes.

A program that owns its process, as the command line does, may start the first of them as copies of itself
(`Pool.copy_host`): they need not load again what it has loaded.

    host → worker    setting (frame), then for each question: a frame        a frame: 8 bytes of length, the content
    worker → host    for each question: the answer (frame)
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import pickle
import queue
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from einvoice.copies import Copy

_LENGTH = struct.Struct(">Q")
_LOG_TAIL = 2_000


class Lost(Exception):
    """No answer: the process could not be started, died, or took too long."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status  # its exit status; None where it was never started or was stopped for its time

    def __str__(self) -> str:
        return self.reason


def _fresh_interpreter(log: IO[bytes]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-P", __file__], stdin=pipe, stdout=pipe, stderr=log)  # noqa: S603 - our own file, with our own interpreter


class _Process:
    """One process and its pipes; `start` makes a process that writes what it says into the log."""

    def __init__(
        self,
        worker: Path,
        setting: bytes,
        memory: int | None,
        start: Callable[[IO[bytes]], subprocess.Popen[bytes] | Copy] = _fresh_interpreter,
    ) -> None:
        self.log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self.popen = start(self.log)
        except OSError as error:
            self.log.close()
            raise Lost(f"could not be started: {error}") from error
        self.first = pickle.dumps((sys.path, str(worker), setting, memory))

    def ask(self, question: bytes, timeout: float | None) -> bytes:
        """One question and its answer. Raises Lost if the process dies or takes too long."""
        requests, answers = self.popen.stdin, self.popen.stdout
        if requests is None or answers is None:
            raise ValueError("both are pipes")
        overran = threading.Event()

        def stop() -> None:
            overran.set()
            self.popen.kill()

        timer = threading.Timer(timeout or 0, stop)
        timer.daemon = True
        if timeout is not None:
            timer.start()
        try:
            if self.first:
                _write_frame(requests, self.first)
                self.first = b""
            _write_frame(requests, question)
            requests.flush()
            return _read_frame(answers)
        except (OSError, EOFError, ValueError):  # ValueError: the pool was closed meanwhile
            if overran.is_set():
                raise Lost(f"took more than {timeout:g} s and was stopped") from None
            raise Lost(f"ended: {self._last_words()}", self.popen.returncode) from None
        finally:
            timer.cancel()

    def _last_words(self) -> str:
        said = ""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(5)
        with contextlib.suppress(ValueError):  # the log is closed with the pool
            self.log.seek(0, os.SEEK_END)
            self.log.seek(max(0, self.log.tell() - _LOG_TAIL))
            said = self.log.read().decode(errors="replace")
        lines = [line.strip() for line in said.split("\n") if line.strip()]
        return f"{lines[-1] if lines else 'it said nothing'} (exit status {self.popen.returncode})"

    def close(self) -> None:
        """End the process, now."""
        self.popen.kill()
        self.popen.wait()
        self.forget()

    def forget(self) -> None:
        """Let go of the pipes, without ending the process: it is another's."""
        self.popen.returncode = self.popen.returncode or 0  # so that Popen does not warn that it still runs
        for stream in (self.popen.stdin, self.popen.stdout, self.log):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()


class Pool:
    """Processes of one worker; `close`, the end of a `with`, or the end of the host ends them.

    `setting` is handed to the worker's `answerer`. `memory` (bytes) bounds the address space of each process, where the
    system can: a question that needs more costs its own process.
    """

    def __init__(self, worker: Path, setting: bytes = b"", *, memory: int | None = None) -> None:
        self._what = worker, setting, memory
        self._open()
        atexit.register(self.close)

    def _open(self) -> None:
        self._owner = os.getpid()
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        self._busy: set[_Process] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        atexit.unregister(self.close)
        self.close()

    def copy_host(self, number: int) -> None:
        """Start so many processes as copies of the host, where that is safe (`copies`); else nothing is done.

        For a program that owns its process: a host's files and connections would be open in the copies as well.
        """
        from einvoice import copies  # noqa: PLC0415 - a fresh interpreter that runs this file cannot import it yet

        def work(requests: IO[bytes], answers: IO[bytes]) -> None:
            self._leave_parents_processes()
            _work(requests, answers)

        with contextlib.suppress(Lost):  # no memory for a copy: a fresh interpreter takes less
            for _ in range(number if copies.can_be_made() else 0):
                self._idle.put(_Process(*self._what, lambda log: copies.Copy(work, log)))

    def close(self) -> None:
        """End the processes; whoever waits for an answer is told that it is lost. A later question starts anew."""
        if self._owner != os.getpid():
            return
        for process in tuple(self._busy):
            process.popen.kill()
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def ask(self, question: bytes, timeout: float | None = None) -> bytes:
        """The answer to a question. Raises Lost, with the reason, if there is none within `timeout` seconds."""
        self._leave_parents_processes()
        process = self._process()
        self._busy.add(process)
        try:
            answer = process.ask(question, timeout)
        except BaseException:  # also where the host is interrupted: half an answer would be taken for the next one's
            process.close()
            raise
        finally:
            self._busy.discard(process)
        self._idle.put(process)
        return answer

    def _process(self) -> _Process:
        """An idle process that still lives, or a new one."""
        with contextlib.suppress(queue.Empty):
            while (process := self._idle.get_nowait()).popen.poll() is not None:
                process.close()
            return process
        return _Process(*self._what)

    def _leave_parents_processes(self) -> None:
        if self._owner == os.getpid():
            return
        inherited = [*self._idle.queue, *self._busy]
        self._open()
        for process in inherited:
            process.forget()


def _read_frame(stream: IO[bytes]) -> bytes:
    """One frame. Raises EOFError if the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _write_frame(stream: IO[bytes], content: bytes) -> None:
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)


# --- the worker's side ----------------------------------------------------------------------------------------------


def _answerer(file: str, setting: bytes) -> Callable[[bytes], bytes]:
    """The function that a worker's file gives; loading it does not load the packages that hold it."""
    spec = importlib.util.spec_from_file_location("einvoice_worker", file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module: Any = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # data classes look for their module there
    spec.loader.exec_module(module)
    made: Callable[[bytes], bytes] = module.answerer(setting)
    return made


def _limit(memory: int | None) -> None:
    if memory is not None:
        with contextlib.suppress(ImportError):  # a system that knows no such limit
            import resource  # noqa: PLC0415 - of POSIX

            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _work(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until the host closes the pipe."""
    with contextlib.suppress(EOFError, KeyboardInterrupt):
        sys.path[:], file, setting, memory = pickle.loads(_read_frame(requests))  # noqa: S301 - from our host
        _limit(memory)
        answer = _answerer(file, setting)
        while True:
            _write_frame(answers, answer(_read_frame(requests)))
            answers.flush()


def _main() -> None:
    """Keep the pipes for questions and answers: "standard input" becomes empty, "standard output" the log."""
    requests, answers = (os.fdopen(os.dup(number), mode) for number, mode in ((0, "rb"), (1, "wb")))
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    _work(requests, answers)


if __name__ == "__main__":
    _main()
