"""The tree of a document as the compiled rules see it: a node is its number in document order.

lxml's elements are made anew at each access, and an object per node would keep Python's garbage collector busy. So a
tree is a few columns, and a node an index into them:

    <Invoice>                      number   tag            text     up   kids
      <ID schemeID="x">A1</ID>     0        ""             None     -1   {"{ns}Invoice": (1,)}
    </Invoice>                     1        "{ns}Invoice"  None     0    {"{ns}ID": (2,)}
                                   2        "{ns}ID"       "A1"     1    {"@schemeID": 3}
                                   3        "@schemeID"    "x"      2    {}

0 is the document node, 1 the document element. Attributes are numbered after their element, as XPath orders them; their
tag begins with `@`. A child by name is a look into a dict, however many siblings there are, and document order is the
order of numbers.

A *way* is the chain of tags that leads from the document element to a node; all nodes of one way are judged by the same
rules. In an invoice of 4,000 lines there are about 130 ways. Its *kind* is the same in the next document: what is found
out about it is kept.

Source: XQuery 1.0 and XPath 2.0 Data Model, sections 2.4 and 6; XPath 2.0, section 3.2.1.1 (axes).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from einvoice.xml import Element

NOTHING: tuple[int, ...] = ()
Nodes: TypeAlias = Sequence[int]
Kids: TypeAlias = dict[str, Any]  # child elements: tag -> their numbers; attributes: "@name" -> its number
_NO_KIDS: Kids = {}
_NO_WAYS: dict[str, Way] = {}  # stays empty
_XML = "http://www.w3.org/XML/1998/namespace"
_MOST_KINDS = 20_000  # UBL and CII have some thousand, of which 150 are used


class Kind:
    """A chain of tags, whatever the document."""

    __slots__ = ("key", "tag", "up")

    def __init__(self, tag: str, up: Kind | None) -> None:
        self.tag = tag
        self.up = up
        self.key: str = (
            f"{up.key}/{tag}" if up is not None and up.up is not None else ""
        )  # what is below the root's tag


_kind = lru_cache(maxsize=_MOST_KINDS)(Kind)
_TOP = Kind("", None)


class Way:
    """A chain of tags, and the nodes it leads to in a document."""

    __slots__ = ("alike", "below", "kind", "nodes", "tag")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.tag = kind.tag
        self.below = _NO_WAYS
        self.nodes: list[int] = []
        self.alike: Way | None = None  # another way to elements of that tag


class Tree:
    """The columns, and the axes of XPath over them. Made from an lxml element, which stays as it is."""

    __slots__ = (
        "_ends",
        "_named",
        "_siblings",
        "kids",
        "names",
        "root",
        "tag",
        "text",
        "up",
        "ways",
    )

    def __init__(self, root: Element) -> None:
        self.root = root
        self.tag: list[str] = [""]
        self.text: list[str | None] = [None]  # None for what has elements inside
        self.up: list[int] = [-1]
        self.ways: dict[str, Way] = {}  # by key
        self.names: dict[str, Way] = {}  # by tag, the last; it knows the others
        self._ends: list[int] | None = None
        self._named: dict[str, Nodes] = {}
        self._siblings: dict[int, tuple[list[int], list[Element]]] = {}  # of a node: its children
        self._read(root)
        self.kids = self._related()

    def _read(self, root: Element) -> None:
        """Fill the columns, in one walk over the document."""
        tags, texts, ups = self.tag, self.text, self.up
        way = Way(_TOP)
        parent, left, number = 0, 1, 0
        above: list[tuple[int, int, Way]] = []
        for element in root.iter():
            left -= 1
            tag: Any = element.tag
            if tag.__class__ is str:  # else a comment or a processing instruction
                number += 1
                here = way.below.get(tag) or self._way(tag, way)
                here.nodes.append(number)
                tags.append(here.tag)
                ups.append(parent)
                size = len(element)
                texts.append(None if size else element.text or "")
                node = number
                attributes: Any = element.items()  # pairs of texts, which its stub does not say
                for name, value in attributes:
                    number += 1
                    tag = "@" + name
                    there = here.below.get(tag) or self._way(tag, here)
                    there.nodes.append(number)
                    tags.append(there.tag)
                    texts.append(value)
                    ups.append(node)
                if size:
                    above.append((parent, left, way))
                    parent, left, way = node, size, here
                    continue
            while not left and above:
                parent, left, way = above.pop()

    def _related(self) -> list[Kids]:
        """The children of each node by tag, and its attributes: way by way, where those of one parent are in a row."""
        up = self.up
        kids = [_NO_KIDS] * len(up)
        kids[0] = {}
        for way in self.ways.values():  # that of a parent stands before those of its children
            tag, before = way.tag, -1
            if way.below:
                for node in way.nodes:
                    kids[node] = {}
            if tag[0] == "@":
                for node in way.nodes:
                    kids[up[node]][tag] = node
                continue
            for node in way.nodes:
                parent = up[node]
                if parent != before:
                    before = parent
                    kids[parent][tag] = (node,)
                elif (same := kids[parent][tag]).__class__ is list:
                    same.append(node)
                else:
                    kids[parent][tag] = [*same, node]
        return kids

    def _way(self, tag: str, up: Way) -> Way:
        if up.below is _NO_WAYS:
            up.below = {}
        kind = _kind(tag, up.kind)
        way = up.below[tag] = self.ways[kind.key] = Way(kind)
        tag = kind.tag
        way.alike = self.names.get(tag)
        self.names[tag] = way
        return way

    # --- names ------------------------------------------------------------------------------------------------

    def name(self, node: int | None) -> str:
        """fn:name: with the prefix that the document uses."""
        if not node:
            return ""
        tag = self.tag[node]
        local = tag.rpartition("}")[2].removeprefix("@")
        if tag[0] != "@":
            element = self.element(node)
            prefix = None if element is None else element.prefix
        else:
            uri = self.namespace(node)
            owner = self.element(self.up[node])
            prefixes = {} if owner is None else {u: p for p, u in owner.nsmap.items() if p}
            prefix = "xml" if uri == _XML else prefixes.get(uri)
        return f"{prefix}:{local}" if prefix else local

    def local_name(self, node: int | None) -> str:
        """fn:local-name"""
        return self.tag[node].rpartition("}")[2].removeprefix("@") if node else ""

    def namespace(self, node: int | None) -> str:
        """fn:namespace-uri"""
        return self.tag[node].rpartition("}")[0].lstrip("@")[1:] if node else ""

    # --- axes -------------------------------------------------------------------------------------------------

    def children(self, node: int) -> list[int]:
        """child::*"""
        return sorted([kid for tag, kids in self.kids[node].items() if tag[0] != "@" for kid in kids])

    def attributes(self, node: int) -> list[int]:
        """attribute::*"""
        return sorted([kid for tag, kid in self.kids[node].items() if tag[0] == "@"])

    def attributes_below(self, node: int) -> list[int]:
        """descendant-or-self::node()/attribute::*"""
        tags = self.tag
        return [inner for inner in range(node + 1, self.end(node)) if tags[inner][0] == "@"]

    def named(self, tag: str) -> Nodes:
        """//tag, and //@name"""
        found = self._named.get(tag)
        if found is None:
            ways, way = [], self.names.get(tag)
            while way is not None:
                ways.append(way)
                way = way.alike
            found = ways[0].nodes if len(ways) == 1 else sorted(node for each in ways for node in each.nodes)
            self._named[tag] = found
        return found

    def end(self, node: int) -> int:
        """The number after the last one inside of a node."""
        if self._ends is None:
            ends = list(range(1, len(self.tag) + 1))
            for inner in range(len(ends) - 1, 0, -1):
                above = self.up[inner]
                ends[above] = max(ends[above], ends[inner])
            self._ends = ends
        return self._ends[node]

    def below(self, node: int, tag: str) -> Nodes:
        """descendant::tag"""
        found = self.named(tag)
        return found[bisect_left(found, node + 1) : bisect_left(found, self.end(node))] if node else found

    def descendants(self, node: int, *, itself: bool = False) -> list[int]:
        """descendant::* (or-self)"""
        tags = self.tag
        return [
            inner for inner in range(node + (not itself), self.end(node)) if tags[inner][:1] != "@" or inner == node
        ]

    def ancestors(self, node: int, *, itself: bool = False) -> list[int]:
        """ancestor::node() (or-self), nearest first."""
        found = [node] if itself else []
        while node:
            node = self.up[node]
            found.append(node)
        return found

    def parent(self, node: int) -> Nodes:
        """parent::node()"""
        return (self.up[node],) if node else NOTHING

    def following_siblings(self, node: int) -> list[int]:
        """following-sibling::*"""
        siblings = self.children(self.up[node]) if node and self.tag[node][0] != "@" else []
        return siblings[bisect_left(siblings, node + 1) :]

    def preceding_siblings(self, node: int) -> list[int]:
        """preceding-sibling::*, nearest first."""
        siblings = self.children(self.up[node]) if node and self.tag[node][0] != "@" else []
        return siblings[bisect_left(siblings, node) - 1 :: -1] if siblings and siblings[0] < node else []

    def following(self, node: int) -> list[int]:
        """following::*"""
        tags = self.tag
        return [later for later in range(self.end(node), len(tags)) if tags[later][0] != "@"]

    def preceding(self, node: int) -> list[int]:
        """preceding::*, nearest first."""
        tags, above = self.tag, set(self.ancestors(node))
        return [inner for inner in range(node - 1, 0, -1) if tags[inner][0] != "@" and inner not in above]

    # --- for people -------------------------------------------------------------------------------------------

    def element(self, node: int) -> Element | None:
        """The lxml element of a node; of an attribute, the element that bears it; of the document node, None."""
        if not node:
            return None
        up = self.up[node]
        if self.tag[node][0] == "@":
            return self.element(up)
        if not up:
            return self.root
        siblings = self._siblings.get(up)
        if siblings is None:  # all at once: a check may fail on thousands of lines, or of names
            above = self.element(up)
            siblings = self.children(up), [] if above is None else list(above.iterchildren("*"))
            self._siblings[up] = siblings
        numbers, elements = siblings
        return elements[bisect_left(numbers, node)]

    def line(self, node: int) -> int | None:
        """The line of the document on which a node begins, where the parser counted lines."""
        element = self.element(node)
        line: Any = None if element is None else element.sourceline
        return line if isinstance(line, int) else None

    def location(self, node: int) -> str:
        """The XPath of a node, with the document's prefixes: /Invoice/cac:InvoiceLine[2]/cbc:ID/@schemeID

        A number tells an element from its siblings of the same name, where there are any.
        """
        if not node:
            return "/"
        steps = []
        while node:
            up = self.up[node]
            tag = self.tag[node]
            if tag[0] == "@":
                steps.append(f"/@{self.name(node)}")
            else:
                same = self.kids[up][tag]
                steps.append(f"/{self.name(node)}" + (f"[{bisect_left(same, node) + 1}]" if len(same) > 1 else ""))
            node = up
        return "".join(reversed(steps))
