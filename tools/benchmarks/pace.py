"""How fast the machine is just now: two short loops beside each round of what is measured.

Its speed may move by a factor of two within minutes. A round within which it moved is taken anew, as often
as is allowed, whatever the round itself had found; nothing is chosen by its outcome.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

CHANGED = 1.25  # times that either loop takes behind a round, or before it, is another speed
_REPEATED = 5  # a median of so many, so that a process that comes between does not count
_PARTS = 10  # of a run, for each of which its pace is told
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Pace:
    """Seconds of the loop of arithmetic, and of the one of dicts, attributes and JSON."""

    arithmetic: float
    memory: float

    @property
    def seconds(self) -> float:
        return self.arithmetic + self.memory

    def is_other_than(self, before: Pace) -> bool:
        ratios = (self.arithmetic / before.arithmetic, self.memory / before.memory)
        return any(not 1 / CHANGED <= ratio <= CHANGED for ratio in ratios)


@dataclass
class Paces:
    """What was seen of the machine's speed during a run, and what was done about it."""

    seen: list[Pace] = field(default_factory=list)
    rounds: int = 0  # that count
    retaken: int = 0
    kept: int = 0  # of those that count: the speed moved within them, but they could not be taken anew

    def __str__(self) -> str:
        if not self.seen:
            return "its speed was not looked at"
        loops = {
            "a loop of arithmetic": [pace.arithmetic for pace in self.seen],
            "one of dicts, attributes and JSON": [pace.memory for pace in self.seen],
        }
        told = " and ".join(f"{name} took {_told(seconds)} ms" for name, seconds in loops.items())
        parts = ", ".join(f"{statistics.median(part) * 1e3:.2f}" for part in self._parts())
        return (
            f"{told} at the median, with the least and most of nineteen in twenty; both together in each "
            f"tenth of the run {parts} ms. Of {self.rounds + self.retaken:,} rounds {self.retaken:,} were "
            f"taken anew, since it changed by more than {CHANGED - 1:.0%} within them; {self.kept:,} were "
            "kept though it did"
        )

    def _parts(self) -> list[list[float]]:
        each = -(-len(self.seen) // _PARTS)
        seconds = [pace.seconds for pace in self.seen]
        return [seconds[at : at + each] for at in range(0, len(seconds), each)]


RUN = Paces()


def look() -> Pace:
    """Takes about ten milliseconds."""
    pace = Pace(*(statistics.median(_seconds(loop) for _ in range(_REPEATED)) for loop in (_count, _read)))
    RUN.seen.append(pace)
    return pace


def in_rounds(
    act: Callable[[], _Found],
    *,
    before: Callable[[], object] | None = None,
    rounds: int,
    retakes: int | None = None,
    look: Callable[[], Pace] = look,
) -> list[tuple[_Found, Pace]]:
    """What `act` found in each round that counts, and the pace of that round.

    `before` is what a round needs and no part of it. At most so many are taken anew, by default half as many
    as count.
    """
    left = (rounds + 1) // 2 if retakes is None else retakes
    found: list[tuple[_Found, Pace]] = []
    while len(found) < rounds:
        if before is not None:
            before()
        begun = look()
        one = act()
        ended = look()
        has_changed = ended.is_other_than(begun)
        if has_changed and left:
            left -= 1
            RUN.retaken += 1
            continue
        RUN.kept += has_changed
        RUN.rounds += 1
        found.append((one, _between(begun, ended)))
    return found


def _between(before: Pace, after: Pace) -> Pace:
    return Pace((before.arithmetic + after.arithmetic) / 2, (before.memory + after.memory) / 2)


def _told(seconds: Sequence[float]) -> str:
    least, *_, most = statistics.quantiles(seconds, n=40) if len(seconds) > 1 else seconds * 2
    return f"{statistics.median(seconds) * 1e3:.2f} ({least * 1e3:.2f}-{most * 1e3:.2f})"


def _seconds(act: Callable[[], object]) -> float:
    began = time.thread_time()  # of the processor: who else wants it is watched by `machine`
    act()
    return time.thread_time() - began


class _Thing:
    def __init__(self, number: int) -> None:
        self.number, self.text = number, str(number)


_THINGS = {f"k{number}": _Thing(number) for number in range(8000)}  # about a megabyte, read out of order
_ORDER = [f"k{number * 7919 % len(_THINGS)}" for number in range(2500)]
_DOCUMENT = {"rows": [{"number": number, "text": "x" * 20} for number in range(60)]}


def _count() -> int:
    total = 0
    for number in range(9000):
        total = (total * 31 + number) & 0xFFFF
    return total


def _read() -> int:
    total = 0
    for key in _ORDER:
        thing = _THINGS[key]
        total += thing.number + len(thing.text)
    return total + len(json.loads(json.dumps(_DOCUMENT)))
