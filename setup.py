"""Where the packages lie: as everywhere, but for the rule sets, whose folder in the repository is `schematron/`."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["einvoice*"]), "einvoice.rulesets", "einvoice.view.data", "einvoice.view.fonts"],
    package_dir={"einvoice.rulesets": "schematron"},
)
