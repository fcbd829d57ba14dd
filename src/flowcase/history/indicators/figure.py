"""One figure of an indicator, and which figures are too small to be shown."""

from __future__ import annotations

import statistics
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar

from flowcase.values import Value

Words = tuple[str, str]  # Danish, English
WHOLE: Words = ("", "")
LEAST_HIDDEN = 2  # parts of a shown whole: one alone is the whole without the others

Part = TypeVar("Part", bound=Hashable)
Place = TypeVar("Place", bound=Hashable)


class Unit(StrEnum):
    PERCENT = "percent"
    COUNT = "count"
    DAYS = "days"
    HOURS = "hours"
    PER_CASE = "per case"
    KRONER = "kroner"


@dataclass(frozen=True)
class Figure:
    """A value with what it is made of. Suppressed: a group behind it is too small to be shown."""

    label: Words = WHOLE  # which part of the indicator; empty for the whole
    value: Decimal | None = None  # None: nothing to count, or suppressed
    unit: Unit = Unit.COUNT
    numerator: int | None = None
    denominator: int | None = None
    reference: Decimal | None = None  # a goal, or a figure of the sources
    is_personal: bool = True  # counts children, families or youths: small groups are left out
    is_suppressed: bool = False
    group: str = ""  # figures of one group add up to a shown whole: one left out alone could be computed

    @property
    def smallest(self) -> int:
        """The smallest group of people that the figure tells about; 0 when there is none."""
        known = [self.numerator, self.denominator]
        if self.unit is Unit.PERCENT and self.numerator is not None and self.denominator is not None:
            known.append(self.denominator - self.numerator)
        return min((abs(each) for each in known if each), default=0)


def share(
    numerator: int,
    denominator: int,
    label: Words = WHOLE,
    *,
    reference: Value = None,
    is_personal: bool = True,
    group: str = "",
) -> Figure:
    """`numerator` of `denominator` in percent; no value when there was nothing to count."""
    value = _rounded(Decimal(100) * numerator / denominator) if denominator else None
    return Figure(
        label,
        value,
        Unit.PERCENT,
        numerator,
        denominator,
        None if reference is None else Decimal(reference),
        is_personal,
        group=group,
    )


def count(
    number: int, label: Words = WHOLE, *, reference: Value = None, is_personal: bool = True, group: str = ""
) -> Figure:
    return Figure(
        label,
        Decimal(number),
        Unit.COUNT,
        number,
        None,
        None if reference is None else Decimal(reference),
        is_personal,
        group=group,
    )


def median(
    values: Sequence[int] | Sequence[Decimal], unit: Unit, label: Words = WHOLE, *, is_personal: bool = True
) -> Figure:
    """The middle value; `denominator` is how many there were."""
    middle = _rounded(statistics.median([Decimal(value) for value in values])) if values else None
    return Figure(label, middle, unit, None, len(values), is_personal=is_personal)


def average(
    total: int | Decimal, number: int, unit: Unit, label: Words = WHOLE, *, is_personal: bool = True
) -> Figure:
    """`total` divided among `number`; `denominator` is the number."""
    value = _rounded(Decimal(total) / number) if number else None
    return Figure(label, value, unit, None, number, is_personal=is_personal)


def without_small_groups(figures: Iterable[Figure], limit: int) -> list[Figure]:
    """The figures with those left out that tell about fewer than `limit` people.

    Where the parts of a shown whole are told, one that is left out alone could be computed from the
    others: the next smallest is left out with it.
    """
    known = list(figures)
    found = [left_out(each) if _is_small(each, limit) else each for each in known]
    for group in {each.group for each in known if each.group}:
        parts = [n for n, each in enumerate(known) if each.group == group]
        hidden = {n for n in parts if found[n].is_suppressed}
        for n in _needed_to_hide({n: known[n].numerator or 0 for n in parts}, hidden, limit):
            found[n] = left_out(found[n])
    return found


def without_small_parts(parts: Mapping[Part, Sequence[Figure]], limit: int) -> dict[Part, list[Figure]]:
    """The figures of each part of a whole (each team, each month) that are shown beside the whole.

    What is left out of one part could be computed by taking the other parts from the whole: so much is left
    out of the others that what is hidden together tells about `limit` people at least, in two parts at least.
    """
    found = {part: without_small_groups(figures, limit) for part, figures in parts.items()}
    for label in {each.label for figures in parts.values() for each in figures if each.is_personal}:
        places = {
            part: place
            for part, figures in parts.items()
            for place, each in enumerate(figures)
            if each.label == label
        }
        known = {part: parts[part][place] for part, place in places.items()}
        hidden = {part for part, place in places.items() if found[part][place].is_suppressed}
        also = set()
        for n in range(len(MEASURES)):
            sizes = {part: measures(each)[n] for part, each in known.items()}
            if any(sizes[part] for part in hidden):
                also |= _needed_to_hide(sizes, hidden, limit)
        for part in also:
            found[part][places[part]] = left_out(found[part][places[part]])
    return found


def _needed_to_hide(sizes: Mapping[Place, int], hidden: Set[Place], limit: int) -> set[Place]:
    """Which parts must be left out as well, the smallest first, so that nothing hidden can be computed."""
    also: set[Place] = set()
    shown = sorted((place for place in sizes if place not in hidden and sizes[place]), key=lambda p: sizes[p])
    while hidden and shown:
        together = hidden | also
        if (
            len([p for p in together if sizes[p]]) >= LEAST_HIDDEN
            and sum(map(sizes.__getitem__, together)) >= limit
        ):
            break
        also.add(shown.pop(0))
    return also


def _is_small(figure: Figure, limit: int) -> bool:
    return figure.is_personal and 0 < figure.smallest < limit


MEASURES = ("numerator", "denominator", "the others")


def measures(figure: Figure) -> tuple[int, int, int]:
    """The groups of people that a figure tells of: those counted, all, and of a share those not counted."""
    counted, all_ = figure.numerator or 0, figure.denominator or 0
    is_share = figure.unit is Unit.PERCENT and figure.denominator is not None
    return counted, all_, all_ - counted if is_share else 0


def left_out(figure: Figure) -> Figure:
    """The figure without what it tells."""
    return replace(figure, value=None, numerator=None, denominator=None, is_suppressed=True)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
