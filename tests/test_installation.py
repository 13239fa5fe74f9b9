"""Beside what people have: a stranger's package of our name, and a PDF library that is too old."""

from __future__ import annotations

import subprocess
import sys

import pytest
from folders import FIXTURES, ROOT

import einvoice as ei
from einvoice import installation
from einvoice.pdfa.library import OldLibrary, check_version


def test_the_version_stands_in_one_place():
    """The package, the command line and the distribution say the same."""
    assert ei.__version__ == installation.VERSION
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'name = "{installation.DISTRIBUTION}"' in project
    assert 'version = { attr = "einvoice.installation.VERSION" }' in project


def test_a_strangers_package_of_our_name_is_refused(tmp_path):
    """The distribution `einvoice` in the same folder is somebody else's: nothing is run beside its files."""
    installation.check(tmp_path)
    (tmp_path / "einvoice_fr-0.2.0.dist-info").mkdir()
    installation.check(tmp_path)
    (tmp_path / "einvoice-0.0.1.dist-info").mkdir()
    with pytest.raises(installation.ForeignPackage, match="pip uninstall einvoice einvoice-fr"):
        installation.check(tmp_path)


def test_the_command_line_says_whose_files_lie_in_our_package(tmp_path):
    """Also where the stranger's `__init__.py` has replaced ours."""
    (tmp_path / "einvoice").symlink_to(ROOT / "einvoice")
    (tmp_path / "einvoice-0.0.1.dist-info").mkdir()
    program = "import sys; sys.path.insert(0, sys.argv[1]); import einvoice"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-S", "-P", "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "is another project" in done.stderr


@pytest.mark.parametrize("version", ["5.4.0", "6.0.0", "7.0.1"])
def test_an_old_pdf_library_is_named(version):
    """What is installed, what is needed, and what to do."""
    with pytest.raises(OldLibrary, match=rf"pypdf {version} is installed; PDFs need pypdf 7\.1 or newer"):
        check_version(version)


def test_xml_is_judged_beside_an_old_pdf_library():
    """A PDF is `not_run` with the reason; an invoice in XML is judged as ever."""
    program = """
import sys, pypdf
pypdf.__version__ = "5.4.0"
import einvoice as ei
xml = ei.validate(open(sys.argv[1], "rb").read())
pdf = ei.validate(b"%PDF-1.7 startxref")
print(xml.verdict, pdf.verdict, pdf.documents[0].steps[0].reason)
"""
    invoice = min((FIXTURES / "valid").glob("*.ubl.xml"))
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", program, str(invoice)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
    )
    assert done.stdout.startswith("valid not_run pypdf 5.4.0 est installé"), done.stderr
