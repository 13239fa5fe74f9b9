import subprocess
import sys
from pathlib import Path

import einvoice.document  # noqa: F401 - one with an assertion

TESTS = """
import pytest
from helper import check

def test_nothing():
    len("abc")

def test_in_a_loop_over_nothing():
    for each in ():
        assert each

def test_assert():
    assert len("abc") == 3

def test_assert_after_another_test():
    assert len("abc") == 3

def test_in_a_helper():
    check(3)

def test_raises():
    with pytest.raises(ValueError, match="x"):
        int("x")

def test_skipped():
    pytest.skip("why")
"""


def test_a_test_without_an_assertion_fails(tmp_path):
    """A test that executes no assertion fails; one in a helper counts, and so does the exception that is awaited."""
    (tmp_path / "conftest.py").write_bytes((Path(__file__).parent / "conftest.py").read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\nenable_assertion_pass_hook = true\n")
    (tmp_path / "helper.py").write_text("def check(value):\n    assert value == 3\n")
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-rf", str(tmp_path)]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)  # noqa: S603
    assert "2 failed, 4 passed, 1 skipped" in run.stdout
    assert "test_it.py::test_nothing executed no assertion" in run.stdout
    assert "test_it.py::test_in_a_loop_over_nothing executed no assertion" in run.stdout


def test_the_product_is_tested_as_it_is():
    """Pytest leaves its assertions alone, though the package brings it a plugin."""
    for name in [each for each in sys.modules if each.partition(".")[0] == "einvoice"]:
        assert not hasattr(sys.modules[name], "@pytest_ar"), name
    assert "einvoice.document" in sys.modules
