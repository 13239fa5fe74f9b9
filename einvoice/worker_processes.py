"""Processes as a `concurrent.futures.Executor`: what dies with one of them is its own task, and nothing else.

    with WorkerProcesses(4) as executor:
        executor.submit(function, *arguments).result()       # or Lost

Unlike `ProcessPoolExecutor`, which is broken for good once a process dies, a new process takes the place of the dead
one; a program without a `__main__` guard, a notebook or a host with threads may use it (`processes`). The function must
be importable by name, and its arguments and result be picklable.

(This file is also what the processes run.)
"""

from __future__ import annotations

import gc
import pickle
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from einvoice.processes import Lost, Pool

_SWEEP = 50_000  # objects that a process may have made since its last garbage collection: what PDFs leave is a quarter
P = ParamSpec("P")
R = TypeVar("R")


class WorkerProcesses(Executor):
    """So many processes, started when they are first needed, or at once as copies of their host (`Pool.copy_host`)."""

    def __init__(self, jobs: int, *, copies: bool = False) -> None:
        self.jobs = jobs
        self._pool = call_pool()
        if copies:
            self._pool.copy_host(jobs)
        self._threads = ThreadPoolExecutor(jobs)  # each waits for one process
        self._calls: set[object] = set()
        self._left = False

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Call the function in a process. The future raises `Lost` if the process dies, else what the function does."""
        return self._threads.submit(self._call, fn, args, kwargs)

    def _call(self, function: Callable[..., R], args: Any, kwargs: Any) -> R:
        call = object()
        self._calls.add(call)
        try:
            if self._left:
                raise Lost("nobody waits for it")
            return ask(self._pool, None, function, *args, **kwargs)
        finally:
            self._calls.discard(call)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the processes; who is interrupted, or leaves, does not wait for what they do."""
        if kind is not None:
            self._left = True
            self._threads.shutdown(wait=False, cancel_futures=True)
            while self._calls:  # one that was starting its process a moment ago is met the next time
                self._pool.close()
                time.sleep(0.01)
        super().__exit__(kind, error, at)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Executor has it
        """End the processes."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._pool.__exit__(None, None, None)


def call_pool(*, memory: int | None = None) -> Pool:
    """Processes for `ask`; `memory` (bytes) bounds each of them."""
    return Pool(Path(__file__), memory=memory)


def ask(pool: Pool, timeout: float | None, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call the function in a process of the pool, for at most so many seconds. Raises `Lost`, or what it raises."""
    result: R
    result, error = pickle.loads(pool.ask(pickle.dumps((function, args, kwargs)), timeout))  # noqa: S301 - of ours
    if error is not None:
        raise error
    return result


def answerer(_setting: bytes) -> Callable[[bytes], bytes]:
    """What a process does: a call comes in, its result or its exception goes out."""
    gc.disable()  # a process of our own: trees are freed by count, and a sweep now and then takes the rest

    def answer(question: bytes) -> bytes:
        if gc.get_count()[0] > _SWEEP:
            gc.collect()
        function, args, kwargs = pickle.loads(question)  # noqa: S301 - from our host
        try:
            return pickle.dumps((function(*args, **kwargs), None))
        except Exception as error:  # noqa: BLE001 - the host's to handle
            return pickle.dumps((None, error))

    return answer
