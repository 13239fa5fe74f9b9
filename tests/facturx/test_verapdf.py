"""veraPDF, where it is: the judge that platforms use, on what einvoice makes."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import faulty
import pytest
import samples as s
from folders import ROOT

from einvoice.facturx.embed import embed
from einvoice.model import SupportingDocument
from einvoice.pdfa import REPAIRED, Fault, convert_to_pdfa3
from einvoice.profiles import FACTURX_PROFILES

TOOL = ROOT / "tools" / "facturx_verapdf.py"
CLASSES = Path.home() / ".cache" / "einvoice-judges" / "classpath.txt"


@pytest.fixture(scope="module")
def tool():
    """The script that runs the judges; the test never fetches them."""
    if not shutil.which("java"):
        pytest.skip("java is not installed")
    if not CLASSES.exists():
        pytest.skip("veraPDF is not fetched: run `python tools/facturx_verapdf.py faults` once")
    specification = importlib.util.spec_from_file_location("facturx_verapdf", TOOL)
    module = importlib.util.module_from_spec(specification)
    sys.modules["facturx_verapdf"] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


def test_verapdf_passes_what_is_made_and_refuses_what_is_faulty(tool, tmp_path):
    """Every profile with an attachment, and a repaired PDF of each kind, is a PDF/A-3; faulty ones are not."""
    document = SupportingDocument(filename="a.txt", mime_code="text/plain", attached_document=b"x")
    made = {
        profile.name: embed(
            s.pdf(s.archival()), s.cii(profile.identifier), profile=profile.name, date=s.DATE, attachments=[document]
        )
        for profile in FACTURX_PROFILES
    }
    repairable = [fault for fault in faulty.FAULTS if Fault(fault.rule) in REPAIRED][::12]
    made |= {f"{fault.name} repaired": convert_to_pdfa3(fault.data, date=s.DATE).pdf for fault in repairable}
    broken = {fault.name: fault.data for fault in faulty.FAULTS[::30]}
    for name, data in (made | broken).items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    classes = CLASSES.read_text(encoding="utf-8").strip()
    verdicts = {
        verdict.file.stem: verdict.status
        for verdict in tool.judged(classes, sorted(tmp_path.glob("*.pdf")), mustang=False)
    }
    assert {name for name, status in verdicts.items() if status == "passed"} - set(tool.KNOWN) == set(made)
