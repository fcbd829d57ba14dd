"""With handling times of zero a simulation's deadlines are those of the scenarios, to the second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from flowcase import scenarios
from flowcase.cases.civil_time import end_of_day
from flowcase.handlers import load_handlers
from flowcase.services.simulation import reading
from flowcase.services.simulation.chance import Chance
from flowcase.services.simulation.course import Course
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets
from flowcase.services.simulation.measuring import Measured
from tests.simulation.conftest import FOLLOW_UPS, PROCESSES, stock

STORIES = ["", "anker-origin", "anker-planned", "herning-anbringelse", "herning-forebyggende"]


@pytest.mark.parametrize("variant", STORIES)
def test_follow_ups_without_handling_time_fall_due_as_the_scenario_says(
    variant: str, run_once: Callable[..., Measured]
) -> None:
    told = next(
        each
        for each in scenarios.read(next(PROCESSES.glob("scenarios/S-06*"))).variants
        if each.id == variant
    )
    started, held = told.steps[0], next(step for step in told.steps if step.do == "complete")
    values = started.arguments["values"]
    first = dt.date.fromisoformat(started.expect["deadlines"][0]["due"])
    second = next(each["due"] for each in held.expect["deadlines"] if each["timer"] == "T06")
    ahead = (first - dt.date.fromisoformat(held.arguments["values"]["afholdt"])).days

    tasks = {
        **FOLLOW_UPS["tasks"],
        "opfoelgning.opfoelg": {**FOLLOW_UPS["tasks"]["opfoelgning.opfoelg"], "before_due": ahead},
    }
    measured = run_once(
        **{**FOLLOW_UPS, "tasks": tasks},
        stock=stock(
            values["start"], started.at.isoformat(), trin=values["trin"], regelsaet=values["regelsaet"]
        ),
        settings=dict(told.settings),
    )

    due = [(rule, at) for _, rule, at, _ in measured.deadlines]
    assert ("T05", _end_of(first.isoformat())) in due
    assert next(at for rule, at in due if rule == "T06") == _end_of(second)
    assert not measured.incidents and not measured.given_up


def test_a_notification_has_the_deadlines_of_the_acute_story(
    written: Callable[..., Path], shipped: Mapping[str, bytes], definitions: FileDefinitions
) -> None:
    first = scenarios.read(next(PROCESSES.glob("scenarios/S-01*"))).variants[0].steps[0]
    parameters = reading.read(written(begin="2026-03-27", weeks=2)).variants[0].parameters
    rule_sets = FileRuleSets(shipped, settings={})
    course = Course(definitions, rule_sets, load_handlers(), parameters, Chance(1, 1))

    course.office.set_clock(first.at)
    course.office.notify(
        "UND-2601", {"modtaget": first.at, "boern": [{"navn": "Barn"}], "underretter_kontakt": "X"}
    )

    opened = {(row.rule, row.due_local) for row in course.office.shelves.deadlines.values()}
    expected = {(each["timer"], _instant(each["due"])) for each in first.expect["deadlines"] if "due" in each}
    assert {rule for rule, _ in expected} >= {"T01", "T02"}
    assert expected <= opened


def _instant(due: str) -> str:
    return _end_of(due) if len(due) == 10 else dt.datetime.fromisoformat(due).isoformat()


def _end_of(day: str) -> str:
    return end_of_day(dt.date.fromisoformat(day)).isoformat()
