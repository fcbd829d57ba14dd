"""Reading FEEL text into a syntax tree (DMN 1.5, section 10.3.1): recursive descent with precedences."""

from __future__ import annotations

from decimal import Decimal

from flowcase.feel import tree
from flowcase.feel.limits import MAX_DEPTH
from flowcase.feel.names import ENDING, KEYWORDS, KnownNames
from flowcase.feel.tokens import Token
from flowcase.feel.type_reader import TypeReader
from flowcase.feel.types import Type

_OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER, _UNARY = range(1, 8)
_BINARY = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">=", "between", "in"), _COMPARE),
    "+": _ADD,
    "-": _ADD,
    "*": _MULTIPLY,
    "/": _MULTIPLY,
    "**": _POWER,
}
_TESTS = frozenset(("<", "<=", ">", ">=", "=", "!="))
_LITERALS = {"true": True, "false": False, "null": None}
_OPENERS = frozenset("([{]-")


class Parser(TypeReader):
    """Adds expressions and unary tests to what can be read."""

    # -- entry points ------------------------------------------------------------------------------

    def expression(self) -> tree.Node:
        """The whole text as one expression."""
        if self.token.kind == "end":
            raise self.error("the text is empty")
        node = self._guarded(self._expression)
        self._expect_end()
        return node

    def unary_tests(self) -> tree.Tests:
        """The whole text as unary tests (grammar rule 15)."""
        if self.token.kind == "end" or (self.token.text == "-" and self.tokens[1].kind == "end"):
            return tree.Tests(0, False, [])
        negated = self._is_negated_tests()
        if negated:
            self._advance()
            self._advance()
        tests = self._guarded(self._tests)
        if negated:
            self._expect(")")
        self._expect_end()
        return tree.Tests(0, negated, tests)

    def _is_negated_tests(self) -> bool:
        """Whether the text is `not(...)` as a whole; `not(a) and b` is an expression."""
        if self.token.text != "not" or self.token.kind != "word" or self.tokens[1].text != "(":
            return False
        depth = 0
        for position in range(1, len(self.tokens)):
            token = self.tokens[position]
            if token.kind == "op" and token.text in "([{":
                depth += 1
            elif token.kind == "op" and token.text in ")]}":
                depth -= 1
                if depth == 0 and token.text == ")":
                    return self.tokens[position + 1].kind == "end"
        return False

    # -- operators ---------------------------------------------------------------------------------

    def _expression(self, minimum: int = _OR) -> tree.Node:
        self._deeper()
        node = self._operators(self._prefix(), minimum)
        self.depth -= 1
        return node

    def _operators(self, left: tree.Node, minimum: int) -> tree.Node:
        compared = 0
        while self.token.kind in ("op", "word"):
            operator = self.token.text
            precedence = _BINARY.get(operator, 0)
            if precedence < minimum or precedence == 0:
                break
            at = self.token.start
            if precedence in (_OR, _AND):
                operands = [left]
                while self._is(operator):
                    self._advance()
                    operands.append(self._expression(precedence + 1))
                left = tree.Logic(at, operator, operands)
            elif precedence == _COMPARE:
                compared += 1
                if compared > MAX_DEPTH:
                    raise self.error("it has too many comparisons in a row")
                left = self._comparison(left, operator, at)
            else:
                rest = []
                while self.token.kind == "op" and _BINARY.get(self.token.text) == precedence:
                    operation = self._advance()
                    rest.append((operation.text, operation.start, self._expression(precedence + 1)))
                left = tree.Arithmetic(at, left, rest)
        return left

    def _comparison(self, left: tree.Node, operator: str, at: int) -> tree.Node:
        self._advance()
        if operator == "between":
            low = self._expression(_ADD)
            self._expect("and")
            return tree.Between(at, left, low, self._expression(_ADD))
        if operator == "in":
            return tree.In(at, left, self._in_tests())
        return tree.Comparison(at, operator, left, self._expression(_ADD))

    def _in_tests(self) -> list[tree.Node]:
        """What follows `in`: one test, or several in parentheses."""
        if not self._is("("):
            return [self._expression(_ADD)]
        self._deeper()
        opening = self._advance()
        tests = [self._expression()]
        if self._is(".."):
            first: tree.Node = self._range(opening, tests[0])
            tests = [self._operators(self._steps(first), _ADD)]
        elif self._is(","):
            while self._accept(","):
                tests.append(self._expression())
            self._expect(")")
        else:
            self._expect(")")
            tests = [self._operators(self._steps(tests[0]), _ADD)]
        self.depth -= 1
        return tests

    def _tests(self) -> list[tree.Node]:
        tests = [self._expression()]
        while self._accept(","):
            tests.append(self._expression())
        return tests

    # -- operands ----------------------------------------------------------------------------------

    def _prefix(self) -> tree.Node:
        token = self.token
        if token.kind == "op":
            if token.text == "-":
                count = 0
                while self._accept("-"):
                    count += 1
                if self.token.kind == "number":  # `-4` is a literal in DMN's grammar
                    return self._steps(tree.Negation(token.start, count, self._primary()))
                return tree.Negation(token.start, count, self._steps(self._primary()))
            if token.text in _TESTS:
                return self._half_open(self._advance())
        return self._steps(self._primary())

    def _half_open(self, operator: Token) -> tree.Node:
        value = self._expression(_ADD)
        at, text = operator.start, operator.text
        if text == "!=":
            return tree.Unlike(at, value)
        if text == "=":
            return tree.RangeLiteral(at, value, value, True, True, text)
        if text[0] == "<":
            return tree.RangeLiteral(at, None, value, False, text == "<=", text)
        return tree.RangeLiteral(at, value, None, text == ">=", False, text)

    def _primary(self) -> tree.Node:
        token = self.token
        if token.kind == "number":
            self._advance()
            return tree.Literal(token.start, Decimal(token.text))
        if token.kind == "string":
            self._advance()
            return tree.Literal(token.start, token.text)
        if token.kind == "at":
            self._advance()
            return tree.AtLiteral(token.start, token.text)
        if token.kind == "word":
            return self._word(token)
        if token.kind == "op":
            if token.text == "(":
                return self._parenthesis()
            if token.text in ("[", "]"):
                return self._bracket()
            if token.text == "{":
                return self._context()
        raise self.error(f"found {self._found()} where a value should be")

    def _word(self, token: Token) -> tree.Node:
        known = self._longest_name()
        if known is None:
            word = token.text
            if word in _LITERALS:
                self._advance()
                return tree.Literal(token.start, _LITERALS[word])
            if word == "if":
                return self._if()
            if word == "for":
                return self._for()
            if word in ("some", "every") and self._peek().kind == "word":
                return self._quantified()
            if word == "function" and self._peek().text == "(":
                return self._function()
            if word in KEYWORDS:
                raise self.error(f"found {self._found()} where a value should be")
        return tree.Name(token.start, self._name())

    def _steps(self, base: tree.Node) -> tree.Node:
        """The path, filter, call and `instance of` steps behind an operand."""
        steps: list[tree.Path | tree.Filter | tree.Call] = []
        checks = 0
        while True:
            token = self.token
            if token.kind == "op" and token.text == ".":
                self._advance()
                if self.token.kind != "word":
                    raise self.error(f"found {self._found()} where a name should be")
                longest = self._longest_name()
                if longest is not None:
                    self._advance(longest[0])
                    steps.append(tree.Path(token.start, longest[1]))
                else:
                    steps.append(tree.Path(token.start, self._more_words([self._advance().text])))
            elif token.kind == "op" and token.text == "[" and self._starts_expression(self._peek()):
                self._advance()
                self._known.append(KnownNames(["item"]))
                steps.append(tree.Filter(token.start, self._expression()))
                self._known.pop()
                self._expect("]")
            elif token.kind == "op" and token.text == "(":
                steps.append(self._call())
            elif token.kind == "word" and token.text == "instance" and self._peek().text == "of":
                checks += 1
                if checks > MAX_DEPTH:
                    raise self.error("it has too many checks in a row")
                self._advance(2)
                base, steps = tree.InstanceOf(token.start, self._with_steps(base, steps), self._type()), []
            else:
                return self._with_steps(base, steps)

    @staticmethod
    def _with_steps(base: tree.Node, steps: list) -> tree.Node:
        return tree.Access(base.at, base, steps) if steps else base

    @staticmethod
    def _starts_expression(token: Token) -> bool:
        """False for what follows the closing `[` of `[1..5[`."""
        if token.kind == "word":
            return token.text not in ENDING
        return token.kind not in ("op", "end") or token.text in _OPENERS or token.text in _TESTS

    def _call(self) -> tree.Call:
        opening = self._expect("(")
        if self._accept(")"):
            return tree.Call(opening.start, [])
        names: list[str] | None = None
        arguments: list[tree.Node] = []
        while True:
            name = self._argument_name()
            if bool(name) != bool(names) and arguments:
                raise self.error("positional and named arguments are mixed")
            if name:
                names = [*(names or []), name]
            arguments.append(self._expression())
            if not self._accept(","):
                break
        self._expect(")")
        return tree.Call(opening.start, arguments, names)

    def _argument_name(self) -> str:
        count = 0
        while self._peek(count).kind == "word" and count < 8:
            count += 1
        if not count or self._peek(count).text != ":" or self._peek(count).kind != "op":
            return ""
        name = " ".join(token.text for token in self.tokens[self.index : self.index + count])
        self._advance(count + 1)
        return name

    def _parenthesis(self) -> tree.Node:
        opening = self._expect("(")
        inner = self._expression()
        if self._is(".."):
            return self._range(opening, inner)
        self._expect(")")
        return inner

    def _bracket(self) -> tree.Node:
        opening = self._advance()
        if opening.text == "[" and self._accept("]"):
            return tree.ListLiteral(opening.start, [])
        first = self._expression()
        if self._is("..") or opening.text == "]":
            return self._range(opening, first)
        items = [first]
        while self._accept(","):
            items.append(self._expression())
        self._expect("]")
        return tree.ListLiteral(opening.start, items)

    def _range(self, opening: Token, start: tree.Node) -> tree.Node:
        self._expect("..")
        end = self._expression()
        closing = self.token
        if closing.kind != "op" or closing.text not in ("]", ")", "["):
            raise self.error(f"expected ']', ')' or '[' at the end of a range and found {self._found()}")
        self._advance()
        return tree.RangeLiteral(opening.start, start, end, opening.text == "[", closing.text == "]")

    def _context(self) -> tree.Node:
        opening = self._expect("{")
        entries: list[tuple[str, tree.Node]] = []
        names = KnownNames()
        self._known.append(names)
        seen: set[str] = set()
        while not self._is("}"):
            at = self.token.start
            key = self._key()
            if key in seen:
                raise self.error(f"the context has the key '{key}' twice", at)
            seen.add(key)
            self._expect(":")
            entries.append((key, self._expression()))
            names.add(key)
            if not self._accept(","):
                break
        self._expect("}")
        self._known.pop()
        for key in seen:
            self._known[0].add(key) if not key.isidentifier() else None
        return tree.ContextLiteral(opening.start, entries)

    # -- expressions that begin with a word --------------------------------------------------------

    def _if(self) -> tree.Node:
        at = self.token.start
        branches = []
        while True:
            self._expect("if")
            condition = self._expression()
            self._expect("then")
            branches.append((condition, self._expression()))
            self._expect("else")
            if not self._is("if"):
                return tree.If(at, branches, self._expression())

    def _iterators(self, ending: str) -> list[tree.Iterator]:
        iterators = []
        names = self._known[-1]
        while True:
            at = self.token.start
            if self.token.kind != "word" or self.token.text in ENDING:
                raise self.error(f"found {self._found()} where a name should be")
            name = self._variable_name()
            self._expect("in")
            source = self._expression()
            end = self._expression() if self._accept("..") else None
            iterators.append(tree.Iterator(at, name, source, end))
            names.add(name)
            if len(iterators) > MAX_DEPTH:
                raise self.error("it has too many iterators", at)
            if not self._accept(","):
                self._expect(ending)
                return iterators

    def _for(self) -> tree.Node:
        at = self._advance().start
        self._known.append(KnownNames(["partial"]))
        iterators = self._iterators("return")
        body = self._expression()
        self._known.pop()
        return tree.For(at, iterators, body)

    def _quantified(self) -> tree.Node:
        word = self._advance()
        self._known.append(KnownNames())
        iterators = self._iterators("satisfies")
        body = self._expression()
        self._known.pop()
        return tree.Quantified(word.start, word.text == "every", iterators, body)

    def _function(self) -> tree.Node:
        at = self._advance().start
        self._expect("(")
        parameters: list[tuple[str, Type | None]] = []
        while not self._is(")"):
            if self.token.kind != "word":
                raise self.error(f"found {self._found()} where a parameter's name should be")
            name = self._variable_name()
            if any(name == other for other, _ in parameters):
                raise self.error(f"the function has the parameter '{name}' twice")
            parameters.append((name, self._type() if self._accept(":") else None))
            if not self._accept(","):
                break
        self._expect(")")
        if self._is("external"):
            raise self.error("functions of the host ('external') are refused")
        self._known.append(KnownNames(name for name, _ in parameters))
        body = self._expression()
        self._known.pop()
        return tree.FunctionDefinition(at, parameters, body)
