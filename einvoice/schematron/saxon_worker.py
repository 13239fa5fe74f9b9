"""Saxon in a process of its own: the worker of `SaxonPool`.

SaxonC brings a Java run time into the process that loads it; when its address space is limited, that run time ends the
whole process. So no process of the user ever loads it. This file imports nothing of einvoice, which keeps its start
short.

The setting is how much memory it may take, in bytes.

    question  path of the stylesheet, 0, document
    answer    "S" and the SVRL, or "E" and the reason

Stylesheets are compiled once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

_SETTINGS = {
    "http://saxon.sf.net/feature/allowedProtocols": "file",  # document() finds the code lists, and no network
    "http://saxon.sf.net/feature/allow-external-functions": "false",
}


def answerer(setting: bytes) -> Callable[[bytes], bytes]:
    """A Saxon processor, which remembers the stylesheets that it has compiled; `setting` bounds its memory."""
    _limit(int(setting))
    import saxonche  # noqa: PLC0415 - only where it is to run

    processor = saxonche.PySaxonProcessor(license=False)
    for name, value in _SETTINGS.items():
        processor.set_configuration_property(name, value)
    xslt = processor.new_xslt30_processor()
    compiled: dict[str, Any] = {}

    def answer(question: bytes) -> bytes:
        stylesheet, _, document = question.decode().partition("\0")
        try:
            if stylesheet not in compiled:
                compiled[stylesheet] = xslt.compile_stylesheet(stylesheet_file=stylesheet)
            node = processor.parse_xml(xml_text=document)
            return f"S{compiled[stylesheet].transform_to_string(xdm_node=node)}".encode()
        except saxonche.PySaxonApiError as error:
            return b"E" + " ".join(str(error).split()).encode()

    return answer


def _limit(memory: int) -> None:
    """Of what is written to: the run time reserves a far larger address space, and ends where that is limited."""
    with contextlib.suppress(ImportError):  # a system that knows no such limit
        import resource  # noqa: PLC0415 - of POSIX

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
