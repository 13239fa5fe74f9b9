"""A rule set -> the source of Python modules, and tables that say which function is for what.

    RuleSet                                        Python
    rule, context cac:InvoiceLine                  def rule_9(d, nodes, out):
      assert id="A" test="cbc:ID"                      for n in nodes:
      assert id="B" test="cbc:Quantity != 0"               if not (T2_ID in d.kids[n]): out.append((0, n))
                                                           if not some_8(d, n): out.append((1, n))

The first module judges; it is all that a valid document needs. A part that is added to it when something failed
explains: the message of each check and, unless messages name their values, the values it compared. A second module is
needed after a dynamic error only: it runs single checks again and forgives an error in a side of `and` or `or` that
does not decide, as the specification allows.

A rule whose context is, or lies a known way below, the document element is translated a second time for nodes found
just there: paths that begin at its parents are then the same for all nodes, and are computed once a document.

Source: ISO/IEC 19757-3:2016; XSLT 2.0 for lets, functions and keys.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from einvoice.schematron.parsed import Parsed, everywhere
from einvoice.schematron.program import Alternative, Program, RuleTable
from einvoice.schematron.rule_error import RuleError
from einvoice.schematron.rules import Check, Function, Let, Rule, RuleSet, Value
from einvoice.schematron.xpath.code import Expr, Module, Scope, locals_in, text_literal
from einvoice.schematron.xpath.functions import OwnFunction
from einvoice.schematron.xpath.lexer import XPathError
from einvoice.schematron.xpath.operands import operands_code
from einvoice.schematron.xpath.patterns import alternatives
from einvoice.schematron.xpath.strings import normalize_space
from einvoice.schematron.xpath.syntax import Call
from einvoice.schematron.xpath.translator import Translator
from einvoice.schematron.xpath.types import read_type

_CALL = re.compile(r"(\w+)\(‹d›, ")
_VARIABLE = re.compile(r"‹d›\.at\((\w+), ‹n›\)")
_TEXT = "(‹d›.text[‹n›] or ‹d›.value(‹n›))"


def make_program(rules: RuleSet) -> Program:
    """Compile a rule set.

    Raises RuleError, naming file, line and construct, for anything that is not understood.
    """
    try:
        parsed = Parsed(rules)
        generator = _Generator(rules, parsed, patient=False)
        tables = generator.rule_tables()
        judge = generator.module.take_source()
        generator.explanations()
        explain = generator.module.take_source()
        tracer = _Generator(rules, parsed, patient=True)
        tracer.traces()
    except RecursionError:
        raise RuleError(rules.source, None, rules.source, "an expression is nested too deeply") from None
    return Program(
        tuple((check.id, check.kind, check.flag, check.role) for check in rules.all_checks()),
        tables,
        tuple(pattern.visits_attributes for pattern in rules.patterns),
        _facts(rules),
        {constant: rules.documents[name] for constant, name in generator.document_names.items()},
        _compile(judge, rules.source, "judge"),
        _compile(explain, rules.source, "explain"),
        _compile(tracer.module.take_source(), rules.source, "trace"),
    )


def _facts(rules: RuleSet) -> dict[int, tuple[tuple[int, str], ...]]:
    """Of each check whose message has values with a name: which part of the message has which."""
    named = (
        (
            number,
            tuple((at, part.fact) for at, part in enumerate(check.message) if isinstance(part, Value) and part.fact),
        )
        for number, check in enumerate(rules.all_checks())
    )
    return {number: facts for number, facts in named if facts}


def _compile(source: str, name: str, part: str) -> bytes:
    try:
        return marshal.dumps(compile(source, f"<rules: {part}>", "exec", dont_inherit=True, optimize=2))
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise RuleError(name, None, part, f"too deeply nested for Python ({error})") from None


class _Generator:
    """Translates the parts of a rule set into one module."""

    def __init__(self, rules: RuleSet, parsed: Parsed, *, patient: bool) -> None:
        self.rules = rules
        self.parsed = parsed
        self.module = Module()
        self.translator = Translator(self.module, patient=patient)
        self.document_names = {f"CODES{at}": name for at, name in enumerate(rules.documents)}
        self.translator.documents = {name: constant for constant, name in self.document_names.items()}
        self.root = Expr("node", "1", "0", level=0)
        self.of_texts: set[str] = set()  # functions that depend on nothing but the texts they are given
        self.of_text: set[str] = set()  # variables that depend on nothing but the text of the context node
        for number, function in enumerate(rules.functions):
            self._declare(f"own_{number}", function)
        self.globals = self._globals()
        self.levels: dict[int, tuple[int | None, int | None]] = {}  # of rules: how deep nodes surely, probably lie
        self._keys()
        for function in rules.functions:
            self._define(function)

    @contextmanager
    def refusing(self, line: int, construct: str) -> Iterator[None]:
        """Say where in the rule file something is not understood."""
        try:
            yield
        except XPathError as error:
            raise RuleError(self.rules.source, line, construct, str(error)) from None

    # --- lets, functions and keys -----------------------------------------------------------------------------

    def _globals(self) -> dict[str, Expr]:
        """The variables of the whole rule set and of patterns: each may use the others, in any order."""
        pending = [*self.rules.lets, *(let for pattern in self.rules.patterns for let in pattern.lets)]
        known: dict[str, Expr] = {}
        while pending:
            waiting: list[Let] = []
            for let in pending:
                try:
                    known[let.name] = self._let(let, Scope(self.root, self.root, known))
                except RuleError:
                    waiting.append(let)
            if len(waiting) == len(pending):
                self._let(waiting[0], Scope(self.root, self.root, known))
            pending = waiting
        return known

    def _let(self, let: Let, scope: Scope) -> Expr:
        """A variable: computed when first asked for, and once for each context."""
        with self.refusing(let.line, let.select):
            e = self.translator.in_order(self.translator.expression(self.parsed(let.select), scope))
            if let.type:
                e = self.translator.converted(e, read_type(let.type))
        if e.card == "*":
            e = e._replace(code=self.translator.as_list(e), loops=())
        if e.present or e.texts or ("(" not in e.code and "‹" not in e.code):
            return e
        free = set(locals_in(e.code)) - {"d"}
        if not free:
            return e if ".memo(" in e.code[:12] else e._replace(code=self.module.call("let", [f"return {e.code}"]))
        name, _ = self.module.function("let", [f"return {e.code}"], ("d", "n"))
        if self._looks_at_text_only(e.code):
            self.of_text.add(name)
        return e._replace(code=f"‹d›.at({name}, ‹n›)")

    def _declare(self, name: str, function: Function) -> None:
        with self.refusing(function.line, function.name):
            params = tuple(read_type(param.type) for param in function.params)
            self.translator.own_functions[function.name] = OwnFunction(name, params, read_type(function.type))

    def _define(self, function: Function) -> None:
        own = self.translator.own_functions[function.name]
        names = tuple(f"p{number}" for number in range(len(own.params)))
        variables = dict(self.globals)
        for name, param, type_ in zip(names, function.params, own.params, strict=True):
            variables[param.name] = Expr(type_.kind, type_.card, f"‹{name}›", as_written=True)
        lines: list[str] = []
        for let in function.lets:
            with self.refusing(let.line, let.select):
                e = self.translator.in_order(
                    self.translator.expression(self.parsed(let.select), Scope(None, None, variables))
                )
                if let.type:
                    e = self.translator.converted(e, read_type(let.type))
            if e.card == "*":
                e = e._replace(code=self.translator.as_list(e), loops=())
            if not e.texts and locals_in(e.code):
                x = self.module.local()
                lines.append(f"{self.module.bind(x)} = Lazy(lambda: {e.code})")
                e = e._replace(code=f"{x}()", present="")
            variables[let.name] = e
        with self.refusing(function.line, function.result):
            e = self.translator.expression(self.parsed(function.result), Scope(None, None, variables))
            result = self.translator.converted(e, own.result)
        code = self.translator.as_list(result) if result.card == "*" else result.code
        decorator = ""
        if self._is_of_texts(own, result, "\n".join([*lines, code])):
            self.of_texts.add(own.name)
            decorator = "@remembered\n"
        self.module.define(own.name, [*lines, f"return {code}"], ("d", *names), decorator)

    def _is_of_texts(self, own: OwnFunction, result: Expr, code: str) -> bool:
        """Whether a function says yes or no to the texts it is given, and looks at nothing else."""
        if self.translator.patient or not own.params or result.kind != "boolean":
            return False
        of_strings = all(param.kind == "string" and param.card != "*" for param in own.params)
        return of_strings and "‹d›" not in self._without_calls(code)

    def _without_calls(self, code: str) -> str:
        """Code, less the document where it is given to a function that does not look at it."""
        return _CALL.sub(lambda call: "(" if call[1] in self.of_texts else call[0], code)

    def _looks_at_text_only(self, code: str) -> bool:
        """Whether the value of code follows from the text of the context node."""
        code = _VARIABLE.sub(lambda let: "" if let[1] in self.of_text else let[0], self._without_calls(code))
        return not locals_in(code.replace(_TEXT, ""))

    def _keys(self) -> None:
        for key in self.rules.keys:
            with self.refusing(key.line, key.match):
                found = self.translator.expression(everywhere(self.parsed(key.match)), Scope(self.root))
                nodes = self.translator.as_list(self.translator.in_order(found))
            with self.refusing(key.line, key.use):
                item = Expr("node", "1", "‹n›")
                values = self.translator.atomic(
                    self.translator.expression(self.parsed(key.use), Scope(item, item, self.globals))
                )
                loops, value = self.translator.loops(values)
                texts = self.translator.looped(values._replace(kind="string"), loops, f"to_string({value})")
            items, _ = self.module.function("list", [f"return {nodes}"], ("d",))
            keys, _ = self.module.function("keys", [f"return {self.translator.as_list(texts)}"], ("d", "n"))
            self.translator.keys[key.name] = (items, keys)

    # --- rules ------------------------------------------------------------------------------------------------

    def rule_tables(self) -> tuple[RuleTable, ...]:
        """Translate all rules, for judging."""
        for pattern in self.rules.patterns:
            for rule in pattern.rules:
                with self.refusing(rule.line, rule.context):
                    self.parsed(rule.context)
                for check in rule.checks:
                    with self.refusing(check.line, check.test):
                        self.parsed(check.test)
        self.document_elements = self.parsed.document_elements()
        tables: list[RuleTable] = []
        number = 0
        for at, pattern in enumerate(self.rules.patterns):
            for rule in pattern.rules:
                with self.refusing(rule.line, rule.context):
                    found = tuple(
                        alternatives(self.parsed(rule.context), self.translator, Scope(None, None, self.globals))
                    )
                levels = {alternative.level for alternative in found}
                sure = levels.pop() if len(levels) == 1 else None
                level = sure if sure is not None else self._likely_level(found)
                self.levels[id(rule)] = sure, level
                anchored = self._rule(rule, number, level)
                function = anchored if level == sure else self._rule(rule, number, None)
                tables.append(RuleTable(at, found, function, anchored, level, number, len(rule.checks), rule.descends))
                number += len(rule.checks)
        return tuple(tables)

    def _likely_level(self, found: tuple[Alternative, ...]) -> int | None:
        """How deep the nodes lie if the topmost element of the pattern is the document element, by its name."""
        shapes = [alternative.shape for alternative in found]
        if any(far for shape in shapes for _, far in shape):
            return None
        if any(shape[-1][0] not in self.document_elements for shape in shapes):
            return None
        levels = {len(shape) for shape in shapes}
        return levels.pop() if len(levels) == 1 else None

    def _rule(self, rule: Rule, number: int, level: int | None) -> str:
        """One function that judges nodes by all checks of a rule."""
        scope = self._scope(rule, level)
        lines: list[str] = []
        forbidden: dict[str, list[int]] = {}
        for at, check in enumerate(rule.checks, number):
            with self.refusing(check.line, check.test):
                ways = self._forbidden(check, scope)
                test = "" if ways else self.translator.test(self.parsed(check.test), scope)
            for way in ways:
                forbidden.setdefault(way, []).append(at)
            if not ways:
                condition = f"not {test}" if check.kind == "assert" else test
                lines += [f"    if {condition}:", f"        ‹out›.append(({at}, ‹n›))"]
        if forbidden:
            entries = (f"{text_literal(way)}: {tuple(numbers)}" for way, numbers in forbidden.items())
            table = self.module.constant("F", f"{{{', '.join(entries)}}}")
            lines += [f"    for ‹=x› in present(‹d›, {table}):", "        ‹out›.append((‹x›, ‹n›))"]
        of_text = bool(lines) and not forbidden and self._looks_at_text_only("\n".join(lines[::2]))
        decorator = "@by_text\n" if of_text and not self.translator.patient else ""
        body = ["for ‹=n› in ‹nodes›:", *(lines or ["    pass"])]
        name, _ = self.module.function("rule", body, ("d", "nodes", "out"), decorator)
        return name

    def _forbidden(self, check: Check, scope: Scope) -> tuple[str, ...]:
        """The ways that must not occur, where this is all that a check demands: `not(cac:Delivery/cbc:ID)`.

        Hundreds of checks of EN 16931 do; they are tested together.
        """
        match check.kind, self.parsed(check.test):
            case "assert", Call("not", (path,)):
                return self.translator.expression(path, scope).ways
        return ()

    def _scope(self, rule: Rule, level: int | None) -> Scope:
        """The context node of a rule and its variables."""
        item = Expr("node", "1", str(level) if level in (0, 1) else "‹n›", level=level)
        scope = Scope(item, item, dict(self.globals))
        for let in rule.lets:
            scope = replace(scope, variables={**scope.variables, let.name: self._let(let, scope)})
        return scope

    # --- explanations -----------------------------------------------------------------------------------------

    def explanations(self) -> None:
        """Translate what is said about a check that failed: message_17, operands_17, and the same for likely places."""
        messages: list[str] = []  # those that are nothing but text
        for at, rule, check in self._checks():
            sure, likely = self.levels[id(rule)]
            self._explanation(f"{at}", check, self._scope(rule, sure), rule.lets)
            if likely != sure:
                self._explanation(f"{at}_anchored", check, self._scope(rule, likely), rule.lets)
            if not any(isinstance(part, Value) for part in check.message):
                messages.append(f"{at}: {text_literal(normalize_space(''.join(map(str, check.message))))}")
        self.module.constant("MESSAGES", f"{{{', '.join(messages)}}}")

    def _explanation(self, name: str, check: Check, scope: Scope, lets: tuple[Let, ...]) -> None:
        if not self.rules.names_facts:
            self._operands(name, check, scope, lets)
        self._message(name, check, scope)

    def _operands(self, name: str, check: Check, scope: Scope, lets: tuple[Let, ...]) -> None:
        definitions = {let.name: self.parsed(let.select) for let in (*self.rules.lets, *lets)}
        wanted = check.kind == "assert"
        operands = operands_code(self.parsed(check.test), self.translator, scope, definitions, wanted=wanted)
        if operands is not None:
            self.module.define(f"operands_{name}", [f"return {operands}"], ("d", "n"))

    def _message(self, name: str, check: Check, scope: Scope) -> None:
        """The parts of a message that holds values."""
        if any(isinstance(part, Value) for part in check.message):
            parts = [self._part(part, check, scope) for part in check.message]
            self.module.define(f"message_{name}", [f"return [{', '.join(parts)}]"], ("d", "n"))

    def _part(self, part: str | Value, check: Check, scope: Scope) -> str:
        """Code of a part of a message: a text, or a function that gives one."""
        if isinstance(part, str):
            return text_literal(part)
        with self.refusing(check.line, part.select):
            e = self.translator.atomic(self.translator.expression(self.parsed(part.select), scope))
            return f"lambda: join({self.translator.as_list(e)}, ' ')"

    def traces(self) -> None:
        """Translate all checks once more, one by one, forgiving errors that do not decide: test_17, message_17."""
        for at, rule, check in self._checks():
            scope = self._scope(rule, None)
            with self.refusing(check.line, check.test):
                test = self.translator.test(self.parsed(check.test), scope)
            self.module.define(f"test_{at}", [f"return {test}"], ("d", "n"))
            self._message(f"{at}", check, scope)

    def _checks(self) -> Iterator[tuple[int, Rule, Check]]:
        """All checks, with their number and rule."""
        rules = (rule for pattern in self.rules.patterns for rule in pattern.rules)
        checks = ((rule, check) for rule in rules for check in rule.checks)
        return ((at, rule, check) for at, (rule, check) in enumerate(checks))
