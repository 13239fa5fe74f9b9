"""The sandbox, asked by schemathesis whatever its OpenAPI allows, and much that it does not.

    python tools/openapi_fuzz.py [--examples 20] [--seed 1] [--only ours] [--published FOLDER]

Our own description, and the two that AFNOR published of XP Z12-013. A failure is an answer that the description does
not have: an undocumented status, another form, a 500, what is wrong and taken, what is right and refused. What no
schema can say (a rule of content, a state) is in `EXPLAINED`, with its reason. Exit status 1 after any other failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"

import httpx

from einvoice_server import Sandbox

RULES, SHAPE, CODES, WRONG, THERE = (
    "positive_data_acceptance",
    "response_schema_conformance",
    "status_code_conformance",
    "negative_data_rejection",
    "ensure_resource_availability",
)
# Which description, method and path; the check that does not apply; why.
EXPLAINED = [
    ("ours", "POST", "/clients/onboarding-link", THERE, "the client may have been deleted by another request"),
    ("ours", "POST", "/clients", RULES, "an external reference is given once (409)"),
    ("ours", "GET", "/clients/onboarding-link/status", THERE, "a client has a link once one was made for it"),
    ("ours", "POST", "/drafts", RULES, "a number is calculated with: at most 40 digits, 30 of them decimals"),
    ("ours", "PUT", "/drafts/{draft_id}", RULES, "the same"),
    ("ours", "POST", "/drafts/validate-data", RULES, "the same"),
    ("ours", "POST", "/drafts/{draft_id}/validate", RULES, "a draft becomes an invoice if the rules let it"),
    ("ours", "POST", "/invoicing/files/submit", RULES, "a file is an invoice by its content"),
    ("ours", "POST", "/lifecycle-events", RULES, "a status is set by who may, of an invoice that may have it"),
    ("ours", "POST", "/mandates", RULES, "check digits, scopes, and one mandate for a line at a time"),
    ("ours", "POST", "/mandates/batch", RULES, "the same"),
    ("ours", "POST", "/reporting/b2c-transactions", RULES, "no schema says two decimals of a binary fraction"),
    ("ours", "POST", "/reporting/exempt-invoices", RULES, "an invoice of one's own, to or from that country"),
    ("ours", "POST", "/reporting/payments", RULES, "money is received for an invoice that was reported"),
    ("ours", "PUT", "/settings/periodicity", RULES, "a regime implies how often is reported"),
    ("ours", "POST", "/webhooks", RULES, "one webhook a sponsor, and only where calls may go"),
    ("flow", "POST", "/v1/flows", RULES, "a checksum is that of the file"),
    ("flow", "POST", "/v1/flows/search", RULES, "a cursor is one that we gave"),
    ("flow", "POST", "/v1/webhooks", RULES, "calls go only where they may"),
    ("flow", "GET", "/v1/flows/{flowId}", SHAPE, "ReasonCode is oneOf an enumeration and any text: both match"),
    ("flow", "POST", "/v1/flows/search", SHAPE, "the same"),
    ("flow", "GET", "/v1/healthcheck", CODES, "asks for a token and documents no 401"),
    ("flow", "GET", "/v1/healthcheck", WRONG, "documents no answer to a Request-Id that is none"),
    ("directory", "GET", "/v1/healthcheck", CODES, "asks for a token and documents no 401"),
    ("directory", "GET", "/v1/directory-line/code:{addressing-identifier}", SHAPE, "Disabled is longer than 7 letters"),
    ("directory", "GET", "/v1/directory-line/code:{addressing-identifier}", WRONG, "an empty list is `include=`"),
    ("directory", "POST", "/v1/directory-line/search", SHAPE, "so has Upcoming: both are published as 7 at most"),
]


def settings(which: str) -> str:
    """The configuration that leaves out what is explained."""
    by_place: dict[tuple[str, str], list[str]] = {}
    for name, method, path, check, _ in EXPLAINED:
        if name == which:
            by_place.setdefault((method, path), []).append(check)
    return "".join(
        f'[[operations]]\ninclude-method = "{method}"\ninclude-path = "{path}"\n'
        + "".join(f"checks.{check}.enabled = false\n" for check in checks)
        for (method, path), checks in by_place.items()
    )


def main() -> int:
    """Ask, and tell what was answered otherwise than described."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=20, help="random requests for each operation")
    parser.add_argument("--seed", type=int, help="of the random requests, to ask the same again")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--only", choices=["ours", "flow", "directory"])
    parser.add_argument("--program", default="schemathesis", help="which, where it is not on the path")
    parser.add_argument("--published", type=Path, default=Path("../shared/artefacts/afnor-xp-z12-013"))
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder, Sandbox(folder=Path(folder) / "box", processes=True) as box:
        platform = box.platforms[0]
        form = {"grant_type": "client_credentials", **platform.oauth}
        token = httpx.post(f"{platform.url}/oauth2/token", data=form, timeout=60).json()["access_token"]
        bearer = {"Authorization": f"Bearer {token}"}
        ours = {"Authorization": platform.sponsor_token, "X-PDP-Client-Id": platform.clients[1].client_id}
        description = Path(folder) / "ours.json"
        description.write_text(httpx.get(f"{platform.url}/api/openapi.json", timeout=60).text, encoding="utf-8")
        for which, file, prefix, headers in (
            ("ours", description, "api", ours),
            ("flow", options.published / "flow-service-1.3.0.json", "afnor-flow", bearer),
            ("directory", options.published / "directory-service-1.3.0.json", "afnor-directory", bearer),
        ):
            if options.only not in (None, which):
                continue
            if not file.exists():
                print(f"{which}: {file} is not there")
                continue
            kept = Path(folder) / f"{which}.toml"
            kept.write_text(settings(which), encoding="utf-8")
            command = [
                str(Path(shutil.which(options.program) or options.program).absolute()),
                "--config-file",
                str(kept),
                "run",
                str(file.resolve()),
                "--no-color",
            ]
            command += ["--url", f"{platform.url}/{prefix}", "--max-examples", str(options.examples)]
            command += ["--phases", options.phases, "--continue-on-failure", "--warnings", "off"]
            if options.seed is not None:
                command += ["--seed", str(options.seed)]
            for name, value in headers.items():
                command += ["--header", f"{name}: {value}"]
            done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)  # noqa: S603 - as given
            lines = done.stdout.splitlines()
            cases = next((line.strip() for line in lines if " generated" in line), "nothing was asked")
            left = sum(name == which for name, *_ in EXPLAINED)
            print(f"{which}: {cases}; {left} checks of operations left out, each explained", flush=True)
            if done.returncode:
                failed = True
                print("\n".join(line[:800] for line in lines)[-20_000:], done.stderr[-2_000:])
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
