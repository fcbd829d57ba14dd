"""Chance that belongs to things, not to the order of asking: common random numbers.

A number is drawn for a case, a place and a purpose, so that two variants that meet the same case at the
same user task for the third time draw the same number, whatever else has happened in between. What
differs between them is then what was changed, and not luck.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_SMALLEST = 2.0**-54


class Chance:
    """The stream of one replication."""

    def __init__(self, seed: int, replication: int) -> None:
        self._key = f"{seed}|{replication}|".encode()

    def number(self, *what: object) -> float:
        """Evenly between 0 and 1, always the same for the same things."""
        text = "|".join(map(str, what)).encode()
        digest = hashlib.blake2b(self._key + text, digest_size=8).digest()
        return (int.from_bytes(digest, "big") >> 11) * 2.0**-53 + _SMALLEST


@dataclass(frozen=True)
class Spread:
    """How long something takes: a mean, and how far it spreads around it.

    `cv` is the standard deviation as a share of the mean; the shape is lognormal, which has no negative
    times and a long tail. 0 is always the mean.
    """

    mean: float
    cv: float = 0.0

    def at(self, number: float) -> float:
        """The value below which this share of all values lies."""
        if self.mean <= 0 or self.cv <= 0:
            return self.mean
        variance = math.log(1 + self.cv * self.cv)
        return math.exp(
            math.log(self.mean) - variance / 2 + math.sqrt(variance) * _NORMAL.inv_cdf(min(number, 1 - 1e-12))
        )


def chosen(shares: Mapping[str, float], number: float) -> str:
    """The choice into whose share the number falls; shares need not sum to one."""
    total = sum(shares.values())
    reached = 0.0
    for choice, share in shares.items():
        reached += share / total
        if number < reached:
            return choice
    return next(reversed(list(shares)))


def count(mean: float, number: float) -> int:
    """A Poisson number of things of which there are `mean` in the average."""
    if mean <= 0:
        return 0
    probability = math.exp(-mean)
    total, found = probability, 0
    while number > total and found < 100_000:
        found += 1
        probability *= mean / found
        total += probability
    return found
