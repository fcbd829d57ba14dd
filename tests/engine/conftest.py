"""Runs each small diagram twice: straight through, and saved and read back between all commands."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowcase.engine.play import play
from flowcase.engine.trace import Trace
from flowcase.modeling.definition import ProcessDefinition

sys.path.insert(0, str(Path(__file__).parent))

MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)  # 09:00 in Copenhagen

Run = Callable[..., Trace]


@pytest.fixture(params=["straight", "saved"])
def run(request: pytest.FixtureRequest) -> Run:
    """`run(definition, ..., answers={}, start=MONDAY)` plays the first of the definitions."""

    def run_it(
        definition: ProcessDefinition,
        *others: ProcessDefinition,
        answers: dict[str, Any] | None = None,
        start: dt.datetime = MONDAY,
        **options: Any,
    ) -> Trace:
        return play(
            {each.id: each for each in (definition, *others)},
            definition.id,
            answers=answers or {},
            start=start,
            save_and_restore=request.param == "saved",
            **options,
        )

    return run_it
