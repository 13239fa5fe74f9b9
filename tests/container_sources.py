"""What a Dockerfile copies: enough of the repository to install einvoice from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from folders import ROOT

DOCKERFILES = sorted((ROOT / "deploy").glob("*Dockerfile"))


def copy_sources(dockerfile: Path, folder: Path) -> None:
    """Put it into the folder, as the Dockerfile does."""
    copied = re.findall(r"^COPY (.*) \S+$", dockerfile.read_text(encoding="utf-8"), re.MULTILINE)
    for name in " ".join(copied).split():
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, folder / name)
