"""Timers from 2024 to 2032, drawn by chance, against a model of civil time that is written by hand.

    FLOWCASE_TIMER_CASES=100000 pytest tests/engine/test_civil_timers.py

Every second one begins or ends around a clock change or at the end of a month.
"""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Iterator

from flowcase.engine import next_occurrence
from flowcase.engine.timers import Series, instant_from, parse_cycle, parse_duration
from tests.engine.civil_model import DK, MINUTE, cron_after, first_instant, later, shown

CASES = int(os.environ.get("FLOWCASE_TIMER_CASES", "400"))
FIRST, DAYS = dt.date(2024, 1, 1), 9 * 365
DAY = dt.timedelta(days=1)
CHANGES = [  # days on which clocks change
    day
    for day in (FIRST + number * DAY for number in range(DAYS))
    if day.month in (3, 10) and day.isoweekday() == 7 and day.day > 24
]


def instants(chance: random.Random) -> Iterator[dt.datetime]:
    """Minutes of those years; many of nights of clock changes, and of the last and first days of months."""
    for _ in range(CASES):
        kind = chance.randrange(4)
        if kind == 0:
            day = chance.choice(CHANGES) + chance.choice((-1, 0, 0, 1)) * DAY
            night = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) - 2 * dt.timedelta(hours=1)
            yield night + chance.randrange(6 * 60) * MINUTE
            continue
        day = FIRST + chance.randrange(DAYS) * DAY
        if kind == 1:
            day = day.replace(day=1) - chance.choice((0, 1, 1, 2, 3)) * DAY
        yield dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC) + chance.randrange(24 * 60) * MINUTE


def seeded() -> random.Random:
    seed = random.SystemRandom().randrange(1_000_000)
    print("seed", seed)
    return random.Random(seed)


def duration(chance: random.Random) -> tuple[str, int, int, dt.timedelta]:
    """Its text, and what it says in months, days and exact time."""
    months = chance.choice((0, 0, 1, 3, 4, 6, 12, 13, chance.randrange(60)))
    days = chance.choice((0, 0, 1, 7, 14, 180, chance.randrange(500)))
    exact = chance.choice((0, 0, 1, 24, 48, chance.randrange(200))) * 60 + chance.choice((0, 0, 30, 1))
    if not (months or days or exact):
        days = 1
    sign = chance.choice(("", "", "", "-"))
    text = f"{sign}P" + (f"{months}M" if months else "") + (f"{days}D" if days else "")
    text += f"T{exact}M" if exact else ""
    turned = -1 if sign else 1
    return text, turned * months, turned * days, turned * exact * MINUTE


def test_a_duration_is_counted_as_the_calendar_and_the_clock_on_the_wall_do() -> None:
    chance = seeded()
    for begin in instants(chance):
        text, months, days, exact = duration(chance)

        assert parse_duration(text).after(begin, DK) == later(begin, months, days, exact), (text, begin)


def test_a_date_without_a_zone_is_the_first_moment_at_which_clocks_show_it() -> None:
    for begin in instants(seeded()):
        local = shown(begin)

        assert instant_from(local.isoformat(), DK) == first_instant(local), local
        assert instant_from(local.date(), DK) == first_instant(dt.datetime.combine(local, dt.time()))


def test_a_cycle_comes_round_where_its_duration_leads_and_a_night_away_leaves_none_out() -> None:
    chance = seeded()
    for begin in instants(chance):
        text, months, days, exact = duration(chance)
        text, months, days, exact = text.lstrip("-"), abs(months), abs(days), abs(exact)
        times = chance.randrange(1, 9)
        due = [later(begin, months * nr, days * nr, exact * nr) for nr in range(1, times + 1)]

        series = Series(parse_cycle(f"R{times}/{text}", DK), begin, DK)
        found = [series.first()]
        while found[-1] is not None:
            found.append(series.following(found[-1]))

        assert [each.due_at for each in found[:-1] if each is not None] == due, (text, begin)
        anchored = f"R{times + 1}/{begin.isoformat()}/{text}"
        away = begin + chance.randrange(1, 40 * 24 * 60) * MINUTE  # how long nobody looked
        expected = next((each for each in due if each > away), None)
        assert next_occurrence(anchored, away, zone=DK) == expected, (anchored, away)


def test_a_cron_is_due_when_clocks_show_its_time() -> None:
    chance = seeded()
    for begin in instants(chance):
        hours = sorted(
            {2, *chance.sample(range(24), 2)} if chance.randrange(2) else chance.sample(range(24), 1)
        )
        hours = hours if chance.randrange(4) else []
        minutes = sorted(chance.sample(range(60), chance.choice((1, 1, 3))))
        text = f"{','.join(map(str, minutes))} {','.join(map(str, hours)) or '*'} * * *"

        assert next_occurrence(text, begin, zone=DK) == cron_after(begin, hours, minutes), (text, begin)
