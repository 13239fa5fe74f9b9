"""Compiled rule sets on disk: compiling takes a second, loading a few milliseconds.

    rules = load(sha256, lambda: read_rules(name, content, open_document), Path("~/.cache/einvoice").expanduser())

A cache may cost time but never change a verdict. A file is named after the artefact, the sources of this package and
the version of Python, so it cannot be stale; it begins with the digest of its content, so it cannot be half a file; it
is written beside its place and moved there, so that processes may start at the same time. Whatever is wrong with the
folder or a file, the rules are compiled instead.

What is kept is Python code, and loading it runs it. So the folder is made for its owner alone (mode 0700), and on POSIX
a file or folder that belongs to another user, or that others may write to, is not used. Who can write to your cache
folder can already run programs as you; nobody else gains anything.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import marshal
import os
import re
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from einvoice.schematron.engine import CompiledRules
from einvoice.schematron.program import Program
from einvoice.schematron.rules import RuleSet

_KEY = re.compile(r"[0-9A-Za-z_-]{1,100}").fullmatch
_DIGEST = 32  # bytes of a sha256


def compile_rules(rules: RuleSet) -> CompiledRules:
    """Compile a rule set; nothing is read or written.

    Raises RuleError, naming file, line and construct, for anything that is not understood.
    """
    return CompiledRules(_compiled(rules))


def load(key: str, make: Callable[[], RuleSet], folder: Path | None) -> CompiledRules:
    """The compiled rules of an artefact, from the cache if they are there.

    `key` is the sha256 of the artefact with its documents, `make` reads the artefact when it has to be compiled,
    `folder` is where compiled rules are kept; None keeps nothing. Raises what `make` raises, and RuleError.
    """
    if _KEY(key) is None:
        raise ValueError(f"not a key for a file name: {key!r}")
    version = _version()
    if folder is None or version is None:
        return compile_rules(make())
    path = folder / f"{key}-{version}.rules"
    program = _read(path)
    if program is None:
        program = _compiled(make())
        _write(path, program)
    return CompiledRules(program)


def _compiled(rules: RuleSet) -> Program:
    from einvoice.schematron.generate import make_program  # noqa: PLC0415  what is in the cache needs no compiler

    return make_program(rules)


@functools.cache
def _version() -> str | None:
    """What compiled code depends on besides the artefact: this package's sources and Python's bytecode."""
    digest = hashlib.sha256(importlib.util.MAGIC_NUMBER)
    home = Path(__file__).parent
    try:
        for source in sorted(home.rglob("*.py")):
            digest.update(source.relative_to(home).as_posix().encode() + b"\0" + source.read_bytes())
    except OSError:
        return None  # the sources cannot be read (a frozen program): nothing tells an old file from a new one
    return digest.hexdigest()[:16]


def _read(path: Path) -> Program | None:
    try:
        with path.open("rb") as file:
            if not (_ours(os.fstat(file.fileno())) and _ours(path.parent.stat())):
                return None
            content = file.read()
    except OSError:
        return None
    if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    try:
        return Program.from_plain(marshal.loads(content[_DIGEST:]))  # noqa: S302  see above on who can write it
    except (ValueError, TypeError, EOFError):
        return None


def _ours(status: os.stat_result) -> bool:
    """Whether only the user can have written a file (where the system can tell)."""
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _write(path: Path, program: Program) -> None:
    content = marshal.dumps(program.plain())
    with contextlib.suppress(OSError):  # a folder that cannot be written costs time, nothing else
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest() + content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
