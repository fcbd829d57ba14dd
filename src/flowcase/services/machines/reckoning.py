"""Which clock is right: this machine's, the database's, the time that was known, or other machines'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AGREE_SECONDS = 10.0  # clocks that are kept by NTP differ by far less


@dataclass(frozen=True)
class Reckoning:
    """How far a right clock is ahead of the one that only counts seconds."""

    right: float
    is_sure: bool  # two clocks have agreed on it, and no two others on another one


def reckoned(before: Reckoning | None, machine: float, database: float) -> Reckoning:
    """Two of the three that agree are right; where none do, the database's is: all nodes have that one.

    `machine` and `database` are how far these clocks are ahead of the one that only counts seconds, and
    `before` is what was reckoned when the database was asked last.
    """
    if before is None:
        return Reckoning(database, _agree(machine, database))
    if _agree(database, before.right):
        return Reckoning(database, before.is_sure or _agree(machine, database))
    # The database's clock was set, or this machine slept, during which no seconds are counted.
    if _agree(machine, database):
        return Reckoning(database, is_sure=True)
    if _agree(machine, before.right):
        return Reckoning(machine, is_sure=True)
    return Reckoning(database, is_sure=False)


def outvoted(machine: float, database: float, witnesses: Sequence[float]) -> Reckoning:
    """What most clocks say where the two do not agree; the database's where there is no majority.

    `witnesses` are clocks of other machines, one of each.
    """
    clocks = (database, machine, *witnesses)
    agreeing = [sum(_agree(one, other) for other in clocks) for one in clocks]
    most = max(agreeing)
    best = clocks[agreeing.index(most)]
    rivals = [one for one, number in zip(clocks, agreeing, strict=True) if number == most]
    if most > 1 and all(_agree(best, one) for one in rivals):
        return Reckoning(best, is_sure=True)
    return Reckoning(database, is_sure=False)


def _agree(one: float, other: float) -> bool:
    return abs(one - other) <= AGREE_SECONDS
