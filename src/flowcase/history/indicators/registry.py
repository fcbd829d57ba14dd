"""The registry of indicators: what each is called, how it is defined, and the function that counts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flowcase.history.indicators.figure import Figure, Words
from flowcase.history.indicators.material import Material, Question

Count = Callable[[Material, Question], Iterator[Figure]]


@dataclass(frozen=True)
class Indicator:
    id: str
    name: Words  # Danish, English
    numerator: Words
    denominator: Words  # ("", "") where nothing is divided
    rules: tuple[str, ...]
    source: str  # document and page, or the rule it comes from
    count: Count


INDICATORS: dict[str, Indicator] = {}


def indicator(
    id: str,
    da: str,
    en: str,
    *,
    numerator: Words,
    denominator: Words = ("", ""),
    rules: tuple[str, ...] = (),
    source: str = "",
) -> Callable[[Count], Count]:
    """Register a function under its id; figures come in the order in which they are to be read."""

    def register(count: Count) -> Count:
        if id in INDICATORS:
            raise ValueError(f"Expected one indicator '{id}', but there are two.")
        INDICATORS[id] = Indicator(id, (da, en), numerator, denominator, rules, source, count)
        return count

    return register
