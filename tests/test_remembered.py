"""What is found out once is not found out again: from one document, one line, one number to the next."""

from __future__ import annotations

import pytest
from folders import FIXTURES

import einvoice as ei
from einvoice.binding import planning
from einvoice.document import Document
from einvoice.identifiers import Kind
from einvoice.schematron import RuleTree
from einvoice.validation import steps
from einvoice.validation.policy import Policy
from einvoice.validation.task import Task
from einvoice.xml import parse_xml

_XML = b"<Invoice><Line><ID>1</ID></Line><Line><ID>2</ID></Line></Invoice>"
_INVOICE = FIXTURES / "valid" / "allowances-and-charges.ubl.xml"


def test_a_kind_of_way_is_the_same_in_the_next_document():
    """What rules are for an element follows from the tags above it, whichever document it stands in."""
    one, other = (RuleTree(parse_xml(_XML)).ways for _ in range(2))
    assert [way.kind.key for way in one.values()] == ["", "/Line", "/Line/ID"]
    assert all(way.kind is other[key].kind for key, way in one.items())


def test_nodes_are_asked_for_their_key_once():
    """Rule after rule picks lines by another category; what their category is, is found out once."""
    tree = RuleTree(parse_xml(_XML))
    asked = []

    def key(document, node):
        asked.append(node)
        return [document.text[node]]

    nodes = tree.named("ID")
    assert [list(tree.having(key, nodes, text)) for text in ("2", "1", "3")] == [[nodes[1]], [nodes[0]], []]
    assert asked == list(nodes)


@pytest.mark.parametrize(("number", "times"), [("732829320", 1), ("7" * 100, 3)])
def test_a_number_is_checked_once(number, times):
    """The same parties trade again and again; a text too long for a number is not kept."""
    checked = []
    kind = Kind("number", str.strip, str.strip, checked.append)
    for _ in range(3):
        assert kind.fault(number) is None
    assert checked == [number] * times


def test_lines_that_are_alike_are_written_by_one_plan(monkeypatch):
    """How many rows the writer looks at for the first time does not grow with the lines."""
    invoice = ei.parse(_INVOICE.read_bytes())
    looked = []
    needed = planning._is_needed
    monkeypatch.setattr(planning, "_is_needed", lambda *given: looked.append(1) or needed(*given))
    counts = []
    for times in (1, 5):
        planning.planned.cache_clear()
        looked.clear()
        ei.build(invoice.model_copy(update={"lines": invoice.lines[:1] * times}), "ubl")
        counts.append(len(looked))
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("large", [False, True])
def test_the_elements_of_a_document_are_held_while_it_is_validated(large, monkeypatch):
    """Each walk finds the elements that the one before it made; those of a very large document are not all held."""
    if large:
        monkeypatch.setattr(steps, "_LARGE", 0)
    task = Task(Document(_INVOICE.read_bytes()), Policy())
    steps.parse(task)
    assert bool(task.held) is not large
