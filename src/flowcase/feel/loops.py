"""`for`, `some`, `every` and the step `[condition]`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from flowcase.feel import numbers, operators, wide
from flowcase.feel.errors import FeelLimitError
from flowcase.feel.ranges import Range
from flowcase.feel.runtime import Run, Scope
from flowcase.feel.types import type_name
from flowcase.values import Value

Code = Callable[[Scope], Value]


@dataclass(frozen=True, slots=True)
class Source:
    """One iterator: `name in source` or `name in source..end`."""

    name: str
    source: Code
    end: Code | None
    at: int

    def values(self, s: Scope) -> Iterable[Value] | None:
        """What the name takes one after the other; None when there is nothing to walk through."""
        value = self.source(s)
        if self.end is not None:
            return _span(value, self.end(s), s.run, self.at)
        if type(value) is list:
            return value
        if type(value) is Range:
            return _range_values(value, s.run, self.at)
        if value is None:
            s.run.warn(f"'{self.name}' has no list to walk through", self.at)
            return None
        return [value]


def _span(start: Value, end: Value, run: Run, at: int) -> Iterator[Value] | None:
    """`start..end`, upwards or downwards, for whole numbers and dates."""
    if type(start) is Decimal and type(end) is Decimal:
        first, last = numbers.to_int(start), numbers.to_int(end)
        if first is not None and last is not None:
            step = 1 if first <= last else -1
            return map(Decimal, range(first, last + step, step))
    elif operators.is_date(start) and operators.is_date(end):
        first, last = wide.ordinal(start), wide.ordinal(end)
        step = 1 if first <= last else -1
        return map(wide.from_ordinal, range(first, last + step, step))
    run.warn(f"Cannot walk from {type_name(start)} to {type_name(end)}", at)
    return None


def _range_values(range_: Range, run: Run, at: int) -> Iterator[Value] | None:
    start, end = range_.start, range_.end
    one: Value = numbers.ONE if type(start) is Decimal else dt.timedelta(1)
    if start is None or end is None or operators.less(end, start):
        run.warn("Cannot walk through a range without start or end", at)
        return None
    if not range_.start_included:
        start = operators.arithmetic("+", start, one, run, at)
    if not range_.end_included:
        end = operators.arithmetic("-", end, one, run, at)
    if operators.less(end, start):
        return iter(())
    return _span(start, end, run, at)


def for_loop(sources: list[Source], body: Code, size: int, *, uses_partial: bool) -> Code:
    """Code of `for ... return body`."""
    cost = size + 2
    last = len(sources) - 1

    def loop(s: Scope) -> Value:
        run = s.run
        results: list[Value] = []
        limit = run.limits.list_items

        def walk(index: int, scope: Scope) -> bool:
            source = sources[index]
            values = source.values(scope)
            if values is None:
                return False
            for value in values:
                run.steps -= cost
                if run.steps < 0:
                    raise FeelLimitError("steps", run.limits.steps)
                names = {source.name: value}
                if index < last:
                    if not walk(index + 1, Scope(names, scope, run)):
                        return False
                    continue
                if uses_partial:
                    names["partial"] = run.checked_list(results.copy())
                results.append(body(Scope(names, scope, run)))
                if len(results) > limit:
                    raise FeelLimitError("list_items", limit)
            return True

        return results if walk(0, s) else None

    return loop


def quantifier(sources: list[Source], body: Code, size: int, *, every: bool) -> Code:
    """Code of `some/every ... satisfies body`; three-valued as a chain of `or` or `and`."""
    cost = size + 2
    last = len(sources) - 1
    decisive = not every

    def loop(s: Scope) -> Value:
        run = s.run
        unknown = False

        def walk(index: int, scope: Scope) -> bool:
            """True when one body has decided."""
            nonlocal unknown
            source = sources[index]
            values = source.values(scope)
            if values is None:
                unknown = True
                return False
            for value in values:
                run.steps -= cost
                if run.steps < 0:
                    raise FeelLimitError("steps", run.limits.steps)
                inner = Scope({source.name: value}, scope, run)
                if index < last:
                    if walk(index + 1, inner):
                        return True
                    continue
                result = body(inner)
                if result is decisive:
                    return True
                if type(result) is not bool:
                    unknown = True
            return False

        if walk(0, s):
            return decisive
        return None if unknown else not decisive

    return loop


def filter_step(
    condition: Code, size: int, at: int, *, index: Decimal | None
) -> Callable[[Value, Scope], Value]:
    """The step `[condition]`: the item of a number, or the items for which the condition is true."""
    cost = size + 3

    def by_index(value: Value, s: Scope) -> Value:
        return _item(value if type(value) is list else _as_list(value), index, s.run, at)

    if index is not None:
        return by_index

    def by_condition(value: Value, s: Scope) -> Value:
        items = value if type(value) is list else _as_list(value)
        run = s.run
        kept: list[Value] = []
        position: Value = None
        if not items:
            return None if type(condition(Scope({"item": None}, s, run))) is Decimal else kept
        for number, item in enumerate(items):
            run.steps -= cost
            if run.steps < 0:
                raise FeelLimitError("steps", run.limits.steps)
            inner = Scope({"item": item}, s, run)
            if type(item) is dict:
                inner = Scope(item, inner, run)
            fits = condition(inner)
            if fits is True:
                kept.append(item)
            elif number == 0 and type(fits) is Decimal:
                # The filter is an index: it is the same for every item, so the first one decides.
                position = fits
                break
            elif fits is not False and fits is not None:
                run.warn(f"The filter is {type_name(fits)} and neither boolean nor number", at)
                return None
        if position is not None:
            return _item(items, position, run, at)
        return kept

    return by_condition


def _as_list(value: Value) -> list[Value]:
    return [] if value is None else [value]


def _item(items: list[Value], index: Decimal | None, run: Run, at: int) -> Value:
    """The item at a position from 1, or from the end when negative."""
    position = numbers.to_int(index) if index is not None else None
    if position is None:
        run.warn("The position in a list is no whole number", at)
        return None
    if 0 < position <= len(items):
        return items[position - 1]
    if position < 0 and -position <= len(items):
        return items[position]
    run.warn(f"The list has no item {position}", at)
    return None
