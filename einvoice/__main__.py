"""`python -m einvoice`, and the program `einvoice`: the command line, which Ctrl-C ends in silence, at any time."""

from __future__ import annotations

import gc
import sys
from importlib import import_module


def main() -> int:
    """The program, loaded while the garbage collector rests: what loading makes stays, and is never swept."""
    try:
        gc.disable()
        program = import_module("einvoice.cli")
        gc.freeze()
        gc.enable()
        status: int = program.main()
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
