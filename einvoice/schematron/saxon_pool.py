"""Saxon processes of ours, kept warm: started when first needed, replaced when one dies, ended with the host.

Each request takes an idle process, or starts one, and gives it back; so every thread of the host has its own while it
asks. A process that died or overran its time is dropped, and the failure is told as `EngineFailure`: the caller's
verdict is then "not run". After `os.fork` the child of the host leaves its parent's processes alone and starts its own.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import IO

from einvoice.errors import MissingExtra
from einvoice.schematron.rule_error import EngineFailure
from einvoice.schematron.saxon_worker import read_frame, write_frame

_WORKER = Path(__file__).with_name("saxon_worker.py")
_LOG_TAIL = 2_000


class _Process:
    """One Saxon process and its pipes."""

    def __init__(self) -> None:
        self.log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self.popen = subprocess.Popen(  # noqa: S603 - our own file, with our own interpreter
                [sys.executable, "-P", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
            )
        except OSError as error:
            self.log.close()
            raise EngineFailure(f"Saxon's process could not be started: {error}") from error

    def ask(self, stylesheet: str, document: str, timeout: float) -> tuple[bytes, str]:
        """One question and its answer. Raises EngineFailure if the process dies or takes too long."""
        requests, answers = self.popen.stdin, self.popen.stdout
        if requests is None or answers is None:
            raise ValueError("both are pipes")
        overran = threading.Event()

        def stop() -> None:
            overran.set()
            self.popen.kill()

        timer = threading.Timer(timeout, stop)
        timer.daemon = True
        timer.start()
        try:
            write_frame(requests, stylesheet.encode())
            write_frame(requests, document.encode())
            requests.flush()
            return answers.read(1), read_frame(answers).decode()
        except (OSError, EOFError):
            if overran.is_set():
                raise EngineFailure(f"Saxon took more than {timeout:g} s and was stopped") from None
            raise EngineFailure(f"Saxon's process ended: {self._last_words()}") from None
        finally:
            timer.cancel()

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(5)
        self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, self.log.tell() - _LOG_TAIL))
        lines = self.log.read().decode(errors="replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        return f"{said} (exit status {self.popen.returncode})"

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


class SaxonPool:
    """The Saxon processes of this process and the folder where their stylesheets lie.

    Raises MissingExtra if saxonche is not installed. `close` ends them; so does the end of the host.
    """

    def __init__(self) -> None:
        if importlib.util.find_spec("saxonche") is None:
            raise MissingExtra("saxon", "the Saxon engine")
        self._open()
        atexit.register(self.close)

    def _open(self) -> None:
        self._owner = os.getpid()
        self._idle: queue.LifoQueue[_Process] = queue.LifoQueue()
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the idle processes and remove the folder; a later request starts anew."""
        if self._owner != os.getpid():
            return
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def run(self, stylesheet: bytes, documents: Mapping[str, bytes], document: str, timeout: float) -> str:
        """What a stylesheet makes of a document. `documents` is what its `document('name')` finds, and nothing else.

        Raises EngineFailure, with the reason, if there is no answer.
        """
        self._leave_parents_processes()
        path = self._place(stylesheet, documents)
        process = self._process()
        try:
            status, text = process.ask(str(path), document, timeout)
        except EngineFailure:
            process.close()
            raise
        self._idle.put(process)
        if status != b"S":
            raise EngineFailure(f"Saxon: {text}")
        return text

    def _process(self) -> _Process:
        """An idle process that still lives, or a new one."""
        with contextlib.suppress(queue.Empty):
            while (process := self._idle.get_nowait()).popen.poll() is not None:
                process.close()
            return process
        return _Process()

    def _leave_parents_processes(self) -> None:
        if self._owner == os.getpid():
            return
        inherited = list(self._idle.queue)
        self._open()
        for process in inherited:
            process.forget()

    def _place(self, stylesheet: bytes, documents: Mapping[str, bytes]) -> Path:
        """Where the stylesheet lies, with its look-up documents beside it; written when first asked for."""
        key = sha256(stylesheet)
        for name in sorted(documents):
            key.update(name.encode() + b"\0" + sha256(documents[name]).digest())
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="einvoice-saxon-"))
            path = self._folder / key.hexdigest() / "rules.xslt"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                for name, content in documents.items():
                    (path.parent / name).write_bytes(content)
                path.write_bytes(stylesheet)
        return path
