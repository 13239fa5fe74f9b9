"""Saxon in a process of its own: reads requests from standard input, writes answers to standard output.

SaxonC brings a Java run time into the process that loads it; when its address space is limited, that run time ends the
whole process. So no process of the user ever loads it: `saxon` starts this file as a program. It imports nothing of
einvoice, which keeps its start short.

    request   stylesheet path (frame), document (frame)       a frame: 8 bytes of length, then the content
    answer    "S" or "E" (1 byte), SVRL or the reason (frame)

Stylesheets are compiled once. The end of standard input is the end of the process.
"""

from __future__ import annotations

import os
import struct
import sys
from typing import IO, Any

_LENGTH = struct.Struct(">Q")

_SETTINGS = {
    "http://saxon.sf.net/feature/allowedProtocols": "file",  # document() finds the code lists, and no network
    "http://saxon.sf.net/feature/allow-external-functions": "false",
}


def read_frame(stream: IO[bytes]) -> bytes:
    """One frame. Raises EOFError if the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return content


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write one frame; the caller flushes."""
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)


class Judge:
    """A Saxon processor and the stylesheets it has compiled."""

    def __init__(self, saxonche: Any) -> None:
        self.error = saxonche.PySaxonApiError
        self.processor = saxonche.PySaxonProcessor(license=False)
        for name, value in _SETTINGS.items():
            self.processor.set_configuration_property(name, value)
        self.xslt = self.processor.new_xslt30_processor()
        self.compiled: dict[str, Any] = {}

    def answer(self, stylesheet: str, document: str) -> tuple[bytes, str]:
        """What the stylesheet says of the document: ("S", SVRL), or ("E", Saxon's reason)."""
        try:
            if stylesheet not in self.compiled:
                self.compiled[stylesheet] = self.xslt.compile_stylesheet(stylesheet_file=stylesheet)
            node = self.processor.parse_xml(xml_text=document)
            return b"S", self.compiled[stylesheet].transform_to_string(xdm_node=node)
        except self.error as error:
            return b"E", " ".join(str(error).split())


def main() -> None:
    """Answer until the host closes the pipe."""
    requests = sys.stdin.buffer
    # Whatever Saxon prints must not get between the answers: they keep the pipe, "standard output" becomes the log.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    import saxonche  # noqa: PLC0415 - only after the pipes are safe

    judge = Judge(saxonche)
    while True:
        try:
            stylesheet, document = read_frame(requests).decode(), read_frame(requests).decode()
        except EOFError:
            return
        status, text = judge.answer(stylesheet, document)
        answers.write(status)
        write_frame(answers, text.encode())
        answers.flush()


if __name__ == "__main__":
    main()
