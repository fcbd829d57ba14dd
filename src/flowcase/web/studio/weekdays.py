"""Weekdays as people type them, and as files have them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from flowcase.services.simulation.reading import WEEKDAYS

_NAMES: Mapping[str, Sequence[str]] = {
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
}
_SHORT = 3  # letters
_LEAST = 2  # letters of a name that can be told from another


class NoWeekday(ValueError):
    """Something else stands where a weekday should; the text is what."""


def written(days: Iterable[str], language: str) -> list[str]:
    """`man`, `tir`, of the codes of files, from Monday on."""
    return [_NAMES[language][WEEKDAYS.index(day)][:_SHORT] for day in sorted(days, key=WEEKDAYS.index)]


def read(text: str) -> list[str]:
    """The codes of files, from Monday on, of `man, ons og fre` or `mon-fri`. Raises NoWeekday."""
    found: set[int] = set()
    text = re.sub(r"\s*[-–]\s*", "-", text.lower())
    for part in re.split(r"[\s,;]+", text):
        if part in ("", "og", "and"):
            continue
        first, _, last = part.partition("-")
        begins = _number(first)
        ends = _number(last) if last else begins
        found.update(day % 7 for day in range(begins, ends + 1 if ends >= begins else ends + 8))
    return [WEEKDAYS[day] for day in sorted(found)]


def _number(name: str) -> int:
    name = name.rstrip(".")
    if len(name) >= _LEAST:
        for names in (*_NAMES.values(), WEEKDAYS):
            for number, known in enumerate(names):
                if known.startswith(name):
                    return number
    raise NoWeekday(name)
