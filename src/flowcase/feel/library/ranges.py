"""Range functions (DMN 1.5, section 10.3.4.7, table 78): points and ranges in any order of arguments."""

from __future__ import annotations

from collections.abc import Callable

from flowcase.feel import operators
from flowcase.feel.errors import FeelSyntaxError, NullResult
from flowcase.feel.functions import builtin
from flowcase.feel.ranges import Range
from flowcase.feel.runtime import Run
from flowcase.values import Value

Relation = Callable[[Value, Value], bool]


def _less(one: Value, other: Value) -> bool:
    if one is None or other is None:
        raise NullResult("the range has no such end")
    result = operators.less(one, other)
    if result is None:
        raise NullResult("the two cannot be compared")
    return result


def _same(one: Value, other: Value) -> bool:
    return not _less(one, other) and not _less(other, one)


def _point(value: Value) -> Range:
    """A point as the range that holds it alone."""
    return Range(value, value, True, True)


def _before(one: Range, other: Range) -> bool:
    touching = not (one.end_included and other.start_included)
    return _less(one.end, other.start) or (touching and _same(one.end, other.start))


def _starts_no_later(one: Range, other: Range) -> bool:
    if _less(one.start, other.start):
        return True
    return _same(one.start, other.start) and (one.start_included or not other.start_included)


def _ends_no_earlier(one: Range, other: Range) -> bool:
    if _less(other.end, one.end):
        return True
    return _same(one.end, other.end) and (one.end_included or not other.end_included)


def _includes(one: Range, other: Range) -> bool:
    return _starts_no_later(one, other) and _ends_no_earlier(one, other)


def _includes_point(range_: Range, point: Value) -> bool:
    inside = operators.in_range(point, range_)
    if inside is None:
        raise NullResult("the two cannot be compared")
    return inside


def _meets(one: Range, other: Range) -> bool:
    return one.end_included and other.start_included and _same(one.end, other.start)


def _overlaps(one: Range, other: Range) -> bool:
    return not _before(one, other) and not _before(other, one)


def _overlaps_before(one: Range, other: Range) -> bool:
    starts_first = _less(one.start, other.start) or (
        _same(one.start, other.start) and one.start_included and not other.start_included
    )
    return starts_first and _overlaps(one, other) and _ends_no_earlier(other, one)


def _finishes(one: Range, other: Range) -> bool:
    return (
        one.end_included == other.end_included and _same(one.end, other.end) and _starts_no_later(other, one)
    )


def _starts(one: Range, other: Range) -> bool:
    return (
        one.start_included == other.start_included
        and _same(one.start, other.start)
        and _ends_no_earlier(other, one)
    )


def _starts_with_point(point: Value, range_: Range) -> bool:
    return _same(range_.start, point) and range_.start_included


def _finishes_with_point(point: Value, range_: Range) -> bool:
    return _same(range_.end, point) and range_.end_included


def _coincides(one: Range, other: Range) -> bool:
    included = (one.start_included, one.end_included) == (other.start_included, other.end_included)
    return included and _same(one.start, other.start) and _same(one.end, other.end)


def _swapped(relation: Relation) -> Relation:
    return lambda one, other: relation(other, one)


def _of_points(relation: Callable[[Range, Range], bool]) -> Relation:
    """A relation of ranges, for arguments of which some are points."""

    def relate(one: Value, other: Value) -> bool:
        return relation(
            one if isinstance(one, Range) else _point(one),
            other if isinstance(other, Range) else _point(other),
        )

    return relate


def _register(name: str, relation: Relation, *parameters: str) -> None:
    @builtin(*(f"{name}({each})" for each in parameters))
    def _relate(run: Run, one: Value, other: Value) -> bool:
        try:
            return relation(one, other)
        except NullResult as problem:
            raise NullResult(f"{name}: {problem}") from None


_POINTS = "point1: point, point2: point"
_POINT_RANGE = "point: point, range: range"
_RANGE_POINT = "range: range, point: point"
_RANGES = "range1: range, range2: range"

_register("before", _of_points(_before), _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_register("after", _swapped(_of_points(_before)), _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
_register("meets", _meets, _RANGES)
_register("met by", _swapped(_meets), _RANGES)
_register("overlaps", _overlaps, _RANGES)
_register("overlaps before", _overlaps_before, _RANGES)
_register("overlaps after", _swapped(_overlaps_before), _RANGES)
_register("finishes", _finishes_with_point, _POINT_RANGE)
_register("finishes", _finishes, _RANGES)
_register("finished by", _swapped(_finishes_with_point), _RANGE_POINT)
_register("finished by", _swapped(_finishes), _RANGES)
_register("includes", _includes_point, _RANGE_POINT)
_register("includes", _includes, _RANGES)
_register("during", _swapped(_includes_point), _POINT_RANGE)
_register("during", _swapped(_includes), _RANGES)
_register("starts", _starts_with_point, _POINT_RANGE)
_register("starts", _starts, _RANGES)
_register("started by", _swapped(_starts_with_point), _RANGE_POINT)
_register("started by", _swapped(_starts), _RANGES)
_register("coincides", _of_points(_coincides), _POINTS, _RANGES)


@builtin("range(from: string)")
def _range(run: Run, text: str) -> Range:
    from flowcase.feel.literals import parse_range

    run.charge(len(text))
    try:
        found = parse_range(text)
    except FeelSyntaxError:
        found = None
    if found is None:
        raise NullResult("range: this text is no range of literals")
    return found
