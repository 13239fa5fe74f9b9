"""A sample of `make large`: what lines and attachments cost in memory, beside lxml's own tree and the document."""

from __future__ import annotations

from pathlib import Path

import pytest
from programs import output_of


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux alone")
def test_lines_and_attachments_stay_within_their_bounds():
    """Ten thousand lines: three times lxml's tree; twenty megabytes of a file: four times the document."""
    printed = output_of("large_documents.py", "--lines", "10000", "--megabytes", "20")
    assert printed.count("aim") == 2
