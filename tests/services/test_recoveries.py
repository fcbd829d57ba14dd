"""That the database goes on from a copy, or from a state that it had before, is told to auditors."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden, Refused
from flowcase.events import SettingChanged
from flowcase.services.operating.recoveries import SETTING
from flowcase.store import INSTALLATION
from flowcase.store.queries import settings
from tests.conftest import NOW
from tests.services.conftest import ANNA, OPERATOR

on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@on_postgresql
def test_that_the_database_goes_on_on_another_timeline_or_server_is_told_once(flow: Flowcase) -> None:
    assert not flow.recoveries.look()  # the first time there is nothing to compare with
    cluster, timeline = _known(flow).split("/")

    found = []
    for before in (f"{cluster}/7", "another/1"):
        _write(flow, before)
        found += [flow.recoveries.look() for _ in range(2)]

    assert found == [True, False, True, False]
    assert _known(flow) == f"{cluster}/{timeline}"
    assert [(each.event.because, each.event.timeline_before) for each in flow.recoveries.told()] == [
        ("new_timeline", 7),
        ("another_cluster", None),
    ]
    assert {each.event.timeline for each in flow.recoveries.told()} == {int(timeline)}
    assert flow.altered_rows.find() == []


@on_postgresql
def test_a_server_that_does_not_tell_is_left_alone(flow: Flowcase, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(flow, "another/1")
    monkeypatch.setattr("flowcase.services.operating.recoveries.identity", lambda tx: None)

    assert not flow.recoveries.look()

    assert flow.recoveries.told() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_of_sqlite_tells_nothing(flow: Flowcase) -> None:
    assert not flow.recoveries.look()
    assert _known(flow) is None


def test_an_operator_says_up_to_when_the_database_was_put_back_and_why(flow: Flowcase) -> None:
    until = NOW - dt.timedelta(hours=3)

    flow.recoveries.tell(until, "Disken gik i stykker. ", actor=OPERATOR)

    (told,) = flow.recoveries.told()
    assert (told.at, told.event.because, told.event.until) == (NOW, "told_by_operator", until)
    assert told.event.reason == "Disken gik i stykker."


def test_nobody_else_says_so_nor_without_a_reason_nor_of_a_moment_to_come(flow: Flowcase) -> None:
    with pytest.raises(Forbidden):
        flow.recoveries.tell(NOW, "Fordi", actor=ANNA)
    with pytest.raises(Refused):
        flow.recoveries.tell(NOW, " ", actor=OPERATOR)
    with pytest.raises(Refused):
        flow.recoveries.tell(NOW + dt.timedelta(seconds=1), "Fordi", actor=OPERATOR)

    assert flow.recoveries.told() == []


def _known(flow: Flowcase) -> str | None:
    return flow.recoveries._transactions.read(lambda tx: settings.value(tx, SETTING))  # type: ignore[return-value]


def _write(flow: Flowcase, known: str) -> None:
    changed = SettingChanged(key=SETTING, value=known)
    flow.recoveries._transactions.run(SYSTEM, lambda tx: tx.append(INSTALLATION, changed))
