"""Values altered by chance behind flowcase's back: `verify --rows` names each, or a reason is told."""

from __future__ import annotations

import importlib
import itertools
import os
import random
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.test_verify import take_in

TOOLS = Path(__file__).parents[2] / "tools"
SEED = int(os.environ.get("FLOWCASE_SEED", "4"))
TRIALS = 12


def test_what_is_altered_by_chance_is_named_or_it_is_told_why_not(
    deployed_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(TOOLS))
    alter_rows = importlib.import_module("alter_rows")
    home = tmp_path / "home"
    shutil.copytree(deployed_template, home)
    take_in(CommandLine(home), tmp_path, 1)
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    altering = alter_rows.Altering(home, rng)

    whole = altering.said()
    played = (altering.play(trial) for trial in alter_rows.trials(rng))
    found = list(itertools.islice((each for each in played if each is not None), TRIALS))
    altering.close()

    assert whole == ()
    assert len(found) == TRIALS
    assert [str(each.trial) for each in found if not each.said and not each.reason] == []
    assert any(each.said for each in found)
