"""Small offices that run in a second, on the shipped processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase.handlers import load_handlers
from flowcase.services.simulation import reading
from flowcase.services.simulation.chance import Chance
from flowcase.services.simulation.course import Course
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets, read_folder
from flowcase.services.simulation.measuring import Measured

PROCESSES = Path(__file__).parents[2] / "processes"


@pytest.fixture(scope="session")
def shipped() -> Mapping[str, bytes]:
    return read_folder(PROCESSES)


@pytest.fixture(scope="session")
def definitions(shipped: Mapping[str, bytes]) -> FileDefinitions:
    return FileDefinitions(shipped)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a simulation file; returns its path."""

    def write(name: str = "lille", **data: Any) -> Path:
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump({"id": name, "title": "Et lille kontor", **data}, allow_unicode=True))
        return path

    return write


@pytest.fixture
def run_once(
    written: Callable[..., Path], shipped: Mapping[str, bytes], definitions: FileDefinitions
) -> Callable[..., Measured]:
    """Run the first variant of a simulation once."""

    def run(**data: Any) -> Measured:
        parameters = reading.read(written(**data)).variants[0].parameters
        rule_sets = FileRuleSets(shipped, settings=parameters.settings, rule_sets=parameters.rule_sets)
        return Course(definitions, rule_sets, load_handlers(), parameters, Chance(1, 1)).run()

    return run


FOLLOW_UPS: dict[str, Any] = {
    "begin": "2025-11-24",
    "weeks": 60,
    "staff": {"familieteam_syd": 1},
    "tasks": {
        "*": {"nobody": True},
        "opfoelgning.opfoelg": {"before_due": 0, "answers": {"beslutning": "fortsaet", "naeste": None}},
    },
}


def stock(start: str, at: str, **values: Any) -> list[dict[str, Any]]:
    """One open case whose measure starts at an instant, as the stories of follow-up begin."""
    dt.date.fromisoformat(start)
    return [
        {
            "cases": 1,
            "at": at,
            "message": "foranstaltning_startet",
            "facts": {"omraade": "syd", "team": "familieteam_syd", "sagsbehandler": "letteste"},
            "values": {"start": f'=date("{start}")', **values},
        }
    ]
