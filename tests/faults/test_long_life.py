"""A case that is followed up again and again: no round asks or writes more than an early one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 60


def test_a_late_round_of_follow_up_sends_and_stores_what_an_early_one_does(tmp_path: Path) -> None:
    file = tmp_path / "rounds.json"
    command = [
        sys.executable,
        str(ROOT / "tools" / "rounds.py"),
        "--rounds",
        str(ROUNDS),
        "--json",
        str(file),
    ]

    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)

    assert file.exists(), done.stdout + done.stderr
    rounds = json.loads(file.read_text())
    early, late = rounds[2:12], rounds[-10:]
    assert {each["statements"] for each in late} == {each["statements"] for each in early}
    for bytes in ("state", "history"):
        assert max(each[bytes] for each in late) <= 1.05 * max(each[bytes] for each in early), bytes
