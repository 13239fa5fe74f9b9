"""Where the packages lie: as everywhere, but for rule sets and example drafts, which have folders of their own."""

from setuptools import find_packages, setup

ELSEWHERE = {"einvoice.rulesets": "schematron", "einvoice.examples": "fixtures/drafts"}

setup(
    packages=[*find_packages(include=["einvoice*"]), "einvoice.view.data", "einvoice.view.fonts", *ELSEWHERE],
    package_dir=ELSEWHERE,
)
