"""What an event says was done has a name in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from flowcase.history.act_names import ACT_NAMES, act_name

EVENTS = Path(__file__).parents[2] / "src/flowcase/events.py"


def told() -> set[str]:
    """The codes that stand beside each `act` in the list of events."""
    lines = EVENTS.read_text("utf-8").splitlines()
    found: set[str] = set()
    for number, line in enumerate(lines):
        if not line.strip().startswith("act: str"):
            continue
        beside = [line.partition("#")[2]]
        above = number - 1
        while lines[above].strip().startswith("#"):
            beside.append(lines[above])
            above -= 1
        found |= set(re.findall(r"[a-z_]+", " ".join(beside)))
    return found


def test_every_act_of_an_event_has_a_name_in_both_languages():
    assert len(told()) > 20
    assert sorted(told() ^ set(ACT_NAMES)) == []
    assert all(act_name(code, "da") != act_name(code, "en") for code in ACT_NAMES)
