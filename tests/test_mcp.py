"""The server for the Model Context Protocol, asked by the protocol's own client over standard input and output."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys

import pytest
from folders import FIXTURES, ROOT

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")
from mcp.client.stdio import StdioServerParameters  # noqa: E402 - after the skip

SERVER = StdioServerParameters(
    command=sys.executable,
    args=["-m", "einvoice", "mcp", "--lang", "en"],
    env={**os.environ, "PYTHONPATH": str(ROOT)},
)
GOOD = (FIXTURES / "valid" / "services.ubl.xml").read_text()
BROKEN = (FIXTURES / "broken" / "wrong-line-total.ubl.xml").read_text()
DRAFT = (FIXTURES / "drafts" / "services.json").read_text()


def asked(*calls):
    """What the tools answer, one after the other: (whether it is an error, the answer)."""

    async def talk():
        async with mcp.Client(SERVER, read_timeout_seconds=120) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names == {"validate", "explain", "build", "convert"}
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    answers = asyncio.run(talk())
    return [(each.is_error, each.content[0].text) for each in answers]


def test_a_client_validates_explains_builds_and_converts():
    """The whole way: a draft becomes a PDF, the PDF is judged and converted; a rule is explained."""
    (fault, built), (_, good), (_, bad), (_, rule) = asked(
        ("build", {"draft": DRAFT, "to": "facturx"}),
        ("validate", {"document": GOOD}),
        ("validate", {"document": BROKEN, "lang": "fr"}),
        ("explain", {"name": "BR-CO-10"}),
    )
    made = json.loads(built)
    assert not fault
    assert (made["report"]["verdict"], made["losses"]) == ("valid", [])
    assert base64.b64decode(made["document"]).startswith(b"%PDF-")
    assert json.loads(good)["verdict"] == "valid"
    findings = json.loads(bad)["documents"][0]["findings"]
    assert {each["rule"] for each in findings} & {"BR-CO-10", "EI-CALC-01"}
    assert json.loads(rule)["terms"] == ["BT-106", "BT-131"] or json.loads(rule)["means"]
    (_, judged), (_, converted) = asked(
        ("validate", {"document": made["document"]}), ("convert", {"document": made["document"], "to": "ubl"})
    )
    assert json.loads(judged)["documents"][0]["syntax"] == "facturx"
    assert json.loads(converted)["verdict"] == "valid"
    assert json.loads(converted)["document"].startswith("<?xml")


def test_what_cannot_be_done_is_told_in_words():
    """An unknown id, a draft that is none, a document that is none: no traceback, and the server goes on."""
    answers = asked(
        ("explain", {"name": "BR-XX-1"}),
        ("build", {"draft": "[]"}),
        ("convert", {"document": "no invoice", "to": "ubl"}),
        ("validate", {"document": "no invoice"}),
    )
    assert [fault for fault, _ in answers] == [True, True, True, False]
    assert not any("Traceback" in told for _, told in answers)
    assert "unknown rule" in answers[0][1]
    assert json.loads(answers[3][1])["verdict"] != "valid"
