"""A headless Chromium, spoken to by its DevTools protocol: enough of it to look at pages."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import socket
import struct
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium")
_PATIENCE = 60  # seconds that an answer may take

# The contrast of each text with what is behind it, computed in the page; the least of all.
CONTRAST = """(() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!/^rgba.* 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  let least = 21;
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    least = Math.min(least, (a + 0.05) / (b + 0.05)); }
  return least; })()"""


class Browser:
    """One page of a browser that sees nothing but this machine."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._id = 0

    def __enter__(self) -> Self:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"]
        hosts = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        command = [CHROMIUM or "chromium", *options, hosts, f"--user-data-dir={self._profile}", "about:blank"]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
        port = self._port()
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"http://127.0.0.1:{port}/json", timeout=60) as answer:
            page = next(each for each in json.load(answer) if each["type"] == "page")
        self._open(port, page["webSocketDebuggerUrl"].partition(f":{port}")[2])
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=20)

    def _port(self) -> int:
        told = self._profile / "DevToolsActivePort"
        for _ in range(600):
            if told.exists() and (text := told.read_text()).count("\n"):
                return int(text.splitlines()[0])
            time.sleep(0.05)
        raise TimeoutError("chromium does not come up")

    def _open(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        head = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        head += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        self._socket.sendall("\r\n".join(head).encode())
        self._file = self._socket.makefile("rb")
        while self._file.readline().strip():
            pass

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its answer."""
        self._id += 1
        body = json.dumps({"id": self._id, "method": method, "params": params}).encode()
        length = struct.pack("!BBH", 0x81, 0x80 | 126, len(body)) if len(body) < 65536 else b""
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(body))
        self._socket.sendall(length + mask + masked)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:  # events come between, and keep the socket's own timeout from running out
            answer = json.loads(self._message())
            if answer.get("id") == self._id:
                assert "error" not in answer, answer
                return answer["result"]
        raise TimeoutError(method)

    def _message(self) -> bytes:
        text = b""
        while True:
            first, second = self._file.read(2)
            length = second & 127
            if length == 126:
                (length,) = struct.unpack("!H", self._file.read(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._file.read(8))
            text += self._file.read(length)
            if first & 0x80:
                return text

    def size(self, width: int, height: int = 900) -> None:
        """How large the window is."""
        values = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.ask("Emulation.setDeviceMetricsOverride", **values)

    def open(self, url: str) -> None:
        """Go to a page, and wait for it."""
        self.ask("Page.enable")
        self.ask("Page.navigate", url=url)
        for _ in range(400):
            if self.value("document.readyState") == "complete" and self.value("location.href") != "about:blank":
                return
            time.sleep(0.02)
        raise TimeoutError(url)

    def scheme(self, name: str) -> None:
        """Prefer `light` or `dark`."""
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def value(self, script: str) -> Any:
        """What a script gives."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def cookie(self, url: str, name: str, value: str) -> None:
        """Give the browser a cookie."""
        self.ask("Network.setCookie", url=url, name=name, value=value)

    def press(self, key: str) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            values = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": {"Tab": 9, "Enter": 13}[key]}
            self.ask("Input.dispatchKeyEvent", **values, **({"text": "\r"} if key == "Enter" else {}))

    def printed(self) -> bytes:
        """The page on paper, as PDF."""
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)["data"])

    def picture(self, path: Path) -> None:
        """A picture of the whole page."""
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))
