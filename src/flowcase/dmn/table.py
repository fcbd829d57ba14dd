"""Decision tables (DMN 1.5, chapter 8): which rules match, and what the hit policy makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flowcase.dmn.boxed import Boxed, Scope
from flowcase.dmn.quick import Quick, SimpleTests
from flowcase.dmn.record import MatchedRules
from flowcase.dmn.run import Run
from flowcase.feel import UnaryTests
from flowcase.values import Value


class HitPolicy(StrEnum):
    UNIQUE = "UNIQUE"
    ANY = "ANY"
    FIRST = "FIRST"
    PRIORITY = "PRIORITY"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    COUNT = "COUNT"


@dataclass(frozen=True, kw_only=True)
class Input:
    expression: Boxed
    text: str  # of the input expression: how findings and warnings name the input
    label: str = ""
    is_whole: bool = False  # its type is one for integers
    allowed: UnaryTests | None = None  # `inputValues`
    allowed_text: str = ""
    element: str | None = None

    @property
    def title(self) -> str:
        return self.label or self.text


@dataclass(frozen=True, kw_only=True)
class Output:
    name: str  # entry of the result when a table has several outputs
    type: Any = None  # types.Type or None
    allowed: UnaryTests | None = None  # `outputValues`
    ranking: tuple[UnaryTests, ...] = ()  # the output values one by one, highest priority first
    default: Boxed | None = None
    element: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    index: int  # 1-based
    line: int | None
    cells: tuple[str, ...]  # texts of the input entries
    tests: tuple[
        tuple[int, UnaryTests | SimpleTests, Quick], ...
    ]  # with input position; without cells that always match
    outputs: tuple[Boxed, ...]
    output_texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TableBox(Boxed):
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy
    aggregation: Aggregation | None = None
    is_broken: bool = field(default=False)  # a cell could not be read

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        values = []
        for each in self.inputs:
            value = each.expression.evaluate(scope, run)
            if (
                each.allowed is not None
                and value is not None
                and not self._holds(each.allowed, value, scope, run)
            ):
                run.warn(each.element, f"The input '{each.title}' is none of its allowed values.")
                return None
            values.append(value)
        matched = self._matching(values, scope, run)
        run.matched.append(
            MatchedRules(run.owner, tuple(rule.id for rule in matched), tuple(rule.index for rule in matched))
        )
        if not matched:
            return self._without_match(scope, run)
        return _POLICIES[self.hit_policy](self, matched, scope, run)

    def _matching(self, values: Sequence[Value], scope: Scope, run: Run) -> list[Rule]:
        matched = []
        now, limits = run.now, run.limits
        stop_at_first = self.hit_policy is HitPolicy.FIRST
        for rule in self.rules:
            for position, test, (quick_type, quick) in rule.tests:
                value = values[position]
                if type(value) is quick_type:
                    if quick(value):
                        continue
                    break
                evaluation = test.evaluate(value, scope, now=now, limits=limits)
                if evaluation.warnings:
                    for warning in evaluation.warnings:
                        run.warn(rule.id, str(warning))
                if evaluation.value is not True:
                    break
            else:
                matched.append(rule)
                if stop_at_first:
                    break
        return matched

    @staticmethod
    def _holds(test: UnaryTests, value: Value, scope: Scope, run: Run) -> bool:
        return test.evaluate(value, scope, now=run.now, limits=run.limits).value is True

    def _without_match(self, scope: Scope, run: Run) -> Value:
        many = self.hit_policy in _LISTING and self.aggregation is None
        if any(output.default is not None for output in self.outputs):
            values = [
                None if output.default is None else self._checked(output, output.default, scope, run)
                for output in self.outputs
            ]
            default = self._compose(values)
            return [default] if many else default
        if many:
            return []
        if self.aggregation is Aggregation.COUNT:
            return Decimal(0)
        run.warn(self.element, "No rule matches, so the result is null.")
        return None

    def result_of(self, rule: Rule, scope: Scope, run: Run) -> Value:
        """What one matching rule gives: a value, or a context when the table has several outputs."""
        return self._compose(self.entries_of(rule, scope, run))

    def entries_of(self, rule: Rule, scope: Scope, run: Run) -> list[Value]:
        return [
            self._checked(output, entry, scope, run)
            for output, entry in zip(self.outputs, rule.outputs, strict=True)
        ]

    def _checked(self, output: Output, entry: Boxed, scope: Scope, run: Run) -> Value:
        value = entry.evaluate(scope, run)
        if value is None:
            return None
        value = run.fit(value, output.type, output.element, f"The output '{output.name}'")
        if output.allowed is not None and value is not None:
            each = value if isinstance(value, (list, tuple)) else [value]
            is_allowed = self._holds(output.allowed, value, scope, run) or (
                isinstance(value, (list, tuple))
                and all(self._holds(output.allowed, v, scope, run) for v in each)
            )
            if not is_allowed:
                run.warn(output.element, f"The output '{output.name}' is none of its allowed values.")
                return None
        return value

    def _compose(self, values: Sequence[Value]) -> Value:
        if len(self.outputs) == 1:
            return values[0]
        return {output.name: value for output, value in zip(self.outputs, values, strict=True)}

    def rank(self, entries: Sequence[Value], scope: Scope, run: Run) -> tuple[int, ...]:
        """Sort key of a result by output values: from the left output to the right, small means first."""
        key = []
        for output, value in zip(self.outputs, entries, strict=True):
            if output.ranking:
                places = (
                    place
                    for place, test in enumerate(output.ranking)
                    if value is not None and self._holds(test, value, scope, run)
                )
                key.append(next(places, len(output.ranking)))
        return tuple(key)

    def parts(self) -> Iterator[Boxed]:
        for each in self.inputs:
            yield each.expression
        for rule in self.rules:
            yield from rule.outputs
        for output in self.outputs:
            if output.default is not None:
                yield output.default

    def free_names(self) -> frozenset[str]:
        tests = (test.names for rule in self.rules for _, test, _ in rule.tests)
        return super().free_names().union(*tests)


# --- hit policies: (table, matching rules, scope, run) -> value ---------------------------------------

_Policy = Callable[[TableBox, list[Rule], Scope, Run], Value]


def _unique(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    if len(matched) > 1:
        places = ", ".join(str(rule.index) for rule in matched)
        run.warn(table.element, f"Rules {places} match, but at most one may (UNIQUE), so the result is null.")
        return None
    return table.result_of(matched[0], scope, run)


def _any(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    results = [table.result_of(rule, scope, run) for rule in matched]
    if any(result != results[0] for result in results[1:]):
        places = ", ".join(str(rule.index) for rule in matched)
        run.warn(table.element, f"Rules {places} match with different outputs (ANY), so the result is null.")
        return None
    return results[0]


def _first(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    return table.result_of(matched[0], scope, run)


def _in_output_order(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> list[Value]:
    results = [table.entries_of(rule, scope, run) for rule in matched]
    results.sort(key=lambda entries: table.rank(entries, scope, run))  # stable: equal ranks in rule order
    return [table._compose(entries) for entries in results]


def _priority(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    return _in_output_order(table, matched, scope, run)[0]


def _rule_order(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    return [table.result_of(rule, scope, run) for rule in matched]


def _collect(table: TableBox, matched: list[Rule], scope: Scope, run: Run) -> Value:
    results = _rule_order(table, matched, scope, run)
    if table.aggregation is None:
        return results
    if table.aggregation is Aggregation.COUNT:
        return Decimal(len(results))
    try:
        if table.aggregation is Aggregation.SUM:
            return _sum(results)
        return (min if table.aggregation is Aggregation.MIN else max)(results)
    except TypeError:
        run.warn(table.element, f"{table.aggregation} needs outputs that are all of one ordered type.")
        return None


def _sum(results: list[Value]) -> Value:
    if any(isinstance(value, (bool, str)) or value is None for value in results):
        raise TypeError
    total = results[0]
    for value in results[1:]:
        total = total + value
    return total


_POLICIES: dict[HitPolicy, _Policy] = {
    HitPolicy.UNIQUE: _unique,
    HitPolicy.ANY: _any,
    HitPolicy.FIRST: _first,
    HitPolicy.PRIORITY: _priority,
    HitPolicy.RULE_ORDER: _rule_order,
    HitPolicy.OUTPUT_ORDER: _in_output_order,
    HitPolicy.COLLECT: _collect,
}
_LISTING = (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER, HitPolicy.COLLECT)
