"""`flowcase clock`: read everywhere, turned on in a demonstration only."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flowcase import bootstrap, config
from flowcase.cli import cli


@pytest.fixture
def home(tmp_path: Path) -> Path:
    bootstrap.upgrade(config.load(home=tmp_path, environment={}))
    return tmp_path


def clock(home: Path, *arguments: str, exit_code: int = 0) -> Any:
    done = CliRunner().invoke(cli, ["--home", str(home), "clock", "--json", *arguments])
    assert done.exit_code == exit_code, done.output
    return dt.datetime.fromisoformat(json.loads(done.stdout)["now"]) if exit_code == 0 else done.output


def test_a_demonstrations_clock_is_turned_on_for_every_process(home: Path) -> None:
    (home / config.DEMONSTRATION_MARK).touch()
    before = clock(home)

    turned = clock(home, "--advance", "P10D")

    assert dt.timedelta(days=10) <= turned - before < dt.timedelta(days=10, minutes=5)
    assert clock(home) >= turned


def test_a_clock_is_never_turned_back(home: Path) -> None:
    (home / config.DEMONSTRATION_MARK).touch()
    clock(home, "--advance", "P10D")

    said = clock(home, "--set", "2020-01-01T00:00+01:00", exit_code=1)

    assert "turn the clock back" in said


def test_an_installation_that_is_no_demonstration_keeps_the_machines_time(home: Path) -> None:
    said = clock(home, "--advance", "PT1H", exit_code=1)

    assert "not marked as a demonstration" in said


def test_what_is_no_duration_or_instant_is_wrong_use(home: Path) -> None:
    (home / config.DEMONSTRATION_MARK).touch()

    clock(home, "--advance", "tomorrow", exit_code=2)
    clock(home, "--set", "2026-03-27T16:40", exit_code=2)
