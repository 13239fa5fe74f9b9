"""What `make schemathesis` leaves out exists, and is left out for a reason."""

from __future__ import annotations

import sys

import pytest
from folders import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from openapi_fuzz import EXPLAINED, settings

from einvoice_server.app import seed_api


@pytest.mark.parametrize(("method", "path"), [each[1:3] for each in EXPLAINED if each[0] == "ours"])
def test_what_is_explained_is_an_operation_of_ours(method, path):
    """One that was renamed or deleted is explained no more."""
    assert method.lower() in seed_api().openapi()["paths"][path]


def test_nothing_is_left_out_without_a_reason_nor_twice():
    """Each place and check once, in the form that the program reads."""
    assert all(each[4] for each in EXPLAINED)
    assert len({each[:4] for each in EXPLAINED}) == len(EXPLAINED)
    assert settings("directory").startswith(
        '[[operations]]\ninclude-method = "GET"\ninclude-path = "/v1/healthcheck"\n'
        "checks.status_code_conformance.enabled = false\n"
        '[[operations]]\ninclude-method = "GET"\n'
    )
