"""The effect goals of network efforts and mentors, I-20 to I-24 (domain specification 7.2), counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Effect:
    """So many of so many; `apart` are those that are counted in neither and shown beside."""

    indicator: str
    count: int
    of: int
    apart: int = 0

    @property
    def percent(self) -> int | None:
        """Rounded; None when there is nobody to count."""
        return None if self.of == 0 else round(100 * self.count / self.of)


def network_effects(efforts: Sequence[Mapping[str, Any]], criterion: str | None = None) -> list[Effect]:
    """I-20 to I-23 of the efforts that were checked half a year after their end.

    A suspicion is no known crime: it counts as a success of I-20 and is told apart beside it. `criterion`
    takes the core or the widened target group alone.
    """
    checked = [
        each
        for each in efforts
        if each.get("eftertjekket") and (criterion is None or each.get("kriterium") == criterion)
    ]
    known_free = [each for each in checked if each.get("kendt_kriminalitet") is False]
    asked_tools = [each for each in checked if each.get("redskaber") is not None]
    return [
        Effect("I-20", len(known_free), len(checked), _yes(known_free, "mistanke")),
        Effect("I-21", _yes(checked, "uddannelse_arbejde"), len(checked)),
        Effect("I-22", _yes(checked, "bor_hjemme"), len(checked)),
        Effect("I-23", _yes(asked_tools, "redskaber"), len(asked_tools)),
    ]


def mentor_effects(matches: Sequence[Mapping[str, Any]], *, goal: int) -> list[Effect]:
    """I-24: young people matched against the goal, still matched, no case after a year, education or work."""
    young = {each.get("mentorung_id") for each in matches}
    a_year_on = [each for each in matches if each.get("stadig_sag") is not None]
    asked = [each for each in matches if each.get("uddannelse_arbejde") is not None]
    return [
        Effect("I-24", len(young), goal),
        Effect("I-24 aktive", sum(each.get("status") == "loeber" for each in matches), len(matches)),
        Effect("I-24 ikke sag", sum(not each["stadig_sag"] for each in a_year_on), len(a_year_on)),
        Effect("I-24 uddannelse", _yes(asked, "uddannelse_arbejde"), len(asked)),
    ]


def _yes(records: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(each.get(name) is True for each in records)
