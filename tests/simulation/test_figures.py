"""What the figures of a run mean, counted by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flowcase.cases import events as case_events
from flowcase.cases.calendar import Calendar
from flowcase.services.simulation import reading
from flowcase.services.simulation.measuring import Measures
from flowcase.services.simulation.staff import LOCAL, Hours, Person, Staff

FOUR_WEEKS = dt.timedelta(weeks=4)


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(dt.UTC)


class Counted:
    """Figures of four weeks in which two people of a team work, after a week that is not counted."""

    def __init__(self, parameters: reading.Parameters) -> None:
        self.measures = Measures(parameters, SimpleNamespace())  # type: ignore[arg-type]
        self.people = [Person(f"hold-{n}", frozenset({"hold"}), Hours(), frozenset(range(5))) for n in (1, 2)]

    def waits(self, id: str, ready: str, begun: str | None = None) -> None:
        """A user task that can be done from an instant, and begun at one, where it is."""
        row: Any = SimpleNamespace(id=id, candidate_groups=("hold",))
        self.measures.ready(row, _at(ready))
        if begun is not None:
            self.measures.taken(row, self.people[0], _at(begun), dt.timedelta(hours=1))

    def opens(self, at: str, case: str, person: str) -> None:
        event = case_events.CaseOpened(
            case=case, child=None, rule_set="x", rule_set_version="1", facts={"sagsbehandler": person}
        )
        self.measures.hear(_at(at), None, event)

    def hears(self, at: str, event: Any) -> None:
        self.measures.hear(_at(at), None, event)

    def figures(self) -> dict[str, float]:
        office: Any = SimpleNamespace(
            shelves=SimpleNamespace(deadlines={}), settings={"sagstal_graense": 20}, incidents={}
        )
        return self.measures.done(office, Staff(self.people), Calendar().is_working_day, {}).values


@pytest.fixture
def counted(written: Callable[..., Path]) -> Counted:
    read = reading.read(
        written(
            begin="2026-01-05", warm_up_weeks=1, weeks=4, staff={"hold": 2}, caseworkers=["hold"], stock=[]
        )
    )
    return Counted(read.variants[0].parameters)


def test_a_queue_is_as_long_on_average_as_all_who_waited_waited_together(counted: Counted) -> None:
    counted.waits("a", "2026-01-09T16:00", begun="2026-01-12T08:00")  # taken on a Friday, begun on a Monday
    counted.waits("b", "2026-01-10T10:00", begun="2026-01-12T08:00")
    counted.waits("c", "2026-01-11T10:00", begun="2026-01-12T09:00")

    found = counted.figures()

    hours = 64 + 46 + 23
    assert found["queue|hold|mean"] == pytest.approx(dt.timedelta(hours=hours) / FOUR_WEEKS)
    assert found["queue|hold|wait"] == pytest.approx(hours / 3 / 24)
    assert found["queue|hold|longest"] == 3


def test_who_still_waits_at_the_end_is_told_and_counts_in_the_queue(counted: Counted) -> None:
    counted.waits("a", "2026-01-30T00:00")
    counted.waits("b", "2026-01-06T08:00", begun="2026-01-06T08:00")
    counted.waits("c", "2025-12-30T08:00", begun="2026-01-02T08:00")  # before what is counted

    found = counted.figures()

    assert found["queue|hold|left"] == 1
    assert found["queue|hold|mean"] == pytest.approx(3 / 28)
    assert found["queue|hold|longest"] == 1
    assert found["queue|hold|wait"] == 0


def test_case_years_are_those_that_are_counted(counted: Counted) -> None:
    counted.opens("2025-12-30T08:00", "SAG-1", "hold-1")

    found = counted.figures()

    assert found["cases|years"] == pytest.approx(28 / 365.25)


def test_a_case_counts_for_its_caseworker_from_its_opening_and_again_when_it_is_opened_anew(
    counted: Counted,
) -> None:
    counted.opens("2026-01-20T08:00", "SAG-1", "hold-1")
    counted.hears("2026-01-21T08:00", case_events.CaseClosed(case="SAG-1", outcome="x"))
    counted.hears("2026-01-22T08:00", case_events.CaseReopened(case="SAG-1"))

    found = counted.figures()

    # Mondays at midnight: on the 5th, 12th and 19th nobody has a case, on the 26th one of two has.
    assert found["load|mean"] == pytest.approx(1 / 8)
    assert found["load|highest"] == 1
