"""The functions of XPath, and of a rule set, as Python code.

Most functions of texts and numbers are one line of a table: their arguments, their result and a template. The others
are methods. A function that is not here is refused when the rules are compiled.

Source: XPath 2.0 Functions and Operators; XSLT 2.0, section 16 (current, document, key).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from einvoice.schematron.xpath.code import Card, Expr, Kind, Loop, Scope, text_literal
from einvoice.schematron.xpath.conversions import Conversions
from einvoice.schematron.xpath.core import NUMBERS
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.regex import compile_regex, matcher, plain_text
from einvoice.schematron.xpath.syntax import Call, Literal, Syntax
from einvoice.schematron.xpath.types import SequenceType
from einvoice.schematron.xpath.values import Fault


@dataclass(frozen=True, slots=True)
class _Line:
    """A function by template. Arguments: s text, t text of anything, d date; a capital one may be left out."""

    arguments: str
    kind: Kind
    template: str
    card: Card = "1"
    context: bool = False  # without argument: of the context item


_TABLE: dict[str, _Line] = {
    "contains": _Line("ss", "boolean", "({1} in {0})"),
    "starts-with": _Line("ss", "boolean", "{0}.startswith({1})"),
    "ends-with": _Line("ss", "boolean", "{0}.endswith({1})"),
    "matches": _Line("ssS", "boolean", "matches({*})"),
    "replace": _Line("sssS", "string", "replace({*})"),
    "tokenize": _Line("sSS", "string", "tokenize({*})", "*"),
    "substring-before": _Line("ss", "string", "substring_before({*})"),
    "substring-after": _Line("ss", "string", "substring_after({*})"),
    "translate": _Line("sss", "string", "translate({*})"),
    "upper-case": _Line("s", "string", "{0}.upper()"),
    "lower-case": _Line("s", "string", "{0}.lower()"),
    "normalize-space": _Line("s", "string", "normalize_space({0})", context=True),
    "string-length": _Line("s", "integer", "len({0})", context=True),
    "string": _Line("t", "string", "{0}", context=True),
    "string-to-codepoints": _Line("s", "integer", "code_points({0})", "*"),
    "year-from-date": _Line("d", "integer", "part_of({0}, 'year')", "?"),
    "month-from-date": _Line("d", "integer", "part_of({0}, 'month')", "?"),
    "day-from-date": _Line("d", "integer", "part_of({0}, 'day')", "?"),
    "days-from-duration": _Line("p", "integer", "days_of({0})", "?"),
    "true": _Line("", "boolean", "True"),
    "false": _Line("", "boolean", "False"),
    "current-date": _Line("", "date", "‹d›.memo(today)"),
    "current-dateTime": _Line("", "datetime", "‹d›.memo(now)"),
}
_PLACE = re.compile(r"\{([*0-9])\}")
_ROUNDINGS = {"round": "round_half_up", "abs": "absolute", "floor": "floor", "ceiling": "ceiling"}


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function that the rule set defines."""

    name: str  # in the generated module
    params: tuple[SequenceType, ...]
    result: SequenceType


class Functions(Conversions):
    """Translates function calls."""

    own_functions: dict[str, OwnFunction]
    keys: dict[str, tuple[str, str]]  # name -> functions that list the nodes, and give the keys of one
    documents: dict[str, str]  # name -> constant of the module

    def call(self, call: Call, scope: Scope) -> Expr:
        """`name(arguments)`"""
        if call.name in self.own_functions:
            return self._own(self.own_functions[call.name], call, scope)
        if call.name.startswith("xs:"):
            self._count_arguments(call, 1, 1)
            return self.cast(self.expression(call.arguments[0], scope), call.name, optional=True)
        if call.name in _TABLE:
            return self._by_table(_TABLE[call.name], call, scope)
        if call.name in _ROUNDINGS:
            e = self.numeric(self._argument(call, scope))
            return Expr(e.kind, e.card, f"{_ROUNDINGS[call.name]}({e.code})")
        handler = self._HANDLERS.get(call.name)
        if handler is None:
            raise XPathError(f"the function {call.name}() is not supported")
        return handler(self, call, scope)

    # --- arguments --------------------------------------------------------------------------------------------

    @staticmethod
    def _count_arguments(call: Call, least: int, most: int) -> None:
        if not least <= len(call.arguments) <= most:
            raise XPathError(f"{call.name}() with {len(call.arguments)} arguments")

    def _argument(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 1, 1)
        return self.expression(call.arguments[0], scope)

    def _context(self, scope: Scope) -> Expr:
        if scope.item is None:
            raise XPathError("there is no context item in a function")
        return scope.item

    def _by_table(self, line: _Line, call: Call, scope: Scope) -> Expr:
        arguments = [self.expression(argument, scope) for argument in call.arguments]
        if line.context and not arguments:
            arguments = [self._context(scope)]
        if call.name == "contains" and len(arguments) == 2:
            listed = self._listed(call.arguments, scope)
            if listed:
                return Expr("boolean", "1", listed)
        if call.name in ("matches", "replace"):
            made = self._with_fixed_pattern(call, arguments)
            if made is not None:
                return made
        least = sum(letter.islower() for letter in line.arguments)
        if not least <= len(arguments) <= len(line.arguments):
            raise XPathError(f"{call.name}() with {len(arguments)} arguments")
        codes = []
        for letter, e in zip(line.arguments.lower(), arguments, strict=False):
            if letter == "s":
                codes.append(self.string(e))
            elif letter == "t":
                codes.append(self.text(e))
            else:
                codes.append(self.cast(e, "xs:date" if letter == "d" else "xs:dayTimeDuration", optional=True).code)
        # one pass: what is filled in may look like a place to fill, as the regular expression '[0-9]{1}' does
        code = _PLACE.sub(lambda match: ", ".join(codes) if match[1] == "*" else codes[int(match[1])], line.template)
        return Expr(line.kind, line.card, code)

    def _with_fixed_pattern(self, call: Call, arguments: list[Expr]) -> Expr | None:
        """matches() and replace() with a pattern that is known now: checked now, and compiled once."""
        fixed = [part.value for part in call.arguments[1:] if isinstance(part, Literal) and isinstance(part.value, str)]
        if len(fixed) != len(call.arguments) - 1 or not fixed:
            return None
        flags = fixed[-1] if len(fixed) == (2 if call.name == "matches" else 3) else ""
        try:
            (matcher if call.name == "matches" else compile_regex)(fixed[0], flags)
        except Fault as fault:
            raise XPathError(fault.message) from None
        text, plain = self.string(arguments[0]), None if flags else plain_text(fixed[0])
        if call.name == "matches":
            if plain is not None:
                return Expr("boolean", "1", f"({text_literal(plain)} in {text})")
            regex = self.module.constant("R", f"Regex({text_literal(fixed[0])}, {text_literal(flags)})")
            return Expr("boolean", "1", f"{regex}.matches({text})")
        if plain is None or len(fixed) == 1 or set(fixed[1]) & {"$", "\\"}:
            return None
        return Expr("string", "1", f"{text}.replace({text_literal(plain)}, {text_literal(fixed[1])})")

    def _listed(self, arguments: tuple[Syntax, ...], scope: Scope) -> str | None:
        """contains(' A B C ', concat(' ', code, ' ')): a look into a set instead of a search."""
        text, word = arguments
        if not (isinstance(text, Literal) and isinstance(text.value, str)):
            return None
        if not (isinstance(word, Call) and word.name == "concat" and len(word.arguments) == 3):
            return None
        if word.arguments[0] != Literal(" ") or word.arguments[2] != Literal(" "):
            return None
        codes = tuple(code for code in text.value.split(" ") if f" {code} " in text.value)
        long_text = self.module.constant("L", text_literal(text.value))
        return (
            f"listed({self.text(self.expression(word.arguments[1], scope))}, {self.module.words(codes)}, {long_text})"
        )

    def _own(self, function: OwnFunction, call: Call, scope: Scope) -> Expr:
        if len(call.arguments) != len(function.params):
            raise XPathError(f"{call.name}() with {len(call.arguments)} arguments")
        codes = ["‹d›"]
        for argument, type_ in zip(call.arguments, function.params, strict=True):
            e = self.converted(self.expression(argument, scope), type_)
            if e.document != "‹d›":
                raise XPathError("a node of another document is given to a function")
            codes.append(e.code)
        code = f"{function.name}({', '.join(codes)})"
        return Expr(function.result.kind, function.result.card, code, as_written=True)

    # --- functions of sequences and nodes ---------------------------------------------------------------------

    def _truth(self, call: Call, scope: Scope) -> Expr:
        code = self.truth(self._argument(call, scope))
        return Expr("boolean", "1", f"(not {code})" if call.name == "not" else code)

    def _exists(self, call: Call, scope: Scope) -> Expr:
        code = self.exists(self._argument(call, scope))
        return Expr("boolean", "1", f"(not {code})" if call.name == "empty" else code)

    def _count(self, call: Call, scope: Scope) -> Expr:
        e = self.in_order(self._argument(call, scope))
        return Expr("integer", "1", "1" if e.card == "1" else f"len({self.as_list(e)})")

    def _number(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 0, 1)
        e = self.expression(call.arguments[0], scope) if call.arguments else self._context(scope)
        return Expr("double", "1", f"number({self.single(e).code})")

    def _sum(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 1, 2)
        if len(call.arguments) == 2:
            raise XPathError("sum() with a value for nothing is not supported")
        e = self.atomic(self.expression(call.arguments[0], scope))
        kind: Kind = e.kind if e.kind in ("integer", "decimal", "double") else "number"
        if e.kind == "untyped":
            loops, item = self.loops(e)
            e = self.looped(e._replace(kind="double"), loops, f"to_double({item})")
        code = self.module.call("sum", [f"return total({self.as_list(self.marked(e))})"], recall=True)
        return Expr("number" if kind == "double" else kind, "1", code)

    def _extreme(self, call: Call, scope: Scope) -> Expr:
        e = self.atomic(self._argument(call, scope))
        kind: Kind = "double" if e.kind == "untyped" else e.kind
        name = {"min": "least", "max": "greatest", "avg": "average"}[call.name]
        if call.name == "avg":
            kind = "decimal" if kind == "integer" else kind if kind in NUMBERS else "number"
        return Expr(kind, "?", f"{name}({self.as_list(self.marked(e))})")

    def _distinct(self, call: Call, scope: Scope) -> Expr:
        e = self.atomic(self._argument(call, scope))
        return Expr(e.kind, "*", f"distinct({self.as_list(e)})")

    def _join(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 1, 2)
        items = self.as_list(self.atomic(self.expression(call.arguments[0], scope)))
        by = [self.string(self.expression(separator, scope)) for separator in call.arguments[1:]]
        return Expr("string", "1", f"join({', '.join([items, *by])})")

    def _concat(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 1000)
        codes = [self.text(self.expression(argument, scope)) for argument in call.arguments]
        return Expr("string", "1", f"({' + '.join(codes)})")

    def _substring(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 3)
        text, *numbers = (self.expression(argument, scope) for argument in call.arguments)
        codes = [self.string(text), *(self.numeric(number).code for number in numbers)]
        return Expr("string", "1", f"substring({', '.join(codes)})")

    def _name(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 0, 1)
        e = self.expression(call.arguments[0], scope) if call.arguments else self._context(scope)
        if e.kind != "node":
            raise XPathError(f"{call.name}() of a value that is not a node ({e.kind})")
        method = {"name": "name", "local-name": "local_name", "namespace-uri": "namespace"}[call.name]
        node = e.code if e.card != "*" else f"{e.document}.only({self.as_list(self.in_order(e))})"
        return Expr("string", "1", f"{e.document}.{method}({node})")

    def _position(self, call: Call, scope: Scope) -> Expr:
        code = scope.position if call.name == "position" else scope.last
        if code is None:
            raise XPathError(f"{call.name}() is supported in predicates only")
        return Expr("integer", "1", code)

    def _current(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 0, 0)
        if scope.current is None:
            raise XPathError("current() where there is no context")
        return scope.current

    def _data(self, call: Call, scope: Scope) -> Expr:
        return self.atomic(self._argument(call, scope))

    def _sequence(self, call: Call, scope: Scope) -> Expr:
        """reverse, exactly-one, zero-or-one, one-or-more, unordered"""
        e = self.in_order(self._argument(call, scope))
        if call.name == "unordered":
            return e
        many = {"exactly-one": "", "zero-or-one": "?", "one-or-more": "+"}.get(call.name)
        if many is not None:
            return self.of_card(e, SequenceType(e.kind, many, atomic=False))
        return e._replace(
            card="*", code=f"{self.as_list(e)}[::-1]", loops=(), present="", ordered=False, as_written=True, ways=()
        )

    def _subsequence(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 3)
        e = self.in_order(self.expression(call.arguments[0], scope))
        numbers = [self.numeric(self.expression(number, scope)).code for number in call.arguments[1:]]
        code = f"subsequence({', '.join([self.as_list(e), *numbers])})"
        return e._replace(card="*", code=code, loops=(), present="", ways=(), texts=())

    def _index_of(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 2)
        items, wanted = (self.atomic(self.expression(argument, scope)) for argument in call.arguments)
        return Expr("integer", "*", f"index_of({self.as_list(items)}, {self.single(wanted).code})")

    def _round_half_even(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 1, 2)
        value, *places = (self.numeric(self.expression(argument, scope)) for argument in call.arguments)
        codes = [value.code, *(f"to_integer({place.code})" for place in places)]
        return Expr(value.kind, value.card, f"round_half_even({', '.join(codes)})")

    def _compare(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 2)
        a, b = (
            self.converted(self.expression(text, scope), SequenceType("string", "?", atomic=True))
            for text in call.arguments
        )
        (loops, x), (more, y) = self.loops(a), self.loops(b)
        return self.looped(Expr("integer", "*", ""), (*loops, *more), f"code_point_order({x}, {y})")

    def _from_code_points(self, call: Call, scope: Scope) -> Expr:
        e = self.atomic(self._argument(call, scope))
        return Expr("string", "1", f"from_code_points({self.as_list(e)})")

    # --- functions of XSLT ------------------------------------------------------------------------------------

    def _document(self, call: Call, scope: Scope) -> Expr:  # noqa: ARG002  a handler like the others
        self._count_arguments(call, 1, 1)
        name = call.arguments[0]
        if not (isinstance(name, Literal) and isinstance(name.value, str)):
            raise XPathError(f"{call.name}() is supported with a fixed name only")
        if name.value not in self.documents:
            raise XPathError(f"the document '{name.value}' is not there")
        return Expr("node", "1", "0", level=0, document=f"{self.documents[name.value]}()")

    def _key(self, call: Call, scope: Scope) -> Expr:
        self._count_arguments(call, 2, 2)
        name = call.arguments[0]
        if not (isinstance(name, Literal) and isinstance(name.value, str) and name.value in self.keys):
            raise XPathError("key() with a name that is not declared")
        items, keys = self.keys[name.value]
        loops, item = self.loops(self.atomic(self.expression(call.arguments[1], scope)))
        found, x = f"‹d›.looked_up({items}, {keys}, to_string({item}))", self.module.local()
        made = Expr("node", "*", x, (*loops, Loop("for", found, self.module.bind(x))), apart=False)
        return made._replace(ordered=not any(loop.kind == "for" for loop in loops))

    _HANDLERS: ClassVar[dict[str, Callable[[Functions, Call, Scope], Expr]]] = {
        "not": _truth,
        "boolean": _truth,
        "exists": _exists,
        "empty": _exists,
        "count": _count,
        "number": _number,
        "sum": _sum,
        "min": _extreme,
        "max": _extreme,
        "avg": _extreme,
        "distinct-values": _distinct,
        "string-join": _join,
        "concat": _concat,
        "substring": _substring,
        "name": _name,
        "local-name": _name,
        "namespace-uri": _name,
        "position": _position,
        "last": _position,
        "current": _current,
        "data": _data,
        "reverse": _sequence,
        "exactly-one": _sequence,
        "zero-or-one": _sequence,
        "one-or-more": _sequence,
        "unordered": _sequence,
        "subsequence": _subsequence,
        "index-of": _index_of,
        "round-half-to-even": _round_half_even,
        "codepoints-to-string": _from_code_points,
        "compare": _compare,
        "doc": _document,
        "document": _document,
        "key": _key,
    }
