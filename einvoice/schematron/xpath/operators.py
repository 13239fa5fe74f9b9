"""Operators: and, or, comparisons, arithmetic, union; and quantified expressions, which are loops around a comparison.

    cbc:Amount > 0           for x1 in ...: if to_double(d.text[x1] or d.value(x1)) > 0: return True
    $code = ('A', 'B')       x1 in S2
    xs:decimal(.) + 1        plus(to_decimal(...), 1)

Static types choose the comparison; only where they leave it open does `compare` look at values.

Source: XPath 2.0, sections 3.4 to 3.9.
"""

from __future__ import annotations

from dataclasses import replace

from einvoice.schematron.xpath.code import Card, Expr, Kind, Loop, Scope, locals_in, render_loops
from einvoice.schematron.xpath.core import NUMBERS, TEXTS, Core
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.steps import clark
from einvoice.schematron.xpath.syntax import (
    Binary,
    Call,
    ContextItem,
    For,
    ForEach,
    Literal,
    NameTest,
    Negate,
    Path,
    Quantified,
    Step,
    Syntax,
)
from einvoice.xml import SPACE

GENERAL = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
VALUE = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ARITHMETIC = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "div": "divide",
    "idiv": "integer_divide",
    "mod": "modulo",
}
_CASTS: dict[Kind, str] = {
    "boolean": "to_boolean({})",
    "date": "to_date({})",
    "datetime": "to_date_time({})",
    "duration": "to_duration({})",
    "integer": "to_double({})",
    "decimal": "to_double({})",
    "double": "to_double({})",
}
_MANY = 40  # texts of a list, after which each is no longer compared with each of another
_MOMENTS = frozenset({"date", "datetime", "duration"})


def flattened(syntax: Syntax, operator: str) -> list[Syntax]:
    """The operands of a chain: `a or b or c` is one operation on three."""
    if isinstance(syntax, Binary) and syntax.operator == operator:
        return flattened(syntax.left, operator) + flattened(syntax.right, operator)
    return [syntax]


class Operators(Core):
    """Translates operators, `for`, `some` and `every`."""

    def binary(self, syntax: Binary, scope: Scope) -> Expr:  # noqa: PLR0911  one case a kind of operator
        """`left operator right`"""
        operator = syntax.operator
        if operator in ("and", "or"):
            return self._logic(syntax, scope)
        tag = _tag_of_repeated(syntax)
        if tag and not self.patient and scope.item is not None and scope.item.kind == "node":
            met = f"{scope.item.document}.met_before({scope.item.code}, {self.module.tag(tag)})"
            return Expr("boolean", "1", met)
        match syntax:
            case Binary("!=", Call("normalize-space", (told,)), Literal("")):  # what most rules on a missing text ask
                return Expr("boolean", "1", f"({self.text(self.expression(told, scope))}.strip({SPACE!r}) != '')")
        left, right = self.expression(syntax.left, scope), self.expression(syntax.right, scope)
        if operator in GENERAL:
            return Expr("boolean", "1", self.general(operator, left, right))
        if operator in VALUE:
            return self.value_comparison(VALUE[operator], self.single(left), self.single(right))
        if operator in ("|", "intersect", "except"):
            return self._union(operator, left, right)
        if operator == "to":
            a, b = (f"to_integer({self.numeric(side).code})" for side in (left, right))
            return Expr("integer", "*", f"whole_numbers({a}, {b})")
        if operator in _ARITHMETIC:
            return self._arithmetic(operator, left, right)
        return self._node_comparison(operator, left, right)

    # --- logic ------------------------------------------------------------------------------------------------

    def _logic(self, syntax: Binary, scope: Scope) -> Expr:
        sides = [
            side if isinstance(side, str) else self.test(side, scope)
            for side in self._code_lists(flattened(syntax, syntax.operator), syntax.operator, scope)
        ]
        if self.patient:
            name = "every_side" if syntax.operator == "and" else "one_side"
            return Expr("boolean", "1", f"{name}({', '.join(f'lambda: {side}' for side in sides)})")
        return Expr("boolean", "1", f"({f' {syntax.operator} '.join(sides)})")

    def _code_lists(self, sides: list[Syntax], operator: str, scope: Scope) -> list[Syntax | str]:
        """`not(contains(x, ' ')) and contains(' A B ', concat(' ', x, ' '))` is `x in {'A', 'B'}`.

        It is how the official rules write most code lists. Where an error must be traced, it stays as it is.
        """
        found: list[Syntax | str] = []
        for side in sides:
            word = _word_of_list(side)
            before = found[-1] if found else None
            if operator == "and" and word and before == Call("not", (Call("contains", (word[0], Literal(" "))),)):
                codes = {code for code in {*word[1].split(" "), ""} if f" {code} " in word[1]}
                found[-1] = f"({self.text(self.expression(word[0], scope))} in {self.module.words(tuple(codes))})"
            else:
                found.append(side)
        return found

    def quantified(self, syntax: Quantified, scope: Scope) -> Expr:
        """`some|every $name in source satisfies condition`"""
        loops, inner = self.bound(syntax.name, syntax.source, scope)
        condition = self.test(syntax.condition, inner)
        code = self.some(loops, condition) if syntax.kind == "some" else self.every(loops, condition)
        return Expr("boolean", "1", code)

    def for_(self, syntax: For, scope: Scope) -> Expr:
        """`for $name in source return result`"""
        loops, inner = self.bound(syntax.name, syntax.source, scope)
        return self._results(loops, syntax.result, inner)

    def for_each(self, syntax: ForEach, scope: Scope) -> Expr:
        """`source ! result`"""
        loops, variable = self._items(syntax.source, scope)
        return self._results(loops, syntax.result, Scope(variable, scope.current, scope.variables))

    def _results(self, loops: tuple[Loop, ...], syntax: Syntax, scope: Scope) -> Expr:
        """One result for each round of the loops, one after the other."""
        result = self.expression(syntax, scope)
        more, item = self.loops(self.in_order(result))
        made = self.looped(result, (*loops, *more), item)
        return made._replace(ordered=not loops, as_written=bool(loops), apart=False, level=None, backward=False)

    def bound(self, name: str, source: Syntax, scope: Scope) -> tuple[tuple[Loop, ...], Scope]:
        """Loops that give a variable its values, and the scope in which it is known."""
        loops, variable = self._items(source, scope)
        return loops, replace(scope, variables={**scope.variables, name: variable})

    def _items(self, source: Syntax, scope: Scope) -> tuple[tuple[Loop, ...], Expr]:
        """Loops through the items of an expression, and the item."""
        e = self.in_order(self.expression(source, scope))
        loops, item = self.loops(e)
        more, item = self.simple(item)
        return (*loops, *more), self.item_of(e, item)

    # --- comparisons ------------------------------------------------------------------------------------------

    def general(self, sign: str, left: Expr, right: Expr) -> str:
        """Code of a boolean: `=`, `<`, ...: true when it is for one pair of items."""
        a, b = self.atomic(left), self.atomic(right)
        if sign == "=" and a.kind in TEXTS and b.kind in TEXTS:
            for one, other in ((a, b), (b, a)):
                words = self._words(other)
                if words:
                    loops, item = self.loops(one) if one.card == "*" else ((), one.code)
                    return self.some(loops, f"({item} in {words})")
            if "*" not in (a.card, b.card) and "1" in (a.card, b.card):
                return f"({a.code} == {b.code})"
        how = _conversions(a, b)
        if how is None and a.card == b.card == "1":
            return f"compare({sign!r}, {self.marked(a).code}, {self.marked(b).code})"
        if how is None:
            return f"any_pair({sign!r}, {self.as_list(self.marked(a))}, {self.as_list(self.marked(b))})"
        (loops, x), (more, y) = self.loops(a), self.loops(b)
        condition = f"{how[0].format(x)} {GENERAL[sign]} {how[1].format(y)}"
        may_be_long = all(any(loop.kind == "for" for loop in each) for each in (loops, more))
        if not may_be_long or self.patient or not {a.kind, b.kind} <= TEXTS:
            return self.some((*loops, *more), condition)
        count = self.module.local()
        counted = self.module.bind(count)
        lines = [
            f"{counted} = 0",
            *render_loops(
                loops,
                [
                    f"{counted} = {count} + 1",
                    f"if {count} == {_MANY}:",
                    f"    return any_text({sign!r}, {self.as_list(a)}, {self.as_list(b)})",
                    *render_loops((*more, Loop("if", condition)), ["return True"]),
                ],
            ),
            "return False",
        ]
        return self.module.call("some", lines)

    def _words(self, e: Expr) -> str | None:
        """Code of a set of the texts of a list that does not depend on where it is used."""
        if e.texts:
            return self.module.words(e.texts)
        if e.card != "*" or any(name != "d" for name in locals_in(f"{e.loops} {e.code}")):
            return None
        return self.module.call("words", [f"return frozenset({self.as_list(e)})"])

    def value_comparison(self, sign: str, a: Expr, b: Expr) -> Expr:
        """`eq`, `lt`, ... of single values: untyped text is a string, and nothing gives nothing."""
        a, b = (e._replace(kind="string") if e.kind == "untyped" else e for e in (a, b))
        how = _conversions(a, b)
        if how is None:
            a, b = self.marked(a), self.marked(b)
        (loops, x), (more, y) = self.loops(a), self.loops(b)
        if how is None:
            code = f"single_pair({sign!r}, {x}, {y})"
        else:
            code = f"({how[0].format(x)} {GENERAL[sign]} {how[1].format(y)})"
        return self.looped(Expr("boolean", "*", ""), (*loops, *more), code)

    def _node_comparison(self, operator: str, left: Expr, right: Expr) -> Expr:
        if left.kind != "node" or right.kind != "node" or left.document != right.document:
            raise XPathError(f"'{operator}' between values that are not nodes of one document")
        sign = {"is": "==", "<<": "<", ">>": ">"}[operator]
        d = left.document
        sides = (
            e if e.card != "*" else e._replace(card="?", code=f"{d}.only({self.as_list(self.in_order(e))})", loops=())
            for e in (left, right)
        )
        (loops, x), (more, y) = (self.loops(side) for side in sides)
        return self.looped(Expr("boolean", "*", ""), (*loops, *more), f"({x} {sign} {y})")

    # --- arithmetic and nodes ---------------------------------------------------------------------------------

    def _arithmetic(self, operator: str, left: Expr, right: Expr) -> Expr:
        kinds = {left.kind, right.kind}
        if kinds & _MOMENTS:
            return self._moments(operator, self.single(left), self.single(right))
        a, b = self.numeric(left), self.numeric(right)
        kinds = {a.kind, b.kind}
        card: Card = "1" if a.card == b.card == "1" else "?"
        kind: Kind
        if operator == "idiv" or (kinds == {"integer"} and operator != "div"):
            kind = "integer"
        else:
            kind = "double" if "double" in kinds else "number" if "number" in kinds else "decimal"
        plain = card == "1" and operator in "+-*" and (kinds <= {"integer", "decimal"} or kinds == {"double"})
        if plain:
            return Expr(kind, card, f"({a.code} {operator} {b.code})")
        function = _ARITHMETIC[operator]
        if a.card == "1":
            return Expr(kind, card, f"{function}({a.code}, {b.code})")
        # nothing plus something is nothing, whatever error the something would make: as the official engine does
        x = self.module.local()
        code = f"(None if ({self.module.bind(x)} := {a.code}) is None else {function}({x}, {b.code}))"
        return Expr(kind, card, code)

    def _moments(self, operator: str, a: Expr, b: Expr) -> Expr:
        """Dates and durations."""
        kinds = (a.kind, b.kind)
        kind: Kind
        if operator == "-" and a.kind == b.kind:
            kind = "duration"
        elif operator in "+-" and b.kind == "duration":
            kind = a.kind
        elif operator == "+" and a.kind == "duration":
            kind = b.kind
        else:
            raise XPathError(f"'{operator}' between {kinds[0]} and {kinds[1]} is not supported")
        if kind not in _MOMENTS:
            raise XPathError(f"'{operator}' between {kinds[0]} and {kinds[1]} is not supported")
        return Expr(kind, "1" if a.card == b.card == "1" else "?", f"{_ARITHMETIC[operator]}({a.code}, {b.code})")

    def negate(self, syntax: Negate, scope: Scope) -> Expr:
        """`-operand`"""
        e = self.numeric(self.expression(syntax.operand, scope))
        return Expr(e.kind, e.card, f"negative({e.code})")

    def _union(self, operator: str, left: Expr, right: Expr) -> Expr:
        for e in (left, right):
            if e.kind == "any" and e.code == "NOTHING":
                continue
            if e.kind != "node":
                raise XPathError(f"'{operator}' of values that are not nodes ({e.kind})")
        if left.document != right.document:
            raise XPathError(f"'{operator}' of nodes of two documents")
        a, b = self.as_list(left), self.as_list(right)
        level = left.level if left.level == right.level else None
        sign = {"|": f"{{*{a}, *{b}}}", "intersect": f"{{*{a}}} & {{*{b}}}", "except": f"{{*{a}}} - {{*{b}}}"}[operator]
        apart = left.apart and right.apart and level is not None
        ways = (*left.ways, *right.ways) if operator == "|" and left.ways and right.ways else ()
        return Expr("node", "*", f"sorted({sign})", apart=apart, level=level, ways=ways, document=left.document)


def _word_of_list(syntax: Syntax) -> tuple[Syntax, str] | None:
    """(x, ' A B ') of contains(' A B ', concat(' ', x, ' '))."""
    match syntax:
        case Call("contains", (Literal(str() as text), Call("concat", (Literal(" "), word, Literal(" "))))):
            return word, text
    return None


def _tag_of_repeated(syntax: Syntax) -> str | None:
    """The tag in `preceding::tag/. = .`, as a rule asks whether a value is there again."""
    match syntax:
        case Binary("=", Path(Step("preceding", NameTest(str(), str()) as test), ContextItem()), ContextItem()):
            return clark(test)
    return None


def _conversions(a: Expr, b: Expr) -> tuple[str, str] | None:  # noqa: PLR0911  one case a pair of types
    """How to make two items comparable, as templates; None where only their values can tell."""
    if a.kind in TEXTS and b.kind in TEXTS:
        return "{}", "{}"
    if a.kind in NUMBERS and b.kind in NUMBERS:
        if "number" in (a.kind, b.kind):
            return None
        if "double" in (a.kind, b.kind):
            return ("{}" if a.kind == "double" else "float({})"), ("{}" if b.kind == "double" else "float({})")
        return "{}", "{}"
    if a.kind == b.kind and (a.kind == "boolean" or a.kind in _MOMENTS):
        return "{}", "{}"
    if a.kind == "untyped" and b.kind in _CASTS:
        return _CASTS[b.kind], ("float({})" if b.kind == "decimal" else "{}")
    if b.kind == "untyped" and a.kind in _CASTS:
        return ("float({})" if a.kind == "decimal" else "{}"), _CASTS[a.kind]
    return None
