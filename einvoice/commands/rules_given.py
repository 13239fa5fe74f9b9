"""Rules that a user gives with `--schematron`: a file, or a folder or zip file as their publisher hands them out.

    house_rules("house.sch")                            # one rule set
    house_rules("xrechnung-3.0.2-schematron.zip")       # each rule set in it, with what it includes

Of one rule set in several forms (a schema, the same with its parts put in, the stylesheet made of it) one is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from os.path import relpath
from pathlib import Path

from einvoice.artefacts.adding import begins_as_zip, is_of_kind, unpacked
from einvoice.artefacts.installed import needed_files
from einvoice.commands.inputs import STDIN, read_document
from einvoice.errors import Unrecognised
from einvoice.schematron import RuleError
from einvoice.validation.policy import HouseRules

_FORMS = (".sch", ".xsl", ".xslt")  # best first
_WHOLE = "-preprocessed"  # how publishers call a schema with its parts put in


def house_rules(name: str) -> tuple[HouseRules, ...]:
    """The rule sets that a path leads to.

    Raises `OSError` if it leads nowhere, `Unreadable` for an unsafe zip file and `Unrecognised` where no rules are.
    """
    path = Path(name)
    if name == STDIN or not (path.is_dir() or (path.is_file() and begins_as_zip(path))):
        content = read_document(name)
        return (HouseRules(name=name, content=content, beside=() if name == STDIN else _beside(path, path.parent)),)
    with unpacked(path) as folder:
        found = tuple(
            HouseRules(
                name=main.relative_to(folder).as_posix(),
                content=main.read_bytes(),
                beside=_beside(main, folder),
                release=name,
            )
            for main in _mains(folder)
        )
    if not found:
        raise Unrecognised("EI-NO-ADD-11", {"file": name})
    return found


def _mains(folder: Path) -> Iterator[Path]:
    """The rule sets in a folder, each once, without those that others include."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in _FORMS and path.is_file()]
    rules = [path for path in paths if is_of_kind(path, "rules")]
    included = {other for path in rules for other in needed_files(path, "rules", folder)[1:]}
    chosen: dict[str, Path] = {}
    for path in sorted(rules, key=lambda path: (_FORMS.index(path.suffix.lower()), _WHOLE not in path.stem)):
        if path.resolve() not in included:
            chosen.setdefault(path.stem.removesuffix(_WHOLE), path)
    yield from chosen.values()


def _beside(main: Path, folder: Path) -> tuple[tuple[str, bytes], ...]:
    """What a rule set includes or looks up below the folder, each by its path seen from the rule set."""
    with suppress(RuleError, OSError):  # what cannot be read is told by the step that runs them
        files = needed_files(main.resolve(), "rules", folder)[1:]
        start = main.resolve().parent
        return tuple((Path(relpath(each, start)).as_posix(), each.read_bytes()) for each in files)
    return ()
