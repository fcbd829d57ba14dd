"""From the figures of each run to means with confidence intervals, and paired differences between variants.

Each replication is one independent sample. Variants of the same replication met the same chance, so their
differences are taken pair by pair: what luck did to both falls out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowcase.services.simulation.measuring import Measured

# Student's t for 95 % on both sides, by degrees of freedom; beyond the table by Cornish and Fisher.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
    2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048,
    2.045, 2.042,
)  # fmt: skip
_Z = 1.959964
# Where a run tells nothing of these, nobody was there; left out, the mean would be too high.
_ZERO_WHERE_ABSENT = ("ladder|", "queue|")
_UNKNOWN_WHERE_ABSENT = "|wait"  # who never waited has no mean wait


@dataclass(frozen=True)
class Interval:
    """A mean and how far it may be off at 95 %; None where one run alone cannot say."""

    mean: float
    half: float | None
    runs: int

    @property
    def excludes_zero(self) -> bool:
        return self.half is not None and abs(self.mean) > self.half


@dataclass(frozen=True)
class Figure:
    """One figure, in each variant."""

    key: str
    of: tuple[Interval | None, ...]  # per variant; None where no run had it
    differences: tuple[Interval | None, ...]  # of each variant against the first; None for the first


def t_quantile(freedom: int) -> float:
    """The t value of a 95 % interval."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = _Z
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def interval(values: Sequence[float]) -> Interval | None:
    """The mean of independent values with its 95 % confidence interval."""
    number = len(values)
    if not number:
        return None
    mean = math.fsum(values) / number
    if number == 1:
        return Interval(mean, None, 1)
    variance = math.fsum((value - mean) ** 2 for value in values) / (number - 1)
    return Interval(mean, t_quantile(number - 1) * math.sqrt(variance / number), number)


def compared(runs: Sequence[Sequence[Measured]]) -> list[Figure]:
    """Every figure of the runs, `runs[variant][replication]`, in the order of the keys' first appearance."""
    keys: dict[str, None] = {}
    for replications in runs:
        for measured in replications:
            keys.update(dict.fromkeys(measured.values))
    return [_figure(key, runs) for key in _in_order(keys)]


def _in_order(keys: dict[str, None]) -> list[str]:
    """Kinds stay together: a key that only a later variant has joins its kind."""
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(key.partition("|")[0], []).append(key)
    return [key for found in kinds.values() for key in found]


def _figure(key: str, runs: Sequence[Sequence[Measured]]) -> Figure:
    if key.startswith(_ZERO_WHERE_ABSENT) and not key.endswith(_UNKNOWN_WHERE_ABSENT):
        runs = [
            [replace(each, values={key: each.values.get(key, 0.0)}) for each in replications]
            for replications in runs
        ]
    of = tuple(
        interval([each.values[key] for each in replications if key in each.values]) for replications in runs
    )
    differences: list[Interval | None] = [None]
    for replications in runs[1:]:
        pairs = [
            other.values[key] - first.values[key]
            for first, other in zip(runs[0], replications, strict=True)
            if key in first.values and key in other.values
        ]
        differences.append(interval(pairs))
    return Figure(key, of, tuple(differences))
