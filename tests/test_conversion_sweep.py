"""Valid invoices through every target: none becomes invalid without a word (`make sweep` takes them all)."""

from __future__ import annotations

import sys

import pytest
from folders import FIXTURES, ROOT, SHARED

CORPUS = SHARED / "corpus"
sys.path.insert(0, str(ROOT / "tools"))

import conversion_sweep  # noqa: E402


def figures(folder, every):
    """What became of each Nth invoice under a folder."""
    return conversion_sweep.sweep(conversion_sweep.invoices(folder)[::every])


def outcomes(done):
    """What became of the conversions, of whatever target."""
    return {outcome for _, outcome in done.results}


def test_our_own_invoices_stay_valid_in_every_target():
    """Each third valid fixture goes to UBL, CII and all profiles of Factur-X, and is valid there."""
    done = figures(FIXTURES / "valid", 3)
    assert (done.crashed, done.untold, done.invalid) == ([], [], [])
    assert outcomes(done) == {"valid"}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the repository")
def test_a_sample_of_the_corpus_stays_valid_or_is_told():
    """What others wrote is valid after conversion, refused with reasons, or said to be invalid."""
    done = figures(CORPUS, 60)
    assert (done.crashed, done.untold) == ([], [])
    assert outcomes(done) <= {"valid", "refused", "not_run", "invalid, told"}
    assert done.sources["valid"] > 0
