"""python -m einvoice_server: the platform sandbox, or one platform of your own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from einvoice_server.sandbox import Sandbox
from einvoice_server.serving import Service, listening
from einvoice_server.settings import Settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m einvoice_server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    box = commands.add_parser("sandbox", help="two platforms and the public portal on this machine, seeded")
    box.add_argument("--json", action="store_true", help="print one line of JSON when ready, and nothing else")
    box.add_argument("--db", metavar="URL", help="database, such as sqlite:///box.db or postgresql+psycopg://…")
    box.add_argument(
        "--dir", metavar="FOLDER", type=Path, help="where files are kept; else they go when the sandbox ends"
    )
    box.add_argument("--port", type=int, default=0, help="first of three ports; any that are free unless given")
    box.add_argument("--host", default="127.0.0.1", help="address to listen on; in a container 0.0.0.0")
    one = commands.add_parser("serve", help="one platform, with its workers")
    one.add_argument("settings", type=Path, help="its settings, a JSON file")
    one.add_argument("--fd", type=int, help="a socket that listens already")
    one.add_argument(
        "--child", action="store_true", help="end when standard input does: with the parent, even if killed"
    )
    one.add_argument("--port", type=int, default=8000)
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--workers", type=int, default=1, help="threads that work; other processes may work too")
    chosen = parser.parse_args(arguments)
    try:
        return _sandbox(chosen) if chosen.command == "sandbox" else _serve(chosen)
    except OSError as error:  # a port that is taken, a folder that is none, settings that are not there
        sys.stderr.write(f"{parser.prog}: {error}\n")
        return 2


def _serve(chosen: argparse.Namespace) -> int:
    sock = socket.socket(fileno=chosen.fd) if chosen.fd is not None else listening(chosen.port, chosen.host)
    if chosen.child:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    Service(Settings.read(chosen.settings), sock, workers=chosen.workers).run()
    return 0


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open while it lives."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _sandbox(chosen: argparse.Namespace) -> int:
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    with Sandbox(database=chosen.db, folder=chosen.dir, processes=True, port=chosen.port, host=chosen.host) as box:
        sys.stdout.write(json.dumps(box.json(), ensure_ascii=False) + "\n" if chosen.json else _told(box))
        sys.stdout.flush()
        while not end.wait(0.5):
            box.watch()
    return 0


def _told(box: Sandbox) -> str:
    """Where everything is, for people, with three lines to try."""
    lines = [f"Public portal       {box.portal_url}/", ""]
    for each in box.platforms:
        lines += [
            f"{each.name:<19} {each.url}/",
            f"  sponsor token     {each.sponsor_token}",
            f"  OAuth2 client     {each.oauth['client_id']}  {each.oauth['client_secret']}",
            *(f"  client            {known.client_id}  SIREN {known.siren}  {known.name}" for known in each.clients),
            "",
        ]
    first = box.platforms[0]
    head = f"-H 'Authorization: {first.sponsor_token}' -H 'X-PDP-Client-Id: {first.clients[0].client_id}'"
    lines += [
        "Try:",
        f"  curl -s {first.url}/api/mandates {head}",
        f"  curl -s {first.url}/api/invoicing/files/submit {head} -F file=@invoice.xml",
        f"  curl -s {first.url}/api/lifecycle-events {head}",
        "",
        "Everything here is fictional. Between platforms, signed HTTP stands for AS4. End with Ctrl-C.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
