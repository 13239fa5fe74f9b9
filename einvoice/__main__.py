"""`python -m einvoice`: the command line."""

from __future__ import annotations

import gc
import sys
from importlib import import_module


def main() -> int:
    """The program, loaded while the garbage collector rests: what loading makes stays."""
    gc.disable()
    program = import_module("einvoice.cli")
    gc.enable()
    status: int = program.main()
    return status


if __name__ == "__main__":
    sys.exit(main())
