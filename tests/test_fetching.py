"""`artefacts fetch`: from a local server that breaks off, through pip, and never anything that is not known."""

from __future__ import annotations

import http.server
import threading
import zipfile
from datetime import date

import pytest
from folders import SHARED

from einvoice import cli
from einvoice.artefacts.installed import find, installed
from einvoice.commands import fetching
from einvoice.commands.fetching import NotFetched, fetch
from einvoice.errors import Unrecognised

RELEASE = SHARED / "artefacts" / "fnfe-1.4.0.03"
PUBLISHED = pytest.mark.skipif(not RELEASE.is_dir(), reason=f"the published release is not there: {RELEASE}")


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    """No test reads or writes the folders of the person who runs it."""
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))
    monkeypatch.setenv("EINVOICE_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "added"


@pytest.fixture
def release(tmp_path):
    """A zip file as published."""
    path = tmp_path / "FNFE_SCHEMATRONS.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(RELEASE.rglob("*")):
            archive.write(file, file.relative_to(RELEASE))
    return path


class Server:
    """A publisher's server on loopback that sends `piece` bytes of the file for each request, then breaks off."""

    def __init__(self, data: bytes, piece: int | None = None, status: int = 200) -> None:
        self.asked: list[str | None] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                server.asked.append(wanted)
                start = int(wanted[6:-1]) if wanted else 0
                if status != 200:
                    self.send_error(status)
                    return
                rest = data[start:]
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest[: piece or len(rest)])

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/release.zip"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@PUBLISHED
def test_a_release_is_fetched_from_its_publisher(release):
    """All that the catalogue knows in it is taken, under its version."""
    with Server(release.read_bytes()) as server:
        lines = list(fetch((), server.url))
    assert "fetched  br-fr-ubl 1.4.0.03" in [line.replace("reçu", "fetched") for line in lines]
    assert "1.4.0.03" in [copy.version for copy in installed("br-fr-ubl")]


@PUBLISHED
def test_a_download_goes_on_where_it_broke_off(release, tmp_path, monkeypatch):
    """In the same run, and in the next one."""
    data = release.read_bytes()
    monkeypatch.setattr(fetching, "_ATTEMPTS", 2)
    with Server(data, piece=len(data) // 3 + 1) as server:
        with pytest.raises(NotFetched):
            list(fetch(("br-fr-ubl",), server.url))
        assert len(list((tmp_path / "cache" / "downloads").iterdir())) == 1
        assert list(fetch(("br-fr-ubl",), server.url))
    starts = [int(asked[6:-1]) if asked else 0 for asked in server.asked]
    assert starts == sorted(set(starts))
    assert len(starts) == 3
    assert not list((tmp_path / "cache" / "downloads").iterdir())


def test_what_is_not_known_is_not_kept(tmp_path, data_folder):
    """A file from the network with other content than published is refused, whatever its name."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        rules = '<schema xmlns="http://purl.oclc.org/dsdl/schematron"><!-- _V9.9.9 --></schema>'
        archive.writestr("BR-FR-Flux2-Schematron-UBL.sch", rules)
    with Server(path.read_bytes()) as server, pytest.raises(Unrecognised):
        list(fetch((), server.url))
    assert not data_folder.exists()


@pytest.mark.parametrize("status", [404, 500])
def test_an_answer_without_a_file_is_told(status, capsys):
    """With the address and what the server said; no traceback, status 1."""
    with Server(b"", status=status) as server:
        assert cli.run(["artefacts", "fetch", "--from", server.url, "--lang", "en"]) == 1
        assert str(status) in capsys.readouterr().err


def test_nobody_there(capsys):
    """A server that does not answer is told."""
    assert cli.run(["artefacts", "fetch", "--from", "http://127.0.0.1:9/x.zip", "--lang", "en"]) == 1
    assert "127.0.0.1:9" in capsys.readouterr().err


def test_wrong_words(capsys):
    """An address of another kind, or an id that is not known, is wrong usage."""
    for words in (["--from", "ftp://127.0.0.1/x.zip"], ["no-such-id"]):
        with pytest.raises(SystemExit) as ended:
            cli.run(["artefacts", "fetch", *words, "--lang", "en"])
        assert ended.value.code == 2
        assert words[-1] in capsys.readouterr().err


def test_what_no_package_carries_is_told_with_its_publisher(capsys):
    """Peppol's rules come from their publisher."""
    assert cli.run(["artefacts", "fetch", "peppol-ubl", "--lang", "en"]) == 0
    assert "https://github.com/OpenPEPPOL" in capsys.readouterr().out
    assert find("peppol-ubl", on=fetching.catalogue()["peppol-ubl"].versions[0].since) is None


def test_a_rule_set_that_is_older_than_published_is_told():
    """No package carries CDAR's newest: asked for, it is said where it is; what is current is not."""
    used = find("br-fr-cdv", on=date(2026, 11, 27))
    assert used.version == "1.4.0.02"
    (line,) = fetch(("br-fr-cdv",), None)
    assert "1.4.0.03" in line
    assert used.entry.link in line
    assert "fetch br-fr-cdv --from URL" in line
    (line,) = fetch(("en16931-ubl",), None)
    assert "1.3.16" not in line
