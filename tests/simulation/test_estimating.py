"""Parameters from the history: counts and durations, none of too few, and the file's own for the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from flowcase.services.simulation import reading
from flowcase.services.simulation.estimating import Estimates, as_file, estimate
from flowcase.services.simulation.files import FileDefinitions
from flowcase.services.simulation.reading import Parameters
from tests.simulation.conftest import PROCESSES

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def parameters() -> Parameters:
    return reading.read(PROCESSES / "simulations/standard.yaml").variants[0].parameters


@pytest.fixture
def told(parameters: Parameters, definitions: FileDefinitions) -> Callable[..., Estimates]:
    def ask(
        arrivals: Any = (), handled: Any = (), records: Mapping[str, Any] | None = None, smallest: int = 5
    ) -> Estimates:
        def form_of(process: str, element: str) -> Any:
            drawn = definitions.processes[process].elements[element]
            return definitions.forms.get(drawn.user_task.form_id or "") if drawn.user_task else None

        return estimate(
            parameters,
            arrivals=arrivals,
            handled=handled,
            codes=lambda entity, attributes: (
                {name: value for name, value in record.items() if name in attributes}
                for record in (records or {}).get(entity, ())
            ),
            form_of=form_of,
            smallest=smallest,
            now=NOW,
        )

    return ask


def test_arrivals_are_counted_by_weekday_month_and_hour(told: Callable[..., Estimates]) -> None:
    monday_noon = dt.datetime(2024, 6, 3, 10, tzinfo=dt.UTC)  # 12 o'clock in Denmark
    every_week = [monday_noon + 7 * DAY * week for week in range(104)]

    coming = told(arrivals=every_week).parameters["arrivals"]

    assert abs(coming["per_year"] - 52.2) < 0.5
    assert coming["weekdays"] == [104.0, 0, 0, 0, 0, 0, 0]
    assert coming["hours"][12] + coming["hours"][11] == 104
    assert len(coming["months"]) == 12 and all(coming["months"])


def test_cells_of_too_few_share_what_they_have_so_that_none_can_be_told_from_another(
    told: Callable[..., Estimates],
) -> None:
    many = [NOW - (100 + 7 * week) * DAY for week in range(50)]
    one_sunday = [dt.datetime(2025, 6, 8, 9, tzinfo=dt.UTC)]

    weekdays = told(arrivals=[*many, *one_sunday]).parameters["arrivals"]["weekdays"]

    assert sorted(set(weekdays)) == [round(1 / 6, 2), 50.0]


def test_handling_times_are_days_or_days_before_due_as_the_file_has_them(
    told: Callable[..., Estimates],
) -> None:
    begun = NOW - 40 * DAY
    handled = [
        *[("underretning", "vurder", begun, begun + days * DAY, None) for days in (1, 2, 3)],
        *[("opfoelgning", "opfoelg", begun, begun + 10 * DAY, begun + 13 * DAY)] * 3,
        ("foranstaltning", "paataenk", begun, begun + DAY, None),
    ]

    found = told(handled=handled, smallest=3)

    tasks = found.parameters["tasks"]
    assert tasks["underretning.vurder"]["days"] == {"mean": 2.0, "cv": 0.41}
    assert tasks["underretning.vurder"]["minutes"] == {"mean": 40.0, "cv": 0.5}
    assert tasks["opfoelgning.opfoelg"]["before_due"] == {"mean": 3.0, "cv": 0.0}
    assert "foranstaltning.paataenk" not in tasks and "foranstaltning.paataenk" in found.too_few


def test_shares_of_decisions_are_counted_and_a_rare_choice_keeps_the_share_of_the_file(
    told: Callable[..., Estimates],
) -> None:
    records = {"Opfoelgning": [{"beslutning": "fortsaet"}] * 20 + [{"beslutning": "juster"}]}

    found = told(records=records)

    task = found.parameters["tasks"]["opfoelgning.opfoelg"]
    assert task["answers"]["beslutning"]["andele"] == {
        "fortsaet": 20,
        "juster": pytest.approx(21 * 0.08),
        "ophoer": pytest.approx(21 * 0.06),
    }
    assert task["answers"]["slutaarsag"] == "ophoert_almen"
    assert found.shares == {"opfoelgning.opfoelg.beslutning": 21}


def test_what_was_estimated_is_a_file_that_stands_in_front_of_the_shipped_one(
    told: Callable[..., Estimates], tmp_path: Path
) -> None:
    begun = NOW - 40 * DAY
    found = told(handled=[("underretning", "vurder", begun, begun + 2 * DAY, None)] * 6)
    over = tmp_path / "over.yaml"
    over.write_text(as_file(found), "utf-8")

    parameters = reading.read(PROCESSES / "simulations/femten-sager.yaml", over).variants[1].parameters

    task = parameters.task("underretning", "vurder")
    assert (task.days.mean, task.minutes.mean, task.answers["foraeldre_orienteres"]) == (2.0, 40.0, "ja")
    assert parameters.staff["familieteam_nord"].people == 7
    assert parameters.task("underretning", "noget").minutes.mean == 30.0
