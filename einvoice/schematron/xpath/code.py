"""Pieces of Python code with their XPath type, and the module they are gathered in.

The compiler never builds statements inside expressions. What needs a loop becomes a small function of the generated
module, with an early `return`, and the expression calls it:

    exists(cac:TaxTotal/cbc:TaxAmount[@currencyID = 'EUR'])

    def some_7(d, n):
        for x1 in d.kids[n].get(T4_TaxTotal, NOTHING):
            for x2 in d.kids[x1].get(T5_TaxAmount, NOTHING):
                ...
                    return True
        return False

Equal functions are one function. A function that uses nothing but the document is computed once a document
(`d.memo(some_7)`), one that uses not even that once for good: common parts and constant parts cost nothing.

Safety: nothing of a rule file is ever pasted into code. Texts go through `text_literal`, numbers through `repr`, and
every name is made here. Local variables are written `‹x7›` (`‹=x7›` where they get their value) until a function is
complete; `text_literal` writes ASCII only, so no text of a rule file can look like one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "node",
    "text",  # text nodes, as their texts
    "untyped",
    "string",
    "boolean",
    "integer",
    "decimal",
    "double",
    "number",  # some number
    "date",
    "datetime",
    "duration",
    "any",  # only known at run time
]
Card: TypeAlias = Literal["1", "?", "*"]  # one item; one or None; a sequence

_LOCAL = re.compile("‹(=?)(\\w+)›")


def text_literal(text: str) -> str:
    """A text as Python source: ASCII only, so that it cannot contain a placeholder."""
    return ascii(text)


@dataclass(frozen=True, slots=True)
class Loop:
    """One line of a loop: `for target in code`, `if code`, or `target = code` (with `some`: and it is not None)."""

    kind: Literal["for", "if", "let", "some"]
    code: str
    target: str = ""
    present: str = ""  # of a `for`: a test, cheaper than the loop, whether there is an item


class Expr(NamedTuple):  # not a dataclass: hundreds of thousands of altered copies are made, six times as fast
    """The translation of an expression.

    With card "1" and "?", `code` is one value (None for the empty sequence). With "*" it is a Python sequence; or
    `loops` say how to come to each item, and `code` is the item.
    """

    kind: Kind
    card: Card
    code: str
    loops: tuple[Loop, ...] = ()
    present: str = ""  # of a simple step: a test whether it finds something
    ordered: bool = True  # nodes in document order, without repeats
    as_written: bool = False  # nodes in the order that a `,` or `for` gives them: not to be sorted
    apart: bool = True  # no node lies inside another
    level: int | None = None  # how deep the nodes lie: 1 is the document element
    ways: tuple[str, ...] = ()  # the keys of the ways from the document element that names lead along, all of them
    document: str = "‹d›"
    texts: tuple[str, ...] = ()  # of a list of literals: what they are
    backward: bool = False  # positions are counted from the end: the axis goes backwards


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression can refer to."""

    item: Expr | None  # the context item: a local variable or a constant; None in functions
    current: Expr | None = None  # current(): the context of the whole expression
    variables: Mapping[str, Expr] = field(default_factory=dict)
    position: str | None = None
    last: str | None = None

    @property
    def constant(self) -> bool:
        """Whether the expression is evaluated once for the document."""
        return self.item is not None and "‹" not in self.item.code


def locals_in(code: str) -> list[str]:
    """The local variables that code takes from outside, in order of appearance."""
    uses = code.count("‹")
    if uses == code.count("‹d›"):  # nearly always
        return ["d"] if uses else []
    found = _LOCAL.findall(code)
    bound = {name for binding, name in found if binding}
    return list(dict.fromkeys(name for _, name in found if name not in bound))


def render_loops(loops: tuple[Loop, ...], innermost: list[str]) -> list[str]:
    """The lines of nested loops around other lines."""
    lines, depth = [], 0
    for loop in loops:
        pad = "    " * depth
        if loop.kind == "for":
            lines.append(f"{pad}for {loop.target} in {loop.code}:")
        elif loop.kind == "if":
            lines.append(f"{pad}if {loop.code}:")
        elif loop.kind == "let":
            lines.append(f"{pad}{loop.target} = {loop.code}")
            continue
        else:
            lines.append(f"{pad}if ({loop.target} := {loop.code}) is not None:")
        depth += 1
    return lines + ["    " * depth + line for line in innermost]


def _rendered(lines: list[str], parameters: list[str]) -> str:
    """A function without its name. Local variables are numbered, so that equal functions have equal texts."""
    names = {name: name for name in ("d", "nodes", "out")}

    def rename(match: re.Match[str]) -> str:
        return names.setdefault(match[2], f"x{len(names) - 2}")

    head = _LOCAL.sub(rename, ", ".join(f"‹{name}›" for name in parameters))
    body = "".join(f"    {line}\n" for line in lines)
    return f"({head}):\n{_LOCAL.sub(rename, body)}"


class Module:
    """A Python module under construction: constants, functions, and names for both."""

    def __init__(self) -> None:
        self.constants: dict[str, str] = {}  # code -> name
        self.functions: dict[str, str] = {}  # text without its name -> name
        self._source: list[str] = []
        self._written = 0  # how many constants are in source that was taken
        self._locals = 0

    def take_source(self) -> str:
        """The source of all that was made since the last call."""
        constants = [f"{name} = {code}\n" for code, name in self.constants.items()]
        source = "".join(constants[self._written :]) + "".join(f"\n\n{function}" for function in self._source)
        self._written = len(constants)
        self._source = []
        return source

    def local(self) -> str:
        """A new local variable."""
        self._locals += 1
        return f"‹x{self._locals}›"

    @staticmethod
    def bind(local: str) -> str:
        """A local variable where it gets its value."""
        return local.replace("‹", "‹=")

    def constant(self, prefix: str, code: str) -> str:
        """The name of a constant of the module; the prefix alone where it is a whole word, such as MESSAGES."""
        if code not in self.constants:
            self.constants[code] = prefix if len(prefix) > 1 else f"{prefix}{len(self.constants)}"
        return self.constants[code]

    def tag(self, tag: str) -> str:
        """The name of the constant for a tag, such as T7_ID."""
        code = text_literal(tag)
        if code not in self.constants:
            hint = re.sub("[^A-Za-z0-9]+", "_", tag.rpartition("}")[2])[:30]
            self.constants[code] = f"T{len(self.constants)}_{hint}"
        return self.constants[code]

    def number(self, value: Decimal | float) -> str:
        """A number as code."""
        if isinstance(value, Decimal):
            return self.constant("N", f"Decimal({text_literal(str(value))})")
        return repr(value)

    def words(self, texts: tuple[str, ...]) -> str:
        """The name of a constant set of texts."""
        return self.constant("S", f"frozenset([{', '.join(map(text_literal, sorted(set(texts))))}])")

    def function(
        self, prefix: str, lines: list[str], parameters: tuple[str, ...] = (), decorator: str = ""
    ) -> tuple[str, list[str]]:
        """Define a function, or find the equal one: its name, and the local variables it takes as arguments.

        Without `parameters`, it takes what its lines use from outside, at least the document.
        """
        free = list(parameters) or sorted(locals_in("\n".join(lines)), key=lambda name: (name != "d", name != "n"))
        text = _rendered(lines, free or ["d"])
        if text not in self.functions:
            self.functions[text] = f"{prefix}_{len(self.functions)}"
            self._source.append(f"{decorator}def {self.functions[text]}{text}")
        return self.functions[text], free

    def function_of(self, code: str, prefix: str, parameters: tuple[str, ...]) -> str:
        """The name of a function with the value of code: one that code calls with these parameters, or a new one."""
        call = re.fullmatch(r"(?:(?:‹d›|ONCE)\.memo\((\w+)\))|(?:(\w+)\((.*)\))", code)
        if call and call[1] and parameters == ("d",):
            return call[1]
        if call and call[2] and call[3] == ", ".join(f"‹{name}›" for name in parameters):
            return call[2]
        return self.function(prefix, [f"return {code}"], parameters)[0]

    def define(self, name: str, lines: list[str], parameters: tuple[str, ...], decorator: str = "") -> None:
        """Define a function whose name is already in use, because it calls itself."""
        self._source.append(f"{decorator}def {name}{_rendered(lines, list(parameters))}")

    def call(self, prefix: str, lines: list[str], *, recall: bool = False) -> str:
        """Code for the value of a new function: remembered where it depends on the document only, or on nothing.

        `recall`: worth remembering for the same arguments, too.
        """
        code = "\n".join(lines)
        match [name for name in locals_in(code) if name != "d"]:
            case [node] if code.count(f"‹{node}›") == code.count(f"‹d›.up[‹{node}›]"):
                # what siblings ask of the node around them: looked for once, as long as nothing else is asked
                around = self.local()
                name, _ = self.function(prefix, [line.replace(f"‹d›.up[‹{node}›]", around) for line in lines])
                return f"‹d›.recall({name}, ‹d›.up[‹{node}›])"
        name, free = self.function(prefix, lines)
        if not free:
            return f"ONCE.memo({name})"
        if free == ["d"]:
            return f"‹d›.memo({name})"
        arguments = [f"‹{local}›" for local in free]
        if recall and free[0] == "d":
            return f"‹d›.recall({', '.join([name, *arguments[1:]])})"
        return f"{name}({', '.join(arguments)})"
