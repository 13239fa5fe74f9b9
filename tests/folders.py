"""Where things lie: the repository, its fixtures, and what lies beside it and is not of it (`../shared`)."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
SHARED = ROOT.parent / "shared"  # official artefacts, documents of others: tests that need them skip without
