"""An editor explains what is public: every field of every schema, every name, every method."""

from __future__ import annotations

import builtins
import inspect
import json
import re
from importlib import import_module

import pytest
from folders import ROOT
from pydantic import BaseModel

import einvoice as ei

SCHEMAS = sorted((ROOT / "schemas").glob("*.json"))
IN_SCHEMAS = {"DraftContent"} | {  # whose fields are those of a draft
    name
    for schema in (json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS)
    for name in (schema["title"], *schema.get("$defs", {}))
}
MODULES = (
    "einvoice",
    "einvoice.draft",
    "einvoice.france",
    "einvoice.france.ereporting",
    "einvoice.france.lifecycle",
    "einvoice.pdfa",
    "einvoice.testing",
    "einvoice_server",
)


def objects(schema):
    """The schema and the definitions that it has, by name."""
    yield "", schema
    yield from schema.get("$defs", {}).items()


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_every_field_of_a_schema_is_described(file):
    """The root, each definition, each property: nobody guesses what a name means."""
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema["$id"]
    assert not [name for name, each in objects(schema) if not each.get("description")]
    fields = {
        f"{name}.{key}": field for name, each in objects(schema) for key, field in each.get("properties", {}).items()
    }
    assert len(fields) > 30
    assert not [key for key, field in fields.items() if not field.get("description")]


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_explained(module):
    """Classes, functions, methods and properties have a docstring; fields of models a description."""
    lacking = []
    loaded = import_module(module)
    for name in loaded.__all__:
        of = getattr(loaded, name)
        if not (inspect.isclass(of) or inspect.isfunction(of)):
            continue
        if not inspect.getdoc(of):
            lacking.append(name)
        if inspect.isclass(of) and of.__module__.startswith("einvoice"):
            lacking += [
                f"{name}.{key}"
                for key, member in vars(of).items()
                if not key.startswith("_")
                and (inspect.isfunction(member) or isinstance(member, property))
                and not (member.__doc__ or getattr(member, "func", member).__doc__)
            ]
            if issubclass(of, BaseModel) and name not in IN_SCHEMAS:  # there, the test above looks at the fields
                lacking += [f"{name}.{key}" for key, field in of.model_fields.items() if not field.description]
    assert not lacking


# What follows no standard: words of reports, plain values.
OWN = {"headline", "shown_values", "changes", "summary"}
FUNCTIONS = {
    f"{module}.{name}": getattr(import_module(module), name)
    for module in MODULES
    for name in import_module(module).__all__
    if inspect.isfunction(getattr(import_module(module), name))
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_goes_in_what_it_raises_and_by_which_standard(name):
    """Its docstring names each argument and only errors that there are; it, or its module, gives the source."""
    function = FUNCTIONS[name]
    told, home = inspect.getdoc(function) or "", inspect.getmodule(inspect.unwrap(function))
    assert not [each for each in inspect.signature(function).parameters if not re.search(rf"\b{each}\b", told)]
    raised = re.findall(r"`(?:\w+\.)?([A-Z]\w+)`", told.partition("aises ")[2].partition("\n\n")[0])
    assert not [each for each in raised if not any(hasattr(place, each) for place in (ei, builtins, json, home))]
    if name.rpartition(".")[2] not in OWN and not name.startswith("einvoice.testing."):
        assert "Source" in told or "Source" in (home.__doc__ or "")


@pytest.mark.parametrize("name", ["Draft", "Invoice", "parse", "validate"])
def test_what_holds_amounts_says_their_unit(name):
    """Which currency, with VAT or without, what a rate of 20 is: an ERP maps its fields by this."""
    told = inspect.getdoc(getattr(ei, name))
    assert "currency" in told
    assert name == "validate" or "percent" in told
