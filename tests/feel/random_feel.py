"""Random FEEL expressions that mean something: each is made for the type that it is to give."""

from __future__ import annotations

import random
from collections.abc import Callable

NUMBERS = ["0", "1", "2", "3", "7", "-4", "10", "2.5", "-0.5", "n", "m"]
STRINGS = ['"abc"', '"Ærø"', '""', '"a b c"', '"foobar"', '"FOO"', "s", '"1"', '"ab12"']
DATES = [
    'date("2026-03-29")',
    '@"2024-02-29"',
    "date(2025, 12, 31)",
    '@"2026-01-01"',
    'date(@"2026-07-01T12:00:00Z")',
]
INSTANTS = [
    '@"2026-03-29T01:30:00Z"',
    '@"2026-10-25T02:30:00+01:00"',
    'date and time("2024-02-29T23:00:00+02:00")',
    '@"2026-07-01T12:00:00-05:00"',
]
DAYS = ['@"P1D"', '@"PT36H"', 'duration("P2DT3H4M5S")', '@"-PT90M"', '@"PT0S"']
UTC = ['@"2024-02-29T12:00:00Z"', '@"2026-03-29T01:30:00Z"', '@"2026-07-01T22:15:30Z"']
MIDSUMMER = ['@"2024-06-24"', 'date("2026-06-24")', "date(2025, 6, 24)", 'date("2025-02-24")']
WHOLE_DAYS = ['@"P1D"', '@"-P45D"']
MONTHS = ['@"P1Y"', '@"P14M"', 'duration("-P3M")', '@"P1Y6M"']
CONTEXTS = ['{a: 1, b: "x"}', '{a: 7, b: "y", c: {d: [1, 2]}}', "p", '{"b": "z", a: -2}']
COMPARISONS = ["=", "!=", "<", "<=", ">", ">="]


class RandomFeel:
    """One sequence of expressions; the same seed gives the same."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.bound = 0

    def expression(self, depth: int = 3) -> str:
        return self.pick(
            self.number,
            self.string,
            self.boolean,
            self.boolean,
            self.numbers,
            self.date,
            self.instant,
            self.days,
            self.months,
            self.context,
            self.anything,
        )(depth)

    def pick(self, *choices):
        return self.random.choice(choices)

    def _choose(self, atoms: list[str], forms: list[Callable[[], str]], depth: int) -> str:
        if depth <= 0 or self.random.random() < 0.2:
            return self.random.choice(atoms)
        return self.random.choice(forms)()

    def _common(self, of: Callable[[int], str], depth: int) -> list[Callable[[], str]]:
        """Forms that give a value of any type."""
        d = depth - 1
        return [
            lambda: f"(if {self.boolean(d)} then {of(d)} else {of(d)})",
            lambda: f"[{of(d)}, {of(d)}][{self.pick(1, 2, -1, 3)}]",
            lambda: f"{{v: {of(d)}}}.v",
            lambda: f"(function(x) x)({of(d)})",
            lambda: f"(for x in [{of(d)}] return x)[1]",
        ]

    def integer(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            ["0", "1", "2", "3", "7", "-4", "10"],
            [
                lambda: f"({self.integer(d)} {self.pick('+', '-', '*')} {self.integer(d)})",
                lambda: f"count({self.numbers(d)})",
                lambda: f"string length({self.string(d)})",
                lambda: f"floor({self.number(d)})",
                lambda: f"ceiling({self.number(d)})",
                lambda: f"modulo({self.integer(d)}, {self.pick(3, -4, 5)})",
                lambda: f"({self.date(d)}).{self.pick('year', 'month', 'day', 'weekday')}",
                lambda: f"({self.instant(d)}).{self.pick('hour', 'minute', 'second')}",
                lambda: f"({self.days(d)}).{self.pick('days', 'hours', 'minutes', 'seconds')}",
                lambda: f"({self.months(d)}).{self.pick('years', 'months')}",
                lambda: f"{self.pick('day of year', 'week of year')}({self.date(d)})",
            ],
            depth,
        )

    def number(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            NUMBERS,
            [
                *self._common(self.number, depth),
                lambda: f"({self.number(d)} {self.pick('+', '-', '*', '/')} {self.number(d)})",
                lambda: f"{self.integer(d)}",
                lambda: f"{self.integer(d)}",
                lambda: f"-({self.number(d)})",
                lambda: f"({self.integer(d)} ** {self.pick(0, 1, 2, 3)})",
                lambda: f"{self.pick('sum', 'min', 'max', 'mean', 'product')}({self.numbers(d)})",
                lambda: f"median([3, {self.pick(1, 7)}, 2])",
                lambda: f"{self.pick('abs', 'sqrt', 'floor', 'ceiling')}({self.number(d)})",
                lambda: f"decimal({self.number(d)}, {self.pick(0, 1, 2)})",
                lambda: f'number("{self.pick("1", "-2.5", "x", "10")}")',
                lambda: f"({self.context(d)}).a",
                lambda: f"{self.numbers(d)}[{self.pick(1, 2, -1)}]",
            ],
            depth,
        )

    def string(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            STRINGS,
            [
                *self._common(self.string, depth),
                lambda: f"({self.string(d)} + {self.string(d)})",
                lambda: f"upper case({self.string(d)})",
                lambda: f"lower case({self.string(d)})",
                lambda: f'substring({self.string(d)} + "foobar", {self.pick(1, 2, -2, 5)})',
                lambda: f'substring({self.string(d)} + "ab", {self.pick(1, 2, -2)}, {self.pick(1, 2, 9)})',
                lambda: f'substring before({self.string(d)}, "{self.pick("b", "x", " ")}")',
                lambda: f'substring after({self.string(d)}, "{self.pick("b", "x", " ")}")',
                lambda: f'replace({self.string(d)}, "{self.pick("[a-c]", "o+", "x")}", "-")',
                lambda: f'string join(split({self.string(d)}, " "), "{self.pick("", ",")}")',
                lambda: f"string({self.integer(d)})",
                lambda: f"string({self.pick(self.date, self.boolean, self.days, self.months)(d)})",
                lambda: f"({self.context(d)}).b",
            ],
            depth,
        )

    def boolean(self, depth: int) -> str:
        d = depth - 1
        kind = self.pick(
            self.integer, self.integer, self.string, self.date, self.instant, self.days, self.months
        )
        variable = f"x{self.bound}"
        self.bound += 1
        return self._choose(
            ["true", "false", "b", "null", "true", "false"],
            [
                lambda: f"({self.boolean(d)} {self.pick('and', 'or')} {self.boolean(d)})",
                lambda: f"not({self.boolean(d)})",
                lambda: f"({kind(d)} {self.pick(*COMPARISONS)} {kind(d)})",
                lambda: f"({kind(d)} {self.pick(*COMPARISONS)} {kind(d)})",
                lambda: self.between(d),
                lambda: (
                    f"({self.integer(d)} in ({self.pick('<', '>=')} {self.integer(0)}, {self.integer(0)}))"
                ),
                lambda: f"(some {variable} in {self.numbers(0)} satisfies {variable} > {self.integer(0)})",
                lambda: f"(every {variable} in {self.numbers(0)} satisfies {self.integer(0)} <= {variable})",
                lambda: (
                    f"{self.pick('contains', 'starts with', 'ends with')}({self.string(d)}, {self.string(0)})"
                ),
                lambda: f'matches({self.string(d)}, "{self.pick("^[a-z]+$", "o{2}", "[0-9]")}")',
                lambda: f"list contains({self.numbers(d)}, {self.integer(0)})",
                lambda: f"{self.pick('all', 'any')}([{self.boolean(d)}, {self.boolean(d)}])",
                lambda: (
                    f"({self.anything(d)} instance of {self.pick('number', 'string', 'boolean', 'date')})"
                ),
                lambda: f"{self.pick('before', 'after')}({self.interval()}, {self.interval()})",
                lambda: (
                    f"{self.pick('meets', 'met by', 'overlaps', 'includes')}"
                    f"({self.interval()}, {self.interval()})"
                ),
                lambda: f"{self.pick('odd', 'even')}({self.integer(d)})",
                lambda: f"({self.anything(d)} = null)",
            ],
            depth,
        )

    def between(self, depth: int) -> str:
        kind, ordered = self.pick(
            (self.integer, ["-4", "0", "2", "7", "10"]),
            (self.string, ['""', '"FOO"', '"abc"', '"hello"', '"x"']),
            (self.date, ['@"2024-02-29"', '@"2025-12-31"', '@"2026-03-29"', '@"2026-07-01"']),
            (self.instant, [*UTC]),
            (self.days, ['@"-P1D"', '@"PT0S"', '@"PT90M"', '@"P2D"']),
        )
        first = self.random.randrange(len(ordered) - 1)
        low, high = ordered[first], self.pick(*ordered[first + 1 :])
        if self.random.random() < 0.5:
            return f"({kind(depth)} between {low} and {high})"
        return f"({kind(depth)} in {self.pick('[', '(')}{low}..{high}{self.pick(']', ')')})"

    def interval(self) -> str:
        low = self.random.randint(0, 6)
        return f"{self.pick('[', '(')}{low}..{low + self.random.randint(1, 5)}{self.pick(']', ')')}"

    def numbers(self, depth: int) -> str:
        d = depth - 1
        variable = f"y{self.bound}"
        self.bound += 1
        return self._choose(
            ["[]", "[1]", "[1, 2, 3]", "[3, 1, 2, 1]", "l", "[5, -1, 2.5]"],
            [
                lambda: f"[{self.number(d)}, {self.number(d)}]",
                lambda: f"(for {variable} in {self.numbers(d)} return {variable} * {self.integer(0)})",
                lambda: f"(for {variable} in {self.pick(1, 0, 3)}..{self.pick(3, 1, 5)} return {variable})",
                lambda: f"{self.numbers(d)}[item {self.pick('>', '<=', '=')} {self.integer(0)}]",
                lambda: f"concatenate({self.numbers(d)}, {self.numbers(d)})",
                lambda: f"append({self.numbers(d)}, {self.integer(d)})",
                lambda: f"reverse({self.numbers(d)})",
                lambda: f"sort({self.numbers(d)}, function(a, b) a {self.pick('<', '>')} b)",
                lambda: f"distinct values({self.numbers(d)})",
                lambda: f"union({self.numbers(d)}, {self.numbers(d)})",
                lambda: f"sublist(append({self.numbers(d)}, 4), {self.pick(1, -1)}, 1)",
                lambda: f"insert before([1, 2], {self.pick(1, 2)}, {self.integer(d)})",
                lambda: f"remove(append({self.numbers(d)}, 4), 1)",
                lambda: f"index of({self.numbers(d)}, {self.integer(0)})",
                lambda: f"flatten([{self.numbers(d)}, [{self.numbers(d)}]])",
                lambda: f"[{self.context(d)}, {self.context(d)}].a",
            ],
            depth,
        )

    def date(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            DATES,
            [
                *self._common(self.date, depth),
                lambda: f"({self.date(d)} {self.pick('+', '-')} {self.months(d)})",
                lambda: f"({self.date(d)} {self.pick('+', '-')} {self.pick(*WHOLE_DAYS)})",
                lambda: f"date({self.instant(d)})",
            ],
            depth,
        )

    def instant(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            INSTANTS,
            [
                *self._common(self.instant, depth),
                lambda: f"({self.instant(d)} {self.pick('+', '-')} {self.days(d)})",
                lambda: f"({self.instant(d)} {self.pick('+', '-')} {self.months(d)})",
            ],
            depth,
        )

    def days(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            DAYS,
            [
                *self._common(self.days, depth),
                lambda: f"({self.days(d)} {self.pick('+', '-')} {self.days(d)})",
                lambda: f"({self.pick(*UTC)} - {self.pick(*UTC)})",
                lambda: f"({self.date(d)} - {self.date(d)})",
                lambda: f"abs({self.days(d)})",
            ],
            depth,
        )

    def months(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            MONTHS,
            [
                *self._common(self.months, depth),
                lambda: f"({self.months(d)} {self.pick('+', '-')} {self.months(d)})",
                lambda: f"years and months duration({self.pick(*MIDSUMMER)}, {self.pick(*MIDSUMMER)})",
            ],
            depth,
        )

    def unary(self, depth: int = 2) -> dict[str, object]:
        """Unary tests over numbers or texts, with an input value."""
        of, inputs = self.pick(
            (self.integer, [0, 2, 7, -4, 2.5]), (self.string, ["abc", "", "FOO", "hello world"])
        )
        low, high = ("0", "7") if of == self.integer else ('"FOO"', '"b"')
        test = self.pick(
            lambda: of(depth),
            lambda: f"{self.pick('<', '<=', '>', '>=')} {of(depth)}",
            lambda: f"{of(depth)}, {of(depth)}",
            lambda: f"not({of(depth)}, {of(0)})",
            lambda: f"{self.pick('[', '(')}{low}..{high}{self.pick(']', ')')}",
            lambda: f"not({self.pick('[', '(')}{low}..{high}{self.pick(']', ')')})",
            lambda: "-",
            lambda: f"? {self.pick(*COMPARISONS)} {of(depth)}",
            lambda: f"[{of(depth)}, {of(depth)}]",
            lambda: f"{self.pick('<', '>')} {of(0)}, {of(depth)}",
        )()
        return {"text": test, "unary": True, "variables": {"?": self.pick(*inputs)}}

    def context(self, depth: int) -> str:
        d = depth - 1
        return self._choose(
            CONTEXTS,
            [
                lambda: f"{{a: {self.integer(d)}, b: {self.string(d)}}}",
                lambda: f"{{q: {self.integer(d)}, a: q + 1, b: {self.string(0)}}}",
                lambda: f'context put({self.context(d)}, "a", {self.integer(d)})',
                lambda: f"context merge([{self.context(d)}, {self.context(d)}])",
                lambda: f"[{self.context(d)}, {self.context(d)}][a >= {self.integer(0)}][1]",
            ],
            depth,
        )

    def anything(self, depth: int) -> str:
        """A value of any type, or an operation on the wrong types."""
        d = depth - 1
        of = self.pick(self.number, self.string, self.boolean, self.numbers, self.date, self.context)
        if depth > 0 and self.random.random() < 0.4:
            other = self.pick(self.number, self.string, self.boolean)
            operator = self.pick("+", "-", "*", "/", "and", "or")
            return f"({of(d)} {operator} {other(d)})"
        return of(depth)
