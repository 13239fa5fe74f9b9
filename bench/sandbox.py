"""Starting a sandbox with warm rules, beside importing what it stands on, in processor time.

    python bench/sandbox.py [--rounds 5]

The aim is less than two seconds from nothing to two platforms and a portal that answer.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

FLOOR = "import fastapi, sqlalchemy, lxml.etree, pydantic"
SANDBOX = "from einvoice_server import Sandbox\nwith Sandbox(): pass"


def seconds(script: str, rounds: int) -> float:
    """The least processor time of a fresh Python that runs the script."""
    timed = f"{script}\nimport time\nprint(time.process_time())"
    command = (sys.executable, "-c", timed)
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, timeout=300) for _ in range(rounds)]  # noqa: S603 - ours
    return min(float(run.stdout) for run in runs)


def main() -> None:
    """Print both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    seconds(SANDBOX, 1)  # warm the rules
    floor, ours = seconds(FLOOR, rounds), seconds(SANDBOX, rounds)
    print(f"imports {floor:.2f} s   sandbox {ours:.2f} s   {ours / floor:.1f} times   (aim: 2 s)")


if __name__ == "__main__":
    main()
