"""What `make chaos` calls wrong: also what it meant to try and did not."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from tests.house.test_bench import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module


@pytest.fixture
def outcome(tool: Callable[[str], ModuleType]) -> Any:
    """A fault that was tried and left nothing wrong."""
    made = tool("faults.outcome").Outcome("kills", "Web and worker killed")
    made.tried = {"kills of the web": 3, "kills of the worker": 2}
    made.wrong = {"half done": 0}
    return made


def test_a_fault_that_was_tried_and_left_nothing_wrong_is_right(outcome: Any) -> None:
    assert outcome.is_right
    assert outcome.amiss == {}


@pytest.mark.parametrize(
    "what", ["kills of the worker", "restarts", "commits cut after", "refusals", "leaps"]
)
def test_what_was_tried_no_times_is_otherwise_wrong(
    tool: Callable[[str], ModuleType], outcome: Any, what: str
) -> None:
    outcome.tried[what] = 0

    assert not outcome.is_right
    assert outcome.amiss == {f"no {what}": 1}
    assert f"| 0 | 0 | no {what}: 1 |" in tool("faults.outcome").page([outcome])
    assert "FAILED. Web and worker killed" in str(outcome) and f"no {what}: 1" in str(outcome)


def test_what_is_counted_only_when_it_happens_must_have(outcome: Any) -> None:
    outcome.meant = ("timers fired", "jobs completed")

    outcome.add({"timers fired": 4})

    assert outcome.amiss == {"no jobs completed": 1}


def test_a_fault_that_tried_nothing_is_otherwise_wrong_and_one_left_out_is_not(
    tool: Callable[[str], ModuleType],
) -> None:
    nothing = tool("faults.outcome").Outcome("cuts", "The connection cut")
    left_out = tool("faults.outcome").Outcome("full", "The disk full", left_out="no disk can be mounted")

    assert (nothing.is_right, nothing.amiss) == (False, {"nothing tried": 1})
    assert (left_out.is_right, left_out.amiss) == (True, {})


def test_a_handler_that_never_began_is_otherwise_wrong(
    tool: Callable[[str], ModuleType], outcome: Any
) -> None:
    told = [["hang", "a", "1"], ["hang", "a", "2"], ["hang", "b", "1"], ["die", "c", "1"], ["die", "d", "1"]]

    tool("faults.bad_handlers").count_begun(outcome, told, 2)

    assert outcome.tried == {"jobs that hang": 2, "jobs that leak": 0, "jobs that die": 2}
    assert outcome.amiss == {"jobs that never began": 2, "no jobs that leak": 1}
    assert "tries that began: hang 3, leak 0, die 2" in outcome.notes


def test_the_page_says_what_else_the_machine_did(tool: Callable[[str], ModuleType], outcome: Any) -> None:
    page = tool("chaos").page_of([outcome], 7, 12.4, "the machine was idle", is_full=False)

    assert "12 minutes, seed 7, on " in page
    assert " processors: the machine was idle." in page
