"""Signals: within a case, or everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.errors import NotFound
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import catch, end, process, properties, signal, start, throw, user_task


def listens(id: str, scope: str = "") -> bytes:
    inside, roots = signal("nyt")
    if scope:
        inside = properties(scope=scope) + inside
    return process(id, start(), catch("lyt", inside, roots), user_task("efter"), end())


def begins(id: str) -> bytes:
    inside, roots = signal("nyt")
    return process(id, start("begynd", inside, roots=roots), user_task("efter"), end())


@pytest.fixture
def cases(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(listens("lytter"), listens("alle", "global"), begins("starter"))
    for code in ("SAG-1", "SAG-2"):
        flow.cases.open(code, child={}, facts={"status": "aaben"}, actor=OPERATOR)
        flow.instances.start("lytter", case=code, actor=OPERATOR)
    flow.instances.start("alle", case="SAG-2", actor=OPERATOR)


def reached(flow: Flowcase) -> list[tuple[str, str | None]]:
    return sorted((row.process, row.case_code) for row in flow.user_tasks.list() if row.element == "efter")


@pytest.mark.usefixtures("cases")
def test_a_signal_reaches_its_case_and_global_catchers_and_start_events_begin_in_the_case(
    flow: Flowcase,
) -> None:
    flow.signals.broadcast("nyt", {"x": True}, case="SAG-1", actor=ANNA)

    assert reached(flow) == [("alle", "SAG-2"), ("lytter", "SAG-1"), ("starter", "SAG-1")]


@pytest.mark.usefixtures("cases")
def test_a_signal_to_nobody_in_particular_reaches_all(flow: Flowcase) -> None:
    flow.signals.broadcast("nyt", actor=ANNA)

    assert reached(flow) == [
        ("alle", "SAG-2"),
        ("lytter", "SAG-1"),
        ("lytter", "SAG-2"),
        ("starter", None),
    ]


@pytest.mark.usefixtures("cases")
def test_a_signal_thrown_in_a_diagram_stays_in_its_case_unless_it_is_drawn_global(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    inside, roots = signal("nyt")
    deploy(process("kaster", start(), throw("kast", inside, roots), end()))

    flow.instances.start("kaster", case="SAG-1", actor=OPERATOR)

    assert ("lytter", "SAG-1") in reached(flow)
    assert ("lytter", "SAG-2") not in reached(flow)


@pytest.mark.usefixtures("cases")
def test_a_signal_drawn_global_reaches_every_case(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    inside, roots = signal("nyt")
    deploy(process("kaster", start(), throw("kast", properties(scope="global") + inside, roots), end()))

    flow.instances.start("kaster", case="SAG-1", actor=OPERATOR)

    assert {("lytter", "SAG-1"), ("lytter", "SAG-2")} <= set(reached(flow))


def test_a_signal_to_an_unknown_case_is_refused(flow: Flowcase) -> None:
    with pytest.raises(NotFound):
        flow.signals.broadcast("nyt", case="SAG-404", actor=ANNA)
