"""List functions (DMN 1.5, section 10.3.4.4) and `sort` (10.3.4.9)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal

from flowcase.feel import functions, numbers, operators
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.library.texts import start_index
from flowcase.feel.runtime import Run
from flowcase.feel.types import Function
from flowcase.values import Value


@builtin("list contains(list: list, element: any)")
def _list_contains(run: Run, items: list, element: Value) -> bool:
    return _index(items, element, run) >= 0


def _index(items: list, element: Value, run: Run) -> int:
    run.charge(1 + 2 * len(items))
    for index, item in enumerate(items):
        if operators.equal(item, element, run) is True:
            return index
    return -1


@builtin("count(list: list)")
def _count(run: Run, items: list) -> Decimal:
    return Decimal(len(items))


def _extreme(function: str, items: Sequence[Value], run: Run, *, largest: bool) -> Value:
    run.charge(len(items))
    if not items:
        return None
    best = items[0]
    for item in items[1:]:
        precedes = operators.less(best, item) if largest else operators.less(item, best)
        if precedes is None:
            raise NullResult(f"{function}: the items cannot be compared with each other")
        if precedes:
            best = item
    return best


@builtin("min(list: list)")
def _min(run: Run, items: list) -> Value:
    return _extreme("min", items, run, largest=False)


@builtin("min(c...: any)")
def _min_of(run: Run, *items: Value) -> Value:
    return _extreme("min", _some("min", items), run, largest=False)


@builtin("max(list: list)")
def _max(run: Run, items: list) -> Value:
    return _extreme("max", items, run, largest=True)


@builtin("max(c...: any)")
def _max_of(run: Run, *items: Value) -> Value:
    return _extreme("max", _some("max", items), run, largest=True)


def _some(function: str, items: Sequence[Value]) -> Sequence[Value]:
    if not items:
        raise NullResult(f"{function} needs an argument")
    return items


def _numbers(function: str, items: Sequence[Value], run: Run) -> list[Decimal]:
    run.charge(len(items))
    if not all(type(item) is Decimal for item in items):
        raise NullResult(f"{function}: the list has items that are no numbers")
    return list(items)


def _aggregate(name: str, compute: Callable[[list[Decimal], Run], Value]) -> None:
    """Register a function over a list of numbers, or over numbers as arguments."""

    def guarded(items: Sequence[Value], run: Run) -> Value:
        values = _numbers(name, items, run)
        try:
            return compute(values, run)
        except ArithmeticError:
            raise NullResult(f"{name}: the result is out of range") from None

    @builtin(f"{name}(list: list)")
    def _of_list(run: Run, items: list) -> Value:
        return guarded(items, run)

    @builtin(f"{name}(n...: any)")
    def _of_arguments(run: Run, *items: Value) -> Value:
        return guarded(_some(name, items), run)


def _sum(values: list[Decimal], run: Run) -> Value:
    return functools.reduce(numbers.add, values) if values else None


def _product(values: list[Decimal], run: Run) -> Value:
    return functools.reduce(numbers.multiply, values) if values else None


def _mean(values: list[Decimal], run: Run) -> Value:
    if not values:
        return None
    return numbers.divide(functools.reduce(numbers.add, values), Decimal(len(values)))


def _median(values: list[Decimal], run: Run) -> Value:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return numbers.divide(numbers.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def _stddev(values: list[Decimal], run: Run) -> Value:
    if len(values) < 2:
        return None
    mean = numbers.divide(functools.reduce(numbers.add, values), Decimal(len(values)))
    squares = [numbers.power(numbers.subtract(value, mean), Decimal(2)) for value in values]
    variance = numbers.divide(functools.reduce(numbers.add, squares), Decimal(len(values) - 1))
    return numbers.CONTEXT.sqrt(variance)


def _mode(values: list[Decimal], run: Run) -> Value:
    counts: dict[Decimal, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(value for value, count in counts.items() if count == most)


for _name, _compute in (
    ("sum", _sum),
    ("product", _product),
    ("mean", _mean),
    ("median", _median),
    ("stddev", _stddev),
    ("mode", _mode),
):
    _aggregate(_name, _compute)


def _decide(items: Sequence[Value], run: Run, *, decisive: bool) -> bool | None:
    """`any` and `all`: `decisive` when an item is it, the opposite when all items are that, else null."""
    run.charge(len(items))
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(item is (not decisive) for item in items) else None


@builtin("all(list: list)")
def _all(run: Run, items: list) -> bool | None:
    return _decide(items, run, decisive=False)


@builtin("all(b...: any)")
def _all_of(run: Run, *items: Value) -> bool | None:
    return _decide(_some("all", items), run, decisive=False)


@builtin("any(list: list)")
def _any(run: Run, items: list) -> bool | None:
    return _decide(items, run, decisive=True)


@builtin("any(b...: any)")
def _any_of(run: Run, *items: Value) -> bool | None:
    return _decide(_some("any", items), run, decisive=True)


@builtin("sublist(list: list, start position: number, length?: number)")
def _sublist(run: Run, items: list, position: Decimal, length: Decimal | None = None) -> list:
    start = start_index(position, len(items))
    if length is None:
        return run.checked_list(items[start:])
    count = numbers.to_int(length)
    if count is None or not 1 <= count <= len(items) - start:
        raise NullResult("sublist: the length is not within the list")
    return run.checked_list(items[start : start + count])


@builtin("append(list: list, item...: any)")
def _append(run: Run, items: list, *added: Value) -> list:
    return run.checked_list([*items, *added])


@builtin("concatenate(list...: list)")
def _concatenate(run: Run, *lists: list) -> list:
    run.charge(sum(map(len, lists)) >> 4)
    return run.checked_list([item for items in lists for item in items])


@builtin("insert before(list: list, position: number, newItem: any)")
def _insert_before(run: Run, items: list, position: Decimal, item: Value) -> list:
    index = start_index(position, len(items))
    return run.checked_list([*items[:index], item, *items[index:]])


@builtin("remove(list: list, position: number)")
def _remove(run: Run, items: list, position: Decimal) -> list:
    index = start_index(position, len(items))
    return run.checked_list([*items[:index], *items[index + 1 :]])


@builtin("list replace(list: list, position: number, newItem: any)")
def _replace_at(run: Run, items: list, position: Decimal, item: Value) -> list:
    index = start_index(position, len(items))
    return run.checked_list([*items[:index], item, *items[index + 1 :]])


@builtin("list replace(list: list, match: function, newItem: any)")
def _replace_matching(run: Run, items: list, match: Function, item: Value) -> list:
    replaced = []
    for each in items:
        fits = functions.call(match, [each, item], run)
        if type(fits) is not bool:
            raise NullResult("list replace: the function's answer is no boolean")
        replaced.append(item if fits else each)
    return run.checked_list(replaced)


@builtin("reverse(list: list)")
def _reverse(run: Run, items: list) -> list:
    return run.checked_list(items[::-1])


@builtin("index of(list: list, match: any)")
def _index_of(run: Run, items: list, match: Value) -> list:
    run.charge(len(items))
    return [
        Decimal(index) for index, item in enumerate(items, 1) if operators.equal(item, match, run) is True
    ]


_HASHABLE = frozenset((str, Decimal, bool, type(None)))


def _distinct(items: Sequence[Value], run: Run) -> list:
    kept: list[Value] = []
    seen: set[tuple[type, Value]] = set()
    others: list[Value] = []  # values that have no hash of their own meaning
    for item in items:
        if type(item) in _HASHABLE:
            if (type(item), item) in seen:
                continue
            seen.add((type(item), item))
        else:
            if _index(others, item, run) >= 0:
                continue
            others.append(item)
        kept.append(item)
    return run.checked_list(kept)


@builtin("union(list...: list)")
def _union(run: Run, *lists: list) -> list:
    run.charge(sum(map(len, lists)))
    return _distinct([item for items in lists for item in items], run)


@builtin("distinct values(list: list)")
def _distinct_values(run: Run, items: list) -> list:
    run.charge(len(items))
    return _distinct(items, run)


@builtin("duplicate values(list: list)")
def _duplicate_values(run: Run, items: list) -> list:
    first: list[Value] = []
    twice: list[Value] = []
    for item in items:
        if _index(first, item, run) < 0:
            first.append(item)
        elif _index(twice, item, run) < 0:
            twice.append(item)
    return twice


@builtin("flatten(list: list)")
def _flatten(run: Run, items: list) -> list:
    flat: list[Value] = []
    stack = [iter(items)]
    while stack:
        run.charge(1)
        for item in stack[-1]:
            if type(item) is list:
                stack.append(iter(item))
                break
            run.charge(1)
            flat.append(item)
        else:
            stack.pop()
    return run.checked_list(flat)


@builtin("sort(list: list, precedes: function)")
def _sort(run: Run, items: list, precedes: Function) -> list:
    def order(one: Value, other: Value) -> int:
        run.charge(6)
        if functions.call(precedes, [one, other], run) is True:
            return -1
        return 1 if functions.call(precedes, [other, one], run) is True else 0

    return run.checked_list(sorted(items, key=functools.cmp_to_key(order)))


@builtin("sort(list: list)")
def _sort_ascending(run: Run, items: list) -> list:
    def order(one: Value, other: Value) -> int:
        run.charge(1)
        before = operators.less(one, other)
        if before is None:
            raise NullResult("sort: the items cannot be compared with each other")
        return -1 if before else int(operators.less(other, one) is True)

    return run.checked_list(sorted(items, key=functools.cmp_to_key(order)))
