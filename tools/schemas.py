"""Write `schemas/` anew from the models, or say whether it is up to date.

python tools/schemas.py             # writes
python tools/schemas.py --check     # exit status 1 if a file is not what it should be
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from einvoice.commands.json_schemas import NAMES, json_schema

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"


def main() -> int:
    """Write or check the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    checking = parser.parse_args().check
    stale = 0
    for name in NAMES:
        path = SCHEMAS / f"{name}.schema.json"
        content = json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n"
        if checking and (not path.is_file() or path.read_text(encoding="utf-8") != content):
            stale += 1
            print(f"{path.relative_to(SCHEMAS.parent)} is not up to date: run `make schemas`")
        elif not checking:
            path.write_text(content, encoding="utf-8")
            print(f"wrote {path.relative_to(SCHEMAS.parent)}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
