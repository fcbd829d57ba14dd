"""Second factors and brakes on guessing, put back behind flowcase's back: `flowcase verify` names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy import insert, select, update

from flowcase.access.events import SecondFactorSet, SignInRefused
from flowcase.bootstrap import Flowcase
from flowcase.services.signing_in.people import NOWHERE, SignInFailed
from flowcase.services.signing_in.second_factors import STEP_SECONDS
from flowcase.store import INSTALLATION
from flowcase.store.sign_in_tables import second_factor, sign_in_brake
from tests.services.conftest import OPERATOR

PASSWORD = "en lang og hemmelig saetning"
Code = Callable[[int], str]


@pytest.fixture
def house(flow: Flowcase) -> Flowcase:
    flow.people.add("leader", name="Leader", groups=["fronten"], actor=OPERATOR)
    flow.people.set_password("leader", PASSWORD, actor=OPERATOR)
    return flow


def _enrol(flow: Flowcase, *, ahead: int = 0) -> Code:
    """With an app whose code of so many steps from now puts it in use."""
    app = pyotp.TOTP(flow.second_factors.enrol("leader").secret)

    def code(steps: int) -> str:
        return app.at(flow.sessions.now() + dt.timedelta(seconds=steps * STEP_SECONDS))

    flow.second_factors.confirm(code(ahead), actor=flow.people.actor("leader"), source=NOWHERE)
    return code


def _wrong(flow: Flowcase) -> None:
    with pytest.raises(SignInFailed):
        flow.people.authenticate("leader", "wrong")


def _rows(flow: Flowcase, table: Any) -> list[dict[str, Any]]:
    with flow.store.engine.begin() as connection:
        return [row._asdict() for row in connection.execute(select(table))]


def _put_back(flow: Flowcase, table: Any, rows: list[dict[str, Any]]) -> None:
    with flow.store.engine.begin() as connection:
        connection.execute(table.delete())
        connection.execute(insert(table), rows)


def _said(flow: Flowcase) -> list[str]:
    return [str(each) for each in flow.altered_rows.find()]


def test_a_code_that_counted_twice_is_named_although_the_row_says_nothing_of_it(house: Flowcase) -> None:
    code = _enrol(house, ahead=-1)
    typed = code(1)
    house.second_factors.check("leader", typed, source=NOWHERE)
    before = _said(house)

    with house.store.engine.begin() as connection:
        connection.execute(update(second_factor).values(last_step=0))
    house.second_factors.check("leader", typed, source=NOWHERE)

    assert before == []
    assert _said(house) == ["Account leader: signed in with a code of the app that had counted before."]


def test_an_older_secret_put_back_is_named(house: Flowcase) -> None:
    _enrol(house)
    older = _rows(house, second_factor)
    house.second_factors.disable("leader", "Telefonen er væk.", actor=OPERATOR)
    _enrol(house)
    before = _said(house)

    _put_back(house, second_factor, older)

    assert before == []
    assert _said(house) == ["Account leader: has another second factor than was put in use."]


def test_a_new_app_begins_anew(house: Flowcase) -> None:
    _enrol(house, ahead=1)
    house.second_factors.disable("leader", "Telefonen er væk.", actor=OPERATOR)
    _enrol(house, ahead=-1)

    assert _said(house) == []


def test_of_an_app_that_an_older_release_put_in_use_only_that_it_is_there_is_compared(
    house: Flowcase,
) -> None:
    with house.store.begin(OPERATOR, house.clock.now()) as tx:
        tx.insert(
            second_factor,
            person="leader",
            sealed_secret=b"x",
            is_confirmed=False,
            last_step=1,
            made_at=tx.now,
        )
        tx.append(INSTALLATION, SecondFactorSet(person="leader"))

    assert _said(house) == []


def test_a_brake_of_before_the_last_wrong_try_put_back_is_named(house: Flowcase) -> None:
    for _ in range(3):
        _wrong(house)
        house.clock.advance(dt.timedelta(seconds=1))
    lower = _rows(house, sign_in_brake)
    _wrong(house)
    before = _said(house)

    _put_back(house, sign_in_brake, lower)

    assert before == []
    assert [each.partition(": ")[2] for each in _said(house)] == [
        "on signing in is not as the last wrong try left it."
    ] * len(lower)


def test_brakes_that_were_forgiven_forgotten_or_met_too_soon_are_whole(house: Flowcase) -> None:
    for _ in range(7):  # the last of them too soon
        _wrong(house)
    locked = _said(house)
    house.clock.advance(dt.timedelta(minutes=6))
    house.people.authenticate("leader", PASSWORD)
    forgiven = _said(house)
    _wrong(house)
    house.clock.advance(dt.timedelta(hours=2))
    house.sessions.forget_old()

    assert (locked, forgiven, _said(house)) == ([], [], [])


def test_a_brake_that_a_node_of_an_older_release_counted_on_is_whole(house: Flowcase) -> None:
    _wrong(house)
    house.clock.advance(dt.timedelta(seconds=1))
    with house.store.begin(OPERATOR, house.clock.now()) as tx:
        tx.append(INSTALLATION, SignInRefused(person="leader", because="wrong"))
    with house.store.engine.begin() as connection:
        connection.execute(update(sign_in_brake).values(failures=2, failed_at=house.clock.now()))

    assert _said(house) == []
