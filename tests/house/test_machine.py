"""What a page says of other work on the machine while something was measured."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("benchmarks.machine")


def test_the_load_is_said_at_both_ends(machine: ModuleType) -> None:
    with machine.Watch() as watch:
        pass

    said = str(watch)
    assert re.match(r"the machine's load was \d+\.\d when it began and \d+\.\d when it ended; ", said)


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="no /proc here")
def test_what_a_process_of_ours_used_is_not_the_use_of_others(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_ticks_since_boot", iter([100, 100, 200]).__next__)
    tables = iter([{1: (0, 5, 50), 7: (1, 9, 30)}, {1: (0, 5, 60), 7: (1, 9, 90), 8: (1, 150, 4)}])
    monkeypatch.setattr(machine, "_processes", lambda: next(tables))
    monkeypatch.setattr(machine, "_ours", lambda found: {7})
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 2)

    with machine.Watch() as watch:
        pass

    assert watch.others == pytest.approx((10 + 4) / 200)
    assert str(watch).endswith("other processes used at least 7% of its processors meanwhile")


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="no /proc here")
def test_what_left_the_family_is_known_by_its_mark(
    machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLOWCASE_WATCHED_BY", "")
    with machine.Watch():
        child = subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
        )
        try:
            found = machine._processes()
            orphan = {**found, child.pid: (1, *found[child.pid][1:])}
            assert child.pid in machine._ours(orphan)
            assert 1 not in machine._ours(orphan)
        finally:
            child.communicate(b"\n")
