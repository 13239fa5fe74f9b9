"""What a project says once instead of on each command line: `[tool.einvoice]` in pyproject.toml, or einvoice.toml.

    [tool.einvoice]
    rules = "fr"
    direction = "receiving"
    fail-on = "warning"
    schematron = ["rules/house.sch"]            # beside the file that names it

    [tool.einvoice.ignore]
    BR-FR-05 = "our buyers are public bodies"   # a rule that only informs here, and why

The nearest file above the current folder counts, as with other tools; `--config` names another one. What the command
line says goes before it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from einvoice.commands.language import said
from einvoice.commands.output import WrongUsage
from einvoice.commands.parsing import nearest
from einvoice.report import Severity

CHOICES: Mapping[str, tuple[str, ...]] = {  # of options of `validate`, on the command line too
    "direction": ("sending", "receiving"),
    "rules": ("auto", "en16931", "fr"),
    "engine": ("auto", "compiled", "saxon", "both"),
    "overlay": ("off", "hint", "apply"),
    "report-severity": ("error", "warning", "information"),
    "fail-on": ("error", "warning", "information"),
    "public-buyer": ("yes", "no"),
    "show": ("all", "failures"),
}
_PLACE = re.compile(r"line (\d+), column (\d+)")  # in what Python's reader of TOML says, in English
SEVERITIES: Mapping[Severity, int] = {"information": 0, "warning": 1, "error": 2}


def configured(chosen: str | None, folder: Path) -> dict[str, Any]:
    """The settings by the name of the option (`report_severity`), and `ignore`; {} where no file has any.

    Raises `WrongUsage` for a name or value that is none, `OSError` where the chosen file cannot be read.
    """
    path = Path(chosen) if chosen else _nearest(folder)
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except UnicodeDecodeError:
        raise WrongUsage(said("{path}: this is not TOML, which is written in UTF-8", path=path)) from None
    except tomllib.TOMLDecodeError as error:
        at = _PLACE.search(str(error))
        last = text.splitlines() or [""]  # where it does not say the place, it is the end
        line, column = at.groups() if at else (len(last), len(last[-1]) + 1)
        raise WrongUsage(
            said("{path}: this is not TOML (line {line}, column {column})", path=path, line=line, column=column)
        ) from None
    table: Any = found
    for name in ("tool", "einvoice") if path.name == "pyproject.toml" else ():
        table = table.get(name, {})
        if not isinstance(table, dict):
            raise _wrong(path, name, table, "[tool.einvoice]")
    return {name.replace("-", "_"): _checked(path, name, value) for name, value in table.items()}


def _nearest(folder: Path) -> Path | None:
    """The first einvoice.toml, or pyproject.toml that speaks of us, from here upwards."""
    for each in (folder, *folder.parents):
        if (own := each / "einvoice.toml").is_file():
            return own
        if (shared := each / "pyproject.toml").is_file() and "[tool.einvoice" in shared.read_text("utf-8", "replace"):
            return shared
    return None


def _checked(path: Path, name: str, value: Any) -> Any:
    if name in CHOICES:
        if value not in CHOICES[name]:
            raise _wrong(path, name, value, ", ".join(CHOICES[name]) + nearest(str(value), CHOICES[name]))
        return value
    kind, expected, made = _OTHERS.get(name, (None, "", None))
    if kind is None or made is None:
        known = sorted((*CHOICES, *_OTHERS))
        told = said(
            "{path}: unknown setting {name!r}; expected one of {known}", path=path, name=name, known=", ".join(known)
        )
        raise WrongUsage(told + nearest(name, known))
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise _wrong(path, name, value, said(expected))
    try:
        return made(path, value)
    except ValueError:
        raise _wrong(path, name, value, said(expected)) from None


def _wrong(path: Path, name: str, value: Any, expected: str) -> WrongUsage:
    return WrongUsage(
        said("{path}: {name} is {value!r}; expected {expected}", path=path, name=name, value=value, expected=expected)
    )


def _files(path: Path, names: list[Any]) -> list[str]:
    if not all(isinstance(name, str) for name in names):
        raise ValueError
    return [str(path.parent / name) for name in names]


def _reasons(_: Path, rules: dict[str, Any]) -> dict[str, str]:
    if not all(isinstance(reason, str) and reason.strip() for reason in rules.values()):
        raise ValueError
    return rules


def _natural(_: Path, value: int) -> int:
    if value < 0:
        raise ValueError
    return value


def _positive(_: Path, value: float) -> float:
    if value <= 0:
        raise ValueError
    return float(value)


def _day(_: Path, value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


_OTHERS: Mapping[str, tuple[Any, str, Callable[[Path, Any], Any]]] = {
    "date": ((date, str), "YYYY-MM-DD", _day),
    "ignore": (dict, '{ "BR-FR-05" = "why" }', _reasons),
    "jobs": (int, "0, 1, 2, …", _natural),
    "schematron": (list, '["rules.sch"]', _files),
    "skip-unknown": (bool, "true, false", lambda _, value: value),
    "time-limit": ((int, float), "60", _positive),
}
