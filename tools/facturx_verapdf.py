"""veraPDF and Mustang as judges of the PDFs that einvoice makes.

    python tools/facturx_verapdf.py given FOLDER_OR_PDF...      # what others made, as it claims to be
    python tools/facturx_verapdf.py ours                        # our view of every fixture, in every profile
    python tools/facturx_verapdf.py into FOLDER_OR_PDF...       # a fixture put into PDFs of any maker
    python tools/facturx_verapdf.py convert FOLDER_OR_PDF...    # PDFs of any maker, converted, and compared by pixels
    python tools/facturx_verapdf.py faults                      # each rule of ours beside veraPDF's verdict

Add `--mustang` to ask Mustang too. Java and Maven have to be there; the judges are fetched from Maven Central into
`--cache` (outside the repository) and never shipped. Pages are compared where pdftoppm is installed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from einvoice.draft import Draft
from einvoice.errors import Unreadable, Unwritable
from einvoice.facturx.build import make_facturx
from einvoice.facturx.demands import lacking
from einvoice.pdfa import convert_to_pdfa3, preflight
from einvoice.profiles import FACTURX_PROFILES

ROOT = Path(__file__).parents[1]
JUDGE = Path(__file__).parent / "facturx_judge"
DATE = datetime(2026, 9, 2, 10, 15, tzinfo=UTC)
MIRROR = """<settings><mirrors><mirror><id>central-only</id><mirrorOf>*</mirrorOf>
<url>https://repo.maven.apache.org/maven2</url></mirror></mirrors></settings>"""

# Where our verdict is not veraPDF's, and why ours stands.
KNOWN = {
    "JavaScript by name": "veraPDF does not look into the name tree of scripts; ISO 19005-3 §6.5.1 forbids them",
    "pages that cannot be read": "a comment within a reference: right, but pypdf does not read it, so it is not judged",
    "PDF-A-2": "a good PDF/A-2, which veraPDF judges as one; it may not hold an invoice",
}


@dataclass(frozen=True)
class Verdict:
    """What a judge says of a file."""

    judge: str
    file: Path
    status: str
    flavour: str
    reason: str


def main() -> int:
    """Run one of the tasks; 0 where every verdict is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("given", "ours", "into", "convert", "faults"))
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--mustang", action="store_true")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "einvoice-judges")
    options = parser.parse_args()
    if ROOT in options.cache.resolve().parents:
        parser.error("the cache has to be outside the repository")
    if not (shutil.which("java") and shutil.which("mvn")):
        print("skipped: java or mvn is not installed")
        return 0
    classes = fetched(options.cache)
    with tempfile.TemporaryDirectory() as folder:
        task = {"given": given, "ours": ours, "into": into, "convert": converted, "faults": faults}[options.task]
        files, expected = task(options.paths, Path(folder))
        verdicts = list(judged(classes, files, mustang=options.mustang))
        return told(verdicts, expected)


def fetched(cache: Path) -> str:
    """The class path of the judges; Maven fetches them once."""
    cache.mkdir(parents=True, exist_ok=True)
    listing, settings = cache / "classpath.txt", cache / "settings.xml"
    settings.write_text(MIRROR, encoding="utf-8")
    if not listing.exists():
        command = ["mvn", "-B", "-q", "-s", settings, "-f", JUDGE / "pom.xml", f"-Dmaven.repo.local={cache / 'maven'}"]
        subprocess.run([*command, "dependency:build-classpath", f"-Dmdep.outputFile={listing}"], check=True)  # noqa: S603
    return listing.read_text(encoding="utf-8").strip()


def judged(classes: str, files: list[Path], *, mustang: bool) -> Iterator[Verdict]:
    """The verdicts, one file after the other."""
    command = ["java", "-cp", classes, str(JUDGE / "Judge.java"), *(["--mustang"] if mustang else []), *map(str, files)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    for line in run.stdout.splitlines():
        judge, file, status, flavour, reason = [*line.split("\t"), "", ""][:5]
        yield Verdict(judge, Path(file), status, flavour, reason)


def told(verdicts: list[Verdict], expected: dict[Path, bool]) -> int:
    """Print what differs from what was expected, and the sums."""
    wrong = 0
    for verdict in verdicts:
        passed = verdict.status in {"passed", "valid"}
        if passed != expected.get(verdict.file, True):
            known = KNOWN.get(verdict.file.stem)
            wrong += known is None
            print(f"{verdict.judge}: {verdict.file.name}: {verdict.status}: {known or verdict.reason[:600]}")
    for judge in sorted({verdict.judge for verdict in verdicts}):
        mine = [verdict for verdict in verdicts if verdict.judge == judge]
        passed = sum(verdict.status in {"passed", "valid"} for verdict in mine)
        flavours = sorted({verdict.flavour for verdict in mine if verdict.status == "passed"})
        print(f"{judge}: passed {passed} of {len(mine)} {' '.join(flavours)}")
    return min(wrong, 1)


def pdfs(paths: Iterable[Path]) -> list[Path]:
    """All PDFs in folders and among files."""
    return [file for path in paths for file in (sorted(path.rglob("*.pdf")) if path.is_dir() else [path])]


def given(paths: list[Path], _: Path) -> tuple[list[Path], dict[Path, bool]]:
    """Files as they are; our preflight says what is expected."""
    files = pdfs(paths)
    return files, {file: not preflight(file.read_bytes()) for file in files}


def ours(_: list[Path], folder: Path) -> tuple[list[Path], dict[Path, bool]]:
    """A Factur-X of each fixture in each profile, around our own view."""
    files = []
    for path in sorted((ROOT / "fixtures" / "drafts").glob("*.json")):
        invoice = Draft.model_validate_json(path.read_text(encoding="utf-8")).complete()
        for profile in FACTURX_PROFILES:
            if not lacking(invoice, profile.name):
                file = folder / f"{path.stem}_{profile.name}.pdf"
                file.write_bytes(make_facturx(invoice, profile=profile.name, date=DATE).pdf)
                files.append(file)
    return files, {}


def into(paths: list[Path], folder: Path) -> tuple[list[Path], dict[Path, bool]]:
    """An invoice put into PDFs of others; those that cannot take it are listed."""
    invoice = Draft.model_validate_json((ROOT / "fixtures" / "drafts" / "services.json").read_text("utf-8")).complete()
    files = []
    for number, path in enumerate(pdfs(paths)):
        profile = FACTURX_PROFILES[number % len(FACTURX_PROFILES)].name
        try:
            made = make_facturx(invoice, profile=profile, pdf=path.read_bytes(), date=DATE)
        except (Unwritable, Unreadable) as error:
            print(f"refused: {path.name}: {error}")
            continue
        files.append(folder / f"{number:03}_{profile}_{path.name}")
        files[-1].write_bytes(made.pdf)
    return files, {}


def converted(paths: list[Path], folder: Path) -> tuple[list[Path], dict[Path, bool]]:
    """PDFs of others, converted; those that are refused are listed, and pages are compared."""
    files, pages, changed = [], 0, 0
    for number, path in enumerate(pdfs(paths)):
        try:
            result = convert_to_pdfa3(path.read_bytes(), date=DATE)
        except (Unwritable, Unreadable) as error:
            broken = getattr(error, "broken", ())
            print(f"refused: {path.name}: {'; '.join(f'{e.fault.name} {e.places}' for e in broken) or error}")
            continue
        file = folder / f"{number:03}_{path.name}"
        file.write_bytes(result.pdf)
        files.append(file)
        count, different = compared(path, file, folder / "pages")
        pages, changed = pages + count, changed + different
    print(f"pages compared: {pages}, with a different pixel: {changed}")
    return files, {}


def compared(before: Path, after: Path, folder: Path) -> tuple[int, int]:
    """How many pages there are, and how many look different."""
    if not shutil.which("pdftoppm"):
        return 0, 0
    folder.mkdir(exist_ok=True)
    for name, file in (("before", before), ("after", after)):
        subprocess.run(["pdftoppm", "-r", "60", str(file), str(folder / name)], check=True, capture_output=True)  # noqa: S603, S607
    pictures = sorted(folder.glob("before*"))
    different = sum(
        picture.read_bytes() != (folder / picture.name.replace("before", "after")).read_bytes() for picture in pictures
    )
    shutil.rmtree(folder)
    return len(pictures), different


def faults(_: list[Path], folder: Path) -> tuple[list[Path], dict[Path, bool]]:
    """One PDF for each thing that PDF/A-3 forbids, which both have to refuse; and each repaired, which both pass."""
    sys.path.insert(0, str(ROOT / "tests" / "facturx"))
    from faulty import FAULTS  # noqa: PLC0415 - a module of the tests

    files, expected = [], {}
    for fault in FAULTS:
        file = folder / f"{fault.name.replace('/', '-')}.pdf"
        file.write_bytes(fault.data)
        files.append(file)
        expected[file] = False
        try:
            repaired = convert_to_pdfa3(fault.data, date=DATE)
        except Unwritable:
            continue
        file = folder / f"{fault.name.replace('/', '-')} repaired.pdf"
        file.write_bytes(repaired.pdf)
        files.append(file)
    return files, expected


if __name__ == "__main__":
    sys.exit(main())
