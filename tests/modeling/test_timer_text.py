"""The check reads timers as the engine does."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from flowcase.engine.timers import TimerTextError, instant_from, parse_cycle, parse_duration
from flowcase.modeling.timer_text import problem_of_cycle, problem_of_date, problem_of_duration

ZONE = ZoneInfo("Europe/Copenhagen")

DURATIONS = [
    "PT24H", "P3M", "P1Y2M3W4DT5H6M7S", "PT0.5S", "PT1,5S", "P", "PT", "P1", "24 timer", "PT-1H", "", "P1H",
    "P99999999999999Y", "P2000Y", "PT1H30", "p1d",
]  # fmt: skip
DATES = [
    "2026-04-01T09:00:00+02:00", "2026-04-01T09:00:00Z", "2026-04-01T09:00:00", "2026-13-01T09:00:00Z",
    "2026-04-01T25:00:00Z", "i morgen", "2026-04-01T09:00:00@Europe/Copenhagen", "",
    "2026-04-01T09:00:00+02:00[Europe/Copenhagen]", "2026-04-01T09:00:00[Mars/Olympus]",
]  # fmt: skip
CYCLES = [
    "R/P1D", "R3/PT1H", "R-1/PT1H", "R5/2026-01-01T09:00:00+01:00/P1D",
    "R/PT0S", "R//P1D", "R/hver dag", "RR/P1D",
    "0 9 * * *", "0 0 9 * * MON-FRI", "0 9 * * 1-5", "*/15 * * * *", "0 9 L * *",
    "0 0 9 ? * FRIL", "0 0 9 ? * MON#1",
    "@daily", "@never", "60 9 * * *", "0 24 * * *", "0 9 32 * *", "0 9 * 13 *",
    "0 9 * * 8", "0 9 * * XYZ", "* * *",
    "0 9 * * 5-1", "*/0 * * * *", "0 9 1,15 JAN-MAR *", "hver dag kl. 9", "0 0 9 * * * 2026", "1/ * * * *",
]  # fmt: skip


@pytest.mark.parametrize("text", DURATIONS)
def test_a_duration_is_read_here_and_by_the_engine_alike(text):
    assert (problem_of_duration(text) is None) == _reads(parse_duration, text)


@pytest.mark.parametrize("text", DATES)
def test_a_date_is_read_here_and_by_the_engine_alike(text):
    assert (problem_of_date(text) is None) == _reads(lambda given: instant_from(given, ZONE), text)


@pytest.mark.parametrize("text", CYCLES)
def test_a_cycle_is_read_here_and_by_the_engine_alike(text):
    assert (problem_of_cycle(text) is None) == _reads(lambda given: parse_cycle(given, ZONE), text)


def _reads(parse, text: str) -> bool:
    try:
        parse(text)
    except TimerTextError:
        return False
    return True
