"""SECURITY.md is true: limits that the code has, promises that tests hold, licences that packages state."""

from __future__ import annotations

import re
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module, metadata

import pytest
from folders import FIXTURES, ROOT
from packaging.requirements import Requirement

import einvoice as ei
from einvoice.errors import EInvoiceError

TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
GOOD = (FIXTURES / "valid" / "services.ubl.xml").read_text(encoding="utf-8")
PROMISES = re.findall(r"^\* \*\*(.+?)\*\*(.*?)(?=^\* |^$)", TEXT, re.MULTILINE | re.DOTALL)
DEPENDENCIES = TEXT.split("## Dependencies")[1].split("\n|---|---|---|\n")[1].split("\n\n")[0]
LICENCES = {
    name: (extra, licence)
    for name, extra, licence in re.findall(r"^\| ([\w-]+) \| ?(\w*) \| (.+) \|$", DEPENDENCIES, re.MULTILINE)
}
ROWS = re.findall(r"^\| [^|]+ \| (\d+) \| `([\w.]+)` \|$", TEXT, re.MULTILINE)


def test_the_table_is_read():
    """As many rows as it has limits."""
    assert len(ROWS) == TEXT.count("| `einvoice.")
    assert len(ROWS) > 10


@pytest.mark.parametrize(("limit", "place"), ROWS, ids=lambda text: text.rpartition(".")[2])
def test_a_limit_is_what_the_code_says(limit, place):
    """Each has one place in the code, under its name."""
    owner, _, name = place.rpartition(".")
    if owner.endswith("Limits"):
        value = getattr(import_module(owner.rpartition(".")[0]).Limits(), name)
    else:
        value = getattr(import_module(owner), name)
    assert value == float(limit)


@pytest.mark.parametrize(("promise", "told"), PROMISES, ids=[promise for promise, _ in PROMISES])
def test_a_promise_is_held_by_tests_that_are_there(promise, told):
    """Each names at least one, by file and function."""
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", told)
    assert named, promise
    for file, function in named:
        assert re.search(rf"^def {function}\(", (ROOT / "tests" / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_promise_is_looked_at():
    """As many as the section has."""
    section = TEXT.split("## What is promised")[1].split("\n## ")[0]
    assert len(PROMISES) == section.count("\n* **") >= 8


FETCHING = {
    "entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "{there}">]><Invoice>&x;</Invoice>',
    "external subset": '<!DOCTYPE a SYSTEM "{there}"><Invoice/>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "{there}"> %x;]><Invoice/>',
    "XInclude": '{head}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{there}" parse="text"/>{tail}',
    "schema location": "{head}"
    '<cbc:Note xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {there}">x</cbc:Note>{tail}',
    "style sheet": '<?xml-stylesheet type="text/xsl" href="{there}"?>{head}{tail}',
    "attachment by address": "{head}<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
    "<cac:ExternalReference><cbc:URI>{there}</cbc:URI></cac:ExternalReference></cac:Attachment>"
    "</cac:AdditionalDocumentReference>{tail}",
}


@pytest.mark.parametrize("kind", FETCHING)
def test_nothing_is_fetched_and_nothing_is_read(kind, tmp_path):
    """Whatever a document points at: no request reaches a server, and no file's content reaches a report or a view."""
    asked = []

    class Listening(BaseHTTPRequestHandler):
        """Notes who comes."""

        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET-4711")
    body = GOOD.split("?>", 1)[1]
    place = body.index("<cac:AccountingSupplierParty>")
    with HTTPServer(("127.0.0.1", 0), Listening) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            for there in (f"http://127.0.0.1:{server.server_port}/x", secret.as_uri()):
                made = FETCHING[kind].format(there=there, head=body[:place], tail=body[place:]).encode()
                told = [ei.validate(made).model_dump_json()]
                for verb in (ei.parse, ei.render, lambda data: ei.convert(data, "cii").data):
                    try:
                        told.append(str(verb(made)))
                    except EInvoiceError as refused:
                        told.append(str(refused))
                assert "TOP-SECRET" not in "".join(told)
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def test_every_package_that_is_asked_for_has_its_licence():
    """Those of pyproject.toml, each under its extra; what the installed package states is of the same family."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    parts = {"": project["dependencies"], **project["optional-dependencies"]}
    asked = {
        requirement.name: part
        for part, requirements in parts.items()
        if part not in ("dev", "bench")
        for requirement in map(Requirement, requirements)
        if requirement.name != project["name"]
    }
    assert {name: extra for name, (extra, _) in LICENCES.items()} == asked
    for name, (_, licence) in LICENCES.items():
        stated = _stated(name)
        assert stated == "" or any(family in stated for family in re.findall("MIT|BSD|Apache|L?GPL|MPL", licence)), name
        assert stated or "does not say" in licence or not _is_installed(name), name


def _is_installed(name):
    return any(metadata.distributions(name=name))


def _stated(name):
    """What a package's own data say of its licence."""
    if not _is_installed(name):
        return ""
    data = metadata.metadata(name)
    kinds = [each for each in data.get_all("Classifier") or () if each.startswith("License ::")]
    told = " ".join((data.get("License-Expression") or "", data.get("License") or "", *kinds)).strip()
    return told.replace("Lesser General Public License", "LGPL").replace("LESSER GENERAL PUBLIC LICENSE", "LGPL")
