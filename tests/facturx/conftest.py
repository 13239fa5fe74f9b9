"""What several tests of PDFs share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from folders import SHARED

sys.path.insert(0, str(Path(__file__).parent))  # samples and faulty are modules of these tests

CORPUS = SHARED / "corpus"


@pytest.fixture(scope="session")
def corpus():
    """The folder of public documents, which is not part of the repository."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus is not at {CORPUS}")
    return CORPUS
