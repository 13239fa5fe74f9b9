"""What is installed: the version, the name of the distribution, and whether somebody else's files lie in our package.

The distribution is `einvoice-fr`; the package that is imported is `einvoice`. The name `einvoice` on the Python Package
Index belongs to another project since 2023, whose one file is `einvoice/__init__.py`: where both are installed, each
overwrites the other's, and what is imported is neither.
"""

from __future__ import annotations

from pathlib import Path

VERSION = "0.2.0"  # the one place where it stands
DISTRIBUTION = "einvoice-fr"
_FOREIGN = "einvoice-*.dist-info"  # our own folder is einvoice_fr-*.dist-info


class ForeignPackage(ImportError):
    """Another distribution has installed its files into our package."""


def check(folder: Path = Path(__file__).parents[1]) -> None:
    """Raise `ForeignPackage` where the distribution `einvoice`, which is not ours, is installed in the same folder."""
    if any(folder.glob(_FOREIGN)):
        raise ForeignPackage(
            "the distribution 'einvoice' is another project, and its files lie in the same folder as those of "
            f"'{DISTRIBUTION}'. Remove both, then install ours again: pip uninstall einvoice {DISTRIBUTION}"
        )
