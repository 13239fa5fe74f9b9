"""`python -m einvoice`: the command line."""

from __future__ import annotations

import sys

from einvoice.cli import main

if __name__ == "__main__":
    sys.exit(main())
