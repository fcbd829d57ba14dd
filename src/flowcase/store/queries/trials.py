"""How scenarios went with given files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from flowcase.store.queries.rows import made
from flowcase.store.trial_tables import scenario_trial
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class TrialRow:
    files: str
    scenario: str
    story: str
    passed: bool
    report: Mapping[str, Any]
    actor: str
    at: dt.datetime


def trials(tx: Tx, files: str) -> list[TrialRow]:
    """Of all scenarios that were played with exactly these files."""
    found = select(scenario_trial).where(scenario_trial.c.files == files)
    return [made(TrialRow, row) for row in tx.rows(found)]
