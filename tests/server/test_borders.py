"""The library and the server keep to their sides."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from folders import ROOT

from einvoice_server.sandbox import Sandbox
from einvoice_server.serving import listening
from einvoice_server.settings import Settings

SERVER = sorted((ROOT / "einvoice_server").rglob("*.py"))

PATIENT = 60  # seconds for an answer: a busy machine is slow, not wrong


def imports(path):
    """What a module imports: module and names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((each.name, ()) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", tuple(each.name for each in node.names)


def test_the_library_knows_nothing_of_the_server():
    """No module of the library imports the server, or what only the server needs."""
    foreign = {
        "einvoice_server",
        "fastapi",
        "sqlalchemy",
        "uvicorn",
        "httpx",
        "starlette",
        "standardwebhooks",
    }
    for path in (ROOT / "einvoice").rglob("*.py"):
        assert not {module.partition(".")[0] for module, _ in imports(path)} & foreign, path


@pytest.mark.parametrize("path", SERVER, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_server_uses_public_names_only(path):
    """It imports `einvoice` and the modules of `einvoice.france`, and of both only what they make public."""
    france = set(importlib.import_module("einvoice.france").__all__)
    modules = france - {"validate_extract"}
    public = {"ei": set(importlib.import_module("einvoice").__all__)}
    wrong = []
    for module, names in imports(path):
        if module == "einvoice" or module.startswith("einvoice."):
            wrong += [module] if module not in ("einvoice", "einvoice.france") else sorted(set(names) - france)
            public |= {
                name: set(importlib.import_module(f"einvoice.france.{name}").__all__) for name in set(names) & modules
            }
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in public:
            wrong += [f"{node.value.id}.{node.attr}"] if node.attr not in public[node.value.id] else []
    assert not wrong


def started(*arguments):
    """The sandbox as a program starts it, and the line that it prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "einvoice_server", "sandbox", "--json", *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=ROOT)  # noqa: S603
    patience = threading.Timer(120, process.kill)  # then the line is empty, and the test fails
    patience.daemon = True
    patience.start()
    try:
        return process, json.loads(process.stdout.readline())
    except BaseException:
        process.kill()
        process.communicate(timeout=30)
        raise
    finally:
        patience.cancel()


def ended(process):
    """End it as a program ends it."""
    process.send_signal(signal.SIGTERM)
    try:
        rest, _ = process.communicate(timeout=60)
    finally:
        process.kill()  # where it did not end by itself, the test has failed
    return process.returncode, rest


def test_the_contract_for_programs(tmp_path):
    """One line of JSON when it is ready; everything is where it says; what was kept is there the next time."""
    process, told = started("--dir", str(tmp_path))
    try:
        assert sorted(told) == ["platforms", "portal"]
        assert [each["clients"][0]["siren"] for each in told["platforms"]] == ["100000009", "200000008"]
        for each in told["platforms"]:
            assert sorted(each) == ["clients", "name", "oauth", "sponsor_token", "url"]
            assert sorted(each["oauth"]) == ["client_id", "client_secret"]
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", each["url"])
            headers = {"Authorization": each["sponsor_token"]}
            assert len(httpx.get(f"{each['url']}/api/clients", headers=headers, timeout=PATIENT).json()) == 2
            for path in ("/", "/api/openapi.json"):
                assert httpx.get(each["url"] + path, timeout=PATIENT).status_code == 200
            form = {"grant_type": "client_credentials", **each["oauth"]}
            made = httpx.post(f"{each['url']}/oauth2/token", data=form, timeout=PATIENT).json()["access_token"]
            for path in ("/afnor-flow/v1/healthcheck", "/afnor-directory/v1/healthcheck"):
                answer = httpx.get(each["url"] + path, headers={"Authorization": f"Bearer {made}"}, timeout=PATIENT)
                assert answer.status_code == 200
        assert httpx.get(told["portal"]["url"], timeout=PATIENT).status_code == 200
    finally:
        status, rest = ended(process)
    assert (status, rest) == (0, "")
    with Sandbox(folder=tmp_path) as again:
        assert again.json()["platforms"][0]["clients"] == told["platforms"][0]["clients"]
        assert again.platforms[0].sponsor_token != told["platforms"][0]["sponsor_token"]
    with Sandbox(folder=tmp_path, database=f"sqlite:///{tmp_path}/other.db") as other:
        assert other.json()["platforms"][0]["clients"] != told["platforms"][0]["clients"]


def test_a_port_that_is_taken_is_told_in_one_line():
    """And what settings are not there: no traceback."""
    with listening() as sock:
        port = str(sock.getsockname()[1])
        for arguments, said in ((("sandbox", "--port", port), port), (("serve", "nothing.json"), "nothing.json")):
            command = [sys.executable, "-m", "einvoice_server", *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENT)  # noqa: S603
            assert (done.returncode, done.stderr.count("\n"), said in done.stderr) == (2, 1, True), done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_platform_that_is_told_to_end_ends_its_work_first(tmp_path, number):
    """Workers stop where a job ends: the signal killed them before, and jobs they had taken were nobody's for 30 s."""
    files = str(tmp_path / "files")
    settings = Settings("P", "0101", "PA0101", "http://127.0.0.1:1", f"sqlite:///{tmp_path}/a.db", files)
    settings.write(tmp_path / "settings.json")
    command = [sys.executable, "-m", "einvoice_server", "serve", str(tmp_path / "settings.json"), "--fd"]
    with listening() as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/style.css"
        process = subprocess.Popen([*command, str(sock.fileno())], pass_fds=[sock.fileno()])  # noqa: S603 - ourselves
        assert httpx.get(url, timeout=PATIENT).status_code == 200
        process.send_signal(number)
        assert process.wait(timeout=PATIENT) == 0


def test_the_platforms_end_with_a_sandbox_that_is_killed(tmp_path):
    """Nothing stays behind: not even a sandbox that could not say goodbye leaves processes and ports."""
    process, told = started("--dir", str(tmp_path))
    process.kill()
    rest, _ = process.communicate(timeout=60)  # its output ends when the last process that holds it has ended
    assert rest == ""
    for each in told["platforms"]:
        with pytest.raises(httpx.ConnectError):
            httpx.get(each["url"])
