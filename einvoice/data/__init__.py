"""What einvoice knows as data, and the one function that reads it.

| file | what |
|---|---|
| `artefacts.toml` | the official artefacts: identity, licence, where to find them, known versions |
| `policy.toml` | which rule sets judge which profile, what makes an invoice French, severities by date |
| `overlays.toml` | known defects of published rules, and what we do about each |
| `messages.tsv` | what a rule means, in French and English, in our own words |
| `xsd_messages.tsv` | the same for what an XML schema refuses |
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_text"]


def data_text(name: str) -> str:
    """The text of a data file of this package."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
