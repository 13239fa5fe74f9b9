"""The cache of compiled rule sets: it may cost time, it never changes a verdict."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from lxml import etree
from small_rules import check, rule, rule_set

from einvoice.schematron import RuleError, RuleSet, cache, load
from einvoice.schematron.rules import Value

KEY = "0123abcd" * 8
CODES = {"codes.xml": b"<codes><c v='1'/></codes>"}
RULES = rule_set(
    rule("a:x", check("a:y = document('codes.xml')/codes/c/@v", "found ", Value("a:y"), name="A", flag="fatal")),
    rule("a:z | a:w[@q]", check("xs:decimal(.) > 0", name="B")),
    documents=CODES,
)
DOCUMENT = etree.fromstring('<r xmlns="urn:a"><x><y>2</y></x><z>abc</z><w q="1">1</w></r>')


class Maker:
    """Reads the artefact, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> RuleSet:
        """Read it."""
        self.times += 1
        return RULES


def files(folder: Path) -> list[Path]:
    """What is in the cache."""
    return sorted(folder.iterdir())


def test_rules_from_the_cache_judge_as_those_compiled(tmp_path):
    """The second load reads no artefact and gives the same outcome: messages, errors, documents, operands."""
    make = Maker()
    first, second = (load(KEY, make, tmp_path / "cache").check(DOCUMENT) for _ in range(2))
    assert make.times == 1
    assert first == second
    assert [(found.rule, found.kind, found.found, found.expected) for found in first.failures] == [
        ("A", "assert", "2", "1"),
        ("B", "error", None, None),
    ]


def test_another_artefact_has_another_file(tmp_path):
    """The key is the artefact's digest: a changed artefact is compiled anew."""
    make = Maker()
    load(KEY, make, tmp_path)
    load(KEY[::-1], make, tmp_path)
    assert make.times == 2
    assert len(files(tmp_path)) == 2


def test_another_version_of_the_compiler_has_another_file(tmp_path, monkeypatch):
    """What an older compiler or another Python made is never used."""
    make = Maker()
    load(KEY, make, tmp_path)
    monkeypatch.setattr(cache, "_version", lambda: "ffffffffffffffff")
    load(KEY, make, tmp_path)
    assert make.times == 2


def test_without_a_folder_nothing_is_kept(tmp_path):
    """None compiles each time."""
    make = Maker()
    for _ in range(2):
        assert load(KEY, make, None).check(DOCUMENT).fired == 3
    assert make.times == 2
    assert files(tmp_path) == []


def test_without_sources_to_tell_versions_apart_nothing_is_kept(tmp_path, monkeypatch):
    """A frozen program whose sources cannot be read compiles each time."""
    monkeypatch.setattr(cache, "_version", lambda: None)
    load(KEY, Maker(), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda content: content[:100],
        lambda content: content[:-1],
        lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:],
        lambda content: b"\x00" * len(content),
    ],
)
def test_a_damaged_file_only_costs_time(tmp_path, damage):
    """Half a file, a flipped bit, zeros: the rules are compiled again and the file is replaced."""
    make = Maker()
    expected = load(KEY, make, tmp_path).check(DOCUMENT)
    (path,) = files(tmp_path)
    good = path.read_bytes()
    path.write_bytes(damage(good))
    assert load(KEY, make, tmp_path).check(DOCUMENT) == expected
    assert make.times == 2
    assert path.read_bytes()[:32] != damage(good)[:32] or path.read_bytes() != damage(good)
    load(KEY, make, tmp_path)
    assert make.times == 2


def test_a_file_of_something_else_with_a_right_digest_is_not_taken(tmp_path):
    """A file whose digest is right but whose content is none of ours is compiled over."""
    import hashlib
    import marshal

    make = Maker()
    load(KEY, make, tmp_path)
    (path,) = files(tmp_path)
    for other in (marshal.dumps((1, 2)), b"not marshalled", marshal.dumps("text")):
        path.write_bytes(hashlib.sha256(other).digest() + other)
        assert load(KEY, make, tmp_path).check(DOCUMENT).fired == 3


def test_a_folder_that_cannot_be_made_only_costs_time(tmp_path):
    """A file where the folder should be: nothing is kept, the rules run."""
    (tmp_path / "cache").write_text("in the way")
    make = Maker()
    for _ in range(2):
        assert load(KEY, make, tmp_path / "cache").check(DOCUMENT).fired == 3
    assert make.times == 2


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="the superuser can write anywhere")
def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path):
    """A read-only folder: nothing is kept, the rules run."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o500)
    assert load(KEY, Maker(), folder).check(DOCUMENT).fired == 3
    assert files(folder) == []


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system has no owners of files")
def test_the_folder_is_the_owners_alone(tmp_path):
    """Nobody else may write code that we would run."""
    load(KEY, Maker(), tmp_path / "new" / "cache")
    assert (tmp_path / "new" / "cache").stat().st_mode & 0o777 == 0o700
    (path,) = files(tmp_path / "new" / "cache")
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="the system has no owners of files")
@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_others_may_write_is_not_read(tmp_path, place):
    """A file or folder that the group or everybody may write to is passed by."""
    folder, make = tmp_path / "cache", Maker()
    load(KEY, make, folder)
    (path,) = files(folder)
    (path if place == "file" else folder).chmod(0o777)
    load(KEY, make, folder)
    assert make.times == 2


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only the superuser can give files away")
def test_what_belongs_to_another_user_is_not_read(tmp_path):
    """A file of another user is passed by."""
    make = Maker()
    load(KEY, make, tmp_path)
    (path,) = files(tmp_path)
    os.chown(path, 12345, 12345)
    load(KEY, make, tmp_path)
    assert make.times == 2


def test_a_refused_rule_set_leaves_nothing_behind(tmp_path):
    """RuleError comes through, and no file is written."""
    with pytest.raises(RuleError):
        load(KEY, lambda: rule_set(rule("/*", check("id('x')"))), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("key", ["", "../x", "a/b", "a" * 200, "x y", "x\n"])
def test_a_key_is_a_digest_and_no_path(tmp_path, key):
    """A key that could name another file is refused."""
    with pytest.raises(ValueError, match="not a key"):
        load(key, Maker(), tmp_path)


def test_many_threads_may_start_at_once(tmp_path):
    """Each gets rules that work, and one whole file is left."""
    outcomes = []

    def run() -> None:
        outcomes.append(load(KEY, Maker(), tmp_path / "cache").check(DOCUMENT).fired)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [3] * 8
    assert len(files(tmp_path / "cache")) == 1
    never = Maker()
    load(KEY, never, tmp_path / "cache")
    assert never.times == 0


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_cache import DOCUMENT, KEY, Maker
from einvoice.schematron import load
print(load(KEY, Maker(), Path(sys.argv[1])).check(DOCUMENT).fired)
"""


def test_many_processes_may_start_at_once(tmp_path):
    """The first use by several processes at the same time."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "cache"), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)  # noqa: S603  our own script
        for _ in range(4)
    ]
    assert [process.communicate(timeout=600)[0].strip() for process in processes] == [b"3"] * 4
    assert len(files(tmp_path / "cache")) == 1


def test_loading_needs_no_compiler(tmp_path):
    """What is in the cache is loaded without importing parser or translator: starting is quick."""
    load(KEY, Maker(), tmp_path / "cache")
    script = f"""
import sys
from pathlib import Path
from einvoice.schematron import load
load({KEY!r}, None, Path({str(tmp_path / "cache")!r}))
print(sorted(name for name in sys.modules if "parser" in name and "einvoice" in name or "translator" in name))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"
