"""Boxed filter, for, some and every (DMN 1.4, 10.2.1.9 to 10.2.1.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flowcase.dmn.boxed import Boxed, LiteralBox, Scope
from flowcase.dmn.run import Run
from flowcase.feel import FeelLimitError
from flowcase.feel.ranges import Range
from flowcase.values import Value


def _as_items(value: Value, run: Run, element: str | None) -> list[Value] | None:
    """What is iterated over: a list, a range of whole numbers, a single value as itself; None for null."""
    if value is None:
        run.warn(element, "There is nothing to go through: the collection is null.")
        return None
    if isinstance(value, (list, tuple)):
        items: Iterable[Value] = value
    elif isinstance(value, Range):
        low, high = value.start, value.end
        try:
            first = int(low) + (0 if value.start_included else 1)
            last = int(high) - (0 if value.end_included else 1)
        except (TypeError, ValueError):
            run.warn(element, "The range to go through has no whole numbers at its ends.")
            return None
        if last - first >= run.limits.list_items:
            raise FeelLimitError("list_items", run.limits.list_items)
        items = (type(low)(number) for number in range(first, last + 1))
    else:
        items = [value]
    result = list(items)
    run.work(len(result))
    return result


@dataclass(frozen=True, kw_only=True)
class FilterBox(Boxed):
    """A condition that is a number picks the item at that place, as a FEEL filter does."""

    collection: Boxed
    match: Boxed

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        collection = self.collection.evaluate(scope, run)
        if collection is None:
            run.warn(self.element, "There is nothing to filter: the collection is null.")
            return None
        items = list(collection) if isinstance(collection, (list, tuple)) else [collection]
        run.work(len(items))
        kept = []
        for item in items:
            inner = {**scope, **item, "item": item} if isinstance(item, Mapping) else {**scope, "item": item}
            match = self.match.evaluate(inner, run)
            if match is True:
                kept.append(item)
            elif match is not None and match is not False:
                if isinstance(match, bool) or not _is_whole(match):
                    run.warn(self.element, "The filter's condition is neither true nor false.")
                    return None
                return _at(items, int(match))
        return kept

    def parts(self) -> Iterator[Boxed]:
        return iter((self.collection, self.match))

    def free_names(self) -> frozenset[str]:
        return self.collection.free_names() | (self.match.free_names() - {"item"})


def _is_whole(value: Value) -> bool:
    try:
        return int(value) == value
    except (TypeError, ValueError, OverflowError):
        return False


def _at(items: list[Value], place: int) -> Value:
    if place == 0 or abs(place) > len(items):
        return None
    return items[place - 1 if place > 0 else place]


def _mentions(box: Boxed, word: str) -> bool:
    """Whether an expression in the box has the word; FEEL does not count `partial` among free names."""
    if isinstance(box, LiteralBox):
        return word in box.expression.text
    return any(_mentions(part, word) for part in box.parts())


@dataclass(frozen=True, kw_only=True)
class ForBox(Boxed):
    """`partial` is the list of the results so far."""

    variable: str
    collection: Boxed
    result: Boxed

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        items = _as_items(self.collection.evaluate(scope, run), run, self.element)
        if items is None:
            return None
        partial: list[Value] = []
        reads_partial = _mentions(self.result, "partial")
        for item in items:
            inner = {**scope, self.variable: item}
            if reads_partial:
                run.work(len(partial))
                inner["partial"] = list(partial)
            partial.append(self.result.evaluate(inner, run))
        return partial

    def parts(self) -> Iterator[Boxed]:
        return iter((self.collection, self.result))

    def free_names(self) -> frozenset[str]:
        return self.collection.free_names() | (self.result.free_names() - {self.variable, "partial"})


@dataclass(frozen=True, kw_only=True)
class QuantifiedBox(Boxed):
    """`some` and `every`, three-valued as in FEEL: a condition without truth value leaves the answer open."""

    every: bool
    variable: str
    collection: Boxed
    condition: Boxed

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        items = _as_items(self.collection.evaluate(scope, run), run, self.element)
        if items is None:
            return None
        is_open = False
        for item in items:
            truth = self.condition.evaluate({**scope, self.variable: item}, run)
            if truth is (not self.every):
                return truth
            if not isinstance(truth, bool):
                is_open = True
        if is_open:
            run.warn(self.element, "A condition is neither true nor false, so the answer is open.")
            return None
        return self.every

    def parts(self) -> Iterator[Boxed]:
        return iter((self.collection, self.condition))

    def free_names(self) -> frozenset[str]:
        return self.collection.free_names() | (self.condition.free_names() - {self.variable})
