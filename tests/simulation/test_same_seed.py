"""Chance belongs to things: the same seed gives the same text, and a change changes only what it changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flowcase.handlers import load_handlers
from flowcase.services.simulation import reading, running
from flowcase.services.simulation.comparing import Figure, Interval
from flowcase.services.simulation.files import ChangeDoesNotFit
from flowcase.services.simulation.plots import as_page
from flowcase.services.simulation.report import Report, as_json_text, as_text, from_json, report_of
from tests.simulation.conftest import PROCESSES

SMALL: dict[str, Any] = {
    "based_on": "standard.yaml",
    "warm_up_weeks": 0,
    "weeks": 3,
    "replications": 2,
    "arrivals": {"per_year": 120},
    "stock": [],
}


@pytest.fixture
def small(written: Callable[..., Path], tmp_path: Path) -> Path:
    (tmp_path / "standard.yaml").write_bytes((PROCESSES / "simulations/standard.yaml").read_bytes())
    return written(**SMALL, compare=[{"id": "nu", "title": "Nu"}, {"id": "ens", "title": "Det samme igen"}])


def test_two_processes_with_the_same_seed_print_the_same_bytes(small: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "flowcase",
        "simulate",
        str(small),
        "--processes",
        str(PROCESSES),
        "--json",
    ]

    done = [
        subprocess.run(
            [*command, "--at-once", str(at_once)],
            env={**os.environ, "PYTHONHASHSEED": str(at_once)},
            capture_output=True,
            check=True,
        )
        for at_once in (1, 2)
    ]

    assert done[0].stdout == done[1].stdout
    assert b'"case_years"' in done[0].stdout
    assert b"a minute with one process." in done[0].stderr
    assert b"a minute with 2 processes." in done[1].stderr


def test_two_equal_variants_meet_the_same_chance(small: Path, shipped: Mapping[str, bytes]) -> None:
    simulation = reading.read(small)

    result = running.run(simulation, shipped, load_handlers(), processes=1)

    assert result.runs[0] == result.runs[1]
    assert all(each is None or each.mean == 0 for figure in result.figures for each in figure.differences)
    assert result.runs[0][0] != result.runs[0][1]


def test_the_table_names_both_variants_and_their_differences(
    small: Path, shipped: Mapping[str, bytes]
) -> None:
    result = running.run(reading.read(small), shipped, load_handlers(), processes=1, replications=1)

    assert "ens − nu" in as_text(report_of(result))
    assert "frø 20260105. 3 uger tælles, efter 0 ugers opvarmning" in as_text(report_of(result))
    assert "3 weeks are counted, after 0 of warm-up" in as_text(report_of(result), language=1)
    assert as_json_text(report_of(result)).endswith("}\n")
    assert not [incident for runs in result.runs for each in runs for incident in each.incidents]


@pytest.mark.parametrize("name", ["fronten-tre-dage", "femten-sager", "opfoelgning-fem-uger"])
def test_each_shipped_what_if_prints_its_table_with_intervals_and_nothing_goes_wrong(
    name: str, shipped: Mapping[str, bytes], tmp_path: Path
) -> None:
    shorter = tmp_path / "shorter.yaml"
    shorter.write_text("{id: x, title: x, warm_up_weeks: 0, weeks: 3, stock: []}")
    simulation = reading.read(PROCESSES / f"simulations/{name}.yaml", shorter)

    report = report_of(running.run(simulation, shipped, load_handlers(), processes=1, replications=2))

    table = as_text(report)
    second = simulation.variants[1].id
    assert f"{second} − nu" in table and "±" in table
    assert report.problems == ()
    assert from_json(json.loads(as_json_text(report))) == report


def test_a_simulation_that_would_run_too_long_says_so_before_it_begins(
    small: Path, shipped: Mapping[str, bytes]
) -> None:
    simulation = reading.read(small)

    with pytest.raises(running.TooLong) as refused:
        running.run(simulation, shipped, load_handlers(), replications=1000, longest_minutes=0.01)

    assert "Take fewer replications" in str(refused.value)


def test_a_what_if_that_no_longer_fits_its_file_is_refused(
    written: Callable[..., Path], shipped: Mapping[str, bytes]
) -> None:
    change = {"file": "opfoelgning.bpmn", "find": "det her står der ikke", "put": "noget andet"}
    simulation = reading.read(written(compare=[{"id": "a", "title": "A", "changes": [change]}]))

    with pytest.raises(ChangeDoesNotFit) as refused:
        running.run(simulation, shipped, load_handlers(), processes=1)

    assert "opfoelgning.bpmn" in str(refused.value)


@pytest.mark.parametrize("name", ["standard", "fronten-tre-dage", "femten-sager", "opfoelgning-fem-uger"])
def test_the_shipped_what_ifs_fit_the_shipped_files(name: str, shipped: Mapping[str, bytes]) -> None:
    simulation = reading.read(PROCESSES / f"simulations/{name}.yaml")

    running._prepare(simulation, shipped, None, load_handlers(), 1)

    assert len(running._prepared) == len(simulation.variants)
    for variant in simulation.variants:
        for key in variant.parameters.tasks:
            process, _, element = key.partition(".")
            if key != "*" and element != "*":
                assert element in running._prepared[0].definitions.processes[process].elements, key


def test_the_page_of_a_report_says_first_what_changes_by_more_than_chance() -> None:
    sure = Figure(
        "milestone|tildelt|median", (Interval(2, 0.1, 8), Interval(5, 0.1, 8)), (None, Interval(3, 0.2, 8))
    )
    chance = Figure(
        "deadline|T06|share", (Interval(0.9, 0.1, 8), Interval(0.91, 0.1, 8)), (None, Interval(0.01, 0.2, 8))
    )
    nothing = Figure(
        "work|akutvagt|share",
        (Interval(0.005, 0, 8), Interval(0.0051, 0, 8)),
        (None, Interval(0.0001, 0.00005, 8)),
    )
    figures = (sure, chance, nothing)
    report = Report("x", "Spørgsmålet", "", 1, 8, (("nu", "Nu"), ("ny", "Ny")), {}, 1.0, figures, (), ())

    changing = as_page(report).partition("<h2>Det, der ændrer sig</h2>")[2].partition("<h2>")[0]

    assert "Tid til milepæle (dage): tildelt · median" in changing and "+3,00 ± 0,20 *" in changing
    assert "T06" not in changing and "Akutvagt" not in changing
    assert "None of the main figures changes" in as_page(replace(report, figures=(chance,)), language=1)
