"""What all tests share: their caches, the Hypothesis profile, `--update`, and the guard that every test asserts.

`pytest --update` writes the expected outputs anew; the difference is then read by a person.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from _pytest.assertion import util
from _pytest.assertion.rewrite import AssertionRewritingHook
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
CACHE = TESTS.parent / ".cache"

# The tests keep their compiled rules in the repository's own cache folder, so that they leave the user's alone.
# ... and speak French whatever the locale of the machine is, as einvoice does unless told otherwise.
os.environ["EINVOICE_LANG"] = "fr"
os.environ.setdefault("EINVOICE_CACHE", str(CACHE / "einvoice"))

# A busy machine is slow, not wrong: an example may take as long as it takes, and be drawn as slowly as it is. The same
# examples each time, so that a change is told from luck; `--hypothesis-profile long` looks for more, and for others.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("long", settings.get_profile("patient"), max_examples=4_000, derandomize=False)
settings.load_profile("patient")

# pytest keeps the tests' bytecode without noting whether it tells of passed assertions (pyproject.toml), and would take
# what it wrote before it did: hence a folder of its own. Assertions in the helpers beside the tests count as well.
sys.pycache_prefix = str(CACHE / "bytecode")
pytest.register_assert_rewrite(*(file.stem for file in TESTS.rglob("*.py") if not file.stem.startswith("test_")))


# pytest rewrites the assertions of every package that brings it a plugin, as ours does: each of the product's would
# count as a test's, and write out what it looked at.
for finder in sys.meta_path:
    if isinstance(finder, AssertionRewritingHook):
        finder._must_rewrite -= {"einvoice", "einvoice_server"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--update", action="store_true", help="write fixtures/ anew from what the library gives")


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are to be written instead of compared."""
    return bool(request.config.getoption("--update"))


class Executed:
    """How many assertions the test that runs has executed; a process runs one test at a time."""

    running = False  # the test itself, not its fixtures or a plugin around it
    count = 0
    told: Callable[..., Any] | None = None  # what pytest tells of assertions that hold


def _counted(check: Callable[..., Any]) -> Callable[..., Any]:
    """`pytest.raises` or `pytest.warns`, counted: who enters one of them fails unless it holds."""

    @functools.wraps(check)
    def counting(*args: Any, **options: Any) -> Any:
        Executed.count += 1
        return check(*args, **options)

    return counting


pytest.raises = _counted(pytest.raises)
pytest.warns = _counted(pytest.warns)


def pytest_assertion_pass() -> None:
    """Count an assertion that held; pytest calls this because of `enable_assertion_pass_hook`.

    One is enough: pytest writes out the values of each assertion that it tells of, which makes the tests of many
    examples seven times as slow. Should pytest give its switch another name, this line does nothing but cost time.
    """
    if Executed.running:
        Executed.count += 1
        util._assertion_pass = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Tell of no assertion in a fixture: it would not count, and writing out its values takes time."""
    Executed.told, util._assertion_pass = util._assertion_pass, None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a test that ran to its end without an assertion: whatever the code does, it would pass."""
    Executed.running, Executed.count = True, 0
    util._assertion_pass = Executed.told
    try:
        result = yield
    finally:
        Executed.running = False
        util._assertion_pass = None
    if not Executed.count:
        pytest.fail(f"{pyfuncitem.nodeid} executed no assertion", pytrace=False)
    return result


@pytest.fixture
def nothing_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the packages carry, whatever the person who runs the tests has added."""
    (tmp_path / "added").mkdir()
    monkeypatch.setenv("EINVOICE_ARTEFACTS", str(tmp_path / "added"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with a valid and a broken invoice, and a file that is none."""
    from minimal import BROKEN, UBL

    folder = tmp_path / "inbox"
    (folder / "deep").mkdir(parents=True)
    (folder / "good.xml").write_text(UBL, encoding="utf-8")
    (folder / "deep" / "bad.XML").write_bytes(BROKEN)
    (folder / "notes.txt").write_text("not looked at")
    return folder


@pytest.fixture
def french_afterwards() -> Generator[None, None, None]:
    """Whatever a test speaks, the next one hears French."""
    from einvoice.commands.language import speak

    yield
    speak("fr")
