"""Saxon in a process of its own: the worker of `SaxonPool`.

SaxonC brings a Java run time into the process that loads it; when its address space is limited, that run time ends the
whole process. So no process of the user ever loads it. This file imports nothing of einvoice, which keeps its start
short.

    question  path of the stylesheet, 0, document
    answer    "S" and the SVRL, or "E" and the reason

Stylesheets are compiled once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_SETTINGS = {
    "http://saxon.sf.net/feature/allowedProtocols": "file",  # document() finds the code lists, and no network
    "http://saxon.sf.net/feature/allow-external-functions": "false",
}


def answerer(_setting: bytes) -> Callable[[bytes], bytes]:
    """A Saxon processor, which remembers the stylesheets that it has compiled."""
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
