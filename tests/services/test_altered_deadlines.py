"""Deadlines that are over, made current or outdated behind flowcase's back: `verify --rows` names them."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases import events

CASE, ELSEWHERE = "case:SAG-1", "notification:1"
SAID = "is_current is not what the history tells."


@pytest.fixture
def house(flow: Flowcase) -> Flowcase:
    """Deadlines by what became of them and of the next one of their rule."""
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        opened = {"child": "b", "rule_set": "r", "rule_set_version": "1", "facts": {}}
        tx.append(CASE, events.CaseOpened(case="SAG-1", **opened))
    _open(flow, "first", "T01")
    _meet(flow, "first")
    _open(flow, "second", "T01")
    _meet(flow, "second")
    _open(flow, "elsewhere", "T02")
    _meet(flow, "elsewhere")
    _open(flow, "there", "T02", ELSEWHERE)
    _open(flow, "alone", "T03")
    _meet(flow, "alone")
    _open(flow, "late", "T04")
    _open(flow, "later", "T04")
    _meet(flow, "late")
    return flow


def _open(flow: Flowcase, deadline: str, rule: str, stream: str = CASE) -> None:
    flow.clock.advance(dt.timedelta(hours=1))
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.append(stream, _opened(deadline, rule, tx.now))


def _meet(flow: Flowcase, deadline: str) -> None:
    flow.clock.advance(dt.timedelta(hours=1))
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        met = events.DeadlineMet(deadline=deadline, case="SAG-1", met_at=tx.now, seconds_late=0, days_late=0)
        tx.append(CASE, met)


def _opened(deadline: str, rule: str, at: dt.datetime) -> events.DeadlineOpened:
    return events.DeadlineOpened(
        deadline=deadline,
        rule=rule,
        case="SAG-1",
        subject=None,
        part=None,
        rule_set="r",
        rule_set_version="1",
        start_fact="start",
        start=at,
        amount=1,
        unit="dage",
        convention="C1",
        legal_basis="",
        due_at=at + dt.timedelta(days=1),
        due_local="",
        internal_target=None,
    )


def _said(flow: Flowcase) -> list[str]:
    return [str(each) for each in flow.altered_rows.find(casework=True)]


def test_deadlines_that_are_as_they_were_left_are_whole(house: Flowcase) -> None:
    with house.store.engine.begin() as connection:
        current = connection.scalars(text("SELECT id FROM deadline WHERE is_current ORDER BY id")).all()

    assert current == ["alone", "late", "later", "second", "there"]
    assert _said(house) == []


@pytest.mark.parametrize(
    ("deadline", "is_current", "is_said"),
    [
        ("first", True, True),  # a diagram would read it again
        ("second", False, True),  # none would read it any more
        ("alone", False, True),
        ("later", False, True),  # it is open
        ("elsewhere", True, False),  # only the other stream's order of events could tell
        ("late", False, False),  # releases before revision 0011 left it so
    ],
)
def test_one_that_is_over_made_current_or_outdated_is_named(
    house: Flowcase, deadline: str, is_current: bool, is_said: bool
) -> None:
    with house.store.engine.begin() as connection:
        altered = text(
            "UPDATE deadline SET is_current = :is_current WHERE id = :id AND is_current <> :is_current"
        )
        assert connection.execute(altered, {"is_current": is_current, "id": deadline}).rowcount == 1

    assert _said(house) == ([f"Deadline {deadline}: {SAID}"] if is_said else [])
