"""How `make bench-peers` tells what it measured, and what it could not have."""

from __future__ import annotations

import importlib
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "tools/benchmarks/peers"


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("benchmarks.peers.reporting")


@pytest.fixture
def preparing(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("benchmarks.peers.preparing")


def _steps(*milliseconds: float) -> list[list[list[float]]]:
    """Rounds of two cases whose step takes so long on average; start and last step take one."""
    return [[[1e-3, (step - 0.5) / 1e3, 1e-3], [1e-3, (step + 0.5) / 1e3, 1e-3]] for step in milliseconds]


def test_a_ratio_is_taken_within_each_round_and_only_on_the_same_database(peers: ModuleType) -> None:
    bare = peers.Ran("bare", "flowcase, bare step", "SQLite", rounds=_steps(1, 2, 1))
    other = peers.Ran("viewflow", "viewflow", "SQLite", rounds=_steps(6, 8, 4))
    elsewhere = peers.Ran("viewflow", "viewflow", "PostgreSQL", rounds=_steps(6, 8, 4))

    (ratio,) = peers.ratios([bare, other, elsewhere])

    assert ratio.peer is other
    assert (ratio.times.median, ratio.times.least, ratio.times.most) == pytest.approx((4, 4, 6))
    assert ratio.at_least == 5
    assert ratio.is_met is False


@pytest.mark.parametrize(
    ("key", "ours", "goal"),
    [
        ("bpmn_engine", "bare", 5),
        ("bpmn_engine_shown", "bare", 5),
        ("bpmn_engine_shown", "full", 1),
        ("viewflow", "bare", 5),
        ("dbos", "bare", 10),
        ("operaton", "bare", 1),
        ("spiffworkflow", "bare", None),
        ("spiffworkflow", "full", 1),
        ("operaton", "full", 1),
    ],
)
def test_every_peer_has_the_goal_that_was_set(
    peers: ModuleType, key: str, ours: str, goal: float | None
) -> None:
    own = peers.Ran(ours, "flowcase", "PostgreSQL", rounds=_steps(2))
    peer = peers.Ran(key, key, "PostgreSQL", rounds=_steps(20))

    (ratio,) = peers.ratios([own, peer])

    assert ratio.at_least == goal
    assert ratio.is_met is (None if goal is None else True)


def test_what_cannot_be_had_is_said_with_its_reason_and_judges_no_goal(peers: ModuleType) -> None:
    bare = peers.Ran("bare", "flowcase, bare step", "PostgreSQL", rounds=_steps(1, 1))
    missing = peers.Ran("operaton", "Operaton", "PostgreSQL", missing="there is no JDK on this machine")

    printed = peers.lines([bare, missing])
    page = peers.tables([bare, missing])

    assert any(
        line.startswith("Operaton, PostgreSQL") and line.endswith("left out: there is no JDK on this machine")
        for line in printed
    )
    assert printed[-1] == "0 of 0 goals met"
    assert "| Operaton | PostgreSQL | left out: there is no JDK on this machine |" in page


def test_the_step_is_the_middle_of_a_case_and_the_whole_its_sum(peers: ModuleType) -> None:
    ran = peers.Ran("dbos", "DBOS", "PostgreSQL", rounds=_steps(7))

    assert ran.part("step") == pytest.approx([7e-3])
    assert ran.whole() == pytest.approx([9e-3])


def test_a_tool_that_fails_leaves_its_own_words(
    preparing: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "\nregistry is out of reach\nmore\n")

    monkeypatch.setattr(preparing.subprocess, "run", fail)

    with pytest.raises(preparing.Missing, match="could not set it up: registry is out of reach"):
        preparing.python("viewflow", tmp_path / "viewflow")

    assert not (tmp_path / "viewflow" / "made-from.txt").exists()


def test_a_machine_without_a_jdk_or_maven_is_told_which_is_missing(
    preparing: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing.shutil, "which", lambda name: None if name == "mvn" else f"/usr/bin/{name}")

    with pytest.raises(preparing.Missing, match="there is no Maven on this machine"):
        preparing.java("operaton", tmp_path)


def test_the_drivers_versions_are_pinned_and_the_page_has_a_place_for_each_figure() -> None:
    for lock in PEERS.glob("requirements-*.lock"):
        pinned = [line for line in lock.read_text("utf-8").splitlines() if line and line[0].isalnum()]
        assert pinned and all("==" in line for line in pinned), lock.name
    assert "SNAPSHOT" not in (PEERS / "operaton/pom.xml").read_text("utf-8")
    page = (PEERS / "page.md").read_text("utf-8")
    assert all(
        page.count("{" + name + "}") == 1
        for name in ("processors", "machine", "speed", "rounds", "cases", "figures", "interpreters", "missed")
    )


def _divided(peers: ModuleType, database: str, *milliseconds: float) -> object:
    """Two rounds of two cases whose whole, engine, statements, commit and commit alone take so long."""
    cases = [[each / 1e3 for each in milliseconds]] * 2
    return peers.Ran("divided", "flowcase, bare step in its parts", database, rounds=[cases, cases])


def test_the_parts_of_our_step_are_no_contestant(peers: ModuleType) -> None:
    bare = peers.Ran("bare", "flowcase, bare step", "SQLite", rounds=_steps(1, 1))
    divided = _divided(peers, "SQLite", 1, 0.3, 0.2, 0.1, 0.1)

    assert peers.ratios([bare, divided]) == []
    assert not any("in its parts" in line for line in peers.lines([bare, divided]))
    assert [each["key"] for each in peers.data([bare, divided], {})["contestants"]] == ["bare"]


def test_a_missed_goal_is_told_with_what_our_step_would_have_to_take(peers: ModuleType) -> None:
    dividing = importlib.import_module("benchmarks.peers.dividing")
    bare = peers.Ran("bare", "flowcase, bare step", "SQLite", rounds=_steps(2, 2))
    missed = peers.Ran("viewflow", "viewflow", "SQLite", rounds=_steps(8, 8))
    met = peers.Ran("bpmn_engine", "bpmn-engine", "SQLite", rounds=_steps(12, 12))

    told = dividing.tables([bare, missed, met, _divided(peers, "SQLite", 2, 0.5, 0.4, 0.1, 0.1)])

    assert "| viewflow / bare step, SQLite | ≥ 5 | 2.00 ms | 1.60 ms | 20% |" in told
    assert "bpmn-engine" not in told
    assert "| SQLite | 2.00 (2.00-2.00) ms | 0.50 (0.50-0.50) ms | 0.40 (0.40-0.40) ms |" in told
    assert "| 0.10 (0.10-0.10) ms | 1.00 (1.00-1.00) ms |" in told, "what is left is Python"


def test_where_the_commit_travels_with_the_statements_it_is_said(peers: ModuleType) -> None:
    dividing = importlib.import_module("benchmarks.peers.dividing")

    told = dividing.tables([_divided(peers, "PostgreSQL", 2, 0.5, 0.8, 0, 0.1)])

    assert "| among the statements | 0.70 (0.70-0.70) ms |" in told
    assert "No goal is missed." in told


def test_the_page_names_what_runs_each_contestant(peers: ModuleType) -> None:
    writing = importlib.import_module("benchmarks.peers.writing")
    own = peers.Ran("bare", "flowcase, bare step", "SQLite", interpreter="CPython 3.11.7, not optimised")
    same = peers.Ran("dbos", "DBOS", "PostgreSQL", interpreter="CPython 3.11.7, not optimised")
    other = peers.Ran("operaton", "Operaton", "PostgreSQL", interpreter="OpenJDK 17")

    page = writing.page([own, same, other], {}, machine="idle", speed="steady", rounds=1, cases=1)

    assert "CPython 3.11.7, not optimised: flowcase, DBOS; OpenJDK 17: Operaton." in page


class _Answering:
    """A contestant's process that answers each round with the next of these steps; None: it has ended."""

    def __init__(self, *milliseconds: float | None) -> None:
        self._left = iter(milliseconds)

    def answer(self, question: str) -> dict[str, object]:
        step = next(self._left)
        if step is None:
            raise importlib.import_module("benchmarks.peers.preparing").Missing("it ended with: no room")
        return {"cases": _steps(step)[0]}


def test_a_round_in_which_the_speed_changed_is_taken_anew_for_all(
    peers: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, pace = importlib.import_module("bench_peers"), importlib.import_module("benchmarks.pace")
    monkeypatch.setattr(pace, "RUN", pace.Paces())
    looks = iter(pace.Pace(each, each) for each in (1, 2, 2, 2, 2, 2))
    ours, peer = (peers.Ran(key, key, "SQLite") for key in ("bare", "viewflow"))
    running = {id(ours): _Answering(1, 2, 2), id(peer): _Answering(9, 6, 8)}

    bench.run([ours, peer], running, None, 2, look=lambda: next(looks))

    assert (ours.part("step"), peer.part("step")) == ([2e-3, 2e-3], [6e-3, 8e-3])
    assert [ratio.times.median for ratio in peers.ratios([ours, peer])] == pytest.approx([3.5])


def test_a_contestant_that_ends_in_the_middle_has_no_rounds(peers: ModuleType) -> None:
    bench, pace = importlib.import_module("bench_peers"), importlib.import_module("benchmarks.pace")
    ours, peer = (peers.Ran(key, key, "SQLite") for key in ("bare", "viewflow"))
    running = {id(ours): _Answering(1, 1), id(peer): _Answering(9, None)}

    bench.run([ours, peer], running, None, 2, look=lambda: pace.Pace(1, 1))

    assert (peer.missing, peer.rounds) == ("it ended with: no room", [])
    assert len(ours.rounds) == 2
