"""Every fault in its short form: nothing is lost, nothing is doubled; see tools/chaos.py for longer runs."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FAULTS = (
    "steps",
    "kills",
    "restarts",
    "failover",
    "cuts",
    "full",
    "clocks",
    "releases",
    "handlers",
    "night",
    "crowd",
    "messages",
    "nodes",
    "network",
    "steady",
)
PATIENCE = 1800  # seconds for all of them, on a machine that does much else


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each, from the tool itself."""
    file = tmp_path_factory.mktemp("faults") / "outcomes.json"
    seed = str(random.randrange(10**6))
    print(f"seed {seed}")
    command = [
        sys.executable,
        str(ROOT / "tools" / "chaos.py"),
        "--short",
        "--seed",
        seed,
        "--json",
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert file.exists(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(file.read_text())
    assert tuple(found) == FAULTS
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_loses_and_doubles_nothing(outcomes: dict[str, Any], fault: str) -> None:
    outcome = outcomes[fault]

    assert outcome["is_right"], outcome["told"]
