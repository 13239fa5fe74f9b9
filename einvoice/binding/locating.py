"""From a place in a document to the field of the model, and from a field to its place in the schema.

    Fields(shape, known, root).at("/Invoice/cac:InvoiceLine[3]/cbc:LineExtensionAmount")   # "lines[2].net_amount"
    schema_xpath(shape, "/Invoice", prefixes, "lines.net_amount")   # "/Invoice/cac:InvoiceLine/cbc:LineExtensionAmount"

Official rules report an XPath; a person and a program want the field. The walk below recognises elements as the reader
does and counts repeated ones as the reader numbers them (a test compares the two over the corpus). It enters only the
objects on the way to a place, and looks in them only at what is numbered together with what is on the way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from itertools import islice, pairwise

from einvoice.binding.nodes import Node, Shape
from einvoice.binding.reading import Known, empty_elements, recognise, says_something
from einvoice.cached import cached_property
from einvoice.xml import Element, children, local_name, namespace

Place = tuple[Element, str | None]  # an element, or an XML attribute of it
_Object = tuple[str, Shape]  # the field of an object, and what its elements contain

_STEP = re.compile(r"/(@?)(?:Q\{[^}]*\}|\*:|([\w.-]+):)?([\w.-]+|\*)((?:\[[^\[\]]*(?:\[[^\]]*\])*[^\[\]]*\])*)")
_INDEX = re.compile(r"\[\s*(\d+)\s*\]")
_Naming = Callable[[Element], str]
_NAMINGS: Mapping[tuple[bool, bool], _Naming] = {  # by which of namespace and name are said
    (True, True): lambda element: str(element.tag),
    (True, False): lambda element: f"{{{namespace(element)}}}",
    (False, True): local_name,
    (False, False): lambda _: "",
}


class Fields:
    """The fields of one document's elements. Nothing below the root is looked at before the first question."""

    def __init__(self, shape: Shape, known: Known, root: Element) -> None:
        self._shape = shape
        self._known = known
        self._root = root
        self._counts: Counter[str] = Counter()  # how many values each repeated attribute has
        self._places: dict[Place, str] = {}
        self._children: dict[tuple[Element, _Naming], dict[str, list[Element]]] = {}
        self._alone: dict[tuple[Element, str], Element | None] = {}
        self._resolved: dict[str, Place] = {}
        self._written: set[str] = set()  # XPaths that are known
        self._object_of: dict[Element, _Object] = {}
        self._found: list[_Object] = []
        self._elements: dict[_Object, list[Element]] = {}  # one that is single may be there twice
        self._entered: dict[tuple[_Object, frozenset[str]], int] = {}  # tags that are placed in so many of its elements
        self._place_object(("", shape), root)

    def at(self, place: str | Element) -> str | None:
        """The field that an element, or an XPath with prefixes and indices, stands for: `lines[2].net_amount`.

        Where it is no field itself, the nearest one around it; None at the level of the document.
        """
        element, attribute = self.resolved(place) if isinstance(place, str) else (place, None)
        way = (element, *element.iterancestors())
        for around, inner in pairwise(reversed(way)):
            if (whose := self._object_of.get(around)) is not None:
                self._enter(whose, inner.tag)
        if attribute is not None and (element, attribute) in self._places:
            return self._places[element, attribute]
        return next((self._places[around, None] for around in way if (around, None) in self._places), None)

    def below(self, xpath: str, schema_path: str) -> tuple[Element, ...]:
        """The element of an XPath of the document, and those on a schema path below it; () where one is not there.

        fields.below("/Invoice", "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount")

        Each is the only one of its name beside its siblings: of several, nobody knows which is meant.
        """
        element, attribute = self.resolved(xpath)
        above = [local_name(each) for each in (*reversed(list(element.iterancestors())), element)]
        names = _names_in(schema_path)
        if attribute is not None or "@" in schema_path or names[: len(above)] != above or len(names) == len(above):
            return ()
        way = [element]
        for name in names[len(above) :]:
            only = self._only(way[-1], name)
            if only is None:
                return ()
            way.append(only)
        return tuple(way)

    def _only(self, element: Element, name: str) -> Element | None:
        """The one child of a local name."""
        if (element, name) not in self._alone:  # remembered, as for each finding those of the document are looked for
            found = list(islice(element.iterchildren(f"{{*}}{name}"), 2))
            self._alone[element, name] = found[0] if len(found) == 1 else None
        return self._alone[element, name]

    @property
    def places(self) -> dict[Place, str]:
        """The field of each element and XML attribute that has one, with 0-based indices as the reader numbers them."""
        for whose in self._found:  # which become more
            for tag in whose[1].by_tag:
                self._enter(whose, tag)
        return self._places

    def _enter(self, whose: _Object, tag: str) -> None:
        """Place what has a tag in an object, and what is numbered together with it, in all its elements."""
        field, shape = whose
        tags = _numbered_together(shape).get(tag)
        if tags is None:
            return
        elements = self._elements[whose]
        entered = self._entered.get((whose, tags), 0)
        self._entered[whose, tags] = len(elements)
        for element in elements[entered:]:
            self._walk(shape, (each for each in children(element) if each.tag in tags), field)

    def _place_object(self, whose: _Object, element: Element) -> None:
        self._object_of[element] = whose
        self._elements.setdefault(whose, []).append(element)
        self._found.append(whose)
        if whose[1].attributes:
            self._place_attributes(whose[1], element, whose[0])

    def _walk(self, shape: Shape, elements: Iterable[Element], path: str) -> None:
        """`path` is the field of the object that the elements belong to; "" for the document."""
        for child in elements:
            node = shape.by_tag.get(child.tag)
            if node is not None and node.siblings:
                node = recognise(node.siblings, child, self._known)
            if node is None:
                continue
            inside = node.inside
            owner = "" if node.document else path
            if inside.maker is not None:
                # All of the document is asked for empty elements only where nothing is seen in this one at once.
                if node.many and not says_something(inside, child, self._known) and child in self._empty:
                    continue
                here = self._places[child, None] = self._numbered(node, owner, 1)
                self._place_object((here, inside), child)
                continue
            self._place_attributes(inside, child, path)
            if node.second and self._says_another(_join(owner, node.key), child):
                self._places[child, None] = _join(owner, node.second)
            elif node.key:
                self._places[child, None] = self._numbered(node, owner, _values_in(node, child) if node.many else 1)
            elif common := _common_field(node):
                self._places[child, None] = _join(path, common)
            self._walk(inside, children(child), path)

    def _says_another(self, field: str, element: Element) -> bool:
        """Whether an element before this one says the field, and this one something else."""
        texts = {
            (each.text or "").strip()
            for each in element.itersiblings(preceding=True)
            if self._places.get((each, None)) == field
        } - {""}
        return bool(texts) and (element.text or "").strip() not in texts

    @cached_property
    def _empty(self) -> frozenset[Element]:
        """The elements of lists that the reader leaves out."""
        return empty_elements(self._shape, self._root, self._known)

    def _numbered(self, node: Node, owner: str, count: int) -> str:
        name = _join(owner, node.key)
        if not node.many:
            return name
        index = self._counts[name]
        self._counts[name] += count
        return f"{name}[{index}]"

    def _place_attributes(self, shape: Shape, element: Element, path: str) -> None:
        for name, attribute in shape.attributes.items():
            if attribute.key and element.get(name) is not None:
                self._places[element, name] = _join(path, attribute.key)

    def know(self, xpath: str, place: Place) -> None:
        """Where an XPath leads, from whoever wrote it as `Locations` would."""
        self._resolved[xpath] = place
        self._written.add(xpath)

    def is_written(self, xpath: str) -> bool:
        """Whether an XPath is as `Locations` would write it."""
        return xpath in self._written

    def resolved(self, xpath: str) -> Place:
        """Where a path of names and positions leads: an element or an attribute of it, or the last one on the way."""
        known = self._resolved.get(xpath)
        if known is None:  # several ask for the place of one finding
            known = self._resolved[xpath] = self._led_to(xpath)
        return known

    def _led_to(self, xpath: str) -> Place:
        element = self._root
        for step in list(_STEP.finditer(xpath))[1:]:
            is_attribute, prefix, name, predicates = step.groups()
            if is_attribute:
                return element, name
            index = _INDEX.search(predicates)
            uri = element.nsmap.get(prefix) if prefix else None
            child = self._child(element, name, uri, int(index[1]) if index else 1)
            if child is None:
                return element, None
            element = child
        return element, None

    def _child(self, element: Element, name: str, uri: str | None, number: int) -> Element | None:
        """The child of that number among those of a name, a namespace, or both."""
        naming = _NAMINGS[bool(uri), name != "*"]
        known = self._children.get((element, naming))
        if known is None:  # all of them at once: each may be looked for
            known = self._children[element, naming] = {}
            for child in element.iterchildren("*"):
                known.setdefault(naming(child), []).append(child)
        same = known.get((f"{{{uri}}}" if uri else "") + ("" if name == "*" else name), ())
        return same[number - 1] if 0 < number <= len(same) else None


@lru_cache(maxsize=1_024)  # there are as many as the model has fields
def _names_in(schema_path: str) -> list[str]:
    return [name.rpartition(":")[2] for name in schema_path.split("/")[1:]]


@cache
def _numbered_together(shape: Shape) -> Mapping[str, frozenset[str]]:
    """Of each tag those that say the same attributes, itself among them."""
    groups: list[frozenset[str]] = []  # of tags and keys
    for node in shape.kids:
        mine = frozenset((node.tag, *_keys(node)))
        apart = [group for group in groups if group.isdisjoint(mine)]
        groups = [*apart, mine.union(*(group for group in groups if not group.isdisjoint(mine)))]
    return {tag: tags for tags in map(frozenset(shape.by_tag).intersection, groups) for tag in tags}


def _keys(node: Node) -> Iterator[str]:
    """The attributes that an element says, of its object or of the document."""
    yield from filter(None, (node.key, node.second))
    if node.inside.maker is None:
        for inner in node.inside.kids:
            yield from _keys(inner)


def _values_in(node: Node, element: Element) -> int:
    """How many values of a repeated attribute the reader takes from the element's text."""
    text = (element.text or "").strip()
    if not text:
        return 0
    if node.load is None:
        return 1
    try:
        value = node.load(text)
    except (ValueError, ArithmeticError):
        return 0
    return len(value) if node.codec is not None and node.codec.several else 1


@cache
def _common_field(node: Node) -> str:
    """What an element that only groups others stands for: its one attribute, or the one group of all of them."""
    if len(node.keys) == 1:
        return next(iter(node.keys))
    groups = {key.partition(".")[0] for key in node.keys if "." in key}
    return groups.pop() if len(groups) == 1 and all("." in key for key in node.keys) else ""


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def schema_xpath(shape: Shape, root: str, prefixes: Mapping[str, str], path: str) -> str | None:
    """The XPath of a field in the schema; None where the syntax has no place for it. Indices in `path` are ignored."""
    keys = re.sub(r"\[\d+\]", "", path).split(".")
    ways = (
        partial(find, shape, keys, root, prefixes, set(), only_read=only_read)
        for only_read in (False, True)
        for find in (_find, _find_document)
    )
    return next((found for find in ways if (found := find()) is not None), None)


def _find(  # noqa: PLR0913 - a walk, and what it carries
    shape: Shape, keys: list[str], xpath: str, prefixes: Mapping[str, str], seen: set[int], *, only_read: bool
) -> str | None:
    wanted = ".".join(keys)
    for name, attribute in shape.attributes.items():
        if attribute.key == wanted:
            return f"{xpath}/@{name}"
    if shape.text is not None and shape.text.key == wanted:
        return xpath
    for node in shape.kids if only_read else shape.written:
        here = f"{xpath}/{node.name}{_predicates(node, prefixes)}"
        found = None
        if node.second == wanted:
            return here
        if node.key and not node.document and (wanted == node.key or wanted.startswith(f"{node.key}.")):
            rest = wanted[len(node.key) + 1 :]
            if not rest or node.codec is not None:  # a codec packs a whole object into one text, as UBL's notes
                return here
            found = _find(node.inside, rest.split("."), here, prefixes, seen, only_read=only_read)
        elif node.inside.maker is None:
            found = _find(node.inside, keys, here, prefixes, seen, only_read=only_read)
        if found is not None:
            return found
    return None


def _find_document(  # noqa: PLR0913 - as above
    shape: Shape, keys: list[str], xpath: str, prefixes: Mapping[str, str], seen: set[int], *, only_read: bool
) -> str | None:
    """The place of an attribute of the document inside a group."""
    if id(shape) in seen:
        return None
    seen.add(id(shape))
    wanted = ".".join(keys)
    for node in shape.kids if only_read else shape.written:
        here = f"{xpath}/{node.name}{_predicates(node, prefixes)}"
        if node.document and wanted == node.key:
            return here
        if node.document and wanted.startswith(f"{node.key}."):
            return _find(
                node.inside, wanted[len(node.key) + 1 :].split("."), here, prefixes, set(), only_read=only_read
            )
        found = _find_document(node.inside, keys, here, prefixes, seen, only_read=only_read)
        if found is not None:
            return found
    return None


def _predicates(node: Node, prefixes: Mapping[str, str]) -> str:
    """What tells the element from its siblings, as XPath predicates."""
    if not node.tests or not node.label:
        return ""
    path, constant = node.tests[0]
    words = [word for word in constant if word and not word.startswith("{")]
    if not words:
        return ""
    place = "/".join(_prefixed(step, prefixes) for step in path)
    return f"[{place}='{words[0]}']"


def _prefixed(step: str, prefixes: Mapping[str, str]) -> str:
    uri, brace, local = step.lstrip("@").rpartition("}")
    prefix = prefixes.get(uri[1:], "") if brace else ""
    return ("@" if step.startswith("@") else "") + (f"{prefix}:{local}" if prefix else local)
