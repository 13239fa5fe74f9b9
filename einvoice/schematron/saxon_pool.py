"""Saxon processes of ours, and the folder where their stylesheets lie.

A process that died or overran its time is told as `EngineFailure`: the caller's verdict is then "not run".
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from einvoice.errors import MissingExtra
from einvoice.locks import Lock
from einvoice.processes import Lost, Pool
from einvoice.schematron.rule_error import EngineFailure

MEMORY = 4_000_000_000  # bytes that a process of Saxon may take
_OUT_OF_MEMORY = "OutOfMemoryError"  # what its run time says last
_WORKER = Path(__file__).with_name("saxon_worker.py")


class SaxonPool:
    """Saxon for every thread that asks. `close` ends the processes; so does the end of the host.

    `memory` (bytes) is what each process may take. Raises MissingExtra if saxonche is not installed.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        if importlib.util.find_spec("saxonche") is None:
            raise MissingExtra("saxon")
        self._memory = memory
        self._pool = Pool(_WORKER, str(memory).encode())
        self._folders: dict[int, Path] = {}  # of this process; after a fork, its parent's as well, which stay its own
        self._lock = Lock()
        atexit.register(self.close)

    def close(self) -> None:
        """End the processes and remove the folder; a later request starts anew."""
        self._pool.close()
        folder = self._folders.pop(os.getpid(), None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, stylesheet: bytes, documents: Mapping[str, bytes], document: str, timeout: float) -> str:
        """What a stylesheet makes of a document. `documents` is what its `document('name')` finds, and nothing else.

        Raises EngineFailure, with the reason, if there is no answer.
        """
        path = self._place(stylesheet, documents)
        try:
            answer = self._pool.ask(f"{path}\0{document}".encode(), timeout).decode()
        except Lost as lost:
            if _OUT_OF_MEMORY in lost.reason:
                raise EngineFailure(f"Saxon needs more than {self._memory // 1_000_000} MB of memory") from None
            raise EngineFailure(f"Saxon's process {lost}") from None
        if not answer.startswith("S"):
            raise EngineFailure(f"Saxon: {answer[1:]}")
        return answer[1:]

    def _place(self, stylesheet: bytes, documents: Mapping[str, bytes]) -> Path:
        """Where the stylesheet lies, with its look-up documents beside it; written when first asked for."""
        key = sha256(stylesheet)
        for name in sorted(documents):
            key.update(name.encode() + b"\0" + sha256(documents[name]).digest())
        with self._lock:
            folder = self._folders.get(os.getpid())
            if folder is None:
                folder = self._folders[os.getpid()] = Path(tempfile.mkdtemp(prefix="einvoice-saxon-"))
            path = folder / key.hexdigest() / "rules.xslt"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                for name, content in documents.items():
                    (path.parent / name).write_bytes(content)
                path.write_bytes(stylesheet)
        return path
