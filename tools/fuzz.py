"""`make fuzz MINUTES=…`: random damage to real documents, thrown at everything that takes a stranger's bytes.

    python tools/fuzz.py --minutes 10 [--seed 7] [--corpus FOLDER] [--only validate,pdf]

Each execution damages a document (bytes flipped, cut, repeated, joined with another one; in text: tags, numbers and
names exchanged) and hands it to one target. E-reports, lifecycle messages and directory files are among the documents:
`validate` and `read` know each kind by its content. Documented exceptions are fine. Anything else is a crash, and so is
a verdict `valid` of a document with a step that did not run, more than 10 seconds of processor time, or more than
1.5 GB of memory. What crashes, and what reached functions of einvoice that nothing had reached, is kept in the corpus
folder (the user's cache folder unless given) and damaged again in the next run. Exit status 1 after a crash.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from random import Random

import einvoice as ei
from einvoice.artefacts.installed import cache_folder
from einvoice.draft.repairs import fix
from einvoice.errors import EInvoiceError
from einvoice.france.directory_index import DirectoryIndex
from einvoice.schematron import compile_rules, read_rules

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = str(ROOT / "einvoice")
SLOW, LARGE = 10.0, 1_500_000  # seconds of processor time; kB
SEEDS = ("fixtures/valid", "fixtures/broken", "fixtures/drafts", "schematron")
BESIDE = ("../shared/cases", "../shared/corpus", "../shared/artefacts")
MOST_BYTES = 300_000
LOOK = 0.2  # the share of executions in which the functions that are reached are noted
SUFFIXES = {".xml", ".pdf", ".json", ".sch", ".xslt"}
INTERESTING = (
    *(b"0", b"-1", b"NaN", b"1e99", b"9" * 41, b"\x00", b"\xff", b"\xe2\x80\xae"),
    *(b"<!DOCTYPE a>", b"&amp;", b"%PDF-", b"{}", b"[", b"]"),
)


def _validate(data: bytes) -> None:
    report = ei.validate(data)
    for document in report.documents:
        if document.verdict == "valid" and any(step.status != "passed" for step in document.steps):
            raise AssertionError("valid, with a step that did not pass")
        if document.verdict == "not_run" and not any(step.reason for step in document.steps):
            raise AssertionError("not run, without a reason")


def _read(data: bytes) -> None:
    invoice = ei.parse(data)
    ei.render(invoice if isinstance(invoice, ei.Invoice) else data, "html")


def _convert(data: bytes) -> None:
    for target in ("ubl", "cii"):
        ei.convert(data, target, check=False)


def _draft(data: bytes) -> None:
    draft = ei.Draft.model_validate_json(data)
    draft.disagreements()
    for target in ("ubl", "cii"):
        ei.build(draft, target)


def _pdf(data: bytes) -> None:
    ei.extract(data)


def _schematron(data: bytes) -> None:
    compile_rules(read_rules("fuzz.sch", data, _nothing))


def _nothing(name: str) -> bytes:
    raise FileNotFoundError(name)


def _directory(data: bytes) -> None:
    DirectoryIndex.read(io.BytesIO(data))


TARGETS: dict[str, tuple[Callable[[bytes], object], tuple[str, ...]]] = {
    "validate": (_validate, (".xml", ".pdf", ".json")),
    "read": (_read, (".xml", ".pdf")),
    "convert": (_convert, (".xml",)),
    "draft": (_draft, (".json",)),
    "fix": (fix, (".json",)),
    "pdf": (_pdf, (".pdf",)),
    "schematron": (_schematron, (".sch", ".xslt")),
    "directory": (_directory, (".xml",)),
}


class Lines:
    """The lines of einvoice that were reached: what reaches new ones is worth keeping."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self._new = 0

    def _trace(self, frame: object, event: str, _argument: object) -> object:
        code = frame.f_code  # type: ignore[attr-defined]
        if not code.co_filename.startswith(PACKAGE):
            return None
        if event == "call":
            place = code.co_filename, code.co_firstlineno
            if place not in self.seen:
                self.seen.add(place)
                self._new += 1
        return None

    def of(self, run: Callable[[], object]) -> int:
        """How many functions were reached for the first time."""
        self._new = 0
        sys.setprofile(self._trace)  # type: ignore[arg-type]
        try:
            run()
        finally:
            sys.setprofile(None)
        return self._new


def seeds(folders: Iterable[Path]) -> dict[str, list[bytes]]:
    """Documents to begin with, by suffix."""
    found: dict[str, list[bytes]] = {suffix: [] for suffix in SUFFIXES}
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() in SUFFIXES and path.is_file() and path.stat().st_size <= MOST_BYTES:
                found[path.suffix.lower()].append(path.read_bytes())
    return found


def damaged(data: bytes, others: list[bytes], random: Random) -> bytes:
    """The document with one to six changes."""
    made = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        if not made:
            break
        at = random.randrange(len(made))
        end = min(len(made), at + random.choice((1, 2, 8, 64, 1024)))
        match random.randrange(8):
            case 0:
                made[at] ^= 1 << random.randrange(8)
            case 1:
                del made[at:end]
            case 2:
                made[at:at] = made[at:end] * random.choice((1, 2, 50))
            case 3:
                made[at:end] = random.choice(INTERESTING)
            case 4:
                del made[at:]
            case 5:
                other = random.choice(others)
                start = random.randrange(len(other) or 1)
                made[at:end] = other[start : start + (end - at)]
            case 6:
                _exchange(made, rb">[^<>]+<", random)
            case _:
                _exchange(made, rb"</?[\w:.-]+|\"[^\"]*\"|\d+", random)
    return bytes(made[: 4 * MOST_BYTES])


def _exchange(made: bytearray, form: bytes, random: Random) -> None:
    """Two pieces of that form change places."""
    pieces = [found.span() for found in re.finditer(form, made)]
    if len(pieces) > 1:
        one, other = sorted(random.sample(pieces, 2))
        if one[1] <= other[0]:
            first, second = bytes(made[slice(*one)]), bytes(made[slice(*other)])
            made[slice(*other)] = first
            made[slice(*one)] = second


def crash(target: Callable[[bytes], object], data: bytes) -> str | None:
    """What is wrong with how the target takes the data; None if nothing is."""
    started = time.process_time()
    try:
        with suppress(EInvoiceError, ValueError, FileNotFoundError):
            target(data)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
    spent = time.process_time() - started
    if spent > SLOW and not sys.getprofile():  # looking on takes most of the time
        return f"{spent:.0f} s"
    memory = _memory()
    return f"{memory // 1000} MB" if memory > LARGE else None


def _memory() -> int:
    """The largest memory of this process so far, in kB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def main(arguments: list[str] | None = None) -> int:
    """Damage and throw until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--corpus", type=Path, default=(cache_folder() or Path(".cache")) / "fuzz")
    parser.add_argument("--only", default=",".join(TARGETS), help="targets, separated by commas")
    parser.add_argument("--seeds", action="append", type=Path, help="folders of documents (default: ours, ../shared)")
    options = parser.parse_args(arguments)
    options.corpus.mkdir(parents=True, exist_ok=True)
    folders = options.seeds or [ROOT / each for each in (*SEEDS, *BESIDE)]
    documents = seeds([*folders, options.corpus])
    for path in sorted((ROOT / "fixtures" / "valid").glob("*.xml")):  # compile the rules before time counts
        ei.validate(path.read_bytes())
    random, lines = Random(options.seed), Lines()  # noqa: S311 - damage, no secrets
    runs, crashes, kept = Counter[str](), Counter[str](), 0
    end = time.monotonic() + options.minutes * 60
    names = [name for name in options.only.split(",") if any(documents[each] for each in TARGETS[name][1])]
    while time.monotonic() < end:
        name = random.choice(names)
        target, suffixes = TARGETS[name]
        suffix = random.choice([each for each in suffixes if documents[each]])
        data = damaged(random.choice(documents[suffix]), documents[suffix], random)
        fault: list[str | None] = []
        look = random.random() < LOOK
        new = lines.of(lambda: fault.append(crash(target, data))) if look else 0  # noqa: B023 - called at once
        fault = fault or [crash(target, data)]
        runs[name] += 1
        digest = hashlib.sha256(data).hexdigest()[:16]
        if fault[0]:
            crashes[f"{name}: {fault[0]}"] += 1
            (options.corpus / f"crash-{name}-{digest}{suffix}").write_bytes(data)
        elif new and runs.total() > len(names) * 20:
            kept += 1
            documents[suffix].append(data)
            (options.corpus / f"{digest}{suffix}").write_bytes(data)
    print(f"seed {options.seed}: {runs.total()} executions, {len(lines.seen)} functions reached, {kept} kept")
    for name, count in sorted(runs.items()):
        print(f"  {name}: {count}")
    for fault_told, count in crashes.most_common():
        print(f"CRASH ×{count}  {fault_told}")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
