"""Broken invoices by the thousand: changes to a document that make rules speak.

    mutant = Mutator(rules, documents).mutant(Random("7/en16931-ubl/42"))

Each mutant is a document of the corpus with one to twenty-five changes: something deleted, repeated, moved, renamed,
emptied, swapped; a number, a date, a code, an attribute or white space changed; a part of another document grafted on;
or aimed at one check: its context made, and what its test speaks of planted there. Values come from the other documents
and from the literals in the rules, so that rare branches are reached. The same random numbers give the same mutant.

Two values are left out, NaN and a negative zero: Saxon (12.10 and 13.1) does not compare them by the book where the
operand is an untyped text. For it `<a>NaN</a> >= 0` is true and `<a>-0.00</a> = 0` is false, though it knows better of
number(a). By XPath 2.0 (sections 3.5.2 and B.2, op:numeric-equal) it is the other way round; so say the compiled rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from random import Random

from lxml import etree

from einvoice.schematron import RuleSet
from einvoice.xml import parse_xml

_NUMBERS = (
    *("0", "1", "-1", "0.00", "100", "99.99", "0.005", "1.005", "2.5", "-2.5", "20", "20.0", "5.5", "2.10", "19.60"),
    *("1e3", "1E-2", "+5", ".5", "5.", "00012", "1_000", "1,5", "INF", "0x10", "١٢", "12345678901234567890.12"),
)
_DATES = (
    *("2026-09-01", "2024-02-29", "1999-12-31", "2100-01-01", "20260901", "202609011200", "2026-09-01Z"),
    *("2023-02-29", "2026-13-01", "2026-00-10", "2026-9-1", "20261301", "2026-09-01T10:00:00", "31/12/2026"),
)
_TEXTS = (
    *("", " ", "x", "S", "AE", "O", "EUR", "FR", "fr", "VAT", "A B", "é", "œuf", "a\nb", "\t12 ", "\u00a0", "𝄞"),
    *("e\u0301", "'\"&<>", "]]>", "#", "-", "x" * 260, "9" * 40, "true", "false", "0", "1", "+33 1", "a@b"),
    *("123456782", "12345678200010", "FR00123456782"),  # identifiers of nobody
)
_SPACES = (" ", "\n", "\t", "  ", "\r", "\u00a0", "\u2003")
# prefix:Name, @name, or the Name of an element without a namespace (flux 10)
_NAME = r"[A-Za-z][\w.-]*:[A-Za-z][\w.-]*|@[A-Za-z][\w:.-]*|(?<![\w:'\"-])[A-Z][a-z]\w+"
_LITERAL = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LONG = 80
_WHOLE = 60  # elements of a document that is more than a fragment; most mutants are made of those
_PATH = re.compile(f"(?:{_NAME})(?:/(?:{_NAME}))*")
_WISH = re.compile(rf"({_NAME})\)*\s*=\s*'([^']*)'")  # @schemeID = '0009': what a rule hopes to find


class Mutator:
    """Makes mutants for one rule set out of the documents it is for."""

    def __init__(self, rules: RuleSet, documents: Sequence[etree._Element]) -> None:
        self._documents = list(documents)
        self._whole = [root for root in self._documents if sum(1 for _ in root.iter()) >= _WHOLE] or self._documents
        self._prefixes = dict(rules.namespaces)
        self._literals = _literals(_expressions(rules)) or ["x"]
        self._targets = [
            (_PATH.findall(rule.context), sorted(set(_PATH.findall(text))), _literals([text]), _WISH.findall(text))
            for pattern in rules.patterns
            for rule in pattern.rules
            for check in rule.checks
            for text in [" ".join((rule.context, check.test, *(let.select for let in rule.lets)))]
        ]
        self._parts: dict[str, list[etree._Element]] = {}
        self._values: dict[str, list[str]] = {}
        for document in self._documents:
            for element in document.iter():
                self._parts.setdefault(element.tag, []).append(element)
                if element.text and not len(element):
                    self._values.setdefault(element.tag, []).append(element.text)
        self._names = sorted(self._parts)

    def mutant(self, random: Random) -> etree._Element:
        """A document with one to twenty-five changes."""
        root = deepcopy(random.choice(self._whole if random.random() < 0.8 else self._documents))
        for _ in range(random.choice((1, 1, 2, 3, 6, 12, 25))):
            random.choice(self._changes)(self, root, random)
        return parse_xml(etree.tostring(root))

    def _delete(self, root: etree._Element, random: Random) -> None:
        element = _inner(root, random)
        if element is not None:
            _remove(element)

    def _repeat(self, root: etree._Element, random: Random) -> None:
        element = _inner(root, random)
        if element is not None:
            element.addnext(deepcopy(element))

    def _move(self, root: etree._Element, random: Random) -> None:
        element, target = _inner(root, random), _any(root, random)
        if element is not None and element is not target and element not in target.iterancestors():
            target.insert(random.randint(0, len(target)), element)

    def _rename(self, root: etree._Element, random: Random) -> None:
        element = _inner(root, random)
        if element is not None:
            element.tag = random.choice(self._names)

    def _swap(self, root: etree._Element, random: Random) -> None:
        element = _inner(root, random)
        following = None if element is None else element.getnext()
        if element is not None and following is not None:
            following.addnext(element)

    def _empty(self, root: etree._Element, random: Random) -> None:
        element = _any(root, random)
        element.text = random.choice(("", " ", None))
        if random.random() < 0.3:
            for child in list(element):
                element.remove(child)

    def _number(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda text: re.fullmatch(r"\s*-?\d+(\.\d+)?\s*", text) is not None)
        if leaf is not None:
            leaf.text = random.choice((*_NUMBERS, *_near(leaf.text or "0", random)))

    def _date(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda text: re.fullmatch(r"\s*20\d\d-?\d\d-?\d\d\s*", text) is not None)
        if leaf is not None:
            leaf.text = random.choice(_DATES)

    def _code(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda text: len(text) < 20)
        if leaf is not None:
            text = leaf.text or ""
            other = random.choice(self._values.get(leaf.tag, [text]))
            leaf.text = random.choice((other, other, text.lower(), text.upper(), f"{text} {other}", text + "X"))

    def _literal(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda _: True)
        if leaf is not None:
            leaf.text = random.choice(self._literals)

    def _text(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda _: True)
        if leaf is not None:
            leaf.text = random.choice(_TEXTS)

    def _space(self, root: etree._Element, random: Random) -> None:
        leaf = _leaf(root, random, lambda _: True)
        if leaf is not None:
            text = leaf.text or ""
            at = random.choice((0, len(text), len(text) // 2))
            leaf.text = text[:at] + random.choice(_SPACES) + text[at:]

    def _attribute(self, root: etree._Element, random: Random) -> None:
        holders = [element for element in root.iter() if element.attrib]
        if not holders:
            return
        element = random.choice(holders)
        name = random.choice(sorted(element.attrib))
        match random.randrange(4):
            case 0:
                del element.attrib[name]
            case 1:
                element.set(name, random.choice(self._literals))
            case 2:
                element.set(name, random.choice(_TEXTS))
            case _:
                _any(root, random).set(name, element.attrib[name])

    def _graft(self, root: etree._Element, random: Random) -> None:
        """Give an element a child that elements of its name have elsewhere."""
        target = _any(root, random)
        donors = [donor for donor in self._parts.get(target.tag, []) if len(donor)]
        if donors:
            donor = random.choice(donors)
            target.insert(random.randint(0, len(target)), deepcopy(random.choice(list(donor))))

    def _aim(self, root: etree._Element, random: Random) -> None:
        """Take a check, see to it that its context is there, and put or remove below it what its test speaks of."""
        contexts, paths, literals, wishes = random.choice(self._targets)
        host = self._reach(root, random.choice(contexts).split("/"), random) if contexts else _any(root, random)
        for path in random.sample(paths, min(len(paths), random.choice((1, 2, 2, 4)))):
            self._plant(host, path.split("/"), literals or self._literals, random)
        for name, literal in random.sample(wishes, random.randint(0, len(wishes))):
            if name.startswith("@"):
                host.set(self._tag(name[1:]), literal)
            else:
                found = next(host.iter(self._tag(name)), None)
                (etree.SubElement(host, self._tag(name)) if found is None else found).text = literal

    def _reach(self, root: etree._Element, steps: list[str], random: Random) -> etree._Element:
        """An element that the steps lead to; made, where there is none."""
        tags = [self._tag(step) for step in steps if not step.startswith("@")]
        there = list(root.iter(tags[-1])) if tags else []
        if there and random.random() < 0.9:
            return random.choice(there)
        starts = list(root.iter(tags[0])) if tags else []
        node = random.choice(starts) if starts else root
        for tag in tags[1:] if starts else tags:
            found = node.find(tag)
            node = etree.SubElement(node, tag) if found is None else found
        return node

    def _plant(self, host: etree._Element, steps: list[str], literals: Sequence[str], random: Random) -> None:
        value = random.choice((random.choice(literals), random.choice(literals), random.choice(_NUMBERS)))
        node = host
        for step in steps:
            if step.startswith("@"):
                node.set(self._tag(step[1:]), value)
                return
            tag = self._tag(step)
            found = node.find(tag) if tag != node.tag else node
            if found is None or random.random() < 0.2:
                found = etree.SubElement(node, tag)
            node = found
        if random.random() < 0.2 and node is not host:
            _remove(node)
        elif not len(node):
            node.text = value

    def _mixed(self, root: etree._Element, random: Random) -> None:
        """Text where only elements belong, or an element inside a text."""
        element = _any(root, random)
        if len(element):
            element[0].tail = random.choice(_TEXTS)
        else:
            etree.SubElement(element, random.choice(self._names)).tail = random.choice(_TEXTS)

    def _tag(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return f"{{{self._prefixes[prefix]}}}{local}" if colon and prefix in self._prefixes else name.replace(":", "_")

    _changes = (
        *(_aim,) * 10,
        *(_delete, _repeat, _code, _literal, _attribute, _graft, _number) * 2,
        *(_number, _move, _rename, _swap, _empty, _date, _text, _space, _mixed),
    )


def _expressions(rules: RuleSet) -> Iterator[str]:
    for pattern in rules.patterns:
        for rule in pattern.rules:
            yield rule.context
            yield from (let.select for let in rule.lets)
            yield from (check.test for check in rule.checks)
    for function in rules.functions:
        yield from (let.select for let in function.lets)
        yield function.result


def _literals(expressions: Iterable[str]) -> list[str]:
    """String literals in the rules; of a code list in one literal, its first codes."""
    found = {one or other for text in expressions for one, other in _LITERAL.findall(text)}
    words = {word for text in found if len(text) > _LONG for word in text.split()[:40]}
    return sorted(text for text in found | words if text.isprintable() and len(text) <= _LONG)


def _inner(root: etree._Element, random: Random) -> etree._Element | None:
    inner = list(root.iterdescendants())
    return random.choice(inner) if inner else None


def _any(root: etree._Element, random: Random) -> etree._Element:
    return random.choice(list(root.iter()))


def _leaf(root: etree._Element, random: Random, wanted: Callable[[str], bool]) -> etree._Element | None:
    leaves = [element for element in root.iter() if not len(element) and wanted(element.text or "")]
    return random.choice(leaves) if leaves else None


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _near(text: str, random: Random) -> list[str]:
    """Numbers close to one: a cent off, a unit off, ten times, negative, with more decimals."""
    number = text.strip()
    whole, _, decimals = number.partition(".")
    return [
        f"-{number}" if number.strip("-0.") else number,
        f"{number}0",
        f" {number} ",
        f"{int(whole) + random.choice((-1, 1))}.{decimals or '0'}",
        f"{whole}.{int(decimals or '0') + 1:02d}",
        f"{number}1" if decimals else f"{number}.001",
        f"{whole}0",
    ]
