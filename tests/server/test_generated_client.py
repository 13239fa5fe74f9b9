"""A client that a generator makes of our OpenAPI runs the tour: mandates, a draft, an invoice, its events, a status."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from companies import draft, ubl, until

pytest.importorskip("openapi_python_client", reason="openapi-python-client is not installed")


@pytest.fixture(scope="module")
def generated(box, tmp_path_factory):
    """The package that the generator writes, and a way to its modules."""
    folder = tmp_path_factory.mktemp("generated")
    contract = folder / "openapi.json"
    contract.write_bytes(httpx.get(f"{box.platforms[0].url}/api/openapi.json", timeout=60).content)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(contract)]
    done = subprocess.run(  # noqa: S603 - the generator, on our own contract
        [*command, "--output-path", str(folder / "sandbox_client"), "--meta", "none"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "could not be parsed" not in done.stdout
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"sandbox_client.{name}")
    sys.path.remove(str(folder))


def operation(generated, group, start):
    """The module of the operation of a group whose name begins so."""
    folder = Path(generated(f"api.{group}").__file__).parent
    (name,) = [each.stem for each in folder.glob(f"{start}*.py")]
    return generated(f"api.{group}.{name}")


def test_a_generated_client_runs_the_tour(generated, seller, buyer):
    """Typed answers all the way; the header of the client is an argument of every operation."""
    token = seller.platform.sponsor_token
    known = {"prefix": "", "auth_header_name": "Authorization", "raise_on_unexpected_status": True}
    known |= {"timeout": httpx.Timeout(30), "httpx_args": {"trust_env": False}}
    client = generated("client").AuthenticatedClient(f"{seller.platform.url}/api", token, **known)
    with contextlib.closing(client.get_httpx_client()):  # it keeps its connection, and is closed by nobody else
        tour(generated, {"client": client, "x_pdp_client_id": seller.client_id}, seller, buyer)


def tour(generated, who, seller, buyer):
    """What the README's reader does first."""
    mandates = operation(generated, "mandates", "list_mandates").sync(**who)
    assert {each.directory_entry.siren for each in mandates} == {seller.siren}
    content = generated("models").Draft.from_dict(draft("GEN-1"))
    kept = operation(generated, "drafts", "create_draft").sync(**who, body=content)
    assert kept.report.verdict == "valid"
    upload = generated("models").BodySubmitFileInvoicingFilesSubmitPost
    file = generated("types").File(payload=io.BytesIO(ubl("GEN-2")), file_name="GEN-2.xml")
    sent = operation(generated, "invoicing", "submit_file").sync(**who, body=upload(file=file))
    assert hasattr(sent, "en16931_invoice"), sent
    assert sent.en16931_invoice.number == "GEN-2"
    events = operation(generated, "lifecycle", "list_events")
    until(lambda: "203" in [each.code for each in events.sync(**who, object_id=sent.invoice_id)])
    assert buyer.received("GEN-2")["number"] == "GEN-2"
