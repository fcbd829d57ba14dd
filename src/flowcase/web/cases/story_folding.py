"""The story of a case for its page: moments, newest first, and what repeats itself told once with its count.

What is folded stays in full beneath the newest time: only the same people doing the same in the same order
fold, where nothing but dates and numbers differ.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowcase.history.story import Told

FEWEST_TIMES = 3  # what happened twice is as soon read as unfolded
LONGEST_ROUND = 6  # moments that are looked at as one round
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}(?: (?:kl\. )?\d\d[.:]\d\d)?")


@dataclass(frozen=True)
class Moment:
    at: dt.datetime
    who: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """A round of moments, newest first, and the same rounds that went before it, newest first."""

    moments: tuple[Moment, ...]
    before: tuple[Moment, ...] = ()

    def __len__(self) -> int:
        return len(self.moments) + len(self.before)

    @property
    def times(self) -> int:
        return len(self) // len(self.moments)

    @property
    def first(self) -> dt.datetime:
        return (*self.moments, *self.before)[-1].at


def moments_of(story: Iterable[Told]) -> list[Moment]:
    """What was told at one time of one person, together; the newest moment first."""
    grouped = itertools.groupby(story, key=lambda told: (told.at, told.who))
    return [Moment(at, who, tuple(told.text for told in lines)) for (at, who), lines in grouped][::-1]


def unfolded(moments: Iterable[Moment]) -> list[Passage]:
    return [Passage((moment,)) for moment in moments]


def folded(moments: Sequence[Moment]) -> list[Passage]:
    """The moments in their order, with rounds that follow upon the like of them as one passage."""
    passages: list[Passage] = []
    alike = [_without_dates(moment) for moment in moments]
    at = 0
    while at < len(moments):
        length, times = max(
            ((length, _rounds(alike, at, length)) for length in range(1, LONGEST_ROUND + 1)),
            key=lambda found: (found[0] * found[1] if found[1] >= FEWEST_TIMES else 0, -found[0]),
        )
        if times < FEWEST_TIMES:
            length = times = 1
        end = at + length * times
        passages.append(Passage(tuple(moments[at : at + length]), tuple(moments[at + length : end])))
        at = end
    return passages


def _rounds(alike: Sequence[object], at: int, length: int) -> int:
    times = 1
    while alike[at : at + length] == alike[at + length * times : at + length * (times + 1)]:
        times += 1
    return times


def _without_dates(moment: Moment) -> tuple[str, ...]:
    return (moment.who, *(_DATE.sub("…", line) for line in moment.lines))
