"""Files are replaced, never overwritten: whoever reads sees the old content or the new one, also after a full disk.

replace_file(Path("invoice.xml"), data)
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path


def replace_file(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write the content, or its pieces, beside the file, make sure that it is on the disk, and put it in its place.

    What is no plain file (a pipe, a terminal, /dev/stdout) is written to as it is; a link leads to its file, and a file
    keeps its permissions. Raises `OSError`, and leaves the old file as it was.
    """
    pieces = (data,) if isinstance(data, bytes) else data
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    target = path.resolve()
    if not target.parent.is_dir():  # say so of the folder that was named, not of the part that would be written there
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path.parent))
    name = ""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        with os.fdopen(handle, "wb") as part:
            part.writelines(pieces)
            part.flush()
            os.fsync(part.fileno())
        Path(name).chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        Path(name).replace(target)
    except BaseException as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # what was asked for, not what stood beside it
        raise


def _umask() -> int:
    mask = os.umask(0o077)  # it cannot be asked without being set
    os.umask(mask)
    return mask
