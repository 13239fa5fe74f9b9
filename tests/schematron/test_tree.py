"""The tree as numbered columns, held against lxml's own XPath."""

from __future__ import annotations

import gc

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from einvoice.schematron.tree import Tree

EXAMPLE = """<a:r xmlns:a="urn:a" xmlns="urn:b" id="1" a:x="2"><!--c-->
<line>one</line><a:line n="1">two<b/>tail</a:line><?pi x?><line/><e><![CDATA[<&>]]></e></a:r>"""


def small_trees() -> st.SearchStrategy[str]:
    """Documents of a few elements with few names, so that names repeat."""
    names = st.sampled_from(["a", "b", "c"])
    leaves = st.builds(lambda name, text: f"<{name}>{text}</{name}>", names, st.sampled_from(["", "x", " "]))

    def inner(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        attributes = st.sampled_from(["", " n='1'", " n='1' m='2'"])
        return st.builds(
            lambda name, at, inside: f"<{name}{at}>{''.join(inside)}</{name}>",
            names,
            attributes,
            st.lists(st.one_of(children, st.sampled_from(["<!--x-->", "<?p i?>", "t"])), max_size=4),
        )

    return st.builds(lambda inside: f"<r>{''.join(inside)}</r>", st.lists(st.recursive(leaves, inner, max_leaves=12)))


def nodes_by_element(tree: Tree, root: etree._Element) -> dict[etree._Element, int]:
    """The number of each element."""
    numbers = [node for node in range(1, len(tree.tag)) if tree.tag[node][0] != "@"]
    return dict(zip(root.iter("*"), numbers, strict=True))


def test_nodes_are_numbered_in_document_order():
    """The document node, elements, and attributes after their element."""
    tree = Tree(etree.fromstring(EXAMPLE))
    assert tree.tag == [
        "", "{urn:a}r", "@id", "@{urn:a}x", "{urn:b}line", "{urn:a}line", "@n", "{urn:b}b", "{urn:b}line", "{urn:b}e",
    ]  # fmt: skip
    assert tree.up == [-1, 0, 1, 1, 1, 1, 5, 5, 1, 1]
    assert tree.text[4] == "one"
    assert tree.text[5] is None
    assert tree.text[9] == "<&>"
    assert tree.kids[1] == {"@id": 2, "@{urn:a}x": 3, "{urn:b}line": [4, 8], "{urn:a}line": (5,), "{urn:b}e": (9,)}


def test_ways_gather_nodes_of_one_chain_of_tags():
    """Keys leave out the document element; attributes have ways too."""
    tree = Tree(etree.fromstring(EXAMPLE))
    assert {key: way.nodes for key, way in tree.ways.items()} == {
        "": [1], "/@id": [2], "/@{urn:a}x": [3], "/{urn:b}line": [4, 8], "/{urn:a}line": [5], "/{urn:a}line/@n": [6],
        "/{urn:a}line/{urn:b}b": [7], "/{urn:b}e": [9],
    }  # fmt: skip


def test_names_are_those_of_the_document():
    """name() has the prefix as written, local-name() and namespace-uri() do not care."""
    tree = Tree(etree.fromstring(EXAMPLE))
    assert [tree.name(node) for node in range(7)] == ["", "a:r", "id", "a:x", "line", "a:line", "n"]
    assert [tree.local_name(node) for node in (0, 3, 5)] == ["", "x", "line"]
    assert [tree.namespace(node) for node in (0, 2, 3, 4)] == ["", "", "urn:a", "urn:b"]
    xml = Tree(etree.fromstring('<r xml:lang="fr"/>'))
    assert (xml.name(2), xml.location(2)) == ("xml:lang", "/r/@xml:lang")


def test_locations_and_elements_lead_back_to_the_document():
    """A place for people, and the lxml element behind a number."""
    root = etree.fromstring(EXAMPLE)
    tree = Tree(root)
    assert [tree.location(node) for node in (0, 1, 2, 8, 6)] == [
        "/", "/a:r", "/a:r/@id", "/a:r/line[2]", "/a:r/a:line/@n",
    ]  # fmt: skip
    assert tree.element(0) is None
    assert tree.element(8) is root.findall("{urn:b}line")[1]
    assert tree.element(6) is root.find("{urn:a}line")
    assert (tree.line(0), tree.line(4)) == (None, 2)


@settings(max_examples=150)
@given(small_trees())
def test_axes_are_those_of_lxml(document):
    """Every axis from every element gives the elements that libxml2 gives."""
    root = etree.fromstring(document)
    tree = Tree(root)
    numbers = nodes_by_element(tree, root)
    axes = {
        "child": tree.children,
        "descendant": tree.descendants,
        "descendant-or-self": lambda node: tree.descendants(node, itself=True),
        "following": tree.following,
        "following-sibling": tree.following_siblings,
        "preceding": lambda node: tree.preceding(node)[::-1],
        "preceding-sibling": lambda node: tree.preceding_siblings(node)[::-1],
        "ancestor": lambda node: tree.ancestors(node)[-2::-1],  # without the document node
        "ancestor-or-self": lambda node: tree.ancestors(node, itself=True)[-2::-1],
        "parent": lambda node: [up for up in tree.parent(node) if up],
    }
    for element, node in numbers.items():
        for axis, ours in axes.items():
            assert list(ours(node)) == [numbers[each] for each in element.xpath(f"{axis}::*")], axis
        for name in ("a", "b"):
            assert list(tree.below(node, name)) == [numbers[each] for each in element.xpath(f"descendant::{name}")]
            assert list(tree.kids[node].get(name, ())) == [numbers[each] for each in element.xpath(name)]
        assert [tree.text[at] for at in tree.attributes(node)] == element.xpath("@*")
        assert len(tree.attributes_below(node)) == len(element.xpath("descendant-or-self::*/@*"))
        assert tree.element(node) is element


def test_a_tree_leaves_nothing_to_the_garbage_collector():
    """A tree that nobody holds is gone at once: whoever judges many documents need not wait for a collection."""
    gc.collect()
    gc.disable()
    try:
        Tree(etree.fromstring(EXAMPLE))
        assert gc.collect() == 0
    finally:
        gc.enable()
