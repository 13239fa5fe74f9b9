"""The official rules, run in-process: published Schematron in, findings out."""
