"""A child process that is a copy of its host: what the host has loaded, it need not load again.

    if can_be_made():
        copy = Copy(work, log)           # in the child: work(requests, answers), and the end
        copy.stdin, copy.stdout          # their other ends

A copy has no thread of its host but the one that made it, and yet every lock as it was: one that another thread held is
never released. So there are copies only where the system says that there is no other thread, a library's included.
"""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import IO

_THREADS = Path("/proc/self/task")  # a folder for each thread, on Linux
_LOOK = 0.01  # seconds


def can_be_made() -> bool:
    """Whether this process is known to have a single thread."""
    try:
        return len(os.listdir(_THREADS)) == 1  # noqa: PTH208 - the names are not looked at
    except OSError:
        return False


class Copy:
    """A copy at work, with as much of `subprocess.Popen` as its host needs; what it says goes to `log`.

    Raises `OSError` where the system makes no process.
    """

    def __init__(self, work: Callable[[IO[bytes], IO[bytes]], None], log: IO[bytes]) -> None:
        requests, asked = os.pipe()
        told, answers = os.pipe()
        self.returncode: int | None = None
        self._lock = threading.Lock()  # two that wait at once: the second would find no such process
        try:
            self.pid = os.fork()
        except OSError:
            for end in (requests, asked, told, answers):
                os.close(end)
            raise
        if not self.pid:
            os.close(asked)
            os.close(told)
            _live(work, requests, answers, log)
        os.close(requests)
        os.close(answers)
        self.stdin: IO[bytes] = os.fdopen(asked, "wb")
        self.stdout: IO[bytes] = os.fdopen(told, "rb")

    def kill(self) -> None:
        """End it, now, unless it has ended."""
        with self._lock:
            if self.returncode is None:
                os.kill(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """Its exit status, once it has ended."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                self.returncode = os.waitstatus_to_exitcode(status) if pid else None
            return self.returncode

    def wait(self, timeout: float = float("inf")) -> int:
        """Its exit status, when it ends. Raises `subprocess.TimeoutExpired` if that takes too many seconds."""
        until = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"copy {self.pid}", timeout)
            time.sleep(_LOOK)
        return status


def _live(work: Callable[[IO[bytes], IO[bytes]], None], requests: int, answers: int, log: IO[bytes]) -> None:
    """The whole life of a copy; it ends here, and nothing that its host prepared for its own end is done twice."""
    status = 1
    try:
        gc.freeze()  # what the host has made stays, and its pages are shared until something writes to them
        for standard in (1, 2):
            os.dup2(log.fileno(), standard)
        work(os.fdopen(requests, "rb"), os.fdopen(answers, "wb"))
        status = 0
    except BaseException:  # noqa: BLE001 - the host reads of it in the log
        os.write(log.fileno(), traceback.format_exc().encode())
    finally:
        os._exit(status)
