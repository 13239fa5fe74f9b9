"""One platform, served: the web server and its workers, in threads of this process."""

from __future__ import annotations

import signal
import socket
import threading

import uvicorn

from einvoice_server.app import application
from einvoice_server.clock import Clock
from einvoice_server.platform import opened
from einvoice_server.settings import Settings
from einvoice_server.work import Worker

__all__ = ["Service", "listening"]


def listening(port: int = 0, host: str = "127.0.0.1") -> socket.socket:
    """A socket that listens; port 0 is any that is free. Connections wait in it until a server takes them."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    made.listen(1024)
    return made


class Service:
    """A platform that runs until it is stopped."""

    def __init__(
        self, settings: Settings, sock: socket.socket, clock: Clock | None = None, *, workers: int = 1
    ) -> None:
        self.platform = opened(settings, clock)
        self._socket = sock
        config = uvicorn.Config(
            application(self.platform),
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=10,  # a request that does not end keeps nobody from stopping
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([sock],), name=f"web-{settings.matricule}", daemon=True
        )
        calls = [*(False for _ in range(workers)), True]
        self.workers = [] if settings.is_portal else [Worker(self.platform, calls=each) for each in calls]

    def start(self) -> None:
        """Serve in threads."""
        self._thread.start()
        for worker in self.workers:
            worker.start()

    def run(self) -> None:
        """Serve in this thread, until the process is told to end."""
        for number in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises it anew when it has ended: workers are next
            signal.signal(number, lambda *_: None)
        for worker in self.workers:
            worker.start()
        self._server.run([self._socket])
        self.stop()

    def stop(self) -> None:
        """Let requests and jobs come to their end, and stop."""
        self._server.should_exit = True
        for worker in self.workers:
            worker.stop()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._socket.close()
        self.platform.close()
