"""Requests of the API are counted for each account, for all web processes together."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.services.signing_in.api_limits import ApiLimits, TooManyRequests
from flowcase.services.transactions import Transactions

PORTAL, OTHER = Actor("portal", kind="service"), Actor("anden", kind="service")
START = dt.datetime(2026, 3, 27, 9, 0, 12, tzinfo=dt.UTC)


class Office:
    """Web processes over one database, and the clock on the wall."""

    def __init__(self, flow, number: int, limit: int) -> None:
        self.at, self.takes = START, 0
        self.limits = [ApiLimits(self._counting(flow), lambda: self.at, limit) for _ in range(number)]

    def _counting(self, flow):
        office, inner = self, Transactions(flow.incidents._transactions.store, flow.clock)

        class Counting:
            def run(self, *given, **more):
                office.takes += 1
                return inner.run(*given, **more)

            read = staticmethod(inner.read)

        return Counting()

    def answered(self, process: int, number: int, actor: Actor = PORTAL) -> int:
        """How many of so many requests to one process are answered."""
        done = 0
        for _ in range(number):
            try:
                self.limits[process].spend(actor)
            except TooManyRequests:
                continue
            done += 1
        return done


@pytest.fixture
def office(flow):
    return lambda number=1, limit=100: Office(flow, number, limit)


def test_all_processes_together_answer_exactly_what_an_account_may_ask(office):
    house = office(number=4)

    answered = sum(house.answered(process % 4, 1) for process in range(300))

    assert answered == 100


def test_what_one_process_leaves_another_may_spend_but_for_the_part_it_holds(office):
    house = office(number=2)
    house.answered(0, 1)

    answered = house.answered(1, 200)

    assert 95 <= answered <= 99


def test_there_is_a_write_for_a_part_and_none_for_a_request_even_for_who_is_refused(office):
    house = office(limit=1200)

    house.answered(0, 1200)
    for_answers = house.takes
    house.answered(0, 5000)

    assert for_answers < 1200 / 12
    assert house.takes - for_answers <= 2


def test_the_next_minute_is_a_new_one_and_other_accounts_have_their_own(office):
    house = office()
    house.answered(0, 150)

    with pytest.raises(TooManyRequests) as refused:
        house.limits[0].spend(PORTAL)
    others = house.answered(0, 100, OTHER)
    house.at += dt.timedelta(seconds=refused.value.standing.seconds)

    assert (refused.value.standing.left, others) == (0, 100)
    assert house.answered(0, 150) == 100


def test_a_clock_that_is_a_little_ahead_shares_the_minute_and_a_wrong_one_locks_nobody_out(office):
    house = office(number=2)
    house.at = START.replace(second=59) + dt.timedelta(seconds=2)
    ahead = house.answered(0, 60)
    house.at = START.replace(second=59)
    shared = house.answered(1, 100)
    house.at = START + dt.timedelta(days=300)
    house.answered(0, 150)
    house.at = START + dt.timedelta(minutes=5)

    after = house.answered(1, 150)

    assert (ahead, after) == (60, 100)
    assert shared <= 40


def test_refusals_are_counted_by_program_and_people_are_not_named(office, flow):
    house = office(limit=10)
    flow.service_accounts.make("portal", groups=["indtag"], scopes=["cases:read"], actor=SYSTEM)
    house.answered(0, 13)
    house.answered(0, 12, Actor("karen.fp"))
    house.at += dt.timedelta(seconds=2)
    house.answered(0, 1)

    uses = {use.account: (use.share, use.refused) for use in house.limits[0].uses()}

    assert uses == {"portal": (1.0, 4), "people": (1.0, 1)}


def test_nought_limits_nothing_and_writes_nothing(office):
    house = office(limit=0)

    answered = house.answered(0, 50)

    assert (answered, house.takes) == (50, 0)
